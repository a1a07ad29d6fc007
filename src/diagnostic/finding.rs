use std::fmt;

use serde::Serialize;

use super::Span;

/// How bad a finding is, from least to worst.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, schemars::JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Worth knowing.
    Info,
    /// Will make the plan wrong.
    Warning,
    /// Makes the plan wrong, or is forbidden.
    Error,
}

impl Severity {
    /// The word used in every output.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// What a portfolio may set a rule to: a severity, or off.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Level {
    /// The rule reports nothing.
    Off,
    /// The rule reports at this severity.
    At(Severity),
}

/// The object a finding is about, stable across edits of its file.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, schemars::JsonSchema)]
pub struct Subject {
    /// The manifest kind, such as `release`; empty when the document has none.
    pub kind: String,
    /// The id of the manifest; the file's path for documents without an id.
    pub id: String,
    /// The place inside the manifest, such as `phases/uat`; empty for the manifest itself.
    pub path: String,
}

impl Subject {
    /// The manifest `kind`/`id` itself.
    pub fn new(kind: &str, id: &str) -> Self {
        Self { kind: kind.into(), id: id.into(), path: String::new() }
    }

    /// The same manifest, a place inside it.
    #[must_use]
    pub fn at(mut self, path: impl Into<String>) -> Self {
        self.path = path.into();
        self
    }
}

impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.kind)?;
        if !self.id.is_empty() {
            write!(f, "/{}", self.id)?;
        }
        if !self.path.is_empty() {
            write!(f, "/{}", self.path)?;
        }
        Ok(())
    }
}

/// Another place that explains a finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Label {
    /// Where.
    pub span: Span,
    /// What the place has to do with the finding.
    pub message: String,
    /// What stands there.
    pub subject: Subject,
}

/// A replacement of text that would resolve a finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edit {
    /// The text to replace.
    pub span: Span,
    /// What to put there.
    pub replacement: String,
}

/// One thing worth telling, with its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The rule's name, stamped by the rule runner (the loader stamps its own).
    pub rule: &'static str,
    /// Set by the rule runner.
    pub severity: Severity,
    /// The rule's own bound on the severity of this finding, such as for drafts.
    pub at_most: Option<Severity>,
    /// One sentence without a full stop: what is wrong.
    pub message: String,
    /// What to do about it.
    pub help: Option<String>,
    /// What it is about.
    pub subject: Subject,
    /// The primary place.
    pub span: Span,
    /// Supporting places, possibly in other files.
    pub related: Vec<Label>,
    /// A replacement that resolves it, where one is certain.
    pub fix: Option<Edit>,
}

impl Finding {
    /// A finding about `subject` at `span`.
    pub fn new(span: Span, subject: Subject, message: impl Into<String>) -> Self {
        Self {
            rule: "",
            severity: Severity::Error,
            at_most: None,
            message: message.into(),
            help: None,
            subject,
            span,
            related: Vec::new(),
            fix: None,
        }
    }

    /// Names the rule; only for findings made outside a rule's own check.
    #[must_use]
    pub fn rule(mut self, rule: &'static str) -> Self {
        self.rule = rule;
        self
    }

    /// Adds what to do.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// Adds a supporting place.
    #[must_use]
    pub fn related(mut self, span: Span, subject: Subject, message: impl Into<String>) -> Self {
        self.related.push(Label { span, subject, message: message.into() });
        self
    }

    /// Bounds the severity.
    #[must_use]
    pub fn at_most(mut self, severity: Severity) -> Self {
        self.at_most = Some(severity);
        self
    }

    /// Offers a replacement of the text at `span`.
    #[must_use]
    pub fn fix(mut self, span: Span, replacement: impl Into<String>) -> Self {
        self.fix = Some(Edit { span, replacement: replacement.into() });
        self
    }

    /// Whether two findings of two revisions are the same finding: wording and place do not count.
    pub fn identity(&self) -> (&'static str, &Subject, Vec<&Subject>) {
        (self.rule, &self.subject, self.related.iter().map(|label| &label.subject).collect())
    }
}
