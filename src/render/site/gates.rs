//! Gates on the page of a release: what is met, who approved, and what the history proves of it.

use std::fmt::Write;

use super::html::{Tone, away, day, moment, pill, sentence, text, toned};
use super::layout::Page;
use super::names;
use crate::report::gate::criteria::CriterionView;
use crate::report::gate::show::Show;
use crate::report::gate::verify::Entry;
use crate::report::gate::words::Statement;

/// Every gate of a release.
pub fn section(out: &mut String, page: &Page<'_>, gates: &[Show]) {
    if gates.is_empty() {
        return;
    }
    out.push_str(
        "<section aria-labelledby=\"gates\"><h2 id=\"gates\">Gates and approvals</h2>\n<div class=\"gates\">\n",
    );
    for gate in gates {
        article(out, page, gate);
    }
    out.push_str("</div></section>\n");
}

fn article(out: &mut String, page: &Page<'_>, view: &Show) {
    let gate = &view.gate;
    let _ = write!(
        out,
        "<article class=\"panel\" id=\"{}\"><h3>{} {}</h3>\n<p class=\"quiet\">{}{} {}</p>\n",
        names::anchor("gate", &gate.id),
        text(gate.name.as_deref().unwrap_or(&gate.id)),
        pill(gate.state),
        match gate.due {
            Some(due) if gate.state == "passed" => format!("due {}", day(due)),
            Some(due) => format!("due {}, {}", day(due), away((due - page.frame.about.today).num_days())),
            None => "no day: what it guards has none".to_owned(),
        },
        if gate.guards.is_empty() {
            String::new()
        } else {
            format!(
                " · guards {}",
                gate.guards.iter().map(|id| page.link("phase", id, id)).collect::<Vec<_>>().join(", ")
            )
        },
        page.place(gate.source.as_ref())
    );
    if let Some(description) = &view.description {
        let _ = writeln!(out, "<p>{}</p>", text(description));
    }
    if !gate.missing.is_empty() {
        let missing: Vec<String> = gate.missing.iter().map(|what| sentence(what)).collect();
        let _ = writeln!(out, "<p><b>Missing:</b> {}</p>", missing.join(" · "));
    }
    if !view.criteria.is_empty() {
        out.push_str("<h4>Criteria</h4>\n<ul class=\"checks\">\n");
        view.criteria.iter().for_each(|it| criterion(out, page, it));
        out.push_str("</ul>\n");
    }
    if !view.required.is_empty() {
        out.push_str("<h4>Who must approve</h4>\n<ul class=\"checks\">\n");
        for required in &view.required {
            let tone = if required.given >= required.count { Tone::Good } else { Tone::Plain };
            let words = format!("{} of {}", required.given, required.count);
            let who = if required.holders.is_empty() {
                "nobody holds it".to_owned()
            } else if required.given < required.count && required.able.is_empty() {
                format!("{}, nobody can decide: duties are separated", page.people(&required.holders))
            } else if required.given < required.count {
                page.people(&required.able)
            } else {
                page.people(&required.holders)
            };
            let _ = writeln!(
                out,
                "<li>{} {} <span class=\"quiet\">{}</span> {}</li>",
                toned(&words, tone),
                text(&required.role),
                who,
                page.place(required.source.as_ref())
            );
        }
        out.push_str("</ul>\n");
    }
    if !view.approvals.is_empty() {
        out.push_str("<h4>Decisions</h4>\n<ul class=\"checks\">\n");
        view.approvals.iter().for_each(|entry| approval(out, page, entry));
        out.push_str("</ul>\n");
    }
    out.push_str("</article>\n");
}

fn criterion(out: &mut String, page: &Page<'_>, it: &CriterionView) {
    let mut details: Vec<String> = it.shows.iter().map(|shown| sentence(shown)).collect();
    if let Some(evidence) = &it.evidence {
        let lost = if evidence.found == Some(false) { " (not there)" } else { "" };
        details.push(format!("evidence <code>{}</code>{lost}", text(&evidence.path)));
    }
    for report in it.check.iter().flat_map(|check| &check.reports) {
        details.push(format!("<code>{}</code>: {}", text(&report.path), sentence(&report.says)));
    }
    if let Some(fault) = it.check.as_ref().and_then(|check| check.fault.as_ref()) {
        details.push(sentence(fault));
    }
    if let Some(waiver) = &it.waiver {
        let by = waiver.by.as_deref().map_or_else(String::new, |by| format!(" by {}", text(by)));
        let until = waiver.expires.as_deref().map_or_else(String::new, |until| format!(" until {}", moment(until)));
        let why = waiver.reason.as_deref().map_or_else(String::new, |why| format!(": {}", text(why)));
        details.push(format!("waived{by}{until}{why}"));
    }
    let name = it.name.as_deref().unwrap_or(&it.id);
    let _ = writeln!(
        out,
        "<li>{} {} <span class=\"quiet\">{}</span> {}</li>",
        pill(it.status),
        text(name),
        details.join(" · "),
        page.place(it.source.as_ref())
    );
}

fn approval(out: &mut String, page: &Page<'_>, entry: &Entry) {
    let at = entry.at.as_deref().map_or_else(String::new, |at| format!(" {}", moment(at)));
    let counts = if entry.counts { "" } else { " <b>does not count</b>" };
    // What nobody asked to be proven is no fault.
    let doubt = if entry.fails { Tone::Bad } else { Tone::Plain };
    let proof = match entry.provenance {
        "signed" => toned("signed commit", Tone::Good),
        "author" => toned("by its author", Tone::Good),
        "other-author" => toned("written by somebody else", doubt),
        "uncommitted" => toned("not committed", doubt),
        _ => toned("not proven by the history", doubt),
    };
    let mut details = Vec::new();
    if let Some(commit) = &entry.commit {
        let short: String = commit.id.chars().take(10).collect();
        let person = commit.author.person.as_deref().unwrap_or(&commit.author.name);
        details.push(format!(
            "commit <code>{}</code> by {} {}",
            text(&short),
            text(person),
            moment(commit.at.get(..10).unwrap_or(&commit.at))
        ));
    }
    let told = |said: &&Statement| match said.kind {
        "proven" => false,
        "changed" => true,
        _ => entry.fails || said.about == "weight",
    };
    details.extend(entry.statements.iter().filter(told).map(|said| sentence(&said.text)));
    details.extend(entry.note.as_deref().map(|note| format!("“{}”", text(note))));
    let _ = writeln!(
        out,
        "<li>{} {} as {}{at}{counts} {proof} <span class=\"quiet\">{}</span> {}</li>",
        pill(entry.decision),
        page.who(&entry.by),
        text(&entry.role),
        details.join(" · "),
        page.place(entry.source.as_ref())
    );
}
