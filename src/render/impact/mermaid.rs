//! What moves, as a Mermaid gantt chart: where it was forecast, and where it is.

use std::fmt::Write;

use chrono::NaiveDate;

use crate::render::text::mermaid_label;
use crate::report::impact::{Impact, MoveView};
use crate::report::plan::Ends;

/// A section for each release, with a bar before and a bar after for each thing that moves.
pub fn render(view: &Impact) -> String {
    let mut out = String::from("gantt\n");
    let _ = writeln!(out, "    title {}", mermaid_label(&super::words::title(view)));
    out.push_str("    dateFormat YYYY-MM-DD\n    axisFormat %d %b\n");
    let mut sections: Vec<&str> = Vec::new();
    for it in &view.moved {
        if !sections.contains(&&*it.release) {
            sections.push(&it.release);
        }
    }
    for section in sections {
        let _ = writeln!(out, "    section {}", mermaid_label(section));
        let inside = view.moved.iter().filter(|it| it.release == section && it.kind != "release");
        inside.for_each(|it| bars(&mut out, it));
        let target = view.releases.iter().find(|it| it.id == section).and_then(|it| it.target);
        if let Some(target) = target {
            let _ = writeln!(out, "    target :milestone, {target}, 0d");
        }
    }
    out
}

fn bars(out: &mut String, it: &MoveView) {
    let id = it.id.split_once('/').map_or(&*it.id, |(_, id)| id);
    let moved = if it.forecast.before == it.forecast.after { &it.planned } else { &it.forecast };
    bar(out, &format!("{} before", mermaid_label(id)), "done, ", it.kind, moved.before);
    bar(out, &mermaid_label(id), if it.changed { "crit, " } else { "active, " }, it.kind, moved.after);
}

fn bar(out: &mut String, label: &str, tag: &str, kind: &str, dates: Ends) {
    let next = |date: NaiveDate| date.succ_opt().unwrap_or(date);
    match (dates.start, dates.end) {
        (Some(date), _) if kind == "milestone" => {
            let _ = writeln!(out, "    {label} :{tag}milestone, {date}, 0d");
        }
        (Some(start), Some(end)) => {
            let _ = writeln!(out, "    {label} :{tag}{start}, {}", next(end));
        }
        _ => {}
    }
}
