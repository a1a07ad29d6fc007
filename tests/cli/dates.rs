//! `relm history`.

use insta::assert_snapshot;
use serde_json::Value;

use crate::history::{By, History};

const ANN: &str = "ann@example.com";
const BOB: &str = "bob@example.com";

const SETTINGS: &str = "\
kind: portfolio
name: Harbour
stages: [quay]
people:
  - {id: ann, emails: [ann@example.com]}
  - {id: bob, emails: [bob@example.com]}
";

const FERRY: &str = "\
kind: release
id: ferry-1
name: Night ferry
type: minor
status: planned
target: 2026-04-10
scope:
  - {project: hull, version: 1.0.0}
phases:
  - {id: fit-out, start: 2026-03-02, end: 2026-03-20}
  - {id: launch, start: 2026-04-10, duration: 1d}
milestones:
  - {id: tank-test, date: 2026-03-27}
";

const TUG: &str = "kind: release\nid: tug-2\ntype: minor\ntarget: 2026-05-01\n";

fn json(history: &History, arguments: &[&str]) -> Value {
    let run = history.run(&[&["history", "--format", "json"], arguments].concat());
    serde_json::from_str(&run.stdout).unwrap_or_else(|_| panic!("{run}"))
}

/// Release, subject, field, before, after and days of every move.
fn moves(view: &Value) -> Vec<String> {
    let list = view["moves"].as_array().unwrap().iter();
    let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let keys = ["release", "subject", "field", "before", "after", "days"];
    list.map(|one| keys.map(|key| text(&one[key])).join(" ")).collect()
}

/// Moves that count.
fn counted(view: &Value) -> Vec<String> {
    moves(view).into_iter().filter(|one| !one.ends_with(" null")).collect()
}

/// A release with a life: moved twice, its scope grown, a date that came and one that went, its file renamed.
fn harbour() -> History {
    let mut history = History::new();
    history.write("relm.yaml", SETTINGS).write("ferry.yaml", FERRY).write("tug.yaml", TUG).commit(By::author(BOB));
    let later = FERRY.replace("2026-04-10", "2026-04-17").replace("status: planned", "status: in-progress");
    history.write("ferry.yaml", &later).commit(By::author(ANN));
    let grown = later.replace("version: 1.0.0}", "version: 1.1.0}\n  - {project: radio, version: 0.9}");
    let grown = grown.replace(
        "  - {id: tank-test, date: 2026-03-27}\n",
        "  - {id: tank-test, date: 2026-03-25}\n  - {id: sea-trial, date: 2026-04-01}\n",
    );
    history.write("ferry.yaml", &grown).commit(By::author(BOB));
    history.remove("ferry.yaml");
    history.write("releases/ferry.yaml", &format!("# moved\n{grown}")).commit(By::author(BOB));
    let last = grown
        .replace("target: 2026-04-17", "target: 2026-04-15")
        .replace("  - {id: sea-trial, date: 2026-04-01}\n", "");
    history.write("releases/ferry.yaml", &last).commit(By::author(ANN));
    history
}

#[test]
fn every_move_with_whoever_made_it() {
    let history = harbour();
    let run = history.run(&["history"]);
    assert_eq!(run.code, Some(0), "{run}");
    assert_snapshot!(run);
    assert_snapshot!("history_in_140_columns", history.run_with(&[("COLUMNS", "140")], &["history", "ferry-1"]));
    assert_snapshot!("history_as_csv", history.run(&["history", "--format", "csv"]));
    assert_snapshot!("history_of_a_release_that_never_moved", history.run(&["history", "tug-2"]));
}

/// The target of the only release.
fn target(day: &str) -> String {
    format!("kind: release\nid: tug-2\ntype: minor\ntarget: {day}\n")
}

/// A release that was first written for 2026-05-01.
fn tug() -> (History, String) {
    let mut history = History::new();
    let first = history.write("relm.yaml", SETTINGS).write("tug.yaml", TUG).commit(By::author(BOB));
    (history, first)
}

