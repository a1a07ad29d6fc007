//! One set of findings, hard in every way we know, through each format.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use chrono::NaiveDate;
use serde_json::Value;

use super::{github, gitlab, human, junit, markdown, sarif};
use crate::diagnostic::{FileId, Finding, Level, Severity, SourceMap, Span, Subject};
use crate::render::{Style, json};
use crate::report::check::{Base, Check, RuleInfo, SCHEMA, Scope};
use crate::report::{Header, Revision};

const SPRING: &str = "kind: release\nid: spring-2026\nname: Spring\nphases:\n  - id: build\n    start: 2026-03-02\n    end: 2026-02-27\n  - id: uat\n    start: 2026-03-16\n    end: 2026-03-27\n    environments: [uat-1]\n";
const WINDOWS: &str =
    "\u{feff}kind: environment\r\nid: uat-1\r\nname: Acceptance 🚀🚀 one   # shared\r\ncapacity: 1\r\n";
const TABS: &str = "kind: project\nid: ledger\n\towner:\tnobody\n";
const RIGHT_TO_LEFT: &str = "kind: team\nid: core\nname: צוות הליבה # \u{1b}[31mred \u{202e}evil\n";
const BARE: &str = "kind: project\nid: cards";

struct Files {
    sources: SourceMap,
}

impl Files {
    fn add(&mut self, path: &str, text: &str) -> FileId {
        let id = self.sources.add(path, SourceMap::hash(text.as_bytes()));
        assert!(self.sources.set_text(id, text.as_bytes()));
        id
    }

    /// The `nth` (from 0) occurrence of `words`.
    fn find(&self, file: FileId, words: &str, nth: usize) -> Span {
        let text = self.sources.text(file).unwrap();
        let (at, _) = text.match_indices(words).nth(nth).unwrap();
        Span::new(file, at, at + words.len())
    }
}

fn at(severity: Severity, mut finding: Finding) -> Finding {
    finding.severity = severity;
    finding
}

fn findings() -> (SourceMap, Vec<Finding>) {
    let mut files = Files { sources: SourceMap::default() };
    let spring = files.add("releases/spring-2026.yaml", SPRING);
    let uat = files.add("environments/uat 1.yaml", WINDOWS);
    let tabs = files.add("projects/ledger.yaml", TABS);
    let team = files.add("teams/core.yaml", RIGHT_TO_LEFT);
    let bare = files.add("projects/cards.yaml", BARE);
    let long_line =
        format!("kind: calendar\n# {}\nholidays: [{}2026-13-01]\n", "long ".repeat(60), "2026-01-01, ".repeat(50));
    let long = files.add("calendars/long.yaml", &long_line);
    let missing = files.sources.add("projects/gone.yaml", 7);
    let release = |path: &str| Subject::new("release", "spring-2026").at(path);

    let found = vec![
        Finding::new(
            files.find(spring, "2026-02-27", 0),
            release("phases/build"),
            "phase `build` ends on 2026-02-27, before it starts on 2026-03-02",
        )
        .rule("ends-before-start")
        .related(files.find(spring, "2026-03-02", 0), release("phases/build"), "it starts here")
        .help("move `end` to 2026-03-02 or later, or leave it out and give a `duration`")
        .fix(files.find(spring, "2026-02-27", 0), "2026-03-13"),
        (0..12)
            .fold(
                Finding::new(
                    files.find(spring, "uat-1", 0),
                    release("phases/uat"),
                    "environment `uat-1` has room for 1 booking and gets 3 from 2026-03-16 to 2026-03-27 by `spring-2026`, \
                     `cards-2026` and `ledger-2026`, of which none may share it",
                )
                .rule("environment-overbooked")
                .related(files.find(uat, "1", 1), Subject::new("environment", "uat-1"), "its capacity is set here")
                .help("move a phase, raise the capacity, or ask who could share"),
                |finding, nth| {
                    let subject = Subject::new("release", &format!("other-{nth}"));
                    if nth == 0 {
                        finding.related(Span::new(missing, 12, 20), subject, "another booking is here")
                    } else {
                        finding.related(files.find(spring, "2026", nth % 5), subject, "another booking is here")
                    }
                },
            ),
        at(
            Severity::Warning,
            Finding::new(
                files.find(uat, "one", 0),
                Subject::new("environment", "uat-1").at("name"),
                "name is not \"plain\" | <b>bold</b> @all, see #12, 100%: `a|b`",
            )
            .rule("implausible-name"),
        ),
        at(
            Severity::Warning,
            Finding::new(
                files.find(tabs, "\towner:\tnobody", 0),
                Subject::new("project", "ledger"),
                "a tab indents this line\nand \u{1b}]0;owned\u{7}YAML allows only spaces",
            )
            .rule("syntax")
            .related(files.find(tabs, "nobody", 0), Subject::new("project", "ledger").at("owner"), "this too"),
        ),
        at(
            Severity::Info,
            Finding::new(files.find(team, "evil", 0), Subject::new("team", "core"), "text after a direction override")
                .rule("odd-text")
                .help("remove the character"),
        ),
        at(
            Severity::Info,
            Finding::new(
                Span::new(bare, BARE.len(), BARE.len()),
                Subject::new("project", "cards"),
                "project `cards` has no owner",
            )
            .rule("missing-owner"),
        ),
        Finding::new(Span::new(missing, 3, 9), Subject::new("project", "gone"), "this file changed while it was read")
            .rule("unreadable"),
        Finding::new(files.find(long, "2026-13-01", 0), Subject::new("calendar", "long"), "there is no month 13")
            .rule("invalid-value")
            .related(files.find(long, "kind: calendar", 0), Subject::new("calendar", "long"), "needed by every release that uses this calendar, which are more than fit in one line of a narrow terminal"),
        Finding::new(
            Span::new(spring, 0, SPRING.len()),
            Subject::new("release", "spring-2026"),
            "release `spring-2026` has no target",
        )
        .rule("missing-target"),
    ];
    (files.sources, found)
}

