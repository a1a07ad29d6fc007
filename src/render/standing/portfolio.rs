//! The whole on a page.

use chrono::{Datelike, NaiveDate};

use super::{counted, csv_line, facts, first, forecast, gates, late_words, lateness, place, text, unread, word};
use crate::diagnostic::wording::plural;
use crate::render::metrics::words::{difference, spark, target, value};
use crate::render::sheet::{self, Cell, Column, Fact, Sheet, Tone};
use crate::report::env::conflicts::ConflictView;
use crate::report::metrics::MetricView;
use crate::report::standing::portfolio::{AtRisk, CompositeView, MoneyView, Portfolio};
use crate::report::standing::{Line, gravest};
use crate::report::todo::DutyView;

/// How many of each a screen has room for.
const NEXT: usize = 5;
const RISKS: usize = 3;
const DECISIONS: usize = 3;
const CONFLICTS: usize = 2;
const FREEZES: usize = 2;
const COMPOSITES: usize = 2;
/// Reasons that are told of a release at risk.
const REASONS: usize = 1;
/// People who are named.
const NAMED: usize = 3;

const NEXT_COLUMNS: [Column; 6] = [
    Column::new("release"),
    Column::new("target"),
    Column::new("forecast"),
    Column::new("in hand"),
    Column::new("risk"),
    Column::below("gates"),
];
const RISK_COLUMNS: [Column; 4] =
    [Column::new("release"), Column::new("state"), Column::new("risk"), Column::below("why")];
const DECISION_COLUMNS: [Column; 4] =
    [Column::new("about"), Column::new("due"), Column::new("decision"), Column::below("who")];
const TREND_COLUMNS: [Column; 5] =
    [Column::new("metric"), Column::new("value"), Column::new("change"), Column::new("target"), Column::new("trend")];

/// The page; cut to a screen where it is `brief`.
pub fn sheet(view: &Portfolio, unicode: bool, brief: bool) -> Sheet {
    let today = view.header.today;
    let most = |count: usize| if brief { count } else { usize::MAX };
    let mut sheet = Sheet {
        title: format!("{}portfolio", sheet::of(view.portfolio.as_deref())),
        about: [format!("as of {}", sheet::day(today, NaiveDate::MIN)), counted(&view.counts)]
            .into_iter()
            .chain(unread(&view.unread))
            .collect(),
        ..Sheet::default()
    };
    let (from, to) = (sheet::day(view.from, today), sheet::day(view.to, today));
    let ahead = if view.from == today { format!("Ships next, to {to}") } else { format!("Ships next, {from} to {to}") };
    if view.next.is_empty() {
        let none = "no open release ends in these days; `--from` and `--to` choose others";
        facts(&mut sheet, &ahead, vec![Fact::new("", none, Tone::Quiet)]);
    }
    first(&mut sheet, &ahead, &view.next, (most(NEXT), "relm report status"), &NEXT_COLUMNS, next);
    if view.at_risk.is_empty() && view.counts.open > 0 {
        facts(&mut sheet, "At risk, and why", vec![Fact::new("", "nothing", Tone::Good)]);
    }
    let row = |it: &AtRisk| at_risk(it, most(REASONS));
    first(&mut sheet, "At risk, and why", &view.at_risk, (most(RISKS), "relm report status"), &RISK_COLUMNS, row);
    decisions(&mut sheet, view, most(DECISIONS));
    environments(&mut sheet, view, brief);
    trends(&mut sheet, view, unicode);
    rest(&mut sheet, view, most(COMPOSITES));
    sheet
}

fn next(line: &Line) -> Vec<Cell> {
    let slip = match line.spare_days {
        None => Cell::new("n/a", Tone::Quiet),
        Some(days) if line.critical => Cell::new(format!("{days}d"), Tone::Bad),
        Some(days) => Cell::plain(format!("{days}d")),
    };
    let risk = match (line.risk_score, line.risk_level) {
        (Some(score), Some(level)) => Cell::new(format!("{score:.0} {}", short(level)), super::tone(level)),
        _ => Cell::plain(""),
    };
    let passed = gates(line);
    let passed = match &line.missing[..] {
        [] => passed,
        [one] => Cell::new(format!("{}, {one}", passed.text), passed.tone),
        [one, more @ ..] => Cell::new(format!("{}, {one} +{}", passed.text, more.len()), passed.tone),
    };
    vec![
        Cell::plain(&line.id),
        line.target.map_or_else(|| Cell::new("none", Tone::Quiet), |day| Cell::plain(day.to_string())),
        forecast(line),
        slip,
        risk,
        passed,
    ]
}

