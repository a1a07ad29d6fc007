//! One file: text → manifests, findings, and what later rules must know about it.

use std::borrow::Cow;
use std::collections::HashSet;

use super::shapes::Shapes;
use crate::diagnostic::{FileId, Finding, SourceMap, Span, Subject, suggest};
use crate::model::decode::{Decode, Decoder, abridge};
use crate::model::node::{Node, Value};
use crate::model::scalar::is_id;
use crate::model::{Allow, Kind, Manifest};

/// What one file gave.
#[derive(Debug, Default)]
pub struct Document {
    /// The manifests, in order.
    pub manifests: Vec<Manifest>,
    /// What was wrong.
    pub findings: Vec<Finding>,
    /// Comments that allow findings.
    pub allows: Vec<Allow>,
    /// Ids that documents which were left out seem to have.
    pub lost: HashSet<String>,
    /// Documents with content.
    pub documents: usize,
    /// Documents that are mappings without a `kind`.
    pub unknown: Vec<Span>,
    /// Documents of which not every finding is listed.
    pub damaged: Vec<Span>,
    /// What stands in a file that was not wholly understood, by words that could be ids: it may name anything of that.
    pub words: HashSet<Box<str>>,
    /// Whether the file is no text, so that nobody knows what it names.
    pub is_dark: bool,
    /// The hash of the bytes.
    pub hash: u64,
}

/// Findings listed for one file, beside those of its syntax; a log of a hundred thousand entries may be wrong in each.
const MAX_FINDINGS: usize = 1_000;

/// Reads the bytes of a file.
pub fn read(bytes: &[u8], file: FileId, path: &str) -> Document {
    read_known(bytes, file, path, &Shapes::default())
}

/// The same, where texts that were parsed before need not be parsed again.
pub fn read_known(bytes: &[u8], file: FileId, path: &str, shapes: &Shapes) -> Document {
    let mut document = Document { hash: SourceMap::hash(bytes), ..Document::default() };
    let text = match text(bytes) {
        Ok(text) => text,
        Err((at, message, help)) => {
            let span = Span::new(file, at, at + 1);
            document.findings.push(Finding::new(span, Subject::new("", path), message).rule("syntax").help(help));
            document.is_dark = true;
            return document;
        }
    };
    let parsed = shapes.parse(text, file, path);
    document.documents = parsed.documents.len();
    if !parsed.findings.is_empty() {
        document.lost.extend(ids_by_eye(text));
    }
    document.findings = parsed.findings;
    document.allows = allows(text, path, &parsed.comments);
    let limit = document.findings.len() + MAX_FINDINGS;
    let mut unlisted = (0, Span::default());
    for node in &parsed.documents {
        manifest(node, path, &mut document);
        let excess = document.findings.len().saturating_sub(limit);
        if excess > 0 {
            document.findings.truncate(limit);
            document.damaged.push(node.span);
            unlisted = (unlisted.0 + excess, if unlisted.0 == 0 { node.span } else { unlisted.1 });
        }
    }
    if let (count @ 1.., span) = unlisted {
        document.findings.push(not_listed(count, "file", span, Subject::new("", path)));
    }
    if !(document.findings.is_empty() && document.unknown.is_empty()) {
        let words = text.split(|c: char| !(c.is_ascii_alphanumeric() || "._-".contains(c)));
        document.words = words.filter(|word| is_id(word)).map(Box::from).collect();
    }
    document
}

/// Stands for findings beyond what anybody reads.
fn not_listed(count: usize, of: &str, span: Span, subject: Subject) -> Finding {
    let message = format!("{count} more findings in this {of} are not listed");
    let finding = Finding::new(first_line(span), subject, message).rule("invalid-value");
    finding.help("mend those above first; most will have the same cause")
}

/// The text of a file; else the place, what is wrong and what to do.
fn text(bytes: &[u8]) -> Result<&str, (usize, &'static str, &'static str)> {
    if matches!(bytes, [0xff, 0xfe, ..] | [0xfe, 0xff, ..])
        || matches!(bytes, [0, b, ..] | [b, 0, ..] if b.is_ascii_graphic())
    {
        return Err((0, "this file is UTF-16, not UTF-8", "save it as UTF-8"));
    }
    let read = std::str::from_utf8(bytes);
    let good = read.map_or_else(|error| error.valid_up_to(), str::len);
    let looked_at = &bytes[..bytes.len().min(good + 1)];
    // To learn that there is none takes a fraction of the time that a search for its place takes.
    if looked_at.contains(&0)
        && let Some(at) = looked_at.iter().position(|&byte| byte == 0)
    {
        return Err((at, "this file is binary, not text", "leave it out with `exclude:` in relm.yaml"));
    }
    read.map_err(|error| (error.valid_up_to(), "this byte is not UTF-8", "save the file as UTF-8"))
}

/// The ids that the lines of an unreadable file seem to give, so that references to them are not called wrong.
fn ids_by_eye(text: &str) -> impl Iterator<Item = String> {
    text.lines().filter_map(|line| line.strip_prefix("id:")).filter_map(|rest| {
        let id = rest.split('#').next()?.trim().trim_matches(['"', '\'']);
        (!id.is_empty()).then(|| id.to_owned())
    })
}

