//! Calendars for the tests of formats.
#![allow(clippy::unwrap_used)]

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};

use crate::report::calendar::{Calendar, Changed, EventKind, EventSource, EventStatus, EventView, Moment, SCHEMA};
use crate::report::{Header, Revision};

/// Texts that break formats which trust them.
pub(crate) const NASTY: [&str; 12] = [
    "commas, semicolons; and \\ back\\nslashes \\",
    "two\nlines\r\nand\ra third\u{2028}and a fourth",
    "</script><script>document.title='owned'</script>",
    "<!-- <script> --> <img src=x onerror=alert(1)> & &amp; \" '",
    "emoji 👩‍👩‍👧‍👦 🇩🇪 and combining e\u{301}e\u{301}",
    "right to left: עברית العربية \u{202e}evil\u{202c}",
    "\u{1b}[31mred\u{1b}[0m \u{9b}31m \u{7} \u{0} \u{7f}",
    "Ünïcödé wörds ünd 漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字",
    "=HYPERLINK(\"https://example.com\")",
    "]]> {{ }} ${x} `x` %0d%0a BEGIN:VEVENT",
    "\u{feff}zero\u{200b}width \u{ffff}",
    " ",
];

pub(crate) fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

pub(crate) fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

/// An event from `start` to `end`: days, or instants.
pub(crate) fn event(uid: &str, kind: EventKind, title: &str, start: &str, end: &str) -> EventView {
    let moment = |text: &str| if text.len() > 10 { Moment::Instant(at(text)) } else { Moment::Day(day(text)) };
    EventView {
        uid: uid.to_owned(),
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
        start: moment(start),
        end: moment(end),
        all_day: start.len() == 10,
        status: EventStatus::Confirmed,
        source: EventSource { file: "releases/lantern.yaml".to_owned(), line: 3 },
        changed: None,
    }
}

pub(crate) fn calendar(events: Vec<EventView>) -> Calendar {
    Calendar {
        header: Header { schema: SCHEMA, today: day("2026-11-18"), revision: Revision::default() },
        name: "Harbour Lights".to_owned(),
        zone: "Europe/London".to_owned(),
        from: None,
        to: None,
        events,
        days_off: Vec::new(),
        tz: chrono_tz::Europe::London,
    }
}

/// A calendar with an event of each sort.
pub(crate) fn sample() -> Calendar {
    let mut phase =
        event("release/lantern-1/phases/uat@relm", EventKind::Phase, "UAT of lantern-1", "2026-11-16", "2026-11-20");
    phase.release = Some("lantern-1".to_owned());
    phase.environment = Some("uat".to_owned());
    phase.environments = vec!["uat".to_owned(), "uat-2".to_owned()];
    phase.project = Some("beacon".to_owned());
    phase.projects = vec!["beacon".to_owned()];
    phase.team = Some("crew".to_owned());
    phase.description = Some("Everything, once.\nThen again.".to_owned());
    phase.changed = Some(Changed { commit: "1f2e3d".to_owned(), at: at("2026-10-01T12:34:56Z") });
    let mut freeze = event("freeze/year-end@relm", EventKind::Freeze, "Year end", "2026-12-12", "2027-01-03");
    freeze.status = EventStatus::Tentative;
    let gate = event("release/lantern-1/gates/go@relm", EventKind::Gate, "Go or no go", "2026-11-20", "2026-11-20");
    let mut ship = event(
        "release/lantern-1/deployment@relm",
        EventKind::Deployment,
        "lantern-1 to production",
        "2026-11-21T22:00:00Z",
        "2026-11-22T01:30:00Z",
    );
    ship.release = Some("lantern-1".to_owned());
    ship.status = EventStatus::Cancelled;
    calendar(vec![phase, gate, ship, freeze])
}

/// Every nasty text in every place a text can stand.
pub(crate) fn nasty() -> Calendar {
    let one = |(number, text): (usize, &&str)| {
        let mut event = event(&format!("nasty/{number}/{text}"), EventKind::Phase, text, "2026-11-18", "2026-11-19");
        event.description = Some((*text).to_owned());
        event.release = Some((*text).to_owned());
        event.projects = vec![(*text).to_owned()];
        event.project = Some((*text).to_owned());
        event.environments = vec![(*text).to_owned()];
        event.environment = Some((*text).to_owned());
        event.team = Some((*text).to_owned());
        event.source.file = format!("releases/{text}.yaml");
        event
    };
    let long = "漢x".repeat(5_000);
    let mut events: Vec<EventView> = NASTY.iter().enumerate().map(one).collect();
    events.push(one((NASTY.len(), &long.as_str())));
    let mut calendar = calendar(events);
    calendar.name = NASTY.join(" ");
    calendar
}

/// So many events of an hour, an hour apart.
pub(crate) fn many(count: i64) -> Calendar {
    let first = at("2026-01-01T00:00:00Z");
    let one = |number: i64| {
        let mut event =
            event(&format!("many/{number:06}@relm"), EventKind::Booking, "a booking", "2026-01-01", "2026-01-01");
        event.start = Moment::Instant(first + TimeDelta::hours(number));
        event.end = Moment::Instant(first + TimeDelta::hours(number + 1));
        event.all_day = false;
        event
    };
    calendar((0..count).map(one).collect())
}