fn header() -> Header {
    Header {
        schema: SCHEMA,
        today: NaiveDate::from_ymd_opt(2026, 3, 1).unwrap(),
        revision: Revision { commit: Some("0123456789abcdef0123456789abcdef01234567".into()), dirty: true },
    }
}

fn check() -> Check {
    let (sources, found) = findings();
    Check::new(header(), &found, &sources, Scope { files: 14, documents: 20, suppressed: 2, ..Scope::default() })
}

fn clean(base: Option<Base>) -> Check {
    let scope = Scope { files: 1, documents: 1, base, ..Scope::default() };
    Check::new(header(), &[], &SourceMap::default(), scope)
}

fn base() -> Base {
    Base { commit: "fedcba9876543210fedcba9876543210fedcba98".into(), introduced: 2, fixed: 1 }
}

fn rules() -> [RuleInfo<'static>; 2] {
    [
        RuleInfo {
            name: "ends-before-start",
            summary: "allow a phase to end before it starts",
            default: Level::At(Severity::Error),
            docs: "# Why\n\nTime goes one way.",
        },
        RuleInfo { name: "missing-owner", summary: "allow no owner", default: Level::Off, docs: "" },
    ]
}

fn plain(width: usize) -> Style {
    Style { width, ..Style::default() }
}

#[test]
fn people_at_80_columns() {
    insta::assert_snapshot!(human::render(&check(), &plain(80)));
}

#[test]
fn people_at_140_columns() {
    insta::assert_snapshot!(human::render(&check(), &plain(140)));
}

#[test]
fn people_with_colour() {
    let text = human::render(&check(), &Style { colour: true, ..plain(100) });
    insta::assert_snapshot!(text.replace('\u{1b}', "␛"));
}

#[test]
fn people_with_ascii() {
    let text = human::render(&check(), &Style { unicode: false, ..plain(60) });
    // Text of the portfolio itself may be beyond ASCII, what we draw is not.
    assert!(!text.contains(['│', '─', '…', '▲', '╭']), "{text}");
    insta::assert_snapshot!(text);
}

