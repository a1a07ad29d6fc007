//! What the history proves of every approval.

use std::fmt::Write;

use super::{
    MIN_WIDTH, address, commit, commit_day, hanging, kind, painted, policy, signature, statements, verdict, who,
};
use crate::diagnostic::wording::plural;
use crate::render::Style;
use crate::render::paint::Paint;
use crate::render::text::{display_width, markdown_escape, markdown_sentence, sanitize};
use crate::report::gate::verify::{Entry, Verify};
use crate::report::gate::words::short;

/// From this width on there is a table, else a few lines for each approval.
const WIDE: usize = 140;
/// The heads of the table; the verdict comes last.
const HEADS: [&str; 9] =
    ["role", "by", "at", "decision", "commit", "author / committer", "date", "signature", "verdict"];
/// The most columns of a cell of the table, but for the last.
const CELL: usize = 22;

/// The table of provenance, what is not plainly proven in words, and what it comes to.
pub fn human(view: &Verify, style: &Style) -> String {
    let style = Style { width: style.width.max(MIN_WIDTH), ..*style };
    let paint = Paint(style);
    let mut out = String::new();
    let name = view.portfolio.as_deref().map_or_else(String::new, |name| format!("{} — ", sanitize(name)));
    let head = format!("{name}approvals as of {}", view.header.today.format("%a %Y-%m-%d"));
    let _ = writeln!(out, "{}", paint.dim(&head));
    out.push_str(&hanging("", &policy(&view.policy), style.width, |line| paint.dim(line)));
    if let Some(history) = history(view) {
        out.push_str(&hanging("", &history, style.width, |line| paint.yellow(line)));
    }
    out.push('\n');
    if view.approvals.is_empty() {
        out.push_str("No approvals to verify.\n");
        return out;
    }
    if style.width >= WIDE {
        table(&mut out, view, paint);
    } else {
        stacked(&mut out, view, paint);
    }
    let doubtful: Vec<&Entry> = view.approvals.iter().filter(|entry| !is_plain(entry)).collect();
    if !doubtful.is_empty() {
        let _ = writeln!(out, "\n{}", paint.bold("Not plainly proven"));
    }
    for entry in doubtful {
        let lead = format!("{} · {}", matter(entry), decision(entry));
        let place = entry.source.as_ref().map(address).unwrap_or_default();
        let place = if place.is_empty() { place } else { format!(" · {place}") };
        let line = hanging("  ", &format!("{lead}{place}"), style.width, str::to_owned);
        let _ = write!(out, "\n{line}{}", statements(entry, 4, paint));
    }
    let _ = writeln!(out, "\n{}", summary(view, paint));
    if let Some(help) = help(view) {
        out.push_str(&hanging("", help, style.width, |line| paint.dim(line)));
    }
    out
}

/// Whether everything there is to say of it is proven.
fn is_plain(entry: &Entry) -> bool {
    entry.verdict == "proven" && entry.statements.iter().all(|said| said.kind == "proven")
}

/// What it decides on: `release/gate`, or the change.
fn matter(entry: &Entry) -> String {
    match (&entry.release, &entry.gate, &entry.change) {
        (Some(release), Some(gate), _) => format!("{release}/{gate}"),
        (_, _, Some(change)) => format!("change {change}"),
        _ => String::new(),
    }
}

/// `carol approved as change-manager on 2026-12-01`.
fn decision(entry: &Entry) -> String {
    let at = entry.at.as_deref().map_or_else(String::new, |at| format!(" on {at}"));
    format!("{} {} as {}{at}", entry.by, entry.decision, entry.role)
}

/// What is to be known of the history before anything else.
fn history(view: &Verify) -> Option<String> {
    Some(match view.history {
        "shallow" => "The clone is shallow: nothing is known of what was written before its oldest commits. \
                      `git fetch --unshallow` brings the whole history."
            .to_owned(),
        "outside-git" => "The portfolio is not in a git repository, so nothing can be proven.".to_owned(),
        "no-commit" => "The repository has no commit yet, so nothing can be proven.".to_owned(),
        "unreadable" => {
            let why = view.history_fault.as_deref().map_or_else(String::new, |why| format!(": {why}"));
            format!("The history cannot be read, so nothing can be proven{why}.")
        }
        _ => return None,
    })
}

fn stacked(out: &mut String, view: &Verify, paint: Paint) {
    let mut last = String::new();
    for entry in &view.approvals {
        let matter = matter(entry);
        if matter != last {
            let _ = writeln!(out, "{}", paint.bold(&sanitize(&matter)));
            last = matter;
        }
        let text = sanitize(&decision(entry)).into_owned();
        let verdict = verdict(entry);
        // The verdict stands at the end of the line, else on one of its own.
        let used = 2 + display_width(&text) + 2 + display_width(&verdict);
        let painted = painted(entry, &verdict, paint);
        if used <= paint.0.width {
            let _ = writeln!(out, "  {text}{}{painted}", " ".repeat(paint.0.width - used + 2));
        } else {
            out.push_str(&hanging("  ", &text, paint.0.width, str::to_owned));
            let _ = writeln!(out, "    {painted}");
        }
        if let Some(found) = &entry.commit {
            out.push_str(&hanging("    ", &commit(found), paint.0.width, |line| paint.dim(line)));
        }
    }
}

