//! Every environment and how it stands now.

use std::fmt::Write;

use comfy_table::{Cell, CellAlignment, Color, ColumnConstraint, ContentArrangement, Table, Width, presets};

use super::{Dates, address, conflicts, marked};
use crate::diagnostic::wording::plural;
use crate::render::Style;
use crate::render::paint::Paint;
use crate::render::text::{csv_field, markdown_escape, sanitize};
use crate::report::env::list::{EnvironmentView, List};

/// Narrower terminals get lines of this many columns.
const MIN_WIDTH: usize = 60;

/// A table for a terminal: a line for each environment, more where names are long.
pub fn human(list: &List, style: &Style) -> String {
    let style = Style { width: style.width.max(MIN_WIDTH), ..*style };
    let paint = Paint(style);
    let mut out = String::new();
    let name = list.portfolio.as_deref().map_or_else(String::new, |name| format!("{} — ", sanitize(name)));
    let head = format!("{name}environments as of {}", list.now.local.format("%a %Y-%m-%d %H:%M"));
    let _ = writeln!(out, "{}\n", paint.dim(&head));
    if list.environments.is_empty() {
        out.push_str("No environments to show.\n");
        return out;
    }
    out.push_str(&table(list, paint));
    let _ = writeln!(out, "\n{}", summary(list, paint));
    out
}

fn table(list: &List, paint: Paint) -> String {
    let mut table = Table::new();
    table.load_style(presets::NOTHING).set_content_arrangement(ContentArrangement::Dynamic);
    table.set_width(u16::try_from(paint.0.width).unwrap_or(u16::MAX));
    if paint.0.colour {
        table.enforce_styling();
    } else {
        table.force_no_tty();
    }
    table.set_header(["stage", "environment", "used", "free", "now and next"]);
    let mut stage = None;
    for environment in &list.environments {
        let again = stage == Some(&environment.stage);
        stage = Some(&environment.stage);
        table.add_row(row(environment, again, list, paint));
    }
    for column in table.column_iter_mut() {
        column.set_padding((0, 2));
    }
    // Words stand in one piece; what is booked has the rest of the line, and more lines.
    let widths = table.column_max_content_widths();
    for (index, most) in [(0, 14), (1, 24), (2, 8), (3, 17)] {
        if let Some(column) = table.column_mut(index) {
            let width = widths[index].min(most) + 2;
            column.set_constraint(ColumnConstraint::Absolute(Width::Fixed(width)));
        }
    }
    if let Some(column) = table.column_mut(2) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    table.trim_fmt() + "\n"
}

fn row(environment: &EnvironmentView, again: bool, list: &List, paint: Paint) -> Vec<Cell> {
    let cell = |text: &str, colour: Option<Color>| {
        let cell = Cell::new(text);
        match colour {
            Some(colour) if paint.0.colour => cell.fg(colour),
            _ => cell,
        }
    };
    let over = environment.units > environment.capacity;
    let full = environment.free_from.is_none_or(|free| free.instant > list.now.instant);
    let used = format!("{}/{}", environment.units, environment.capacity);
    let used_colour = if over { Some(Color::Red) } else { full.then_some(Color::Yellow) };
    let on_demand = if environment.provisioning == "on-demand" { "\n(on demand)" } else { "" };
    let lines = lines(environment, list);
    let lines: Vec<String> = lines.iter().map(|line| sanitize(line).into_owned()).collect();
    vec![
        cell(&if again { String::new() } else { sanitize(&environment.stage).into_owned() }, None),
        cell(&format!("{}{on_demand}", sanitize(&environment.id)), None),
        cell(&used, used_colour),
        cell(&free(environment, list), if full { Some(Color::Yellow) } else { Some(Color::Green) }),
        cell(&lines.join("\n"), (environment.conflicts > environment.tentative_conflicts).then_some(Color::Red)),
    ]
}

