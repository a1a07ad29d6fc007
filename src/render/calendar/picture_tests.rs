#![allow(clippy::unwrap_used)]

use super::testing::{NASTY, calendar, day, event, many, nasty, sample};
use super::{html, svg};
use crate::report::calendar::EventKind;

/// The page without what is the same in every page.
fn shortened(page: &str) -> String {
    let cut = |text: &str, open: &str, close: &str| {
        let start = text.find(open).unwrap() + open.len();
        let end = start + text[start..].find(close).unwrap();
        format!("{}…{}", &text[..start], &text[end..])
    };
    let page = cut(page, "<style>", "</style>");
    let page = cut(&page, "<script>", "</script>");
    cut(&page, "\"kinds\":[", "],\"events\"")
}

/// The data of a page, as a browser hands it to the script.
fn data(page: &str) -> serde_json::Value {
    let start = page.find("id=\"data\">").unwrap() + "id=\"data\">".len();
    let end = start + page[start..].find("</script>").unwrap();
    serde_json::from_str(&page[start..end]).unwrap()
}

#[test]
fn the_page_as_it_is_written() {
    let page = html::render(&sample());
    let policy = page.find("script-src").unwrap();
    let hashes: Vec<&str> = page[policy..].split('\'').filter(|part| part.starts_with("sha256-")).collect();
    assert_eq!(hashes.iter().map(|hash| hash.len()).collect::<Vec<_>>(), [51, 51]);
    let mut shown = shortened(&page);
    for hash in hashes {
        shown = shown.replace(hash, "[HASH]");
    }
    insta::assert_snapshot!(shown);
}

#[test]
fn the_picture_as_it_is_drawn() {
    insta::assert_snapshot!(svg::render(&sample()));
}

#[test]
fn texts_stay_texts_in_the_page() {
    let nasty = nasty();
    let page = html::render(&nasty);
    assert_eq!(page, html::render(&nasty));
    assert_eq!(page.matches("<script").count(), 2, "the data and the script");
    assert_eq!(page.matches("</script").count(), 2);
    assert!(!page.contains("<img") && !page.contains("<!--"));
    assert!(!page.contains(['\u{1b}', '\u{202e}', '\u{7}', '\u{0}', '\u{9b}']));
    let events = data(&page)["events"].as_array().unwrap().clone();
    assert_eq!(events.len(), NASTY.len() + 1);
    assert_eq!(events[2]["t"], NASTY[2], "the script gets the very text");
    assert_eq!(events[1]["d"], "two\nlines\nand\na third\nand a fourth");
}

#[test]
fn texts_stay_texts_in_the_picture() {
    for calendar in [nasty(), sample(), many(3)] {
        let picture = svg::render(&calendar);
        assert_eq!(picture, svg::render(&calendar));
        assert!(!picture.contains("<script") && !picture.contains("<img") && !picture.contains("<!--"));
        assert!(!picture.contains(['\u{1b}', '\u{202e}', '\u{7}', '\u{0}', '\u{9b}', '\u{ffff}']));
        assert_eq!(picture.matches("<title").count(), picture.matches("</title>").count());
        assert!(picture.len() < 300_000, "a name of ten thousand characters is cut: {}", picture.len());
    }
}

#[test]
fn pictures_of_nothing_and_of_a_thousand_years() {
    let empty = svg::render(&calendar(Vec::new()));
    assert!(empty.contains("Nothing in these days"), "{empty}");
    assert!(html::render(&calendar(Vec::new())).contains("\"events\":[]"));
    let ages = event("a@relm", EventKind::Booking, "for ever", "1000-01-01", "9999-12-31");
    let picture = svg::render(&calendar(vec![ages]));
    assert!(picture.contains("Nov 2025 to") && picture.contains("for ever"), "{picture}");
    assert!(picture.len() < 60_000);
}

#[test]
fn pages_open_where_their_days_are() {
    let mut view = sample();
    view.from = Some(day("2027-02-01"));
    view.to = Some(day("2027-02-28"));
    view.days_off = vec![day("2027-02-06"), day("2027-02-07")];
    let data = data(&html::render(&view));
    assert_eq!((&data["start"], &data["today"]), (&"2027-02-01".into(), &"2026-11-18".into()));
    assert_eq!(data["off"], serde_json::json!(["2027-02-06", "2027-02-07"]));
}

#[test]
fn large_pages_and_pictures_are_made_in_linear_time() {
    let started = std::time::Instant::now();
    assert!(html::render(&many(20_000)).len() > 1_000_000);
    let mut view = many(20_000);
    view.from = Some(day("2026-01-01"));
    view.to = Some(day("2026-01-31"));
    assert!(svg::render(&view).len() < 2_000_000);
    assert!(started.elapsed().as_secs() < 20, "took {:?}", started.elapsed());
}
