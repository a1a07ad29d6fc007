//! The facts and sections that `relm show` tells of any object, as lists and tables.

use std::fmt::Write;

use super::html::{moment, pill, sentence, text};
use super::layout::Page;
use super::names;
use crate::report::show::{Fact, Item, Section, Show};

/// Items of one section that a page shows; what has more is asked for on the command line.
const MOST: usize = 150;

/// What the object says of itself in prose, where it does.
pub fn description(out: &mut String, facts: &[Fact]) {
    if let Some(description) = facts.iter().find(|fact| fact.name == "description") {
        let _ = writeln!(out, "<p class=\"description\">{}</p>", text(&description.value));
    }
}

/// The other facts, without those that stand elsewhere on the page.
pub fn facts(out: &mut String, page: &Page<'_>, facts: &[Fact], elsewhere: &[&str]) {
    let shown = facts.iter().filter(|fact| fact.name != "description" && !elsewhere.contains(&fact.name));
    let shown: Vec<&Fact> = shown.collect();
    if shown.is_empty() {
        return;
    }
    out.push_str(
        "<section class=\"panel\" aria-labelledby=\"facts\"><h2 id=\"facts\">Facts</h2>\n<dl class=\"facts\">\n",
    );
    for fact in shown {
        let value = match fact.name {
            "link" => text(&fact.value),
            "release" => page.link("release", &fact.value, &fact.value),
            _ => sentence(&fact.value),
        };
        let _ = writeln!(out, "<div><dt>{}</dt><dd>{value}</dd></div>", text(fact.name));
    }
    out.push_str("</dl></section>\n");
}

/// The sections of these names, in the order of the names; beside each other where there is room.
pub fn sections(out: &mut String, page: &Page<'_>, show: &Show, wanted: &[&str]) {
    let find = |name: &&str| show.sections.iter().find(|section| section.id == *name);
    let found: Vec<&Section> = wanted.iter().filter_map(find).collect();
    if found.is_empty() {
        return;
    }
    out.push_str("<div class=\"sections\">\n");
    for found in found {
        section(out, page, &show.id, found);
    }
    out.push_str("</div>\n");
}

/// A section as a table, with as many columns as it has something to say for.
pub fn section(out: &mut String, page: &Page<'_>, owner: &str, section: &Section) {
    let items = &section.items[..section.items.len().min(MOST)];
    let has_dates = items.iter().any(|item| item.start.is_some() || item.end.is_some());
    let has_states = items.iter().any(|item| item.state.is_some());
    let has_details = items.iter().any(|item| !item.details.is_empty());
    let anchor = names::anchor("section", section.id);
    let _ = write!(
        out,
        "<section class=\"panel\" aria-labelledby=\"{anchor}\">\n<h2 id=\"{anchor}\">{}</h2>\n<div class=\"wide\" role=\"region\" \
         aria-labelledby=\"{anchor}\" tabindex=\"0\"><table>\n<caption class=\"sr\">{}</caption>\n<thead><tr><th scope=\"col\">What</th>",
        text(section.title),
        text(section.title)
    );
    for (wanted, head) in [(has_dates, "When"), (has_states, "State"), (has_details, "Details")] {
        if wanted {
            let _ = write!(out, "<th scope=\"col\">{head}</th>");
        }
    }
    out.push_str("<th scope=\"col\">Written at</th></tr></thead>\n<tbody>\n");
    for item in items {
        let _ = write!(out, "<tr><th scope=\"row\">{}</th>", what(page, item));
        if has_dates {
            let _ = write!(out, "<td class=\"when\">{}</td>", when(item));
        }
        if has_states {
            let _ = write!(out, "<td>{}</td>", item.state.as_deref().map(pill).unwrap_or_default());
        }
        if has_details {
            let decides = if item.decides { "<strong>decides the date</strong> · " } else { "" };
            let details: Vec<String> = item.details.iter().map(|it| detail(page, it)).collect();
            let _ = write!(out, "<td>{decides}{}</td>", details.join(" · "));
        }
        let _ = writeln!(out, "<td>{}</td></tr>", page.place(item.source.as_ref()));
    }
    out.push_str("</tbody>\n</table></div>\n");
    let more = section.items.len() - items.len();
    if more > 0 {
        let _ =
            writeln!(out, "<p class=\"quiet\">And {more} more: <code>relm show {}</code> lists them.</p>", text(owner));
    }
    out.push_str("</section>\n");
}

fn what(page: &Page<'_>, item: &Item) -> String {
    let id = if item.id.is_empty() { item.kind } else { &item.id };
    let id = page.link(item.kind, &item.id, id);
    match &item.name {
        Some(name) if *name != item.id => format!("{id} <span class=\"quiet\">{}</span>", text(name)),
        _ => id,
    }
}

/// What else there is to say; a release is linked.
fn detail(page: &Page<'_>, detail: &str) -> String {
    match detail.strip_prefix("by release ") {
        Some(release) => format!("by release {}", page.link("release", release, release)),
        None => sentence(detail),
    }
}

/// From when to when, each day once.
fn when(item: &Item) -> String {
    match (&item.start, &item.end) {
        (Some(start), Some(end)) if start == end => moment(start),
        (Some(start), Some(end)) => match (start.split_once('T'), end.split_once('T')) {
            (Some((day, _)), Some((other, clock))) if day == other => format!("{} – {}", moment(start), text(clock)),
            _ => format!("{} – {}", moment(start), moment(end)),
        },
        (Some(start), None) => moment(start),
        (None, Some(end)) => format!("by {}", moment(end)),
        (None, None) => String::new(),
    }
}