#[test]
fn lists_are_cut_by_release_day_and_revision() {
    let history = harbour();
    let releases = |arguments: &[&str]| {
        let view = json(&history, arguments);
        let list = view["moves"].as_array().unwrap().iter();
        let mut ids: Vec<String> = list.map(|one| one["release"].as_str().unwrap().to_owned()).collect();
        ids.dedup();
        ids
    };
    assert_eq!(releases(&["tug-*"]), ["tug-2"]);
    assert_eq!(releases(&["--release", "tug-2", "--release", "ferry-1"]), ["ferry-1", "tug-2", "ferry-1"]);
    let since = |text: &str| counted(&json(&history, &["--since", text]));
    assert_eq!(since("HEAD~1"), ["ferry-1  target 2026-04-17 2026-04-15 -2"]);
    assert_eq!(since("2026-01-01T04:30:00Z"), since("HEAD~1"));
    assert_eq!(since("2026-01-02"), [""; 0]);
    let view = json(&history, &["--since", "HEAD~1"]);
    let total = &view["totals"][0];
    assert_eq!(
        (&total["first"], &total["last"], &total["moves"]),
        (&"2026-04-17".into(), &"2026-04-15".into(), &1.into())
    );
    assert_snapshot!(history.run(&["history", "ferry-2"]));
    assert_eq!(history.run(&["history", "--since", "nowhere"]).code, Some(2));
}

#[test]
fn each_move_is_told_once_whatever_is_merged() {
    let (mut history, first) = tug();
    let other = history.write("ferry.yaml", FERRY).merge(By::author(BOB), &[&first]);
    history.remove("ferry.yaml");
    let branch = history.write("tug.yaml", &target("2026-05-08")).merge(By::author(ANN), &[&first]);
    // A merge of three that takes the branch's date.
    history.write("ferry.yaml", FERRY).merge(By::author(BOB), &[&other, &branch, &first]);
    assert_eq!(counted(&json(&history, &[])), ["tug-2  target 2026-05-01 2026-05-08 7"]);
    let view = json(&history, &["--first-parent"]);
    assert_eq!(counted(&view), ["tug-2  target 2026-05-01 2026-05-08 7"]);
    assert_eq!(view["moves"].as_array().unwrap().last().unwrap()["message"], "Commit 4");
    // One that has a date of its own, and one that takes a move of the first parent back.
    let tip = history.sandbox().git().head().unwrap().target().unwrap().to_string();
    let own = history.write("tug.yaml", &target("2026-05-20")).merge(By::author(ANN), &[&tip, &branch]);
    history.write("tug.yaml", &target("2026-05-08")).merge(By::author(ANN), &[&own, &branch]);
    let all = counted(&json(&history, &[]));
    assert_eq!(
        all[1..],
        ["tug-2  target 2026-05-08 2026-05-20 12".to_owned(), "tug-2  target 2026-05-20 2026-05-08 -12".to_owned()]
    );
}

#[test]
fn commits_stand_in_their_order_whatever_their_clocks_say() {
    let (mut history, _) = tug();
    history.write("tug.yaml", &target("2026-05-04")).commit(By::author(ANN).at(1_700_000_000));
    history.write("tug.yaml", &target("2026-05-06")).commit(By::author(BOB).at(1_600_000_000));
    assert_eq!(
        counted(&json(&history, &[])),
        ["tug-2  target 2026-05-01 2026-05-04 3", "tug-2  target 2026-05-04 2026-05-06 2"]
    );
    assert_snapshot!(history.run(&["history"]));
}

#[test]
fn a_renamed_id_is_one_that_went_and_one_that_came() {
    let (mut history, _) = tug();
    history.write("tug.yaml", &target("2026-05-09").replace("tug-2", "tug-3")).commit(By::author(ANN));
    assert_eq!(
        moves(&json(&history, &[]))[1..],
        ["tug-2  target 2026-05-01 null null", "tug-3  target null 2026-05-09 null"]
    );
    assert_snapshot!(history.run(&["history"]));
}

#[test]
fn versions_that_cannot_be_parsed_are_skipped() {
    let (mut history, _) = tug();
    let broken =
        history.write("tug.yaml", &format!("{}phases: [never closed\n", target("2026-05-04"))).commit(By::author(ANN));
    history.write("tug.yaml", &target("2026-05-11")).commit(By::author(BOB));
    let view = json(&history, &[]);
    assert_eq!(counted(&view), ["tug-2  target 2026-05-01 2026-05-11 10"]);
    assert_eq!(view["unreadable"][0]["commit"], broken.as_str());
    assert_snapshot!(history.run(&["history"]));
}

