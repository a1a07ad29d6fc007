//! Whether what ships is what was recorded.

use super::Scope;
use super::definition::{Definition, Family, Goal, Measured, Record, Subject, Unit};
use super::releases::actual_end;
use crate::model::facts::is_address;

pub(super) static DEFINITIONS: [Definition; 1] = [Definition {
    id: "artifact_verification",
    name: "artifact verification",
    family: Family::Operations,
    unit: Unit::Ratio,
    definition: "artifacts whose recorded hash is that of the file ÷ artifacts, of releases that are open or shipped in the period",
    source: "release management practice",
    needs: "`artifacts` with `sha256` that lie in the portfolio",
    goal: Goal::More,
    subject: Subject::Release,
    measure,
}];

fn measure(scope: &Scope<'_, '_>) -> Measured {
    let mut out = Measured::default();
    let files = &scope.base.input.gates.facts.evidence.artifacts;
    for (_, release) in scope.live() {
        let is_open = !release.status().is_over() && actual_end(release).is_none();
        if !is_open && !actual_end(release).is_some_and(|end| scope.period.contains(end)) {
            continue;
        }
        for artifact in release.scope.iter().flat_map(|item| &item.artifacts) {
            let record = Record::new("artifact", format!("{}/{}", release.id, artifact.uri), artifact.uri.span);
            if is_address(&artifact.uri) {
                out.leave(record, "it lies elsewhere, where nothing is opened");
                continue;
            }
            let file = files.get(artifact.uri.as_str()).and_then(Option::as_ref);
            let (verifies, note) = match (&artifact.sha256, file) {
                (None, _) => (false, "no hash is recorded"),
                (Some(_), None) => (false, "there is no such file"),
                (Some(_), Some(file)) if file.is_pointer => (false, "only a pointer to it is here"),
                (Some(hash), Some(file)) if file.sha256.eq_ignore_ascii_case(hash) => (true, "verified"),
                _ => (false, "the file has another hash"),
            };
            out.count_noted(record, f64::from(u8::from(verifies)), note);
        }
    }
    out.mean()
}
