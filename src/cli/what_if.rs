//! The portfolio as it would be with other values in some of its fields; nothing is written.

use super::commands::unknown;
use super::context::Context;
use super::error::Error;
use super::field::Schema;
use super::target::{Target, Way, documents};
use super::write::{self, Draft};
use crate::diagnostic::Span;
use crate::edit::Edit;
use crate::model::node::Node;
use crate::report::show::{Found, find};

/// A field and what it shall say.
#[derive(Debug, Clone)]
pub struct Assignment {
    /// What has the field.
    pub target: Target,
    /// The field.
    pub field: String,
    /// Its value.
    pub value: String,
}

/// An assignment that was made.
#[derive(Debug, Clone)]
pub struct Made {
    /// What has the field.
    pub target: Target,
    /// The field.
    pub field: String,
    /// What stood there.
    pub before: Option<String>,
    /// What would stand there.
    pub after: String,
    /// The file, from the root.
    pub file: String,
    way: Way,
}

impl Assignment {
    /// Reads `RELEASE/PHASE.start=2026-12-05`. Ids may have dots: the longest that stands for something counts.
    pub fn read(context: &Context<'_>, text: &str) -> Result<Self, Error> {
        let form = "write `RELEASE/PHASE.FIELD=VALUE`, such as `payments-2026.12/uat.start=2026-11-30`";
        let wrong = |what: &str| Error::usage(format!("`{text}` {what}")).hint(form);
        let (way, value) = text.split_once('=').ok_or_else(|| wrong("says no value"))?;
        let (way, value) = (way.trim(), value.trim());
        if value.is_empty() {
            return Err(wrong("says no value after the `=`"));
        }
        let is_known = |id: &str| !matches!(find(&context.loaded.portfolio, id), Found::None(_));
        if is_known(way) {
            return Err(wrong("names no field"));
        }
        let splits: Vec<(&str, &str)> = way.rmatch_indices('.').map(|(at, _)| (&way[..at], &way[at + 1..])).collect();
        let Some((id, field)) = splits.iter().find(|(id, _)| is_known(id) || *id == "portfolio").copied() else {
            return Err(match splits.first() {
                Some((id, _)) => unknown(id, nearest(context, id)),
                None => wrong("names no object and field"),
            });
        };
        if field.is_empty() {
            return Err(wrong("names no field"));
        }
        Ok(Self { target: Target::find(context, id)?, field: field.to_owned(), value: value.to_owned() })
    }
}

fn nearest(context: &Context<'_>, id: &str) -> Option<String> {
    match find(&context.loaded.portfolio, id) {
        Found::None(nearest) => nearest,
        Found::One(_) | Found::Several(_) => None,
    }
}

/// The portfolio with these assignments, judged at the same moment. What could not be read is refused.
pub fn with<'g>(context: &Context<'g>, assignments: Vec<Assignment>) -> Result<(Context<'g>, Vec<Made>), Error> {
    let mut drafts: Vec<Draft> = Vec::new();
    let mut made: Vec<Made> = Vec::new();
    for assignment in assignments {
        let file = context.loaded.sources.path(assignment.target.span.file).to_owned();
        let known = drafts.iter().position(|draft| draft.file() == file);
        let at = known.unwrap_or(drafts.len());
        if known.is_none() {
            drafts.push(Draft::of(context, &file)?);
        }
        made.push(make(&mut drafts[at], assignment, file, &made)?);
    }
    let texts = drafts.iter().map(|draft| (draft.file().to_owned(), draft.text().as_bytes().to_vec()));
    let after = context.with_texts(texts.collect())?;
    refuse_faults(context, &after, &drafts, &made)?;
    Ok((after, made))
}

fn make(draft: &mut Draft, assignment: Assignment, file: String, others: &[Made]) -> Result<Made, Error> {
    let Assignment { target, field, value } = assignment;
    let lost =
        || Error::input(format!("`{file}` was changed by somebody else meanwhile")).hint("run the command again");
    let way = Way::to(&documents(draft.before()), target.span).ok_or_else(lost)?;
    let text = draft.text().to_owned();
    let documents = documents(&text);
    let base = way.node(&documents).ok_or_else(lost)?;
    let below = Schema::of(way.kind).resolve(&way.steps, base, &field)?;
    let way = Way { steps: [&way.steps[..], &below].concat(), ..way };
    if others.iter().any(|other| other.file == file && other.way == way) {
        let error = Error::usage(format!("`{field}` of `{}` is given twice", target.short_name()));
        return Err(error.hint("say once what it shall be"));
    }
    let before = way.node(&documents).and_then(Node::text).map(str::to_owned);
    draft.edit(&Edit::set(way.document(), way.steps.clone(), value.as_str()))?;
    Ok(Made { target, field, before, after: value, file, way })
}

/// A value that cannot be read makes no portfolio to compare with.
fn refuse_faults(context: &Context<'_>, after: &Context<'_>, drafts: &[Draft], made: &[Made]) -> Result<(), Error> {
    let spans = made.iter().filter_map(|made| {
        let file = after.loaded.sources.iter().find(|(_, path)| *path == made.file).map(|(file, _)| file)?;
        let documents = documents(drafts.iter().find(|draft| draft.file() == made.file)?.text());
        Some(Span { file, ..made.way.node(&documents)?.span })
    });
    let spans: Vec<Span> = spans.collect();
    let Some(fault) = write::faults(context, after, &spans).into_iter().next() else { return Ok(()) };
    let what = match made {
        [only] => format!("`{}.{}={}`", only.target.short_name(), only.field, only.after),
        _ => "that".to_owned(),
    };
    let error = Error::usage(format!("{what} cannot be: {}", fault.message));
    Err(match fault.help {
        Some(help) => error.hint(help),
        None => error,
    })
}
