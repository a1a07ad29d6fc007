//! Layouts hold their width and trust no text, whatever is on.
#![allow(clippy::unwrap_used)]

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use proptest::prelude::*;

use super::human::{self, Layout};
use super::{csv, markdown};
use crate::render::Style;
use crate::render::text::{display_width, is_unsafe};
use crate::report::calendar::{Calendar, EventKind, EventSource, EventStatus, EventView, Moment, SCHEMA};
use crate::report::{Header, Revision};

const LAYOUTS: [Layout; 3] = [Layout::Month, Layout::Agenda, Layout::Gantt];

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn at(text: &str) -> Moment {
    Moment::Instant(format!("{text}:00Z").parse::<DateTime<Utc>>().unwrap())
}

fn event(kind: EventKind, title: &str, start: Moment, end: Moment) -> EventView {
    EventView {
        uid: format!("{title}@relm"),
        kind,
        title: title.to_owned(),
        label: title.to_owned(),
        description: None,
        release: None,
        project: None,
        projects: Vec::new(),
        environment: None,
        environments: Vec::new(),
        team: None,
        start,
        end,
        all_day: matches!(start, Moment::Day(_)),
        status: EventStatus::Confirmed,
        source: EventSource { file: "relm.yaml".to_owned(), line: 1 },
        changed: None,
    }
}

fn calendar(from: &str, to: &str, events: Vec<EventView>) -> Calendar {
    let header = Header { schema: SCHEMA, today: day("2026-11-18"), revision: Revision::default() };
    Calendar {
        header,
        name: "Harbour".to_owned(),
        zone: "Europe/London".to_owned(),
        from: Some(day(from)),
        to: Some(day(to)),
        events,
        days_off: vec![day("2026-11-21"), day("2026-11-22"), day("2026-11-26")],
        tz: chrono_tz::Tz::Europe__London,
    }
}

fn month(calendar: &Calendar, style: &Style) -> String {
    let text = human::render(calendar, Layout::Month, None, style);
    // The head and the foot are the same everywhere.
    let body = text.split_once("\n\n").unwrap().1;
    body.rsplit_once("\n\n").map_or(body, |(body, _)| body).to_owned()
}

fn week() -> Calendar {
    let days = |kind, title, from, to| event(kind, title, Moment::Day(day(from)), Moment::Day(day(to)));
    let draft = EventView {
        status: EventStatus::Tentative,
        ..days(EventKind::Phase, "draft-1 build", "2026-11-19", "2026-11-30")
    };
    calendar(
        "2026-11-16",
        "2026-11-29",
        vec![
            days(EventKind::Freeze, "Old freeze", "2026-11-10", "2026-11-17"),
            days(EventKind::Phase, "ferry-2 uat", "2026-11-16", "2026-11-19"),
            draft,
            event(EventKind::Deployment, "ferry-1 deployment", at("2026-11-18T22:00"), at("2026-11-19T04:00")),
            event(EventKind::Maintenance, "live Patching", at("2026-11-22T02:00"), at("2026-11-22T03:00")),
            event(EventKind::Freeze, "Pay day", at("2026-11-25T00:00"), at("2026-11-26T00:00")),
            days(EventKind::Target, "ferry-1 target", "2026-11-20", "2026-11-20"),
        ],
    )
}

#[test]
fn a_month_reads_without_colour() {
    insta::assert_snapshot!(month(&week(), &Style::default()));
}

#[test]
fn a_month_reads_without_unicode() {
    insta::assert_snapshot!(month(&week(), &Style { unicode: false, ..Style::default() }));
}

#[test]
fn bars_are_grounds_of_colour_where_there_is_colour() {
    let text = month(&week(), &Style { colour: true, ..Style::default() });
    assert!(text.contains("\u{1b}[97;44m■ ferry-2 uat "), "{text}");
    assert!(text.contains("\u{1b}[1;7m[18]\u{1b}[0m"), "today stands out: {text}");
    assert!(text.contains("\u{1b}[2m21\u{1b}[0m"), "days off stand back: {text}");
}

#[test]
fn a_busy_week_counts_what_it_does_not_show() {
    let many = (0..20).map(|n| {
        let day = Moment::Day(day("2026-11-18"));
        event(EventKind::Milestone, &format!("a rather long title of milestone {n}"), day, day)
    });
    let text = month(&calendar("2026-11-16", "2026-11-22", many.collect()), &Style::default());
    assert!(text.ends_with("                         +6 more"), "{text}");
}

