//! Where bookings collide, as Markdown: a heading and a list for each conflict.

use std::fmt::Write;

use super::{Dates, facts, fault};
use crate::render::text::markdown_escape;
use crate::report::env::conflicts::Conflicts;

/// A section for each conflict.
pub fn render(view: &Conflicts) -> String {
    let mut out = String::new();
    let name = view.portfolio.as_deref().map_or_else(String::new, |name| format!("{}: ", markdown_escape(name)));
    let _ = writeln!(out, "# {name}conflicts as of {}\n", view.header.today);
    let dates = Dates { today: view.header.today, weekdays: true };
    for conflict in &view.conflicts {
        let when = dates.stretch(conflict.from, conflict.to);
        let _ = writeln!(out, "## {}, {when}\n", markdown_escape(&conflict.environment));
        let drafts = if conflict.tentative { ", with drafts" } else { "" };
        let _ = writeln!(out, "`{}`: {}{drafts} ({})\n", conflict.rule, fault(conflict), conflict.time_zone);
        for one in &conflict.bookings {
            let yields = if one.yields { "**yields** · " } else { "" };
            let name = markdown_escape(&super::super::name(&one.booking));
            let _ = writeln!(out, "- **{name}** · {yields}{}", markdown_escape(&facts(one, dates)));
        }
        out.push('\n');
    }
    if view.conflicts.is_empty() {
        out.push_str("No conflicts.\n\n");
    }
    if view.past > 0 {
        let _ = writeln!(out, "Left out, for they are over: {}.", view.past);
    }
    out.truncate(out.trim_end().len());
    out.push('\n');
    out
}