fn short(level: &str) -> &str {
    if level == "medium" { "med" } else { level }
}

fn at_risk(it: &AtRisk, reasons: usize) -> Vec<Cell> {
    let why: Vec<&str> = it.reasons.iter().take(reasons).map(String::as_str).collect();
    vec![
        Cell::plain(&it.risk.id),
        super::state_cell(it.state),
        Cell::new(format!("{:.0} {}", it.risk.score, short(it.risk.level)), super::tone(it.risk.level)),
        Cell::plain(why.join("; ")),
    ]
}

fn decisions(sheet: &mut Sheet, view: &Portfolio, most: usize) {
    let count = |wanted: &dyn Fn(Option<i64>) -> bool| view.decisions.iter().filter(|it| wanted(it.days_left)).count();
    let overdue = count(&|left| left.is_some_and(|left| left < 0));
    let undated = count(&|left| left.is_none());
    let (near, later) = (view.decisions.len() - overdue - undated, view.decisions_later);
    let today = view.header.today;
    let command = view.decisions_until.map_or_else(|| "relm todo".to_owned(), |day| format!("relm todo --until {day}"));
    if view.decisions.is_empty() {
        let (text, tone) = match later {
            0 => ("nothing".to_owned(), Tone::Good),
            later => (format!("nothing within two weeks, {later} later: {command}"), Tone::Plain),
        };
        facts(sheet, "Waits for a decision", vec![Fact::new("", text, tone)]);
        return;
    }
    let at = sheet.sections.len();
    let mut rows: Vec<Vec<Cell>> = view.decisions.iter().take(most).map(|duty| decision(duty, today)).collect();
    if view.decisions.len() > most || later > 0 {
        let quiet = |text: &str| Cell::new(text, Tone::Quiet);
        rows.push(vec![quiet("all"), quiet(""), quiet(&command), quiet("")]);
    }
    sheet.table("", &DECISION_COLUMNS, rows);
    if let Some(section) = sheet.sections.get_mut(at) {
        let counts = [(overdue, "overdue"), (near, "in two weeks"), (undated, "undated"), (later, "later")];
        let counts = counts.iter().filter(|(count, _)| *count > 0).map(|(count, word)| format!(", {count} {word}"));
        section.title = format!("Waits for a decision{}", counts.collect::<String>());
    }
}

fn decision(duty: &DutyView, today: NaiveDate) -> Vec<Cell> {
    let due = match duty.due.zip(duty.days_left) {
        None => Cell::new("no day", Tone::Quiet),
        Some((_, 0)) => Cell::new("today", Tone::Warn),
        Some((_, left)) if left < 0 => Cell::new(format!("{} ago", plural(-left, "day")), Tone::Bad),
        Some((day, _)) => Cell::plain(sheet::day(day, today)),
    };
    let what = duty.what.strip_prefix("decide about ").unwrap_or(&duty.what);
    let what = if what == "the change" { "change" } else { what };
    vec![Cell::plain(&duty.subject), due, Cell::plain(what), Cell::plain(who(duty))]
}

/// `ann, bea and 2 more (change-manager)`.
fn who(duty: &DutyView) -> String {
    let mut names = duty.people.iter().take(NAMED).cloned().collect::<Vec<_>>().join(", ");
    if duty.people.len() > NAMED {
        names = format!("{names} and {} more", duty.people.len() - NAMED);
    }
    match &duty.role {
        Some(role) if names.is_empty() => format!("nobody can as {role}"),
        Some(role) => format!("{names} ({role})"),
        None => names,
    }
}

fn environments(sheet: &mut Sheet, view: &Portfolio, brief: bool) {
    let today = view.header.today;
    let most = |count: usize| if brief { count } else { usize::MAX };
    let mut lines: Vec<Fact> = Vec::new();
    if view.conflicts.is_empty() {
        lines.push(Fact::new("contention", "no environment is wanted by too many", Tone::Good));
    }
    let conflicts = view.conflicts.iter().take(most(CONFLICTS));
    lines.extend(conflicts.map(|it| Fact::new("contention", conflict(it, today), Tone::Bad)));
    more(&mut lines, view.conflicts.len(), most(CONFLICTS), "relm env conflicts");
    if view.freezes.is_empty() {
        lines.push(Fact::new("freeze", "none in these days", Tone::Quiet));
    }
    lines.extend(view.freezes.iter().take(most(FREEZES)).map(|freeze| {
        let days = sheet::stretch(&freeze.from.to_string(), &freeze.to.to_string(), today);
        let name = freeze.name.as_ref().map_or_else(String::new, |name| format!(", {name}"));
        Fact::new("freeze", format!("{days}: {}{name}", freeze.id), Tone::Plain)
    }));
    more(&mut lines, view.freezes.len(), most(FREEZES), "relm calendar");
    facts(sheet, "Environments and freezes ahead", lines);
}

