//! A sheet for a terminal.

use std::fmt::Write;

use super::{Body, Cell, Fact, Item, Sheet, Table, Tone};
use crate::render::Style;
use crate::render::paint::Paint;
use crate::render::text::{display_width, sanitize, wrap};

/// Narrower terminals get lines of this many columns.
const MIN_WIDTH: usize = 60;
/// What stands below something is set in by so many columns.
const INDENT: usize = 4;

/// Sections below each other, nothing wider than the terminal but what cannot be broken.
pub fn render(sheet: &Sheet, style: &Style) -> String {
    let paint = Paint(Style { width: style.width.max(MIN_WIDTH), ..*style });
    if sheet.sections.is_empty() {
        return format!("{}\n", wrap(&sanitize(&sheet.nothing), paint.0.width));
    }
    let mut out = String::new();
    let head = std::iter::once(&sheet.title).chain(&sheet.about).cloned().collect::<Vec<_>>().join(" · ");
    for line in wrap(&sanitize(&head), paint.0.width).lines() {
        let _ = writeln!(out, "{}", paint.dim(line));
    }
    for section in &sheet.sections {
        let _ = writeln!(out, "\n{}", paint.bold(&sanitize(&section.title)));
        match &section.body {
            Body::Items(items) => items.iter().for_each(|it| item(&mut out, it, labels(items.iter()), paint)),
            Body::Table(it) => table(&mut out, it, paint),
            Body::Facts(facts) => {
                let width = facts.iter().map(|fact| display_width(fact.label)).max().unwrap_or(0);
                for it in facts {
                    fact(&mut out, it, 0, width, paint);
                }
            }
        }
    }
    out
}

fn labels<'s>(items: impl Iterator<Item = &'s Item>) -> usize {
    items.flat_map(|item| &item.facts).map(|fact| display_width(fact.label)).max().unwrap_or(0)
}

fn item(out: &mut String, item: &Item, labels: usize, paint: Paint) {
    let id = sanitize(&item.id);
    let name = wrap(&sanitize(&item.name), paint.0.width.saturating_sub(display_width(&id) + 2).max(20));
    let mut lines = name.lines();
    let first = lines.next().filter(|line| !line.is_empty()).map(|line| format!("  {line}")).unwrap_or_default();
    let _ = writeln!(out, "{}{first}", paint.bold(&id));
    for line in lines {
        let _ = writeln!(out, "{:indent$}{line}", "", indent = display_width(&id) + 2);
    }
    item.facts.iter().for_each(|it| fact(out, it, INDENT, labels, paint));
}

/// A fact, its further lines below its text.
fn fact(out: &mut String, fact: &Fact, indent: usize, labels: usize, paint: Paint) {
    let hang = if fact.label.is_empty() { indent } else { indent + labels + 2 };
    let text = wrap(&sanitize(&fact.text), paint.0.width.saturating_sub(hang).max(20));
    for (number, line) in text.lines().enumerate() {
        let lead = if number == 0 && hang > indent {
            format!("{:indent$}{}  ", "", paint.dim(&format!("{:labels$}", fact.label)))
        } else {
            " ".repeat(hang)
        };
        let _ = writeln!(out, "{lead}{}", toned(line, fact.tone, paint));
    }
}

fn toned(text: &str, tone: Tone, paint: Paint) -> String {
    match tone {
        Tone::Plain => text.to_owned(),
        Tone::Quiet => paint.dim(text),
        Tone::Good => paint.green(text),
        Tone::Warn => paint.yellow(text),
        Tone::Bad => paint.red(text),
    }
}

/// Columns side by side where they fit; else as many of the last as must stand below, first of those that can.
fn table(out: &mut String, table: &Table, paint: Paint) {
    let width = |column: usize| {
        let cells = table.rows.iter().map(|row| display_width(&sanitize(&row[column].text)));
        cells.chain([display_width(&sanitize(&table.columns[column].head))]).max().unwrap_or(0)
    };
    let widths: Vec<usize> = (0..table.columns.len()).map(width).collect();
    let fits = |shown: &[usize]| shown.iter().map(|&column| widths[column] + 2).sum::<usize>() <= paint.0.width + 2;
    let mut shown: Vec<usize> = (0..table.columns.len()).collect();
    while let Some(last) = shown.iter().rposition(|&column| table.columns[column].below).filter(|_| !fits(&shown)) {
        shown.remove(last);
    }
    while shown.len() > 1 && !fits(&shown) {
        shown.pop();
    }
    let line = |text: &dyn Fn(usize) -> String, paint: &dyn Fn(usize, &str) -> String| {
        let mut line = String::new();
        for (place, &column) in shown.iter().enumerate() {
            let text = text(column);
            let pad = widths[column].saturating_sub(display_width(&text)) + 2;
            line.push_str(&paint(column, &text));
            if place + 1 < shown.len() {
                line.push_str(&" ".repeat(pad));
            }
        }
        line.trim_end().to_owned()
    };
    let heads = line(&|column| sanitize(&table.columns[column].head).into_owned(), &|_, text| text.to_owned());
    let _ = writeln!(out, "{}", paint.dim(&heads));
    for row in &table.rows {
        let text = |column: usize| sanitize(&row[column].text).into_owned();
        let paints = |column: usize, text: &str| match column {
            0 => paint.bold(text),
            _ => toned(text, row[column].tone, paint),
        };
        let _ = writeln!(out, "{}", line(&text, &paints));
        let rest = row.iter().enumerate().filter(|(column, cell)| !shown.contains(column) && !cell.text.is_empty());
        below(out, &rest.map(|(_, cell)| cell).collect::<Vec<_>>(), paint);
    }
}

/// The cells that have no room in the row.
fn below(out: &mut String, cells: &[&Cell], paint: Paint) {
    let texts: Vec<_> = cells.iter().map(|cell| sanitize(&cell.text)).collect();
    for line in wrap(&texts.join(" · "), paint.0.width - INDENT).lines() {
        let _ = writeln!(out, "{:INDENT$}{}", "", paint.dim(line));
    }
}
