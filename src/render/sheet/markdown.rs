//! A sheet as Markdown.

use std::fmt::Write;

use super::{Body, Fact, Item, Sheet, Table, Tone};
use crate::render::text::{markdown_escape, markdown_sentence};

/// A heading for each section and each item, a list of what is to be said of it; tables stay tables.
pub fn render(sheet: &Sheet) -> String {
    if sheet.sections.is_empty() {
        return format!("{}\n", markdown_sentence(&sheet.nothing));
    }
    let mut out = format!("# {}\n", markdown_escape(&sheet.title));
    if !sheet.about.is_empty() {
        let _ = writeln!(out, "\n{}", markdown_escape(&sheet.about.join(" · ")));
    }
    for section in &sheet.sections {
        let _ = writeln!(out, "\n## {}\n", markdown_escape(&section.title));
        match &section.body {
            Body::Items(items) => {
                for (number, it) in items.iter().enumerate() {
                    out.push_str(if number == 0 { "" } else { "\n" });
                    item(&mut out, it);
                }
            }
            Body::Table(it) => table(&mut out, it),
            Body::Facts(facts) => facts.iter().for_each(|it| fact(&mut out, it)),
        }
    }
    out
}

fn item(out: &mut String, item: &Item) {
    let name = if item.name.is_empty() { String::new() } else { format!(": {}", markdown_escape(&item.name)) };
    let _ = writeln!(out, "### {}{name}\n", markdown_escape(&item.id));
    item.facts.iter().for_each(|it| fact(out, it));
}

fn fact(out: &mut String, fact: &Fact) {
    let label = if fact.label.is_empty() { String::new() } else { format!("{}: ", fact.label) };
    let _ = writeln!(out, "- {label}{}", toned(&fact.text, fact.tone));
}

/// What wants attention is bold.
fn toned(text: &str, tone: Tone) -> String {
    match tone {
        Tone::Warn | Tone::Bad if !text.is_empty() => format!("**{}**", markdown_sentence(text.trim())),
        _ => markdown_sentence(text),
    }
}

fn table(out: &mut String, table: &Table) {
    let heads: Vec<String> = table.columns.iter().map(|column| markdown_sentence(&column.head)).collect();
    let _ = writeln!(out, "| {} |\n|{}", heads.join(" | "), "---|".repeat(heads.len()));
    for row in &table.rows {
        let cells: Vec<String> = row.iter().map(|cell| toned(&cell.text, cell.tone)).collect();
        let _ = writeln!(out, "| {} |", cells.join(" | "));
    }
}