#[test]
fn what_comes_back_many_times_a_day_is_one_line() {
    let start = "2026-11-18T00:00:00Z".parse::<DateTime<Utc>>().unwrap();
    let hourly = (0..24).map(|hour| {
        let start = start + TimeDelta::hours(hour);
        event(EventKind::Freeze, "Batch", Moment::Instant(start), Moment::Instant(start + TimeDelta::minutes(5)))
    });
    let calendar = calendar("2026-11-16", "2026-11-22", hourly.collect());
    assert!(month(&calendar, &Style::default()).contains("▒ 00:00 Batch ×24"));
    let agenda = human::render(&calendar, Layout::Agenda, None, &Style::default());
    assert!(agenda.contains("  00:00–00:05     ▒ freeze        Batch ×24\n"), "{agenda}");
}

#[test]
fn weeks_without_events_are_left_out_of_a_long_time() {
    let far = Moment::Day(day("2028-03-08"));
    let text = month(
        &calendar("2026-11-16", "2199-12-31", vec![event(EventKind::Target, "far", far, far)]),
        &Style::default(),
    );
    assert!(text.lines().count() < 10, "{text}");
    assert!(text.contains("weeks without events") && text.contains("March 2028"), "{text}");
}

#[test]
fn a_calendar_without_events_says_so() {
    let empty = calendar("2026-11-16", "2026-11-22", Vec::new());
    assert!(human::render(&empty, Layout::Agenda, None, &Style::default()).ends_with("Nothing is on.\n"));
    assert!(human::render(&empty, Layout::Month, None, &Style::default()).contains("[18]"));
    assert!(markdown::render(&empty).ends_with("Nothing is on.\n"));
}

#[test]
fn tables_escape_what_manifests_say() {
    let start = Moment::Day(day("2026-11-18"));
    let nasty = calendar("2026-11-16", "2026-11-22", vec![event(EventKind::Phase, "=1|<b>,\n\"x\"", start, start)]);
    assert!(markdown::render(&nasty).contains("| Wed 18 | all day | =1&#124;&lt;b&gt;, \"x\" | phase |  |  |"));
    assert!(
        csv::render(&nasty)
            .contains("phase,\"'=1|<b>,\n\"\"x\"\"\",,,,,,2026-11-18,2026-11-18,true,confirmed,relm.yaml,1\r\n")
    );
}

fn moments() -> impl Strategy<Value = (Moment, Moment)> {
    let origin = "2026-10-01T00:00:00Z".parse::<DateTime<Utc>>().unwrap();
    (0i64..140, 0i64..60, 0i64..1440, any::<bool>()).prop_map(move |(start, days, minutes, timed)| {
        let from = origin + TimeDelta::days(start);
        if timed {
            let from = from + TimeDelta::minutes(minutes);
            (Moment::Instant(from), Moment::Instant(from + TimeDelta::minutes(days * 97)))
        } else {
            (Moment::Day(from.date_naive()), Moment::Day((from + TimeDelta::days(days / 3)).date_naive()))
        }
    })
}

fn events() -> impl Strategy<Value = Vec<EventView>> {
    let title = prop_oneof![any::<String>(), "[a-z0-9. -]{1,60}", "[漢字👩🏽‍🚀🇳🇱שלום\u{1b}\n]{1,40}"];
    let one = (0..EventKind::ALL.len(), title, moments(), any::<bool>(), any::<bool>());
    let one = one.prop_map(|(kind, title, (start, end), tentative, within)| EventView {
        status: if tentative { EventStatus::Tentative } else { EventStatus::Confirmed },
        release: within.then(|| "r-1".to_owned()),
        environments: if within { vec!["live".to_owned()] } else { Vec::new() },
        ..event(EventKind::ALL[kind], &title, start, end)
    });
    prop::collection::vec(one, 0..40)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn no_line_is_wider_than_the_terminal(
        events in events(),
        width in 40usize..230,
        unicode in any::<bool>(),
        colour in any::<bool>(),
        days in 0i64..200,
    ) {
        let events: Vec<_> = events
            .into_iter()
            .filter(|event| {
                let to = day("2026-10-20") + TimeDelta::days(days);
                let (first, last) = event.start.days_to(event.end, chrono_tz::Tz::Europe__London);
                last >= day("2026-10-20") && first <= to
            })
            .collect();
        let calendar = Calendar {
            to: Some(day("2026-10-20") + TimeDelta::days(days)),
            ..calendar("2026-10-20", "2026-10-20", events)
        };
        for layout in LAYOUTS {
            let text = human::render(&calendar, layout, Some("some days"), &Style { width, unicode, colour, links: false });
            for line in text.lines() {
                let plain = strip(line);
                prop_assert!(!plain.chars().any(is_unsafe), "{line:?}");
                prop_assert!(display_width(&plain) <= width.max(60), "{} > {width}: {plain}", display_width(&plain));
            }
        }
    }
}

/// Without colours.
fn strip(line: &str) -> String {
    let mut out = String::new();
    let mut rest = line;
    while let Some((before, after)) = rest.split_once("\u{1b}[") {
        out.push_str(before);
        rest = after.split_once('m').map_or("", |(_, tail)| tail);
    }
    out + rest
}
