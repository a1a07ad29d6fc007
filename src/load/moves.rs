//! How the dates, the scope and the status of releases changed: every commit beside its first parent.
//!
//! Only files that differ between the two are looked at, and each version of a file is read once. A file that cannot be parsed
//! says nothing: it is as it was, and its next readable version is compared with its last one. Of a release that stands in
//! several files the first by path counts, as it does when a portfolio is loaded. Where the portfolio was moved to another folder,
//! its files are compared with those of the folder it was in.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, BinaryHeap, HashMap, HashSet};
use std::path::Path;
use std::rc::Rc;

use rayon::prelude::*;
use smol_str::SmolStr;

use super::former::Folders;
use super::history::{People, Since, reachable};
use super::outlines::{self, Outline, Outlines, Version};
use super::portfolio::Loaded;
use super::root::ROOT_FILE;
use super::source::Source;
use super::versions::belongs;
use crate::git::{BlobId, CommitId, FileChange, Files, Follow, GitError, Part, Repo, Visit};
use crate::model::facts::{Chronicle, FieldChange, History, Place, Step, Unreadable};

/// What is asked of a history.
#[derive(Debug, Clone)]
pub struct Ask {
    /// Where it ends.
    pub since: Since,
    /// With [`Follow::AllParents`] a merge tells only what none of the commits has told that it brought in; with
    /// [`Follow::FirstParents`] it tells all that it changed, and they are not looked at.
    pub follow: Follow,
    /// Whether commits are listed too that changed nothing but other parts of manifests, and the work tree in any case.
    pub every: bool,
}

/// Learns it.
pub fn chronicle(source: &Source, loaded: &Loaded, ask: &Ask) -> Result<Chronicle, GitError> {
    let Ask { since, follow, every } = ask;
    let nothing = |history| Chronicle { history, ..Chronicle::default() };
    let Some((repo, prefix)) = source.repository()? else { return Ok(nothing(History::OutsideGit)) };
    let Some(tip) = source.commit() else { return Ok(nothing(History::NoCommit)) };
    let tip = CommitId::parse(tip)?;
    let belongs = belongs(loaded);
    let part = Part { prefix: &prefix, belongs: &belongs };
    let mut walk = Walk::new(&repo, part, tip, *follow)?;
    let told = walk.told(&belongs)?;
    let mut now = walk.state(tip)?;
    let uncommitted = match source {
        Source::WorkTree(_) => walk.uncommitted(source, loaded, tip, &belongs)?,
        Source::Revision(_) => Vec::new(),
    };
    for FieldChange { place, after, .. } in &uncommitted {
        match after {
            Some(value) => _ = now.insert(place.clone(), value.clone()),
            None => _ = now.remove(place),
        }
    }
    let touched = walk.last_touched();
    let Walk { visits, mut unreadable, outlines, order, folders, .. } = walk;
    outlines.save();
    unreadable.reverse();
    let left_out = match since {
        Since::Revision(rev) => reachable(&repo, &repo.resolve(rev)?.id)?,
        Since::Beginning | Since::Instant(_) => HashSet::new(),
    };
    let (people, mailmap) = (People::of(loaded), repo.mailmap(tip)?);
    let mut chronicle = nothing(if repo.is_shallow() { History::Shallow } else { History::Whole });
    let versions = |visit: &Visit| -> Vec<String> {
        let places = visit.parents.iter().filter_map(|id| touched[*order.get(id)?]);
        places.map(|at| visits[at].id.to_string()).collect()
    };
    for (at, (visit, changes)) in visits.iter().zip(told).enumerate().rev() {
        if visit.is_boundary {
            chronicle.ends.push(people.revised(&repo, visit.id, &mailmap)?);
        }
        let is_wanted = !changes.is_empty() || *every && touched[at] == Some(at);
        if !is_wanted || left_out.contains(&visit.id) {
            continue;
        }
        let commit = people.revised(&repo, visit.id, &mailmap)?;
        if !matches!(since, Since::Instant(first) if commit.at.to_utc() < *first) {
            chronicle.steps.push(Step { commit: Some(commit), parents: versions(visit), changes });
        }
    }
    if !uncommitted.is_empty() || *every && matches!(source, Source::WorkTree(_)) {
        let parents = touched.first().copied().flatten().map(|at| visits[at].id.to_string());
        chronicle.steps.push(Step { commit: None, parents: parents.into_iter().collect(), changes: uncommitted });
    }
    Ok(Chronicle { unreadable, now, former: folders.former().to_vec(), ..chronicle })
}

