//! Everything about one gate.

use std::fmt::Write;

use super::{MIN_WIDTH, address, commit, counts, days_left, hanging, kind, policy, state, statements, verdict};
use crate::render::Style;
use crate::render::paint::Paint;
use crate::render::text::{display_width, markdown_escape, markdown_sentence, sanitize, truncate_to_width};
use crate::report::gate::criteria::{CheckView, CriterionView};
use crate::report::gate::show::{RequiredView, Show};
use crate::report::gate::verify::Entry;

/// The most columns of an id before the rest of its line.
const ID: usize = 24;
/// Lines about what the reports of a criterion show.
const SHOWN: usize = 6;

/// The title, the facts, and a section each for what is missing, met, demanded and decided.
pub fn human(view: &Show, style: &Style) -> String {
    let style = Style { width: style.width.max(MIN_WIDTH), ..*style };
    let paint = Paint(style);
    let mut out = String::new();
    let gate = &view.gate;
    let id = sanitize(&format!("{}/{}", gate.release, gate.id)).into_owned();
    let name = gate.name.as_deref().map_or_else(String::new, |name| format!("  {}", sanitize(name)));
    let _ = writeln!(out, "{}{name}  {}", paint.bold(&id), state(gate.state, paint));
    let facts = facts(view);
    let widest = facts.iter().map(|(name, _)| name.len()).max().unwrap_or(0);
    for (name, value) in &facts {
        let lead = format!("  {name:widest$}  ");
        let text = hanging(&lead, value, style.width, str::to_owned);
        out.push_str(&text.replacen(&lead, &format!("  {}  ", paint.dim(&format!("{name:widest$}"))), 1));
    }
    if !gate.missing.is_empty() {
        let _ = writeln!(out, "\n{}", paint.bold("Missing"));
        for text in &gate.missing {
            out.push_str(&hanging("  - ", text, style.width, str::to_owned));
        }
    }
    if !view.criteria.is_empty() {
        let _ = writeln!(out, "\n{}", paint.bold("Criteria"));
        let ids = view.criteria.iter().map(|criterion| display_width(&criterion.id)).max().unwrap_or(0).min(ID);
        view.criteria.iter().for_each(|criterion| human_criterion(&mut out, criterion, ids, paint));
    }
    if !view.required.is_empty() {
        let _ = writeln!(out, "\n{}", paint.bold("Who must approve"));
        for required in &view.required {
            out.push_str(&hanging("  ", &required_words(required), style.width, str::to_owned));
        }
    }
    if !view.approvals.is_empty() {
        let _ = writeln!(out, "\n{}", paint.bold("Who has decided"));
        view.approvals.iter().for_each(|entry| human_entry(&mut out, view, entry, paint));
        out.push_str(&hanging("  ", &policy(&view.policy), style.width, |line| paint.dim(line)));
    }
    if view.attempts.len() > 1 {
        let _ = writeln!(out, "\n{}", paint.bold("Attempts"));
        for (number, text) in attempts(view).iter().enumerate() {
            out.push_str(&hanging(&format!("  {}  ", number + 1), text, style.width, str::to_owned));
        }
    }
    out
}

/// What there is to know of the gate itself: a name and words each.
fn facts(view: &Show) -> Vec<(&'static str, String)> {
    let gate = &view.gate;
    let mut facts = Vec::new();
    facts.extend(view.description.clone().map(|text| ("about", text)));
    facts.extend(view.release_name.clone().map(|name| ("release", name)));
    let due = gate.due.map(|due| {
        let left = days_left(gate.days_left, gate.state).map_or_else(String::new, |left| format!(", {left}"));
        let why = if view.due_written { "" } else { ", by what it guards" };
        format!("{}{left}{why}", due.format("%a %Y-%m-%d"))
    });
    facts.push(("due", due.unwrap_or_else(|| "no day: what it guards has none".to_owned())));
    facts.extend(view.submitted.clone().map(|at| ("submitted", at)));
    let demands: Vec<String> = gate
        .demanded_by
        .iter()
        .map(|demand| {
            let place = demand.source.as_ref().map_or_else(String::new, |source| format!(" ({})", address(source)));
            let what = if demand.by == "type" { "the release type" } else { "the risk level" };
            format!("{what} {}{place}", demand.id)
        })
        .collect();
    let written =
        gate.source.as_ref().filter(|_| gate.written).map(|source| format!("the release ({})", address(source)));
    facts.push(("demanded by", written.into_iter().chain(demands).collect::<Vec<_>>().join(", ")));
    if !gate.written {
        facts.push(("written", "not in the release: it is judged as its template has it".to_owned()));
    }
    facts.extend(view.template.as_ref().map(|source| ("template", address(source))));
    let guards: Vec<String> = view
        .guards
        .iter()
        .map(|guard| {
            let start = guard.start.map_or_else(String::new, |start| format!(" from {start}"));
            let place = guard.source.as_ref().map_or_else(String::new, |source| format!(" ({})", address(source)));
            format!("{}/{}{start}{place}", guard.release, guard.phase)
        })
        .collect();
    facts.push(("guards", if guards.is_empty() { "no phase".to_owned() } else { guards.join(", ") }));
    let has = counts(gate.counts).join(" · ");
    facts.push(("has", if has.is_empty() { "it asks for nothing".to_owned() } else { has }));
    facts.extend(
        gate.first_pass.map(|first| ("first attempt", if first { "nobody refused" } else { "refused" }.to_owned())),
    );
    facts
}

