//! How full environments are, as cells over days.

use std::fmt::Write;

use chrono::{Datelike, NaiveDate, Weekday};

use super::layout::Page;
use super::table::{self, Head, Table};
use crate::render::env::schedule::{load_word, words};
use crate::render::text::{html_escape, sanitize};
use crate::report::env::schedule::{Cell, Column, Row, Timeline};

/// A table of environments with a strip of days each.
pub fn strip(out: &mut String, page: &Page<'_>, view: &Timeline) {
    let caption = format!("Use of environments from {} to {}, day by day", view.from, view.to);
    let heads = vec![Head::new("Environment"), Head::new("Most used"), Head::picture("Days", axis(&view.columns))];
    let mut rows = Table::open(out, "lines heat", &caption, heads);
    for row in &view.environments {
        let most = row.cells.iter().map(|cell| cell.units).max().unwrap_or(0);
        let conflict = row.cells.iter().any(|cell| cell.conflict.is_some());
        let sign =
            if conflict { " <span class=\"pill bad\"><span aria-hidden=\"true\">!</span> conflict</span>" } else { "" };
        let name = page.link("environment", &row.id, &row.id);
        rows.row(
            "",
            vec![
                table::Cell::head(format!(
                    "{name} <span class=\"quiet\">{}</span>",
                    html_escape(&sanitize(&row.stage))
                )),
                table::Cell::when(format!("{most} of {}{sign}", row.capacity)),
                table::Cell::picture(days(view, row)),
            ],
        );
    }
    rows.close();
    key(out);
}

/// What the colours mean.
pub fn key(out: &mut String) {
    out.push_str("<p class=\"quiet key\">");
    let names = [
        ("low", "up to a third"),
        ("half", "up to two thirds"),
        ("high", "nearly full"),
        ("full", "full"),
        ("over", "! more than there is"),
        ("doubtful", "? more, with drafts"),
    ];
    for (load, name) in names {
        let _ = write!(
            out,
            "<svg class=\"cells\" width=\"12\" height=\"12\" aria-hidden=\"true\"><rect class=\"{load}\" width=\"12\" height=\"12\"/></svg> {name} "
        );
    }
    out.push_str("· line below: closed by a freeze, an outage or maintenance</p>\n");
}

fn axis(columns: &[Column]) -> String {
    let mut out = String::from("<svg class=\"axis\" width=\"100%\" height=\"20\" aria-hidden=\"true\">");
    let width = 100.0 / columns.len().max(1) as f64;
    for (place, column) in columns.iter().enumerate() {
        if column.from.weekday() == Weekday::Mon {
            let x = place as f64 * width;
            let _ = write!(
                out,
                "<line x1=\"{x:.2}%\" x2=\"{x:.2}%\" y1=\"2\" y2=\"20\"/><text x=\"{x:.2}%\" dx=\"3\" y=\"14\">{}</text>",
                column.from.format("%-d %b")
            );
        }
    }
    out.push_str("</svg>");
    out
}

fn days(view: &Timeline, row: &Row) -> String {
    let width = 100.0 / view.columns.len().max(1) as f64;
    let busy = row.cells.iter().filter(|cell| cell.units > 0).count();
    let mut out = format!(
        "<svg class=\"cells\" width=\"100%\" height=\"22\" role=\"img\"><title>{}: in use on {busy} of {} days</title>",
        html_escape(&sanitize(&row.id)),
        row.cells.len()
    );
    for (place, (column, cell)) in view.columns.iter().zip(&row.cells).enumerate() {
        let x = place as f64 * width;
        draw(&mut out, row, cell, column, (&format!("{x:.2}%"), "1"), (&format!("{:.2}%", width * 0.94), "18"));
        if let Some(sign) = sign(cell, row) {
            let _ = write!(out, "<text x=\"{:.2}%\" y=\"14\" text-anchor=\"middle\">{sign}</text>", x + width * 0.47);
        }
        if closed(cell) {
            let _ = write!(
                out,
                "<rect class=\"closed\" x=\"{x:.2}%\" y=\"19\" width=\"{:.2}%\" height=\"3\"/>",
                width * 0.94
            );
        }
        if column.today {
            let _ = write!(out, "<line class=\"now\" x1=\"{x:.2}%\" x2=\"{x:.2}%\" y1=\"0\" y2=\"22\"/>");
        }
    }
    out.push_str("</svg>");
    out
}

/// A cell with what it says when asked; what says nothing is not drawn.
fn draw(
    out: &mut String,
    row: &Row,
    cell: &Cell,
    column: &Column,
    (x, y): (&str, &str),
    (width, height): (&str, &str),
) {
    let rest = if column.rest { " rest" } else { "" };
    let load = load_word(cell, row.capacity);
    let _ = write!(out, "<rect class=\"{load}{rest}\" x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{height}\">");
    if cell.units > 0 || closed(cell) {
        let title = format!("{}: {}", column.from.format("%a %-d %b %Y"), words(row, cell));
        let _ = write!(out, "<title>{}</title>", html_escape(&sanitize(&title)));
    }
    out.push_str("</rect>");
}

