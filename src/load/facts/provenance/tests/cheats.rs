//! Everything somebody may try, and what the history answers.

use super::*;
use crate::git::testing::key;
use crate::model::facts::{Given, Signature};

fn before(approvals: &[&str]) -> String {
    release("1", approvals)
}

/// Bob writes the release, somebody approves as Carol.
fn approved_by(by: &By<'_>) -> Chronicle {
    let mut history = Chronicle::new();
    history.commit(&AT_BOB, &[("relm.yaml", PEOPLE), ("r.yaml", &before(&[]))]);
    history.commit(by, &[("relm.yaml", PEOPLE), ("r.yaml", &before(&[CAROL]))]);
    history
}

fn author(facts: &ApprovalFacts) -> Option<&str> {
    facts.introduction.as_ref().unwrap().commit.author.person.as_deref()
}

#[test]
fn a_name_is_not_an_address() {
    let history = approved_by(&By { name: Some("carol"), ..AT_BOB });
    let learnt = history.learn();
    let commit = &learnt.only().introduction.as_ref().unwrap().commit;
    assert_eq!((commit.author.name.as_str(), commit.author.person.as_deref()), ("carol", Some("bob")));
}

#[test]
fn author_and_committer_are_told_apart() {
    let learnt = approved_by(&By { committer: Some("bob@example.com"), ..AT_CAROL }).learn();
    let commit = &learnt.only().introduction.as_ref().unwrap().commit;
    assert_eq!(commit.author.person.as_deref(), Some("carol"));
    assert_eq!(commit.committer.person.as_deref(), Some("bob"));
}

#[test]
fn an_approval_copied_to_another_release_is_who_copied_it() {
    let mut history = approved_by(&AT_CAROL);
    let other = before(&[CAROL]).replace("id: r\n", "id: s\n");
    history.commit(&AT_BOB, &[("relm.yaml", PEOPLE), ("r.yaml", &before(&[CAROL])), ("s.yaml", &other)]);
    let learnt = history.learn();
    let by = |release: &str| history.number(learnt.approvals(release)[0].1.introduction.as_ref());
    assert_eq!((by("r"), by("s")), (Some(1), Some(2)));
    // The same to another gate, by an alias: one place, and the later of its two meanings.
    let twice = before(&[CAROL]).replace("approvals:", "approvals: &yes") + "  - {id: second, approvals: *yes}\n";
    history.commit(&AT_BOB, &[("relm.yaml", PEOPLE), ("r.yaml", &twice)]);
    let learnt = history.learn();
    let found: Vec<_> = learnt.approvals("r").iter().map(|(_, facts)| author(facts)).collect();
    assert_eq!(found, [Some("bob"), Some("bob")]);
}

#[test]
fn a_release_or_gate_of_another_name_is_another() {
    for (from, to) in [("id: r\n", "id: renamed\n"), ("id: go\n", "id: gone\n")] {
        let mut history = approved_by(&AT_CAROL);
        let renamed = before(&[CAROL]).replace(from, to);
        history.commit(&AT_BOB, &[("relm.yaml", PEOPLE), ("r.yaml", &renamed)]);
        let learnt = history.learn();
        let facts = learnt.provenance.approvals.values().next().unwrap();
        assert_eq!(author(facts), Some("bob"));
    }
}

#[test]
fn what_changed_since_is_shown_and_by_whom() {
    let mut history = approved_by(&AT_CAROL);
    history.commit(&AT_BOB, &[("relm.yaml", PEOPLE), ("r.yaml", &release("2", &[CAROL]))]);
    let learnt = history.learn();
    let [change] = &learnt.only().changed[..] else { panic!("{:?}", learnt.only().changed) };
    assert_eq!(change.path, "scope/ledger/version");
    assert_eq!((change.before.as_deref(), change.after.as_deref()), (Some("1"), Some("2")));
    let by = change.by.as_ref().unwrap();
    assert_eq!((by.id.as_str(), by.author.person.as_deref()), (history.ids[2].as_str(), Some("bob")));
    // Back to what was approved: valid again, and said so.
    history.commit(&AT_BOB, &[("relm.yaml", PEOPLE), ("r.yaml", &before(&[CAROL]))]);
    let learnt = history.learn();
    assert_eq!((learnt.only().changed.len(), &learnt.only().restored[..]), (0, &["scope".into()][..]));
    // In the work tree alone, nobody has done it yet.
    history.checkout(&[("relm.yaml", PEOPLE), ("r.yaml", &before(&[CAROL]).replace("target: 2026-12-05\n", ""))]);
    let learnt = history.learn();
    let [change] = &learnt.only().changed[..] else { panic!("{:?}", learnt.only().changed) };
    assert_eq!((change.path.as_str(), change.before.as_deref()), ("target", Some("2026-12-05")));
    assert_eq!((&change.after, &change.by), (&None, &None));
}

