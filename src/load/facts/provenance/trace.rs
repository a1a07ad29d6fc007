//! One walk over the history, newest to oldest, that finds for each value the commit that brought it.
//!
//! A commit *has* a value when any manifest in its tree has it, below the same release and gate. Each value that is asked
//! about is handed from commit to parent for as long as the parent has it: at a merge to the first parent that does. The
//! commit that has it while no parent does has brought it. A value is in as many files as it is in; what is handed on is that
//! number, so that only files that differ between a commit and its parent are looked at.
//!
//! A manifest that cannot be parsed has nothing: who mends it brings all that it holds.

use std::collections::{HashMap, HashSet};
use std::rc::Rc;

use super::store::{Known, Store, UnitId};
use super::units::{Ballot, Unit, role_and_person};
use crate::git::{BlobId, CommitId, FileChange, Files, Follow, GitError, Part, Repo, Visit};

/// The number of a question.
pub(super) type Question = usize;

/// The commit that brought a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Answer {
    pub(super) commit: CommitId,
    pub(super) parents: Vec<CommitId>,
    /// How many commits the walk had visited before: more is older.
    pub(super) age: usize,
    pub(super) at_boundary: bool,
}

/// What else the commit did that brought an approval.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Circumstances {
    /// The parts of the release as that commit has them; none for changes.
    pub(super) parts: Option<[String; 3]>,
    pub(super) with_criteria: bool,
    /// The entry of the same role and person that it took away, and the question who had brought that.
    pub(super) replaced: Option<(String, Question)>,
}

/// What a commit still has to answer for.
type Asked = HashMap<UnitId, Asking>;

#[derive(Debug, Clone, Default)]
struct Asking {
    /// In how many files the commit has the value.
    files: u32,
    questions: Vec<Question>,
}

/// The questions, and the answers so far.
pub(super) struct Trace<'r> {
    repo: &'r Repo,
    files: Files<'r>,
    store: Store,
    first: Asked,
    pub(super) answers: Vec<Option<Rc<Answer>>>,
    /// By the unit of the approval.
    circumstances: HashMap<UnitId, Circumstances>,
    /// Approvals about which circumstances are wanted.
    approvals: HashSet<UnitId>,
}

impl<'r> Trace<'r> {
    pub(super) fn new(repo: &'r Repo, part: Part<'r>, store: Store) -> Self {
        let (first, answers, circumstances, approvals) = Default::default();
        Self { repo, files: repo.files(part), store, first, answers, circumstances, approvals }
    }

    /// Asks who brought a value.
    pub(super) fn ask(&mut self, unit: Unit) -> Question {
        let is_approval = matches!(unit, Unit::Approval { .. } | Unit::ChangeApproval { .. });
        let unit = self.store.number(unit);
        if is_approval {
            self.approvals.insert(unit);
        }
        let question = self.answers.len();
        self.answers.push(None);
        self.first.entry(unit).or_default().questions.push(question);
        question
    }

    /// What else the commit did that brought this approval.
    pub(super) fn circumstances_of(&mut self, approval: &Unit) -> Option<Circumstances> {
        let unit = self.store.number(approval.clone());
        self.circumstances.get(&unit).cloned()
    }

    /// Walks until everything is answered. What the tip does not have stays without an answer: it is not committed.
    pub(super) fn run(&mut self, tip: CommitId) -> Result<(), GitError> {
        self.walk(tip)?;
        self.store.save();
        Ok(())
    }

    fn walk(&mut self, tip: CommitId) -> Result<(), GitError> {
        let mut asked = std::mem::take(&mut self.first);
        for file in self.files.changed(None, tip)? {
            for unit in &self.held(file.new)?.ids {
                if let Some(asking) = asked.get_mut(unit) {
                    asking.files += 1;
                }
            }
        }
        asked.retain(|_, asking| asking.files > 0);
        if asked.is_empty() {
            return Ok(());
        }
        let mut pending = HashMap::from([(tip, asked)]);
        for (age, visit) in self.repo.walk(tip, Follow::AllParents)?.enumerate() {
            if pending.is_empty() {
                return Ok(());
            }
            let visit = visit?;
            if let Some(asked) = pending.remove(&visit.id) {
                self.visit(&visit, age, asked, &mut pending)?;
            }
        }
        if pending.is_empty() {
            return Ok(());
        }
        Err(GitError::Other("the history of the git repository contradicts itself; run `git fsck`".to_owned()))
    }

    fn held(&mut self, blob: Option<BlobId>) -> Result<Rc<Known>, GitError> {
        blob.map_or_else(|| Ok(Rc::default()), |blob| self.store.read(blob))
    }

    fn visit(
        &mut self,
        visit: &Visit,
        age: usize,
        mut asked: Asked,
        pending: &mut HashMap<CommitId, Asked>,
    ) -> Result<(), GitError> {
        let mut changes = Vec::new();
        for parent in &visit.parents {
            if asked.is_empty() {
                return Ok(());
            }
            let files = self.files.changed(Some(*parent), visit.id)?;
            let brought = self.hand_on(&files, &mut asked)?;
            if !asked.is_empty() {
                join(pending.entry(*parent).or_default(), asked);
            }
            asked = brought;
            changes.push(files);
        }
        if asked.is_empty() {
            return Ok(());
        }
        if asked.keys().any(|unit| self.approvals.contains(unit)) {
            if changes.is_empty() {
                changes.push(self.files.changed(None, visit.id)?);
            }
            self.look_around(visit, &changes, &asked, pending)?;
        }
        let (commit, parents, at_boundary) = (visit.id, visit.parents.clone(), visit.is_boundary);
        let answer = Rc::new(Answer { commit, parents, age, at_boundary });
        for question in asked.into_values().flat_map(|asking| asking.questions) {
            self.answers[question] = Some(Rc::clone(&answer));
        }
        Ok(())
    }

