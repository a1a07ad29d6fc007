//! Gates: how they pass, what waits, which criteria fail, what was let off.

use std::collections::BTreeSet;

use super::{about, counted, day_and_distance, figure, joined, line, number, place, table};
use crate::diagnostic::wording::plural;
use crate::render::metrics::value;
use crate::render::openmetrics::Exposition;
use crate::render::sheet::{self, Cell, Column, Sheet, Tone};
use crate::report::steering::gates::{CriterionTally, Gates, GroupView, StatesView, WaitingView, WaiverRow};

/// Rows of a list that people see.
const MOST: usize = 15;
/// Releases that are named beside a count.
const PLACES: usize = 4;

/// The report.
pub fn sheet(view: &Gates) -> Sheet {
    let mut sheet = Sheet {
        title: format!("{}gates", sheet::of(view.portfolio.as_deref())),
        about: about(&view.days),
        nothing: format!(
            "No gate was decided or due from {} to {}, and none has to be passed.",
            view.days.since, view.days.until
        ),
        ..Sheet::default()
    };
    let columns = [
        Column::named(view.by),
        Column::new("gates"),
        Column::new("decided"),
        Column::new("first pass"),
        Column::new("waiting"),
        Column::below("today"),
    ];
    let mut rows: Vec<Vec<Cell>> = view.groups.iter().map(group).collect();
    if rows.len() > 1 {
        let mut all = group(&view.total);
        all[0] = Cell::plain("all");
        rows.push(all);
    }
    table(&mut sheet, &format!("By {}", view.by), &columns, rows);
    waiting(&mut sheet, view);
    criteria(&mut sheet, view);
    waivers(&mut sheet, view);
    sheet
}

fn group(it: &GroupView) -> Vec<Cell> {
    let decided = it.first_pass_yield.population;
    vec![
        Cell::plain(&it.id),
        Cell::plain(it.gates.to_string()),
        Cell::new(decided.to_string(), if decided == 0 { Tone::Quiet } else { Tone::Plain }),
        figure(&it.first_pass_yield),
        figure(&it.waiting_time),
        Cell::new(states(&it.states), tone(&it.states)),
    ]
}

fn states(it: &StatesView) -> String {
    let told = [
        (it.rejected, "rejected"),
        (it.overdue, "overdue"),
        (it.stale, "stale"),
        (it.pending, "pending"),
        (it.passed, "passed"),
    ];
    joined(told.into_iter().filter(|(count, _)| *count > 0).map(|(count, word)| format!("{count} {word}")), ", ")
}

const fn tone(it: &StatesView) -> Tone {
    if it.rejected + it.overdue > 0 {
        Tone::Bad
    } else if it.stale > 0 {
        Tone::Warn
    } else {
        Tone::Plain
    }
}

fn waiting(sheet: &mut Sheet, view: &Gates) {
    let today = view.header.today;
    let columns = [
        Column::new("gate"),
        Column::new("state"),
        Column::new("last day"),
        Column::new("waits"),
        Column::below("who can decide"),
        Column::below("criteria"),
    ];
    let row = |it: &WaitingView| {
        let tone = match it.gate.state {
            "pending" => Tone::Plain,
            "stale" => Tone::Warn,
            _ => Tone::Bad,
        };
        vec![
            Cell::plain(format!("{}/{}", it.gate.release, it.gate.id)),
            Cell::new(it.gate.state, tone),
            Cell::plain(it.gate.due.map(|due| sheet::day(due, today)).unwrap_or_default()),
            Cell::new(waits(it), if it.waits_days.is_some() { tone } else { Tone::Quiet }),
            Cell::plain(deciders(it)),
            Cell::plain(lacking(it)),
        ]
    };
    let shown = view.waiting.len().min(MOST);
    let mut title = counted("Waiting, the longest first", shown, view.waiting.len());
    if shown < view.waiting.len() {
        title.push_str("; `relm gate list` has all");
    }
    table(sheet, &title, &columns, view.waiting.iter().take(MOST).map(row).collect());
}

