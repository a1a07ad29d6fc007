//! The view of `relm check`, and the findings other views embed.

use std::collections::{BTreeMap, HashMap, HashSet};

use serde::Serialize;

use super::Header;
use crate::diagnostic::{Finding, Label, Level, Position, Severity, SourceMap, Span, Subject};

/// The name and version of [`Check`]'s shape.
pub const SCHEMA: &str = "relm.check/1";

/// Related places that keep an excerpt; people are shown no more than these.
const SHOWN_RELATED: usize = 5;

/// Lines of context above and below a place.
const CONTEXT: usize = 1;

/// Characters an excerpt keeps of one line, so that a file in one line stays cheap.
const LINE_LIMIT: usize = 400;

/// What `relm check` found.
#[derive(Debug, Clone, Serialize, schemars::JsonSchema)]
pub struct Check {
    /// Schema, day and revision.
    #[serde(flatten)]
    pub header: Header,
    /// How much was found and read.
    pub summary: Summary,
    /// The comparison with another revision, when one was asked for; `findings` then holds only what is new since.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub base: Option<Base>,
    /// Findings an inline suppression silenced.
    pub suppressed: usize,
    /// How many findings each rule has, when that was asked for: most first.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub statistics: Option<Vec<RuleCount>>,
    /// By file, offset, rule and message.
    pub findings: Vec<FindingView>,
    /// From the repository's root to the portfolio's.
    #[serde(skip)]
    folder: String,
}

/// Counts of a check.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct Summary {
    /// Findings that make the plan wrong or are forbidden.
    pub error: usize,
    /// Findings that will make the plan wrong.
    pub warning: usize,
    /// Findings worth knowing.
    pub info: usize,
    /// Files read.
    pub files: usize,
    /// YAML documents in them.
    pub documents: usize,
}

/// How many findings a rule has.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct RuleCount {
    /// The rule's name.
    pub rule: String,
    /// The worst of its findings.
    pub severity: Severity,
    /// How many.
    pub count: usize,
}

/// The comparison of a check with an earlier revision. Two findings are the same when rule, subject and related subjects are.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct Base {
    /// The full commit id compared with.
    pub commit: String,
    /// Findings that were not there before.
    pub introduced: usize,
    /// Findings that are gone.
    pub fixed: usize,
}

/// What a check knows beside its findings.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Scope {
    /// Files read.
    pub files: usize,
    /// YAML documents in them.
    pub documents: usize,
    /// Findings an inline suppression silenced.
    pub suppressed: usize,
    /// The comparison, when one was asked for.
    pub base: Option<Base>,
    /// The portfolio's folder inside the repository, `/` between its parts; empty when they are the same. Forges want
    /// paths from the repository's root.
    pub folder: String,
}

/// What a renderer may tell about a rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RuleInfo<'a> {
    /// The rule's name.
    pub name: &'a str,
    /// One line.
    pub summary: &'a str,
    /// The level where the portfolio sets none.
    pub default: Level,
    /// Its page, in Markdown.
    pub docs: &'a str,
}

/// One finding with its places resolved.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct FindingView {
    /// The rule's name.
    pub rule: String,
    /// How bad it is.
    pub severity: Severity,
    /// What is wrong, in one sentence.
    pub message: String,
    /// What to do about it.
    pub help: Option<String>,
    /// What it is about.
    pub subject: Subject,
    /// Where.
    #[serde(flatten)]
    pub place: Place,
    /// Other places that explain it.
    pub related: Vec<RelatedView>,
    /// A replacement that resolves it, where one is certain.
    pub fix: Option<FixView>,
    /// The same before and after edits that leave rule, subject and related subjects alone; unique within a check.
    #[serde(skip)]
    pub fingerprint: String,
}

/// Another place that explains a finding.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct RelatedView {
    /// What the place has to do with the finding.
    pub message: String,
    /// What stands there.
    pub subject: Subject,
    /// Where.
    #[serde(flatten)]
    pub place: Place,
    /// Whether an earlier one says the same of the same place; people are then not told again.
    #[serde(skip)]
    pub repeated: bool,
}

/// A replacement of text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct FixView {
    /// The text to replace.
    #[serde(flatten)]
    pub place: Place,
    /// What to put there.
    pub replacement: String,
}

