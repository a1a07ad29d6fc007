//! How well environments are used.

use std::fmt::Write;

use super::Dates;
use super::grid::{self, Cell, Line, at_least, bar, money, not_known, number, percent};
use crate::render::Style;
use crate::render::paint::Paint;
use crate::render::text::{csv_field, markdown_escape, sanitize, wrap, wrap_hanging};
use crate::report::env::usage::{Idle, MissingView, Row, Usage};

/// Narrower terminals get lines of this many columns.
const MIN_WIDTH: usize = 60;
/// From this width on there is room for more.
const WIDE: usize = 110;
/// Environments that a note lists before the rest is counted.
const LISTED: usize = 8;

/// A table with bars, the total, and what is unknown for want of what.
pub fn human(view: &Usage, style: &Style) -> String {
    let style = Style { width: style.width.max(MIN_WIDTH), ..*style };
    let paint = Paint(style);
    let mut out = String::new();
    let name = view.portfolio.as_deref().map_or_else(String::new, |name| format!("{} — ", sanitize(name)));
    let head = wrap(&format!("{name}use of environments {}", period(view)), style.width);
    let _ = writeln!(out, "{}\n", paint.dim(&head));
    if view.rows.is_empty() {
        out.push_str(if view.by == "team" { "Nobody asks for anything.\n" } else { "No environments to show.\n" });
        return out;
    }
    out.push_str(&if view.by == "team" { teams(view, paint) } else { table(view, paint) });
    let notes = notes(view);
    if !notes.is_empty() {
        out.push('\n');
    }
    for note in notes {
        let text = wrap_hanging(&sanitize(&note), style.width, style.width - 2).replace('\n', "\n  ");
        let _ = writeln!(out, "{}", paint.dim(&text));
    }
    out
}

/// `2026-08-01 – 2026-10-31, the last three full months`.
fn period(view: &Usage) -> String {
    let chosen = view.period.as_deref().map_or_else(String::new, |chosen| format!(", {chosen}"));
    format!("{} – {}{chosen}", view.from, view.to)
}

fn table(view: &Usage, paint: Paint) -> String {
    let wide = paint.0.width >= WIDE;
    let cost = view.currency.as_deref().map_or_else(|| "cost".to_owned(), |currency| format!("cost {currency}"));
    let mut head = vec![view.by, "used", "", "over", "longest idle", "uses", "set-ups", "effort", &cost];
    head.extend(wide.then_some("drafts"));
    if !wide {
        head[4] = "idle";
    }
    let mut lines = Vec::new();
    let mut stage = None;
    for row in &view.rows {
        if view.by == "environment" && stage != Some(&row.stage) {
            stage = Some(&row.stage);
            lines.push(Line::Heading(row.stage.clone().unwrap_or_default()));
        }
        let indent = if view.by == "environment" { "  " } else { "" };
        let name = format!("{indent}{}", row.id.as_deref().unwrap_or_default());
        lines.push(line(view, row, Cell::plain(name), wide, paint));
    }
    if view.rows.len() > 1 {
        lines.push(line(view, &view.total, Cell::with("all", "1"), wide, paint));
    }
    grid::render(&head, &lines, &[1, 3, 5, 6, 7, 8, 9], paint)
}

