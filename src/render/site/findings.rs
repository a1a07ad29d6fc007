//! What is wrong: a page of everything, and a section on the page of what it is about.

use std::fmt::Write;

use super::html::{Tone, count, sentence, text, toned};
use super::layout::{Frame, Page, Tab};
use super::{File, lists};
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
    let mut sorted: Vec<&FindingView> = findings.iter().collect();
    sorted.sort_by_key(|finding| std::cmp::Reverse(finding.severity));
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
            table(&mut main, &page, sorted[range].iter().copied());
            main.push_str(turn);
        }
        page.render(title, &main)
    })
}

/// The findings about one object.
pub fn of_one(out: &mut String, page: &Page<'_>, findings: &[FindingView]) {
    if findings.is_empty() {
        return;
    }
    let _ = writeln!(out, "<h2>Findings <small>{}</small></h2>", findings.len());
    table(out, page, findings.iter().take(FEW));
    if findings.len() > FEW {
        let _ = writeln!(out, "<p class=\"quiet\">And {} more on the page of findings.</p>", findings.len() - FEW);
    }
}

fn table<'v>(out: &mut String, page: &Page<'_>, findings: impl Iterator<Item = &'v FindingView>) {
    out.push_str(
        "<section class=\"panel\" aria-label=\"Findings\"><div class=\"wide\" role=\"region\" aria-label=\"Findings\" tabindex=\"0\"><table class=\"stack\">\n<caption class=\"sr\">Findings, the worst first</caption>\n\
         <thead><tr><th scope=\"col\">How bad</th><th scope=\"col\">What is wrong</th><th scope=\"col\">About</th><th scope=\"col\">Rule</th><th scope=\"col\">Written at</th></tr></thead>\n<tbody>\n",
    );
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
        let _ = writeln!(
            out,
            "<tr><td>{severity}</td><th scope=\"row\"><p>{}</p>{help}{related}</th><td>{}</td><td><code>{}</code></td><td>{}</td></tr>",
            sentence(&finding.message),
            about(page, &finding.subject),
            text(&finding.rule),
            written(&finding.place)
        );
    }
    out.push_str("</tbody>\n</table></div></section>\n");
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