#[test]
fn nothing_raw_reaches_a_terminal_and_lines_fit() {
    for width in [40, 60, 80, 140] {
        let text = human::render(&check(), &plain(width));
        for line in text.lines() {
            assert!(!line.chars().any(crate::render::text::is_unsafe), "{line:?}");
            assert!(width < 60 || crate::render::text::display_width(line) <= width, "{width}: {line}");
        }
    }
}

#[test]
fn underlines_stand_below_what_they_mean() {
    let text = human::render(&check(), &plain(80));
    let lines: Vec<_> = text.lines().collect();
    for word in ["one", "2026-02-27", "evil"] {
        let at = lines.iter().position(|line| line.trim().starts_with(['3', '7']) && line.contains(word)).unwrap();
        let width =
            |text: &str| text.chars().map(|c| unicode_width::UnicodeWidthChar::width(c).unwrap_or(0)).sum::<usize>();
        let before = width(lines[at].split(word).next().unwrap());
        let underline = lines[at + 1].split(['─', '┬']).next().unwrap();
        assert_eq!(before, width(underline), "{}\n{}", lines[at], lines[at + 1]);
    }
}

#[test]
fn programs_as_json() {
    let text = json::render(&check());
    let value: Value = serde_json::from_str(&text).unwrap();
    assert!(text.starts_with("{\n  \"schema\": \"relm.check/1\",\n  \"today\": \"2026-03-01\",\n  \"revision\""));
    assert_eq!(value["findings"].as_array().unwrap().len(), 9);
    let schema = serde_json::to_value(schemars::schema_for!(Check)).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let errors: Vec<_> = validator.iter_errors(&value).map(|error| error.to_string()).collect();
    assert!(errors.is_empty(), "{errors:?}");
    insta::assert_snapshot!(text);
}

#[test]
fn code_scanning_as_sarif() {
    // One pattern of the official schema, of a property we do not write, is no regular expression to a strict reader.
    let schema = include_str!("../../../tests/data/sarif-schema-2.1.0.json").replace("[a-zA-Z]{2}]?$", "[a-zA-Z]{2}$");
    let schema: Value = serde_json::from_str(&schema).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    for check in [check(), clean(None)] {
        let value: Value = serde_json::from_str(&sarif::render(&check, &rules())).unwrap();
        let errors: Vec<_> = validator.iter_errors(&value).map(|error| error.to_string()).collect();
        assert!(errors.is_empty(), "{errors:?}");
    }
    // The validator does see a mistake.
    assert!(!validator.is_valid(&serde_json::json!({ "version": "2.1.0", "runs": [{ "results": [{}] }] })));
    let text = sarif::render(&check(), &rules()).replace(env!("CARGO_PKG_VERSION"), "VERSION");
    insta::assert_snapshot!(text);
}

#[test]
fn workflow_commands_for_github() {
    insta::assert_snapshot!(github::render(&check()));
}

#[test]
fn code_quality_for_gitlab() {
    insta::assert_snapshot!(gitlab::render(&check()));
}

#[test]
fn suites_for_junit() {
    insta::assert_snapshot!(junit::render(&check()));
    insta::assert_snapshot!("suites_for_junit_clean", junit::render(&clean(None)));
}

#[test]
fn comments_in_markdown() {
    insta::assert_snapshot!(markdown::render(&check()));
}

#[test]
fn without_findings_there_is_one_line() {
    let none = "no findings in 1 file (1 document)\n";
    let compared = "introduces 2, fixes 1 against fedcba9876 in 1 file (1 document)\n";
    assert_eq!(human::render(&clean(None), &plain(80)), none);
    assert_eq!(human::render(&clean(Some(base())), &plain(80)), compared);
    assert_eq!(github::render(&clean(None)), none);
    assert_eq!(gitlab::render(&clean(None)), "[]\n");
    assert_eq!(markdown::render(&clean(None)), format!("<!-- relm:check -->\n**relm check**: {none}"));
    assert_eq!(markdown::render(&clean(Some(base()))), format!("<!-- relm:check -->\n**relm check**: {compared}"));
}