fn line(view: &Usage, row: &Row, name: Cell, wide: bool, paint: Paint) -> Line {
    let used = row.utilisation.unwrap_or_default();
    let colour = if used > 0.85 { "33" } else { "32" };
    let columns = if wide { 20 } else { 8 };
    let bar = if row.utilisation.is_some() { bar(used, columns, paint.0.unicode) } else { String::new() };
    let over = row.contention.unwrap_or_default() > 0.0;
    let drafts = match (row.tentative_hours, row.available_hours) {
        (Some(drafts), Some(available)) if drafts > 0.0 && available > 0.0 => {
            format!("+{}", percent(Some(drafts / available)))
        }
        _ => String::new(),
    };
    let count = |count: Option<u32>| count.map_or_else(not_known, |count| count.to_string());
    let mut cells = vec![
        name,
        Cell::plain(percent(row.utilisation)),
        Cell::with(bar, colour),
        Cell::with(percent(row.contention), if over { "31" } else { "" }),
        Cell::plain(row.longest_idle.as_ref().map_or_else(|| "none".to_owned(), |idle| longest(view, row, idle, wide))),
        Cell::plain(count(row.uses)),
        Cell::plain(count(row.setups)),
        Cell::plain(row.setup_person_days.map_or_else(not_known, |days| format!("{}pd", number(days)))),
        Cell::plain(cost(row, paint.0.unicode)),
    ];
    cells.extend(wide.then(|| Cell::with(drafts, "2")));
    Line::Cells(cells)
}

/// What it costs, or how much at least.
fn cost(row: &Row, unicode: bool) -> String {
    match (row.cost, row.known_cost) {
        (Some(cost), _) => money(cost),
        (None, Some(known)) if known > 0.0 => at_least(known, unicode),
        (None, _) => not_known(),
    }
}

/// `17 d`, with more where there is room.
fn longest(view: &Usage, row: &Row, idle: &Idle, wide: bool) -> String {
    let days = format!("{} d", number(idle.days));
    if !wide {
        return days;
    }
    let dates = Dates { today: view.header.today, weekdays: false };
    let place = if row.environments > 1 { format!(" {}", idle.environment) } else { String::new() };
    format!("{days}{place} from {}", dates.day(idle.from.local.date()))
}

fn teams(view: &Usage, paint: Paint) -> String {
    let columns = if paint.0.width >= WIDE { 40 } else { 20 };
    let lines: Vec<Line> = view
        .rows
        .iter()
        .map(|row| {
            let name = match &row.id {
                Some(team) => Cell::plain(team),
                None => Cell::with("(nobody in particular)", "2"),
            };
            Line::Cells(vec![
                name,
                Cell::plain(number(row.demanded_hours / 24.0)),
                Cell::plain(percent(row.share)),
                Cell::with(bar(row.share.unwrap_or_default(), columns, paint.0.unicode), "36"),
            ])
        })
        .collect();
    grid::render(&["team", "unit-days", "share", ""], &lines, &[1, 2], paint)
}

/// What the columns mean, what drafts would add, and what is missing.
fn notes(view: &Usage) -> Vec<String> {
    if view.by == "team" {
        return vec![
            "unit-days: days of one unit of the capacity that a team's phases and bookings ask for, setting up included; drafts are left out".to_owned(),
        ];
    }
    let mut notes = vec![
        "used: booked of what there is · over: demand above the capacity, of the demand · idle: the longest stretch without a booking".to_owned(),
    ];
    let drafts = view.total.tentative_hours.unwrap_or_default();
    if drafts > 0.0 {
        notes.push(format!("drafts are left out; they would add {} unit-days", number(drafts / 24.0)));
    }
    notes.extend(view.missing.iter().map(missing));
    notes
}

/// Which column is unknown for want of which key, and where it should stand.
fn missing(missing: &MissingView) -> String {
    let what: Vec<&str> = missing.hides.iter().map(|hides| if *hides == "cost" { "cost" } else { "effort" }).collect();
    let mut ids: Vec<&str> = missing.environments.iter().map(String::as_str).collect();
    let more = ids.len().saturating_sub(LISTED);
    ids.truncate(LISTED);
    let place = match (ids.is_empty(), more) {
        (true, _) => "relm.yaml".to_owned(),
        (false, 0) => ids.join(", "),
        (false, more) => format!("{} and {more} more", ids.join(", ")),
    };
    format!("{} n/a: no `{}` in {place}", what.join(" and "), missing.input)
}