/// The cells of an approval, without colours.
fn cells(entry: &Entry) -> [String; 9] {
    let found = entry.commit.as_ref();
    let authors = found.map_or_else(String::new, |commit| {
        let (author, committer) = (who(&commit.author), who(&commit.committer));
        if author == committer { author } else { format!("{author} / {committer}") }
    });
    [
        entry.role.clone(),
        entry.by.clone(),
        entry.at.clone().unwrap_or_default(),
        entry.decision.to_owned(),
        found.map_or_else(String::new, |commit| short(&commit.id).to_owned()),
        authors,
        found.map_or_else(String::new, |commit| commit_day(commit).to_owned()),
        found.map_or_else(String::new, |commit| signature(&commit.signature)),
        verdict(entry),
    ]
}

fn table(out: &mut String, view: &Verify, paint: Paint) {
    let rows: Vec<(&Entry, [String; 9])> = view.approvals.iter().map(|entry| (entry, cells(entry))).collect();
    let mut widths = HEADS.map(str::len);
    for (_, cells) in &rows {
        for (width, cell) in widths.iter_mut().zip(cells) {
            *width = display_width(&sanitize(cell)).min(CELL).max(*width);
        }
    }
    let head: Vec<String> = HEADS.iter().zip(widths).map(|(head, width)| format!("{head:width$}")).collect();
    let _ = writeln!(out, "{}", paint.dim(format!("  {}", head.join("  ")).trim_end()));
    let mut last = String::new();
    for (entry, cells) in &rows {
        let matter = matter(entry);
        if matter != last {
            let _ = writeln!(out, "{}", paint.bold(&sanitize(&matter)));
            last = matter;
        }
        let mut line = String::from(" ");
        for (number, (cell, width)) in cells.iter().zip(widths).enumerate() {
            let whole = sanitize(cell);
            let text = if number + 1 == HEADS.len() {
                whole
            } else {
                crate::render::text::truncate_to_width(&whole, width).into_owned().into()
            };
            let pad = " ".repeat(width.saturating_sub(display_width(&text)));
            let text = if number + 1 == HEADS.len() { painted(entry, &text, paint) } else { text.into_owned() };
            let _ = write!(line, " {text}{pad} ");
        }
        let _ = writeln!(out, "{}", line.trim_end());
    }
}

/// How many there are, and whether that is enough.
fn summary(view: &Verify, paint: Paint) -> String {
    let all = plural(view.approvals.len(), "approval");
    let mut parts = vec![all, format!("{} proven", view.proven)];
    if view.not_proven > 0 {
        parts.push(format!("{} not proven", view.not_proven));
    }
    let fails = view.approvals.iter().filter(|entry| entry.fails).count();
    let word = match (view.policy.provenance, fails) {
        ("none", _) => paint.dim("nothing has to be"),
        (_, 0) => paint.green("all that must be are"),
        (_, 1) => paint.with("1 that must be is not", "1;31"),
        (_, many) => paint.with(&format!("{many} that must be are not"), "1;31"),
    };
    parts.push(word);
    parts.join(" · ")
}

/// What to do about the commonest cause.
fn help(view: &Verify) -> Option<&'static str> {
    view.approvals.iter().any(|entry| entry.provenance == "other-author").then_some(
        "An approval is proven by the commit that brought it to the history that is read here. Where a merge squashes \
         commits, that is the commit of whoever merged: merge approvals without squashing, or let approvers commit them \
         afterwards.",
    )
}

/// The table in Markdown, and what is not plainly proven as lists.
pub fn markdown(view: &Verify) -> String {
    let mut out = String::new();
    let name = view.portfolio.as_deref().map_or_else(String::new, |name| format!("{}: ", markdown_escape(name)));
    let _ =
        writeln!(out, "# {name}approvals as of {}\n\n{}.\n", view.header.today, markdown_escape(&policy(&view.policy)));
    if let Some(history) = history(view) {
        let _ = writeln!(out, "{}\n", markdown_sentence(&history));
    }
    if view.approvals.is_empty() {
        out.push_str("No approvals to verify.\n");
        return out;
    }
    let _ = writeln!(out, "| gate or change | {} |\n|---|{}", HEADS.join(" | "), "---|".repeat(HEADS.len()));
    for entry in &view.approvals {
        let mut cells = cells(entry).map(|cell| markdown_escape(&cell));
        if entry.fails {
            cells[8] = format!("**{}**", cells[8]);
        }
        let _ = writeln!(out, "| {} | {} |", markdown_escape(&matter(entry)), cells.join(" | "));
    }
    for (number, entry) in view.approvals.iter().filter(|entry| !is_plain(entry)).enumerate() {
        if number == 0 {
            out.push_str("\n## Not plainly proven\n");
        }
        let place = entry.source.as_ref().map(address).map_or_else(String::new, |place| format!(" ({place})"));
        let title = format!("{} · {}{place}", matter(entry), decision(entry));
        let _ = writeln!(out, "\n**{}**\n", markdown_escape(&title));
        for said in &entry.statements {
            let _ = writeln!(out, "- {} {}", kind(said), markdown_sentence(&said.text));
        }
    }
    let plain = Paint(Style { colour: false, ..Style::default() });
    let _ = writeln!(out, "\n{}.", summary(view, plain));
    if let Some(help) = help(view) {
        let _ = writeln!(out, "\n{help}");
    }
    out
}
