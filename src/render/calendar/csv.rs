//! The calendar as CSV: a line an event.

use std::fmt::Write;

use crate::render::text::csv_field;
use crate::report::calendar::Calendar;

const HEADER: &str =
    "uid,kind,title,description,release,projects,environments,team,start,end,all_day,status,file,line\r\n";

/// A header and one line for each event, in order. `end` is the last day of a whole-day event and the first instant after
/// any other.
pub fn render(calendar: &Calendar) -> String {
    let mut out = HEADER.to_owned();
    for event in &calendar.events {
        let line = event.source.line.to_string();
        let fields: [&str; 14] = [
            &event.uid,
            event.kind.as_str(),
            &event.title,
            event.description.as_deref().unwrap_or_default(),
            event.release.as_deref().unwrap_or_default(),
            &event.projects.join(" "),
            &event.environments.join(" "),
            event.team.as_deref().unwrap_or_default(),
            &event.start.to_string(),
            &event.end.to_string(),
            if event.all_day { "true" } else { "false" },
            event.status.as_str(),
            &event.source.file,
            &line,
        ];
        let fields: Vec<_> = fields.iter().map(|field| csv_field(field)).collect();
        let _ = write!(out, "{}\r\n", fields.join(","));
    }
    out
}
