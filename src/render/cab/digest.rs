//! What has changed since the change board last met.

use chrono::NaiveDate;

use crate::diagnostic::wording::plural;
use crate::render::changes::who;
use crate::render::sheet::{self, Cell, Column, Fact, Item, Sheet, Tone};
use crate::report::cab::digest::{
    ChangeMoveView, ChangedView, DecidedView, Digest, FieldView, ReleaseMoveView, ScopeView, StaleView, TargetView,
};

const DECISIONS: [Column; 5] = [
    Column::new("about"),
    Column::new("decision"),
    Column::below("by"),
    Column::below("note"),
    Column::below("counts"),
];

/// The digest.
pub fn sheet(view: &Digest) -> Sheet {
    let today = view.header.today;
    let commit: Option<String> = view.since.commit.as_ref().map(|commit| commit.chars().take(10).collect());
    let asked = &view.since.revision;
    let since = match commit {
        Some(commit) if !asked.starts_with(&commit) => format!("{asked} ({commit})"),
        _ => asked.clone(),
    };
    let mut sheet = Sheet {
        title: format!("{}changed for the change board since {since}", sheet::of(view.portfolio.as_deref())),
        about: vec![format!("as of {}", sheet::day(today, NaiveDate::MIN))],
        nothing: format!("Nothing has changed for the change board since `{asked}`."),
        ..Sheet::default()
    };
    sheet.items("Changes", view.changes.iter().map(|one| change(one, today)).collect());
    sheet.items("Releases", view.releases.iter().map(|one| release(one, today)).collect());
    sheet.table("Decisions", &DECISIONS[..], view.decisions.iter().map(|one| decision(one, today)).collect());
    sheet.items("Approvals that no longer hold", view.stale.iter().map(|one| stale(one, today)).collect());
    sheet
}

/// What became of something, before its name.
fn fated(fate: &str, name: Option<&String>) -> String {
    let name = name.map(String::as_str).unwrap_or_default();
    match (fate, name) {
        ("changed", name) => name.to_owned(),
        (fate, "") => fate.to_owned(),
        (fate, name) => format!("{fate}: {name}"),
    }
}

fn change(one: &ChangeMoveView, today: NaiveDate) -> Item {
    let project = one.project.as_ref().map(|project| format!("project {project}"));
    let status = (one.fate == "new").then(|| one.status.to_owned());
    let about: Vec<String> = std::iter::once(one.r#type.to_owned()).chain(status).chain(project).collect();
    let mut facts = vec![Fact::new("", about.join(" · "), Tone::Quiet)];
    facts.extend(one.fields.iter().map(|field| {
        let tone = if field.field == "status" && one.fate == "withdrawn" { Tone::Warn } else { Tone::Plain };
        Fact::new(field.field, moved(field, today), tone)
    }));
    Item { id: one.id.clone(), name: fated(one.fate, one.name.as_ref()), facts }
}

/// `submitted → approved`.
fn moved(field: &FieldView, today: NaiveDate) -> String {
    let words = |text: &Option<String>| match text {
        None => "none".to_owned(),
        Some(text) => match text.split_once(" to ").filter(|_| field.field == "window") {
            Some((start, end)) => sheet::stretch(start, end, today),
            None => text.clone(),
        },
    };
    format!("{} → {}", words(&field.before), words(&field.after))
}

fn release(one: &ReleaseMoveView, today: NaiveDate) -> Item {
    let mut facts = Vec::new();
    facts.extend(one.status.as_ref().map(|field| Fact::new("status", moved(field, today), Tone::Plain)));
    facts.extend(one.target.as_ref().map(|it| target(it, today)));
    facts.extend(one.scope.iter().map(scope));
    Item { id: one.id.clone(), name: fated(one.fate, one.name.as_ref()), facts }
}

fn target(target: &TargetView, today: NaiveDate) -> Fact {
    let day = |day: Option<NaiveDate>| day.map_or_else(|| "none".to_owned(), |day| sheet::day(day, today));
    match (target.before, target.after, target.days) {
        (None, Some(after), _) => Fact::new("target", sheet::day(after, today), Tone::Plain),
        (before, after, days) => {
            let moved = match days {
                Some(days) if days > 0 => format!(", {} later", plural(days, "day")),
                Some(days) => format!(", {} earlier", plural(-days, "day")),
                None => String::new(),
            };
            let tone = if days.is_none_or(|days| days > 0) { Tone::Warn } else { Tone::Plain };
            Fact::new("target", format!("{} → {}{moved}", day(before), day(after)), tone)
        }
    }
}

fn scope(one: &ScopeView) -> Fact {
    let version = |version: &Option<String>| version.as_ref().map(|it| format!(" {it}")).unwrap_or_default();
    let none = || "no version".to_owned();
    match one.what {
        "added" => Fact::new("added", format!("{}{}", one.project, version(&one.after)), Tone::Plain),
        "removed" => Fact::new("removed", format!("{}{}", one.project, version(&one.before)), Tone::Warn),
        _ => {
            let (before, after) = (one.before.clone().unwrap_or_else(none), one.after.clone().unwrap_or_else(none));
            Fact::new("version", format!("{} {before} → {after}", one.project), Tone::Plain)
        }
    }
}

fn decision(one: &DecidedView, today: NaiveDate) -> Vec<Cell> {
    let gate = one.release.as_ref().zip(one.gate.as_ref()).map(|(release, gate)| format!("{release}/{gate}"));
    let approval = &one.decision.approval;
    let tone = if approval.decision == "approved" { Tone::Good } else { Tone::Bad };
    let note = if one.taken_back { "taken back" } else { "" };
    vec![
        Cell::plain(one.change.clone().or(gate).unwrap_or_default()),
        Cell::new(approval.decision, tone),
        Cell::plain(who(&one.decision, today)),
        Cell::new(note, Tone::Warn),
        Cell::new(one.decision.objections.join(", "), Tone::Warn),
    ]
}

fn stale(one: &StaleView, today: NaiveDate) -> Item {
    Item {
        id: format!("{}/{}", one.release, one.gate),
        name: format!("approved by {}", who(&one.decision, today)),
        facts: one.changed.iter().map(changed).collect(),
    }
}

fn changed(one: &ChangedView) -> Fact {
    let words = |text: &Option<String>| text.clone().unwrap_or_else(|| "none".to_owned());
    let by = one.by.as_ref().map(|by| format!(", by {by}")).unwrap_or_default();
    let text = format!("`{}`: {} → {}{by}", one.path, words(&one.before), words(&one.after));
    Fact::new("changed", text, Tone::Bad)
}
