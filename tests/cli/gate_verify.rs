//! `relm gate verify` over real repositories: every way to cheat it, and what it answers.

use insta::assert_snapshot;

use crate::history::{By, History};
use crate::sandbox::Run;

const SETTINGS: &str = "\
kind: portfolio
name: Harbour
stages: [test, quay]
roles: [harbour-master, tester]
teams: [{id: crew}]
people:
  - {id: ann, emails: [ann@example.com], team: crew, roles: [harbour-master], signing_keys: [{key: \"KEY:ann\"}]}
  - {id: bob, emails: [bob@example.com], roles: [tester], signing_keys: [{key: \"KEY:bob\"}]}
approvals: {provenance: author, stale_when_changed: [scope, target]}
";

const PROJECT: &str = "kind: project\nid: ticket\nowner: crew\n";

const RELEASE: &str = "\
kind: release
id: ferry-1
type: minor
status: planned
target: 2026-04-10
scope:
  - {project: ticket, version: 1.0.0}
phases:
  - {id: deploy, start: 2026-04-10, duration: 1d}
gates:
  - id: go-live
    before: deploy
    criteria: [{id: green, status: met}]
    requires: [{role: harbour-master}]
";

const APPROVAL: &str = "    approvals:\n      - {role: harbour-master, by: ann, at: 2026-01-02}\n";

const ANN: &str = "ann@example.com";
const BOB: &str = "bob@example.com";

/// A repository with a release that waits for approval, as `settings` say.
fn harbour(settings: &str) -> History {
    let mut history = History::new();
    history.write("relm.yaml", settings).write("projects.yaml", PROJECT).write("releases/ferry.yaml", RELEASE);
    history.commit(By::author(BOB));
    history
}

/// The same, asking for signatures.
fn signed_harbour() -> History {
    harbour(&SETTINGS.replace("provenance: author", "provenance: signed"))
}

/// The release with an approval.
fn approved() -> String {
    format!("{RELEASE}{APPROVAL}")
}

fn approve(history: &mut History, by: By<'_>) {
    history.write("releases/ferry.yaml", &approved()).commit(by);
}

fn verify(history: &History) -> Run {
    history.run(&["gate", "verify"])
}

#[test]
fn the_approvers_own_commit_proves_it() {
    let mut history = harbour(SETTINGS);
    approve(&mut history, By::author(ANN));
    let run = verify(&history);
    assert_eq!(run.code, Some(0), "{run}");
    assert_snapshot!(run);
    assert_eq!(history.run(&["gate", "list", "--state", "passed"]).stdout.matches("go-live").count(), 1);
}

#[test]
fn what_is_not_committed_is_not_proven() {
    let history = harbour(SETTINGS);
    history.write_only("releases/ferry.yaml", &approved());
    let run = verify(&history);
    assert_eq!(run.code, Some(1), "{run}");
    assert_snapshot!(run);
}

#[test]
fn forged_under_anothers_name() {
    let mut history = harbour(SETTINGS);
    approve(&mut history, By::author(BOB));
    let run = verify(&history);
    assert_eq!(run.code, Some(1), "{run}");
    assert_snapshot!(run);
}

#[test]
fn author_set_but_another_committer_is_gits_word_only() {
    let mut history = harbour(SETTINGS);
    approve(&mut history, By::author(ANN).committer(BOB));
    let run = verify(&history);
    assert_eq!(run.code, Some(0), "the policy asks for the author: {run}");
    assert_snapshot!(run);
    // Where signatures are asked for, the same proves nothing.
    let mut history = signed_harbour();
    approve(&mut history, By::author(ANN).committer(BOB));
    assert_snapshot!("author_set_where_signatures_are_asked_for", verify(&history));
}

#[test]
fn copied_from_another_release() {
    let mut history = harbour(SETTINGS);
    approve(&mut history, By::author(ANN));
    let copy = approved().replace("ferry-1", "ferry-2").replace("1.0.0", "2.0.0");
    history.write("releases/second.yaml", &copy).commit(By::author(BOB));
    let run = verify(&history);
    assert_eq!(run.code, Some(1), "{run}");
    assert_snapshot!(run);
    assert_eq!(history.run(&["gate", "verify", "ferry-1"]).code, Some(0));
}

#[test]
fn scope_changed_after_the_approval_and_changed_back() {
    let mut history = harbour(SETTINGS);
    approve(&mut history, By::author(ANN));
    let changed = approved().replace("1.0.0", "1.1.0").replace("target: 2026-04-10", "target: 2026-04-17");
    history.write("releases/ferry.yaml", &changed).commit(By::author(BOB));
    let run = verify(&history);
    assert_eq!(run.code, Some(0), "it is proven, and stale: {run}");
    assert_snapshot!("scope_changed_after_the_approval", run);
    assert!(history.run(&["gate", "list"]).stdout.contains("stale"));
    history.write("releases/ferry.yaml", &approved()).commit(By::author(BOB));
    assert_snapshot!("scope_changed_back", verify(&history));
    assert!(history.run(&["gate", "list"]).stdout.contains("passed"));
}

#[test]
fn history_that_was_rewritten_has_other_authors() {
    let mut history = History::new();
    history.write("relm.yaml", SETTINGS).write("projects.yaml", PROJECT).write("releases/ferry.yaml", &approved());
    history.commit(By::author(BOB));
    let run = verify(&history);
    assert_eq!(run.code, Some(1), "{run}");
    assert_snapshot!(run);
}

#[test]
fn a_shallow_clone_says_what_cannot_be_proven() {
    let mut history = harbour(SETTINGS);
    approve(&mut history, By::author(ANN));
    let end = history.write("projects.yaml", &format!("{PROJECT}tier: 2\n")).commit(By::author(BOB));
    history.cut(&end);
    let run = verify(&history);
    assert_eq!(run.code, Some(1), "{run}");
    assert_snapshot!(run);
}

#[test]
fn squashed_by_a_bot() {
    let mut history = harbour(SETTINGS);
    approve(&mut history, By::author("merge-bot@example.com"));
    let run = verify(&history);
    assert_eq!(run.code, Some(1), "{run}");
    assert_snapshot!(run);
}

#[test]
fn lines_moved_between_files_and_written_otherwise_stay_whose_they_are() {
    let mut history = harbour(SETTINGS);
    approve(&mut history, By::author(ANN));
    let entry = "      - role: 'harbour-master'\n        # hers\n        by: \"ann\"\n        at: 2026-01-02\n";
    let moved = format!("# all of them\n{PROJECT}---\n{RELEASE}    approvals:\n{entry}");
    history.remove("releases/ferry.yaml");
    history.write("projects.yaml", &moved).commit(By::author(BOB));
    let run = verify(&history);
    assert_eq!(run.code, Some(0), "{run}");
    assert_snapshot!(run);
}

#[test]
fn a_signature_by_the_approver_proves_it() {
    let mut history = signed_harbour();
    approve(&mut history, By::author(ANN).key("ann"));
    let run = verify(&history);
    assert_eq!(run.code, Some(0), "{run}");
    assert_snapshot!(run);
}

#[test]
fn a_key_that_is_not_on_the_list() {
    let mut history = signed_harbour();
    approve(&mut history, By::author(ANN).key("unknown"));
    let run = verify(&history);
    assert_eq!(run.code, Some(1), "{run}");
    assert_snapshot!(run);
}

#[test]
fn a_key_of_somebody_else() {
    let mut history = signed_harbour();
    approve(&mut history, By::author(ANN).key("bob"));
    let run = verify(&history);
    assert_eq!(run.code, Some(1), "{run}");
    assert_snapshot!(run);
}

#[test]
fn a_key_that_was_revoked() {
    let mut history = signed_harbour();
    approve(&mut history, By::author(ANN).key("ann"));
    let settings = SETTINGS.replace("provenance: author", "provenance: signed").replace("KEY:ann", "KEY:new");
    history.write("relm.yaml", &settings).commit(By::author(BOB));
    let run = verify(&history);
    assert_eq!(run.code, Some(1), "{run}");
    assert_snapshot!(run);
}

#[test]
fn openpgp_is_never_called_valid() {
    let mut history = signed_harbour();
    approve(&mut history, By::author(ANN).key("openpgp"));
    let run = verify(&history);
    assert_eq!(run.code, Some(1), "{run}");
    assert_snapshot!(run);
}

#[test]
fn a_role_granted_by_the_same_commit_was_not_held() {
    let mut history = harbour(&SETTINGS.replace("roles: [harbour-master], signing", "roles: [], signing"));
    history.write("relm.yaml", SETTINGS);
    approve(&mut history, By::author(ANN));
    let run = verify(&history);
    assert_eq!(run.code, Some(1), "{run}");
    assert_snapshot!(run);
}

#[test]
fn a_role_not_held_then_does_not_become_held_later() {
    let mut history = harbour(&SETTINGS.replace("roles: [harbour-master], signing", "roles: [], signing"));
    approve(&mut history, By::author(ANN));
    history.write("relm.yaml", SETTINGS).commit(By::author(BOB));
    let run = verify(&history);
    assert_eq!(run.code, Some(1), "{run}");
    assert_snapshot!(run);
}

#[test]
fn an_entry_that_took_the_place_of_another() {
    let mut history = harbour(SETTINGS);
    let refused = APPROVAL.replace("at: 2026-01-02", "at: 2026-01-02, decision: rejected, note: no tests");
    history.write("releases/ferry.yaml", &format!("{RELEASE}{refused}")).commit(By::author(ANN));
    approve(&mut history, By::author(BOB));
    let run = verify(&history);
    assert_eq!(run.code, Some(1), "{run}");
    assert_snapshot!(run);
}

#[test]
fn an_approval_that_came_with_its_own_criteria() {
    let mut history = harbour(SETTINGS);
    let easier = approved().replace("{id: green, status: met}", "{id: green, status: not-applicable}");
    history.write("releases/ferry.yaml", &easier).commit(By::author(ANN));
    let run = verify(&history);
    assert_eq!(run.code, Some(0), "{run}");
    assert_snapshot!(run);
}

#[test]
fn outside_git_nothing_can_be_proven() {
    let history = harbour(SETTINGS);
    history.write_only("releases/ferry.yaml", &approved());
    history.forget();
    let run = verify(&history);
    assert_eq!(run.code, Some(1), "{run}");
    assert_snapshot!(run);
}

#[test]
fn without_a_policy_it_says_what_could_be_proven() {
    let mut history = harbour(&SETTINGS.replace("provenance: author, ", ""));
    approve(&mut history, By::author(BOB));
    let run = verify(&history);
    assert_eq!(run.code, Some(0), "{run}");
    assert_snapshot!(run);
}

#[test]
fn own_work_is_proven_and_counts_for_nothing() {
    let settings = SETTINGS.replace("provenance: author", "provenance: author, separation_of_duties: true");
    let mut history = harbour(&settings);
    let text = approved().replace("status: planned", "status: planned\nowner: crew");
    history.write("releases/ferry.yaml", &text).commit(By::author(ANN));
    let run = verify(&history);
    assert_eq!(run.code, Some(0), "{run}");
    assert_snapshot!(run);
}

#[test]
fn approvals_of_changes_are_verified_too_and_released_releases() {
    let mut history = harbour(SETTINGS);
    let change = "kind: change\nid: RFC-1\nproject: ticket\nstatus: approved\nrelease: ferry-1\n\
        approvals: [{role: harbour-master, by: ann, at: 2026-01-03}]\n";
    history.write("changes.yaml", change).commit(By::author(BOB));
    let released = approved().replace("status: planned", "status: released\nactual: {end: 2026-01-20}");
    history.write("releases/ferry.yaml", &released).commit(By::author(BOB));
    let run = verify(&history);
    assert_eq!(run.code, Some(1), "{run}");
    assert_snapshot!(run);
    let markdown = history.run(&["gate", "verify", "--format", "markdown"]);
    assert_snapshot!("verify_as_markdown", markdown);
    let wide = history.run_with(&[("COLUMNS", "140")], &["gate", "verify"]);
    assert_snapshot!("verify_in_140_columns", wide);
    let json = history.run(&["gate", "verify", "--format", "json"]);
    let view: serde_json::Value = serde_json::from_str(&json.stdout).unwrap();
    assert_eq!(view["verified"], false);
    assert_eq!(view["approvals"][0]["provenance"], "other-author");
    assert_eq!(view["approvals"][0]["commit"]["author"]["person"], "bob");
    assert_eq!(view["approvals"][1]["change"], "RFC-1");
}
