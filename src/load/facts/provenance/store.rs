//! What files held, each version read once.

use std::collections::HashMap;
use std::rc::Rc;

use super::units::{self, Unit, Units};
use crate::diagnostic::FileId;
use crate::git::{BlobError, BlobId, BlobReader, GitError, Repo};
use crate::load::cache::Cache;
use crate::load::source::MAX_FILE_SIZE;

/// The number of a unit.
pub(super) type UnitId = u32;

/// A version of a file.
#[derive(Debug, Default)]
pub(super) struct Known {
    pub(super) units: Units,
    /// The numbers of all its units, sorted.
    pub(super) ids: Vec<UnitId>,
}

/// Versions of files, and numbers for what they hold.
pub(super) struct Store {
    reader: BlobReader,
    cache: Cache<Units>,
    known: HashMap<BlobId, Rc<Known>>,
    numbers: HashMap<Unit, UnitId>,
}

impl Store {
    pub(super) fn open(repo: &Repo) -> Result<Self, GitError> {
        let reader = BlobReader::open(repo.git_dir())?;
        Ok(Self {
            reader,
            cache: Cache::open(repo.common_dir(), "units-v1"),
            known: HashMap::new(),
            numbers: HashMap::new(),
        })
    }

    /// The number of a unit: the same for the same value of the same thing.
    pub(super) fn number(&mut self, unit: Unit) -> UnitId {
        let next = self.numbers.len() as UnitId;
        *self.numbers.entry(unit).or_insert(next)
    }

    /// What a version of a file holds. One that is too long to be a manifest holds nothing; one that is missing is an
    /// error, for then nobody knows what it held.
    pub(super) fn read(&mut self, blob: BlobId) -> Result<Rc<Known>, GitError> {
        if let Some(known) = self.known.get(&blob) {
            return Ok(Rc::clone(known));
        }
        if let Some(units) = self.cache.get(&blob) {
            return Ok(self.learn(blob, units));
        }
        let units = match self.reader.read(blob, MAX_FILE_SIZE) {
            Ok(bytes) => units::read(&bytes, FileId(0)),
            Err(BlobError::TooLarge { .. }) => Units::default(),
            Err(BlobError::Git(error)) => return Err(error),
        };
        self.cache.put(&blob, &units);
        Ok(self.learn(blob, units))
    }

    /// Keeps what was read for the next time.
    pub(super) fn save(&self) {
        self.cache.save();
    }

    /// Takes note of what a version holds that somebody else has read.
    pub(super) fn learn(&mut self, blob: BlobId, units: Units) -> Rc<Known> {
        let mut ids: Vec<UnitId> = units.all().into_iter().map(|unit| self.number(unit)).collect();
        ids.sort_unstable();
        let known = Rc::new(Known { units, ids });
        self.known.insert(blob, Rc::clone(&known));
        known
    }
}