#[test]
fn a_history_that_was_written_anew_says_who_did_it() {
    let by = By { committer: Some("bob@example.com"), key: None, ..AT_CAROL };
    let mut history = approved_by(&By { key: Some("carol"), ..AT_CAROL });
    let root = history.commit_on(&[], &AT_BOB, &[("relm.yaml", PEOPLE), ("r.yaml", &before(&[]))]);
    let files = [("relm.yaml", PEOPLE), ("r.yaml", &before(&[CAROL]))];
    let again = history.commit_on(&[root], &by, &files);
    history.reset(again, &files);
    let learnt = history.learn();
    let introduction = learnt.only().introduction.as_ref().unwrap();
    assert_eq!(history.number(Some(introduction)), Some(3));
    assert_eq!(introduction.commit.committer.person.as_deref(), Some("bob"));
    assert_eq!(introduction.commit.signature, Signature::Missing);
}

#[test]
fn a_shallow_clone_says_what_it_cannot_know() {
    let mut history = approved_by(&AT_CAROL);
    let second = "{role: tester, by: alice}";
    history.commit(&AT_BOB, &[("relm.yaml", PEOPLE), ("r.yaml", &release("2", &[CAROL]))]);
    history.commit(
        &By::author("alice@example.com"),
        &[("relm.yaml", PEOPLE), ("r.yaml", &release("2", &[CAROL, second]))],
    );
    std::fs::write(history.repo.path().join(".git/shallow"), format!("{}\n", history.ids[2])).unwrap();
    let learnt = history.learn();
    assert_eq!(*learnt.history(), History::Shallow);
    let [(_, carol), (_, alice)] = learnt.approvals("r")[..] else { panic!() };
    let old = carol.introduction.as_ref().unwrap();
    assert_eq!((history.number(Some(old)), old.at_boundary, carol.role), (Some(2), true, Given::Unknown));
    let new = alice.introduction.as_ref().unwrap();
    assert_eq!((history.number(Some(new)), new.at_boundary, alice.role), (Some(3), false, Given::Held));
}

#[test]
fn a_squash_by_a_robot_is_the_robots() {
    let mut history = Chronicle::new();
    let base = history.commit(&AT_BOB, &[("relm.yaml", PEOPLE), ("r.yaml", &before(&[]))]);
    let files = [("relm.yaml", PEOPLE), ("r.yaml", &before(&[CAROL]))];
    history.commit_on(&[base], &AT_CAROL, &files);
    history.commit(&By::author("bot@example.com"), &files);
    let learnt = history.learn();
    let introduction = learnt.only().introduction.as_ref().unwrap();
    assert_eq!(history.number(Some(introduction)), Some(2));
    assert_eq!((introduction.commit.author.email.as_str(), author(learnt.only())), ("bot@example.com", None));
    // A merge that is none of that leaves the approval hers.
    let merged = history.commit_on(&[base, oid(&history.ids[1])], &By::author("bot@example.com"), &files);
    history.reset(merged, &files);
    assert_eq!(author(history.learn().only()), Some("carol"));
}

fn oid(id: &str) -> git2::Oid {
    git2::Oid::from_str(id).unwrap()
}