/// Commits that one core looks at in a row.
const STRETCH: usize = 256;

/// Whether a file or folder belongs to the portfolio.
type Belongs<'b> = &'b (dyn Fn(&str, bool) -> bool + Sync);

/// The history, newest first.
struct Walk<'r> {
    repo: &'r Repo,
    files: Files<'r>,
    folders: Folders,
    visits: Vec<Visit>,
    /// The place of a commit in the walk.
    order: HashMap<CommitId, usize>,
    outlines: Outlines,
    unreadable: Vec<Unreadable>,
    /// Whether a commit changed any manifest.
    touched: Vec<bool>,
    /// The paths at which a release ever stood.
    homes: HashMap<SmolStr, BTreeSet<String>>,
}

/// A file before and after; one that cannot be parsed is as it was.
struct Pair {
    path: String,
    before: Version,
    after: Version,
}

impl<'r> Walk<'r> {
    fn new(repo: &'r Repo, part: Part<'r>, tip: CommitId, follow: Follow) -> Result<Self, GitError> {
        let visits: Vec<Visit> = repo.walk(tip, follow)?.collect::<Result<_, _>>()?;
        let order = visits.iter().enumerate().map(|(at, visit)| (visit.id, at)).collect();
        let (files, folders) = (repo.files(part), Folders::new(part.prefix));
        let (outlines, unreadable, touched, homes) = (Outlines::open(repo), Vec::new(), Vec::new(), HashMap::new());
        Ok(Self { repo, files, folders, visits, order, outlines, unreadable, touched, homes })
    }

    /// The files that each commit changed in its first parent, in the order of the walk. Every core has a stretch of it, for
    /// a commit and its parents have most folders in common.
    fn changed(&self, belongs: Belongs<'_>) -> Result<Vec<Vec<FileChange>>, GitError> {
        let (git_dir, folders) = (self.repo.git_dir(), &self.folders);
        let stretch = |visits: &[Visit]| {
            let repo = Repo::discover(git_dir)?.ok_or_else(|| GitError::NotARepository { path: git_dir.into() })?;
            let files = repo.files(Part { prefix: Path::new(""), belongs });
            let of = |visit: &Visit| {
                let parent = visit.parents.first().map(|&parent| (parent, folders.of(parent)));
                if visit.is_boundary {
                    return Ok(Vec::new());
                }
                files.changed_between(parent, (visit.id, folders.of(visit.id)))
            };
            visits.iter().map(of).collect::<Result<Vec<_>, _>>()
        };
        let stretches: Vec<_> = self.visits.par_chunks(STRETCH).map(stretch).collect::<Result<_, GitError>>()?;
        Ok(stretches.into_iter().flatten().collect())
    }

    /// What each commit tells, in the order of the walk.
    fn told(&mut self, belongs: Belongs<'_>) -> Result<Vec<Vec<FieldChange>>, GitError> {
        let mut changed = self.changed(belongs)?;
        while self.follow_folder(&changed, belongs)? {
            changed = self.changed(belongs)?;
        }
        // What stood in the commit where a clone ends is compared with nothing, but may stand in two files later.
        let mut ends = Vec::new();
        for visit in self.visits.iter().filter(|visit| visit.is_boundary) {
            ends.extend(self.files.changed_between(None, (visit.id, self.folders.of(visit.id)))?);
        }
        let files = || changed.iter().flatten().chain(&ends);
        self.outlines.learn(files().flat_map(|file| file.old.into_iter().chain(file.new)).collect())?;
        for FileChange { path, new, .. } in files() {
            let Some(version) = new.map(|blob| self.outlines.get(blob)).transpose()?.flatten() else { continue };
            for outline in version.iter() {
                let homes = self.homes.entry(outline.id.clone()).or_default();
                if !homes.contains(path) {
                    homes.insert(path.clone());
                }
            }
        }
        self.touched =
            changed.iter().zip(&self.visits).map(|(files, visit)| visit.is_boundary || !files.is_empty()).collect();
        let mut all = Vec::with_capacity(changed.len());
        for (at, files) in changed.iter().enumerate() {
            all.push(if files.is_empty() { Vec::new() } else { self.compare(at, files)? });
        }
        let merges: Vec<usize> =
            (0..all.len()).filter(|&at| self.visits[at].parents.len() > 1 && !all[at].is_empty()).collect();
        let mut own = Vec::with_capacity(merges.len());
        for at in merges {
            own.push((at, self.of_merge(at, &all)?));
        }
        for (at, changes) in own {
            all[at] = changes;
        }
        Ok(all)
    }

