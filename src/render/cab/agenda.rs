//! What the change board has to look at when it meets.

use chrono::NaiveDate;

use crate::diagnostic::wording::plural;
use crate::render::changes::{releases, stands, tone, window};
use crate::render::sheet::{self, Cell, Column, Fact, Item, Sheet, Tone};
use crate::report::cab::agenda::{Agenda, FreezeRow, GateRow, PendingView, ReleaseRow, ReviewView, SoonView};
use crate::report::changes::ChangeView;

const GATES: [Column; 6] = [
    Column::new("gate"),
    Column::new("state"),
    Column::new("due"),
    Column::new("submitted"),
    Column::below("waits for"),
    Column::below("also missing"),
];

const SOON: [Column; 5] = [
    Column::new("change"),
    Column::new("begins"),
    Column::below("name"),
    Column::below("releases"),
    Column::below("stands"),
];

/// The agenda.
pub fn sheet(view: &Agenda) -> Sheet {
    let date = sheet::day(view.date, NaiveDate::MIN);
    let mut about = vec![format!("next board {}", sheet::day(view.next, view.date))];
    if !view.roles.is_empty() {
        about.push(format!("decides for {}", view.roles.join(", ")));
    }
    let mut sheet = Sheet {
        title: format!("{}change board of {date}", sheet::of(view.portfolio.as_deref())),
        about,
        nothing: format!("Nothing for the change board of {date}."),
        ..Sheet::default()
    };
    sheet.items("Changes to decide", view.decide.iter().map(|pending| decide(pending, view)).collect());
    sheet.table("Gates to decide", &GATES, view.gates.iter().map(|row| gate(row, view)).collect());
    sheet.items("Emergency changes to review", view.review.iter().map(|entry| review(entry, view)).collect());
    sheet.table("Begins before the next board", &SOON, view.soon.iter().map(|entry| soon(entry, view)).collect());
    sheet
}

fn decide(pending: &PendingView, view: &Agenda) -> Item {
    let (change, today) = (&pending.change, view.date);
    let mut facts = vec![what(change)];
    let is_said = change.state != "waiting" || !change.decisions.is_empty();
    let again = if change.state == "rejected" { ", and handed in again" } else { "" };
    facts.extend(is_said.then(|| Fact::new("stands", stands(change, today) + again, tone(change))));
    facts.push(needed(pending, view));
    facts.extend(window(change, today).map(|text| Fact::new("window", text, Tone::Plain)));
    for release in &pending.carried_by {
        facts.push(Fact::new("release", carried(release, today), risk_tone(release)));
        facts.extend(release.gates.iter().map(|gate| {
            let due = gate.due.map(|due| format!(", due {}", sheet::day(due, today))).unwrap_or_default();
            let lacks = gate.waits_for.iter().chain(&gate.missing).cloned().collect::<Vec<_>>().join("; ");
            Fact::new("gate", format!("{}/{} {}{due}: {lacks}", gate.release, gate.id, gate.state), gate_tone(gate))
        }));
    }
    if pending.carried_by.is_empty() {
        facts.push(Fact::new("release", "none carries it", Tone::Warn));
    }
    facts.extend(pending.freezes.iter().map(freeze));
    facts.extend(pending.unchanged_since.map(|day| {
        let days = (today - day).num_days();
        let long = if days > 0 { format!(", {}", plural(days, "day")) } else { String::new() };
        Fact::new("waits", format!("unchanged since {}{long}", sheet::day(day, today)), Tone::Plain)
    }));
    Item { id: change.id.clone(), name: change.name.clone().unwrap_or_default(), facts }
}

