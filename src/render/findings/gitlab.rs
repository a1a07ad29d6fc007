//! The Code Quality report of GitLab.

use serde_json::{Value, json};

use crate::diagnostic::Severity;
use crate::report::check::{Check, FindingView};

/// A JSON array with an entry a finding.
pub fn render(check: &Check) -> String {
    let entries: Vec<_> = check.findings.iter().map(|finding| entry(check, finding)).collect();
    format!("{:#}\n", Value::Array(entries))
}

fn entry(check: &Check, finding: &FindingView) -> Value {
    let severity = match finding.severity {
        Severity::Error => "major",
        Severity::Warning => "minor",
        Severity::Info => "info",
    };
    json!({
        "description": finding.message,
        "check_name": finding.rule,
        "fingerprint": finding.fingerprint,
        "severity": severity,
        "location": {
            "path": check.repository_path(&finding.place.file),
            "lines": { "begin": finding.place.start.line },
        },
    })
}
