//! What two revisions differ in, for a terminal.

use std::fmt::Write;

use super::{gaps, parts, revisions, sentence, weight};
use crate::diagnostic::Severity;
use crate::render::Style;
use crate::render::paint::Paint;
use crate::render::sheet::{self, Body, Fact, Item, Section, Sheet, Tone};
use crate::render::text::{sanitize, wrap};
use crate::report::check::FindingView;
use crate::report::diff::{Diff, ReleaseView, Weight};

/// Rows of a list that people are shown.
const SHOWN: usize = 40;

/// The verdict, then everything by what matters most.
pub fn render(diff: &Diff, style: &Style) -> String {
    let paint = Paint(*style);
    let mut out = String::new();
    for line in wrap(&sanitize(&diff.verdict), style.width.max(40)).lines() {
        let line = match diff.weight {
            Weight::Bad => paint.red(line),
            Weight::Warn => paint.yellow(line),
            Weight::Good => paint.green(line),
            Weight::Plain | Weight::Quiet => line.to_owned(),
        };
        let _ = writeln!(out, "{line}");
    }
    let sheet = sheet(diff);
    if !sheet.sections.is_empty() {
        out.push_str(&sheet::human::render(&sheet, style));
    }
    out
}

fn sheet(diff: &Diff) -> Sheet {
    let title = format!("{}diff {}", sheet::of(diff.portfolio.as_deref()), revisions(diff));
    let about = vec![format!("as of {}", diff.header.today)];
    let mut sheet = Sheet { title, about, ..Sheet::default() };
    releases(&mut sheet, &diff.releases);
    for part in parts(diff).into_iter().filter(|part| part.title == "Gates") {
        section(&mut sheet, &part);
    }
    findings(&mut sheet, diff);
    for part in parts(diff).into_iter().filter(|part| part.title != "Gates") {
        section(&mut sheet, &part);
    }
    let gaps: Vec<Fact> = gaps(diff).into_iter().map(|gap| Fact::new("", gap, Tone::Warn)).collect();
    if !gaps.is_empty() {
        sheet.sections.push(Section { title: "Not compared".to_owned(), body: Body::Facts(gaps) });
    }
    sheet
}

fn tone(weight: Weight) -> Tone {
    match weight {
        Weight::Quiet => Tone::Quiet,
        Weight::Plain => Tone::Plain,
        Weight::Good => Tone::Good,
        Weight::Warn => Tone::Warn,
        Weight::Bad => Tone::Bad,
    }
}

fn releases(sheet: &mut Sheet, all: &[ReleaseView]) {
    let mut items: Vec<Item> = all.iter().take(SHOWN).map(release).collect();
    if all.len() > SHOWN {
        let name = format!("and {} more; `--format json` has them", all.len() - SHOWN);
        items.push(Item { id: "…".to_owned(), name, facts: Vec::new() });
    }
    if !items.is_empty() {
        sheet.sections.push(Section { title: format!("Releases ({})", all.len()), body: Body::Items(items) });
    }
}

fn release(it: &ReleaseView) -> Item {
    let facts = it.facts.iter().map(|fact| Fact::new(fact.label, fact.text.clone(), tone(fact.weight))).collect();
    Item { id: it.id.clone(), name: it.headline.clone(), facts }
}

fn section(sheet: &mut Sheet, part: &super::Part<'_>) {
    let mut facts: Vec<Fact> =
        part.rows.iter().take(SHOWN).map(|row| Fact::new(row.kind, sentence(row), tone(weight(row)))).collect();
    more(&mut facts, part.rows.len());
    let title = format!("{} ({})", part.title, part.rows.len());
    sheet.sections.push(Section { title, body: Body::Facts(facts) });
}

fn more(facts: &mut Vec<Fact>, all: usize) {
    if all > SHOWN {
        facts.push(Fact::new("", format!("and {} more; `--format json` has them", all - SHOWN), Tone::Quiet));
    }
}

fn findings(sheet: &mut Sheet, diff: &Diff) {
    let place = |finding: &FindingView| {
        if finding.place.located {
            format!("{}:{}", finding.place.file, finding.place.start.line)
        } else {
            finding.place.file.clone()
        }
    };
    let text = |finding: &FindingView| format!("{} ({}, {})", finding.message, finding.rule, place(finding));
    let tone = |finding: &FindingView| match finding.severity {
        Severity::Error => Tone::Bad,
        Severity::Warning => Tone::Warn,
        Severity::Info => Tone::Plain,
    };
    let found = &diff.findings;
    let is_new = |finding: &FindingView| Fact::new(finding.severity.as_str(), text(finding), tone(finding));
    let mut facts: Vec<Fact> = found.really_new().take(SHOWN).map(is_new).collect();
    let new = found.really_new().count();
    more(&mut facts, new);
    let is_other = |(was, now): (&FindingView, &FindingView)| {
        Fact::new(now.severity.as_str(), format!("{}; was: {}", text(now), was.message), tone(now))
    };
    facts.extend(found.told_otherwise().take(SHOWN).map(is_other));
    more(&mut facts, found.turned.len());
    let is_fixed = |finding: &FindingView| Fact::new("fixed", text(finding), Tone::Good);
    facts.extend(found.really_fixed().take(SHOWN).map(is_fixed));
    let fixed = found.really_fixed().count();
    more(&mut facts, fixed);
    if !facts.is_empty() {
        let other =
            if found.turned.is_empty() { String::new() } else { format!("{} told otherwise, ", found.turned.len()) };
        let title = format!("Findings ({new} new, {fixed} fixed, {other}{} unchanged)", found.unchanged);
        sheet.sections.push(Section { title, body: Body::Facts(facts) });
    }
}
