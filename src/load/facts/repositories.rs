//! The commits behind deployments to production, by the repositories of projects that lie on this machine.
//!
//! A deployment installs the commit that its record names, else the one that the tag of its version points to. What it brought are
//! the commits that can be reached from there and not from what was installed there before. A commit arrives once: what an earlier
//! deployment brought to any production environment, a later one does not bring again. Of the first deployment of a project nobody
//! knows what was new, so only the commit itself is.

use std::collections::{HashMap, HashSet};
use std::path::Path;

use chrono::{DateTime, Utc};

use crate::git::{CommitId, CommitInfo, Repo};
use crate::load::source::Source;
use crate::model::Portfolio;
use crate::model::facts::{Repositories, ShippedCommit, is_address};
use crate::model::project::Project;
use crate::model::records::{Deployment, DeploymentReason, DeploymentResult};
use crate::model::version;

/// Looks into the local repositories of projects that were deployed to production.
pub fn gather(source: &Source, portfolio: &Portfolio) -> Repositories {
    let mut found = Repositories::default();
    let mut deployed: HashMap<&str, Vec<&Deployment>> = HashMap::new();
    for record in &portfolio.deployments {
        let is_good = record.result.value == DeploymentResult::Succeeded;
        if is_good && portfolio.is_production(&record.environment) {
            deployed.entry(&record.project).or_default().push(record);
        }
    }
    for project in &portfolio.projects {
        let Some(repository) = project.repository.as_deref().filter(|path| is_local(path)) else { continue };
        let Some(records) = deployed.remove(project.id.as_str()) else { continue };
        let told = open(&source.root().join(repository), repository)
            .and_then(|repo| of_project(portfolio, project, &repo, records, &mut found));
        if let Err(why) = told {
            found.faults.push((project.id.to_string(), why));
        }
    }
    found
}

/// A path, not `https://…` or `git@host:path`.
fn is_local(repository: &str) -> bool {
    let is_remote = repository.split_once(':').is_some_and(|(host, _)| host.contains('@'));
    !is_address(repository) && !is_remote
}

fn open(path: &Path, written: &str) -> Result<Repo, String> {
    if !path.is_dir() {
        return Err(format!("there is no folder `{written}`"));
    }
    let repo = Repo::discover(path).map_err(|error| error.to_string())?;
    // A folder inside another repository, such as that of the portfolio, would tell the commits of that.
    let repo =
        repo.filter(|repo| repo.is_top(path)).ok_or_else(|| format!("`{written}` is not the top of a repository"))?;
    if repo.is_shallow() {
        return Err(format!("the clone `{written}` is shallow"));
    }
    Ok(repo)
}

fn of_project(
    portfolio: &Portfolio,
    project: &Project,
    repo: &Repo,
    mut records: Vec<&Deployment>,
    found: &mut Repositories,
) -> Result<(), String> {
    let versions = Versions::read(project, repo)?;
    records.sort_by_key(|record| (record.at.value.instant(portfolio.zone_at(&record.environment)), record.span));
    let mut before: HashMap<&str, CommitId> = HashMap::new();
    let (mut ends, mut arrived): (Option<Ends>, HashSet<String>) = (None, HashSet::new());
    let mut unknown: Vec<&str> = Vec::new();
    for record in records {
        let Some(commit) = versions.installed(repo, record) else {
            unknown.push(&record.version);
            continue;
        };
        let there = before.insert(&record.environment, commit);
        let known = ends.replace(Ends { first: ends.as_ref().map_or(commit, |ends| ends.first), last: commit });
        let mut brought = match known {
            Some(known) => {
                let earlier = [there.unwrap_or(known.last), known.first];
                repo.commits_between(&earlier, commit).map_err(|error| error.to_string())?
            }
            None => vec![repo.resolve(&commit.to_string()).map_err(|error| error.to_string())?],
        };
        brought.retain(|commit| arrived.insert(commit.id.clone()));
        if record.reason != Some(DeploymentReason::Rollback) {
            found.shipped.insert(record.span, brought.iter().filter_map(shipped).collect());
        }
    }
    if unknown.is_empty() {
        return Ok(());
    }
    unknown.dedup();
    let (some, more) = unknown.split_at(unknown.len().min(3));
    let more = if more.is_empty() { String::new() } else { format!(" and {} more", more.len()) };
    Err(format!("its repository has no tag and no commit for {}{more}", some.join(", ")))
}

/// What was installed first and last, in any production environment.
struct Ends {
    first: CommitId,
    last: CommitId,
}

fn shipped(commit: &CommitInfo) -> Option<ShippedCommit> {
    let at = DateTime::<Utc>::from_timestamp(commit.time, 0)?;
    Some(ShippedCommit { id: commit.id.clone(), at })
}

/// The commits of versions.
struct Versions {
    /// By the canonical form of the version; of several tags the first by name.
    by_version: HashMap<String, CommitId>,
}

impl Versions {
    /// Reads the tags that `tag_pattern` allows; without one `v1.2` and `1.2` are versions.
    fn read(project: &Project, repo: &Repo) -> Result<Self, String> {
        let tags = repo.tags().map_err(|error| error.to_string())?;
        let pattern = project.tag_pattern.as_deref().unwrap_or("*");
        let (prefix, suffix) = pattern.split_once('*').unwrap_or((pattern, ""));
        let mut by_version = HashMap::new();
        for (name, commit) in tags {
            let inner = name.strip_prefix(prefix).and_then(|rest| rest.strip_suffix(suffix));
            if let Some(inner) = inner {
                by_version.entry(version::canonical(inner)).or_insert(commit);
            }
        }
        Ok(Self { by_version })
    }

