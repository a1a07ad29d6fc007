//! What two revisions differ in, as the one comment on a pull request.

use std::fmt::Write;

use super::{Part, gantt, gaps, parts, revisions, sentence};
use crate::render::text::{markdown_escape, markdown_sentence, truncate_to_width};
use crate::report::check::FindingView;
use crate::report::diff::{Diff, ReleaseView};

/// The first line, by which a bot finds its comment again.
pub const MARKER: &str = "<!-- relm-diff -->";

/// The most bytes of a comment. Forges count characters, and at least 65,536 of them; bytes are never fewer.
const LIMIT: usize = 65_000;

/// Kept free for what closes the comment.
const RESERVE: usize = 600;

/// Rows of a table that is not folded, so that one cannot push out the others.
const ROWS: usize = 60;

/// Columns of one text, so that a single one cannot fill the comment.
const TEXT_LIMIT: usize = 300;

/// The marker, the verdict, tables of what matters, and the rest folded below; what matters least is left out when the comment
/// would grow too long.
pub fn render(diff: &Diff) -> String {
    let head = format!("{MARKER}\n**relm diff**: {}\n", markdown_sentence(&diff.verdict));
    let mut out = Comment { text: head, left_out: Vec::new() };
    if diff.is_empty() && gaps(diff).is_empty() {
        return out.text;
    }
    let effects: Vec<&ReleaseView> = diff.releases.iter().filter(|it| it.is_effect).collect();
    out.table("\n| release | what happened | because |\n|---|---|---|\n", &effects, |it| release(it), "releases");
    let (gates, rest): (Vec<_>, Vec<_>) = parts(diff).into_iter().partition(|part| part.title == "Gates");
    for part in &gates {
        out.table("\n| gates | |\n|---|---|\n", &part.rows, |row| row_of(row), "changes of gates");
    }
    out.table("\n| new finding | where | rule |\n|---|---|---|\n", &diff.findings.introduced, finding, "new findings");
    let told = gaps(diff);
    let warning = |gap: &String| format!("> {}\n>\n", sentence_of(gap));
    out.table("\n> **Not everything could be compared.**\n>\n", &told, warning, "notes");
    out.whole(&fold("what moved, as a chart", &gantt::render(diff)), "the chart");
    let facts: Vec<&ReleaseView> = diff.releases.iter().filter(|it| !it.facts.is_empty()).collect();
    out.folded("releases in detail", &facts, |it| details(it), "details of releases");
    for Part { title, rows } in &rest {
        out.folded(&format!("{} ({})", title.to_lowercase(), rows.len()), rows, |row| item(row), "changes");
    }
    let resolved = format!("fixed findings ({})", diff.findings.fixed);
    out.folded(&resolved, &diff.findings.resolved, fixed, "fixed findings");
    out.close(diff)
}

struct Comment {
    text: String,
    /// How many of what had no room.
    left_out: Vec<(usize, &'static str)>,
}

impl Comment {
    fn has_room(&self, more: usize) -> bool {
        self.text.len() + more <= LIMIT - RESERVE
    }

    /// Adds as much as fits; without any, the opening is not added either. Answers how many did.
    fn add<T>(&mut self, opening: &str, items: &[T], render: impl Fn(&T) -> String, closing: &str) -> usize {
        let mut pending = opening.to_owned();
        for (number, item) in items.iter().enumerate() {
            pending.push_str(&render(item));
            if !self.has_room(pending.len() + closing.len()) {
                return number;
            }
            self.text.push_str(&pending);
            pending.clear();
        }
        items.len()
    }

    fn table<T>(&mut self, opening: &str, items: &[T], render: impl Fn(&T) -> String, what: &'static str) {
        let added = self.add(opening, &items[..items.len().min(ROWS)], render, "");
        self.miss(items.len() - added, what);
    }

    fn folded<T>(&mut self, title: &str, items: &[T], render: impl Fn(&T) -> String, what: &'static str) {
        const END: &str = "\n</details>\n";
        let opening = format!("\n<details><summary>{}</summary>\n\n", markdown_escape(title));
        let added = self.add(&opening, items, render, END);
        if added > 0 {
            self.text.push_str(END);
        }
        self.miss(items.len() - added, what);
    }

    /// Adds a text as a whole or not at all.
    fn whole(&mut self, text: &str, what: &'static str) {
        if self.has_room(text.len()) {
            self.text.push_str(text);
        } else {
            self.miss(1, what);
        }
    }

    fn miss(&mut self, number: usize, what: &'static str) {
        if number > 0 {
            match self.left_out.iter_mut().find(|(_, known)| *known == what) {
                Some((known, _)) => *known += number,
                None => self.left_out.push((number, what)),
            }
        }
    }

    fn close(mut self, diff: &Diff) -> String {
        if !self.left_out.is_empty() {
            let parts: Vec<String> = self
                .left_out
                .iter()
                .map(
                    |(number, what)| {
                        if what.starts_with("the ") { (*what).to_owned() } else { format!("{number} {what}") }
                    },
                )
                .collect();
            let command = "`relm diff` shows everything";
            let _ = writeln!(self.text, "\nLeft out to keep this comment short: {}; {command}.", parts.join(", "));
        }
        let same = diff.findings.unchanged;
        let revisions = markdown_escape(&truncate_to_width(&revisions(diff), 120));
        let _ =
            writeln!(self.text, "\n<sub>{revisions} · as of {} · {same} findings unchanged</sub>", diff.header.today);
        self.text
    }
}

fn fold(title: &str, content: &str) -> String {
    if content.is_empty() {
        return String::new();
    }
    format!("\n<details><summary>{title}</summary>\n\n{content}\n</details>\n")
}

fn sentence_of(text: &str) -> String {
    markdown_sentence(&truncate_to_width(text, TEXT_LIMIT))
}

fn plain(text: &str) -> String {
    markdown_escape(&truncate_to_width(text, TEXT_LIMIT))
}

fn release(it: &ReleaseView) -> String {
    let because = it.facts.iter().find(|fact| fact.label == "because").map_or("", |fact| &fact.text);
    format!("| **{}** | {} | {} |\n", plain(&it.id), sentence_of(&it.headline), plain(because))
}

fn details(it: &ReleaseView) -> String {
    let mut text = format!("- **{}** {}\n", plain(&it.id), sentence_of(&it.headline));
    for fact in &it.facts {
        let _ = writeln!(text, "  - {}: {}", fact.label, plain(&fact.text));
    }
    text
}

fn row_of(row: &crate::report::diff::ChangeView) -> String {
    format!("| {} | {} |\n", row.kind, plain(&sentence(row)))
}

fn item(row: &crate::report::diff::ChangeView) -> String {
    format!("- {}: {}\n", row.kind, plain(&sentence(row)))
}

fn address(finding: &FindingView) -> String {
    format!("{}:{}", finding.place.file, finding.place.start.line)
}

fn finding(it: &FindingView) -> String {
    let (message, place) = (sentence_of(&it.message), plain(&address(it)));
    format!("| **{}** {message} | {place} | {} |\n", it.severity, plain(&it.rule))
}

fn fixed(it: &FindingView) -> String {
    format!("- {} ({})\n", sentence_of(&it.message), plain(&it.rule))
}
