//! The plan as Markdown: a table a release, and the order of releases.

use std::fmt::Write;

use chrono::NaiveDate;

use super::{environments, gate_facts, in_hand, open, outlook, phase_state, verdict};
use crate::render::text::{markdown_escape, markdown_sentence};
use crate::report::check::FindingView;
use crate::report::plan::{Plan, ReleaseView};

/// A heading and a table for each release.
pub fn render(plan: &Plan) -> String {
    let mut out = String::new();
    let name = plan.portfolio.as_deref().map_or_else(String::new, |name| format!("{}: ", markdown_escape(name)));
    let _ = writeln!(out, "# {name}plan as of {}\n", plan.header.today);
    for release in &plan.releases {
        one(&mut out, release);
    }
    if plan.order.len() > 1 {
        out.push_str("## Release order\n\n");
        for level in &plan.order {
            let level: Vec<String> = level.iter().map(|id| markdown_escape(id)).collect();
            let _ = writeln!(out, "1. {}", level.join(", "));
        }
        out.push('\n');
    }
    findings(&mut out, &plan.findings);
    out
}

fn one(out: &mut String, release: &ReleaseView) {
    let name = release.name.as_deref().map_or_else(String::new, |name| format!(" {}", markdown_escape(name)));
    let _ = writeln!(out, "## {}{name}\n", markdown_escape(&release.id));
    let mut facts = vec![markdown_escape(&release.r#type), release.status.to_owned()];
    facts.extend(release.target.map(|target| format!("target {target}")));
    facts.extend(verdict(release));
    facts.extend(in_hand(release));
    facts.extend(release.outlook.as_ref().map(|it| markdown_escape(&outlook(it))));
    let _ = writeln!(out, "{}\n", facts.join(" · "));
    phases(out, release);
    for milestone in &release.milestones {
        let date = milestone.date.map_or_else(|| "no date".to_owned(), |date| date.to_string());
        let reached = milestone.actual.map_or_else(String::new, |actual| format!(", reached {actual}"));
        let _ = writeln!(out, "- milestone {} {date}{reached}", markdown_escape(&milestone.id));
    }
    for gate in &release.gates {
        let _ = writeln!(out, "- gate {} {} · {}", markdown_escape(&gate.id), gate.state, gate_facts(gate));
    }
    if !(release.milestones.is_empty() && release.gates.is_empty()) {
        out.push('\n');
    }
}

/// The phases of a release as a table; nothing when it has none.
pub(in crate::render) fn phases(out: &mut String, release: &ReleaseView) {
    if !release.phases.is_empty() {
        out.push_str(
            "| phase | start | end | days | slack | forecast | environments |\n|---|---|---|--:|--:|---|---|\n",
        );
        let date = |date: Option<NaiveDate>| date.map_or_else(|| "?".to_owned(), |date| date.to_string());
        let number = |number: Option<i64>| number.map_or_else(String::new, |number| number.to_string());
        for phase in &release.phases {
            let id = markdown_escape(&phase.id);
            let running = open(release) && phase.actual.end.is_none();
            let id = if phase.critical && running { format!("**{id}**") } else { id };
            let _ = writeln!(
                out,
                "| {id} | {} | {} | {} | {} | {} | {} |",
                date(phase.planned.start),
                date(phase.planned.end),
                number(phase.working_days),
                number(phase.slack_days.filter(|_| running)),
                phase_state(phase, "→"),
                markdown_escape(&environments(phase)),
            );
        }
        out.push('\n');
    }
}

/// The findings as a list.
pub(in crate::render) fn findings(out: &mut String, findings: &[FindingView]) {
    if findings.is_empty() {
        return;
    }
    out.push_str("## Findings\n\n");
    for finding in findings {
        let place = markdown_escape(&format!("{}:{}", finding.place.file, finding.place.start.line));
        let message = markdown_sentence(&finding.message);
        let _ = writeln!(out, "- **{}** `{}` {message} ({place})", finding.severity, finding.rule);
    }
}
