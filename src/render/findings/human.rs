//! Findings for people at a terminal: the sentence, the lines it is about, what to do.

use std::fmt::{self, Write};

use miette::{
    Diagnostic, GraphicalReportHandler, GraphicalTheme, LabeledSpan, SourceCode, ThemeCharacters, ThemeStyles,
};

use super::snippet::Snippet;
use super::summary_line;
use crate::diagnostic::Severity;
use crate::render::Style;
use crate::render::text::{display_width, sanitize, wrap, wrap_hanging};
use crate::report::check::{Check, FindingView};

/// Narrower terminals get lines of this many columns.
const MIN_WIDTH: usize = 40;

/// Every finding with its places, a blank line between them, and the summary last.
pub fn render(check: &Check, style: &Style) -> String {
    let style = Style { width: style.width.max(MIN_WIDTH), ..*style };
    let mut out = findings(&check.findings, &style);
    let colour = match check.findings.iter().map(|finding| finding.severity).max() {
        Some(Severity::Error) => "1;31",
        Some(Severity::Warning) => "1;33",
        Some(Severity::Info) => "1;36",
        None => "1;32",
    };
    let line = wrap(&sanitize(&summary_line(check)), style.width);
    let _ = writeln!(out, "{}", paint(&line, colour, &style));
    out
}

/// The findings alone, each followed by a blank line; for views that end differently.
pub fn findings(findings: &[FindingView], style: &Style) -> String {
    let style = Style { width: style.width.max(MIN_WIDTH), ..*style };
    let mut out = String::new();
    for finding in findings {
        let snippet = Snippet::new(finding, &style);
        // Writing to a string fails only if miette refuses a span; the sentence is then still worth having.
        if report(&mut out, finding, &snippet, &style).is_err() {
            let _ = writeln!(out, "{}", sanitize(&finding.message));
        }
        out.push('\n');
    }
    out
}

fn report(out: &mut String, finding: &FindingView, snippet: &Snippet, style: &Style) -> fmt::Result {
    let theme = theme(finding, snippet, style);
    let arrow = theme.characters.rarrow;
    let first = style.width.saturating_sub(display_width(&theme.characters.error) + 3);
    let title = wrap_hanging(&sanitize(&finding.message), first, style.width - 4);
    GraphicalReportHandler::new_themed(theme)
        .with_links(false)
        .with_width(style.width)
        // Wrapped before, because miette breaks ids at their hyphens.
        .with_wrap_lines(false)
        .without_syntax_highlighting()
        .render_report(out, &Report { title, severity: finding.severity, snippet })?;
    for place in &snippet.unseen {
        writeln!(out, "   {arrow} {}", wrap(place, style.width - 5).replace('\n', "\n     "))?;
    }
    let (_, more) = finding.shown_related();
    if more > 0 {
        writeln!(out, "   {arrow} and {more} more")?;
    }
    if let Some(help) = &finding.help {
        let help = wrap(&sanitize(help), style.width - 8).replace('\n', "\n        ");
        writeln!(out, "  {} {help}", paint("help:", "36", style))?;
    }
    Ok(())
}

fn theme(finding: &FindingView, snippet: &Snippet, style: &Style) -> GraphicalTheme {
    let mut characters = if style.unicode { ThemeCharacters::unicode() } else { ThemeCharacters::ascii() };
    let title = format!("{}[{}]:", finding.severity, sanitize(&finding.rule));
    characters.error.clone_from(&title);
    characters.warning.clone_from(&title);
    characters.advice = title;
    let mut styles = if style.colour { ThemeStyles::ansi() } else { ThemeStyles::none() };
    let primary = match finding.severity {
        Severity::Error => styles.error,
        Severity::Warning => styles.warning,
        Severity::Info => styles.advice,
    };
    // In the order in which miette hands them out.
    styles.highlights = snippet.labels.iter().map(|label| if label.primary { primary } else { styles.help }).collect();
    if styles.highlights.is_empty() {
        styles.highlights.push(primary);
    }
    GraphicalTheme { characters, styles }
}

fn paint(text: &str, code: &str, style: &Style) -> String {
    if style.colour { format!("\u{1b}[{code}m{text}\u{1b}[0m") } else { text.to_owned() }
}

/// A finding as miette wants it.
#[derive(Debug)]
struct Report<'a> {
    title: String,
    severity: Severity,
    snippet: &'a Snippet,
}

impl fmt::Display for Report<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.title)
    }
}

impl std::error::Error for Report<'_> {}

impl Diagnostic for Report<'_> {
    fn severity(&self) -> Option<miette::Severity> {
        Some(match self.severity {
            Severity::Error => miette::Severity::Error,
            Severity::Warning => miette::Severity::Warning,
            Severity::Info => miette::Severity::Advice,
        })
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        (!self.snippet.labels.is_empty()).then_some(self.snippet as &dyn SourceCode)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        Some(Box::new(self.snippet.labels.iter().map(|label| {
            let (text, span) = (label.text.clone(), label.span);
            if label.primary {
                LabeledSpan::new_primary_with_span(text, span)
            } else {
                LabeledSpan::new_with_span(text, span)
            }
        })))
    }
}