/// `normal · project identity (tier 1) · owner mei`.
fn what(change: &ChangeView) -> Fact {
    let project = change.project.as_ref().map(|project| {
        let tier = change.tier.map(|tier| format!(" (tier {tier})")).unwrap_or_default();
        format!("project {project}{tier}")
    });
    let owner = change.owner.as_ref().map(|owner| format!("owner {owner}"));
    let parts: Vec<String> = std::iter::once(change.r#type.to_owned()).chain(project).chain(owner).collect();
    Fact::new("", parts.join(" · "), Tone::Quiet)
}

fn needed(pending: &PendingView, view: &Agenda) -> Fact {
    let Some((day, days)) = pending.needed_by.zip(pending.days_left) else {
        return Fact::new("needed by", "no date: it has no window, and no release with a target", Tone::Plain);
    };
    let (note, tone) = match days {
        ..0 => ("", Tone::Bad),
        _ if pending.before_next => (", before the next", Tone::Warn),
        _ => ("", Tone::Plain),
    };
    Fact::new("needed by", format!("{}, {}{note}", sheet::day(day, view.date), from_board(days)), tone)
}

fn from_board(days: i64) -> String {
    match days {
        0 => "the day of this board".to_owned(),
        1.. => format!("{} after this board", plural(days, "day")),
        _ => format!("{} before this board", plural(-days, "day")),
    }
}

/// `payments-2026.4: minor · planned · high risk · target Sat 12 Dec · prod`.
fn carried(release: &ReleaseRow, today: NaiveDate) -> String {
    let risk = release.risk.map(|risk| format!("{risk} risk"));
    let target = release.target.map(|target| format!("target {}", sheet::day(target, today)));
    let environments = (!release.environments.is_empty()).then(|| format!("to {}", release.environments.join(", ")));
    let parts = [release.r#type.clone(), release.status.to_owned()];
    let parts: Vec<String> = parts.into_iter().chain(risk).chain(target).chain(environments).collect();
    format!("{}: {}", release.id, parts.join(" · "))
}

fn risk_tone(release: &ReleaseRow) -> Tone {
    if release.risk == Some("high") { Tone::Warn } else { Tone::Plain }
}

fn gate_tone(gate: &GateRow) -> Tone {
    if gate.state == "pending" { Tone::Plain } else { Tone::Bad }
}

fn freeze(freeze: &FreezeRow) -> Fact {
    let name = freeze.name.as_ref().map(|name| format!(" ({name})")).unwrap_or_default();
    let text = format!("`{}`{name} forbids it in {}", freeze.id, freeze.environments.join(", "));
    Fact::new("freeze", text, Tone::Bad)
}

fn gate(gate: &GateRow, view: &Agenda) -> Vec<Cell> {
    let today = view.date;
    let due = gate.due.map(|due| {
        let late = gate.days_left.filter(|days| *days < 0).map(|days| format!(", {} late", plural(-days, "day")));
        format!("{}{}", sheet::day(due, today), late.unwrap_or_default())
    });
    let submitted = gate.submitted.as_deref().map(|at| sheet::moment(at, today));
    vec![
        Cell::plain(format!("{}/{}", gate.release, gate.id)),
        Cell::new(gate.state, gate_tone(gate)),
        Cell::new(due.unwrap_or_default(), gate_tone(gate)),
        Cell::plain(submitted.unwrap_or_default()),
        Cell::plain(gate.waits_for.join("; ")),
        Cell::plain(gate.missing.join("; ")),
    ]
}

fn review(entry: &ReviewView, view: &Agenda) -> Item {
    let (change, today) = (&entry.change, view.date);
    let mut facts = vec![what(change), Fact::new("stands", stands(change, today), tone(change))];
    facts.extend(window(change, today).map(|text| Fact::new("window", text, Tone::Plain)));
    if !change.releases.is_empty() {
        facts.push(Fact::new("release", releases(change), Tone::Plain));
    }
    facts.extend(entry.due.zip(entry.days_left).map(|(due, days)| {
        let tone = if days < 0 { Tone::Bad } else { Tone::Plain };
        Fact::new("review by", format!("{}, {}", sheet::day(due, today), from_board(days)), tone)
    }));
    Item { id: change.id.clone(), name: change.name.clone().unwrap_or_default(), facts }
}

fn soon(entry: &SoonView, view: &Agenda) -> Vec<Cell> {
    let change = &entry.change;
    let starts = change.window.as_ref().map(|window| sheet::moment(&window.start, view.date));
    vec![
        Cell::plain(&change.id),
        Cell::plain(starts.unwrap_or_else(|| sheet::day(entry.begins, view.date))),
        Cell::plain(change.name.clone().unwrap_or_default()),
        Cell::plain(releases(change)),
        Cell::new(stands(change, view.date), tone(change)),
    ]
}