/// A range of text in a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct Place {
    /// The path relative to the portfolio's root, `/` between its parts.
    pub file: String,
    /// The first character.
    pub start: Position,
    /// The character after the last.
    pub end: Position,
    /// Whether the text was at hand; lines and columns are all 1 when it was not.
    #[serde(skip)]
    pub located: bool,
    /// The lines around it, where they are worth showing.
    #[serde(skip)]
    pub excerpt: Option<Excerpt>,
}

/// Some lines of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Excerpt {
    /// The number of the first line, from 1.
    pub first_line: usize,
    /// The lines, without their ends and without a byte order mark.
    pub lines: Vec<ExcerptLine>,
}

/// A line of a file, or the part of it that matters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExcerptLine {
    /// Characters left out before `text`.
    pub skipped: usize,
    /// As written: nothing is escaped or stripped.
    pub text: String,
    /// Whether characters after `text` were left out.
    pub cut: bool,
}

impl Check {
    /// The view of `findings`, whose texts `sources` holds.
    pub fn new(header: Header, findings: &[Finding], sources: &SourceMap, scope: Scope) -> Self {
        let count = |severity| findings.iter().filter(|finding| finding.severity == severity).count();
        Self {
            header,
            summary: Summary {
                error: count(Severity::Error),
                warning: count(Severity::Warning),
                info: count(Severity::Info),
                files: scope.files,
                documents: scope.documents,
            },
            base: scope.base,
            suppressed: scope.suppressed,
            statistics: None,
            findings: views(findings, sources),
            folder: scope.folder,
        }
    }

    /// Counts the findings of each rule.
    #[must_use]
    pub fn with_statistics(mut self) -> Self {
        let mut counts: BTreeMap<&str, (Severity, usize)> = BTreeMap::new();
        for finding in &self.findings {
            let (severity, count) = counts.entry(&finding.rule).or_insert((finding.severity, 0));
            *severity = finding.severity.max(*severity);
            *count += 1;
        }
        let mut counts: Vec<_> = counts
            .into_iter()
            .map(|(rule, (severity, count))| RuleCount { rule: rule.to_owned(), severity, count })
            .collect();
        counts.sort_by_key(|rule| std::cmp::Reverse(rule.count));
        self.statistics = Some(counts);
        self
    }

    /// The path of one of the portfolio's files from the repository's root.
    pub fn repository_path(&self, file: &str) -> String {
        if self.folder.is_empty() { file.to_owned() } else { format!("{}/{file}", self.folder.trim_end_matches('/')) }
    }

    /// The findings, worst first, otherwise in order.
    pub fn worst_first(&self) -> Vec<&FindingView> {
        let mut findings: Vec<_> = self.findings.iter().collect();
        findings.sort_by_key(|finding| std::cmp::Reverse(finding.severity));
        findings
    }
}

/// The views of `findings`, ordered by file, offset, rule and message.
pub fn views(findings: &[Finding], sources: &SourceMap) -> Vec<FindingView> {
    let mut sorted: Vec<_> = findings.iter().collect();
    sorted.sort_by(|a, b| {
        let key = |finding: &Finding| (finding.span.start, finding.rule);
        let (path_a, path_b) = (sources.path(a.span.file), sources.path(b.span.file));
        (path_a, key(a), &a.message, &a.subject).cmp(&(path_b, key(b), &b.message, &b.subject))
    });
    let mut seen: HashMap<u64, u64> = HashMap::new();
    sorted
        .into_iter()
        .map(|finding| {
            let hash = identity_hash(finding);
            let ordinal = seen.entry(hash).and_modify(|count| *count += 1).or_insert(0);
            view(finding, sources, Fnv(hash).number(*ordinal).0)
        })
        .collect()
}

fn view(finding: &Finding, sources: &SourceMap, fingerprint: u64) -> FindingView {
    FindingView {
        rule: finding.rule.to_owned(),
        severity: finding.severity,
        message: finding.message.clone(),
        help: finding.help.clone(),
        subject: finding.subject.clone(),
        place: place(finding.span, sources, true),
        related: related(&finding.related, sources),
        fix: finding
            .fix
            .as_ref()
            .map(|edit| FixView { place: place(edit.span, sources, false), replacement: edit.replacement.clone() }),
        fingerprint: format!("{fingerprint:016x}"),
    }
}