fn conflict(it: &ConflictView, today: NaiveDate) -> String {
    let mut who: Vec<&str> = it
        .bookings
        .iter()
        .filter(|it| it.cause)
        .map(|it| it.booking.release.as_deref().unwrap_or(&it.booking.name))
        .collect();
    who.dedup();
    let (from, to) = (it.from.local.date(), it.to.local.date().pred_opt().unwrap_or(it.to.local.date()));
    let days = sheet::stretch(&from.to_string(), &from.max(to).to_string(), today);
    format!("{}, {days}: {} of {} wanted, {}", it.environment, it.demand, it.capacity, who.join(", "))
}

/// Says at the end of the last of the facts which command has the others.
fn more(lines: &mut [Fact], all: usize, most: usize, command: &str) {
    if let Some(last) = lines.last_mut().filter(|_| all > most) {
        last.text = format!("{}; and {} more: {command}", last.text, all - most);
    }
}

fn trends(sheet: &mut Sheet, view: &Portfolio, unicode: bool) {
    let days = (view.header.today - view.trend_since).num_days() + 1;
    let title = format!("Trends: the last {days} days, and the change to those before");
    if view.trends.iter().all(|metric| metric.value.is_none()) {
        facts(sheet, &title, vec![Fact::new("", "n/a: nothing is recorded yet", Tone::Quiet)]);
        return;
    }
    let row = |metric: &MetricView| {
        let tone = match metric.verdict {
            Some("met") => Tone::Good,
            Some("missed") => Tone::Bad,
            _ => Tone::Plain,
        };
        let better = match metric.improved {
            Some(true) => Tone::Good,
            Some(false) => Tone::Bad,
            None => Tone::Plain,
        };
        let points: Vec<Option<f64>> = metric.trend.iter().map(|point| point.value).collect();
        vec![
            Cell::plain(metric.name),
            Cell::new(value(metric.unit, metric.value), if metric.value.is_none() { Tone::Quiet } else { tone }),
            Cell::new(difference(metric), better),
            Cell::new(target(metric, unicode), tone),
            Cell::plain(spark(&points, unicode)),
        ]
    };
    let at = sheet.sections.len();
    sheet.table(&title, &TREND_COLUMNS, view.trends.iter().map(row).collect());
    if let Some(section) = sheet.sections.get_mut(at) {
        section.title = title;
    }
}

fn rest(sheet: &mut Sheet, view: &Portfolio, most: usize) {
    let today = view.header.today;
    let mut lines: Vec<Fact> = view
        .composites
        .iter()
        .take(most)
        .map(|it| {
            let tone =
                if it.worst.as_ref().is_some_and(|worst| worst.lateness_days > 0) { Tone::Bad } else { Tone::Plain };
            Fact::new("composite", composite(it, today), tone)
        })
        .collect();
    more(&mut lines, view.composites.len(), most, "relm plan");
    let money = view.money.as_ref().map_or_else(
        || Fact::new("money", "n/a: no open release has a `budget`", Tone::Quiet),
        |it| Fact::new("money", money(it, view.counts.open), if is_overspent(it) { Tone::Bad } else { Tone::Plain }),
    );
    lines.push(money);
    let demand = match (view.demand.waiting, view.demand.too_late) {
        (0, _) => "nothing waits to be scheduled".to_owned(),
        (waiting, 0) => format!("{waiting} to be scheduled: relm report backlog"),
        (waiting, late) => format!("{waiting} to be scheduled, {late} too late: relm report backlog"),
    };
    lines.push(Fact::new("demand", demand, Tone::Plain));
    let (errors, warnings) = (view.findings.error, view.findings.warning);
    let findings = format!("{}, {}", plural(errors, "error"), plural(warnings, "warning"));
    let (findings, tone) = match (errors, warnings) {
        (0, 0) => (findings, Tone::Good),
        (0, _) => (format!("{findings}: relm check"), Tone::Warn),
        _ => (format!("{findings}: relm check"), Tone::Bad),
    };
    lines.push(Fact::new("findings", findings, tone));
    facts(sheet, "Composites, money, demand, findings", lines);
}

fn composite(it: &CompositeView, today: NaiveDate) -> String {
    let days = match (it.start, it.end) {
        (Some(start), Some(end)) => format!(", {} – {}", short_day(start, today), short_day(end, today)),
        (None, Some(end)) => format!(", to {}", short_day(end, today)),
        _ => String::new(),
    };
    let worst = it.worst.as_ref().map_or_else(String::new, |worst| {
        if worst.lateness_days == 0 {
            ", all on time".to_owned()
        } else {
            format!(", worst {}, {}", worst.id, lateness(Some(worst.lateness_days)).text)
        }
    });
    format!("{}: {} of {} done{days}{worst}", it.id, it.done, it.parts)
}

