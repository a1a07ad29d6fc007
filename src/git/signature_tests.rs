#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use ssh_key::{HashAlg, LineEnding, SshSig};

use super::{Proof, bits, fingerprint, verify};
use crate::git::Signed;
use crate::git::testing::{By, TestRepo, key};

const CONTENT: &[u8] = b"tree 4b825dc642cb6eb9a060e54bf8d69288fbee4904\n\nAn empty one.\n";

fn signed(namespace: &str, hash: HashAlg) -> String {
    key("carol").sign(namespace, hash, CONTENT).unwrap().to_pem(LineEnding::LF).unwrap()
}

fn why(proof: Proof) -> String {
    match proof {
        Proof::Invalid(why) => why,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_right_signature_names_its_key() {
    let fingerprint = key("carol").fingerprint(HashAlg::Sha256).to_string();
    for hash in [HashAlg::Sha256, HashAlg::Sha512] {
        let armour = signed("git", hash);
        let expected = Proof::Valid { fingerprint: fingerprint.clone() };
        assert_eq!(verify(armour.as_bytes(), CONTENT), expected);
        // As a commit may have it: without the last line end, or with the line ends of another system.
        assert_eq!(verify(armour.trim_end().as_bytes(), CONTENT), expected);
        assert_eq!(verify(armour.replace('\n', "\r\n").as_bytes(), CONTENT), expected);
    }
}

#[test]
fn what_is_wrong_is_said() {
    let armour = signed("git", HashAlg::Sha512);
    assert!(why(verify(armour.as_bytes(), b"other bytes")).starts_with("it does not fit this commit"));
    assert_eq!(why(verify(signed("file", HashAlg::Sha512).as_bytes(), CONTENT)), "it was made for `file`, not for git");
    assert_eq!(why(verify(b"", CONTENT)), "it is of no known kind");
    assert_eq!(why(verify(b"-----BEGIN SSH SIGNATURE-----\n", CONTENT)), "it is damaged");
    let lines: Vec<&str> = armour.lines().collect();
    for line in 1..lines.len() - 1 {
        let mut cut = lines.clone();
        cut.remove(line);
        assert_eq!(why(verify(cut.join("\n").as_bytes(), CONTENT)), "it is damaged", "without line {line}");
    }
    for (line, number) in [(1, 10), (2, 5), (3, 5), (4, 5)] {
        let mut turned: Vec<String> = lines.iter().map(ToString::to_string).collect();
        let letter = if &turned[line][number..=number] == "A" { "B" } else { "A" };
        turned[line].replace_range(number..=number, letter);
        assert!(
            matches!(verify(turned.join("\n").as_bytes(), CONTENT), Proof::Invalid(_)),
            "another letter in line {line}"
        );
    }
}

#[test]
fn a_signature_with_the_key_of_another_is_not_theirs() {
    let own = key("mallory").sign("git", HashAlg::Sha512, CONTENT).unwrap();
    let carol = key("carol").public_key().key_data().clone();
    let forged = SshSig::new(carol, "git", own.hash_alg(), own.signature().clone()).unwrap();
    let forged = forged.to_pem(LineEnding::LF).unwrap();
    assert!(why(verify(forged.as_bytes(), CONTENT)).starts_with("it does not fit this commit"));
}

#[test]
fn other_kinds_are_never_valid() {
    for (begin, kind) in [("PGP SIGNATURE", "OpenPGP"), ("PGP MESSAGE", "OpenPGP"), ("SIGNED MESSAGE", "X.509")] {
        let armour = format!("-----BEGIN {begin}-----\n\nAAAA\n-----END {begin}-----\n");
        assert_eq!(verify(armour.as_bytes(), CONTENT), Proof::NotVerifiable(kind));
    }
}

#[test]
fn keys_are_listed_by_fingerprint_or_whole() {
    let carol = key("carol");
    let print = carol.fingerprint(HashAlg::Sha256).to_string();
    assert_eq!(fingerprint(&print), Some(print.clone()));
    assert_eq!(fingerprint(&format!(" {print}= ")), Some(print.clone()));
    assert_eq!(fingerprint(&carol.public_key().to_openssh().unwrap()), Some(print));
    for wrong in ["", "MD5:aa:bb", "ssh-ed25519 AAAA", "carol"] {
        assert_eq!(fingerprint(wrong), None, "{wrong}");
    }
}

#[test]
fn bits_of_a_number() {
    assert_eq!([bits(&[]), bits(&[0, 0]), bits(&[0, 1]), bits(&[0x80, 0])], [0, 0, 1, 16]);
}

/// Runs a program; whether it worked.
fn run(folder: &Path, program: &str, arguments: &[&str]) -> bool {
    let mut command = Command::new(program);
    command.args(arguments).current_dir(folder).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    command.env("HOME", folder).status().is_ok_and(|status| status.success())
}

#[test]
fn agrees_with_openssh_about_every_kind_of_key() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("content"), CONTENT).unwrap();
    let kinds = [
        ("ed25519", "256", None),
        ("ecdsa", "256", None),
        ("ecdsa", "384", None),
        ("rsa", "2048", None),
        ("ecdsa", "521", Some(Proof::NotVerifiable("SSH with a P-521 key"))),
        ("rsa", "1024", Some(Proof::Invalid("RSA keys of less than 2048 bits prove nothing".to_owned()))),
    ];
    for (kind, bits, expected) in kinds {
        let file = format!("{kind}{bits}");
        if !run(folder.path(), "ssh-keygen", &["-q", "-t", kind, "-b", bits, "-N", "", "-f", &file]) {
            eprintln!("skipped: there is no ssh-keygen that makes {kind} keys of {bits} bits");
            continue;
        }
        _ = fs::remove_file(folder.path().join("content.sig"));
        if !run(folder.path(), "ssh-keygen", &["-q", "-Y", "sign", "-n", "git", "-f", &file, "content"]) {
            eprintln!("skipped: this ssh-keygen does not sign with {kind} keys of {bits} bits");
            continue;
        }
        let armour = fs::read(folder.path().join("content.sig")).unwrap();
        let line = fs::read_to_string(folder.path().join(format!("{file}.pub"))).unwrap();
        let expected = expected.unwrap_or_else(|| Proof::Valid { fingerprint: fingerprint(&line).unwrap() });
        assert_eq!(verify(&armour, CONTENT), expected, "{kind} {bits}");
        if matches!(expected, Proof::Valid { .. }) {
            assert!(matches!(verify(&armour, b"other bytes"), Proof::Invalid(_)), "{kind} {bits}");
        }
    }
}

