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

/// Kept free for what closes the comment: the notes of what is left out and of further rows, and the footer.
const RESERVE: usize = 2 * NOTE_LIMIT + FOOTER_LIMIT + 100;

/// The most bytes of the verdict, escaped.
const VERDICT_LIMIT: usize = 4_000;

/// The most bytes of a note of what is not shown.
const NOTE_LIMIT: usize = 600;

/// The most bytes of the revisions in the footer, escaped.
const FOOTER_LIMIT: usize = 1_000;

/// Rows of a table that is not folded, so that one cannot push out the others.
const ROWS: usize = 60;

/// Columns of one text, and half of its characters, so that a single one cannot fill the comment.
const TEXT_LIMIT: usize = 300;

/// The marker, the verdict, tables of what matters, and the rest folded below; what matters least is left out when the comment
/// would grow too long.
pub fn render(diff: &Diff) -> String {
    let head = format!("{MARKER}\n**relm diff**: {}\n", sentence_in(&diff.verdict, VERDICT_LIMIT));
    let mut out = Comment { text: head, left_out: Vec::new(), more_rows: Vec::new() };
    if diff.is_empty() && gaps(diff).is_empty() {
        return out.text;
    }
    let effects: Vec<&ReleaseView> = diff.releases.iter().filter(|it| it.is_effect).collect();
    out.table("\n| release | what happened | because |\n|---|---|---|\n", &effects, |it| release(it), "releases");
    let (gates, rest): (Vec<_>, Vec<_>) = parts(diff).into_iter().partition(|part| part.title == "Gates");
    for part in &gates {
        out.table("\n| gates | |\n|---|---|\n", &part.rows, |row| row_of(row), "changes of gates");
    }
    let new: Vec<&FindingView> = diff.findings.really_new().collect();
    out.table("\n| new finding | where | rule |\n|---|---|---|\n", &new, |it| finding(it, None), "new findings");
    let turned: Vec<_> = diff.findings.told_otherwise().collect();
    let head = "\n| finding, told otherwise | where | rule |\n|---|---|---|\n";
    out.table(head, &turned, |(was, now)| finding(now, Some(was)), "findings told otherwise");
    let told = gaps(diff);
    let warning = |gap: &String| format!("> {}\n>\n", sentence_of(gap));
    out.table("\n> **Not everything could be compared.**\n>\n", &told, warning, "notes");
    out.whole(&fold("what moved, as a chart", &gantt::render(diff)), "the chart");
    let facts: Vec<&ReleaseView> = diff.releases.iter().filter(|it| !it.facts.is_empty()).collect();
    out.folded("releases in detail", &facts, |it| details(it), "details of releases");
    for Part { title, rows } in &rest {
        out.folded(&format!("{} ({})", title.to_lowercase(), rows.len()), rows, |row| item(row), "changes");
    }
    let gone: Vec<&FindingView> = diff.findings.really_fixed().collect();
    out.folded(&format!("fixed findings ({})", gone.len()), &gone, |it| fixed(it), "fixed findings");
    out.close(diff)
}

