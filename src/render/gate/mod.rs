//! The views of `relm gate`: one file a subcommand, one function a format.

pub mod decision;
pub mod list;
pub mod show;
pub mod verify;

use chrono::{Datelike, NaiveDate};

use super::paint::Paint;
use super::text::{display_width, sanitize, wrap_hanging};
use crate::diagnostic::wording::plural;
use crate::report::gate::verify::{CommitView, Entry, PolicyView, SignatureView, WhoView};
use crate::report::gate::words::{Statement, short};
use crate::report::gate::{Counts, Source};

/// Narrower terminals get lines of this many columns.
const MIN_WIDTH: usize = 60;

/// `file:line`, or the file alone.
fn address(source: &Source) -> String {
    source.line.map_or_else(|| source.file.clone(), |line| format!("{}:{line}", source.file))
}

/// A day beside today: `30 Nov`, with its year where that differs.
fn day(day: NaiveDate, today: NaiveDate) -> String {
    let form = if day.year() == today.year() { "%-d %b" } else { "%-d %b %Y" };
    day.format(form).to_string()
}

/// How far a last day is away, where that still matters.
fn days_left(days: Option<i64>, state: &str) -> Option<String> {
    let days = days.filter(|_| state != "passed")?;
    Some(match days {
        0 => "today".to_owned(),
        left @ 1.. => format!("{} left", plural(left, "day")),
        late => format!("{} late", plural(-late, "day")),
    })
}

/// The word for a state in its colour.
fn state(word: &str, paint: Paint) -> String {
    match word {
        "passed" => paint.green(word),
        "pending" => paint.yellow(word),
        "stale" => paint.with(word, "35"),
        _ => paint.with(word, "1;31"),
    }
}

/// `2 of 3 criteria`, `1 of 1 approvals`: what is asked for.
fn counts(counts: Counts) -> Vec<String> {
    let criteria = (counts.criteria > 0).then(|| of(counts.met, counts.criteria, "criterion", "criteria"));
    let approvals = (counts.required > 0).then(|| of(counts.given, counts.required, "approval", "approvals"));
    criteria.into_iter().chain(approvals).collect()
}

/// `2 of 3 criteria`.
fn of(some: usize, all: usize, one: &str, many: &str) -> String {
    format!("{some} of {all} {}", if all == 1 { one } else { many })
}

/// Text in lines below each other, each after an indent; the first line after a lead of as many columns.
fn hanging(lead: &str, text: &str, width: usize, paint: impl Fn(&str) -> String) -> String {
    let indent = display_width(lead);
    let room = width.saturating_sub(indent).max(20);
    let text = wrap_hanging(&sanitize(text), room, room);
    let mut out = String::new();
    for (number, line) in text.lines().enumerate() {
        let lead = if number == 0 { lead.to_owned() } else { " ".repeat(indent) };
        out.push_str(&lead);
        out.push_str(&paint(line));
        out.push('\n');
    }
    out
}

/// How approvals are judged, in one line.
fn policy(policy: &PolicyView) -> String {
    let mut parts = vec![match policy.provenance {
        "signed" => "approvals must be signed by the approver".to_owned(),
        "author" => "the approver must be the author of the commit".to_owned(),
        _ => "nothing has to be proven".to_owned(),
    }];
    parts.extend(policy.separation_of_duties.then(|| "duties are separated".to_owned()));
    if !policy.stale_when_changed.is_empty() {
        parts.push(format!("stale when changed: {}", policy.stale_when_changed.join(", ")));
    }
    parts.join(" · ")
}

/// What an approval comes to, in a few words.
fn verdict(entry: &Entry) -> String {
    match (entry.verdict, entry.provenance) {
        ("proven", "signed") => "proven: signed",
        ("proven", _) => "proven: author",
        ("stale", _) => "proven, but stale",
        ("own-work", _) => "proven, but own work",
        (_, "uncommitted") => "not proven: not committed",
        (_, "other-author") => "not proven: other author",
        (_, "unverifiable") => "not proven: cannot be told",
        _ if lacks_role(entry) => "not proven: role not held",
        _ => return format!("not proven: {}", unsigned(entry)),
    }
    .to_owned()
}

/// Why the signature that is asked for does not do.
fn unsigned(entry: &Entry) -> &'static str {
    let signature = entry.commit.as_ref().map(|commit| &commit.signature);
    match signature.map(|signature| (signature.state, signature.people.is_empty())) {
        Some(("valid", true)) => "unknown key",
        Some(("valid", false)) => "key of another",
        Some(("invalid", _)) => "signature not valid",
        Some(("not-verifiable", _)) => "signature not verifiable here",
        _ => "not signed",
    }
}

/// Whether an approval that its person gave is not proven for the sake of the role.
fn lacks_role(entry: &Entry) -> bool {
    entry.statements.iter().any(|said| said.kind == "not-proven" && said.about == "role")
}

/// The verdict in its colour: red where the policy wants more.
fn painted(entry: &Entry, text: &str, paint: Paint) -> String {
    match entry.verdict {
        "proven" => paint.green(text),
        _ if entry.fails => paint.with(text, "1;31"),
        _ => paint.yellow(text),
    }
}

/// Who a commit names: the person of the portfolio, else the name as it stands there.
fn who(who: &WhoView) -> String {
    who.person.clone().unwrap_or_else(|| if who.name.is_empty() { who.email.clone() } else { who.name.clone() })
}

/// What a signature shows, in a few words.
fn signature(signature: &SignatureView) -> String {
    match (signature.state, &signature.why) {
        ("valid", _) if signature.people.is_empty() => "unknown key".to_owned(),
        ("valid", _) => format!("by {}", signature.people.join(", ")),
        ("not-verifiable", Some(kind)) => format!("{kind}, not verifiable here"),
        ("invalid", _) => "not valid".to_owned(),
        _ => "none".to_owned(),
    }
}

/// The day of a commit, as its author's clock says.
fn commit_day(commit: &CommitView) -> &str {
    commit.at.get(..10).unwrap_or(&commit.at)
}

/// A commit in one line.
fn commit(commit: &CommitView) -> String {
    let (author, other) = (who(&commit.author), who(&commit.committer));
    let committed = if other == author { String::new() } else { format!(", committed by {other}") };
    let signed = match commit.signature.state {
        "missing" => "not signed".to_owned(),
        _ => format!("signature: {}", signature(&commit.signature)),
    };
    format!("commit {} of {} by {author}{committed} · {signed}", short(&commit.id), commit_day(commit))
}

/// The word in front of a statement.
fn kind(statement: &Statement) -> &'static str {
    match statement.kind {
        "proven" => "proven:",
        "not-proven" => "not proven:",
        "changed" => "changed since:",
        _ => "note:",
    }
}

/// What there is to say of an approval, a line each.
fn statements(entry: &Entry, indent: usize, paint: Paint) -> String {
    let mut out = String::new();
    for statement in &entry.statements {
        let word = kind(statement);
        let text = hanging(&" ".repeat(indent), &format!("{word} {}", statement.text), paint.0.width, str::to_owned);
        let coloured = match statement.kind {
            "proven" => paint.green(word),
            "not-proven" => paint.red(word),
            "changed" => paint.yellow(word),
            _ => paint.dim(word),
        };
        out.push_str(&text.replacen(word, &coloured, 1));
    }
    out
}
