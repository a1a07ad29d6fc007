//! How plans moved, for a spreadsheet: a line for each date that came, moved or went, and for each change of status or scope.

use std::fmt::Write;

use crate::render::text::csv_field;
use crate::report::history::{CommitView, History};

const HEADER: &str =
    "at,author,author_name,author_email,commit,message,release,subject,field,before,after,days,derived\r\n";

/// A header and the lines, dates first, each oldest first.
pub fn render(view: &History) -> String {
    let mut out = HEADER.to_owned();
    for one in &view.moves {
        let days = one.days.map_or_else(String::new, |days| days.to_string());
        let place = [&one.release, &one.subject, one.field];
        line(&mut out, &one.by, place, [&one.before, &one.after], [&days, if one.derived { "true" } else { "false" }]);
    }
    for turn in &view.changes {
        let place = [&turn.release, &turn.subject, turn.field];
        line(&mut out, &turn.by, place, [&turn.before, &turn.after], ["", "false"]);
    }
    out
}

fn line(out: &mut String, by: &CommitView, place: [&str; 3], change: [&Option<String>; 2], rest: [&str; 2]) {
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    let author = by.author.as_ref();
    let mut fields = vec![
        text(&by.at),
        author.and_then(|author| author.person.clone()).unwrap_or_default(),
        author.map_or_else(String::new, |author| author.name.clone()),
        author.map_or_else(String::new, |author| author.email.clone()),
        text(&by.commit),
        text(&by.message),
    ];
    fields.extend(place.map(str::to_owned));
    fields.extend(change.map(text));
    fields.extend(rest.map(str::to_owned));
    let fields: Vec<_> = fields.iter().map(|field| csv_field(field)).collect();
    let _ = write!(out, "{}\r\n", fields.join(","));
}
