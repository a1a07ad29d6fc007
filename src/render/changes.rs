//! Every change and where it stands: a sheet, which every format writes, and CSV.

use std::fmt::Write;

use chrono::NaiveDate;

use super::sheet::{self, Body, Cell, Column, Fact, Section, Sheet, Tone};
use super::text::csv_field;
use crate::report::changes::{ChangeView, Changes, DecisionView, Ratio, Summary};

const HEADER: &str = "id,name,project,tier,type,status,state,decisions,releases,owner,start,end,day,outcome,source\r\n";

const COLUMNS: [Column; 9] = [
    Column::new("change"),
    Column::new("type"),
    Column::new("status"),
    Column::new("outcome"),
    Column::new("window"),
    Column::below("name"),
    Column::below("project"),
    Column::below("releases"),
    Column::below("stands"),
];

/// The changes, and how they end.
pub fn sheet(view: &Changes) -> Sheet {
    let today = view.header.today;
    let asked = match (view.since, view.until) {
        (Some(since), Some(until)) => Some(format!("{since} to {until}")),
        (Some(since), None) => Some(format!("since {since}")),
        (None, Some(until)) => Some(format!("until {until}")),
        (None, None) => None,
    };
    let period = asked.clone().unwrap_or_else(|| "of all time".to_owned());
    let mut sheet = Sheet {
        title: format!("{}changes", sheet::of(view.portfolio.as_deref())),
        about: std::iter::once(format!("as of {}", sheet::day(today, NaiveDate::MIN))).chain([period]).collect(),
        nothing: format!("No changes{}.", asked.map_or_else(String::new, |period| format!(", {period}"))),
        ..Sheet::default()
    };
    sheet.table("Changes", &COLUMNS, view.changes.iter().map(|change| row(change, today)).collect());
    if view.undated.is_empty() && view.changes.is_empty() {
        return sheet;
    }
    let mut facts = summary(&view.summary);
    if !view.undated.is_empty() {
        let text = format!("{}, for nothing dates them", view.undated.join(", "));
        facts.push(Fact::new("left out", text, Tone::Warn));
    }
    sheet.sections.push(Section { title: "Summary".to_owned(), body: Body::Facts(facts) });
    sheet
}

