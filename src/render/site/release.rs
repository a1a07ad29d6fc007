//! The page of a release.

use std::fmt::Write;

use chrono::NaiveDate;

use super::bars::{Bar, Scale};
use super::html::{
    Tone, away, capital, count, day, day_or_none, level, moment, none, pill, place, sentence, span, text, toned,
};
use super::layout::{Frame, Page, Tab};
use super::table::{Cell, Head, Table};
use super::{findings, gates, items, names, risk, runbook};
use crate::diagnostic::wording::plural;
use crate::report::history::MoveView;
use crate::report::plan::{Ends, PhaseView, ReleaseView};
use crate::report::show::Source;
use crate::report::site::ReleaseRow;
use crate::report::site::pages::ReleasePage;

/// What stands below the schedule and the gates: what ships, how it is deployed, what may go wrong, what it hangs on, who is
/// told, what happened.
const SECTIONS: &[&str] = &[
    "scope",
    "changes",
    "rehearsals",
    "risks",
    "requirements",
    "part_of",
    "children",
    "waits_for",
    "waited_for_by",
    "communications",
    "training",
    "stakeholders",
    "escalation",
    "handover",
    "vendors",
    "deployments",
    "incidents",
    "runs",
    "actions",
];

/// The page.
pub fn render(frame: &Frame, view: &ReleasePage) -> String {
    let page = frame.below(Tab::Releases, view.show.source.as_ref());
    let show = &view.show;
    let title = show.name.as_deref().filter(|name| !name.trim().is_empty()).unwrap_or(&show.id);
    let mut main = String::new();
    head(&mut main, &page, view, title);
    let mut body = String::new();
    if let Some(plan) = &show.release {
        schedule(&mut body, &page, view, plan);
    }
    gates::section(&mut body, &page, &view.gates);
    if let Some(book) = &view.runbook {
        runbook::section(&mut body, &page, book);
    }
    if let Some(risk) = &view.risk {
        risk::section(&mut body, &page, risk);
    }
    if let Some(moved) = &view.history {
        history(&mut body, moved);
    }
    findings::of_one(&mut body, &page, &show.findings);
    // The run-book says these.
    let told: &[&str] = if view.runbook.is_some() { &["owner", "window", "deploys to"] } else { &["owner"] };
    items::facts(&mut body, &page, &show.facts, told);
    items::sections(&mut body, &page, show, SECTIONS);
    main.push_str(&body);
    page.render(title, &main)
}

fn head(out: &mut String, page: &Page<'_>, view: &ReleasePage, title: &str) {
    let (row, show) = (&view.row, &view.show);
    let today = page.frame.about.today;
    let _ = write!(
        out,
        "<div class=\"head\"><p class=\"quiet\">Release · {} · {}{}</p>\n<h1>{} {}</h1>\n<p class=\"quiet\"><code>{}</code> {} · <a href=\"../calendar.html#{}\">on the calendar</a></p>\n",
        text(&row.r#type),
        text(row.status),
        row.part_of.as_ref().map_or_else(String::new, |id| format!(" · part of {}", page.link("release", id, id))),
        text(title),
        level(row.standing.level),
        text(&row.id),
        place(show.source.as_ref()),
        on_calendar(row)
    );
    if !row.standing.reasons.is_empty() {
        let reasons = row.standing.reasons.iter().map(|why| format!("<li>{}</li>", sentence(&capital(why))));
        let reasons = reasons.collect::<Vec<_>>().concat();
        let _ = writeln!(out, "<ul class=\"reasons\">{reasons}</ul>");
    }
    out.push_str("</div>\n");
    items::description(out, &show.facts);
    out.push_str("<dl class=\"tiles\">\n");
    let mut fact = |name: &str, value: &str| {
        let _ = writeln!(out, "<div><dt>{name}</dt><dd>{value}</dd></div>");
    };
    let far = |date: NaiveDate| {
        if row.over { String::new() } else { format!(" <small>{}</small>", away((date - today).num_days())) }
    };
    let ships = row.end.map_or_else(|| none("no date"), |end| format!("{}{}", day(end), far(end)));
    fact(if row.over { "Shipped" } else { "Ships" }, &ships);
    fact("Target", &day_or_none(row.target));
    if let Some(plan) = &show.release {
        if let Some(days) = row.in_hand {
            let words = if days < 0 {
                format!("{} short before production", plural(-days, "working day"))
            } else {
                plural(days, "working day")
            };
            fact("In hand", &words);
        }
        let late = plan.lateness_days.filter(|days| *days != 0).map(|days| {
            let (days, word) = if days > 0 { (days, "late") } else { (-days, "early") };
            format!("{} {word}", plural(days, "day"))
        });
        fact(
            "Against target",
            &late.unwrap_or_else(|| if row.target.is_some() { "on time".to_owned() } else { none("no target") }),
        );
    }
    fact(
        "Gates passed",
        &if row.gates == 0 { none("none asked for") } else { format!("{} of {}", row.passed, row.gates) },
    );
    if let Some(risk) = &view.risk {
        fact("Risk", &format!("<a href=\"#risk\">{} of 100</a> <small>{}</small>", risk.score, risk.level));
    }
    fact("Owner", &row.owner.as_deref().map_or_else(|| none("nobody"), |owner| page.who(owner)));
    out.push_str("</dl>\n");
}

/// The part of the calendar's address that shows a release alone.
fn on_calendar(row: &ReleaseRow) -> String {
    let mut id = String::new();
    for byte in row.id.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' => id.push(char::from(byte)),
            byte => {
                let _ = write!(id, "%{byte:02X}");
            }
        }
    }
    let day = row.end.map_or_else(String::new, |end| format!("&amp;day={end}"));
    format!("view=agenda{day}&amp;release={id}")
}