    /// What a deployment installed: the commit its record names, else that of its version.
    fn installed(&self, repo: &Repo, record: &Deployment) -> Option<CommitId> {
        let is_id = |text: &&str| text.len() >= 4 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
        let named = record.commit.as_deref().filter(is_id).and_then(|id| repo.resolve(id).ok());
        let named = named.and_then(|commit| CommitId::parse(&commit.id).ok());
        named.or_else(|| self.by_version.get(&version::canonical(&record.version)).copied())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]

    use super::*;
    use crate::git::testing::TestRepo;

    /// A repository of five commits, an hour apart from 2026-01-01T01:00Z on, with tags at the second and the fourth.
    fn ledger() -> (TestRepo, Vec<String>) {
        let mut test = TestRepo::new();
        let mut ids = Vec::new();
        for nth in 1..=5 {
            test.write("a", &nth.to_string());
            ids.push(test.commit(&["a"]));
        }
        let who = git2::Signature::new("T", "t@example.com", &git2::Time::new(0, 0)).unwrap();
        let commit = |nth: usize| test.git.find_object(git2::Oid::from_str(&ids[nth]).unwrap(), None).unwrap();
        test.git.tag("v1.0", &commit(1), &who, "annotated", false).unwrap();
        test.git.tag_lightweight("v1.1.0", &commit(3), false).unwrap();
        test.git.tag_lightweight("other-9", &commit(4), false).unwrap();
        (test, ids)
    }

    #[allow(clippy::type_complexity)]
    fn told(repository: &str, entries: &str) -> (Vec<(String, usize)>, Vec<(String, String)>) {
        let folder = tempfile::tempdir().unwrap();
        let manifests = format!(
            "kind: portfolio\nstages: [test, prod]\n---\nkind: environment\nid: live\nstage: prod\n---\nkind: environment\nid: try\nstage: test\n---\nkind: environment\nid: far\nstage: prod\n---\n\
             kind: project\nid: ledger\nrepository: {repository}\ntag_pattern: \"v*\"\n---\nkind: deployments\nentries:\n{entries}"
        );
        std::fs::write(folder.path().join("relm.yaml"), manifests).unwrap();
        let (source, _) = Source::work_tree(folder.path().canonicalize().unwrap());
        let loaded = crate::load::load(&source, &|_, _| {}).unwrap();
        let found = gather(&source, &loaded.portfolio);
        let count = |record: &Deployment| Some((record.version.to_string(), found.of(record.span)?.len()));
        (loaded.portfolio.deployments.iter().filter_map(count).collect(), found.faults)
    }

    fn entry(version: &str, at: &str, more: &str) -> String {
        format!("  - {{project: ledger, version: {version}, environment: live, at: {at}, result: succeeded{more}}}\n")
    }

    #[test]
    fn a_deployment_brings_what_lies_between_two_versions() {
        let (test, ids) = ledger();
        let path = test.path().display().to_string();
        let entries = [
            entry("1.1", "2026-01-03T10:00", ""),
            entry("1.0", "2026-01-02T10:00", ""),
            entry("1.1", "2026-01-05T10:00", ""),
            entry("nightly", "2026-01-06T10:00", &format!(", commit: \"{}\"", &ids[4][..8])),
        ]
        .concat();
        let (brought, faults) = told(&path, &entries);
        assert_eq!(faults, []);
        let brought: Vec<(&str, usize)> = brought.iter().map(|(version, count)| (version.as_str(), *count)).collect();
        assert_eq!(brought, [("1.1", 2), ("1.0", 1), ("1.1", 0), ("nightly", 1)]);
    }

    #[test]
    fn a_commit_arrives_once() {
        let (test, ids) = ledger();
        let path = test.path().display().to_string();
        let last = format!(", commit: \"{}\"", &ids[4][..8]);
        let entries = [
            entry("1.0", "2026-01-02T10:00", ""),
            entry("1.1", "2026-01-03T10:00", ""),
            entry("1.0", "2026-01-04T10:00", ", reason: rollback"),
            entry("5", "2026-01-05T10:00", &last),
            entry("1.1", "2026-01-06T10:00", "").replace("live", "far"),
            entry("5", "2026-01-07T10:00", &last).replace("live", "far"),
        ]
        .concat();
        let (brought, faults) = told(&path, &entries);
        assert_eq!(faults, []);
        let brought: Vec<(&str, usize)> = brought.iter().map(|(version, count)| (version.as_str(), *count)).collect();
        assert_eq!(brought, [("1.0", 1), ("1.1", 2), ("5", 1), ("1.1", 0), ("5", 0)]);
    }

    #[test]
    fn what_is_not_there_is_said() {
        let (test, _) = ledger();
        std::fs::create_dir(test.path().join("inside")).unwrap();
        let fault = |repository: &str| {
            let (brought, faults) = told(repository, &entry("7.0", "2026-01-03", ""));
            assert_eq!(brought, []);
            faults.into_iter().map(|(_, why)| why).collect::<Vec<_>>().join("; ")
        };
        let top = test.path().display().to_string();
        assert_eq!(fault(&top), "its repository has no tag and no commit for 7.0");
        assert!(fault(&format!("{top}/inside")).ends_with("is not the top of a repository"));
        assert_eq!(fault("../no/such"), "there is no folder `../no/such`");
        assert_eq!(fault("https://example.com/ledger.git"), "");
        assert_eq!(fault("git@example.com:ledger.git"), "");
    }
}
