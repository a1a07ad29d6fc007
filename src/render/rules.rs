//! The rules, as a table and as pages.

use std::fmt::Write;

use super::text::{markdown_escape, markdown_sentence};
use super::{Style, page, table};
use crate::report::rules::{Explanation, RuleView, Rules};

/// The list for people.
pub fn human(view: &Rules, style: &Style) -> String {
    let rows = view.rules.iter().map(|rule| {
        let name = if rule.level == rule.default.as_str() { "" } else { " *" };
        vec![rule.name.clone(), rule.group.clone(), format!("{}{name}", rule.level), rule.summary.clone()]
    });
    let mut out = table::plain(&["rule", "group", "level", "reports"], rows, &[], style);
    let changed = view.rules.iter().any(|rule| rule.level != rule.default.as_str());
    if changed {
        out.push_str("\n* set in relm.yaml\n");
    }
    out.push_str("\n`relm explain RULE` tells more.\n");
    out
}

/// The list as a Markdown table.
pub fn markdown(view: &Rules) -> String {
    let mut out = String::from("| rule | group | level | reports |\n|---|---|---|---|\n");
    for RuleView { name, group, level, summary, .. } in &view.rules {
        let _ = writeln!(out, "| `{name}` | {group} | {level} | {} |", markdown_sentence(summary));
    }
    out
}

/// The reference of all rules: a page with a section for each, in the order of the list.
pub fn reference(pages: &[Explanation]) -> String {
    let mut out = String::from(
        "# Rules\n\nGenerated from the rules themselves; do not edit. `relm explain RULE` shows one of them.\n\n",
    );
    for Explanation { rule, .. } in pages {
        let _ = writeln!(out, "- [`{0}`](#{0}) {1}", rule.name, markdown_sentence(&rule.summary));
    }
    for Explanation { rule, docs, .. } in pages {
        let _ = write!(out, "\n## {}\n\nGroup `{}`, default `{}`.\n", rule.name, rule.group, rule.default.as_str());
        let mut code = false;
        out.push('\n');
        for line in docs.trim_end().lines() {
            code ^= line.starts_with("```");
            // The headings of a page stand one level deeper among others.
            let deeper = if !code && line.starts_with("## ") { "#" } else { "" };
            let _ = writeln!(out, "{deeper}{line}");
        }
    }
    out
}

/// A rule's page for people.
pub fn explain(view: &Explanation, style: &Style) -> String {
    page::render(&explain_markdown(view), style)
}

/// A rule's page in Markdown.
pub fn explain_markdown(view: &Explanation) -> String {
    let RuleView { name, group, level, default, summary } = &view.rule;
    let set = if level == default.as_str() { String::new() } else { format!(", here `{level}`") };
    let severity = default.as_str();
    let summary = markdown_escape(summary).replace("\\`", "`");
    format!("# {name}\n\nReports that {summary} ({group}, `{severity}`{set}).\n\n{}", view.docs)
}