    /// Looks where the portfolio was before the commits that brought its `relm.yaml`. Says whether more is known than before.
    fn follow_folder(&mut self, changed: &[Vec<FileChange>], belongs: Belongs<'_>) -> Result<bool, GitError> {
        let came = |files: &[FileChange]| files.iter().any(|file| file.path == ROOT_FILE && file.old.is_none());
        let mut is_news = false;
        for (visit, _) in self.visits.iter().zip(changed).filter(|(_, files)| came(files)) {
            if let Some(&parent) = visit.parents.first() {
                is_news |= self.folders.follow(self.repo, belongs, (parent, visit.id))?;
            }
        }
        if is_news {
            self.folders.place(self.repo, self.visits.iter().map(|visit| visit.id))?;
        }
        Ok(is_news)
    }

    /// For each commit the nearest, itself or by first parents, that changed a manifest: both have the same.
    fn last_touched(&self) -> Vec<Option<usize>> {
        let mut last = vec![None; self.visits.len()];
        for at in (0..self.visits.len()).rev() {
            let parent = self.visits[at].parents.first().and_then(|id| self.order.get(id));
            last[at] = if self.touched[at] { Some(at) } else { parent.and_then(|&parent| last[parent]) };
        }
        last
    }

    /// What a merge changed in its first parent, without what it took over: what another parent has too and a commit that it
    /// brought in tells of.
    fn of_merge(&mut self, merge: usize, all: &[Vec<FieldChange>]) -> Result<Vec<FieldChange>, GitError> {
        let brought: HashSet<(&Place, &Option<SmolStr>)> =
            self.brought_in(merge).into_iter().flat_map(|at| &all[at]).map(|it| (&it.place, &it.after)).collect();
        let is_told = |change: &FieldChange| brought.contains(&(&change.place, &change.after));
        if !all[merge].iter().any(is_told) {
            return Ok(all[merge].clone());
        }
        let visit = self.visits[merge].clone();
        let mut others = Vec::with_capacity(visit.parents.len());
        for &parent in &visit.parents[1..] {
            let earlier = (parent, self.folders.of(parent));
            let files = self.files.changed_between(Some(earlier), (visit.id, self.folders.of(visit.id)))?;
            let pairs = self.pairs(visit.id, Some(parent), &files)?;
            let differs: HashSet<Place> = self.changes(visit.id, &pairs)?.into_iter().map(|it| it.place).collect();
            others.push(differs);
        }
        let is_taken = |change: &FieldChange| others.iter().any(|differs| !differs.contains(&change.place));
        Ok(all[merge].iter().filter(|change| !(is_told(change) && is_taken(change))).cloned().collect())
    }

    /// The commits that can be reached from a merge, but not from its first parent. As each commit comes before its parents,
    /// all is known of a commit when it is its turn.
    fn brought_in(&self, merge: usize) -> Vec<usize> {
        let mut pending = Pending::default();
        let place = |id: &CommitId| self.order.get(id).copied();
        for (nth, at) in self.visits[merge].parents.iter().filter_map(place).enumerate() {
            pending.reach(at, nth == 0);
        }
        let mut found = Vec::new();
        while let Some((at, is_main)) = pending.next() {
            if !is_main {
                found.push(at);
            }
            for parent in self.visits[at].parents.iter().filter_map(place) {
                pending.reach(parent, is_main);
            }
        }
        found
    }

