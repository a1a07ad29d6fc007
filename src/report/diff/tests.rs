#![allow(clippy::unwrap_used, clippy::expect_used)]

use super::*;
use crate::analysis::compare::compare;
use crate::analysis::compare::tests::World;

const RELEASES: &str = "---
kind: release
id: a
type: minor
status: planned
target: 2026-11-30
phases:
- {id: build, start: 2026-11-02, duration: 5d}
- {id: test, after: build, duration: 5d}
---
kind: release
id: b
type: minor
status: planned
phases: [{id: late, after: a/test, duration: 2d}]
";

/// The verdict where one finding is fixed, how bad it is, and the releases.
fn told(base: &World, head: &World) -> (String, Weight, Vec<ReleaseView>) {
    let (base, head) = (base.side(), head.side());
    let comparison = compare(&base, &head);
    let releases = releases::releases((&base, &head), &comparison);
    let findings = FindingsView { fixed: 1, ..FindingsView::new(Vec::new(), Vec::new(), 0) };
    let (verdict, weight) = words::verdict(&comparison, &releases, &findings, false);
    (verdict, weight, releases)
}

fn between(base: &str, head: &str) -> (String, Weight, Vec<ReleaseView>) {
    told(&World::new(base, "2026-10-01"), &World::new(head, "2026-10-01"))
}

#[test]
fn a_cancelled_release_is_told_first() {
    let cancelled = RELEASES.replacen("status: planned", "status: cancelled", 1);
    let (verdict, weight, releases) = between(RELEASES, &cancelled);
    assert_eq!(verdict, "`a` is cancelled, was planned to end 2026-11-13; 1 finding fixed.");
    assert_eq!(weight, Weight::Warn);
    assert!(releases[0].is_effect && releases[0].is_gone && !releases[0].is_moved);

    let both = RELEASES.replace("status: planned", "status: cancelled");
    let (verdict, _, _) = between(RELEASES, &both);
    assert!(verdict.contains("; 1 other release removed or cancelled; "), "{verdict}");

    let (verdict, weight, _) = between(&cancelled, RELEASES);
    assert!(verdict.starts_with("`a` is not cancelled any more"), "{verdict}");
    assert_eq!(weight, Weight::Good, "by the finding that is fixed");
}

#[test]
fn other_news_of_status() {
    let of = |status: &str| RELEASES.replacen("status: planned", &format!("status: {status}"), 1);
    for (before, after, word, weight) in [
        ("in-progress", "released", "is released", Weight::Plain),
        ("released", "closed", "is closed", Weight::Plain),
        ("released", "in-progress", "is not released any more", Weight::Warn),
        ("draft", "planned", "is no draft any more", Weight::Plain),
        ("planned", "draft", "is a draft again", Weight::Warn),
    ] {
        let (verdict, _, releases) = between(&of(before), &of(after));
        assert_eq!((releases[0].headline.as_str(), releases[0].weight), (word, weight), "{before} {after}");
        assert!(verdict.starts_with(&format!("`a` {word}")), "{verdict}");
    }
    assert!(between(&of("planned"), &of("in-progress")).2.is_empty());
}

#[test]
fn a_target_that_is_gone_wants_attention() {
    let late = RELEASES.replace("target: 2026-11-30", "target: 2026-11-10");
    let (_, weight, releases) = between(&late, &late.replace("target: 2026-11-10\n", ""));
    assert_eq!((releases[0].headline.as_str(), releases[0].weight), ("has no target any more", Weight::Warn));
    assert_eq!(weight, Weight::Warn);
    assert!(releases[0].facts.iter().all(|fact| fact.weight != Weight::Good), "{:?}", releases[0].facts);
}

#[test]
fn what_has_no_dates_any_more_is_not_later() {
    let (verdict, weight, releases) = between(RELEASES, &RELEASES.replace("start: 2026-11-02, duration", "duration"));
    assert!(verdict.starts_with("`a` can no longer be placed (build, test); 1 other release moved"), "{verdict}");
    assert_eq!(weight, Weight::Bad);
    let a = &releases[0];
    assert_eq!((a.days, a.weight), (None, Weight::Bad));
    assert!(a.facts.iter().all(|fact| fact.label != "forecast"), "{:?}", a.facts);
}

#[test]
fn a_file_that_cannot_be_read_moves_nothing_for_certain() {
    let mut base = World::new(RELEASES, "2026-10-01");
    // The same manifests, with a day off that no manifest tells of, as where a phase before was lost.
    let mut head = World::new(RELEASES, "2026-10-01");
    head.move_all_by(3);
    let (verdict, _, releases) = told(&base, &head);
    assert!(verdict.starts_with("`a` ends 3 days later"), "{verdict}");
    assert!(releases[0].facts.iter().any(|fact| fact.text.contains("calendar file")));

    base.damage();
    let (verdict, _, releases) = told(&base, &head);
    assert_eq!(verdict, "1 finding fixed.");
    assert!(releases.iter().all(|it| it.is_doubtful && it.weight == Weight::Warn));
    let because = releases[0].facts.iter().find(|fact| fact.label == "because").unwrap();
    assert_eq!((because.text.as_str(), because.weight), ("a file that cannot be read", Weight::Warn));
}

#[test]
fn an_overbooking_that_grows_is_told() {
    let text = |start: &str| {
        let release = |id: &str, start: &str| {
            format!(
                "---\nkind: release\nid: {id}\ntype: minor\nstatus: planned\nphases: [{{id: p, start: {start}, duration: 5d, environments: [uat]}}]\n"
            )
        };
        format!("---\nkind: environment\nid: uat\nstage: test\n{}{}", release("a", "2026-11-02"), release("b", start))
    };
    let (verdict, _, _) = between(&text("2026-11-05"), &text("2026-11-03"));
    assert!(verdict.contains("1 environment contended for longer"), "{verdict}");
}

#[test]
fn a_finding_with_other_places_is_told_once() {
    use crate::diagnostic::Span;
    let finding = |id: &str, cause: &str, message: &str| {
        let found = Finding::new(Span::default(), Subject::new("release", id), message).rule("misses-target");
        found.related(Span::default(), Subject::new("release", cause), "because")
    };
    let mut sources = SourceMap::default();
    sources.add("a.yaml", 0);
    let before = [finding("a", "x", "3 days late"), finding("b", "x", "late")];
    let after = [finding("c", "x", "late"), finding("a", "y", "7 days late")];
    let views = |findings: &[Finding]| check::views(findings, &sources);
    let found = FindingsView::new(views(&after), views(&before), 4);
    assert_eq!((found.new, found.fixed), (2, 2), "the counts follow rule, subject and related subjects");
    let said = |it: &FindingView| it.message.clone();
    let told: Vec<_> = found.told_otherwise().map(|(was, now)| (said(was), said(now))).collect();
    assert_eq!(told, [("3 days late".to_owned(), "7 days late".to_owned())]);
    assert_eq!(found.really_new().map(|it| it.subject.id.clone()).collect::<Vec<_>>(), ["c"]);
    assert_eq!(found.really_fixed().map(|it| it.subject.id.clone()).collect::<Vec<_>>(), ["b"]);
}
