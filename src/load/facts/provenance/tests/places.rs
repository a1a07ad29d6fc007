//! Where portfolios lie, what of the repository cannot be read, and the cache.

use std::fs;
use std::path::{Path, PathBuf};

use super::*;
use crate::load::facts::provenance::gather as learn;

fn chronicle(prefix: &str) -> Chronicle {
    let mut history = Chronicle::new();
    let path = |name: &str| format!("{prefix}{name}");
    let (settings, file) = (path("relm.yaml"), path("r.yaml"));
    history.commit(&AT_BOB, &[(&settings, PEOPLE), (&file, &release("1", &[]))]);
    history.commit(&AT_CAROL, &[(&settings, PEOPLE), (&file, &release("1", &[CAROL]))]);
    history.commit(&AT_BOB, &[(&settings, PEOPLE), (&file, &(release("1", &[CAROL]) + "# Later.\n"))]);
    history
}

/// The commit that the only approval comes from, by its number.
fn found(history: &Chronicle) -> Option<usize> {
    history.number(history.learn().only().introduction.as_ref())
}

fn without_entries(provenance: &Provenance) -> &History {
    assert_eq!((provenance.approvals.len(), provenance.scope.len()), (0, 0));
    &provenance.history
}

#[test]
fn outside_git_and_before_the_first_commit_nothing_is_known() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), "relm.yaml", PEOPLE);
    write(folder.path(), "r.yaml", &release("1", &[CAROL]));
    let source = Source::work_tree(folder.path().canonicalize().unwrap()).0;
    let loaded = load(&source, &|_, _| {}).unwrap();
    assert_eq!(*without_entries(&learn(&source, &loaded)), History::OutsideGit);
    let history = Chronicle::new();
    history.checkout(&[("relm.yaml", PEOPLE), ("r.yaml", &release("1", &[CAROL]))]);
    assert_eq!(*without_entries(&history.learn().provenance), History::NoCommit);
}

#[test]
fn below_a_folder_and_at_a_revision() {
    let history = chronicle("deep/plan/");
    let root = history.repo.path().join("deep/plan");
    let number = |source: Source| {
        let learnt = Learnt::from(&source);
        let approvals = learnt.approvals("r");
        approvals.first().map(|(_, facts)| history.number(facts.introduction.as_ref()))
    };
    assert_eq!(number(Source::work_tree(root.clone()).0), Some(Some(1)));
    assert_eq!(number(Source::revision(&root, "HEAD").unwrap()), Some(Some(1)));
    assert_eq!(number(Source::revision(&root, "HEAD~2").unwrap()), None);
    fs::remove_dir_all(history.repo.path().join("deep")).unwrap();
    assert_eq!(number(Source::revision(&root, "HEAD~1").unwrap()), Some(Some(1)));
}

#[test]
fn what_is_not_committed_is_nobodys_yet() {
    let history = chronicle("");
    let second = "{role: tester, by: alice}";
    history.checkout(&[("relm.yaml", PEOPLE), ("r.yaml", &release("2", &[CAROL, second]))]);
    let learnt = history.learn();
    let found: Vec<_> =
        learnt.approvals("r").iter().map(|(_, facts)| history.number(facts.introduction.as_ref())).collect();
    assert_eq!(found, [Some(1), None]);
    let release = learnt.loaded.portfolio.releases.get("r").unwrap();
    assert_eq!(learnt.provenance.scope.get(&release.scope[0].span), Some(&None));
    // A file that came by a link is not followed into the history.
    fs::rename(history.repo.path().join("r.yaml"), history.repo.path().join("r.txt")).unwrap();
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink("r.txt", history.repo.path().join("linked.yaml")).unwrap();
        assert_eq!(history.learn().approvals("r").len(), 2);
    }
}

#[test]
fn approvals_of_changes_are_proven_too() {
    let change = |approvals: &str| format!("kind: change\nid: RFC-1\nproject: ledger\napprovals: [{approvals}]\n");
    let mut history = Chronicle::new();
    history.commit(&AT_BOB, &[("relm.yaml", PEOPLE), ("log/changes.yaml", &change(""))]);
    history.commit(&AT_CAROL, &[("relm.yaml", PEOPLE), ("log/changes.yaml", &change(CAROL))]);
    let log =
        "kind: deployments\nentries: []\n---\n".to_owned() + &change(CAROL).replace("[{", "\n- {").replace("}]", "}");
    history.commit(&AT_BOB, &[("relm.yaml", PEOPLE), ("log/all.yaml", &log)]);
    let learnt = history.learn();
    let change = learnt.loaded.portfolio.changes.get("RFC-1").unwrap();
    let facts = learnt.provenance.approval(change.approvals[0].span).unwrap();
    assert_eq!(history.number(facts.introduction.as_ref()), Some(1));
    assert_eq!((facts.with_criteria, facts.changed.len(), facts.restored.len()), (false, 0, 0));
}

