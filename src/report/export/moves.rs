//! How plans moved.

use super::{Column, Definition, Input, Row};
use crate::analysis::history;

/// Moves.
pub static MOVES: Definition = Definition {
    name: "moves",
    description: "Every written date of a release that came, moved or went, by the commits, oldest first; what is not committed \
                  comes last. As in `relm history`; empty outside git.",
    key: &[],
    columns: &[
        Column::text("release", "The release; it need not be there any more."),
        Column::text("subject", "`milestones/rc1`, `phases/sit`, or empty for the release itself."),
        Column::text("field", "`date`, `start`, `end` or `target`."),
        Column::text("before", "What it was, as written; null where it came.").or_null(),
        Column::text("after", "What it is; null where it went.").or_null(),
        Column::int("days", "Calendar days, positive = later; null where it came or went, which is no move.").or_null(),
        Column::text("commit", "The commit that did it; null for what is not committed.").or_null(),
        Column::timestamp("at", "When it was written.").or_null(),
        Column::text("author", "Who wrote it: the person of the portfolio, by the address.").or_null(),
        Column::text("author_name", "The name in the commit, after `.mailmap`.").or_null(),
    ],
    rows: moves,
};

fn moves(input: &Input<'_>) -> Vec<Row> {
    let Some(chronicle) = input.chronicle else { return Vec::new() };
    let row = |one: &history::Move| {
        let commit = chronicle.steps[one.step].commit.as_ref();
        vec![
            one.place.release.as_str().into(),
            one.place.subject.as_str().into(),
            one.place.field.as_str().into(),
            one.before.as_deref().into(),
            one.after.as_deref().into(),
            one.days.into(),
            commit.map(|commit| commit.id.as_str()).into(),
            commit.map(|commit| commit.at.to_utc()).into(),
            commit.and_then(|commit| commit.author.person.as_deref()).into(),
            commit.map(|commit| commit.author.name.as_str()).into(),
        ]
    };
    history::moves(chronicle).iter().map(row).collect()
}
