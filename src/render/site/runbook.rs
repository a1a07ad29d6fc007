//! The run-book on the page of a release: its steps in time, wave by wave, and the way back.

use std::fmt::Write;

use chrono::NaiveDateTime;

use super::html::{Tone, none, sentence, text, toned};
use super::layout::Page;
use super::names;
use super::table::{Cell, Head, Table};
use crate::render::text::{html_escape, sanitize};
use crate::report::site::runbook::{RunbookView, StepView, WaveView};

/// The section.
pub fn section(out: &mut String, page: &Page<'_>, view: &RunbookView) {
    out.push_str("<section class=\"panel\" aria-labelledby=\"runbook\"><h2 id=\"runbook\">Run-book</h2>\n");
    lead(out, page, view);
    if view.steps.is_empty() {
        waves(out, page, view);
    } else {
        out.push_str("<div class=\"wide\" role=\"region\" aria-labelledby=\"runbook\" tabindex=\"0\">");
        steps(out, page, view);
        out.push_str("</div>\n");
    }
    out.push_str("</section>\n");
}

/// When, where, and whether there is a way back.
fn lead(out: &mut String, page: &Page<'_>, view: &RunbookView) {
    let mut facts = Vec::new();
    if let Some((from, to)) = view.window {
        facts.push(format!("Window {}", between(from, to)));
    }
    if !view.environments.is_empty() {
        facts.push(format!("to {}", page.links("environment", &view.environments)));
    }
    facts.extend(view.zone.map(|zone| format!("times in {}", text(zone))));
    if !facts.is_empty() {
        let _ = writeln!(out, "<p>{}</p>", facts.join(" · "));
    }
    if view.steps.is_empty() {
        return;
    }
    let back = match (&view.no_return, view.backout, view.spare) {
        (_, false, _) => format!("{} No step says how it is taken back.", toned("no back-out", Tone::Warn)),
        (Some((step, why)), ..) => format!(
            "{} From <a href=\"#{}\">{}</a> on there is no way back in time: {}.",
            toned("point of no return", Tone::Warn),
            names::anchor("step", step),
            text(step),
            html_escape(&sanitize(why))
        ),
        (None, _, Some(spare)) if spare >= 0 => format!(
            "{} There is a way back until the end: to take everything back takes {}, and {} of the window are left then.",
            toned("reversible", Tone::Good),
            minutes(view.undo),
            minutes(spare)
        ),
        (None, ..) => format!("To take everything back takes {}.", minutes(view.undo)),
    };
    let _ = writeln!(out, "<p>{back}</p>");
}

fn steps(out: &mut String, page: &Page<'_>, view: &RunbookView) {
    let times = view.steps.iter().filter_map(|step| step.time);
    let ends = times.clone().map(|(from, _)| from).min().zip(times.map(|(_, to)| to).max());
    let mut heads = vec![
        Head::new("Step"),
        Head::new("When"),
        Head::new("Takes"),
        Head::new("Who"),
        Head::new("After"),
        Head::new("Back-out"),
        Head::new("Undo all so far"),
    ];
    if ends.is_some() {
        heads.push(Head::picture("Time", String::new()));
    }
    heads.push(Head::new("Written at"));
    let mut table = Table::open(out, "steps", "Deployment steps in order", heads);
    let mut wave: Option<&str> = None;
    for step in &view.steps {
        if step.wave.as_deref() != wave {
            wave = step.wave.as_deref();
            if let Some(found) = wave.and_then(|id| view.waves.iter().find(|it| it.id == id)) {
                table.group(&in_words(page, found));
            } else if !view.waves.is_empty() {
                table.group("In no wave");
            }
        }
        let clocks = if let Some((from, to)) = step.time { between(from, to) } else { none("no time") };
        let mut cells = vec![
            Cell::head(what(page, step)),
            Cell::when(clocks),
            Cell::when(step.duration.as_deref().map(text).unwrap_or_default()),
            Cell::new(step.owner.as_deref().map(|owner| page.who(owner)).unwrap_or_default()),
            Cell::new(step.after.iter().map(|id| after(id)).collect::<Vec<_>>().join(", ")),
            Cell::new(backout(step)),
            Cell::when(if view.backout { minutes(step.undo) } else { String::new() }),
        ];
        if let Some(ends) = ends {
            cells.push(Cell::picture(bar(step, ends)));
        }
        cells.push(Cell::new(page.place(step.source.as_ref())));
        table.row(&format!("id=\"{}\"", names::anchor("step", &step.id)), cells);
    }
    table.close();
    let empty = view.waves.iter().filter(|it| !view.steps.iter().any(|step| step.wave.as_deref() == Some(&*it.id)));
    let empty: Vec<String> = empty.map(|it| format!("<li>{}</li>", in_words(page, it))).collect();
    if !empty.is_empty() {
        let _ = writeln!(out, "<p>Waves without steps of their own:</p><ul class=\"reasons\">{}</ul>", empty.concat());
    }
}

