//! The shapes of files, kept between runs: where in a file each value begins and ends. Finding that out is most of the work of
//! reading a portfolio, and few files differ from one run to the next.
//!
//! One file below `relm` in the common git folder holds them, in a form of its own. A shape is found by the SHA-256 of the
//! bytes of its file, so that it is never taken for that of another text, and it is read together with that text. It saves time and nothing else:
//! it may be deleted at any time, what is cut off, damaged or written by another version is not believed, and where it cannot
//! be written nobody is told. It does not protect against somebody who writes into the git folder on purpose; neither does
//! the rest of what lies there.
//!
//! The file is replaced as a whole; of two processes that end together the later one's shapes stay, and the other files are
//! parsed again some time.

mod form;

use std::cmp::Ordering;
use std::collections::HashMap;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering::Relaxed;
use std::sync::{Mutex, PoisonError};

use sha2::{Digest, Sha256};

use super::yaml::{self, Parsed};
use crate::diagnostic::{FileId, SourceMap};
use crate::model::node::Node;

/// Fewer files than this are parsed sooner than anybody waits for.
const WORTH: usize = 200;
/// One in so many files has to be new for the rest to be written again.
const SHARE: usize = 64;
/// The largest file that is kept, in bytes.
const MAX_FILE: usize = 64 * 1024 * 1024;
/// A shape larger than this many times its text is not kept: aliases repeat much of it.
const MAX_GROWTH: usize = 2;
/// What the file begins with: its form, and the version of relm that parsed. Whoever changes what [`yaml::parse`] makes of a text
/// between two versions counts the form up.
const HEAD: &str = concat!("relm shapes 1, relm ", env!("CARGO_PKG_VERSION"), "\n");
/// The checksum and the number of shapes.
const NUMBERS: usize = 12;
/// The hash of a text, and where its shape begins and how long it is.
const ENTRY: usize = 32 + 4 + 4;

/// The name of a text: the SHA-256 of its bytes.
type Name = [u8; 32];

/// What is known of the shapes of texts, and what is learnt.
#[derive(Debug, Default)]
pub struct Shapes {
    /// None: nothing is kept.
    folder: Option<PathBuf>,
    /// The whole file as it was read; empty when there is none that can be believed.
    kept: Vec<u8>,
    /// Whether each that is kept was asked for.
    used: Vec<AtomicBool>,
    fresh: Mutex<HashMap<Name, Vec<u8>>>,
}

impl Shapes {
    /// Opens what is kept below the common folder of a repository, where that is worth it for so many files.
    pub fn open(common_dir: Option<&Path>, files: usize) -> Self {
        let Some(common_dir) = common_dir.filter(|_| files >= WORTH) else { return Self::default() };
        let folder = common_dir.join("relm");
        let path = folder.join("shapes");
        let is_ours = fs::symlink_metadata(&path).is_ok_and(|it| it.is_file() && it.len() <= MAX_FILE as u64);
        let kept = is_ours.then(|| fs::read(&path).ok()).flatten().filter(|bytes| is_intact(bytes)).unwrap_or_default();
        let mut shapes = Self { folder: Some(folder), kept, ..Self::default() };
        shapes.used = (0..shapes.count()).map(|_| AtomicBool::new(false)).collect();
        shapes
    }