/// The phases with their bars, then the milestones.
fn schedule(out: &mut String, page: &Page<'_>, view: &ReleasePage, plan: &ReleaseView) {
    if plan.phases.is_empty() && plan.milestones.is_empty() {
        return;
    }
    let today = page.frame.about.today;
    let ends = |ends: Ends| [ends.start, ends.end];
    let phases = plan.phases.iter().flat_map(|phase| [ends(phase.planned), ends(phase.forecast), ends(phase.actual)]);
    let stones = plan.milestones.iter().flat_map(|stone| [stone.date, stone.forecast, stone.actual]);
    let days = phases.flatten().chain(stones).chain([plan.target]).flatten();
    let Some(scale) = Scale::around(days, today) else { return };
    out.push_str("<section class=\"panel\" aria-labelledby=\"schedule\"><h2 id=\"schedule\">Schedule</h2>\n<div class=\"wide\" role=\"region\" aria-labelledby=\"schedule\" tabindex=\"0\">");
    let mut heads = ["Phase", "Planned", "Days", "Slack", "Stands", "Environments"].map(Head::new).to_vec();
    heads.extend([Head::picture("Time", scale.axis()), Head::new("Written at")]);
    let mut table = Table::open(out, "lines plan", "Phases and milestones with their dates", heads);
    for phase in &plan.phases {
        let deciding = plan.critical_path.iter().any(|id| *id == format!("{}/{}", plan.id, phase.id));
        phase_row(&mut table, page, view, phase, deciding, scale);
    }
    for stone in &plan.milestones {
        let words = format!(
            "{}: {}",
            stone.id,
            stone.actual.or(stone.date).map_or_else(|| "no date".to_owned(), |day| day.format("%-d %b %Y").to_string())
        );
        let date = stone.actual.or(stone.forecast).or(stone.date);
        let marks: Vec<_> =
            date.into_iter().map(|date| (date, if stone.actual.is_some() { "done" } else { "stone" })).collect();
        let state = match (stone.actual, stone.forecast.filter(|forecast| Some(*forecast) != stone.date)) {
            (Some(actual), _) => format!("{} {}", pill("reached"), day(actual)),
            (None, Some(forecast)) => format!("forecast {}", day(forecast)),
            (None, None) => String::new(),
        };
        table.row(
            &format!("id=\"{}\" class=\"stone\"", names::anchor("milestone", &stone.id)),
            vec![
                Cell::head(format!("◇ {}", text(&stone.id))),
                Cell::when(day_or_none(stone.date)),
                Cell::new(""),
                Cell::new(""),
                Cell::new(state),
                Cell::new(""),
                Cell::picture(scale.row(&words, &[], &[], &marks)),
                Cell::new(page.place(source_of(view, "milestones", &stone.id))),
            ],
        );
    }
    table.close();
    out.push_str("</div>\n<p class=\"quiet key\">● on the critical path · bar: planned · thin: by the forecast · red line: today</p></section>\n");
}