#[test]
fn a_comment_is_cut_by_severity() {
    let (sources, found) = findings();
    let many = |count: usize| -> Vec<Finding> { found.iter().cycle().take(count).cloned().collect() };
    for count in [9, 100, 300, 1000, 5000] {
        let text = markdown::render(&Check::new(header(), &many(count), &sources, Scope::default()));
        assert!(text.chars().count() <= 65_000, "{count}: {}", text.chars().count());
        let folds = (text.matches("<details>").count(), text.matches("</details>").count());
        assert_eq!(folds.0, folds.1, "{count}");
        assert_eq!(count > 100, text.contains("Left out to keep this comment short"), "{count}");
    }
    let text = markdown::render(&Check::new(header(), &many(5000), &sources, Scope::default()));
    let last = text.lines().last().unwrap();
    assert!(last.starts_with("Left out to keep this comment short: ") && last.contains(" errors, "), "{last}");
    assert!(last.ends_with("1111 infos. Run `relm check` to see everything."), "{last}");
}

#[test]
fn fingerprints_survive_edits_and_tell_equals_apart() {
    let (sources, found) = findings();
    let before = Check::new(header(), &found, &sources, Scope::default());
    let mut unique: Vec<_> = before.findings.iter().map(|finding| &finding.fingerprint).collect();
    unique.sort();
    unique.dedup();
    assert_eq!(unique.len(), found.len());

    let mut edited = found.clone();
    for finding in &mut edited {
        finding.message.push_str(", still");
        finding.span.start = 0;
        finding.span.len = 1;
    }
    let after = Check::new(header(), &edited, &sources, Scope::default());
    let fingerprints = |check: &Check| {
        let mut all: Vec<_> = check.findings.iter().map(|finding| finding.fingerprint.clone()).collect();
        all.sort();
        all
    };
    assert_eq!(fingerprints(&before), fingerprints(&after));

    let twice = Check::new(header(), &[found[0].clone(), found[0].clone()], &sources, Scope::default());
    assert_ne!(twice.findings[0].fingerprint, twice.findings[1].fingerprint);
}

#[test]
fn forges_get_paths_from_the_root_of_the_repository() {
    let (sources, found) = findings();
    let scope = Scope { folder: "plans/bank".into(), ..Scope::default() };
    let check = Check::new(header(), &found[..1], &sources, scope);
    assert!(github::render(&check).starts_with("::error file=plans/bank/releases/spring-2026.yaml,"));
    assert!(gitlab::render(&check).contains("\"plans/bank/releases/spring-2026.yaml\""));
    assert!(sarif::render(&check, &[]).contains("\"plans/bank/releases/spring-2026.yaml\""));
}

proptest::proptest! {
    /// Whatever a file holds and wherever a rule points, there is a picture, and only safe characters in it.
    #[test]
    fn any_text_and_any_place_can_be_shown(
        text in "[ab :\t\r\n🚀漢\u{301}\u{1b}\u{202e}\u{feff}\u{200d}-]{0,60}|(ab\u{e9}🚀 ){0,300}",
        spans in proptest::collection::vec((0_usize..400, 0_usize..60), 1..8),
        width in 20_usize..120,
    ) {
        let mut files = Files { sources: SourceMap::default() };
        let file = files.add("a.yaml", &text);
        let subject = || Subject::new("release", "a");
        let place = |&(start, len): &(usize, usize)| Span::new(file, start, start + len);
        let first = Finding::new(place(&spans[0]), subject(), "wrong").rule("some-rule");
        let finding = spans[1..].iter().fold(first, |finding, span| finding.related(place(span), subject(), "see here"));
        let check = Check::new(header(), &[finding], &files.sources, Scope::default());
        let shown = human::render(&check, &plain(width));
        proptest::prop_assert!(!shown.contains("Failed to read") && shown.contains("a.yaml:"), "{}", shown);
        proptest::prop_assert!(shown.lines().all(|line| !line.chars().any(crate::render::text::is_unsafe)));
        for text in [github::render(&check), junit::render(&check), markdown::render(&check)] {
            proptest::prop_assert!(!text.is_empty());
        }
    }
}