fn manifest(node: &Node<'_>, path: &str, document: &mut Document) {
    let id = node.get("id").and_then(Node::text).map_or_else(|| path.to_owned(), subject_id);
    let id = id.as_str();
    let refuse = |span: Span, message: String, help: String| {
        Finding::new(span, Subject::new("", id), message).rule("invalid-value").help(help)
    };
    let Value::Mapping(entries) = &node.value else {
        let help =
            format!("a manifest is a mapping that begins with `kind:`; leave other files out: `exclude: [{path}]`");
        let message = format!("expected a manifest, found {}", node.describe());
        document.findings.push(refuse(first_line(node.span), message, help));
        return;
    };
    let Some(kind) = node.entry("kind") else {
        let at = entries.first().map_or(node.span, |entry| entry.key_span);
        document.unknown.push(at);
        document.lost.extend(node.get("id").and_then(Node::text).map(str::to_owned));
        return;
    };
    let word = kind.value.text().unwrap_or("");
    let Some(known) = Kind::from_word(word) else {
        let words = Kind::WORDS.iter().copied();
        let help = suggest::did_you_mean(word, words).unwrap_or_else(|| {
            format!("known kinds: {}; leave other files out with `exclude:`", Kind::WORDS.join(", "))
        });
        let message = format!("`{}` is not a kind of manifest", abridge(word));
        let mut finding = refuse(kind.value.span, message, help);
        if let [only] = suggest::nearest(word, Kind::WORDS.iter().copied())[..] {
            finding = finding.fix(kind.value.span, only);
        }
        document.findings.push(finding);
        document.lost.extend(node.get("id").and_then(Node::text).map(str::to_owned));
        return;
    };
    let subject = Subject::new(word, if known == Kind::Portfolio { "" } else { id });
    let mut cx = Decoder::new(subject.clone());
    match decode(known, node, &mut cx) {
        Some(manifest) => document.manifests.push(manifest),
        None => document.lost.extend(node.get("id").and_then(Node::text).map(str::to_owned)),
    }
    document.findings.append(&mut cx.findings);
    if cx.unlisted > 0 {
        document.damaged.push(node.span);
        document.findings.push(not_listed(cx.unlisted, "document", node.span, subject));
    }
}

/// An id for findings: as it is, or shortened when it is none.
fn subject_id(id: &str) -> String {
    if is_id(id) && id.len() <= 200 { id.to_owned() } else { abridge(id) }
}

/// A place that stands for a whole document without showing all of it.
fn first_line(span: Span) -> Span {
    Span { len: span.len.min(1), ..span }
}

fn decode(kind: Kind, node: &Node<'_>, cx: &mut Decoder) -> Option<Manifest> {
    Some(match kind {
        Kind::Portfolio => Manifest::Portfolio(Decode::decode(node, cx)?),
        Kind::Project => Manifest::Project(Decode::decode(node, cx)?),
        Kind::Environment => Manifest::Environment(Decode::decode(node, cx)?),
        Kind::Release => Manifest::Release(Decode::decode(node, cx)?),
        Kind::Train => Manifest::Train(Decode::decode(node, cx)?),
        Kind::Change => Manifest::Change(Decode::decode(node, cx)?),
        Kind::Deployments => Manifest::Deployments(Decode::decode(node, cx)?),
        Kind::Incidents => Manifest::Incidents(Decode::decode(node, cx)?),
        Kind::Pipelines => Manifest::Pipelines(Decode::decode(node, cx)?),
        Kind::Assessment => Manifest::Assessment(Decode::decode(node, cx)?),
        Kind::Demand => Manifest::Demand(Decode::decode(node, cx)?),
        Kind::Run => Manifest::Run(Decode::decode(node, cx)?),
    })
}

/// The comments that allow findings, each with the line it speaks of.
fn allows(text: &str, path: &str, comments: &[(Span, Cow<'_, str>)]) -> Vec<Allow> {
    let mut allows: Vec<Allow> = Vec::new();
    for (span, comment) in comments {
        let Some((rule, reason)) = allow(comment) else { continue };
        // Comments on lines that follow each other speak of the same line.
        let (target_start, target_end) = match allows.last() {
            Some(last) if span.end() < last.target_start => (last.target_start, last.target_end),
            _ => target(text, span.end() as usize),
        };
        allows.push(Allow { rule, reason, path: path.to_owned(), span: *span, target_start, target_end });
    }
    allows
}

/// Reads `# relm: allow RULE — reason`; the dash may be `—`, `-` or `:`.
pub(super) fn allow(comment: &str) -> Option<(String, String)> {
    let rest = comment.trim().strip_prefix("relm:")?.trim();
    let rest =
        rest.strip_prefix("allow").filter(|rest| rest.is_empty() || rest.starts_with(char::is_whitespace))?.trim();
    let end = rest.find(|c: char| c.is_whitespace() || matches!(c, '—' | ':')).unwrap_or(rest.len());
    let (rule, reason) = rest.split_at(end);
    let reason = reason.trim_start_matches(|c: char| c.is_whitespace() || matches!(c, '—' | '–' | '-' | ':')).trim();
    Some((rule.to_owned(), reason.to_owned()))
}

/// The next line that is neither blank nor a comment.
fn target(text: &str, from: usize) -> (u32, u32) {
    let mut start = text[from..].find('\n').map_or(text.len(), |at| from + at + 1);
    while start < text.len() {
        let end = text[start..].find('\n').map_or(text.len(), |at| start + at + 1);
        let line = text[start..end].trim();
        if !line.is_empty() && !line.starts_with('#') {
            return (start as u32, end as u32);
        }
        start = end;
    }
    (text.len() as u32, text.len() as u32)
}

#[cfg(test)]
#[path = "document_tests.rs"]
mod tests;

#[cfg(test)]
#[path = "schema_tests.rs"]
mod schema_tests;