struct Comment {
    text: String,
    /// How many of what had no room.
    left_out: Vec<(usize, &'static str)>,
    /// How many of what are beyond the rows of a table.
    more_rows: Vec<(usize, &'static str)>,
}

impl Comment {
    fn has_room(&self, more: usize) -> bool {
        self.text.len() + more <= LIMIT - RESERVE
    }

    /// Adds what fits, and skips what does not; without any, the opening is not added either. Answers how many were added.
    fn add<T>(&mut self, opening: &str, items: &[T], render: impl Fn(&T) -> String, closing: &str) -> usize {
        let mut added = 0;
        for item in items {
            let opening = if added == 0 { opening } else { "" };
            let text = render(item);
            if self.has_room(opening.len() + text.len() + closing.len()) {
                self.text.push_str(opening);
                self.text.push_str(&text);
                added += 1;
            }
        }
        added
    }

    fn table<T>(&mut self, opening: &str, items: &[T], render: impl Fn(&T) -> String, what: &'static str) {
        let shown = &items[..items.len().min(ROWS)];
        let added = self.add(opening, shown, render, "");
        note(&mut self.left_out, shown.len() - added, what);
        note(&mut self.more_rows, items.len() - shown.len(), what);
    }

    fn folded<T>(&mut self, title: &str, items: &[T], render: impl Fn(&T) -> String, what: &'static str) {
        const END: &str = "\n</details>\n";
        let opening = format!("\n<details><summary>{}</summary>\n\n", markdown_escape(title));
        let added = self.add(&opening, items, render, END);
        if added > 0 {
            self.text.push_str(END);
        }
        note(&mut self.left_out, items.len() - added, what);
    }

    /// Adds a text as a whole or not at all.
    fn whole(&mut self, text: &str, what: &'static str) {
        if self.has_room(text.len()) {
            self.text.push_str(text);
        } else {
            note(&mut self.left_out, 1, what);
        }
    }

    fn close(mut self, diff: &Diff) -> String {
        let notes = [("Left out to keep this comment short", &self.left_out), ("More rows", &self.more_rows)];
        for (title, missing) in notes.into_iter().filter(|(_, missing)| !missing.is_empty()) {
            let parts: Vec<String> = missing.iter().map(|(number, what)| counted(*number, what)).collect();
            let parts = cut(parts.join(", "), NOTE_LIMIT - 100);
            let _ = writeln!(self.text, "\n{title}: {parts}; `relm diff` shows everything.");
        }
        let same = counted(diff.findings.unchanged, "findings");
        let revisions = cut(markdown_escape(&short(&revisions(diff))), FOOTER_LIMIT);
        let _ = writeln!(self.text, "\n<sub>{revisions} · as of {} · {same} unchanged</sub>", diff.header.today);
        debug_assert!(self.text.len() <= LIMIT, "{} bytes", self.text.len());
        self.text
    }
}

fn note(notes: &mut Vec<(usize, &'static str)>, number: usize, what: &'static str) {
    if number == 0 {
        return;
    }
    match notes.iter_mut().find(|(_, known)| *known == what) {
        Some((known, _)) => *known += number,
        None => notes.push((number, what)),
    }
}

/// `1 release`, `2 releases`, `1 change of gates`; what there is once only is not counted: `the chart`.
fn counted(number: usize, what: &str) -> String {
    if what.starts_with("the ") {
        return what.to_owned();
    }
    let (first, rest) = what.split_once(" of ").map_or((what, ""), |(first, _)| (first, &what[first.len()..]));
    let first = if number == 1 { first.strip_suffix('s').unwrap_or(first) } else { first };
    format!("{number} {first}{rest}")
}

/// Escaped text in at most so many bytes, cut between characters, and not within an escape.
fn cut(mut text: String, most: usize) -> String {
    if text.len() <= most {
        return text;
    }
    let room = most - '…'.len_utf8();
    let end = text.char_indices().map(|(at, c)| at + c.len_utf8()).take_while(|end| *end <= room).last();
    text.truncate(end.unwrap_or(0));
    let is_open = |from: char, to: char| text.rfind(from).filter(|&at| !text[at..].contains(to));
    if let Some(at) = is_open('<', '>').or_else(|| is_open('&', ';')) {
        text.truncate(at);
    }
    let backslashes = text.len() - text.trim_end_matches('\\').len();
    text.truncate(text.len() - backslashes % 2);
    text.push('…');
    text
}

/// Text in few columns, and in few characters: some have no width.
fn short(text: &str) -> String {
    let end = text.char_indices().nth(2 * TEXT_LIMIT).map_or(text.len(), |(at, _)| at);
    let cut = truncate_to_width(&text[..end], TEXT_LIMIT);
    if end < text.len() && cut.len() == end { format!("{cut}…") } else { cut.into_owned() }
}

/// A sentence whose escaped text has at most so many bytes. The text is cut before it is escaped, so that nothing stays open.
fn sentence_in(text: &str, most: usize) -> String {
    let whole = markdown_sentence(text);
    if whole.len() <= most {
        return whole;
    }
    let mut room = text.chars().count().min(most);
    loop {
        let part: String = text.chars().take(room).collect();
        let escaped = markdown_sentence(&part);
        if escaped.len() + '…'.len_utf8() <= most || room == 0 {
            return format!("{escaped}…");
        }
        room /= 2;
    }
}

fn fold(title: &str, content: &str) -> String {
    if content.is_empty() {
        return String::new();
    }
    format!("\n<details><summary>{title}</summary>\n\n{content}\n</details>\n")
}

fn sentence_of(text: &str) -> String {
    markdown_sentence(&short(text))
}

fn plain(text: &str) -> String {
    markdown_escape(&short(text))
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

/// A finding, and what it said before.
fn finding(it: &FindingView, was: Option<&FindingView>) -> String {
    let (message, place) = (sentence_of(&it.message), plain(&address(it)));
    let was = was.map(|was| format!("; was: {}", sentence_of(&was.message))).unwrap_or_default();
    format!("| **{}** {message}{was} | {place} | {} |\n", it.severity, plain(&it.rule))
}

fn fixed(it: &FindingView) -> String {
    format!("- {} ({})\n", sentence_of(&it.message), plain(&it.rule))
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_words_agree() {
        assert_eq!(counted(1, "changes"), "1 change");
        assert_eq!(counted(2, "releases"), "2 releases");
        assert_eq!(counted(1, "details of releases"), "1 detail of releases");
        assert_eq!(counted(0, "findings"), "0 findings");
        assert_eq!(counted(1, "the chart"), "the chart");
    }

    #[test]
    fn text_is_cut_by_bytes_and_characters() {
        let marks = format!("a{}", "\u{301}".repeat(100_000));
        assert!(short(&marks).chars().count() <= 2 * TEXT_LIMIT + 1);
        assert_eq!(short("as it is"), "as it is");
        let verdict = sentence_in(&format!("`{}` moved", "é|".repeat(50_000)), VERDICT_LIMIT);
        assert!(verdict.len() <= VERDICT_LIMIT && verdict.ends_with('…'), "{}", verdict.len());
        for most in 20..60 {
            let text = cut(markdown_escape("one | two & three * four <five> six | seven"), most);
            assert!(text.len() <= most && text.ends_with('…'), "{text}");
            let entities = text.matches('&').count();
            assert!(entities <= text.matches(';').count() && !text.ends_with("\\…"), "{text}");
        }
    }

    #[test]
    fn what_does_not_fit_is_skipped() {
        let mut out = Comment { text: String::new(), left_out: Vec::new(), more_rows: Vec::new() };
        let items = ["x".repeat(LIMIT), "short\n".to_owned()];
        out.folded("things", &items, Clone::clone, "changes");
        assert!(out.text.contains("short\n\n</details>"), "{}", out.text);
        assert_eq!(out.left_out, [(1, "changes")]);
        out.table("rows\n", &vec!["| a |\n".to_owned(); ROWS + 2], Clone::clone, "releases");
        assert_eq!(out.more_rows, [(2, "releases")]);
        assert_eq!(out.left_out, [(1, "changes")]);
    }
}
