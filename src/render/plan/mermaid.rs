//! The plan as a Mermaid gantt chart, for Markdown that renders it.

use std::fmt::Write;

use chrono::NaiveDate;

use crate::render::text::mermaid_label;
use crate::report::plan::{PhaseView, Plan};

/// A gantt chart with a section for each release that has dates.
pub fn render(plan: &Plan) -> String {
    let mut out = String::from("gantt\n");
    if let Some(name) = &plan.portfolio {
        let _ = writeln!(out, "    title {}", mermaid_label(name));
    }
    out.push_str("    dateFormat YYYY-MM-DD\n    axisFormat %d %b\n");
    for release in &plan.releases {
        let _ = writeln!(out, "    section {}", mermaid_label(&release.id));
        for phase in &release.phases {
            if let (Some(start), Some(end)) = (phase.planned.start, phase.planned.end) {
                let tags = tags(phase, plan.header.today);
                let _ =
                    writeln!(out, "    {} :{tags}{start}, {}", mermaid_label(&phase.id), end.succ_opt().unwrap_or(end));
            }
        }
        for milestone in &release.milestones {
            if let Some(date) = milestone.date {
                let done = if milestone.actual.is_some() { "done, " } else { "" };
                let _ = writeln!(out, "    {} :{done}milestone, {date}, 0d", mermaid_label(&milestone.id));
            }
        }
        if let Some(target) = release.target {
            let _ = writeln!(out, "    target :milestone, crit, {target}, 0d");
        }
    }
    out
}

fn tags(phase: &PhaseView, today: NaiveDate) -> String {
    let mut tags = String::new();
    if phase.actual.end.is_some() {
        tags.push_str("done, ");
    } else {
        if phase.critical {
            tags.push_str("crit, ");
        }
        if phase.actual.start.is_some() || phase.planned.start <= Some(today) && phase.planned.end >= Some(today) {
            tags.push_str("active, ");
        }
    }
    tags
}