fn human_criterion(out: &mut String, criterion: &CriterionView, ids: usize, paint: Paint) {
    let status = format!("{:14}", criterion.status);
    let id = sanitize(&criterion.id).into_owned();
    let id = truncate_to_width(&id, ids);
    let lead = format!("  {status}  {id}{}  ", " ".repeat(ids - display_width(&id)));
    let place = criterion.source.as_ref().map(address).unwrap_or_default();
    let name = criterion.name.as_deref().unwrap_or_default();
    let text = [name, &place].into_iter().filter(|text| !text.is_empty()).collect::<Vec<_>>().join(" · ");
    let coloured = match criterion.status {
        "met" => paint.green(&status),
        "unmet" => paint.red(&status),
        _ => paint.yellow(&status),
    };
    out.push_str(&hanging(&lead, &text, paint.0.width, str::to_owned).replacen(&status, &coloured, 1));
    for line in criterion_lines(criterion) {
        out.push_str(&hanging("      ", &line, paint.0.width, |line| paint.dim(line)));
    }
}

/// What decides a criterion, a line each.
fn criterion_lines(criterion: &CriterionView) -> Vec<String> {
    // What the reports show says why, and the status says that it is not met.
    let plain = |text: &&String| !criterion.shows.is_empty() || text.ends_with(" is not met");
    let mut lines: Vec<String> = criterion.missing.iter().filter(|text| !plain(text)).cloned().collect();
    lines.extend(folded(&criterion.shows));
    if let Some(evidence) = &criterion.evidence {
        let found = match (evidence.found, &evidence.sha256) {
            (Some(false), _) => ", which is not there".to_owned(),
            (_, Some(sha256)) => format!(", sha256 {}", digest(sha256)),
            _ => String::new(),
        };
        lines.push(format!("evidence: {}{found}", evidence.path));
    }
    lines.extend(criterion.check.iter().flat_map(check_lines));
    if let Some(waiver) = &criterion.waiver {
        let by = waiver.by.as_ref().map_or_else(String::new, |by| format!(" by {by}"));
        let until = waiver.expires.as_ref().map_or_else(String::new, |day| format!(" until {day}"));
        let why = waiver.reason.as_ref().map_or_else(|| ", no reason given".to_owned(), |why| format!(": {why}"));
        lines.push(format!("waived{by}{until}{why}"));
    }
    if criterion.from_template {
        lines.push("as the template has it".to_owned());
    }
    lines
}

/// The first characters of a hash, enough to tell it by; JSON has all of it.
fn digest(sha256: &str) -> String {
    sha256.get(..12).map_or_else(|| sha256.to_owned(), |first| format!("{first}…"))
}

/// What was found, and the first of what failed.
fn folded(shows: &[String]) -> Vec<String> {
    let more = shows.len().saturating_sub(SHOWN);
    let more = (more > 0).then(|| format!("and {more} more"));
    shows.iter().take(SHOWN).cloned().chain(more).collect()
}

fn check_lines(check: &CheckView) -> Vec<String> {
    let mut lines: Vec<String> = check.asks.iter().map(|asks| format!("checks {asks}")).collect();
    lines.extend(check.fault.clone());
    lines.extend(check.reports.iter().map(|report| {
        let made = report.made_at.as_ref().map_or_else(String::new, |at| format!(", made {at}"));
        format!("{}: {}{made}, sha256 {}", report.path, report.says, digest(&report.sha256))
    }));
    lines
}

fn required_words(required: &RequiredView) -> String {
    let mut parts = vec![format!("{}: {} of {}", required.role, required.given, required.count)];
    if !required.by.is_empty() {
        parts.push(format!("given by {}", required.by.join(", ")));
    }
    if !required.stale.is_empty() {
        parts.push(format!("what {} approved has changed", required.stale.join(", ")));
    }
    parts.push(match required.holders.as_slice() {
        [] => "nobody holds the role".to_owned(),
        holders => format!("held by {}", holders.join(", ")),
    });
    parts.extend(who_can(required));
    parts.extend(required.source.as_ref().map(address));
    parts.join(" · ")
}