#[test]
fn a_repository_that_lacks_files_says_nothing_of_any_value() {
    let history = chronicle("");
    let lost = git2::Oid::hash_object(git2::ObjectType::Blob, release("1", &[]).as_bytes()).unwrap().to_string();
    fs::remove_file(history.repo.path().join(".git/objects").join(&lost[..2]).join(&lost[2..])).unwrap();
    let learnt = history.learn();
    let History::Unreadable(why) = without_entries(&learnt.provenance) else {
        panic!("{:?}", learnt.provenance.history)
    };
    assert_eq!(why, "the git repository lacks part of its history");
}

#[cfg(unix)]
#[test]
fn a_repository_of_somebody_else_is_not_believed() {
    let history = chronicle("");
    if !history.repo.give_away() {
        eprintln!("skipped: owners do not matter here");
        return;
    }
    let learnt = history.learn();
    let History::Unreadable(why) = without_entries(&learnt.provenance) else {
        panic!("{:?}", learnt.provenance.history)
    };
    assert!(why.contains("belongs to another user"), "{why}");
}

fn cache(history: &Chronicle) -> Vec<PathBuf> {
    let folder = history.repo.path().join(".git/relm/units-v1");
    let mut files: Vec<PathBuf> = fs::read_dir(folder).into_iter().flatten().map(|file| file.unwrap().path()).collect();
    files.sort();
    files
}

/// Changes every file of the cache.
fn tamper(history: &Chronicle, change: impl Fn(&Path, String) -> String) {
    let files = cache(history);
    assert!(!files.is_empty());
    for file in files {
        let text = fs::read_to_string(&file).unwrap();
        fs::write(&file, change(&file, text)).unwrap();
    }
}

#[test]
fn a_cache_that_is_damaged_or_foreign_is_not_believed() {
    let history = chronicle("");
    assert_eq!(found(&history), Some(1));
    let content = || cache(&history).iter().map(|file| fs::read_to_string(file).unwrap()).collect::<String>();
    let written = content();
    // The newest version is read from the work tree.
    assert_eq!(written.lines().count(), 3, "{written}");
    assert_eq!((found(&history), content()), (Some(1), written.clone()), "nothing new, nothing written");

    // A line that says that the first version had the approval already.
    let first = git2::Oid::hash_object(git2::ObjectType::Blob, release("1", &[]).as_bytes()).unwrap().to_string();
    let second = git2::Oid::hash_object(git2::ObjectType::Blob, release("1", &[CAROL]).as_bytes()).unwrap().to_string();
    let forged = written.lines().find(|line| line.starts_with(&second)).unwrap().replace(&second, &first);
    tamper(&history, |file, text| {
        let is_its = file.file_name().unwrap().to_str() == Some(&first[..1]);
        if !is_its {
            return text;
        }
        let others = text.lines().filter(|line| !line.starts_with(&first));
        others.chain([forged.as_str(), ""]).collect::<Vec<_>>().join("\n")
    });
    assert_eq!((found(&history), content()), (Some(1), written.clone()), "another blob's");

    tamper(&history, |_, text| text.replace("carol", "bobby"));
    assert_eq!((found(&history), content()), (Some(1), written.clone()), "changed");
    tamper(&history, |_, text| text[..text.len() / 2].to_owned());
    assert_eq!((found(&history), content()), (Some(1), written.clone()), "cut off");
    tamper(&history, |_, text| text.trim_end().to_owned());
    assert_eq!((found(&history), content()), (Some(1), written.clone()), "cut off at the very end");
    tamper(&history, |_, _| "nothing of ours \u{1f680}\n\n  \n".to_owned());
    assert_eq!((found(&history), content()), (Some(1), written.clone()), "foreign");
    for file in cache(&history) {
        fs::write(&file, [0xff, 0xfe, 0, 10]).unwrap();
    }
    assert_eq!((found(&history), content()), (Some(1), written.clone()), "no text");
    fs::remove_dir_all(history.repo.path().join(".git/relm")).unwrap();
    assert_eq!((found(&history), content()), (Some(1), written), "deleted");
    // A file in the way of the folder.
    fs::remove_dir_all(history.repo.path().join(".git/relm")).unwrap();
    fs::write(history.repo.path().join(".git/relm"), "").unwrap();
    assert_eq!(found(&history), Some(1));
}
