//! A decision that was written, or would be, and what it comes to.

use std::fmt::Write;

use super::{MIN_WIDTH, hanging, state};
use crate::render::Style;
use crate::render::paint::Paint;
use crate::render::set::lines;
use crate::render::text::sanitize;
use crate::report::gate::decision::{Decision, Standing};

/// What was or would be written, where that leaves the gate, and how to commit it.
pub fn human(view: &Decision, style: &Style) -> String {
    let style = Style { width: style.width.max(MIN_WIDTH), ..*style };
    let paint = Paint(style);
    let mut out =
        hanging("", &summary(view), style.width, |line| if view.written { paint.green(line) } else { line.to_owned() });
    let place =
        view.source.line.map_or_else(|| view.source.file.clone(), |line| format!("{}:{line}", view.source.file));
    let _ = writeln!(out, "  {}", paint.dim(&sanitize(&place)));
    out += &lines(&view.lines, &style);
    out.push('\n');
    out += &hanging("", &standing(view), style.width, |line| {
        line.replace(view.committed.state, &state(view.committed.state, paint))
    });
    for text in &view.committed.missing {
        out += &hanging("  - ", text, style.width, str::to_owned);
    }
    if let Some(command) = &view.reverse {
        let text = format!("A refusal holds until {} approves in the same role. When that is due:", view.by);
        out += &hanging("", &text, style.width, str::to_owned);
        let _ = writeln!(out, "  {}", paint.bold(&sanitize(command)));
    }
    for note in &view.notes {
        out += &hanging("note: ", note, style.width, |line| paint.dim(line));
    }
    if let Some(command) = &view.commit {
        out += &hanging("", &commit(view), style.width, str::to_owned);
        let _ = writeln!(out, "  {}", paint.bold(&sanitize(command)));
    }
    out
}

/// `Approved winter-3/go-live as change-manager, by carol`.
fn summary(view: &Decision) -> String {
    let Decision { release, gate, by, decision, .. } = view;
    let criterion = view.criterion.as_ref().map(|criterion| format!("{criterion} of ")).unwrap_or_default();
    let role = view.role.as_ref().map(|role| format!(" as {role}")).unwrap_or_default();
    let expires = view.expires.map(|day| format!(" through {day}")).unwrap_or_default();
    if view.already {
        return format!("Nothing to write: {criterion}{release}/{gate} is {decision}{role}{expires} by {by} already");
    }
    let verb = match (*decision, view.written) {
        ("approved", true) => "Approved",
        ("approved", false) => "Would approve",
        ("rejected", true) => "Rejected",
        ("rejected", false) => "Would reject",
        (_, true) => "Waived",
        (_, false) => "Would waive",
    };
    format!("{verb} {criterion}{release}/{gate}{role}{expires}, by {by}")
}

/// `The gate will be passed once this is committed.`
fn standing(view: &Decision) -> String {
    let Standing { state, missing } = &view.committed;
    let same = view.before.state == *state;
    let text = match (view.after == view.committed, view.dry_run && !view.already, same) {
        (true, false, true) => format!("The gate is {state}, as before"),
        (true, false, false) => format!("The gate is {state} now"),
        (true, true, true) => format!("The gate would stay {state}"),
        (true, true, false) => format!("The gate would be {state}"),
        (false, false, _) => format!("The gate will be {state} once this is committed"),
        (false, true, _) => format!("The gate would be {state} once this were committed"),
    };
    match (missing.is_empty(), *state) {
        (true, _) => format!("{text}."),
        (false, "rejected") => format!("{text}:"),
        (false, _) => format!("{text}; still missing:"),
    }
}

fn commit(view: &Decision) -> String {
    let is_proven = view.criterion.is_none() && view.decision == "approved";
    match view.provenance {
        "signed" if is_proven => format!("It counts only when {} has committed and signed it:", view.by),
        "author" if is_proven => format!("It counts only when {} has committed it:", view.by),
        _ => "Commit it, so that it counts for everybody:".to_owned(),
    }
}