/// Who can decide still, where that is not everybody who holds the role and has not decided.
fn who_can(required: &RequiredView) -> Option<String> {
    let is_open = required.given < required.count && !required.holders.is_empty();
    let all = required.holders.iter().filter(|holder| !required.by.contains(holder)).count();
    match required.able.as_slice() {
        _ if !is_open => None,
        [] if all == 0 => Some("nobody else can decide".to_owned()),
        [] => Some("nobody can: duties are separated, and it is their own work".to_owned()),
        able if able.len() < all => Some(format!("can decide: {}", able.join(", "))),
        _ => None,
    }
}

/// `carol approved as change-manager on 2026-12-01`, and whether that counts.
fn entry_words(view: &Show, entry: &Entry) -> String {
    let at = entry.at.as_deref().map_or_else(String::new, |at| format!(" on {at}"));
    let mut parts = vec![format!("{} {} as {}{at}", entry.by, entry.decision, entry.role)];
    parts.push(match (entry.holds, entry.counts, entry.decision) {
        (false, ..) => "does not hold".to_owned(),
        (_, true, "rejected") => "counts against the gate".to_owned(),
        (_, true, _) => "counts".to_owned(),
        _ => "counts for nothing".to_owned(),
    });
    if entry.commit.is_some() || view.policy.provenance != "none" {
        parts.push(verdict(entry));
    }
    parts.extend(entry.note.clone());
    parts.extend(entry.source.as_ref().map(address));
    parts.join(" · ")
}

fn human_entry(out: &mut String, view: &Show, entry: &Entry, paint: Paint) {
    out.push_str(&hanging("  ", &entry_words(view, entry), paint.0.width, str::to_owned));
    if let Some(found) = &entry.commit {
        out.push_str(&hanging("      ", &commit(found), paint.0.width, |line| paint.dim(line)));
    }
    out.push_str(&statements(entry, 6, paint));
}

/// `rejected on 2026-11-29: carol as change-manager`.
fn attempts(view: &Show) -> Vec<String> {
    let words = view.attempts.iter().map(|attempt| {
        let at = attempt.at.as_ref().map_or_else(String::new, |at| format!(" on {at}"));
        format!("{}{at}: {}", attempt.result, attempt.decisions.join(", "))
    });
    words.collect()
}

/// A heading, the facts, and a list for each section.
pub fn markdown(view: &Show) -> String {
    let mut out = String::new();
    let gate = &view.gate;
    let name = gate.name.as_deref().map_or_else(String::new, |name| format!(": {}", markdown_escape(name)));
    let _ = writeln!(out, "# gate {}/{}{name}\n", markdown_escape(&gate.release), markdown_escape(&gate.id));
    let _ = writeln!(out, "- **{}**", gate.state);
    for (name, value) in facts(view) {
        let _ = writeln!(out, "- {name}: {}", markdown_escape(&value));
    }
    let mut section = |title: &str, items: Vec<String>| {
        if !items.is_empty() {
            let _ = writeln!(out, "\n## {title}\n");
            for item in items {
                let _ = writeln!(out, "- {item}");
            }
        }
    };
    section("Missing", gate.missing.iter().map(|text| markdown_sentence(text)).collect());
    let criteria = view.criteria.iter().map(|criterion| {
        let name = criterion.name.as_deref().map_or_else(String::new, |name| format!(" · {}", markdown_escape(name)));
        let head = format!("**{}** · {}{name}", markdown_escape(&criterion.id), criterion.status);
        let lines = criterion_lines(criterion).into_iter().map(|line| markdown_sentence(&line));
        std::iter::once(head).chain(lines).collect::<Vec<_>>().join("\n  - ")
    });
    section("Criteria", criteria.collect());
    section(
        "Who must approve",
        view.required.iter().map(|required| markdown_escape(&required_words(required))).collect(),
    );
    let entries = view.approvals.iter().map(|entry| {
        let mut lines = vec![markdown_escape(&entry_words(view, entry))];
        lines.extend(entry.commit.as_ref().map(|found| markdown_escape(&commit(found))));
        lines.extend(entry.statements.iter().map(|said| format!("{} {}", kind(said), markdown_sentence(&said.text))));
        lines.join("\n  - ")
    });
    section("Who has decided", entries.collect());
    if view.attempts.len() > 1 {
        section("Attempts", attempts(view).iter().map(|text| markdown_escape(text)).collect());
    }
    out
}