#[test]
fn merges_of_many_and_merges_that_write() {
    let mut history = Chronicle::new();
    let plain = [("relm.yaml", PEOPLE), ("r.yaml", &before(&[]))];
    let files = [("relm.yaml", PEOPLE), ("r.yaml", &before(&[CAROL]))];
    let base = history.commit(&AT_BOB, &plain);
    let one = history.commit_on(&[base], &AT_BOB, &[("relm.yaml", PEOPLE), ("r.yaml", &release("2", &[]))]);
    let two = history.commit_on(&[base], &AT_BOB, &[("relm.yaml", PEOPLE)]);
    let three = history.commit_on(&[base], &AT_CAROL, &files);
    let octopus = history.commit_on(&[one, two, three], &AT_BOB, &files);
    history.reset(octopus, &files);
    let learnt = history.learn();
    assert_eq!(history.number(learnt.only().introduction.as_ref()), Some(3));
    // Nobody has it but the merge itself.
    let evil = history.commit_on(&[one, two], &AT_BOB, &files);
    history.reset(evil, &files);
    let learnt = history.learn();
    assert_eq!((history.number(learnt.only().introduction.as_ref()), author(learnt.only())), (Some(5), Some("bob")));
}

#[test]
fn keys_count_when_they_were_listed_and_still_are() {
    let fingerprint = key("carol").fingerprint(ssh_key::HashAlg::Sha256).to_string();
    let line = key("carol").public_key().to_openssh().unwrap();
    let with = |key: &str| {
        PEOPLE.replace(
            "roles: [change-manager]}",
            &format!("roles: [change-manager], signing_keys: [{{key: \"{key}\"}}]}}"),
        )
    };
    let signed = By { key: Some("carol"), ..AT_CAROL };
    let people = |portfolios: [&str; 3]| {
        let mut history = Chronicle::new();
        history.commit(&AT_BOB, &[("relm.yaml", portfolios[0]), ("r.yaml", &before(&[]))]);
        history.commit(&signed, &[("relm.yaml", portfolios[1]), ("r.yaml", &before(&[CAROL]))]);
        history.commit(&AT_BOB, &[("relm.yaml", portfolios[2]), ("r.yaml", &before(&[CAROL]))]);
        let learnt = history.learn();
        match &learnt.only().introduction.as_ref().unwrap().commit.signature {
            Signature::Valid { fingerprint: found, people } if *found == fingerprint => people.clone(),
            other => panic!("{other:?}"),
        }
    };
    let (listed, whole) = (with(&fingerprint), with(&line));
    assert_eq!(people([&listed, &listed, &whole]), ["carol"]);
    assert_eq!(people([PEOPLE, PEOPLE, PEOPLE]).len(), 0, "never listed");
    assert_eq!(people([&listed, &listed, PEOPLE]).len(), 0, "revoked");
    assert_eq!(people([PEOPLE, &listed, &listed]).len(), 0, "listed by the commit that it signs");
    assert_eq!(people([PEOPLE, PEOPLE, &listed]).len(), 0, "listed afterwards");
}

#[test]
fn signatures_of_other_bytes_and_other_kinds_are_not_valid() {
    let mut history = approved_by(&AT_CAROL);
    let pgp = "-----BEGIN PGP SIGNATURE-----\n\nabcd\n-----END PGP SIGNATURE-----";
    let other = key("carol").sign("git", ssh_key::HashAlg::Sha512, b"something else").unwrap();
    let other = other.to_pem(ssh_key::LineEnding::LF).unwrap();
    for (signature, expected) in [(pgp, None), (other.as_str(), Some("it does not fit"))] {
        let commit = history.repo.git.find_commit(oid(&history.ids[1])).unwrap();
        let parent = commit.parent(0).unwrap();
        let (who, tree) = (commit.author(), commit.tree().unwrap());
        let content = history.repo.git.commit_create_buffer(&who, &who, "signed", &tree, &[&parent]).unwrap();
        let id = history.repo.git.commit_signed(content.as_str().unwrap(), signature, None).unwrap();
        history.ids.push(id.to_string());
        let files = [("relm.yaml", PEOPLE), ("r.yaml", &before(&[CAROL]))];
        history.reset(id, &files);
        let learnt = history.learn();
        match (&learnt.only().introduction.as_ref().unwrap().commit.signature, expected) {
            (Signature::NotVerifiable("OpenPGP"), None) => {}
            (Signature::Invalid(why), Some(expected)) if why.starts_with(expected) => {}
            (other, _) => panic!("{other:?}"),
        }
    }
}

