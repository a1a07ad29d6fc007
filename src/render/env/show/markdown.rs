//! One environment, as Markdown.

use std::fmt::Write;

use super::{Dates, booking, facts};
use crate::render::env::conflicts::fault;
use crate::render::env::schedule::closure_words;
use crate::render::env::state::{drift, origin};
use crate::render::text::markdown_escape;
use crate::report::env::show::Show;

/// A heading, the facts, and a list each for what is installed, booked, closed and wrong.
pub fn render(view: &Show) -> String {
    let mut out = String::new();
    let environment = &view.environment;
    let name = environment.name.as_deref().map_or_else(String::new, |name| format!(": {}", markdown_escape(name)));
    let _ = writeln!(out, "# environment {}{name}\n", markdown_escape(&environment.id));
    let _ = writeln!(out, "- stage: {}", markdown_escape(&environment.stage));
    for (name, value) in facts(view) {
        let _ = writeln!(out, "- {name}: {}", markdown_escape(&value));
    }
    let dates = Dates { today: view.header.today, weekdays: true };
    let at = view.state.at.local.format("%Y-%m-%d %H:%M");
    let installed = view.state.installed.iter();
    let mut items: Vec<String> = installed
        .map(|entry| {
            let (project, version) = (markdown_escape(&entry.project), markdown_escape(&entry.version));
            format!("**{project}** {version} {}", markdown_escape(&origin(entry, dates)))
        })
        .collect();
    items.extend(view.drift.iter().map(|one| {
        format!("**{}**, other than a release says: {}", markdown_escape(&one.project), markdown_escape(&drift(one)))
    }));
    list(&mut out, &format!("Installed at {at}"), &items);
    let item = |(when, what, rest): (String, String, String)| {
        let rest = if rest.is_empty() { rest } else { format!(" · {}", markdown_escape(&rest)) };
        format!("{when} **{}**{rest}", markdown_escape(&what))
    };
    let booked: Vec<String> = view.booked.iter().map(|one| item(booking(one, dates))).collect();
    list(&mut out, "Booked", &booked);
    let closed: Vec<String> = view.closures.iter().map(|one| item(closure_words(one, dates))).collect();
    list(&mut out, "Closed", &closed);
    let windows = view.windows.iter().flatten().map(|window| {
        let name = window.name.as_deref().map_or_else(String::new, |name| format!(" {}", markdown_escape(name)));
        format!("{}{name}", dates.stretch(window.time.from, window.time.to))
    });
    list(&mut out, "Deployments are allowed", &windows.collect::<Vec<_>>());
    let conflicts = view.conflicts.iter().map(|conflict| {
        let names: Vec<String> = conflict.bookings.iter().map(|one| markdown_escape(&one.booking.name)).collect();
        let when = dates.stretch(conflict.from, conflict.to);
        format!("{when} `{}` {}: {}", conflict.rule, fault(conflict), names.join(", "))
    });
    list(&mut out, "Conflicts", &conflicts.collect::<Vec<_>>());
    out.truncate(out.trim_end().len());
    out.push('\n');
    out
}

fn list(out: &mut String, title: &str, items: &[String]) {
    if !items.is_empty() {
        let _ = writeln!(out, "\n## {title}\n");
        for item in items {
            let _ = writeln!(out, "- {item}");
        }
    }
}
