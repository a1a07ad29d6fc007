//! What the signature of a commit proves, without any other program.
//!
//! Verified are SSH signatures over the namespace `git`, by Ed25519, ECDSA (P-256, P-384), RSA (2048 bits and more) and
//! security keys (Ed25519, P-256), over SHA-256 or SHA-512. `OpenPGP` and X.509 are named, and never called valid.

use ssh_key::public::KeyData;
use ssh_key::{Algorithm, EcdsaCurve, HashAlg, PublicKey, SshSig};

/// What git signs for; a signature for anything else was not meant for a commit.
const NAMESPACE: &str = "git";
/// The shortest RSA key that proves anything, in bits.
const MIN_RSA_BITS: usize = 2048;
/// Set in the signature of a security key when somebody touched it.
const TOUCHED: u8 = 0x01;
/// What a security key adds to its signature, in bytes: flags and a counter.
const SECURITY_KEY_TRAILER: usize = 5;

/// What a signature proves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Proof {
    /// It was made over these bytes with the key of this fingerprint (`SHA256:…`); whose key that is, others must say.
    Valid {
        /// The fingerprint.
        fingerprint: String,
    },
    /// It is damaged, or was made over other bytes, for another purpose, or with a key too weak; which of these.
    Invalid(String),
    /// Of a kind that cannot be verified here; its name.
    NotVerifiable(&'static str),
}

/// Verifies a signature, as it stands in a commit, over the bytes that it should be about.
pub fn verify(armour: &[u8], content: &[u8]) -> Proof {
    let text = String::from_utf8_lossy(armour);
    match text.trim_start().lines().next().unwrap_or_default().trim_end() {
        "-----BEGIN SSH SIGNATURE-----" => ssh(text.trim(), content).unwrap_or_else(|proof| proof),
        "-----BEGIN PGP SIGNATURE-----" | "-----BEGIN PGP MESSAGE-----" => Proof::NotVerifiable("OpenPGP"),
        "-----BEGIN SIGNED MESSAGE-----" => Proof::NotVerifiable("X.509"),
        _ => invalid("it is of no known kind"),
    }
}

fn ssh(armour: &str, content: &[u8]) -> Result<Proof, Proof> {
    let signature = SshSig::from_pem(format!("{armour}\n")).map_err(|_| invalid("it is damaged"))?;
    if signature.namespace() != NAMESPACE {
        let namespace = signature.namespace().replace(char::is_control, " ");
        return Err(invalid(&format!("it was made for `{namespace}`, not for git")));
    }
    let key = signature.public_key();
    match (key, key.algorithm()) {
        (KeyData::Rsa(key), _) if key.n.as_positive_bytes().map_or(0, bits) < MIN_RSA_BITS => {
            return Err(invalid(&format!("RSA keys of less than {MIN_RSA_BITS} bits prove nothing")));
        }
        (KeyData::SkEd25519(_) | KeyData::SkEcdsaSha2NistP256(_), _) => {
            let bytes = signature.signature_bytes();
            let flags = bytes.len().checked_sub(SECURITY_KEY_TRAILER).map(|at| bytes[at]);
            if flags.is_none_or(|flags| flags & TOUCHED == 0) {
                return Err(invalid("nobody touched the security key"));
            }
        }
        (KeyData::Dsa(_), _) => return Err(Proof::NotVerifiable("SSH with a DSA key")),
        (_, Algorithm::Ecdsa { curve: EcdsaCurve::NistP521 }) => {
            return Err(Proof::NotVerifiable("SSH with a P-521 key"));
        }
        (KeyData::Rsa(_) | KeyData::Ed25519(_) | KeyData::Ecdsa(_), _) => {}
        _ => return Err(Proof::NotVerifiable("SSH with a key of another kind")),
    }
    let key = PublicKey::from(key.clone());
    key.verify(NAMESPACE, content, &signature)
        .map_err(|_| invalid("it does not fit this commit: made over something else, or with another key"))?;
    Ok(Proof::Valid { fingerprint: key.fingerprint(HashAlg::Sha256).to_string() })
}

fn invalid(why: &str) -> Proof {
    Proof::Invalid(why.to_owned())
}

fn bits(number: &[u8]) -> usize {
    let first = number.iter().position(|byte| *byte != 0).unwrap_or(number.len());
    let number = &number[first..];
    number.first().map_or(0, |first| number.len() * 8 - first.leading_zeros() as usize)
}

/// The fingerprint of a key as a portfolio lists it: `SHA256:…` itself, or a public key as `ssh-keygen` writes it.
pub fn fingerprint(key: &str) -> Option<String> {
    let key = key.trim();
    if let Some(hash) = key.strip_prefix("SHA256:") {
        return Some(format!("SHA256:{}", hash.trim_end_matches('=')));
    }
    PublicKey::from_openssh(key).ok().map(|key| key.fingerprint(HashAlg::Sha256).to_string())
}

#[cfg(test)]
#[path = "signature_tests.rs"]
mod tests;
