//! What moved as a Mermaid gantt chart: each bar as it was, and as it is.

use std::fmt::Write;

use chrono::NaiveDate;

use crate::render::text::mermaid_label as label;
use crate::report::diff::{Bar, Diff, ReleaseView};

/// Bars that a chart can have and still be read.
const MOST: usize = 40;

/// The chart, in a fence; empty when nothing moved that has two places.
pub fn render(diff: &Diff) -> String {
    let mut out = String::new();
    let mut bars = 0;
    for release in &diff.releases {
        let moved: Vec<&Bar> = drawn(release).take(MOST - bars).collect();
        bars += moved.len();
        if moved.is_empty() {
            continue;
        }
        let _ = writeln!(out, "    section {}", label(&release.id));
        for bar in moved {
            one(&mut out, bar);
        }
    }
    if out.is_empty() {
        return out;
    }
    format!("```mermaid\ngantt\n    dateFormat YYYY-MM-DD\n    axisFormat %d %b\n{out}```\n")
}

/// The bars of a release: its phases and milestones; itself only where none of those moved.
fn drawn(release: &ReleaseView) -> impl Iterator<Item = &Bar> {
    let has_parts = release.bars.iter().any(|bar| !bar.label.is_empty() && is_placed(bar));
    release.bars.iter().filter(move |bar| is_placed(bar) && (!bar.label.is_empty() || !has_parts))
}

fn is_placed(bar: &Bar) -> bool {
    bar.days.before.end.is_some() && bar.days.after.end.is_some()
}

/// A label begins with a word of ours, so that none is read as a keyword.
fn one(out: &mut String, bar: &Bar) {
    let name = if bar.label.is_empty() { "all".to_owned() } else { label(&bar.label) };
    for (word, tag, days) in [("was", "done, ", bar.days.before), ("now", "crit, ", bar.days.after)] {
        let Some(end) = days.end else { continue };
        let _ = match days.start {
            Some(start) => writeln!(out, "    {word} {name} :{tag}{start}, {}", after(end)),
            None => writeln!(out, "    {word} {name} :{tag}milestone, {end}, 0d"),
        };
    }
}

fn after(day: NaiveDate) -> NaiveDate {
    day.succ_opt().unwrap_or(day)
}
