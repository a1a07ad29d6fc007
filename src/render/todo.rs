//! What waits for somebody.

use chrono::NaiveDate;

use crate::diagnostic::wording::plural;
use crate::render::sheet::{self, Cell, Column, Sheet, Tone};
use crate::report::todo::{DutyView, Todo};

const COLUMNS: [Column; 6] = [
    Column::new("of"),
    Column::new("due"),
    Column::new("what"),
    Column::below("who"),
    Column::below("about"),
    Column::below("written in"),
];

/// Up to so many days are near.
const NEAR: i64 = 7;
/// Up to so many people are named.
const NAMED: usize = 4;

/// The list.
pub fn sheet(view: &Todo) -> Sheet {
    let (today, whose) = (view.header.today, whose(view));
    let until = sheet::day(view.until, today);
    let mut about = vec![format!("until {until}")];
    if view.later > 0 {
        about.push(format!("{} more after that", view.later));
    }
    let mut sheet = Sheet {
        title: format!("{}to do{whose}", sheet::of(view.portfolio.as_deref())),
        about,
        nothing: match view.later {
            0 => format!("Nothing waits{whose}."),
            later => format!("Nothing waits{whose} until {until}; {later} more after that: `--until DATE` shows them."),
        },
        ..Sheet::default()
    };
    let rows = |of: &dyn Fn(Option<i64>) -> bool| {
        view.todo.iter().filter(|duty| of(duty.days_left)).map(|duty| row(duty, today)).collect()
    };
    sheet.table("Overdue", &COLUMNS, rows(&|left| left.is_some_and(|left| left < 0)));
    sheet.table("Within a week", &COLUMNS, rows(&|left| left.is_some_and(|left| (0..=NEAR).contains(&left))));
    sheet.table("After that", &COLUMNS, rows(&|left| left.is_some_and(|left| left > NEAR)));
    sheet.table("Without a date", &COLUMNS, rows(&|left| left.is_none()));
    sheet
}

fn whose(view: &Todo) -> String {
    if view.owner.is_empty() { String::new() } else { format!(" for {}", view.owner.join(", ")) }
}

fn row(duty: &DutyView, today: NaiveDate) -> Vec<Cell> {
    let (due, tone) = match duty.due.zip(duty.days_left) {
        None => (String::new(), Tone::Plain),
        Some((_, 0)) => ("today".to_owned(), Tone::Warn),
        Some((day, left @ ..0)) => (format!("{}, {} ago", sheet::day(day, today), plural(-left, "day")), Tone::Bad),
        Some((day, _)) => (sheet::day(day, today), Tone::Plain),
    };
    let place = duty.source.as_ref().map(|source| match source.line {
        Some(line) => format!("{}:{line}", source.file),
        None => source.file.clone(),
    });
    vec![
        Cell::plain(&duty.subject),
        Cell::new(due, tone),
        Cell::plain(&duty.what),
        Cell::plain(who(duty)),
        Cell::plain(&duty.about),
        Cell::new(place.unwrap_or_default(), Tone::Quiet),
    ]
}

/// `ann, bea (release-coordinator)`.
fn who(duty: &DutyView) -> String {
    let mut named = duty.people.iter().take(NAMED).cloned().collect::<Vec<_>>().join(", ");
    if duty.people.len() > NAMED {
        named = format!("{named} and {} more", duty.people.len() - NAMED);
    }
    match (&duty.role, named.is_empty()) {
        (None, true) => "nobody is named".to_owned(),
        (None, false) => named,
        (Some(role), true) => format!("nobody can as {role}"),
        (Some(role), false) => format!("{named} ({role})"),
    }
}