fn after(id: &str) -> String {
    format!("<a href=\"#{}\">{}</a>", names::anchor("step", id), text(id))
}

fn what(page: &Page<'_>, step: &StepView) -> String {
    let mut out = text(step.name.as_deref().unwrap_or(&step.id));
    if step.name.is_some() {
        let _ = write!(out, " <span class=\"quiet\">{}</span>", text(&step.id));
    }
    if let Some(project) = &step.project {
        let _ = write!(out, " <span class=\"quiet\">{}</span>", page.link("project", project, project));
    }
    let marks = [
        (step.no_return, "point of no return", Tone::Warn),
        (step.go_no_go, "go or no-go", Tone::Plain),
        (step.critical, "critical", Tone::Plain),
    ];
    for (_, word, tone) in marks.into_iter().filter(|(wanted, ..)| *wanted) {
        let _ = write!(out, " {}", toned(word, tone));
    }
    out
}

fn backout(step: &StepView) -> String {
    match &step.backout {
        None if step.project.is_some() => none("none written"),
        None => String::new(),
        Some((long, note)) => {
            let parts: Vec<String> =
                long.iter().map(|it| text(it)).chain(note.iter().map(|note| sentence(note))).collect();
            if parts.is_empty() { "written".to_owned() } else { parts.join(" · ") }
        }
    }
}

/// `12 Dec 2026 22:00 – 22:20`.
fn between(from: NaiveDateTime, to: NaiveDateTime) -> String {
    let start =
        format!("<time datetime=\"{}\">{}</time>", from.format("%Y-%m-%dT%H:%M"), from.format("%-d %b %Y %H:%M"));
    let end = if from.date() == to.date() { to.format("%H:%M") } else { to.format("%-d %b %H:%M") };
    format!("{start} – <time datetime=\"{}\">{end}</time>", to.format("%Y-%m-%dT%H:%M"))
}

/// `1 h 15 min`.
fn minutes(count: i64) -> String {
    match (count / 60, count % 60) {
        (0, minutes) => format!("{minutes} min"),
        (hours, 0) => format!("{hours} h"),
        (hours, minutes) => format!("{hours} h {minutes} min"),
    }
}

/// Where a step lies between the first and the last moment.
fn bar(step: &StepView, (first, last): (NaiveDateTime, NaiveDateTime)) -> String {
    let Some((from, to)) = step.time else { return String::new() };
    let whole = (last - first).num_minutes().max(1) as f64;
    let share = |at: NaiveDateTime| (at - first).num_minutes() as f64 / whole * 100.0;
    let (x, width) = (share(from).min(99.0), (share(to) - share(from)).max(1.0));
    let look = if step.no_return {
        "critical"
    } else if step.critical {
        "plan"
    } else {
        "done"
    };
    format!(
        "<svg class=\"bars\" width=\"100%\" height=\"22\" aria-hidden=\"true\"><rect class=\"{look}\" x=\"{x:.2}%\" y=\"5\" width=\"{width:.2}%\" height=\"12\"/></svg>"
    )
}

/// "Wave pilot · Staff accounts · 12 Dec 2026 22:00 · 2 % · goes on when: …".
fn in_words(page: &Page<'_>, wave: &WaveView) -> String {
    let mut parts = vec![format!("Wave {}", text(&wave.id))];
    parts.extend(wave.name.as_deref().map(text));
    let start = wave.start.map(|at| {
        format!("<time datetime=\"{}\">{}</time>", at.format("%Y-%m-%dT%H:%M"), at.format("%-d %b %Y %H:%M"))
    });
    parts.extend(start);
    parts.extend(wave.share.as_deref().map(|share| format!("reaches {}", text(share))));
    parts.extend(wave.exit.as_deref().map(|exit| format!("goes on when: {}", sentence(exit))));
    parts.extend(wave.soak.as_deref().map(|soak| format!("watched {}", text(soak))));
    parts.push(page.place(wave.source.as_ref()));
    parts.join(" <span class=\"quiet\">·</span> ")
}

fn waves(out: &mut String, page: &Page<'_>, view: &RunbookView) {
    let waves = view.waves.iter().map(|wave| format!("<li>{}</li>", in_words(page, wave)));
    let _ = writeln!(out, "<ul class=\"reasons\">{}</ul>", waves.collect::<Vec<_>>().concat());
}