fn row(change: &ChangeView, today: NaiveDate) -> Vec<Cell> {
    let text = |text: &Option<String>| Cell::plain(text.clone().unwrap_or_default());
    let outcome = match change.outcome {
        Some("successful") => Cell::new("successful", Tone::Good),
        other => Cell::new(other.unwrap_or_default(), Tone::Bad),
    };
    vec![
        Cell::plain(&change.id),
        Cell::plain(change.r#type),
        Cell::plain(change.status),
        outcome,
        Cell::plain(window(change, today).unwrap_or_default()),
        text(&change.name),
        text(&change.project),
        Cell::plain(releases(change)),
        Cell::new(stands(change, today), tone(change)),
    ]
}

fn summary(summary: &Summary) -> Vec<Fact> {
    let mut facts: Vec<Fact> = Vec::new();
    for of in &summary.types {
        let statuses: Vec<String> = of.statuses.iter().map(|it| format!("{} {}", it.changes, it.status)).collect();
        facts.push(Fact::new(of.r#type, format!("{}: {}", of.changes, statuses.join(", ")), Tone::Plain));
    }
    facts.push(Fact::new("emergency ratio", share(summary.emergency_ratio), Tone::Plain));
    facts.push(Fact::new("change success", share(summary.change_success), Tone::Plain));
    facts.push(Fact::new("backed-out rate", share(summary.backed_out_rate), Tone::Plain));
    if summary.closed_without_outcome > 0 {
        let text = format!("{} of {} closed", summary.closed_without_outcome, summary.closed);
        facts.push(Fact::new("no outcome", text, Tone::Warn));
    }
    facts
}

/// `86% (6 of 7 closed)`.
fn share(ratio: Ratio) -> String {
    match ratio.value {
        Some(value) => format!("{:.0}% ({} of {} closed)", value * 100.0, ratio.count, ratio.of),
        None => "n/a (none is closed)".to_owned(),
    }
}

/// The releases that carry a change; of many the first.
pub fn releases(change: &ChangeView) -> String {
    match &change.releases[..] {
        [first, second, rest @ ..] if rest.len() > 1 => format!("{first}, {second} and {} more", rest.len()),
        few => few.join(", "),
    }
}

/// When a change is implemented, in words.
pub fn window(change: &ChangeView, today: NaiveDate) -> Option<String> {
    change.window.as_ref().map(|window| sheet::stretch(&window.start, &window.end, today))
}

/// Where a change stands and who says so, in words.
pub fn stands(change: &ChangeView, today: NaiveDate) -> String {
    let wanted = if change.state == "rejected" { "rejected" } else { "approved" };
    let (fit, others): (Vec<_>, Vec<_>) =
        change.decisions.iter().partition(|entry| entry.approval.decision == wanted && entry.objections.is_empty());
    let by: Vec<String> = fit.iter().map(|entry| who(entry, today)).collect();
    let state = match change.state {
        "unproven" if change.approved => "approved by its status alone",
        "unproven" => "not approved: nothing proves what its status says",
        state => state,
    };
    let mut text = if by.is_empty() { state.to_owned() } else { format!("{state} by {}", by.join(" and ")) };
    for entry in others.iter().filter(|entry| !entry.objections.is_empty()) {
        let _ = write!(text, "; {} {}", who(entry, today), entry.objections.join(", "));
    }
    text
}

/// How it is meant where a change stands.
pub fn tone(change: &ChangeView) -> Tone {
    match change.state {
        "approved" | "pre-authorised" => Tone::Good,
        "rejected" => Tone::Bad,
        "unproven" if !change.approved => Tone::Bad,
        "unproven" | "waiting" => Tone::Warn,
        _ => Tone::Plain,
    }
}

/// `carol (change-manager) on Thu 12 Nov`.
pub fn who(entry: &DecisionView, today: NaiveDate) -> String {
    let at = entry.approval.at.as_deref().map(|at| format!(" on {}", sheet::moment(at, today)));
    format!("{} ({}){}", entry.approval.by, entry.approval.role, at.unwrap_or_default())
}

/// A header, and a line for each change.
pub fn csv(view: &Changes) -> String {
    let mut out = HEADER.to_owned();
    for change in &view.changes {
        let text = |text: &Option<String>| text.clone().unwrap_or_default();
        let decisions = change.decisions.iter().map(|entry| {
            let at = entry.approval.at.as_deref().map(|at| format!(" {at}")).unwrap_or_default();
            let worth = if entry.objections.is_empty() { "" } else { " (does not count)" };
            format!("{} by {} as {}{at}{worth}", entry.approval.decision, entry.approval.by, entry.approval.role)
        });
        let window = change.window.as_ref();
        let place = change.source.as_ref().map(|source| match source.line {
            Some(line) => format!("{}:{line}", source.file),
            None => source.file.clone(),
        });
        let fields = [
            change.id.clone(),
            text(&change.name),
            text(&change.project),
            change.tier.map(|tier| tier.to_string()).unwrap_or_default(),
            change.r#type.to_owned(),
            change.status.to_owned(),
            change.state.to_owned(),
            decisions.collect::<Vec<_>>().join("; "),
            change.releases.join(" "),
            text(&change.owner),
            window.map(|window| window.start.clone()).unwrap_or_default(),
            window.map(|window| window.end.clone()).unwrap_or_default(),
            change.day.map(|day| day.to_string()).unwrap_or_default(),
            change.outcome.unwrap_or_default().to_owned(),
            text(&place),
        ];
        let fields: Vec<_> = fields.iter().map(|field| csv_field(field)).collect();
        let _ = write!(out, "{}\r\n", fields.join(","));
    }
    out
}
