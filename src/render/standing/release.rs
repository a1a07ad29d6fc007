//! One release for those who steer it.

use chrono::NaiveDate;

use super::{
    csv_line, facts, first, forecast, gates, late_words, moved, place, progress, state_cell, text, tone, unread, word,
};
use crate::diagnostic::wording::plural;
use crate::render::sheet::{self, Cell, Column, Fact, Sheet, Tone};
use crate::report::plan::{Ends, MilestoneView};
use crate::report::show::{Item, Section};
use crate::report::standing::deployment::DeploymentView;
use crate::report::standing::release::{GateStanding, MovedView, Release, ReleaseView, WorkView};
use crate::report::standing::{Line, gravest};
use crate::report::todo::DutyView;

/// How many of each a person reads on a terminal.
const MOST: usize = 8;
/// Sections of `relm show` that tell who and what a release is about, with the title they have here.
const TOLD: [(&str, &str); 9] = [
    ("scope", "Ships"),
    ("changes", "Changes"),
    ("waits_for", "Waits for"),
    ("risks", "Risks that are written down"),
    ("requirements", "Requirements"),
    ("communications", "Communications"),
    ("training", "Training"),
    ("vendors", "Vendors"),
    ("actions", "Learnt"),
];
/// Facts of `relm show` that matter to those who steer.
const FACTS: [&str; 6] = ["announced", "scope locked by", "branch", "emergency", "support", "budget"];
/// Risks that are shown, by their most points.
const REASONS: usize = 4;

const PART_COLUMNS: [Column; 8] = [
    Column::new("release"),
    Column::new("state"),
    Column::new("target"),
    Column::new("forecast"),
    Column::new("moved"),
    Column::new("done"),
    Column::new("gates"),
    Column::below("why"),
];
const WORK_COLUMNS: [Column; 6] = [
    Column::new("phase"),
    Column::new("when"),
    Column::new("planned"),
    Column::new("forecast"),
    Column::new("done"),
    Column::below("who"),
];
const MILESTONE_COLUMNS: [Column; 3] = [Column::new("milestone"), Column::new("date"), Column::new("state")];
const GATE_COLUMNS: [Column; 6] = [
    Column::new("gate"),
    Column::new("state"),
    Column::new("due"),
    Column::new("met"),
    Column::below("who"),
    Column::below("missing"),
];
const ITEM_COLUMNS: [Column; 5] =
    [Column::new("what"), Column::new("state"), Column::new("when"), Column::below("name"), Column::below("more")];
const DUTY_COLUMNS: [Column; 4] =
    [Column::new("what"), Column::new("due"), Column::below("who"), Column::below("about")];
const MOVED_COLUMNS: [Column; 4] = [Column::new("what"), Column::new("from"), Column::new("to"), Column::new("moved")];

/// The report; lists are cut where it is `brief`.
pub fn sheet(view: &Release, brief: bool) -> Sheet {
    let today = view.header.today;
    let names: Vec<&str> = view.releases.iter().map(|it| it.line.id.as_str()).collect();
    let mut about = vec![format!("as of {}", sheet::day(today, NaiveDate::MIN))];
    about.extend(view.compare.as_ref().map(|compare| format!("compared with {}", compare.with)));
    about.extend(unread(&view.unread));
    let mut sheet = Sheet {
        title: format!("{}{}", sheet::of(view.portfolio.as_deref()), names.join(", ")),
        about,
        nothing: "No release was asked for.".to_owned(),
        ..Sheet::default()
    };
    let several = view.releases.len() > 1;
    for it in &view.releases {
        let at = sheet.sections.len();
        let most = if brief { MOST } else { usize::MAX };
        one(&mut sheet, it, view, most);
        // The first section says whose it is by itself.
        for section in sheet.sections.iter_mut().skip(at + 1).filter(|_| several) {
            section.title = format!("{}: {}", it.line.id, section.title);
        }
    }
    sheet
}