/// A table in Markdown.
pub fn markdown(view: &Usage) -> String {
    let mut out = String::new();
    let name = view.portfolio.as_deref().map_or_else(String::new, |name| format!("{}: ", markdown_escape(name)));
    let _ = writeln!(out, "# {name}use of environments {}\n", period(view));
    if view.rows.is_empty() {
        out.push_str("Nothing to show.\n");
        return out;
    }
    if view.by == "team" {
        out.push_str("| team | unit-days | share |\n|---|--:|--:|\n");
        for row in &view.rows {
            let team = row.id.as_deref().map_or_else(|| "nobody in particular".to_owned(), markdown_escape);
            let _ = writeln!(out, "| {team} | {} | {} |", number(row.demanded_hours / 24.0), percent(row.share));
        }
    } else {
        let currency = view.currency.as_deref().map_or_else(String::new, |it| format!(" {}", markdown_escape(it)));
        let _ = writeln!(
            out,
            "| {} | used | over | longest idle | uses | set-ups | effort | cost{currency} |\n|---|--:|--:|---|--:|--:|--:|--:|",
            view.by
        );
        let total = (view.rows.len() > 1).then_some(&view.total);
        for row in view.rows.iter().chain(total) {
            let count = |count: Option<u32>| count.map_or_else(not_known, |count| count.to_string());
            let idle =
                row.longest_idle.as_ref().map_or_else(|| "none".to_owned(), |idle| longest(view, row, idle, true));
            let _ = writeln!(
                out,
                "| {} | {} | {} | {} | {} | {} | {} | {} |",
                row.id.as_deref().map_or_else(|| "**all**".to_owned(), markdown_escape),
                markdown_escape(&percent(row.utilisation)),
                markdown_escape(&percent(row.contention)),
                markdown_escape(&idle),
                count(row.uses),
                count(row.setups),
                row.setup_person_days.map_or_else(not_known, |days| format!("{}pd", number(days))),
                cost(row, true),
            );
        }
    }
    out.push('\n');
    for note in notes(view) {
        let _ = writeln!(out, "- {}", crate::render::text::markdown_sentence(&note));
    }
    out
}

const HEADER: &str = "from,to,by,id,stage,environments,available_hours,booked_hours,demanded_hours,above_hours,tentative_hours,utilisation,idle,contention,share,longest_idle_environment,longest_idle_from,longest_idle_to,longest_idle_days,uses,setups,setup_person_days,cost,known_cost,currency\r\n";

/// A header and a line for each row, without the total. What cannot be told is empty.
pub fn csv(view: &Usage) -> String {
    let mut out = HEADER.to_owned();
    let known = |number: Option<f64>| number.map_or_else(String::new, |number| number.to_string());
    let count = |count: Option<u32>| count.map_or_else(String::new, |count| count.to_string());
    for row in &view.rows {
        let idle = row.longest_idle.as_ref();
        let fields = [
            view.from.to_string(),
            view.to.to_string(),
            view.by.to_owned(),
            row.id.clone().unwrap_or_default(),
            row.stage.clone().unwrap_or_default(),
            row.environments.to_string(),
            known(row.available_hours),
            known(row.booked_hours),
            row.demanded_hours.to_string(),
            known(row.above_hours),
            known(row.tentative_hours),
            known(row.utilisation),
            known(row.idle),
            known(row.contention),
            known(row.share),
            idle.map_or_else(String::new, |idle| idle.environment.clone()),
            idle.map_or_else(String::new, |idle| idle.from.to_rfc3339()),
            idle.map_or_else(String::new, |idle| idle.to.to_rfc3339()),
            known(idle.map(|idle| idle.days)),
            count(row.uses),
            count(row.setups),
            known(row.setup_person_days),
            known(row.cost),
            known(row.known_cost),
            view.currency.clone().unwrap_or_default(),
        ];
        let fields: Vec<_> = fields.iter().map(|field| csv_field(field)).collect();
        let _ = write!(out, "{}\r\n", fields.join(","));
    }
    out
}
