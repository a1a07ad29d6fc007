//! What is wrong: a page of everything, and a section on the page of what it is about.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use super::html::{Tone, count, sentence, text, toned};
use super::layout::{Frame, Page, Tab};
use super::table::{Cell, Head, Table};
use super::{File, lists, names};
use crate::diagnostic::{Severity, Subject};
use crate::render::text::html_escape;
use crate::report::check::{FindingView, Place};

/// Findings on one page.
const ROWS: usize = 400;
/// Findings on the page of one object.
const FEW: usize = 60;
/// Related places of one finding.
const RELATED: usize = 3;

/// The pages of findings, the worst first.
pub fn pages(frame: &Frame, findings: &[FindingView]) -> Vec<File> {
    let page = frame.top(Tab::Findings);
    let sorted = sorted(findings);
    let [errors, warnings, notes] = frame.about.findings;
    let lead = if findings.is_empty() {
        "No rule is broken.".to_owned()
    } else {
        format!("{}, {}, {}.", count(errors, "error"), count(warnings, "warning"), count(notes, "note"))
    };
    lists::paged("findings", "Findings", sorted.len(), ROWS, |title, range, turn| {
        let mut main = format!("<h1>{}</h1>\n<p class=\"lead\">{lead}</p>\n{turn}", text(title));
        if sorted.is_empty() {
            main.push_str("<p class=\"panel calm\">The rules of this portfolio have nothing to say against it.</p>\n");
        } else {
            let known: BTreeSet<&str> = sorted[..range.start].iter().map(|finding| &*finding.rule).collect();
            table(&mut main, &page, sorted[range].iter().copied(), Some(known));
            main.push_str(turn);
        }
        page.render(title, &main)
    })
}

/// All findings in the order of their pages.
fn sorted(findings: &[FindingView]) -> Vec<&FindingView> {
    let mut sorted: Vec<&FindingView> = findings.iter().collect();
    sorted.sort_by_key(|finding| std::cmp::Reverse(finding.severity));
    sorted
}

/// The rules that are broken, by name: how often, and the address of the first finding.
pub fn by_rule(findings: &[FindingView]) -> Vec<(String, usize, String)> {
    let mut found: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
    for (place, finding) in sorted(findings).into_iter().enumerate() {
        found.entry(&finding.rule).or_insert((place, 0)).1 += 1;
    }
    let address = |rule: &str, place: usize| {
        format!("{}#{}", lists::page_name("findings", place / ROWS), names::anchor("rule", rule))
    };
    found.into_iter().map(|(rule, (place, count))| (rule.to_owned(), count, address(rule, place))).collect()
}

/// The findings about one object.
pub fn of_one(out: &mut String, page: &Page<'_>, findings: &[FindingView]) {
    if findings.is_empty() {
        return;
    }
    let _ = writeln!(out, "<h2>Findings <small>{}</small></h2>", findings.len());
    table(out, page, findings.iter().take(FEW), None);
    if findings.len() > FEW {
        let _ = writeln!(out, "<p class=\"quiet\">And {} more on the page of findings.</p>", findings.len() - FEW);
    }
}

/// The table. The first finding of each rule that is not `known` from pages before can be linked to.
fn table<'v>(
    out: &mut String,
    page: &Page<'_>,
    findings: impl Iterator<Item = &'v FindingView>,
    mut known: Option<BTreeSet<&'v str>>,
) {
    out.push_str("<section class=\"panel\" aria-label=\"Findings\"><div class=\"wide\" role=\"region\" aria-label=\"Findings\" tabindex=\"0\">");
    let heads = ["How bad", "What is wrong", "About", "Rule", "Written at"].map(Head::new).to_vec();
    let mut rows = Table::open(out, "findings", "Findings, the worst first", heads);
    for finding in findings {
        let severity = match finding.severity {
            Severity::Error => toned("error", Tone::Bad),
            Severity::Warning => toned("warning", Tone::Warn),
            Severity::Info => toned("note", Tone::Plain),
        };
        let help = finding
            .help
            .as_deref()
            .map_or_else(String::new, |help| format!("<p class=\"quiet\">{}</p>", sentence(help)));
        let related = finding.distinct_related().take(RELATED);
        let related =
            related.map(|it| format!("<p class=\"quiet\">{} {}</p>", sentence(&it.message), written(&it.place)));
        let related = related.collect::<Vec<_>>().concat();
        let is_first = known.as_mut().is_some_and(|known| known.insert(&finding.rule));
        let id = if is_first { format!("id=\"{}\"", names::anchor("rule", &finding.rule)) } else { String::new() };
        rows.row(
            &id,
            vec![
                Cell::new(severity),
                Cell::head(format!("<p>{}</p>{help}{related}", sentence(&finding.message))),
                Cell::new(about(page, &finding.subject)),
                Cell::new(format!("<code>{}</code>", text(&finding.rule))),
                Cell::new(written(&finding.place)),
            ],
        );
    }
    rows.close();
    out.push_str("</div></section>\n");
}

fn about(page: &Page<'_>, subject: &Subject) -> String {
    let path = if subject.path.is_empty() {
        String::new()
    } else {
        format!(" <span class=\"quiet\">{}</span>", text(&subject.path))
    };
    let label = if subject.id.is_empty() { &subject.kind } else { &subject.id };
    format!("{}{path}", page.link(&subject.kind, &subject.id, label))
}

fn written(place: &Place) -> String {
    let line = if place.located { format!(":{}", place.start.line) } else { String::new() };
    format!("<span class=\"place\">{}{line}</span>", html_escape(&place.file))
}