    /// Leaves in `asked` what a parent has too, with the number of its files there; the rest is returned as it was.
    fn hand_on(&mut self, files: &[FileChange], asked: &mut Asked) -> Result<Asked, GitError> {
        let mut shifts: HashMap<UnitId, i64> = HashMap::new();
        for FileChange { old, new, .. } in files {
            for (blob, shift) in [(new, -1), (old, 1)] {
                for unit in self.held(*blob)?.ids.iter().filter(|unit| asked.contains_key(unit)) {
                    *shifts.entry(*unit).or_default() += shift;
                }
            }
        }
        let mut brought = Asked::new();
        for (unit, shift) in shifts {
            let Some(asking) = asked.get_mut(&unit) else { continue };
            match u32::try_from(i64::from(asking.files) + shift) {
                Ok(files @ 1..) => asking.files = files,
                _ => brought.extend(asked.remove_entry(&unit)),
            }
        }
        Ok(brought)
    }

    /// Notes what else a commit did that brought approvals. `changes` are its files against each parent, or all of them.
    fn look_around(
        &mut self,
        visit: &Visit,
        changes: &[Vec<FileChange>],
        brought: &Asked,
        pending: &mut HashMap<CommitId, Asked>,
    ) -> Result<(), GitError> {
        let read = |store: &mut Store, blobs: &mut dyn Iterator<Item = Option<BlobId>>| {
            blobs.flatten().map(|blob| store.read(blob)).collect::<Result<Vec<_>, _>>()
        };
        let now = read(&mut self.store, &mut changes.iter().take(1).flatten().map(|file| file.new))?;
        let mut before = Vec::new();
        for files in changes {
            before.push(read(&mut self.store, &mut files.iter().map(|file| file.old))?);
        }
        let first = before.first().map(Vec::as_slice).unwrap_or_default();
        for ballot in now.iter().flat_map(|known| known.units.ballots()) {
            let mut earlier = None;
            for approval in ballot.approvals {
                let unit = self.store.number(ballot.unit(&approval.value));
                if !brought.contains_key(&unit) || self.circumstances.contains_key(&unit) {
                    continue;
                }
                let earlier: &Vec<Ballot<'_>> = earlier.get_or_insert_with(|| same(&ballot, first));
                let with_criteria = !visit.is_boundary
                    && !ballot.criteria().is_empty()
                    && before
                        .iter()
                        .all(|known| same(&ballot, known).iter().all(|old| old.criteria() != ballot.criteria()));
                let replaced = replaced(&ballot, &approval.value, earlier).map(|old| {
                    let question = self.ask_on(visit.parents.first().copied(), ballot.unit(old), first, pending);
                    (old.to_owned(), question)
                });
                let parts = ballot.release.map(|release| release.parts.clone());
                self.circumstances.insert(unit, Circumstances { parts, with_criteria, replaced });
            }
        }
        Ok(())
    }

    /// Asks, in the middle of the walk, who brought a value that a parent has in these of its files.
    fn ask_on(
        &mut self,
        parent: Option<CommitId>,
        unit: Unit,
        files: &[Rc<Known>],
        pending: &mut HashMap<CommitId, Asked>,
    ) -> Question {
        let unit = self.store.number(unit);
        let question = self.answers.len();
        self.answers.push(None);
        if let Some(parent) = parent {
            let files = files.iter().filter(|known| known.ids.binary_search(&unit).is_ok()).count() as u32;
            let asking = Asking { files, questions: vec![question] };
            join(pending.entry(parent).or_default(), HashMap::from([(unit, asking)]));
        }
        question
    }
}

/// The lists of the same gate or change in other versions of files.
fn same<'k>(ballot: &Ballot<'_>, known: &'k [Rc<Known>]) -> Vec<Ballot<'k>> {
    known.iter().flat_map(|known| known.units.ballots()).filter(|other| other.is_same_as(ballot)).collect()
}

/// The last entry of the same role and person that was there before and is not any more.
fn replaced<'b>(ballot: &Ballot<'_>, value: &str, earlier: &[Ballot<'b>]) -> Option<&'b str> {
    let who = role_and_person(value)?;
    let entries = earlier.iter().flat_map(|old| old.approvals).map(|entry| entry.value.as_str());
    let mut gone = entries.filter(|old| ballot.approvals.iter().all(|entry| entry.value != *old));
    gone.rfind(|old| role_and_person(old).is_some_and(|other| other == who))
}

/// Adds `more` to what a commit is asked already, always the smaller to the larger.
fn join(all: &mut Asked, mut more: Asked) {
    if more.len() > all.len() {
        std::mem::swap(all, &mut more);
    }
    for (unit, asking) in more {
        let known = all.entry(unit).or_default();
        known.files = known.files.max(asking.files);
        known.questions.extend(asking.questions);
    }
}