    /// What the files of a commit changed.
    fn compare(&mut self, at: usize, files: &[FileChange]) -> Result<Vec<FieldChange>, GitError> {
        let visit = &self.visits[at];
        let (commit, parent) = (visit.id, visit.parents.first().copied());
        for FileChange { path, new, .. } in files {
            if let Some(None) = new.map(|blob| self.outlines.get(blob)).transpose()? {
                self.unreadable.push(Unreadable { file: path.clone(), commit: Some(commit.to_string()) });
            }
        }
        let pairs = self.pairs(commit, parent, files)?;
        self.changes(commit, &pairs)
    }

    /// Files as a parent and the commit have them.
    fn pairs(
        &mut self,
        commit: CommitId,
        parent: Option<CommitId>,
        files: &[FileChange],
    ) -> Result<Vec<Pair>, GitError> {
        let mut pairs = Vec::with_capacity(files.len());
        for FileChange { path, old, new } in files {
            let before = old.map(|blob| self.last_readable(parent, path, blob)).transpose()?.flatten();
            let after = new.map(|blob| self.last_readable(Some(commit), path, blob)).transpose()?.flatten();
            pairs.push(Pair { path: path.clone(), before, after });
        }
        Ok(pairs)
    }

    /// What a file said when it last could be parsed, from this commit on backwards.
    fn last_readable(&mut self, from: Option<CommitId>, path: &str, blob: BlobId) -> Result<Version, GitError> {
        let mut version = self.outlines.get(blob)?;
        let mut next = from;
        let mut seen = blob;
        while let (None, Some(commit)) = (&version, next) {
            let Some(blob) = self.repo.file_in(commit, &self.folders.of(commit).join(path))? else { break };
            if blob != seen {
                version = self.outlines.get(blob)?;
                seen = blob;
            }
            next = self.order.get(&commit).and_then(|&at| self.visits[at].parents.first().copied());
        }
        Ok(version)
    }

    /// What is not the same, by place. Where a release stands in several files, the first by path counts.
    fn changes(&mut self, commit: CommitId, pairs: &[Pair]) -> Result<Vec<FieldChange>, GitError> {
        let mut releases: BTreeMap<SmolStr, [BTreeMap<&str, &Outline>; 2]> = BTreeMap::new();
        for pair in pairs {
            for (side, version) in [&pair.before, &pair.after].into_iter().enumerate() {
                for outline in version.iter().flat_map(|outlines| outlines.iter()) {
                    releases.entry(outline.id.clone()).or_default()[side].entry(&pair.path).or_insert(outline);
                }
            }
        }
        let changed: HashSet<&str> = pairs.iter().map(|pair| pair.path.as_str()).collect();
        let mut found = Vec::new();
        for (id, [before, after]) in releases {
            let other = self.unchanged(commit, &id, &changed)?;
            let first = |side: BTreeMap<&str, &Outline>| {
                let own = side.first_key_value().map(|(path, outline)| (*path, (*outline).clone()));
                let other = other.as_ref().map(|(path, outline)| (path.as_str(), outline.clone()));
                own.into_iter().chain(other).min_by(|a, b| a.0.cmp(b.0)).map(|(_, outline)| outline)
            };
            difference(&id, first(before).as_ref(), first(after).as_ref(), &mut found);
        }
        Ok(found)
    }

    /// The first file that holds a release too and was not changed.
    fn unchanged(
        &mut self,
        commit: CommitId,
        id: &SmolStr,
        changed: &HashSet<&str>,
    ) -> Result<Option<(String, Outline)>, GitError> {
        let homes = self.homes.get(id).into_iter().flatten();
        let homes: Vec<String> = homes.filter(|path| !changed.contains(path.as_str())).cloned().collect();
        for path in homes {
            let Some(blob) = self.repo.file_in(commit, &self.folders.of(commit).join(&path))? else { continue };
            let version = self.last_readable(Some(commit), &path, blob)?;
            if let Some(outline) = version.iter().flat_map(|outlines| outlines.iter()).find(|it| it.id == *id) {
                return Ok(Some((path, outline.clone())));
            }
        }
        Ok(None)
    }

