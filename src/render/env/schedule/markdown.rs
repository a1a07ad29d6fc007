//! How full environments are, as Markdown: a table, and what is closed when.

use std::fmt::Write;

use super::{Dates, Load, Mark, closure};
use crate::render::text::markdown_escape;
use crate::report::env::schedule::{Cell, Row, Timeline};

/// Columns of one table; more go into a further one.
const COLUMNS: usize = 14;

/// Tables with a line for each environment, and lists of conflicts and closures.
pub fn render(view: &Timeline) -> String {
    let mut out = String::new();
    let name = view.portfolio.as_deref().map_or_else(String::new, |name| format!("{}: ", markdown_escape(name)));
    let _ = writeln!(out, "# {name}environments {} to {}\n", view.from, view.to);
    if view.environments.is_empty() {
        out.push_str("No environments to show.\n");
        return out;
    }
    let days = Dates { today: view.header.today, weekdays: view.by == "day" };
    for start in (0..view.columns.len()).step_by(COLUMNS) {
        let columns = start..(start + COLUMNS).min(view.columns.len());
        let heads: Vec<String> = view.columns[columns.clone()]
            .iter()
            .map(|column| if column.today { format!("**{}**", days.day(column.from)) } else { days.day(column.from) })
            .collect();
        let _ = writeln!(out, "| stage | environment | of | {} |", heads.join(" | "));
        let _ = writeln!(out, "|---|---|--:|{}", "---|".repeat(heads.len()));
        for row in &view.environments {
            let cells: Vec<String> = row.cells[columns.clone()].iter().map(|one| cell(row, one)).collect();
            let (stage, id) = (markdown_escape(&row.stage), markdown_escape(&row.id));
            let _ = writeln!(out, "| {stage} | {id} | {} | {} |", row.capacity, cells.join(" | "));
        }
        out.push('\n');
    }
    let each = if view.by == "week" { "week, the most at one time" } else { "day, the most at one time" };
    let _ = writeln!(
        out,
        "Units booked each {each}; **bold!** more than there is, ? only with drafts, ❆ freeze, ∗ freeze for some, × outage, \
         ~ maintenance.\n"
    );
    let dates = Dates { today: view.header.today, weekdays: true };
    for one in view.closures.iter().filter(|one| one.kind != "maintenance") {
        let _ = writeln!(out, "- {} {}", Mark::of_closure(one).word(), markdown_escape(&closure(one, dates)));
    }
    out.truncate(out.trim_end().len());
    out.push('\n');
    out
}

fn cell(row: &Row, cell: &Cell) -> String {
    let units = match Load::of(cell, row.capacity) {
        Load::Free => String::new(),
        Load::Over => format!("**{}!**", cell.units),
        Load::Doubtful => format!("{}?", cell.units),
        _ => cell.units.to_string(),
    };
    let mark = Mark::of(cell);
    if mark == Mark::None { units } else { format!("{units} {}", mark.glyph(true)).trim_start().to_owned() }
}