/// A day without its weekday.
fn short_day(day: NaiveDate, today: NaiveDate) -> String {
    day.format(if day.year() == today.year() { "%-d %b" } else { "%-d %b %Y" }).to_string()
}

fn is_overspent(it: &MoneyView) -> bool {
    it.planned.zip(it.actual).is_some_and(|(planned, actual)| actual > planned)
}

fn money(it: &MoneyView, open: usize) -> String {
    let amount = |amount: Option<f64>| amount.map_or_else(|| "n/a".to_owned(), thousands);
    let currency = it.currency.as_ref().map_or_else(String::new, |currency| format!(" {currency}"));
    let (spent, planned) = (amount(it.actual), amount(it.planned));
    format!("{spent} spent of {planned}{currency} planned, by {} of {open} releases", it.releases.len())
}

/// `1,200,000`.
fn thousands(amount: f64) -> String {
    let digits = format!("{:.0}", amount.abs());
    let mut out = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    if amount <= -0.5 { format!("-{out}") } else { out }
}

/// A header, and a line for everything: the section it belongs to, what it is about, a day, a value, and more in words.
pub fn csv(view: &Portfolio) -> String {
    let mut out = "section,id,day,value,unit,detail,source\r\n".to_owned();
    let mut line = |fields: [String; 7]| csv_line(&mut out, &fields);
    for it in &view.next {
        let detail = format!("{}; {}", word(it.state), it.reasons.join("; "));
        line([
            "next".into(),
            it.id.clone(),
            text(it.end),
            text(it.lateness_days),
            "d".into(),
            detail,
            place(it.source.as_ref()),
        ]);
    }
    for it in &view.at_risk {
        let (id, score) = (it.risk.id.clone(), it.risk.score.to_string());
        let detail = format!("{}; {}", word(it.state), gravest(&it.risk).join("; "));
        line(["risk".into(), id, text(it.risk.target), score, String::new(), detail, place(it.risk.source.as_ref())]);
    }
    for it in &view.decisions {
        let id = if it.path.is_empty() { it.subject.clone() } else { format!("{}/{}", it.subject, it.path) };
        line(["decision".into(), id, text(it.due), text(it.days_left), "d".into(), who(it), place(it.source.as_ref())]);
    }
    for it in &view.conflicts {
        let who: Vec<&str> = it.bookings.iter().map(|booking| booking.booking.name.as_str()).collect();
        let source = it.bookings.first().and_then(|it| it.booking.source.as_ref());
        let (day, demand) = (it.from.to_rfc3339(), it.demand.to_string());
        line(["contention".into(), it.environment.clone(), day, demand, "units".into(), who.join("; "), place(source)]);
    }
    for it in &view.freezes {
        let days = ((it.to - it.from).num_days() + 1).to_string();
        line([
            "freeze".into(),
            it.id.clone(),
            it.from.to_string(),
            days,
            "d".into(),
            text(it.name.as_ref()),
            String::new(),
        ]);
    }
    for it in &view.trends {
        let detail = it.target.as_ref().map_or_else(String::new, |target| format!("target {target}"));
        let day = view.trend_since.to_string();
        line(["trend".into(), it.id.into(), day, text(it.value), it.unit.into(), detail, String::new()]);
    }
    for it in &view.composites {
        let worst = it.worst.as_ref().map(|worst| format!("worst {} {}", worst.id, late_words(worst.lateness_days)));
        let done = format!("{}/{}", it.done, it.parts);
        line(["composite".into(), it.id.clone(), text(it.end), done, "parts".into(), text(worst), String::new()]);
    }
    if let Some(it) = &view.money {
        let unit = text(it.currency.as_ref());
        for (id, amount) in [("planned", it.planned), ("actual", it.actual)] {
            let releases = it.releases.join(" ");
            line(["money".into(), id.into(), String::new(), text(amount), unit.clone(), releases, String::new()]);
        }
    }
    let counts = [
        ("demand", "waiting", view.demand.waiting),
        ("demand", "too_late", view.demand.too_late),
        ("findings", "error", view.findings.error),
        ("findings", "warning", view.findings.warning),
    ];
    for (section, id, count) in counts {
        line([
            section.into(),
            id.into(),
            String::new(),
            count.to_string(),
            "count".into(),
            String::new(),
            String::new(),
        ]);
    }
    out
}