#[test]
fn a_release_in_two_files_and_one_moved_between_files() {
    let (mut history, _) = tug();
    history.write("z/tug.yaml", &target("2026-05-03")).commit(By::author(ANN));
    history.remove("tug.yaml");
    history.write("ferry.yaml", FERRY).commit(By::author(ANN));
    let all = counted(&json(&history, &[]));
    assert_eq!(all, ["tug-2  target 2026-05-01 2026-05-03 2"]);
    history.remove("z/tug.yaml");
    history.write("ferry.yaml", &format!("{FERRY}---\n{}", target("2026-05-04"))).commit(By::author(ANN));
    assert_eq!(counted(&json(&history, &[]))[1..], ["tug-2  target 2026-05-03 2026-05-04 1"]);
}

#[test]
fn what_is_not_committed_comes_last() {
    let (history, _) = tug();
    history.write_only("tug.yaml", &target("2026-05-02"));
    let view = json(&history, &[]);
    assert_eq!(moves(&view)[1], "tug-2  target 2026-05-01 2026-05-02 1");
    assert!(view["moves"][1]["commit"].is_null() && view["moves"][1]["author"].is_null(), "{view}");
    assert_snapshot!(history.run(&["history"]));
    assert_eq!(counted(&json(&history, &["--at", "HEAD"])), [""; 0]);
}

#[test]
fn a_shallow_clone_says_where_it_ends() {
    let (mut history, _) = tug();
    let edge = history.write("tug.yaml", &target("2026-05-04")).commit(By::author(ANN));
    history.write("tug.yaml", &target("2026-05-06")).commit(By::author(BOB));
    history.cut(&edge);
    let view = json(&history, &[]);
    assert_eq!(counted(&view), ["tug-2  target 2026-05-04 2026-05-06 2"]);
    assert_eq!((&view["history"], &view["ends"][0]["commit"]), (&"shallow".into(), &edge.as_str().into()));
    assert_snapshot!(history.run(&["history"]));
}

#[test]
fn without_git_and_without_commits() {
    let (history, _) = tug();
    history.forget();
    let run = history.run(&["history"]);
    assert_eq!(run.code, Some(2), "{run}");
    assert_snapshot!(run);
    let empty = History::new();
    empty.write_only("relm.yaml", SETTINGS);
    assert_snapshot!("history_before_the_first_commit", empty.run(&["history"]));
}

#[test]
fn computed_dates_move_with_those_they_follow() {
    let mut history = History::new();
    let text = |start: &str, days: &str| {
        format!(
            "kind: release\nid: tug-2\ntype: minor\nphases:\n  - {{id: build, start: {start}, duration: {days}}}\n  - {{id: quay, after: build, duration: 2d}}\n"
        )
    };
    history.write("relm.yaml", SETTINGS).write("tug.yaml", &text("2026-03-02", "5d")).commit(By::author(BOB));
    history.write("tug.yaml", &text("2026-03-02", "6d")).commit(By::author(ANN));
    history.write_only("tug.yaml", &text("2026-03-03", "6d"));
    assert_eq!(counted(&json(&history, &[])), ["tug-2 phases/build start 2026-03-02 2026-03-03 1"]);
    for _ in 0..2 {
        let view = json(&history, &["--derived"]);
        assert_eq!(
            counted(&view),
            [
                "tug-2  end 2026-03-10 2026-03-11 1",
                "tug-2 phases/build end 2026-03-06 2026-03-09 3",
                "tug-2 phases/quay start 2026-03-09 2026-03-10 1",
                "tug-2 phases/quay end 2026-03-10 2026-03-11 1",
                "tug-2 phases/build start 2026-03-02 2026-03-03 1",
                "tug-2  end 2026-03-11 2026-03-12 1",
                "tug-2 phases/build end 2026-03-09 2026-03-10 1",
                "tug-2 phases/quay start 2026-03-10 2026-03-11 1",
                "tug-2 phases/quay end 2026-03-11 2026-03-12 1",
            ]
        );
    }
    assert_snapshot!(history.run(&["history", "--derived"]));
}