#[test]
fn a_role_counts_that_was_held_before() {
    let without = PEOPLE.replace("roles: [change-manager]}", "roles: []}");
    let role = |portfolios: [Option<&str>; 3]| {
        let mut history = Chronicle::new();
        for (number, portfolio) in portfolios.into_iter().enumerate() {
            let text = before(if number == 0 { &[] } else { &[CAROL] });
            let mut files = vec![("r.yaml", text.as_str())];
            files.extend(portfolio.map(|text| ("relm.yaml", text)));
            let by = if number == 1 { &AT_CAROL } else { &AT_BOB };
            history.commit(by, &files);
        }
        history.learn().only().role
    };
    assert_eq!(
        role([Some(PEOPLE), Some(PEOPLE), Some(&without)]),
        Given::Held,
        "what happens later is of no importance"
    );
    assert_eq!(role([Some(&without), Some(PEOPLE), Some(PEOPLE)]), Given::GrantedHere);
    assert_eq!(role([Some(&without), Some(&without), Some(PEOPLE)]), Given::NotHeld);
    assert_eq!(role([Some(PEOPLE), Some(&without), Some(PEOPLE)]), Given::NotHeld);
    assert_eq!(
        role([None, Some(PEOPLE), Some(PEOPLE)]),
        Given::GrantedHere,
        "a portfolio that was not there grants nothing"
    );
    assert_eq!(role([Some(PEOPLE), Some("{"), Some(PEOPLE)]), Given::Held);
    assert_eq!(role([Some(&without), Some("{"), Some(PEOPLE)]), Given::NotHeld, "nothing is hidden by breaking it");
    assert_eq!(role([Some("{"), Some(PEOPLE), Some(PEOPLE)]), Given::GrantedHere);
    // In the commit that begins everything nothing was before.
    let mut history = Chronicle::new();
    history.commit(&AT_CAROL, &[("relm.yaml", PEOPLE), ("r.yaml", &before(&[CAROL]))]);
    let learnt = history.learn();
    assert_eq!((learnt.only().role, learnt.only().with_criteria), (Given::Held, true));
}

#[test]
fn addresses_belong_to_who_had_them_first() {
    let person = |email: &str, portfolios: [&str; 3]| {
        let mut history = Chronicle::new();
        history.commit(&AT_BOB, &[("relm.yaml", portfolios[0]), ("r.yaml", &before(&[]))]);
        history.commit(&By::author(email), &[("relm.yaml", portfolios[1]), ("r.yaml", &before(&[CAROL]))]);
        history.commit(&AT_BOB, &[("relm.yaml", portfolios[2]), ("r.yaml", &before(&[CAROL]))]);
        author(history.learn().only()).map(str::to_owned)
    };
    let stolen =
        PEOPLE.replace("emails: [bob@example.com]", "emails: []").replace("[carol@", "[bob@example.com, carol@");
    let shared = PEOPLE.replace("[carol@", "[bob@example.com, carol@");
    let late = PEOPLE.replace("[carol@", "[ng@example.com, carol@");
    let gone = PEOPLE.replace("carol@example.com, ", "");
    let found = |email: &str, portfolios: [&str; 3]| person(email, portfolios);
    assert_eq!(found("BOB@example.com", [PEOPLE, PEOPLE, &stolen]).as_deref(), Some("bob"));
    assert_eq!(found("bob@example.com", [PEOPLE, &stolen, &stolen]).as_deref(), Some("bob"));
    assert_eq!(found("bob@example.com", [&shared, &shared, &shared]), None, "what two share is nobody's");
    assert_eq!(found("ng@example.com", [PEOPLE, PEOPLE, &late]).as_deref(), Some("carol"));
    assert_eq!(found("ng@example.com", [PEOPLE, PEOPLE, PEOPLE]), None);
    assert_eq!(found("carol@example.com", [PEOPLE, PEOPLE, &gone]).as_deref(), Some("carol"));
    assert_eq!(found("carol.ng@example.com", [PEOPLE, PEOPLE, PEOPLE]).as_deref(), Some("carol"));
}