fn related(labels: &[Label], sources: &SourceMap) -> Vec<RelatedView> {
    let mut seen = HashSet::new();
    labels
        .iter()
        .map(|label| {
            let repeated = !seen.insert((label.span, &label.message));
            RelatedView {
                message: label.message.clone(),
                subject: label.subject.clone(),
                place: place(label.span, sources, !repeated && seen.len() <= SHOWN_RELATED),
                repeated,
            }
        })
        .collect()
}

impl FindingView {
    /// The related places, each once.
    pub fn distinct_related(&self) -> impl Iterator<Item = &RelatedView> {
        self.related.iter().filter(|related| !related.repeated)
    }

    /// The related places people are shown, and the number of those they are not.
    pub fn shown_related(&self) -> (Vec<&RelatedView>, usize) {
        let mut shown: Vec<_> = self.distinct_related().collect();
        let more = shown.len().saturating_sub(SHOWN_RELATED);
        shown.truncate(SHOWN_RELATED);
        (shown, more)
    }
}

/// A span as people count it, with the lines around it where they are wanted.
pub(super) fn place(span: Span, sources: &SourceMap, excerpt: bool) -> Place {
    let (start, end) = sources.positions(span);
    Place {
        file: sources.path(span.file).to_owned(),
        start,
        end,
        located: sources.has_text(span.file),
        excerpt: excerpt.then(|| sources.text(span.file).map(|text| Excerpt::around(text, start))).flatten(),
    }
}

impl Excerpt {
    fn around(text: &str, at: Position) -> Self {
        let mut offset = at.offset.min(text.len());
        while !text.is_char_boundary(offset) {
            offset -= 1;
        }
        let mut start = text[..offset].rfind('\n').map_or(0, |newline| newline + 1);
        let mut first_line = at.line;
        for _ in 0..CONTEXT {
            if start > 0 {
                start = text[..start - 1].rfind('\n').map_or(0, |newline| newline + 1);
                first_line -= 1;
            }
        }
        let mut lines: Vec<_> = text[start..].split('\n').take(at.line - first_line + 1 + CONTEXT).collect();
        // Blank lines explain nothing.
        while first_line + lines.len() - 1 > at.line && lines.last().is_some_and(|line| line.trim().is_empty()) {
            lines.pop();
        }
        let blank = lines.iter().take(at.line - first_line).take_while(|line| line.trim().is_empty()).count();
        lines.drain(..blank);
        first_line += blank;
        let skipped = |line| if line == at.line { at.column.saturating_sub(LINE_LIMIT / 2) } else { 0 };
        let lines = (first_line..).zip(lines).map(|(number, line)| ExcerptLine::new(line, skipped(number))).collect();
        Self { first_line, lines }
    }
}

impl ExcerptLine {
    fn new(line: &str, skipped: usize) -> Self {
        let line = line.strip_suffix('\r').unwrap_or(line);
        // Columns do not count a byte order mark either.
        let mut characters = line.chars().filter(|&c| c != '\u{feff}').skip(skipped);
        let text = characters.by_ref().take(LINE_LIMIT).collect();
        Self { skipped, text, cut: characters.next().is_some() }
    }
}

fn identity_hash(finding: &Finding) -> u64 {
    let (rule, subject, related) = finding.identity();
    let start = Fnv::new().text(rule).subject(subject);
    related.into_iter().fold(start, Fnv::subject).0
}

/// Fowler–Noll–Vo 1a with 64 bits: forges compare fingerprints across versions of relm, so the hash must never change.
struct Fnv(u64);

impl Fnv {
    const fn new() -> Self {
        Self(0xcbf2_9ce4_8422_2325)
    }

    fn text(self, text: &str) -> Self {
        // No UTF-8 text holds the byte 0xff, so it separates.
        Self(
            text.bytes()
                .chain([0xff])
                .fold(self.0, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)),
        )
    }

    fn subject(self, subject: &Subject) -> Self {
        self.text(&subject.kind).text(&subject.id).text(&subject.path)
    }

    fn number(self, number: u64) -> Self {
        if number == 0 { self } else { self.text(&number.to_string()) }
    }
}