/// Releases a day apart, each with a phase that ended some days after its plan, and one that has not ended.
fn past(count: i64) -> History {
    let mut history = History::new();
    history.write("relm.yaml", SETTINGS);
    let day =
        |day: i64| (chrono::NaiveDate::from_ymd_opt(2025, 1, 6).unwrap() + chrono::Days::new(day as u64)).to_string();
    let at = |nth: i64| By::author(BOB).at(1_736_121_600 + nth * 7 * 86_400);
    for nth in 0..=count {
        let release = |actual: &str| {
            let status = if actual.is_empty() { "planned" } else { "released" };
            format!(
                "kind: release\nid: boat-{nth:02}\ntype: minor\nstatus: {status}\nphases:\n  - {{id: build, start: {}, duration: 5d{actual}}}\n",
                day(nth * 7)
            )
        };
        history.write(&format!("boat-{nth:02}.yaml"), &release("")).commit(at(nth));
        if nth < count {
            let actual = format!(", actual: {{start: {}, end: {}}}", day(nth * 7), day(nth * 7 + 4 + nth % 5 * 7));
            let whole = format!("{}actual: {{end: {}}}\n", release(&actual), day(nth * 7 + 4 + nth % 5 * 7));
            history.write(&format!("boat-{nth:02}.yaml"), &whole).commit(at(nth));
        }
    }
    history
}

#[test]
fn plans_with_what_the_past_teaches() {
    let history = past(24);
    // 2025-06-23 to 27 is the plan; half of all were at most ten working days late, four of five at most twenty.
    let run = history.run(&["--today", "2025-06-20", "plan", "--forecast", "--format", "json", "boat-24"]);
    let view: Value = serde_json::from_str(&run.stdout).unwrap_or_else(|_| panic!("{run}"));
    let outlook = &view["releases"][0]["outlook"];
    assert_eq!((&outlook["p50"], &outlook["p80"]), (&"2025-07-11".into(), &"2025-07-25".into()), "{run}");
    assert_eq!(outlook, &view["releases"][0]["phases"][0]["outlook"]);
    assert_snapshot!(history.run(&["--today", "2025-06-20", "plan", "--forecast", "boat-24"]));
    assert_snapshot!("history_backtest", history.run(&["history", "--backtest"]));
    let few = past(5);
    let run = few.run(&["--today", "2025-06-01", "plan", "--forecast", "boat-05"]);
    assert!(run.stdout.contains("not enough history: 5 finished, 20 are needed"), "{run}");
    let run = few.run(&["history", "--backtest"]);
    assert!(run.stdout.contains("phases: none of the 5 that ended can be tested, for 20 must have ended"), "{run}");
}

#[test]
fn the_picture_is_well_formed_and_holds_no_markup_of_others() {
    let mut history = harbour();
    let evil =
        "kind: release\nid: evil-1\nname: \"</svg><script>alert(1)</script>\"\ntype: minor\ntarget: 2026-06-01\n";
    history.write("relm.yaml", &SETTINGS.replace("Harbour", "\"Harbour <&> \\\"Co\\\"\""));
    history.write("evil.yaml", evil).commit(By::author(BOB));
    history.write("evil.yaml", &evil.replace("06-01", "06-08")).commit(By::author(BOB));
    let run = history.run(&["history", "--format", "svg"]);
    assert!(!run.stdout.contains("<script") && run.stdout.contains("<desc"), "{run}");
    assert_snapshot!(run);
}

#[test]
fn what_a_merge_decides_itself_is_told() {
    let (mut history, first) = tug();
    history.write("tug.yaml", &target("2026-06-01")).commit(By::author(BOB));
    let side = history.write("tug.yaml", &target("2026-07-01")).commit(By::author(BOB));
    // The branch said so once, and no longer did: it is the merge that goes back to it.
    history.write("tug.yaml", &target("2026-06-01")).merge(By::author(ANN), &[&first, &side]);
    let view = json(&history, &[]);
    assert_eq!(counted(&view).last().unwrap(), "tug-2  target 2026-05-01 2026-06-01 31", "{view}");
    assert_eq!(counted(&view).len(), 3);
}