#[test]
fn a_mailmap_is_respected_as_it_is_committed() {
    let mut history = approved_by(&By::author("carol@old.example"));
    assert_eq!(author(history.learn().only()), None);
    let map = "Carol Ng <carol@example.com> <carol@old.example>\n";
    write(&history.repo.path(), ".mailmap", map);
    assert_eq!(author(history.learn().only()), None, "not committed");
    let files = [("relm.yaml", PEOPLE), ("r.yaml", &before(&[CAROL])), (".mailmap", map)];
    history.commit(&AT_BOB, &files);
    let learnt = history.learn();
    let commit = &learnt.only().introduction.as_ref().unwrap().commit;
    assert_eq!((commit.author.name.as_str(), commit.author.email.as_str()), ("Carol Ng", "carol@example.com"));
    assert_eq!(commit.author.person.as_deref(), Some("carol"));
}

#[test]
fn an_entry_that_took_the_place_of_another_says_so() {
    let no = "{role: change-manager, by: carol, at: 2026-01-01, decision: rejected}";
    let mut history = approved_by(&AT_CAROL);
    history.commit(&AT_CAROL, &[("relm.yaml", PEOPLE), ("r.yaml", &before(&[no]))]);
    history.commit(&AT_BOB, &[("relm.yaml", PEOPLE), ("r.yaml", &before(&[CAROL]))]);
    let learnt = history.learn();
    assert_eq!(author(learnt.only()), Some("bob"));
    let replaced = learnt.only().replaced.as_ref().unwrap();
    assert!(replaced.before.contains(&("decision".into(), "rejected".to_owned())), "{replaced:?}");
    assert_eq!(replaced.by.as_ref().unwrap().person.as_deref(), Some("carol"));
}

#[test]
fn criteria_that_come_with_an_approval_are_noticed() {
    let mut history = approved_by(&AT_CAROL);
    let easier = before(&["{role: tester, by: alice}", CAROL]).replace("{id: tested}", "{id: built}");
    history.commit(&AT_BOB, &[("relm.yaml", PEOPLE), ("r.yaml", &easier)]);
    let learnt = history.learn();
    let found: Vec<bool> = learnt.approvals("r").iter().map(|(_, facts)| facts.with_criteria).collect();
    assert_eq!(found, [true, false]);
}

#[test]
fn who_mends_a_broken_file_brings_what_it_holds() {
    let mut history = approved_by(&AT_CAROL);
    let broken = before(&[CAROL]).replace("id: go\n", "id: [go\n");
    history.commit(&AT_BOB, &[("relm.yaml", PEOPLE), ("r.yaml", &broken)]);
    history.commit(&AT_BOB, &[("relm.yaml", PEOPLE), ("r.yaml", &before(&[CAROL]))]);
    assert_eq!(author(history.learn().only()), Some("bob"));
}

#[test]
fn what_is_no_manifest_proves_nothing() {
    for place in [".drafts/r.yaml", "docs/r.yaml", "inner/relm.yaml", "r.txt"] {
        let settings = format!("{PEOPLE}exclude: [docs]\n");
        let mut history = Chronicle::new();
        let text = before(&[CAROL]);
        history.commit(&AT_BOB, &[("relm.yaml", &settings), ("r.yaml", &before(&[]))]);
        history.commit(&AT_CAROL, &[("relm.yaml", &settings), ("r.yaml", &before(&[])), (place, &text)]);
        history.commit(&AT_BOB, &[("relm.yaml", &settings), ("r.yaml", &text)]);
        assert_eq!(author(history.learn().only()), Some("bob"), "{place}");
    }
}

#[test]
fn clocks_do_not_matter() {
    let mut history = Chronicle::new();
    let mut at = 1_800_000_000;
    let mut commit = |by: &By<'_>, text: &str| {
        at -= 86_400;
        history.commit(&By { at: Some(at), ..*by }, &[("relm.yaml", PEOPLE), ("r.yaml", text)]);
    };
    commit(&AT_BOB, &before(&[]));
    commit(&AT_CAROL, &before(&[CAROL]));
    commit(&AT_BOB, &release("2", &[CAROL]));
    commit(&AT_BOB, &release("1", &[CAROL]));
    let learnt = history.learn();
    assert_eq!(history.number(learnt.only().introduction.as_ref()), Some(1));
    assert_eq!(learnt.only().restored, ["scope"]);
}
