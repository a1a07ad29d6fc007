//! What the files hold that criteria point to: reports of tests, coverage and analysis, single values, and documents.

use std::collections::HashMap;

use chrono::{DateTime, Utc};

use crate::diagnostic::Span;
use crate::model::release::ResultLevel;

/// What was read for criteria.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Evidence {
    /// The reports of each check, by the span of `check:`; sorted by path. No entry: nobody asked. Empty: no file matches.
    pub checks: HashMap<Span, Result<Vec<Report>, Fault>>,
    /// The files that `evidence:` names, by the path as written; none: there is no such file. Addresses of other places
    /// (`https://…`) and paths that leave the root have no entry.
    pub files: HashMap<String, Option<FileFact>>,
    /// The artifacts of scopes, by `uri` as written; none: there is no such file below the root. Addresses of other places
    /// (`https://…`) and paths that leave the root have no entry.
    pub artifacts: HashMap<String, Option<FileFact>>,
}

/// A file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileFact {
    /// Its path from the root, with `/`.
    pub path: String,
    /// The SHA-256 of its bytes, hexadecimal.
    pub sha256: String,
    /// Its size in bytes.
    pub bytes: u64,
    /// When the commit was made that last changed it; none outside git, and when it is not committed as it stands: changed
    /// since, or ignored by git. Looked for only where it decides: for a report that bears no date of its own and whose
    /// check has a `max_age`.
    pub committed_at: Option<DateTime<Utc>>,
    /// It is a pointer of Git LFS: the content is not here, and hash and size are those that the pointer names.
    pub is_pointer: bool,
}

/// A report that decides a criterion.
#[derive(Debug, Clone, PartialEq)]
pub struct Report {
    /// The file.
    pub file: FileFact,
    /// When the report says that it was made.
    pub made_at: Option<DateTime<Utc>>,
    /// What it holds, or why that cannot be said.
    pub content: Result<Content, Fault>,
}

/// Why a file, or all files of a check, cannot serve.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// What is wrong, a sentence without a full stop.
    pub message: String,
    /// The line in the report, from 1, where that is known.
    pub line: Option<u32>,
}

/// What a report holds.
#[derive(Debug, Clone, PartialEq)]
pub enum Content {
    /// A run of tests.
    Tests(TestRun),
    /// How much of the code was run.
    Coverage(Coverage),
    /// What an analysis found.
    Results(Results),
    /// A single value, as written.
    Value(String),
}

/// A run of tests.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TestRun {
    /// Tests that passed.
    pub passed: u32,
    /// The names of those that failed or ended with an error, `class.name` where there is a class; sorted.
    pub failed: Vec<String>,
    /// Tests that were left out.
    pub skipped: u32,
}

/// How much of the code was run.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Coverage {
    /// Lines that were run.
    pub covered: u64,
    /// Lines there are.
    pub lines: u64,
}

/// What an analysis found and nobody suppressed, by SARIF's levels.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Results {
    /// At level `error`.
    pub errors: u32,
    /// At level `warning`.
    pub warnings: u32,
    /// At level `note`.
    pub notes: u32,
    /// The first of each level, the worst first: the level, and the rule with the place.
    pub first: Vec<(ResultLevel, String)>,
}

impl Fault {
    /// About the whole.
    pub fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), line: None }
    }

    /// About a line, from 1.
    pub fn at(line: usize, message: impl Into<String>) -> Self {
        Self { message: message.into(), line: u32::try_from(line).ok() }
    }
}

impl Results {
    /// How many results there are at this level and above.
    pub fn at_least(&self, level: ResultLevel) -> u32 {
        match level {
            ResultLevel::Error => self.errors,
            ResultLevel::Warning => self.errors.saturating_add(self.warnings),
            ResultLevel::Note => self.errors.saturating_add(self.warnings).saturating_add(self.notes),
        }
    }
}

impl TestRun {
    /// Tests that ran: passed and failed; those left out prove nothing.
    pub fn ran(&self) -> u32 {
        self.passed.saturating_add(self.failed.len() as u32)
    }
}

/// Whether a text begins with a scheme, such as `https:` or `oci:`, and so names a place outside the portfolio; one letter is
/// a drive, not a scheme.
pub fn is_address(text: &str) -> bool {
    text.split_once(':').is_some_and(|(scheme, _)| {
        scheme.len() > 1
            && scheme.starts_with(|c: char| c.is_ascii_alphabetic())
            && scheme.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'-' | b'.'))
    })
}