#[test]
fn a_portfolio_that_was_moved_keeps_its_history() {
    let mut history = History::new();
    history.write("old/place/relm.yaml", SETTINGS).write("old/place/tug.yaml", TUG).commit(By::author(BOB));
    history.write("old/place/tug.yaml", &target("2026-05-08")).commit(By::author(BOB));
    history.remove("old/place/relm.yaml");
    history.remove("old/place/tug.yaml");
    history.write("new/relm.yaml", SETTINGS).write("new/tug.yaml", &target("2026-05-15")).commit(By::author(BOB));
    history.write("new/relm.yaml", &SETTINGS.replace("Harbour", "Port")).commit(By::author(BOB));
    history.remove("new/relm.yaml");
    history.remove("new/tug.yaml");
    history.write("relm.yaml", &SETTINGS.replace("Harbour", "Port")).write("tug.yaml", &target("2026-05-15"));
    history.commit(By::author(BOB));
    history.write("tug.yaml", &target("2026-05-22")).commit(By::author(BOB));
    let view = json(&history, &[]);
    assert_eq!(
        counted(&view),
        [
            "tug-2  target 2026-05-01 2026-05-08 7",
            "tug-2  target 2026-05-08 2026-05-15 7",
            "tug-2  target 2026-05-15 2026-05-22 7",
        ]
    );
    assert_eq!(moves(&view).len(), 4, "moved files are no changes: {view}");
    let view = json(&history, &["--backtest"]);
    assert_eq!(view["backtest"]["unread"], 0, "old plans are read where they were: {view}");
}

#[test]
fn what_the_past_cannot_teach_is_told() {
    let mut history = past(5);
    let late = "kind: release\nid: raft\ntype: minor\nstatus: released\nphases:\n  - {id: build, start: 2025-01-06, duration: 5d, actual: {start: 2025-01-06, end: 2025-01-10}}\nactual: {end: 2025-01-10}\n";
    let last = history.write("raft.yaml", late).commit(By::author(BOB));
    let view = json(&history, &["--backtest"]);
    assert_eq!((&view["backtest"]["recorded_afterwards"], &view["backtest"]["unread"]), (&2.into(), &0.into()));
    assert_eq!(view["backtest"]["releases"]["untested"], 5, "{view}");
    let run = history.run(&["history", "--backtest"]);
    assert!(run.stdout.contains("2 left out, for they were recorded after they had ended"), "{run}");
    let run = history.run(&["--today", "2025-06-01", "plan", "--forecast", "boat-05"]);
    assert!(run.stderr.contains("2 phases and releases were recorded after they had ended"), "{run}");
    history.cut(&last);
    let run = history.run(&["--today", "2026-06-01", "plan", "--forecast", "boat-05"]);
    let said = run.stdout.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(said.contains("0 finished, 20 are needed; the clone is shallow"), "{run}");
    assert!(run.stderr.contains("`git fetch --unshallow`"), "{run}");
    let run = history.run(&["history", "--format", "svg"]);
    assert_eq!(run.stdout.matches("the clone is shallow").count(), 2, "{run}");
    history.run(&["export", "out", "--table", "snapshot", "--table", "moves"]);
    assert!(history.sandbox().read("out/snapshot.csv").contains(",shallow,"));
}

#[test]
fn commits_that_cannot_be_loaded_are_counted_each_time() {
    let mut history = History::new();
    history.write("tug.yaml", TUG).commit(By::author(BOB));
    history.write("relm.yaml", SETTINGS).commit(By::author(BOB));
    for _ in 0..2 {
        let view = json(&history, &["--backtest"]);
        assert_eq!(view["backtest"]["unread"], 1, "{view}");
    }
}

#[test]
fn a_backtest_is_no_table_and_no_picture() {
    assert_snapshot!(tug().0.run(&["history", "--backtest", "--format", "csv"]), @r"
    exit code: 2
    ---- stderr
    error: `--backtest` has no form as `csv`
    hint: it is a few numbers: leave `--format` out, or use `--format json`
    ");
}