    /// Everything that stands in a commit; what cannot be parsed, as it last could.
    fn state(&mut self, commit: CommitId) -> Result<BTreeMap<Place, SmolStr>, GitError> {
        let mut releases: BTreeMap<SmolStr, Vec<_>> = BTreeMap::new();
        for FileChange { path, new, .. } in self.files.changed(None, commit)? {
            let Some(blob) = new else { continue };
            let version = self.last_readable(Some(commit), &path, blob)?;
            for outline in version.iter().flat_map(|outlines| outlines.iter()) {
                releases.entry(outline.id.clone()).or_insert_with(|| outline.values.clone());
            }
        }
        let places = releases.into_iter().flat_map(|(release, values)| {
            let place = move |subject, field| Place { release: release.clone(), subject, field };
            values.into_iter().map(move |(subject, field, value)| (place(subject, field), value))
        });
        Ok(places.collect())
    }

    /// What stands in the work tree otherwise than in the commit it is based on.
    fn uncommitted(
        &mut self,
        source: &Source,
        loaded: &Loaded,
        tip: CommitId,
        belongs: Belongs<'_>,
    ) -> Result<Vec<FieldChange>, GitError> {
        let committed = self.files.changed(None, tip)?;
        let mut old: BTreeMap<&str, BlobId> =
            committed.iter().filter_map(|file| Some((file.path.as_str(), file.new?))).collect();
        let mut pairs = Vec::new();
        for (_, path) in loaded.sources.iter().filter(|(_, path)| belongs(path, false)) {
            let Ok(bytes) = source.read_path(path) else { continue };
            let before = old.remove(path);
            if before == BlobId::of(&bytes).ok() {
                continue;
            }
            let before = before.map(|blob| self.last_readable(Some(tip), path, blob)).transpose()?.flatten();
            let after = outlines::read(&bytes).map(Rc::new);
            if after.is_none() {
                self.unreadable.insert(0, Unreadable { file: path.to_owned(), commit: None });
            }
            pairs.push(Pair { path: path.to_owned(), after: after.or_else(|| before.clone()), before });
        }
        // What is left over is not there any more; a file that cannot be read is.
        for (path, blob) in old {
            if !Path::exists(&source.root().join(path)) {
                let before = self.last_readable(Some(tip), path, blob)?;
                pairs.push(Pair { path: path.to_owned(), before, after: None });
            }
        }
        self.changes(tip, &pairs)
    }
}

/// Commits that a merge leads to and whose turn has not come, by their place in the walk.
#[derive(Default)]
struct Pending {
    open: BinaryHeap<Reverse<usize>>,
    /// Whether the first parent leads to it too.
    is_main: HashMap<usize, bool>,
    /// How many of them it does not lead to.
    sides: usize,
}

impl Pending {
    fn reach(&mut self, at: usize, main: bool) {
        match self.is_main.get_mut(&at) {
            None => {
                self.is_main.insert(at, main);
                self.open.push(Reverse(at));
                self.sides += usize::from(!main);
            }
            Some(is_main) if main && !*is_main => {
                *is_main = true;
                self.sides -= 1;
            }
            Some(_) => {}
        }
    }

    /// The newest; none when the first parent leads to all that are left.
    fn next(&mut self) -> Option<(usize, bool)> {
        if self.sides == 0 {
            return None;
        }
        let Reverse(at) = self.open.pop()?;
        let is_main = self.is_main.get(&at).copied().unwrap_or_default();
        self.sides -= usize::from(!is_main);
        Some((at, is_main))
    }
}

/// The values of a release that are not the same.
fn difference(id: &SmolStr, before: Option<&Outline>, after: Option<&Outline>, found: &mut Vec<FieldChange>) {
    let mut values: BTreeMap<_, (Option<&SmolStr>, Option<&SmolStr>)> = BTreeMap::new();
    for (subject, field, value) in before.iter().flat_map(|outline| &outline.values) {
        values.entry((subject, *field)).or_default().0 = Some(value);
    }
    for (subject, field, value) in after.iter().flat_map(|outline| &outline.values) {
        values.entry((subject, *field)).or_default().1 = Some(value);
    }
    let changed = values.into_iter().filter(|(_, (before, after))| before != after);
    found.extend(changed.map(|((subject, field), (before, after))| FieldChange {
        place: Place { release: id.clone(), subject: subject.clone(), field },
        before: before.cloned(),
        after: after.cloned(),
    }));
}
