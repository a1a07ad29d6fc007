//! What a change does, for a terminal: a tree of what moves what, then what breaks by it.

use std::fmt::Write;

use super::words;
use crate::render::Style;
use crate::render::paint::Paint;
use crate::render::sheet::{self, Sheet};
use crate::render::text::{display_width, sanitize, truncate_to_width, wrap};
use crate::report::impact::{Impact, MoveView};

/// Narrower terminals get lines of this many columns.
const MIN_WIDTH: usize = 60;

/// Beyond this depth lines stay where they are.
const DEEPEST: usize = 10;

/// The answer in a sentence, the tree, and what breaks.
pub fn render(view: &Impact, style: &Style) -> String {
    let style = Style { width: style.width.max(MIN_WIDTH), ..*style };
    let paint = Paint(style);
    let arrow = if style.unicode { "→" } else { "->" };
    let mut out = String::new();
    let head = format!("{} · as of {}", words::title(view), view.header.today.format("%a %Y-%m-%d"));
    for line in wrap(&sanitize(&head), style.width).lines() {
        let _ = writeln!(out, "{}", paint.dim(line));
    }
    for change in words::changes(view, arrow) {
        for line in wrap(&sanitize(&format!("as if {change}")), style.width).lines() {
            let _ = writeln!(out, "{line}");
        }
    }
    for line in wrap(&sanitize(&words::verdict(view)), style.width).lines() {
        let _ = writeln!(out, "{}", paint.bold(line));
    }
    labelled(&mut out, "first missed", words::first_missed(view).into_iter().collect(), paint);
    labelled(&mut out, "bottleneck", words::bottleneck(view, arrow), paint);
    tree(&mut out, view, arrow, paint);
    let mut below = Sheet::default();
    words::sections(view, &mut below, arrow);
    if !below.sections.is_empty() {
        let text = sheet::human::render(&below, &style);
        // The sheet has no title of its own here.
        out.push('\n');
        out.push_str(text.trim_start_matches('\n'));
    }
    out
}

fn labelled(out: &mut String, label: &str, lines: Vec<String>, paint: Paint) {
    let hang = display_width(label) + 2;
    let mut lead = format!("{}  ", paint.dim(label));
    for text in lines {
        for line in wrap(&sanitize(&text), paint.0.width.saturating_sub(hang).max(20)).lines() {
            let _ = writeln!(out, "{lead}{line}");
            lead = " ".repeat(hang);
        }
    }
}

fn tree(out: &mut String, view: &Impact, arrow: &str, paint: Paint) {
    let rows = words::tree(view);
    if rows.is_empty() {
        return;
    }
    let lead = |depth: usize, last: bool, above: &[bool]| -> String {
        if depth == 0 {
            return String::new();
        }
        let (line, branch, end) = if paint.0.unicode { ("│  ", "├─ ", "└─ ") } else { ("|  ", "|- ", "`- ") };
        let shown = above[..above.len() - 1].iter().take(DEEPEST);
        let before: String = shown.map(|&ended| if ended { "   " } else { line }).collect();
        format!("{before}{}", if last { end } else { branch })
    };
    let leads: Vec<String> = rows.iter().map(|(depth, last, _, above)| lead(*depth, *last, above)).collect();
    let name = |it: &MoveView| sanitize(&it.id).into_owned();
    // What a row must say comes before the end of a long name.
    let key =
        |(_, _, it, _): &(usize, bool, &MoveView, Vec<bool>)| display_width(&sanitize(&key_fact(it, view, arrow)));
    let needed = rows.iter().map(key).max().unwrap_or(0);
    let room = paint.0.width.saturating_sub(needed + 2).clamp(paint.0.width / 4, paint.0.width / 2);
    let names = rows.iter().zip(&leads).map(|((_, _, it, _), lead)| display_width(lead) + display_width(&name(it)));
    let width = names.max().unwrap_or(0).min(room);
    let _ = writeln!(out);
    for ((_, _, it, _), lead) in rows.iter().zip(&leads) {
        let name = name(it);
        let name = truncate_to_width(&name, width.saturating_sub(display_width(lead)).max(8)).into_owned();
        let pad = width.saturating_sub(display_width(lead) + display_width(&name)) + 2;
        let taken = display_width(lead) + display_width(&name) + pad;
        let facts = facts(it, view, arrow, paint.0.width.saturating_sub(taken));
        let later = it.forecast.days.or(it.planned.days).is_some_and(|days| days > 0);
        let shown = match (it.kind, it.changed) {
            ("release", _) => paint.bold(&name),
            (_, true) => paint.with(&name, "1;36"),
            _ => name.clone(),
        };
        let facts = if later { paint.yellow(&facts) } else { facts };
        let _ = writeln!(out, "{}{shown}{}{facts}", paint.dim(lead), " ".repeat(pad));
    }
}

/// How far it moves, and how late a release is then.
fn key_fact(it: &MoveView, view: &Impact, arrow: &str) -> String {
    let shift = if it.forecast.before == it.forecast.after { &it.planned } else { &it.forecast };
    let moved = format!("{:8}  {}", words::days(shift, it.gone), words::short_shift(shift, view.header.today, arrow));
    let effect = view.releases.iter().find(|effect| it.kind == "release" && effect.id == it.id);
    match effect.map(|effect| words::lateness(effect.lateness_days.after)) {
        Some(lateness) if !lateness.is_empty() => format!("{moved} · {lateness}"),
        _ => moved,
    }
}

/// The forecast, or what the plan says where only that moved; as many facts as there is room for.
fn facts(it: &MoveView, view: &Impact, arrow: &str, room: usize) -> String {
    let mut facts = vec![key_fact(it, view, arrow)];
    if it.forecast.before == it.forecast.after {
        facts.push("by plan only".to_owned());
    } else if it.planned.before == it.planned.after {
        facts.push("plan stands".to_owned());
    }
    if it.kind == "milestone" {
        facts.push(it.kind.to_owned());
    }
    let mut out = String::new();
    for fact in facts.iter().filter(|fact| !fact.is_empty()) {
        let joined = if out.is_empty() { fact.clone() } else { format!("{out} · {fact}") };
        if display_width(&joined) <= room || out.is_empty() {
            out = joined;
        }
    }
    truncate_to_width(&sanitize(&out), room).into_owned()
}
