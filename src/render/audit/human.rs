//! Who did what, for a terminal: below each commit what it did.

use std::fmt::Write;

use super::{author, change, commit, history, minute, object};
use crate::render::Style;
use crate::render::paint::Paint;
use crate::render::text::{sanitize, wrap, wrap_hanging};
use crate::report::audit::{Audit, Entry};

/// Narrower terminals get lines of this many columns.
const MIN_WIDTH: usize = 60;
/// Columns of the word for what was done.
const ACTION: usize = 9;

/// A line for each commit, and below it what it did.
pub fn render(view: &Audit, style: &Style) -> String {
    let style = Style { width: style.width.max(MIN_WIDTH), ..*style };
    let paint = Paint(style);
    let name = view.portfolio.as_deref().map_or_else(String::new, |name| format!("{} — ", sanitize(name)));
    let since = view.since.as_deref().map_or_else(String::new, |since| format!(" since {}", sanitize(since)));
    let mut out = format!("{}\n", paint.dim(&format!("{name}audit{since}")));
    if let Some(history) = history(view) {
        let _ = writeln!(out, "{}", paint.yellow(&wrap(history, style.width)));
    }
    let mut last = None;
    for entry in &view.entries {
        if last != Some(&entry.commit) {
            last = Some(&entry.commit);
            head(&mut out, entry, paint);
        }
        line(&mut out, entry, paint);
    }
    let _ = writeln!(out, "\n{}", wrap(&summary(view), style.width));
    out
}

fn head(out: &mut String, entry: &Entry, paint: Paint) {
    let words = [minute(entry), author(entry), commit(entry).to_owned(), entry.message.clone().unwrap_or_default()];
    let words: Vec<String> = words.into_iter().filter(|word| !word.is_empty()).collect();
    let text = wrap_hanging(&sanitize(&words.join(" · ")), paint.0.width, paint.0.width - 2).replace('\n', "\n  ");
    let _ = writeln!(out, "\n{}", paint.bold(&text));
}

fn line(out: &mut String, entry: &Entry, paint: Paint) {
    let action = format!("{:ACTION$}", entry.action);
    let action = match entry.action {
        "approved" => paint.green(&action),
        "rejected" | "withdrawn" => paint.red(&action),
        _ => paint.yellow(&action),
    };
    // Whoever the entry names is worth a word where somebody else wrote it.
    let writer = entry.author.as_ref().and_then(|author| author.person.as_ref());
    let by = entry.by.as_ref().filter(|by| writer != Some(by)).map_or_else(String::new, |by| format!(" by {by}"));
    let arrow = if paint.0.unicode { "→" } else { "->" };
    let text = format!("{}{by}: {}", object(entry), change(entry, arrow));
    let room = paint.0.width - ACTION - 4;
    let text = wrap_hanging(&sanitize(&text), room, room).replace('\n', &format!("\n{}", " ".repeat(ACTION + 4)));
    let _ = writeln!(out, "  {action}  {text}");
}

fn summary(view: &Audit) -> String {
    let mut counts: Vec<(&str, usize)> = Vec::new();
    for entry in &view.entries {
        match counts.iter_mut().find(|(action, _)| *action == entry.action) {
            Some((_, count)) => *count += 1,
            None => counts.push((entry.action, 1)),
        }
    }
    counts.sort_by_key(|&(action, count)| (std::cmp::Reverse(count), action));
    let words = counts.into_iter().map(|(action, count)| format!("{count} {action}"));
    let all = match view.entries.len() {
        1 => "1 entry".to_owned(),
        0 => "nothing to list".to_owned(),
        many => format!("{many} entries"),
    };
    std::iter::once(all).chain(words).collect::<Vec<_>>().join(" · ")
}
