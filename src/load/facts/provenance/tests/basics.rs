use super::*;
use crate::model::facts::{Given, Signature};

#[test]
fn an_approval_is_proven_by_the_commit_that_brought_it() {
    let mut history = Chronicle::new();
    history.commit(&AT_BOB, &[("relm.yaml", PEOPLE), ("r.yaml", &release("1", &[]))]);
    history.commit(&AT_CAROL, &[("relm.yaml", PEOPLE), ("r.yaml", &release("1", &[CAROL]))]);
    // Written otherwise, elsewhere, by somebody else.
    let moved = release("1", &["\n# yes\n{decision: 'approved', by: \"carol\", at: 2026-01-01, role: change-manager}"]);
    history.commit(&AT_BOB, &[("relm.yaml", PEOPLE), ("deep/moved.yml", &format!("# Moved.\n---\n{moved}"))]);
    let learnt = history.learn();
    assert_eq!(*learnt.history(), History::Whole);
    let facts = learnt.only();
    let introduction = facts.introduction.as_ref().unwrap();
    assert_eq!(history.number(Some(introduction)), Some(1));
    let commit = &introduction.commit;
    assert_eq!((commit.author.name.as_str(), commit.author.email.as_str()), ("carol", "carol@example.com"));
    assert_eq!(commit.author.person.as_deref(), Some("carol"));
    assert_eq!(commit.committer, commit.author);
    assert_eq!((commit.subject.as_str(), &commit.signature), ("Commit 2", &Signature::Missing));
    assert_eq!(commit.at.to_rfc3339(), "2026-01-01T02:00:00+00:00");
    assert!(!introduction.at_boundary && !facts.with_criteria);
    assert_eq!((facts.role, &facts.replaced), (Given::Held, &None));
    assert_eq!((facts.changed.len(), facts.restored.len()), (0, 0));
    // The scope is Bob's.
    let release = learnt.loaded.portfolio.releases.get("r").unwrap();
    let brought = learnt.provenance.scope.get(&release.scope[0].span).unwrap().as_ref();
    assert_eq!(history.number(brought), Some(0));
}