fn closed(cell: &Cell) -> bool {
    cell.outage || cell.maintenance || !cell.freezes.is_empty()
}

fn sign(cell: &Cell, row: &Row) -> Option<&'static str> {
    match load_word(cell, row.capacity) {
        "over" => Some("!"),
        "doubtful" => Some("?"),
        _ => None,
    }
}

/// A cell of the heat map of a year, and the room around it.
const SIDE: usize = 13;
const STEP: usize = 15;
/// Room for the names of days and months.
const LEFT: usize = 30;
const TOP: usize = 18;

/// A year of one environment: a column a week, a row a weekday. With a table by week below for who cannot see it.
pub fn year(out: &mut String, view: &Timeline) {
    let Some(row) = view.environments.first() else { return };
    let weeks = view.columns.len().div_ceil(7);
    let (width, height) = (LEFT + weeks * STEP, TOP + 7 * STEP);
    let _ = write!(
        out,
        "<div class=\"wide\" role=\"region\" aria-label=\"Heat map\" tabindex=\"0\"><svg class=\"cells year\" viewBox=\"0 0 {width} {height}\" role=\"img\" aria-labelledby=\"heat-title heat-desc\">\
         <title id=\"heat-title\">How full {} is, day by day</title><desc id=\"heat-desc\">A column a week from {} to {}, a row a day from Monday to Sunday. The table below says the same by week.</desc>",
        html_escape(&sanitize(&row.id)),
        view.from.format("%-d %b %Y"),
        view.to.format("%-d %b %Y")
    );
    for (name, day) in [("Mon", 0), ("Wed", 2), ("Fri", 4), ("Sun", 6)] {
        let _ = write!(out, "<text x=\"0\" y=\"{}\">{name}</text>", TOP + day * STEP + 10);
    }
    let mut month: Option<NaiveDate> = None;
    for (place, (column, cell)) in view.columns.iter().zip(&row.cells).enumerate() {
        let (week, day) = (place / 7, place % 7);
        let (x, y) = (LEFT + week * STEP, TOP + day * STEP);
        if day == 0 && month.is_none_or(|month| month.month() != column.from.month()) && week + 2 < weeks {
            let _ = write!(out, "<text x=\"{x}\" y=\"11\">{}</text>", column.from.format("%b"));
            month = Some(column.from);
        }
        let side = SIDE.to_string();
        draw(out, row, cell, column, (&x.to_string(), &y.to_string()), (&side, &side));
        if let Some(sign) = sign(cell, row) {
            let _ = write!(
                out,
                "<text class=\"sign\" x=\"{}\" y=\"{}\" text-anchor=\"middle\">{sign}</text>",
                x + SIDE / 2,
                y + 10
            );
        }
        if closed(cell) {
            let _ =
                write!(out, "<rect class=\"closed\" x=\"{x}\" y=\"{}\" width=\"{SIDE}\" height=\"3\"/>", y + SIDE - 3);
        }
        if column.today {
            let _ = write!(
                out,
                "<rect class=\"today\" x=\"{x}\" y=\"{y}\" width=\"{SIDE}\" height=\"{SIDE}\"><title>today</title></rect>"
            );
        }
    }
    out.push_str("</svg></div>\n");
    key(out);
    weeks_table(out, view, row);
}

fn weeks_table(out: &mut String, view: &Timeline, row: &Row) {
    out.push_str(
        "<details><summary>The same by week</summary><table>\n<caption class=\"sr\">Most units in use, by week</caption>\n\
         <thead><tr><th scope=\"col\">Week from</th><th scope=\"col\">Most in use</th><th scope=\"col\">Days in use</th><th scope=\"col\">Conflict</th><th scope=\"col\">Closed days</th></tr></thead>\n<tbody>\n",
    );
    for (columns, cells) in view.columns.chunks(7).zip(row.cells.chunks(7)) {
        let Some(first) = columns.first() else { continue };
        let most = cells.iter().map(|cell| cell.units).max().unwrap_or(0);
        let busy = cells.iter().filter(|cell| cell.units > 0).count();
        let shut = cells.iter().filter(|cell| closed(cell)).count();
        if busy + shut == 0 {
            continue;
        }
        let conflict = cells.iter().find_map(|cell| cell.conflict).unwrap_or("none");
        let _ = writeln!(
            out,
            "<tr><th scope=\"row\">{}</th><td>{most} of {}</td><td>{busy}</td><td>{conflict}</td><td>{shut}</td></tr>",
            super::html::day(first.from),
            row.capacity
        );
    }
    out.push_str("</tbody>\n</table></details>\n");
}
