//! A sheet as one self-contained page: no script, no address, one style that the page's own policy names by its hash.

use std::fmt::Write;

use super::{Body, Fact, Sheet, Table, Tone};
use crate::render::calendar::html::hash;
use crate::render::text::{html_escape, sanitize};

const STYLE: &str = include_str!("page.css");

/// The page.
pub fn render(sheet: &Sheet) -> String {
    let mut out = String::with_capacity(8 * 1024);
    out.push_str("<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n");
    let _ = writeln!(
        out,
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src '{}'; base-uri 'none'; form-action 'none'\">",
        hash(STYLE)
    );
    out.push_str("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n");
    out.push_str(
        "<meta name=\"color-scheme\" content=\"light dark\">\n<meta name=\"referrer\" content=\"no-referrer\">\n",
    );
    let _ = writeln!(out, "<title>{}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n<main>", text(&sheet.title));
    let _ = writeln!(out, "<h1>{}</h1>", text(&sheet.title));
    if !sheet.about.is_empty() {
        let _ = writeln!(out, "<p class=\"quiet\">{}</p>", text(&sheet.about.join(" · ")));
    }
    if sheet.sections.is_empty() {
        let _ = writeln!(out, "<p>{}</p>", sentence(&sheet.nothing));
    }
    for section in &sheet.sections {
        let _ = writeln!(out, "<section>\n<h2>{}</h2>", text(&section.title));
        match &section.body {
            Body::Items(items) => {
                for item in items {
                    let name = if item.name.is_empty() { String::new() } else { format!(" {}", text(&item.name)) };
                    let _ = writeln!(out, "<article>\n<h3><b>{}</b>{name}</h3>", text(&item.id));
                    facts(&mut out, &item.facts);
                    out.push_str("</article>\n");
                }
            }
            Body::Table(it) => table(&mut out, it),
            Body::Facts(it) => facts(&mut out, it),
        }
        out.push_str("</section>\n");
    }
    out.push_str("</main>\n</body>\n</html>\n");
    out
}

/// Text that shows as it is, its direction kept to itself.
pub(in crate::render) fn text(text: &str) -> String {
    format!("<bdi>{}</bdi>", html_escape(&sanitize(text))).replace("<bdi></bdi>", "")
}

/// The same, with code between backticks.
pub(in crate::render) fn sentence(text: &str) -> String {
    let text = sanitize(text);
    let parts: Vec<&str> = text.split('`').collect();
    if parts.len().is_multiple_of(2) {
        return html_escape(&text).into_owned();
    }
    parts.iter().enumerate().fold(String::new(), |mut out, (nth, part)| {
        let part = html_escape(part);
        let _ = if nth % 2 == 0 { write!(out, "{part}") } else { write!(out, "<code>{part}</code>") };
        out
    })
}

const fn class(tone: Tone) -> &'static str {
    match tone {
        Tone::Plain => "",
        Tone::Quiet => " class=\"quiet\"",
        Tone::Good => " class=\"good\"",
        Tone::Warn => " class=\"warn\"",
        Tone::Bad => " class=\"bad\"",
    }
}

/// Facts with a label as a list of terms, others as paragraphs before it.
fn facts(out: &mut String, facts: &[Fact]) {
    for fact in facts.iter().filter(|fact| fact.label.is_empty()) {
        let _ = writeln!(out, "<p{}>{}</p>", class(fact.tone), sentence(&fact.text));
    }
    let mut labelled = facts.iter().filter(|fact| !fact.label.is_empty()).peekable();
    if labelled.peek().is_none() {
        return;
    }
    out.push_str("<dl>\n");
    let mut before = "";
    for fact in labelled {
        if fact.label != before {
            let _ = writeln!(out, "<dt>{}</dt>", fact.label);
        }
        before = fact.label;
        let _ = writeln!(out, "<dd{}>{}</dd>", class(fact.tone), sentence(&fact.text));
    }
    out.push_str("</dl>\n");
}

fn table(out: &mut String, table: &Table) {
    out.push_str("<div class=\"wide\"><table>\n<thead><tr>");
    for column in &table.columns {
        let _ = write!(out, "<th scope=\"col\">{}</th>", sentence(&column.head));
    }
    out.push_str("</tr></thead>\n<tbody>\n");
    for row in &table.rows {
        out.push_str("<tr>");
        for (number, cell) in row.iter().enumerate() {
            let _ = if number == 0 {
                write!(out, "<th scope=\"row\">{}</th>", sentence(&cell.text))
            } else {
                write!(out, "<td{}>{}</td>", class(cell.tone), sentence(&cell.text))
            };
        }
        out.push_str("</tr>\n");
    }
    out.push_str("</tbody>\n</table></div>\n");
}
