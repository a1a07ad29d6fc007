//! Everything about one object, as Markdown.

use std::fmt::Write;

use super::{PLANNED, address, dates, phase_dates};
use crate::render::plan::{markdown as plan, verdict};
use crate::render::text::{markdown_escape, markdown_sentence};
use crate::report::show::{Item, Show};

/// A heading, the facts, the plan as a table, a list for each section, and the findings.
pub fn render(show: &Show) -> String {
    let mut out = String::new();
    let name = show.name.as_deref().map_or_else(String::new, |name| format!(": {}", markdown_escape(name)));
    let _ = writeln!(out, "# {} {}{name}\n", show.kind, markdown_escape(&show.id));
    if let Some(release) = &show.release {
        let mut facts = vec![markdown_escape(&release.r#type), release.status.to_owned()];
        facts.extend(release.target.map(|target| format!("target {target}")));
        facts.extend(verdict(release));
        let _ = writeln!(out, "- {}", facts.join(" · "));
    }
    for (name, value) in show.phase.iter().flat_map(phase_dates) {
        let _ = writeln!(out, "- {name}: {value}");
    }
    for fact in &show.facts {
        let _ = writeln!(out, "- {}: {}", fact.name, markdown_escape(&fact.value));
    }
    if let Some(source) = &show.source {
        let _ = writeln!(out, "- written at {}", markdown_escape(&address(source)));
    }
    out.push('\n');
    if let Some(release) = &show.release {
        plan::phases(&mut out, release);
    }
    for section in show.sections.iter().filter(|section| section.id != PLANNED || show.release.is_none()) {
        let _ = writeln!(out, "## {}\n", section.title);
        section.items.iter().for_each(|item| line(&mut out, item));
        out.push('\n');
    }
    plan::findings(&mut out, &show.findings);
    out.truncate(out.trim_end().len());
    out.push('\n');
    out
}

fn line(out: &mut String, item: &Item) {
    let mut words = vec![format!("**{}**", markdown_escape(&item.id))];
    words.extend(item.name.as_deref().map(markdown_escape));
    words.extend(Some(dates(item)).filter(|dates| !dates.is_empty()).map(|dates| markdown_escape(&dates)));
    words.extend(item.state.as_deref().map(markdown_escape));
    words.extend(item.details.iter().map(|detail| markdown_sentence(detail)));
    words.extend(item.decides.then(|| "**decides**".to_owned()));
    let source = item.source.as_ref().map(|source| format!(" ({})", markdown_escape(&address(source))));
    let _ = writeln!(out, "- {}{}", words.join(" · "), source.unwrap_or_default());
}
