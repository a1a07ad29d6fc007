#![allow(clippy::unwrap_used)]

use super::*;
use crate::render::Style;

const EVIL: &str = "<img src=x onerror=alert(1)>|`a`\u{1b}[31m\n# @team";

fn sheet(text: &str) -> Sheet {
    let mut sheet = Sheet { title: text.to_owned(), about: vec![text.to_owned()], ..Sheet::default() };
    let fact = |label| Fact::new(label, text, Tone::Bad);
    sheet.items(text, vec![Item { id: text.to_owned(), name: text.to_owned(), facts: vec![fact(""), fact("label")] }]);
    let columns = [Column::new("one"), Column::new("two"), Column::below("three")];
    let row = || vec![Cell::plain(text), Cell::new(text, Tone::Warn), Cell::plain(text)];
    sheet.table(text, &columns, vec![row(), row()]);
    sheet.sections.push(Section { title: text.to_owned(), body: Body::Facts(vec![fact("label")]) });
    sheet
}

#[test]
fn no_text_leaves_its_place() {
    let evil = sheet(EVIL);
    let human = human::render(&evil, &Style::default());
    assert!(!human.contains('\u{1b}'), "{human}");
    let page = html::render(&evil);
    assert!(!page.contains("<img") && !page.contains('\u{1b}') && page.contains("&lt;img"), "{page}");
    // As many tags as with harmless text, but for the code between backticks.
    let tags = |page: &str| page.replace("<code>", "").replace("</code>", "").matches('<').count();
    assert_eq!(tags(&page), tags(&html::render(&sheet("x"))));
    let text = markdown::render(&evil);
    let pipes = |text: &str| text.matches('|').count();
    assert_eq!((pipes(&text), text.lines().count()), {
        let plain = markdown::render(&sheet("x"));
        (pipes(&plain), plain.lines().count())
    });
    assert!(!text.contains("<img") && !text.contains("@team"), "{text}");
}

#[test]
fn nothing_is_said_in_one_line() {
    let sheet = Sheet { title: "T".to_owned(), nothing: "Nothing since `v<1`.".to_owned(), ..Sheet::default() };
    assert_eq!(human::render(&sheet, &Style::default()), "Nothing since `v<1`.\n");
    assert_eq!(markdown::render(&sheet), "Nothing since <code>v&lt;1</code>.\n");
    assert!(html::render(&sheet).contains("<p>Nothing since <code>v&lt;1</code>.</p>"));
}

#[test]
fn columns_stand_below_where_there_is_no_room() {
    let mut sheet = Sheet::default();
    let columns = [Column::new("id"), Column::below("name"), Column::new("state")];
    let row = |id: &str, name: &str, state: &str| [id, name, state].map(Cell::plain).to_vec();
    let long = "a name that is long enough to be too long for a narrow terminal";
    sheet.table("T", &columns, vec![row("A-1", long, "here"), row("A-22", "", "gone")]);
    let at = |sheet: &Sheet, width| human::render(sheet, &Style { width, ..Style::default() });
    let below = "    a name that is long enough to be too long for a narrow\n    terminal\n";
    assert!(
        at(&sheet, 60).ends_with(&format!("T (2)\nid    state\nA-1   here\n{below}A-22  gone\n")),
        "{}",
        at(&sheet, 60)
    );
    let wide = at(&sheet, 100);
    assert!(wide.contains(&format!("A-1   {long}  here\n")), "{wide}");
    // Where even the plain columns are too wide, the last stand below.
    sheet.table("U", &[Column::new("id"), Column::new("text")], vec![row("B", long, "")[..2].to_vec()]);
    assert!(at(&sheet, 60).contains("\nid\nB\n    a name that"), "{}", at(&sheet, 60));
}

#[test]
fn days_and_times_are_said_shortly() {
    let today = "2026-11-16".parse().unwrap();
    assert_eq!(moment("2026-12-12T20:30", today), "Sat 12 Dec 20:30");
    assert_eq!(moment("2027-01-04", today), "Mon 4 Jan 2027");
    assert_eq!(moment("2026-12-12T20:30+01:00", today), "Sat 12 Dec 20:30+01:00");
    assert_eq!(moment("né à midi, hier", today), "né à midi, hier");
    assert_eq!(stretch("2026-12-12T20:30", "2026-12-12T22:00", today), "Sat 12 Dec 20:30 – 22:00");
    assert_eq!(stretch("2026-12-12T20:30", "2026-12-13T05:30", today), "Sat 12 Dec 20:30 – Sun 13 Dec 05:30");
    assert_eq!(stretch("2026-12-12", "2026-12-12", today), "Sat 12 Dec");
}
