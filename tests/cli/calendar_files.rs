//! `relm calendar` as files: iCalendar, a page, a picture.

use crate::sandbox::{RELEASE, Sandbox};

const ICS: [&str; 3] = ["calendar", "--format", "ics"];

/// The value of a property of the event with this word in its uid.
fn property<'f>(file: &'f str, uid: &str, name: &str) -> Option<&'f str> {
    let event = file.split("BEGIN:VEVENT\r\n").skip(1).find(|event| event.lines().next().unwrap().contains(uid))?;
    event.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':'))
}

#[test]
fn events_are_dated_by_the_commit_that_last_changed_them() {
    let mut sandbox = Sandbox::repository();
    // A second commit at 02:00 changes a second file, a third at 03:00 one of two documents of a file.
    sandbox.put("releases/harbour.yaml", RELEASE.replace("lantern-1", "harbour-1").as_bytes());
    sandbox.commit();
    let (one, two) = (RELEASE.replace("lantern-1", "one-1"), RELEASE.replace("lantern-1", "two-1"));
    sandbox.put("releases/both.yaml", format!("{one}---\n{two}").as_bytes());
    let both = sandbox.commit();
    sandbox.put("releases/both.yaml", format!("{one}---\n{}", two.replace("5d", "6d")).as_bytes());
    sandbox.commit();
    let file = sandbox.run(&ICS);
    assert_eq!((file.code, file.stderr.as_str()), (Some(0), ""));
    let file = file.stdout;
    let hours = [("lantern-1", "01"), ("harbour-1", "02"), ("one-1", "03"), ("two-1", "04")];
    for (release, hour) in hours {
        for name in ["DTSTAMP", "LAST-MODIFIED"] {
            let expected = format!("20260101T{hour}0000Z");
            assert_eq!(property(&file, release, name), Some(expected.as_str()), "{release} {name}");
        }
    }
    // 2,192 days from 2020-01-01, and an hour.
    assert_eq!(property(&file, "lantern-1", "SEQUENCE"), Some("3156540"));
    assert_eq!(sandbox.run(&ICS).stdout, file, "the same commit gives the same file");
    let before = sandbox.run(&[&ICS[..], &["--at", &both]].concat()).stdout;
    assert_eq!(property(&before, "two-1", "DTSTAMP"), Some("20260101T030000Z"));
    let json = sandbox.run(&["calendar", "--format", "json"]).stdout;
    assert_eq!(json.matches(&both).count(), file.matches("UID:release/one-1").count(), "JSON names the commit too");
}

#[test]
fn outside_git_and_before_the_first_commit_numbers_stay_low() {
    for sandbox in [Sandbox::portfolio(), Sandbox::portfolio().init_git()] {
        let file = sandbox.run(&ICS).stdout;
        assert_eq!(property(&file, "lantern-1", "SEQUENCE"), Some("0"));
        assert_eq!(property(&file, "lantern-1", "DTSTAMP"), Some("20200101T000000Z"));
        assert_eq!(property(&file, "lantern-1", "LAST-MODIFIED"), None);
    }
}

#[test]
fn what_is_not_committed_yet_does_not_hide_when_the_rest_was() {
    let sandbox = Sandbox::repository();
    sandbox.put("releases/new.yaml", RELEASE.replace("lantern-1", "new-1").as_bytes());
    let file = sandbox.run(&ICS).stdout;
    assert_eq!(property(&file, "new-1", "SEQUENCE"), Some("0"));
    assert_eq!(property(&file, "lantern-1", "DTSTAMP"), Some("20260101T010000Z"));
}

#[test]
fn the_page_and_the_picture_have_the_events() {
    let sandbox = Sandbox::repository();
    let page = sandbox.run(&["calendar", "--format", "html", "-o", "calendar.html"]);
    assert_eq!((page.code, page.stdout.as_str(), page.stderr.as_str()), (Some(0), "", ""));
    let page = sandbox.read("calendar.html");
    assert!(page.starts_with("<!doctype html>") && page.contains("lantern-1 build"), "{page}");
    let picture = sandbox.run(&["calendar", "--format", "svg"]);
    assert_eq!(picture.code, Some(0), "{picture}");
    assert!(picture.stdout.starts_with("<svg ") && picture.stdout.contains(">lantern-1<"), "{picture}");
}