fn phase_row(
    table: &mut Table<'_>,
    page: &Page<'_>,
    view: &ReleasePage,
    phase: &PhaseView,
    deciding: bool,
    scale: Scale,
) {
    let critical = deciding || (phase.critical && phase.actual.end.is_none());
    let sign = if critical {
        "<span class=\"critical\" aria-hidden=\"true\">●</span><span class=\"sr\">critical: </span> "
    } else {
        ""
    };
    let planned = match (phase.planned.start, phase.planned.end) {
        (Some(start), Some(end)) if start == end => day(start),
        (Some(start), Some(end)) => span(start, end),
        _ => none("not placed"),
    };
    let number = |number: Option<i64>| number.map(|number| number.to_string()).unwrap_or_default();
    let environments: Vec<String> = phase
        .environments
        .iter()
        .map(|used| {
            let alone = if used.exclusive { " (alone)" } else { "" };
            format!("{}{alone}", page.link("environment", &used.id, &used.id))
        })
        .collect();
    table.row(
        &format!("id=\"{}\"", names::anchor("phase", &phase.id)),
        vec![
            Cell::head(format!("{sign}{}", text(&phase.id))),
            Cell::when(planned),
            Cell::new(number(phase.working_days)),
            Cell::new(number(phase.slack_days)),
            Cell::new(state(phase)),
            Cell::new(environments.join(", ")),
            Cell::picture(scale.row(&in_words(phase), &[], &bars(phase, critical), &[])),
            Cell::new(page.place(source_of(view, "phases", &phase.id))),
        ],
    );
}

fn state(phase: &PhaseView) -> String {
    let moved = phase.forecast.end.filter(|end| Some(*end) != phase.planned.end);
    let forecast = moved.map_or_else(String::new, |end| format!(" → {}", day(end)));
    match (phase.actual.start, phase.actual.end) {
        (_, Some(end)) => format!("{} {}", pill("done"), day(end)),
        (Some(_), None) => {
            let progress = phase.progress.map_or_else(|| "running".to_owned(), |progress| format!("{progress} %"));
            format!("{}{forecast}", toned(&progress, Tone::Plain))
        }
        (None, None) => forecast,
    }
}

fn bars(phase: &PhaseView, critical: bool) -> Vec<Bar> {
    let bar = |look, ends: Ends| Some(Bar { look, from: ends.start?, to: ends.end? });
    let done = Ends { start: phase.actual.start.or(phase.planned.start), end: phase.actual.end };
    let mut bars = Vec::new();
    bars.extend(bar(if critical { "critical" } else { "plan" }, phase.planned));
    if phase.actual.end.is_some() {
        bars.extend(bar("done", done));
    } else if phase.forecast != phase.planned {
        bars.extend(bar("ahead", phase.forecast));
    }
    bars
}

fn in_words(phase: &PhaseView) -> String {
    let stretch = |word: &str, ends: Ends| {
        let (start, end) = (ends.start?, ends.end?);
        Some(format!("{word} {} to {}", start.format("%-d %b %Y"), end.format("%-d %b %Y")))
    };
    let parts = [
        stretch("planned", phase.planned),
        stretch("forecast", phase.forecast).filter(|_| phase.forecast != phase.planned && phase.actual.end.is_none()),
        stretch("really", phase.actual),
    ];
    format!("{}: {}", phase.id, parts.into_iter().flatten().collect::<Vec<_>>().join(", "))
}

/// Where a part of the release is written, by the section that lists it.
fn source_of<'v>(view: &'v ReleasePage, section: &str, id: &str) -> Option<&'v Source> {
    let section = view.show.sections.iter().find(|found| found.id == section)?;
    let item = section.items.iter().find(|item| item.id.split_once('/').is_some_and(|(_, part)| part == id))?;
    item.source.as_ref()
}

/// How the dates moved from commit to commit; those that only came or went stand below, for they count for nothing.
fn history(out: &mut String, all: &[MoveView]) {
    out.push_str("<section class=\"panel\" aria-labelledby=\"history\"><h2 id=\"history\">How its dates moved</h2>\n");
    let (moved, others): (Vec<&MoveView>, Vec<&MoveView>) =
        all.iter().partition(|it| it.before.is_some() && it.after.is_some());
    if moved.is_empty() {
        out.push_str("<p>They stand as they were first written.</p>\n");
    } else {
        let of_target = moved.iter().filter(|it| it.subject.is_empty() && it.field == "target");
        let days: i64 = of_target.filter_map(|it| it.days).sum();
        let target = match days {
            0 => String::new(),
            days => format!("; its target by {days:+} {} in all", if days.abs() == 1 { "day" } else { "days" }),
        };
        let _ = writeln!(out, "<p>Moved {}{target}.</p>", plural(moved.len().try_into().unwrap_or(i64::MAX), "time"));
        moves(out, "Dates that moved, oldest first", &moved);
    }
    if !others.is_empty() {
        let _ = writeln!(out, "<details><summary>{} that came or went</summary>", count(others.len(), "date"));
        moves(out, "Dates that came or went, oldest first", &others);
        out.push_str("</details>\n");
    }
    out.push_str("</section>\n");
}

