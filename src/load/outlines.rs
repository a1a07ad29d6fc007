//! What a version of a file says of the dates, the scope and the status of releases: all that their history is made of.

use std::collections::HashMap;
use std::rc::Rc;

use rayon::prelude::*;
use serde::{Deserialize, Serialize};
use smol_str::{SmolStr, format_smolstr};

use super::cache::Cache;
use super::source::MAX_FILE_SIZE;
use super::versions::may_hold;
use super::yaml;
use crate::diagnostic::FileId;
use crate::git::{BlobError, BlobId, BlobReader, GitError, Repo};
use crate::model::Kind;
use crate::model::facts::Field;
use crate::model::node::Node;

/// A version of a file; none where it cannot be parsed, so that nobody knows what it says.
pub(super) type Version = Option<Rc<Vec<Outline>>>;

/// What a release says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Outline {
    #[serde(rename = "i")]
    pub(super) id: SmolStr,
    /// By subject and field, sorted; each once.
    #[serde(rename = "v")]
    pub(super) values: Vec<(SmolStr, Field, SmolStr)>,
}

impl Outline {
    fn read(document: &Node<'_>) -> Option<Self> {
        let is_release = document.get("kind").and_then(Node::text) == Some(Kind::Release.as_str());
        let id = document.get("id").and_then(Node::text).filter(|_| is_release)?;
        let mut values = Vec::new();
        let mut note = |subject: &SmolStr, field: Field, node: Option<&Node<'_>>| {
            if let Some(text) = node.and_then(Node::text) {
                values.push((subject.clone(), field, SmolStr::new(text.trim())));
            }
        };
        let own = SmolStr::default();
        note(&own, Field::Target, document.get("target"));
        for phase in document.get("phases").map(Node::items).unwrap_or_default() {
            let Some(subject) = named("phases", phase) else { continue };
            note(&subject, Field::Start, phase.get("start"));
            note(&subject, Field::End, phase.get("end"));
            note(&subject, Field::Date, phase.get("date"));
            note(&subject, Field::Id, phase.get("id"));
        }
        for milestone in document.get("milestones").map(Node::items).unwrap_or_default() {
            let Some(subject) = named("milestones", milestone) else { continue };
            note(&subject, Field::Date, milestone.get("date"));
        }
        let status = document.get("status").and_then(Node::text).unwrap_or("draft");
        values.push((own, Field::Status, SmolStr::new(status.trim())));
        for item in document.get("scope").map(Node::items).unwrap_or_default() {
            let Some(project) = item.get("project").and_then(Node::text) else { continue };
            let version = item.get("version").and_then(Node::text).unwrap_or_default();
            values.push((format_smolstr!("scope/{project}"), Field::Version, SmolStr::new(version.trim())));
        }
        values.sort_by(|a, b| (&a.0, a.1).cmp(&(&b.0, b.1)));
        values.dedup_by(|later, first| (&later.0, later.1) == (&first.0, first.1));
        Some(Self { id: SmolStr::new(id), values })
    }
}

fn named(list: &str, node: &Node<'_>) -> Option<SmolStr> {
    Some(format_smolstr!("{list}/{}", node.get("id")?.text()?))
}

/// What the bytes of a file say.
pub(super) fn read(bytes: &[u8]) -> Option<Vec<Outline>> {
    let text = std::str::from_utf8(bytes).ok().filter(|text| !text.contains('\0'))?;
    if text.contains("kind") && !may_hold(text, &[Kind::Release]) {
        return Some(Vec::new());
    }
    let parsed = yaml::parse(text, FileId(0), "");
    parsed.findings.is_empty().then(|| parsed.documents.iter().filter_map(Outline::read).collect())
}

/// Versions of files, each read once.
pub(super) struct Outlines {
    git_dir: std::path::PathBuf,
    cache: Cache<Option<Vec<Outline>>>,
    known: HashMap<BlobId, Version>,
}

impl Outlines {
    pub(super) fn open(repo: &Repo) -> Self {
        let cache = Cache::open(repo.common_dir(), "outlines-v1");
        Self { git_dir: repo.git_dir().to_path_buf(), cache, known: HashMap::new() }
    }

    /// Reads these versions, those that nobody has read before on every core.
    pub(super) fn learn(&mut self, mut blobs: Vec<BlobId>) -> Result<(), GitError> {
        blobs.retain(|blob| !self.known.contains_key(blob));
        blobs.sort_unstable();
        blobs.dedup();
        let mut unread = Vec::new();
        for blob in blobs {
            match self.cache.get(&blob) {
                Some(version) => _ = self.known.insert(blob, version.map(Rc::new)),
                None => unread.push(blob),
            }
        }
        let open = || BlobReader::open(&self.git_dir);
        let read = |reader: &mut Result<BlobReader, GitError>, blob: &BlobId| {
            let reader = reader.as_ref().map_err(|error| GitError::Other(error.to_string()))?;
            match reader.read(*blob, MAX_FILE_SIZE) {
                Ok(bytes) => Ok((*blob, read(&bytes))),
                Err(BlobError::TooLarge { .. }) => Ok((*blob, Some(Vec::new()))),
                Err(BlobError::Git(error)) => Err(error),
            }
        };
        let versions: Vec<_> = unread.par_iter().map_init(open, read).collect::<Result<_, GitError>>()?;
        for (blob, version) in versions {
            self.cache.put(&blob, &version);
            self.known.insert(blob, version.map(Rc::new));
        }
        Ok(())
    }

    /// What a version says.
    pub(super) fn get(&mut self, blob: BlobId) -> Result<Version, GitError> {
        if !self.known.contains_key(&blob) {
            self.learn(vec![blob])?;
        }
        Ok(self.known.get(&blob).cloned().flatten())
    }

    /// Keeps what was read for the next time.
    pub(super) fn save(&self) {
        self.cache.save();
    }
}
