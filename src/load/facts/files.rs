//! Files as they are: hash and size.

use std::collections::{BTreeSet, HashMap};
use std::fmt::Write;

use rayon::prelude::*;
use sha2::{Digest, Sha256};

use crate::load::source::{ReadError, Source};
use crate::model::facts::FileFact;

/// How a pointer of Git LFS begins.
const POINTER: &[u8] = b"version https://git-lfs.github.com/spec/v1\n";

/// A pointer is shorter, in bytes.
const MAX_POINTER: usize = 1024;

/// The files at these paths, by path; none: there is no such file, or it cannot be read. Paths that leave the root are left
/// out.
pub(super) fn facts(source: &Source, paths: BTreeSet<&str>) -> HashMap<String, Option<FileFact>> {
    let paths: Vec<&str> = paths.into_iter().collect();
    let fact = |path: &&str| {
        let fact = match streamed(source, path) {
            Err(ReadError::OutsideRoot) => return None,
            fact => fact.ok(),
        };
        Some(((*path).to_owned(), fact))
    };
    paths.par_iter().filter_map(fact).collect()
}

/// A file whose content is in memory.
pub(super) fn fact(path: String, bytes: &[u8]) -> FileFact {
    let mut sum = Sum::default();
    sum.take(bytes);
    sum.fact(path)
}

fn streamed(source: &Source, path: &str) -> Result<FileFact, ReadError> {
    let mut sum = Sum::default();
    source.stream(path, &mut |piece| sum.take(piece))?;
    Ok(sum.fact(path.to_owned()))
}

/// What is known of a file that goes by in pieces.
#[derive(Default)]
struct Sum {
    hash: Sha256,
    bytes: u64,
    /// The first bytes, as many as a pointer has.
    head: Vec<u8>,
}

impl Sum {
    fn take(&mut self, piece: &[u8]) {
        self.hash.update(piece);
        self.bytes += piece.len() as u64;
        let room = MAX_POINTER.saturating_sub(self.head.len());
        self.head.extend_from_slice(&piece[..piece.len().min(room)]);
    }

    fn fact(self, path: String) -> FileFact {
        if self.bytes < MAX_POINTER as u64
            && let Some((sha256, bytes)) = pointer(&self.head)
        {
            return FileFact { path, sha256, bytes, committed_at: None, is_pointer: true };
        }
        let sha256 = self.hash.finalize().iter().fold(String::with_capacity(64), |mut text, byte| {
            let _ = write!(text, "{byte:02x}");
            text
        });
        FileFact { path, sha256, bytes: self.bytes, committed_at: None, is_pointer: false }
    }
}

/// The hash and the size that a pointer names.
fn pointer(text: &[u8]) -> Option<(String, u64)> {
    let lines = std::str::from_utf8(text.strip_prefix(POINTER)?).ok()?;
    let field = |name: &str| lines.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
    let hash = field("oid")?.strip_prefix("sha256:")?;
    let is_hash = hash.len() == 64 && hash.bytes().all(|byte| byte.is_ascii_hexdigit());
    Some((is_hash.then(|| hash.to_ascii_lowercase())?, field("size")?.parse().ok()?))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]

    use super::*;

    #[test]
    fn a_file_is_its_bytes() {
        let known = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        let file = fact("a.bin".to_owned(), b"abc");
        assert_eq!((file.sha256.as_str(), file.bytes, file.is_pointer), (known, 3, false));
        let mut pieces = Sum::default();
        pieces.take(b"a");
        pieces.take(b"bc");
        assert_eq!(pieces.fact("a.bin".to_owned()), file);
    }

    #[test]
    fn a_pointer_stands_for_what_is_elsewhere() {
        let hash = "4d7a214614ab2935c943f9e0ff69d22eadbb8f32b1258daaa5e2ca24d17e2393";
        let text = format!("version https://git-lfs.github.com/spec/v1\noid sha256:{hash}\nsize 12345\n");
        let file = fact("a.bin".to_owned(), text.as_bytes());
        assert_eq!((file.sha256.as_str(), file.bytes, file.is_pointer), (hash, 12345, true));
        let broken = fact("a.bin".to_owned(), text.replace("sha256:", "md5:").as_bytes());
        assert!(!broken.is_pointer);
    }
}