#[test]
fn verifies_what_git_signs_and_git_what_we_sign() {
    let mut test = TestRepo::new();
    let path = test.path();
    let tree = test.git.treebuilder(None).unwrap().write().unwrap();
    let by = By { key: Some("carol"), ..By::author("carol@example.com") };
    let ours = test.commit_tree_as(tree, &by);
    fs::write(path.join(".git/key"), key("carol").to_openssh(LineEnding::LF).unwrap().as_bytes()).unwrap();
    let line = key("carol").public_key().to_openssh().unwrap();
    fs::write(path.join(".git/key.pub"), &line).unwrap();
    fs::write(path.join(".git/allowed"), format!("carol@example.com {line}\n")).unwrap();
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        fs::set_permissions(path.join(".git/key"), fs::Permissions::from_mode(0o600)).unwrap();
    }
    let git = |arguments: &[&str]| {
        let config = [
            "-c",
            "gpg.format=ssh",
            "-c",
            "user.signingkey=.git/key",
            "-c",
            "gpg.ssh.allowedSignersFile=.git/allowed",
            "-c",
            "user.name=carol",
            "-c",
            "user.email=carol@example.com",
        ];
        run(&path, "git", &[&config, arguments].concat())
    };
    if !git(&["commit", "-q", "-S", "--allow-empty", "-m", "Signed by git"]) {
        eprintln!("skipped: there is no git program that signs with SSH keys");
        return;
    }
    let repo = test.repo();
    let theirs = repo.head().unwrap().unwrap().id;
    for commit in [&ours, &theirs] {
        let id = crate::git::CommitId::parse(commit).unwrap();
        let Signed { signature, content } = repo.signed(id).unwrap().unwrap();
        assert_eq!(verify(&signature, &content), Proof::Valid { fingerprint: fingerprint(&line).unwrap() });
        assert!(git(&["verify-commit", commit]), "git does not agree about {commit}");
    }
    let unsigned = test.commit_tree(tree);
    assert_eq!(repo.signed(crate::git::CommitId::parse(&unsigned).unwrap()).unwrap(), None);
}