fn one(sheet: &mut Sheet, it: &ReleaseView, view: &Release, most: usize) {
    let today = view.header.today;
    let command = format!("relm show {}", it.line.id);
    let all = (most, command.as_str());
    head(sheet, it, today);
    sheet.table("Its releases", &PART_COLUMNS, it.parts.iter().map(|line| part(line, view)).collect());
    first(sheet, "Phases: late, under way, next", &it.work, (most, "relm plan"), &WORK_COLUMNS, work);
    first(sheet, "Milestones", &it.milestones, all, &MILESTONE_COLUMNS, |it| milestone(it, today));
    first(sheet, "Gates", &it.gates, (most, "relm gate list"), &GATE_COLUMNS, |gate| gate_row(gate, &it.line.id));
    if let Some(moves) = &it.moved {
        let title = format!("Moved since {}", view.compare.as_ref().map_or("then", |compare| &compare.with));
        if moves.is_empty() {
            facts(sheet, &title, vec![Fact::new("", "nothing", Tone::Good)]);
        }
        first(sheet, &title, moves, all, &MOVED_COLUMNS, moved_row);
    }
    for (id, title) in TOLD {
        if let Some(section) = it.sections.iter().find(|section| section.id == id) {
            let at = sheet.sections.len();
            first(sheet, title, &section.items, all, &ITEM_COLUMNS, |it| item(it, today));
            if let (Some(told), Some(shown)) = (titled(title, section), sheet.sections.get_mut(at)) {
                shown.title = told;
            }
        }
    }
    environments(sheet, it, today, most);
    if let Some(plan) = &it.deployment {
        facts(sheet, "Deployment", deployment(plan, it.line.state, today));
    }
    first(sheet, "Still to do, beside phases and gates", &it.duties, (most, "relm todo"), &DUTY_COLUMNS, |duty| {
        duty_row(duty, it, today)
    });
    let findings = it.findings.iter().take(most).map(|finding| {
        let tone = match finding.severity.as_str() {
            "error" => Tone::Bad,
            "warning" => Tone::Warn,
            _ => Tone::Quiet,
        };
        Fact::new(finding.severity.as_str(), &finding.message, tone)
    });
    let more = (it.findings.len() > most)
        .then(|| Fact::new("", format!("and {} more: relm check", it.findings.len() - most), Tone::Quiet));
    facts(sheet, "Findings", findings.chain(more).collect());
}

/// The title of a section that says how many of its items are done.
fn titled(title: &str, section: &Section) -> Option<String> {
    let word = match section.id {
        "communications" => "sent",
        "training" | "actions" => "done",
        "risks" => "open",
        _ => return None,
    };
    let count = section.items.iter().filter(|item| item.state.as_deref() == Some(word)).count();
    Some(format!("{title} ({count} of {} {word})", section.items.len()))
}

