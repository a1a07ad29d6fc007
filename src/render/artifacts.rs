//! Whether what ships is what was recorded, for people at a terminal.

use std::fmt::Write;

use super::Style;
use super::findings::address;
use super::paint::Paint;
use super::text::{sanitize, wrap, wrap_hanging};
use crate::diagnostic::wording::plural;
use crate::report::artifacts::{ArtifactView, LicenceState, LicenceView, State, Verify};

/// Narrower terminals get lines of this many columns.
const MIN_WIDTH: usize = 40;

/// Characters of a hash that people compare.
const SHOWN: usize = 12;

/// What does not verify first, each with its place; then the licences that end; then the sums.
pub fn human(view: &Verify, style: &Style) -> String {
    let paint = Paint(*style);
    let width = style.width.max(MIN_WIDTH);
    let mut out = String::new();
    let mut line = |mark: &str, text: &str, artifact: &ArtifactView| {
        let text = wrap_hanging(&sanitize(text), width - 2, width - 2).replace('\n', "\n  ");
        let place = format!("{}  {}", address(&artifact.place), artifact.release);
        let _ = writeln!(out, "{mark} {text}\n  {}\n", paint.dim(&sanitize(&place)));
    };
    for artifact in &view.artifacts {
        if let Some(words) = words(artifact) {
            let mark = if artifact.state == State::Unrecorded { paint.yellow("!") } else { paint.red("-") };
            line(&mark, &format!("{} {words}", artifact.uri), artifact);
        }
    }
    for artifact in &view.artifacts {
        if let Some(words) = artifact.licence.as_ref().and_then(licence) {
            line(&paint.yellow("!"), &format!("{}: {words}", artifact.uri), artifact);
        }
    }
    let summary = wrap(&summary(view), width);
    let _ = writeln!(out, "{}", if view.verified { paint.green(&summary) } else { paint.red(&summary) });
    out
}

/// What is worth telling of an artifact.
fn words(artifact: &ArtifactView) -> Option<String> {
    let short = |hash: &Option<String>| -> String { hash.iter().flat_map(|hash| hash.chars()).take(SHOWN).collect() };
    match artifact.state {
        State::Verified | State::Elsewhere => None,
        State::Mismatch => {
            let (found, recorded) = (short(&artifact.found), short(&artifact.recorded));
            Some(format!("is not what was recorded: its SHA-256 is {found}…, recorded is {recorded}…"))
        }
        State::Missing => Some("is not there".to_owned()),
        State::Pointer => {
            Some("is a pointer of Git LFS with the recorded hash; `git lfs pull` brings the content".to_owned())
        }
        State::Unrecorded => {
            Some(format!("has no recorded hash; write `sha256: {}`", artifact.found.as_deref().unwrap_or("")))
        }
    }
}

/// What is worth telling of a licence.
fn licence(licence: &LicenceView) -> Option<String> {
    let name = licence.name.as_ref().map_or_else(|| "the licence".to_owned(), |name| format!("the licence `{name}`"));
    let expires = licence.expires?;
    match licence.state {
        LicenceState::Valid => None,
        LicenceState::Expiring => Some(format!("{name} ends on {expires}")),
        LicenceState::Expired => Some(format!("{name} ended on {expires}")),
    }
}

fn summary(view: &Verify) -> String {
    let sums = &view.summary;
    if sums.artifacts == 0 {
        return "No artifacts to verify.".to_owned();
    }
    let parts = [
        (sums.verified, "verified"),
        (sums.mismatch, "not what was recorded"),
        (sums.missing, "not there"),
        (sums.pointer, "not fetched"),
        (sums.unrecorded, "without a recorded hash"),
        (sums.elsewhere, "elsewhere, not looked at"),
    ];
    let parts: Vec<String> =
        parts.iter().filter(|(number, _)| *number > 0).map(|(number, what)| format!("{number} {what}")).collect();
    let mut text = format!("{}: {}", plural(sums.artifacts, "artifact"), parts.join(", "));
    for (number, what) in [(sums.licences_expired, "has ended"), (sums.licences_expiring, "ends soon")] {
        if number > 0 {
            let what = if number == 1 { what } else { what_many(what) };
            let _ = write!(text, "; {} {what}", plural(number, "licence"));
        }
    }
    text + "."
}

fn what_many(what: &str) -> &str {
    if what == "has ended" { "have ended" } else { "end soon" }
}
