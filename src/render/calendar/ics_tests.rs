#![allow(clippy::unwrap_used)]

use icalendar::parser::{Component, read_calendar, unfold};

use super::ics::render;
use super::testing::{NASTY, at, calendar, event, many, nasty, sample};
use crate::render::text::is_unsafe;
use crate::report::calendar::{Changed, EventKind};

/// The text of a property; the reader has unescaped it.
fn value(component: &Component<'_>, name: &str) -> Option<String> {
    component.properties.iter().find(|property| property.name == name).map(|property| property.val.as_ref().to_owned())
}

/// What a text becomes: the same without controls, its line ends all alike.
fn plain(text: &str) -> String {
    let text = text.replace("\r\n", "\n").replace(['\r', '\u{85}', '\u{2028}', '\u{2029}'], "\n").replace('\t', " ");
    text.chars().filter(|c| *c == '\n' || !is_unsafe(*c)).collect()
}

#[test]
fn the_file_as_it_is_written() {
    insta::assert_snapshot!(render(&sample()).replace("\r\n", "\n"));
}

#[test]
fn every_line_is_short_and_ends_as_it_should() {
    for calendar in [sample(), nasty(), many(3)] {
        let file = render(&calendar);
        assert!(file.ends_with("END:VCALENDAR\r\n"));
        for line in file.strip_suffix("\r\n").unwrap().split("\r\n") {
            assert!(line.len() <= 75, "{line}");
            assert!(!line.chars().any(is_unsafe), "{line:?}");
        }
        assert_eq!(file, render(&calendar));
    }
}

#[test]
fn nasty_texts_come_back_from_a_reader() {
    let calendar = nasty();
    let file = unfold(&render(&calendar));
    let read = read_calendar(&file).unwrap();
    assert_eq!(read.components.len(), calendar.events.len());
    for (event, component) in calendar.events.iter().zip(&read.components) {
        assert_eq!(component.name, "VEVENT");
        assert_eq!(value(component, "UID").unwrap(), plain(&event.uid));
        let one_line = plain(&event.title).replace('\n', " ");
        assert_eq!(value(component, "SUMMARY").unwrap(), format!("Phase: {one_line}"));
        let description = value(component, "DESCRIPTION").unwrap();
        assert!(description.contains(plain(event.description.as_deref().unwrap()).trim()), "{description}");
        assert_eq!(value(component, "LOCATION").unwrap(), one_line);
    }
    let name = read.properties.iter().find(|property| property.name == "X-WR-CALNAME").unwrap();
    assert!(name.val.as_ref().contains("BEGIN:VEVENT"));
    assert_eq!(NASTY.len() + 1, read.components.len());
}

#[test]
fn a_large_calendar_is_written_in_linear_time() {
    let small = render(&many(500)).len();
    let started = std::time::Instant::now();
    let large = render(&many(50_000)).len();
    assert!(started.elapsed().as_secs() < 20, "50,000 events took {:?}", started.elapsed());
    assert_eq!(large / 100_000, small / 1_000);
}

#[test]
fn an_end_never_stands_before_its_start_and_a_number_never_below_zero() {
    let mut instant = event("a@relm", EventKind::Change, "now", "2026-11-21T22:00:00Z", "2026-11-21T22:00:00Z");
    instant.changed = Some(Changed { commit: "0".to_owned(), at: at("2019-06-01T00:00:00Z") });
    let backwards = event("b@relm", EventKind::Phase, "inverted", "2026-11-21", "2026-11-20");
    let file = render(&calendar(vec![instant, backwards]));
    assert!(file.contains("SEQUENCE:0\r\nDTSTART:20261121T220000Z\r\nSUMMARY"), "{file}");
    assert!(file.contains("DTSTAMP:20190601T000000Z\r\nLAST-MODIFIED:20190601T000000Z"), "{file}");
    assert!(file.contains("DTSTART;VALUE=DATE:20261121\r\nDTEND;VALUE=DATE:20261122"), "{file}");
}