fn head(sheet: &mut Sheet, it: &ReleaseView, today: NaiveDate) {
    let line = &it.line;
    let name = line.name.as_ref().map_or_else(String::new, |name| format!("  {name}"));
    let mut said = vec![Fact::new("state", word(line.state), tone(line.state))];
    if !line.reasons.is_empty() {
        said.push(Fact::new("why", line.reasons.join("; "), Tone::Plain));
    }
    let kind = format!("{}, {}", line.r#type, line.status);
    let part = line.part_of.as_ref().map_or_else(String::new, |id| format!(", part of {id}"));
    said.push(Fact::new("type", format!("{kind}{part}"), Tone::Plain));
    let owner = line
        .owner
        .as_ref()
        .map_or_else(|| Fact::new("owner", "nobody", Tone::Warn), |owner| Fact::new("owner", owner, Tone::Plain));
    said.push(owner);
    let left = line.days_left.map_or_else(String::new, |days| match days {
        0 => ", today".to_owned(),
        days @ 1.. => format!(", in {}", plural(days, "day")),
        ago => format!(", {} ago", plural(-ago, "day")),
    });
    let target = line.target.map_or_else(|| "n/a".to_owned(), |day| sheet::day(day, today));
    said.push(Fact::new("target", format!("{target}{left}"), Tone::Plain));
    said.push(Fact::new("plan", days(it.planned, today), Tone::Plain));
    if it.actual.end.is_none() {
        let late = line.lateness_days.map_or_else(String::new, |days| format!(", {}", late_words(days)));
        let tone = if line.lateness_days.is_some_and(|days| days > 0) { Tone::Bad } else { Tone::Plain };
        said.push(Fact::new("forecast", format!("{}{late}", days(it.forecast, today)), tone));
    }
    if it.actual.start.is_some() || it.actual.end.is_some() {
        said.push(Fact::new("actual", days(it.actual, today), Tone::Plain));
    }
    let done = line
        .progress
        .map_or_else(|| "n/a: no phase says how far it is".to_owned(), |it| format!("{it}% of the planned days"));
    let margin = line.spare_days.map_or_else(String::new, |days| match days {
        0 => ", no day in hand before production".to_owned(),
        days @ 1.. => format!(", {} in hand before production", plural(days, "working day")),
        short => format!(", {} short before production", plural(-short, "working day")),
    });
    said.push(Fact::new("done", format!("{done}{margin}"), if line.critical { Tone::Warn } else { Tone::Plain }));
    let passed = format!("{} of {} passed", line.gates_passed, line.gates_total);
    said.push(Fact::new("gates", if line.gates_total == 0 { "none".to_owned() } else { passed }, Tone::Plain));
    if let Some(risk) = &it.risk {
        let why = gravest(risk).into_iter().take(REASONS).collect::<Vec<_>>().join("; ");
        let why = if why.is_empty() { why } else { format!(": {why}") };
        said.push(Fact::new("risk", format!("{} of 100, {}{why}", risk.score, risk.level), tone(risk.level)));
    }
    let known = it.facts.iter().filter(|fact| FACTS.contains(&fact.name));
    said.extend(known.map(|fact| Fact::new(fact.name, &fact.value, Tone::Plain)));
    facts(sheet, &format!("{}{name}", line.id), said);
}

fn days(ends: Ends, today: NaiveDate) -> String {
    match (ends.start, ends.end) {
        (None, None) => "n/a".to_owned(),
        (Some(start), Some(end)) => sheet::stretch(&start.to_string(), &end.to_string(), today),
        (Some(start), None) => format!("from {}", sheet::day(start, today)),
        (None, Some(end)) => format!("to {}", sheet::day(end, today)),
    }
}

fn part(line: &Line, view: &Release) -> Vec<Cell> {
    vec![
        Cell::plain(&line.id),
        state_cell(line.state),
        Cell::plain(text(line.target)),
        forecast(line),
        if view.compare.is_some() { moved(line.moved_days) } else { Cell::plain("") },
        progress(line.progress),
        gates(line),
        Cell::plain(line.reasons.first().cloned().unwrap_or_default()),
    ]
}

fn work(it: &WorkView) -> Vec<Cell> {
    let tone = match it.when {
        "late" => Tone::Bad,
        "now" => Tone::Good,
        _ => Tone::Plain,
    };
    let slips = it.forecast.end.zip(it.planned.end).is_some_and(|(forecast, planned)| forecast > planned);
    vec![
        Cell::plain(&it.id),
        Cell::new(it.when, tone),
        Cell::plain(span(it.planned)),
        Cell::new(text(it.forecast.end), if slips { Tone::Warn } else { Tone::Plain }),
        it.progress.map_or_else(|| Cell::plain(""), |percent| Cell::plain(format!("{percent}%"))),
        Cell::plain(text(it.owner.as_ref())),
    ]
}

fn span(ends: Ends) -> String {
    match (ends.start, ends.end) {
        (Some(start), Some(end)) => format!("{start} – {}", end.format("%m-%d")),
        (start, end) => text(start.or(end)),
    }
}

fn milestone(it: &MilestoneView, today: NaiveDate) -> Vec<Cell> {
    let state = match (it.actual, it.forecast, it.date) {
        (Some(day), _, _) => Cell::new(format!("reached {day}"), Tone::Good),
        (None, Some(forecast), Some(date)) if forecast > date => Cell::new(format!("forecast {forecast}"), Tone::Bad),
        (None, _, Some(date)) if date < today => Cell::new("should have been reached", Tone::Bad),
        _ => Cell::new("to come", Tone::Quiet),
    };
    vec![Cell::plain(&it.id), Cell::plain(text(it.date)), state]
}

fn gate_row(it: &GateStanding, release: &str) -> Vec<Cell> {
    let gate = &it.gate;
    let id = if gate.release == release { gate.id.clone() } else { format!("{}/{}", gate.release, gate.id) };
    let tone = match gate.state {
        "passed" => Tone::Good,
        "pending" => Tone::Plain,
        _ => Tone::Bad,
    };
    let counts = &gate.counts;
    let with = (!it.who.is_empty()).then(|| format!("with {}", it.who.join(", ")));
    let nobody = (!it.unfilled.is_empty()).then(|| format!("nobody can as {}", it.unfilled.join(", ")));
    let who = with.into_iter().chain(nobody).collect::<Vec<_>>().join("; ");
    vec![
        Cell::plain(id),
        Cell::new(gate.state, tone),
        Cell::plain(text(gate.due)),
        Cell::plain(format!("{} of {}", counts.met + counts.given, counts.criteria + counts.required)),
        Cell::plain(who),
        Cell::plain(gate.missing.join("; ")),
    ]
}

fn moved_row(it: &MovedView) -> Vec<Cell> {
    let day = |day: Option<NaiveDate>| {
        day.map_or_else(|| Cell::new("not there", Tone::Quiet), |day| Cell::plain(day.to_string()))
    };
    let days = if it.days.is_some() { moved(it.days) } else { Cell::plain("") };
    vec![Cell::plain(&it.what), day(it.before), day(it.after), days]
}

fn item(it: &Item, today: NaiveDate) -> Vec<Cell> {
    let when = match (&it.start, &it.end) {
        (Some(start), Some(end)) => sheet::stretch(start, end, today),
        (Some(at), None) | (None, Some(at)) => sheet::moment(at, today),
        (None, None) => String::new(),
    };
    vec![
        Cell::plain(&it.id),
        Cell::plain(it.state.clone().unwrap_or_default()),
        Cell::plain(when),
        Cell::plain(it.name.clone().unwrap_or_default()),
        Cell::plain(it.details.join(" · ")),
    ]
}

fn environments(sheet: &mut Sheet, it: &ReleaseView, today: NaiveDate, most: usize) {
    let lines = it.conflicts.iter().take(most).map(|it| {
        let who: Vec<&str> = it.bookings.iter().filter(|it| it.cause).map(|it| it.booking.name.as_str()).collect();
        let (from, to) = (
            sheet::moment(&it.from.local.format("%Y-%m-%dT%H:%M").to_string(), today),
            sheet::moment(&it.to.local.format("%Y-%m-%dT%H:%M").to_string(), today),
        );
        let text = format!(
            "{}, {from} to {to}: {} of {} wanted by {}",
            it.environment,
            it.demand,
            it.capacity,
            who.join(", ")
        );
        Fact::new("", text, Tone::Bad)
    });
    let more = (it.conflicts.len() > most)
        .then(|| Fact::new("", format!("and {} more: relm env conflicts", it.conflicts.len() - most), Tone::Quiet));
    facts(sheet, "Environments that are wanted by too many", lines.chain(more).collect());
}

fn deployment(it: &DeploymentView, state: &str, today: NaiveDate) -> Vec<Fact> {
    let moment = |at: crate::report::env::Moment| sheet::moment(&at.local.format("%Y-%m-%dT%H:%M").to_string(), today);
    let mut said = Vec::new();
    let long = it.minutes.map_or_else(String::new, |minutes| format!(", {}", length(minutes)));
    let at = it.start.map_or_else(String::new, |start| format!(", from {}", moment(start)));
    said.push(Fact::new("steps", format!("{}{long}{at}", plural(it.steps, "step")), Tone::Plain));
    let back = match (it.backout_minutes, it.backout_fits) {
        (None, _) => Fact::new("back-out", "n/a: no step says how long it takes to take it back", Tone::Warn),
        (Some(minutes), None) => {
            Fact::new("back-out", format!("{}, no window to compare it with", length(minutes)), Tone::Plain)
        }
        (Some(minutes), Some(true)) => {
            Fact::new("back-out", format!("{}, fits the window after the last step", length(minutes)), Tone::Good)
        }
        (Some(minutes), Some(false)) => Fact::new(
            "back-out",
            format!("{}, does not fit the window after the last step", length(minutes)),
            Tone::Warn,
        ),
    };
    said.push(back);
    if let Some(point) = &it.point_of_no_return {
        let text = format!("{}, {}: from it on not everything can be taken back in time", point.step, moment(point.at));
        said.push(Fact::new("no return", text, Tone::Warn));
    }
    if it.rehearsals > 0 {
        said.push(Fact::new("rehearsed", format!("{} of {} passed", it.rehearsed, it.rehearsals), Tone::Plain));
    } else if state != "done" {
        said.push(Fact::new("rehearsed", "no rehearsal is planned", Tone::Quiet));
    }
    said
}

/// `2 h 50 min`.
fn length(minutes: i64) -> String {
    match (minutes / 60, minutes % 60) {
        (0, minutes) => format!("{minutes} min"),
        (hours, 0) => format!("{hours} h"),
        (hours, minutes) => format!("{hours} h {minutes} min"),
    }
}

fn duty_row(duty: &DutyView, it: &ReleaseView, today: NaiveDate) -> Vec<Cell> {
    let due = match (duty.due, duty.days_left) {
        (Some(day), Some(..0)) => Cell::new(sheet::day(day, today), Tone::Bad),
        (Some(day), _) => Cell::plain(sheet::day(day, today)),
        (None, _) => Cell::new("no day", Tone::Quiet),
    };
    let what = if duty.subject == it.line.id { duty.what.clone() } else { format!("{}: {}", duty.subject, duty.what) };
    let who = if duty.people.is_empty() {
        duty.role.as_ref().map_or_else(String::new, |role| format!("nobody can as {role}"))
    } else {
        duty.people.join(", ")
    };
    vec![Cell::plain(what), due, Cell::plain(who), Cell::plain(&duty.about)]
}

/// A header, and a line for everything: the release, the section, what it is about, its state, two days, and more in words.
pub fn csv(view: &Release) -> String {
    let mut out = "release,section,id,state,start,end,detail,source\r\n".to_owned();
    for it in &view.releases {
        let release = &it.line.id;
        let mut line =
            |section: &str, id: &str, state: &str, start: String, end: String, detail: String, source: String| {
                let fields = [release.clone(), section.into(), id.into(), state.into(), start, end, detail, source];
                csv_line(&mut out, &fields);
            };
        let (start, end) = (text(it.planned.start), text(it.line.end));
        line("release", release, it.line.state, start, end, it.line.reasons.join("; "), place(it.line.source.as_ref()));
        for part in &it.parts {
            let why = part.reasons.join("; ");
            line("part", &part.id, part.state, String::new(), text(part.end), why, place(part.source.as_ref()));
        }
        for phase in &it.work {
            let (start, end) = (text(phase.forecast.start), text(phase.forecast.end));
            line("phase", &phase.id, phase.when, start, end, text(phase.owner.as_ref()), place(phase.source.as_ref()));
        }
        for gate in &it.gates {
            let id = format!("{}/{}", gate.gate.release, gate.gate.id);
            let (due, missing) = (text(gate.gate.due), gate.gate.missing.join("; "));
            line("gate", &id, gate.gate.state, String::new(), due, missing, place(gate.gate.source.as_ref()));
        }
        for moved in it.moved.iter().flatten() {
            let (before, after) = (text(moved.before), text(moved.after));
            line("moved", &moved.what, "", before, after, text(moved.days), String::new());
        }
        for section in &it.sections {
            for item in &section.items {
                let (start, end) = (text(item.start.as_ref()), text(item.end.as_ref()));
                let state = item.state.as_deref().unwrap_or_default();
                line(section.id, &item.id, state, start, end, item.details.join("; "), place(item.source.as_ref()));
            }
        }
        for finding in &it.findings {
            let at = format!("{}:{}", finding.place.file, finding.place.start.line);
            line(
                "finding",
                &finding.rule,
                finding.severity.as_str(),
                String::new(),
                String::new(),
                finding.message.clone(),
                at,
            );
        }
    }
    out
}
