//! What can be proven of approvals, and what those who cheat get.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod basics;
mod cheats;
mod oracle;
mod places;

use crate::git::testing::{By, TestRepo, write};
use crate::load::facts::{Wants, gather};
use crate::load::source::Source;
use crate::load::{Loaded, load};
use crate::model::facts::{ApprovalFacts, History, Introduction, Provenance};
use crate::model::release::Approval;

pub(super) const PEOPLE: &str = "
kind: portfolio
stages: [dev, prod]
roles: [change-manager, tester]
people:
  - {id: alice, emails: [alice@example.com], roles: [tester]}
  - {id: bob, emails: [bob@example.com]}
  - {id: carol, emails: [carol@example.com, Carol.Ng@example.com], roles: [change-manager]}
approvals: {provenance: author, separation_of_duties: true, stale_when_changed: [scope, deployment, target]}
";

/// A portfolio in a repository, of which whole versions are committed.
pub(super) struct Chronicle {
    pub(super) repo: TestRepo,
    pub(super) ids: Vec<String>,
}

/// What was learnt of the newest version.
pub(super) struct Learnt {
    pub(super) loaded: Loaded,
    pub(super) provenance: Provenance,
}

impl Chronicle {
    pub(super) fn new() -> Self {
        Self { repo: TestRepo::new(), ids: Vec::new() }
    }

    /// Writes these files, and no others, and commits them.
    pub(super) fn commit(&mut self, by: &By<'_>, files: &[(&str, &str)]) -> git2::Oid {
        let tree = self.tree(files);
        let id = self.repo.commit_tree_as(tree, by);
        self.checkout(files);
        self.ids.push(id.clone());
        git2::Oid::from_str(&id).unwrap()
    }

    /// Commits these files on other parents, without moving the branch.
    pub(super) fn commit_on(&mut self, parents: &[git2::Oid], by: &By<'_>, files: &[(&str, &str)]) -> git2::Oid {
        let tree = self.tree(files);
        let id = self.repo.commit_on(tree, parents, by);
        self.ids.push(id.clone());
        git2::Oid::from_str(&id).unwrap()
    }

    /// Moves the branch, and the work tree to these files.
    pub(super) fn reset(&self, tip: git2::Oid, files: &[(&str, &str)]) {
        self.repo.git.reference("refs/heads/main", tip, true, "moved for a test").unwrap();
        self.checkout(files);
    }

    fn tree(&self, files: &[(&str, &str)]) -> git2::Oid {
        let git = &self.repo.git;
        let mut builder = git2::build::TreeUpdateBuilder::new();
        for (path, text) in files {
            builder.upsert(*path, git.blob(text.as_bytes()).unwrap(), git2::FileMode::Blob);
        }
        let empty = git.find_tree(git.treebuilder(None).unwrap().write().unwrap()).unwrap();
        builder.create_updated(git, &empty).unwrap()
    }

    /// The work tree with these files and no others.
    pub(super) fn checkout(&self, files: &[(&str, &str)]) {
        for entry in std::fs::read_dir(self.repo.path()).unwrap() {
            let path = entry.unwrap().path();
            match path.file_name().unwrap().to_str().unwrap() {
                ".git" => {}
                _ if path.is_dir() => std::fs::remove_dir_all(path).unwrap(),
                _ => std::fs::remove_file(path).unwrap(),
            }
        }
        for (path, text) in files {
            write(&self.repo.path(), path, text);
        }
    }

    pub(super) fn learn(&self) -> Learnt {
        Learnt::from(&Source::work_tree(self.repo.path()).0)
    }

    /// The number of the commit, from 0, that an introduction names.
    pub(super) fn number(&self, introduction: Option<&Introduction>) -> Option<usize> {
        introduction.map(|found| self.ids.iter().position(|id| *id == found.commit.id).unwrap())
    }
}

impl Learnt {
    pub(super) fn from(source: &Source) -> Self {
        let loaded = load(source, &|_, _| {}).unwrap();
        let wants = Wants { provenance: true, ..Wants::default() };
        let provenance = gather(source, &loaded, wants).provenance.unwrap();
        Self { loaded, provenance }
    }

    /// The approvals of a release's gates, in order.
    pub(super) fn approvals(&self, release: &str) -> Vec<(&Approval, &ApprovalFacts)> {
        let release = self.loaded.portfolio.releases.get(release).unwrap();
        let entries = release.gates.iter().flat_map(|gate| &gate.approvals);
        entries.map(|entry| (entry, self.provenance.approval(entry.span).unwrap())).collect()
    }

    /// The only approval of release `r`.
    pub(super) fn only(&self) -> &ApprovalFacts {
        let approvals = self.approvals("r");
        assert_eq!(approvals.len(), 1);
        approvals[0].1
    }

    pub(super) fn history(&self) -> &History {
        &self.provenance.history
    }
}

/// A release with a scope of one project and these approvals below the gate `go`.
pub(super) fn release(version: &str, approvals: &[&str]) -> String {
    let approvals = approvals.join(", ");
    format!(
        "kind: release\nid: r\ntype: minor\ntarget: 2026-12-05\nscope: [{{project: ledger, version: {version}}}]\n\
         gates:\n  - id: go\n    criteria: [{{id: tested}}]\n    approvals: [{approvals}]\n"
    )
}

pub(super) const CAROL: &str = "{role: change-manager, by: carol, at: 2026-01-01, decision: approved}";
pub(super) const AT_CAROL: By<'static> = at("carol@example.com");
pub(super) const AT_BOB: By<'static> = at("bob@example.com");

const fn at(author: &str) -> By<'_> {
    By { author, name: None, committer: None, key: None, at: None }
}
