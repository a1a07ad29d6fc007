//! `JUnit` XML: a test case for each file with findings, failed by its errors.

use std::collections::BTreeMap;
use std::fmt::Write;

use super::{address, related_lines, summary_line};
use crate::diagnostic::Severity;
use crate::diagnostic::wording::plural;
use crate::render::text::html_escape;
use crate::report::check::{Check, FindingView};

/// One suite; without findings it has a single case that passes, so that a clean run is not taken for an empty one.
pub fn render(check: &Check) -> String {
    let mut files: BTreeMap<&str, Vec<&FindingView>> = BTreeMap::new();
    for finding in check.worst_first() {
        files.entry(&finding.place.file).or_default().push(finding);
    }
    let failures = files.values().filter(|findings| errors(findings) > 0).count();
    let tests = files.len().max(1);
    let counts = format!("tests=\"{tests}\" failures=\"{failures}\" errors=\"0\"");
    let mut out = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    let _ = writeln!(out, "<testsuites name=\"relm\" {counts}>");
    let _ = writeln!(out, "  <testsuite name=\"relm\" {counts} skipped=\"0\">");
    if files.is_empty() {
        let name = summary_line(check);
        let _ = writeln!(out, "    <testcase name=\"{}\" classname=\"relm.check\"/>", html_escape(&name));
    }
    for (file, findings) in files {
        test_case(&mut out, &check.repository_path(file), &findings);
    }
    out.push_str("  </testsuite>\n</testsuites>\n");
    out
}

fn errors(findings: &[&FindingView]) -> usize {
    findings.iter().filter(|finding| finding.severity == Severity::Error).count()
}

fn test_case(out: &mut String, path: &str, findings: &[&FindingView]) {
    let path = attribute(path);
    let _ = writeln!(out, "    <testcase name=\"{path}\" classname=\"relm.check\" file=\"{path}\">");
    // Worst first, so the errors are at the front.
    let (failed, noted) = findings.split_at(errors(findings));
    if let Some(first) = failed.first() {
        let more = if failed.len() > 1 { format!("{}: ", plural(failed.len(), "error")) } else { String::new() };
        let message = attribute(&format!("{more}{}", first.message));
        let kind = attribute(&first.rule);
        let _ = writeln!(out, "      <failure message=\"{message}\" type=\"{kind}\">{}</failure>", lines(failed));
    }
    if !noted.is_empty() {
        let _ = writeln!(out, "      <system-out>{}</system-out>", lines(noted));
    }
    out.push_str("    </testcase>\n");
}

/// A parser turns line ends inside attributes into spaces anyway.
fn attribute(text: &str) -> String {
    html_escape(text).replace(['\n', '\r', '\t'], " ")
}

fn lines(findings: &[&FindingView]) -> String {
    let mut text = String::new();
    for finding in findings {
        let place = address(&finding.place);
        let _ = write!(text, "\n{place}: {}[{}]: {}", finding.severity, finding.rule, finding.message);
        for line in related_lines(finding) {
            let _ = write!(text, "\n    {line}");
        }
        if let Some(help) = &finding.help {
            let _ = write!(text, "\n    help: {help}");
        }
    }
    text.push('\n');
    html_escape(&text).into_owned()
}
