//! What the files hold that criteria point to: reports of tests, coverage and analysis, single values, and documents.

use std::collections::HashMap;

use chrono::{DateTime, Utc};

use crate::diagnostic::Span;

/// What was read for criteria.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Evidence {
    /// The reports of each check, by the span of `check:`; sorted by path. No entry: nobody asked. Empty: no file matches.
    pub checks: HashMap<Span, Result<Vec<Report>, Fault>>,
    /// The files that `evidence:` names, by the path as written; none: there is no such file.
    pub files: HashMap<String, Option<FileFact>>,
    /// The artefacts of scopes, by `uri` as written; none: there is no such file below the root. Addresses of other places
    /// (`https://…`) have no entry.
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
    /// When the commit was made that last changed it; none outside git, or when it is not committed as it stands.
    pub committed_at: Option<DateTime<Utc>>,
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
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Results {
    /// At level `error`.
    pub errors: u32,
    /// At level `warning`.
    pub warnings: u32,
    /// At level `note`.
    pub notes: u32,
}

impl TestRun {
    /// Tests that ran: passed and failed; those left out prove nothing.
    pub fn ran(&self) -> u32 {
        self.passed + self.failed.len() as u32
    }
}