/// What is in it now, what comes next, and what is wrong.
fn lines(environment: &EnvironmentView, list: &List) -> Vec<String> {
    let dates = dates(list);
    let mut lines: Vec<String> =
        environment.outage_until.iter().map(|&end| format!("outage to {}", dates.until(end))).collect();
    for booking in &environment.bookings {
        lines.push(format!("{} to {}", marked(booking), dates.until(booking.to)));
    }
    lines.extend(environment.next.as_ref().map(|next| format!("next {} {}", dates.moment(next.from), marked(next))));
    let clashes = conflicts(environment.conflicts, environment.tentative_conflicts);
    lines.extend((!clashes.is_empty()).then(|| format!("conflicts: {clashes}")));
    lines
}

fn dates(list: &List) -> Dates {
    Dates { today: list.header.today, weekdays: false }
}

/// Since or from when a unit is free.
fn free(environment: &EnvironmentView, list: &List) -> String {
    match environment.free_from {
        None => "never".to_owned(),
        Some(free) if free.instant <= list.now.instant => "now".to_owned(),
        Some(free) => dates(list).moment(free),
    }
}

/// The last lines: how many, and what is worth a look.
fn summary(list: &List, paint: Paint) -> String {
    let count = list.environments.len();
    let used = list.environments.iter().filter(|environment| environment.units > 0).count();
    let clashes: usize = list.environments.iter().map(|environment| environment.conflicts).sum();
    let drafts: usize = list.environments.iter().map(|environment| environment.tentative_conflicts).sum();
    let mut out = format!("{} · {used} in use now", plural(count, "environment"));
    if clashes > 0 {
        let text = format!("{}: `relm env conflicts` shows who is there", plural(clashes, "conflict"));
        out.push('\n');
        out.push_str(&if clashes > drafts { paint.red(&text) } else { paint.yellow(&text) });
    }
    out
}

/// A table in Markdown.
pub fn markdown(list: &List) -> String {
    let mut out = String::new();
    let name = list.portfolio.as_deref().map_or_else(String::new, |name| format!("{}: ", markdown_escape(name)));
    let _ = writeln!(out, "# {name}environments as of {}\n", list.now.local.format("%Y-%m-%d %H:%M"));
    if list.environments.is_empty() {
        out.push_str("No environments to show.\n");
        return out;
    }
    out.push_str("| stage | environment | name | used | free | now and next |\n");
    out.push_str("|---|---|---|--:|---|---|\n");
    for environment in &list.environments {
        let cells = [
            environment.stage.clone(),
            environment.id.clone(),
            environment.name.clone().unwrap_or_default(),
            format!("{}/{}", environment.units, environment.capacity),
            free(environment, list),
        ];
        let mut cells: Vec<String> = cells.iter().map(|text| markdown_escape(text)).collect();
        let lines = lines(environment, list);
        cells.push(lines.iter().map(|line| markdown_escape(line)).collect::<Vec<_>>().join("<br>"));
        let _ = writeln!(out, "| {} |", cells.join(" | "));
    }
    out
}

const HEADER: &str = "environment,name,stage,owner,provisioning,time_zone,capacity,units,bookings,next,next_from,next_to,free_from,conflicts,tentative_conflicts,source\r\n";

/// A header and a line for each environment.
pub fn csv(list: &List) -> String {
    let mut out = HEADER.to_owned();
    for environment in &list.environments {
        let next = environment.next.as_ref();
        let text = |text: &Option<String>| text.clone().unwrap_or_default();
        let fields = [
            environment.id.clone(),
            text(&environment.name),
            environment.stage.clone(),
            text(&environment.owner),
            environment.provisioning.to_owned(),
            environment.time_zone.to_owned(),
            environment.capacity.to_string(),
            environment.units.to_string(),
            environment.bookings.iter().map(|booking| booking.name.as_str()).collect::<Vec<_>>().join("; "),
            next.map_or_else(String::new, |booking| booking.name.clone()),
            next.map_or_else(String::new, |booking| booking.from.to_rfc3339()),
            next.map_or_else(String::new, |booking| booking.to.to_rfc3339()),
            environment.free_from.map_or_else(String::new, super::Moment::to_rfc3339),
            environment.conflicts.to_string(),
            environment.tentative_conflicts.to_string(),
            environment.source.as_ref().map_or_else(String::new, address),
        ];
        let fields: Vec<_> = fields.iter().map(|field| csv_field(field)).collect();
        let _ = write!(out, "{}\r\n", fields.join(","));
    }
    out
}