    /// What [`yaml::parse`] says of a text. A text that was parsed before without any fault is not parsed again.
    pub fn parse<'a>(&self, text: &'a str, file: FileId, path: &str) -> Parsed<'a> {
        if self.folder.is_none() {
            return yaml::parse(text, file, path);
        }
        let name: Name = Sha256::digest(text).into();
        if let Some(documents) = self.known(&name, text, file) {
            return Parsed { documents, ..Parsed::default() };
        }
        let parsed = yaml::parse(text, file, path);
        if parsed.findings.is_empty()
            && parsed.comments.is_empty()
            && let Some(shape) = form::write(&parsed.documents, text, text.len() * MAX_GROWTH)
        {
            self.fresh.lock().unwrap_or_else(PoisonError::into_inner).insert(name, shape);
        }
        parsed
    }

    fn known<'a>(&self, name: &Name, text: &'a str, file: FileId) -> Option<Vec<Node<'a>>> {
        let (mut low, mut high) = (0, self.count());
        while low < high {
            let middle = usize::midpoint(low, high);
            let (other, shape) = self.entry(middle)?;
            match other.cmp(name) {
                Ordering::Less => low = middle + 1,
                Ordering::Greater => high = middle,
                Ordering::Equal => {
                    let documents = form::read(shape, text, file)?;
                    self.used.get(middle)?.store(true, Relaxed);
                    return Some(documents);
                }
            }
        }
        None
    }

    /// How many shapes are kept.
    fn count(&self) -> usize {
        self.kept.get(HEAD.len() + 8..).and_then(number).unwrap_or(0)
    }

    /// One of those that are kept; they are sorted by name.
    fn entry(&self, place: usize) -> Option<(Name, &[u8])> {
        let from = HEAD.len() + NUMBERS + place * ENTRY;
        let entry = self.kept.get(from..from + ENTRY)?;
        let name = entry.get(..32)?.try_into().ok()?;
        let (at, len) = (number(&entry[32..])?, number(&entry[36..])?);
        let shapes = self.kept.get(HEAD.len() + NUMBERS + self.count() * ENTRY..)?;
        Some((name, shapes.get(at..at.checked_add(len)?)?))
    }

    /// Keeps what was learnt, if that is worth it for so many files.
    pub fn save(self, files: usize) {
        let fresh = self.fresh.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(folder) = self.folder.as_ref().filter(|_| fresh.len() > files / SHARE) else { return };
        let content = self.content(&fresh);
        // Whether that works is of no importance.
        _ = replace(folder, &content);
    }

    /// What is to be written: what is new, what was of use, and of the rest as much as there is room for.
    fn content(&self, fresh: &HashMap<Name, Vec<u8>>) -> Vec<u8> {
        let kept = (0..self.count()).filter_map(|place| Some((place, self.entry(place)?)));
        let (used, unused): (Vec<_>, Vec<_>) =
            kept.partition(|(place, _)| self.used.get(*place).is_some_and(|used| used.load(Relaxed)));
        let fresh = fresh.iter().map(|(name, shape)| (*name, &shape[..]));
        let kept = used.into_iter().chain(unused).map(|(_, entry)| entry);
        let mut left = MAX_FILE - HEAD.len() - NUMBERS;
        let mut shapes: Vec<(Name, &[u8])> = fresh
            .chain(kept)
            .take_while(|(_, shape)| {
                let rest = left.checked_sub(ENTRY + shape.len());
                left = rest.unwrap_or(left);
                rest.is_some()
            })
            .collect();
        shapes.sort_unstable_by_key(|(name, _)| *name);
        shapes.dedup_by_key(|(name, _)| *name);
        let mut body = (shapes.len() as u32).to_le_bytes().to_vec();
        let mut at = 0_u32;
        for (name, shape) in &shapes {
            body.extend(name);
            body.extend(at.to_le_bytes());
            body.extend((shape.len() as u32).to_le_bytes());
            at += shape.len() as u32;
        }
        for (_, shape) in &shapes {
            body.extend(*shape);
        }
        [HEAD.as_bytes(), &SourceMap::hash(&body).to_le_bytes(), &body].concat()
    }
}

/// Whether a file is of this form, of this version, and whole.
fn is_intact(bytes: &[u8]) -> bool {
    bytes
        .strip_prefix(HEAD.as_bytes())
        .and_then(<[u8]>::split_first_chunk)
        .is_some_and(|(sum, body): (&[u8; 8], _)| u64::from_le_bytes(*sum) == SourceMap::hash(body))
}

/// The number that four bytes begin with.
fn number(bytes: &[u8]) -> Option<usize> {
    Some(u32::from_le_bytes(*bytes.first_chunk()?) as usize)
}

fn replace(folder: &Path, content: &[u8]) -> std::io::Result<()> {
    fs::create_dir_all(folder)?;
    let mut file = tempfile::NamedTempFile::new_in(folder)?;
    file.write_all(content)?;
    file.persist(folder.join("shapes"))?;
    Ok(())
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used)]
mod tests;
