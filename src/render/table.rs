//! Tables for terminals.

use comfy_table::presets::NOTHING;
use comfy_table::{Cell, CellAlignment, ContentArrangement, Table};

use super::Style;
use super::text::sanitize;

/// A table without lines that fits the width: a head, and rows of as many cells. The columns named in `right` are numbers.
pub fn plain(head: &[&str], rows: impl IntoIterator<Item = Vec<String>>, right: &[usize], style: &Style) -> String {
    let mut table = Table::new();
    table.load_style(NOTHING).set_content_arrangement(ContentArrangement::Dynamic);
    table.set_width(u16::try_from(style.width).unwrap_or(u16::MAX));
    table.set_header(head.iter().map(|text| Cell::new(text.to_uppercase())));
    for row in rows {
        table.add_row(row.iter().map(|text| Cell::new(sanitize(text))));
    }
    for (number, column) in table.column_iter_mut().enumerate() {
        column.set_padding((0, 2));
        if right.contains(&number) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    let mut out = String::new();
    for line in table.lines() {
        out.push_str(line.trim_end());
        out.push('\n');
    }
    out
}