/// How long it waits: since it was asked for; else by its last day, as `relm gate list` says it.
fn waits(it: &WaitingView) -> String {
    match (it.waits_days, it.gate.days_left) {
        (None, _) => "not yet".to_owned(),
        (Some(_), Some(left)) if !it.is_asked => format!("{} late", plural(-left, "day")),
        (Some(days), _) => value("h", Some(days * 24.0)),
    }
}

fn deciders(it: &WaitingView) -> String {
    let told = it.deciders.iter().map(|decider| match decider.people.as_slice() {
        [] => format!("nobody can as {}", decider.role),
        people => format!("{} as {}", people.join(" or "), decider.role),
    });
    joined(told, ", ")
}

fn lacking(it: &WaitingView) -> String {
    let counts = &it.gate.counts;
    match counts.criteria - counts.met {
        0 => String::new(),
        unmet => {
            format!("{unmet} of {} not met", plural(counts.criteria, "criterion").replace("criterions", "criteria"))
        }
    }
}

fn criteria(sheet: &mut Sheet, view: &Gates) {
    let told: Vec<&CriterionTally> =
        view.criteria.iter().filter(|it| !it.failed.is_empty() || !it.waived.is_empty()).collect();
    let columns = [
        Column::new("criterion"),
        Column::new("gates"),
        Column::new("failed"),
        Column::new("waived"),
        Column::new("to come"),
        Column::below("where"),
    ];
    let row = |it: &&CriterionTally| {
        let count = |list: &[String], tone: Tone| {
            Cell::new(list.len().to_string(), if list.is_empty() { Tone::Quiet } else { tone })
        };
        let places: BTreeSet<&str> = it.failed.iter().chain(&it.waived).map(String::as_str).collect();
        let more = places.len().saturating_sub(PLACES);
        let more = if more > 0 { format!("{more} more") } else { String::new() };
        vec![
            Cell::plain(format!("{}/{}", it.gate, it.id)),
            Cell::plain(it.gates.to_string()),
            count(&it.failed, Tone::Bad),
            count(&it.waived, Tone::Warn),
            count(&it.open, Tone::Plain),
            Cell::plain(joined(places.into_iter().take(PLACES).chain([more.as_str()]), ", ")),
        ]
    };
    let shown = told.len().min(MOST);
    let title = counted("Criteria that fail or are waived", shown, told.len());
    table(sheet, &title, &columns, told.iter().take(MOST).map(row).collect());
}

fn waivers(sheet: &mut Sheet, view: &Gates) {
    let today = view.header.today;
    let columns = [
        Column::new("waiver"),
        Column::new("ends"),
        Column::new("by"),
        Column::below("why it does not hold"),
        Column::below("reason"),
    ];
    let row = |it: &WaiverRow| {
        let tone = match it.days_left {
            _ if it.flaw.is_some() => Tone::Bad,
            Some(..=14) => Tone::Warn,
            _ => Tone::Plain,
        };
        vec![
            Cell::plain(format!("{}/{}/{}", it.release, it.gate, it.criterion)),
            Cell::new(it.expires.map_or_else(|| "never".to_owned(), |day| day_and_distance(day, today)), tone),
            Cell::plain(it.by.clone().unwrap_or_default()),
            Cell::new(it.flaw.clone().unwrap_or_default(), Tone::Bad),
            Cell::plain(it.reason.clone().unwrap_or_default()),
        ]
    };
    let shown = view.waivers.len().min(MOST);
    let title = counted("Waivers of what is not closed", shown, view.waivers.len());
    table(sheet, &title, &columns, view.waivers.iter().take(MOST).map(row).collect());
}

