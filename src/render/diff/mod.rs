//! What two revisions differ in, one file a format.

mod gantt;
pub mod human;
pub mod markdown;

use crate::report::diff::{Area, ChangeView, Diff, Weight, name};

/// A part of the differences that is shown as a list.
struct Part<'d> {
    title: &'static str,
    rows: Vec<&'d ChangeView>,
}

/// The differences that are not told of releases, by what matters most.
fn parts(diff: &Diff) -> Vec<Part<'_>> {
    let area = |title, area| Part { title, rows: diff.of(area).collect() };
    let written = diff.changes.iter().filter(|it| matches!(it.area, Area::Target | Area::Release | Area::Phase));
    let written = written.filter(|it| it.cause == "written" && !it.is_told && !is_derived(it) && !is_whole_release(it));
    let parts = [
        area("Gates", Area::Gate),
        area("Environments", Area::Booking),
        area("Scope", Area::Scope),
        area("Cost and work", Area::Cost),
        Part { title: "Releases and phases, as written", rows: written.collect() },
        area("Elsewhere", Area::Other),
    ];
    parts.into_iter().filter(|part| !part.rows.is_empty()).collect()
}

/// Whether a date was computed.
fn is_derived(it: &ChangeView) -> bool {
    it.field.starts_with("planned.") || it.field.starts_with("forecast.")
}

fn is_whole_release(it: &ChangeView) -> bool {
    it.subject.kind == "release" && it.subject.path.is_empty() && it.field.is_empty()
}

/// A difference in words: `payments/sit duration: 5d → 8d`.
fn sentence(it: &ChangeView) -> String {
    let name = name(&it.subject);
    let name = name.replacen(" gates/", " gate ", 1);
    let or_none = |text: &Option<String>| text.clone().unwrap_or_else(|| "none".to_owned());
    if it.field == "stale" {
        let (gate, who) = name.split_once("/approvals/").unwrap_or((&name, ""));
        let (role, by) = who.split_once('/').unwrap_or((who, ""));
        return match &it.after {
            Some(changed) => format!("{gate}: what {by} approved as {role} counts no more, changed since: {changed}"),
            None => format!("{gate}: what {by} approved as {role} counts again"),
        };
    }
    let essence = it.after.as_ref().or(it.before.as_ref()).filter(|text| !text.is_empty());
    match (it.kind, essence) {
        ("added" | "removed", Some(text)) if it.field.is_empty() => format!("{name} ({text})"),
        ("added" | "removed", None) if it.field.is_empty() => name,
        ("added", Some(text)) if it.field == "conflict" => format!("{name} {text}"),
        ("removed", Some(text)) if it.field == "conflict" => format!("{name} no more {text}"),
        _ => {
            let far = it.days.filter(|days| *days != 0).map_or_else(String::new, |days| format!(" ({days:+}d)"));
            format!("{name} {}: {} → {}{far}", it.field.replace('_', " "), or_none(&it.before), or_none(&it.after))
        }
    }
}

/// How a difference is meant.
fn weight(it: &ChangeView) -> Weight {
    let is = |state: &str| it.after.as_deref() == Some(state);
    match (it.field.as_str(), it.kind) {
        ("stale", _) if it.after.is_some() => Weight::Bad,
        ("state", _) if is("stale") || is("rejected") || is("overdue") => Weight::Bad,
        ("state", _) if is("passed") => Weight::Good,
        ("conflict", "added") => Weight::Bad,
        ("conflict", "changed") if it.days.is_some_and(|days| days > 0) => Weight::Bad,
        ("conflict", "changed") if it.days == Some(0) => Weight::Warn,
        ("conflict", _) => Weight::Good,
        _ => Weight::Plain,
    }
}

/// `main (1a2b3c4d5e) → work tree`.
fn revisions(diff: &Diff) -> String {
    let short = |commit: &str| commit.get(..10).unwrap_or(commit).to_owned();
    let id = short(&diff.base.commit);
    let base =
        if diff.base.commit.starts_with(&diff.base.revision) { id } else { format!("{} ({id})", diff.base.revision) };
    format!("{base} → {}", diff.head.as_deref().unwrap_or("work tree"))
}

/// What could not be compared, a line for each.
fn gaps(diff: &Diff) -> Vec<String> {
    let side = |side: &str| {
        if side == "base" { diff.base.revision.as_str() } else { diff.head.as_deref().unwrap_or("work tree") }
    };
    let files =
        diff.unreadable.iter().map(|it| format!("{} of {} cannot be read: {}", it.file, side(it.side), it.message));
    let subjects: Vec<String> = diff.uncompared.iter().map(name).collect();
    let rest = (!subjects.is_empty()).then(|| format!("not, or not fully, compared: {}", subjects.join(", ")));
    files.chain(rest).collect()
}
