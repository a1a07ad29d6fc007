//! How full environments are, as a picture.

use std::fmt::Write;

use chrono::{Datelike, Weekday};

use super::{Dates, Load, Mark, closure, words};
use crate::diagnostic::wording::plural;
use crate::render::text::{display_width, html_escape, sanitize, truncate_to_width};
use crate::report::env::schedule::{Cell, Column, Days, Row, Timeline};

/// Around the drawing.
const MARGIN: f64 = 24.0;
/// Beside the grid, for the ids.
const LABEL: f64 = 190.0;
/// Columns of text that fit there.
const ID: usize = 24;
/// A cell.
const CELL: (f64, f64) = (22.0, 28.0);
/// The strip below the number of a cell that is closed.
const STRIP: f64 = 3.0;
/// Above the grid, for the name, the months and the days.
const HEAD: f64 = 84.0;
/// The line of a stage.
const STAGE: f64 = 24.0;
/// A line below the grid.
const LINE: f64 = 18.0;
/// The most days that a picture shows one by one.
const DAYS: i64 = 100;
/// Freezes and outages that are listed.
const CLOSURES: usize = 14;
/// Columns of text of a line below the grid, and the least width of the picture for them.
const TEXT: (usize, f64) = (120, 900.0);

/// Whether a view by days makes a picture of bearable width.
pub fn fits(days: Days) -> bool {
    days.count() <= DAYS
}

/// Light by default, dark where the reader's system is.
const STYLE: &str = "\
    svg { color: #1f2328; background: #ffffff; font: 12px system-ui, sans-serif; }\n\
    text { fill: currentColor; }\n\
    .name { font-size: 16px; font-weight: 600; }\n\
    .stage { font-weight: 600; }\n\
    .of, .day { font-size: 10.5px; opacity: .75; }\n\
    .month { font-weight: 600; }\n\
    .cell { stroke: #ffffff; stroke-width: 1; }\n\
    .cell.free { fill: #f0f2f4; }\n\
    .rest.free { fill: #e2e6ea; }\n\
    .low { fill: #c3e6cb; } .half { fill: #8fd19e; } .high { fill: #f5dd8a; } .full { fill: #eab308; }\n\
    .doubtful { fill: #d8b4fe; } .over { fill: #f87171; }\n\
    .rest { opacity: .72; }\n\
    .units { font-size: 11px; text-anchor: middle; fill: #1f2328; }\n\
    .mark { font-size: 10px; text-anchor: middle; fill: #1f2328; }\n\
    .closed { fill: #0969da; } .closed.outage { fill: #cf222e; } .closed.maintenance { fill: #6e7781; } .closed.some { opacity: .5; }\n\
    .today { fill: none; stroke: #0969da; stroke-width: 2; }\n\
    @media (prefers-color-scheme: dark) {\n\
      svg { color: #e6edf3; background: #0d1117; }\n\
      .cell { stroke: #0d1117; }\n\
      .cell.free { fill: #21262d; } .rest.free { fill: #161b22; }\n\
      .low { fill: #1f5130; } .half { fill: #2a7a46; } .high { fill: #7a6415; } .full { fill: #9e7a0a; }\n\
      .doubtful { fill: #6b3fa0; } .over { fill: #b62324; }\n\
      .units, .mark { fill: #e6edf3; }\n\
    }\n";

/// A self-contained SVG.
pub fn render(view: &Timeline) -> String {
    let mut body = String::new();
    let columns = view.columns.len() as f64;
    let grid = LABEL + columns * CELL.0;
    let width = (grid + 2.0 * MARGIN).max(TEXT.1);
    let mut y = MARGIN + HEAD;
    let top = y;
    let mut stage = None;
    for row in &view.environments {
        if stage != Some(&row.stage) {
            stage = Some(&row.stage);
            let text = label(&row.stage);
            let _ = writeln!(body, "  <text class=\"stage\" x=\"{MARGIN}\" y=\"{:.1}\">{text}</text>", y + 17.0);
            y += STAGE;
        }
        draw_row(&mut body, view, row, y);
        y += CELL.1;
    }
    if let Some(today) = view.columns.iter().position(|column| column.today).filter(|_| !view.environments.is_empty()) {
        let x = MARGIN + LABEL + today as f64 * CELL.0;
        let _ = writeln!(
            body,
            "  <rect class=\"today\" x=\"{x:.1}\" y=\"{:.1}\" width=\"{}\" height=\"{:.1}\"><title>today, {}</title></rect>",
            top - 18.0,
            CELL.0,
            y - top + 18.0,
            view.header.today
        );
    }
    y += LINE + 6.0;
    foot(&mut body, view, &mut y);
    let height = y + MARGIN;
    let name = name(view);
    let mut out = String::new();
    let _ = writeln!(
        out,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" role=\"img\" width=\"{width:.0}\" height=\"{height:.0}\" viewBox=\"0 0 {width:.0} {height:.0}\">"
    );
    let _ = writeln!(out, "  <title>{}</title>", html_escape(&name));
    let _ = writeln!(
        out,
        "  <desc>Units booked of each environment, the most at one time of each {}. {}.</desc>",
        view.by,
        plural(view.conflicts, "conflict")
    );
    let _ = writeln!(out, "  <style>\n{STYLE}  </style>");
    let _ =
        writeln!(out, "  <text class=\"name\" x=\"{MARGIN}\" y=\"{}\">{}</text>", MARGIN + 12.0, html_escape(&name));
    head(&mut out, view);
    out.push_str(&body);
    out.push_str("</svg>\n");
    out
}

fn name(view: &Timeline) -> String {
    let portfolio =
        view.portfolio.as_deref().map_or_else(|| "Portfolio".to_owned(), |name| sanitize(name).into_owned());
    format!("{portfolio}: environments {} to {}", view.from, view.to)
}