fn moves(out: &mut String, caption: &str, moved: &[&MoveView]) {
    let _ = write!(out, "<div class=\"wide\" role=\"region\" aria-label=\"{caption}\" tabindex=\"0\">");
    let heads = ["When", "What", "From", "To", "Days", "By"].map(Head::new).to_vec();
    let mut table = Table::open(out, "moves", caption, heads);
    for it in moved {
        let date = |date: &Option<String>| date.as_deref().map_or_else(|| none("not there"), moment);
        let at =
            it.by.at.as_deref().map_or_else(|| "not committed".to_owned(), |at| moment(at.get(..10).unwrap_or(at)));
        let commit: String = it.by.commit.iter().flat_map(|id| id.chars().take(10)).collect();
        let author = it.by.author.as_ref().map(|who| who.person.as_ref().unwrap_or(&who.name));
        let by: Vec<String> = author.into_iter().chain(&it.by.message).map(|word| text(word)).collect();
        let what = if it.subject.is_empty() { it.field.to_owned() } else { format!("{} {}", it.subject, it.field) };
        table.row(
            "",
            vec![
                Cell::when(at),
                Cell::head(text(&what)),
                Cell::when(date(&it.before)),
                Cell::when(date(&it.after)),
                Cell::new(it.days.map_or_else(String::new, |days| format!("{days:+}"))),
                Cell::new(format!("{} <code>{}</code>", by.join(" · "), text(&commit))),
            ],
        );
    }
    table.close();
    out.push_str("</div>\n");
}

/// Open releases with their bars: those that carry a project, or that are somebody's.
pub fn carriers(out: &mut String, page: &Page<'_>, title: &str, rows: &[ReleaseRow]) {
    let days = rows.iter().flat_map(|row| [row.start, row.planned, row.end, row.target]).flatten();
    let Some(scale) = Scale::around(days, page.frame.about.today) else { return };
    let _ = writeln!(
        out,
        "<section class=\"panel\" aria-labelledby=\"carriers\"><h2 id=\"carriers\">{title} <small>{}</small></h2>",
        count(rows.len(), "release")
    );
    let mut heads = ["Release", "Ships", "Stands"].map(Head::new).to_vec();
    heads.push(Head::picture("Time", scale.axis()));
    let mut table = Table::open(out, "lines", "Open releases by date", heads);
    for row in rows {
        let words = format!(
            "{}: ships {}",
            row.id,
            row.end.map_or_else(|| "on no date".to_owned(), |end| end.format("%-d %b %Y").to_string())
        );
        table.row(
            "",
            vec![
                Cell::head(page.link("release", &row.id, row.name.as_deref().unwrap_or(&row.id))),
                Cell::when(day_or_none(row.end)),
                Cell::new(level(row.standing.level)),
                Cell::picture(scale.row(&words, &[], &super::portfolio::release_bars(row), &[])),
            ],
        );
    }
    table.close();
    out.push_str("</section>\n");
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::history::CommitView;

    #[test]
    fn moves_of_dates_say_from_what_to_what_and_by_whom() {
        let moved = MoveView {
            release: "a".into(),
            subject: "phases/sit".into(),
            field: "end",
            by: CommitView {
                commit: Some("0123456789abcdef".into()),
                author: None,
                at: Some("2026-11-02T10:00:00Z".into()),
                message: Some("<b>Later</b>".into()),
            },
            before: Some("2026-12-05".into()),
            after: Some("2026-12-12".into()),
            days: Some(7),
            derived: false,
            step: 0,
        };
        let mut out = String::new();
        history(&mut out, &[moved]);
        let row = out.lines().find(|line| line.starts_with("<tr role=\"row\"><td")).unwrap_or_default();
        for part in [
            "2 Nov 2026",
            "5 Dec 2026",
            "12 Dec 2026",
            ">+7</td>",
            "&lt;b&gt;Later",
            "<code><bdi>0123456789</bdi></code>",
        ] {
            assert!(row.contains(part), "{part}: {row}");
        }
        out.clear();
        history(&mut out, &[]);
        assert!(out.contains("as they were first written"), "{out}");
    }
}
