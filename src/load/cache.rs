//! What objects of the repository held, kept between runs in a folder below `relm` in the common git folder.
//!
//! It saves time and nothing else: it may be deleted at any time, and where it cannot be written nobody is told. Entries
//! stand in sixteen files by the first digit of the object, a line each: the object, a checksum, and what it holds. The
//! checksum is over the version of relm, the kind of content, the object and the content, so that what is cut off, damaged,
//! put under another object or written by another version is not believed. It does not protect against somebody who writes into the git folder on
//! purpose: who can do that can replace the objects and the references too, and nothing that is read there proves anything.
//!
//! Files are replaced as a whole; of two processes that end together the later one's entries stay, and the others are read
//! again some time.

use std::collections::{HashMap, HashSet};
use std::ffi::OsString;
use std::fmt::Write as _;
use std::fs;
use std::io::Write as _;
use std::marker::PhantomData;
use std::ops::Range;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use serde::Serialize;
use serde::de::DeserializeOwned;

/// What all files of a kind may hold together, in bytes.
const MAX_TOTAL: usize = 64 * 1024 * 1024;
/// What one of the sixteen may hold whatever the others do, in bytes.
const FAIR_SHARE: usize = 4 * 1024 * 1024;

/// Content of one kind, by the object it was read from.
#[derive(Debug)]
pub struct Cache<T> {
    folder: PathBuf,
    /// The kind of content and the version of its shape.
    kind: &'static str,
    content: PhantomData<T>,
    shards: HashMap<char, Shard>,
}

/// One file.
#[derive(Debug, Default)]
struct Shard {
    text: String,
    /// The lines by blob.
    lines: HashMap<String, Range<usize>>,
    /// Blobs whose line was asked for and is right.
    used: HashSet<String>,
    fresh: Vec<String>,
}

impl<T: Serialize + DeserializeOwned> Cache<T> {
    /// Opens what is kept of this kind; its name ends in the version of the content's shape.
    pub fn open(common_dir: &Path, kind: &'static str) -> Self {
        Self { folder: common_dir.join("relm").join(kind), kind, content: PhantomData, shards: HashMap::new() }
    }

    /// What is known of an object, by its identifier in hexadecimal.
    pub fn get(&mut self, object: &impl ToString) -> Option<T> {
        let (object, kind) = (object.to_string(), self.kind);
        let shard = self.shard(&object);
        let line = &shard.text[shard.lines.get(&object)?.clone()];
        let content = intact(kind, &object, line).and_then(|json| serde_json::from_str(json).ok());
        match content {
            Some(_) => _ = shard.used.insert(object),
            None => _ = shard.lines.remove(&object),
        }
        content
    }

    /// Takes note of what an object holds.
    pub fn put(&mut self, object: &impl ToString, content: &T) {
        let object = object.to_string();
        if let Ok(json) = serde_json::to_string(content) {
            let line = format!("{object} {} {json}\n", checksum(self.kind, &object, &json));
            self.shard(&object).fresh.push(line);
        }
    }

    fn shard(&mut self, blob: &str) -> &mut Shard {
        let digit = blob.chars().next().unwrap_or_default();
        let folder = &self.folder;
        self.shards.entry(digit).or_insert_with(|| Shard::read(&folder.join(digit.to_string())))
    }

    /// Writes what is new. Whether that works is of no importance.
    pub fn save(&self) {
        let changed: Vec<_> = self.shards.iter().filter(|(_, shard)| !shard.fresh.is_empty()).collect();
        if changed.is_empty() || fs::create_dir_all(&self.folder).is_err() {
            return;
        }
        let files = fs::read_dir(&self.folder).into_iter().flatten().flatten();
        let sizes = files.map(|file| (file.file_name(), file.metadata().map_or(0, |it| it.len() as usize)));
        let mut sizes: HashMap<OsString, usize> = sizes.collect();
        for (digit, shard) in changed {
            let name = OsString::from(digit.to_string());
            sizes.remove(&name);
            let room = MAX_TOTAL.saturating_sub(sizes.values().sum()).max(FAIR_SHARE);
            let content = shard.content(self.kind, room);
            if replace(&self.folder, &digit.to_string(), &content).is_err() {
                return;
            }
            sizes.insert(name, content.len());
        }
    }
}

impl Shard {
    fn read(path: &Path) -> Self {
        let is_ours = fs::symlink_metadata(path).is_ok_and(|it| it.is_file() && it.len() <= MAX_TOTAL as u64);
        let text = is_ours.then(|| fs::read(path).ok()).flatten().unwrap_or_default();
        let text = String::from_utf8(text).unwrap_or_default();
        let mut lines = HashMap::new();
        let mut at = 0;
        for line in text.split_inclusive('\n') {
            // A line without its end was cut off.
            if let (Some((blob, _)), true) = (line.split_once(' '), line.ends_with('\n')) {
                lines.insert(blob.to_owned(), at..at + line.len());
            }
            at += line.len();
        }
        Self { text, lines, ..Self::default() }
    }

    /// What is to be written: what was of use first, then the rest, as much as there is room for.
    fn content(&self, kind: &str, room: usize) -> String {
        let mut lines: Vec<(bool, &str)> = self.fresh.iter().map(|line| (false, line.as_str())).collect();
        for (blob, at) in &self.lines {
            let (line, is_used) = (&self.text[at.clone()], self.used.contains(blob));
            if is_used || intact(kind, blob, line).is_some() {
                lines.push((!is_used, line));
            }
        }
        lines.sort_unstable();
        lines.dedup();
        let mut content = String::new();
        for (_, line) in lines {
            if content.len() + line.len() <= room {
                content.push_str(line);
            }
        }
        content
    }
}

/// What a line says, if its checksum is right.
fn intact<'l>(kind: &str, blob: &str, line: &'l str) -> Option<&'l str> {
    let mut parts = line.strip_suffix('\n')?.splitn(3, ' ').skip(1);
    let (sum, json) = (parts.next()?, parts.next()?);
    (sum == checksum(kind, blob, json)).then_some(json)
}

fn checksum(kind: &str, blob: &str, json: &str) -> String {
    let mut hash = Sha256::new();
    for part in [&format!("relm {kind}"), env!("CARGO_PKG_VERSION"), blob, json] {
        hash.update((part.len() as u64).to_le_bytes());
        hash.update(part);
    }
    hash.finalize().iter().fold(String::with_capacity(64), |mut text, byte| {
        _ = write!(text, "{byte:02x}");
        text
    })
}

fn replace(folder: &Path, name: &str, content: &str) -> std::io::Result<()> {
    let mut file = tempfile::NamedTempFile::new_in(folder)?;
    file.write_all(content.as_bytes())?;
    file.persist(folder.join(name))?;
    Ok(())
}