/// A header, and a line for each group, each gate that waits, each criterion that failed, each waiver; `section` says which.
pub fn csv(view: &Gates) -> String {
    let head = "section,id,state,due,waits_days,who,gates,decided,first_pass_yield,waiting_hours,passed,pending,overdue,rejected,stale,failed,waived,open,why,source\r\n";
    let mut out = head.to_owned();
    for it in std::iter::once(&view.total).chain(&view.groups) {
        let section = if it.id.is_empty() { "all" } else { view.by };
        let counts = [it.gates, it.first_pass_yield.population].map(|count| count.to_string());
        let StatesView { passed, pending, overdue, rejected, stale } = it.states;
        let states = [passed, pending, overdue, rejected, stale].map(|count| count.to_string());
        let (first, waited) = (number(it.first_pass_yield.value), number(it.waiting_time.value));
        let mut fields = vec![section, &it.id, "", "", "", "", &counts[0], &counts[1], &first, &waited];
        fields.extend(states.iter().map(String::as_str));
        fields.extend([""; 5]);
        line(&mut out, &fields);
    }
    for it in &view.waiting {
        let id = format!("{}/{}", it.gate.release, it.gate.id);
        let due = it.gate.due.map(|due| due.to_string()).unwrap_or_default();
        let (days, who, why) = (number(it.waits_days), deciders(it), it.gate.missing.join("; "));
        let mut fields = vec!["waiting", &id, it.gate.state, &due, &days, &who];
        fields.extend([""; 12]);
        let source = place(it.gate.source.as_ref());
        fields.extend([why.as_str(), &source]);
        line(&mut out, &fields);
    }
    for it in &view.criteria {
        let id = format!("{}/{}", it.gate, it.id);
        let counts = [it.gates, it.failed.len(), it.waived.len(), it.open.len()].map(|count| count.to_string());
        let source = place(it.source.as_ref());
        let mut fields = vec!["criterion", &id, "", "", "", "", &counts[0]];
        fields.extend([""; 8]);
        fields.extend([counts[1].as_str(), &counts[2], &counts[3], "", &source]);
        line(&mut out, &fields);
    }
    for it in &view.waivers {
        let id = format!("{}/{}/{}", it.release, it.gate, it.criterion);
        let state = if it.flaw.is_some() { "void" } else { "open" };
        let due = it.expires.map(|day| day.to_string()).unwrap_or_default();
        let mut fields = vec!["waiver", &id, state, &due, "", it.by.as_deref().unwrap_or_default()];
        fields.extend([""; 12]);
        let why = joined([it.flaw.as_deref().unwrap_or_default(), it.reason.as_deref().unwrap_or_default()], "; ");
        let source = place(it.source.as_ref());
        fields.extend([why.as_str(), &source]);
        line(&mut out, &fields);
    }
    out
}

/// The text format of `OpenMetrics`: gates by state, first-pass yield and waiting time, of all and of each group.
pub fn openmetrics(view: &Gates) -> String {
    let mut out = Exposition::of(view.portfolio.as_deref());
    let groups: Vec<(Vec<(&str, &str)>, &GroupView)> = std::iter::once((Vec::new(), &view.total))
        .chain(view.groups.iter().map(|it| (vec![(view.by, it.id.as_str())], it)))
        .collect();
    let name = out.family("relm_gates", "", "gates decided or due in the days, and those that still have to be passed");
    for (labels, it) in &groups {
        let StatesView { passed, pending, overdue, rejected, stale } = it.states;
        let states =
            [("passed", passed), ("pending", pending), ("overdue", overdue), ("rejected", rejected), ("stale", stale)];
        for (state, count) in states {
            let labels: Vec<_> = labels.iter().copied().chain([("state", state)]).collect();
            out.sample(&name, &labels, count as f64);
        }
    }
    let figures: [fn(&GroupView) -> &crate::report::steering::Figure; 2] =
        [|it| &it.first_pass_yield, |it| &it.waiting_time];
    for of in figures {
        let first = of(&view.total);
        let name = out.family(&format!("relm_{}", first.id), first.unit, first.definition);
        for (labels, it) in &groups {
            out.maybe(&name, labels, of(it).value);
        }
    }
    let name = out.family("relm_gate_waivers", "", "criteria that releases which are not closed were let off");
    out.sample(&name, &[], view.waivers.len() as f64);
    out.end()
}