fn label(text: &str) -> String {
    let text = sanitize(text);
    html_escape(&truncate_to_width(&text, ID)).into_owned()
}

/// The months, and the day of each week or the days.
fn head(out: &mut String, view: &Timeline) {
    let mut month = None;
    let mut free_from = 0.0;
    for (index, column) in view.columns.iter().enumerate() {
        let x = MARGIN + LABEL + index as f64 * CELL.0;
        let named = (column.from.year(), column.from.month());
        if month != Some(named) && x >= free_from {
            let text = column.from.format("%B %Y").to_string();
            let _ = writeln!(out, "  <text class=\"month\" x=\"{x:.1}\" y=\"{}\">{text}</text>", MARGIN + HEAD - 40.0);
            free_from = x + 8.0 * display_width(&text) as f64;
            month = Some(named);
        }
        if view.by == "week" || column.from.weekday() == Weekday::Mon || index == 0 {
            let day = column.from.day();
            let _ = writeln!(out, "  <text class=\"day\" x=\"{x:.1}\" y=\"{}\">{day}</text>", MARGIN + HEAD - 24.0);
        }
    }
}

fn draw_row(out: &mut String, view: &Timeline, row: &Row, y: f64) {
    let text = y + CELL.1 / 2.0 + 4.0;
    let full = sanitize(row.name.as_deref().unwrap_or(&row.id)).into_owned();
    let _ = writeln!(
        out,
        "  <g><title>{}</title><text x=\"{:.1}\" y=\"{text:.1}\">{}</text><text class=\"of\" text-anchor=\"end\" x=\"{:.1}\" y=\"{text:.1}\">of {}</text></g>",
        html_escape(&full),
        MARGIN + 10.0,
        label(&row.id),
        MARGIN + LABEL - 8.0,
        row.capacity
    );
    for (index, (column, cell)) in view.columns.iter().zip(&row.cells).enumerate() {
        draw_cell(out, row, cell, column, (MARGIN + LABEL + index as f64 * CELL.0, y));
    }
}

fn draw_cell(out: &mut String, row: &Row, cell: &Cell, column: &Column, (x, y): (f64, f64)) {
    let load = Load::of(cell, row.capacity);
    let rest = if column.rest { " rest" } else { "" };
    let when =
        if column.from == column.to { column.from.to_string() } else { format!("{} to {}", column.from, column.to) };
    let title = format!("{}, {when}: {}", row.id, words(row, cell));
    let _ = write!(
        out,
        "  <g><title>{}</title><rect class=\"cell {}{rest}\" x=\"{x:.1}\" y=\"{y:.1}\" width=\"{}\" height=\"{}\"/>",
        html_escape(&sanitize(&title)),
        load.word(),
        CELL.0,
        CELL.1
    );
    let middle = x + CELL.0 / 2.0;
    if load != Load::Free {
        let sign = match load {
            Load::Over => "!",
            Load::Doubtful => "?",
            _ => "",
        };
        let _ =
            write!(out, "<text class=\"units\" x=\"{middle:.1}\" y=\"{:.1}\">{}{sign}</text>", y + 12.0, cell.units);
    }
    let mark = Mark::of(cell);
    if mark != Mark::None {
        let class = match mark {
            Mark::Outage => " outage",
            Mark::Maintenance => " maintenance",
            Mark::PartialFreeze => " some",
            Mark::Freeze | Mark::None => "",
        };
        let strip = y + CELL.1 - STRIP;
        let _ = write!(
            out,
            "<rect class=\"closed{class}\" x=\"{x:.1}\" y=\"{strip:.1}\" width=\"{}\" height=\"{STRIP}\"/>",
            CELL.0
        );
        let _ = write!(out, "<text class=\"mark\" x=\"{middle:.1}\" y=\"{:.1}\">{}</text>", y + 22.5, mark.glyph(true));
    }
    out.push_str("</g>\n");
}

/// The legend, and what is closed when.
fn foot(out: &mut String, view: &Timeline, y: &mut f64) {
    let mut x = MARGIN;
    let loads = [Load::Low, Load::Half, Load::High, Load::Full, Load::Over, Load::Doubtful];
    let names =
        ["up to a third", "up to two thirds", "nearly full", "full", "! more than there is", "? more, with drafts"];
    for (load, name) in loads.into_iter().zip(names) {
        let _ = writeln!(
            out,
            "  <rect class=\"cell {}\" x=\"{x:.0}\" y=\"{:.1}\" width=\"14\" height=\"14\"/><text class=\"day\" x=\"{:.0}\" y=\"{:.1}\">{name}</text>",
            load.word(),
            *y - 11.0,
            x + 19.0,
            *y
        );
        x += 19.0 + 6.5 * name.len() as f64 + 14.0;
    }
    *y += LINE;
    let marks = [Mark::Freeze, Mark::PartialFreeze, Mark::Outage, Mark::Maintenance];
    let words: Vec<String> = marks.iter().map(|mark| format!("{} {}", mark.glyph(true), mark.word())).collect();
    let _ = writeln!(out, "  <text class=\"day\" x=\"{MARGIN}\" y=\"{:.1}\">{}</text>", *y, words.join("   "));
    *y += LINE;
    let dates = Dates { today: view.header.today, weekdays: true };
    for one in view.closures.iter().filter(|one| one.kind != "maintenance").take(CLOSURES) {
        let text = format!("{} {}", Mark::of_closure(one).glyph(true), closure(one, dates));
        let text = sanitize(&text);
        let text = html_escape(&truncate_to_width(&text, TEXT.0)).into_owned();
        let _ = writeln!(out, "  <text x=\"{MARGIN}\" y=\"{:.1}\">{text}</text>", *y);
        *y += LINE;
    }
}
