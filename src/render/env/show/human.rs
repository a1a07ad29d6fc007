//! One environment, for a terminal.

use std::fmt::Write;

use super::{Dates, address, booking, facts};
use crate::render::Style;
use crate::render::env::conflicts::human as conflicts;
use crate::render::env::schedule::{closure_words, human as schedule};
use crate::render::env::state::{drift, origin};
use crate::render::paint::Paint;
use crate::render::text::{display_width, sanitize, truncate_to_width, wrap_hanging};
use crate::report::env::show::Show;

/// Narrower terminals get lines of this many columns.
const MIN_WIDTH: usize = 60;
/// The most items of a section; JSON has them all.
const ITEMS: usize = 12;
/// Windows that are shown.
const WINDOWS: usize = 4;
/// The most columns of the first and the second part of an item.
const PARTS: (usize, usize) = (36, 34);

/// The title, the facts, the next weeks, and a section each for what is installed, booked, closed and wrong.
pub fn render(view: &Show, style: &Style) -> String {
    let style = Style { width: style.width.max(MIN_WIDTH), ..*style };
    let paint = Paint(style);
    let mut out = String::new();
    let environment = &view.environment;
    let name = environment.name.as_deref().map_or_else(String::new, |name| format!("  {}", sanitize(name)));
    let mut words = vec![format!("environment · {}", sanitize(&environment.stage))];
    words.extend(environment.source.as_ref().map(|source| sanitize(&address(source)).into_owned()));
    let words = words.join(" · ");
    let id = sanitize(&environment.id);
    let used = display_width(&id) + display_width(&name) + 2 + display_width(&words);
    let gap = if used <= paint.0.width { "  " } else { "\n  " };
    let _ = writeln!(out, "{}{name}{gap}{}", paint.bold(&id), paint.dim(&words));
    let facts = facts(view);
    let widest = facts.iter().map(|(name, _)| name.len()).max().unwrap_or(0);
    for (name, value) in &facts {
        let room = paint.0.width - widest - 4;
        let value = wrap_hanging(&sanitize(value), room, room);
        let value = value.replace('\n', &format!("\n{}", " ".repeat(widest + 4)));
        let _ = writeln!(out, "  {}  {value}", paint.dim(&format!("{name:widest$}")));
    }
    out.push('\n');
    schedule::map(&mut out, &view.timeline, paint);
    installed(&mut out, view, paint);
    // Hours leave no room for the names of days.
    let dates = Dates { today: view.header.today, weekdays: false };
    let booked = view.booked.iter().map(|one| booking(one, dates)).collect();
    section(&mut out, "Booked", booked, ITEMS, paint);
    let closed = view.closures.iter().map(|one| closure_words(one, dates)).collect();
    section(&mut out, "Closed", closed, ITEMS, paint);
    if let Some(windows) = &view.windows {
        let items = windows.iter().map(|window| {
            let when = dates.stretch(window.time.from, window.time.to);
            (when, window.name.clone().unwrap_or_default(), String::new())
        });
        section(&mut out, "Deployments are allowed", items.collect(), WINDOWS, paint);
        if windows.is_empty() {
            let _ = writeln!(out, "\n{}\n  never in the next weeks", paint.bold("Deployments are allowed"));
        }
    }
    if !view.conflicts.is_empty() {
        let _ = writeln!(out, "\n{}", paint.bold("Conflicts"));
        let dates = Dates { weekdays: true, ..dates };
        for conflict in &view.conflicts {
            out.push('\n');
            conflicts::one(&mut out, conflict, dates, paint);
        }
    }
    out
}

fn installed(out: &mut String, view: &Show, paint: Paint) {
    let state = &view.state;
    let dates = Dates { today: view.header.today, weekdays: false };
    let items: Vec<_> = state
        .installed
        .iter()
        .map(|entry| (entry.project.clone(), entry.version.clone(), origin(entry, dates)))
        .collect();
    let title = if state.at.instant == view.now.instant {
        "Installed".to_owned()
    } else {
        state.at.local.format("Installed at %a %Y-%m-%d %H:%M").to_string()
    };
    if items.is_empty() {
        let why = if state.recorded { "nothing" } else { "no deployment is recorded" };
        let _ = writeln!(out, "\n{}\n  {}", paint.bold(&title), paint.dim(why));
    }
    section(out, &title, items, usize::MAX, paint);
    for one in &view.drift {
        let text = sanitize(&format!("{}: {}", one.project, drift(one))).into_owned();
        let text = wrap_hanging(&text, paint.0.width - 4, paint.0.width - 4).replace('\n', "\n    ");
        let _ = writeln!(out, "  {} {text}", paint.yellow("!"));
    }
}

/// A heading and a line for each item: two columns, and what else there is to say.
fn section(out: &mut String, title: &str, items: Vec<(String, String, String)>, most: usize, paint: Paint) {
    if items.is_empty() {
        return;
    }
    let _ = writeln!(out, "\n{}", paint.bold(title));
    let cut = |text: &str, most: usize| truncate_to_width(&sanitize(text), most).into_owned();
    let more = items.len().saturating_sub(most);
    let items: Vec<_> = items
        .into_iter()
        .take(most)
        .map(|(a, b, rest)| (cut(&a, PARTS.0), cut(&b, PARTS.1), sanitize(&rest).into_owned()))
        .collect();
    let widest = |part: fn(&(String, String, String)) -> &str| {
        items.iter().map(|item| display_width(part(item))).max().unwrap_or(0)
    };
    let (left, middle) = (widest(|item| &item.0), widest(|item| &item.1));
    let pad = |text: &str, width: usize| " ".repeat(width - display_width(text));
    for (a, b, rest) in &items {
        let behind = 2 + left + 2 + middle + 2;
        let lead = format!("  {a}{}  {b}", pad(a, left));
        if rest.is_empty() {
            let _ = writeln!(out, "{}", lead.trim_end());
        } else if behind + display_width(rest) <= paint.0.width {
            let _ = writeln!(out, "{lead}{}  {}", pad(b, middle), paint.dim(rest));
        } else {
            let indent = left + 4;
            let room = paint.0.width.saturating_sub(indent).max(20);
            let text = wrap_hanging(rest, room, room).replace('\n', &format!("\n{}", " ".repeat(indent)));
            let _ = writeln!(out, "{lead}\n{}{}", " ".repeat(indent), paint.dim(&text));
        }
    }
    if more > 0 {
        let _ = writeln!(out, "  {}", paint.dim(&format!("and {more} more")));
    }
}
