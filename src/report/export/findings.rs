//! What a check finds.

use super::{Column, Definition, Input, Row};
use crate::report::check;

/// Findings.
pub static FINDINGS: Definition = Definition {
    name: "findings",
    description: "What `relm check` finds, by file and place.",
    key: &[],
    columns: &[
        Column::text("rule", "The rule; `relm explain RULE` says more."),
        Column::text("severity", "`error`, `warning` or `info`."),
        Column::text(
            "subject_kind",
            "The kind of manifest it is about, such as `release`; empty when the document has none.",
        ),
        Column::text("subject_id", "The id of the manifest; the file's path for documents without an id."),
        Column::text("subject_path", "The place in the manifest, such as `phases/uat`; empty for the manifest itself."),
        Column::text("message", "What is wrong, in one sentence."),
        Column::text("help", "What to do about it.").or_null(),
        Column::FILE,
        Column::LINE,
    ],
    rows: findings,
};

fn findings(input: &Input<'_>) -> Vec<Row> {
    let row = |view: check::FindingView| {
        vec![
            view.rule.into(),
            view.severity.as_str().into(),
            view.subject.kind.into(),
            view.subject.id.into(),
            view.subject.path.into(),
            view.message.into(),
            view.help.into(),
            Some(view.place.file).filter(|file| !file.is_empty()).into(),
            view.place.located.then_some(view.place.start.line).into(),
        ]
    };
    check::views(input.findings, input.sources).into_iter().map(row).collect()
}
