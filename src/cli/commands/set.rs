//! `relm set`.

use clap::Parser;

use super::{Command, Status};
use crate::cli::args::{Format, Global};
use crate::cli::context::Context;
use crate::cli::error::Error;
use crate::cli::field::Schema;
use crate::cli::target::{Target, Way, documents};
use crate::cli::write::{self, Draft};
use crate::diagnostic::Span;
use crate::edit::{Edit, Step, Value};
use crate::model::node::Node;
use crate::render::{json, set as render};
use crate::report::check;
use crate::report::set::{self, FieldChange, Set as View};
use crate::report::show::Object;

/// Set fields of a manifest: progress, status, dates, owners, any single value
#[derive(Debug, Parser)]
#[command(
    name = "set",
    after_help = "Examples:\n  relm set payments-2026.12/uat progress=60 actual.start=2026-11-17\n  relm set payments-2026.12 status=in-progress scope.ledger.version=4.2.1\n  relm set payments-2026.12 deployment.window.start=2026-12-05T22:00 --dry-run\n  relm set payments-2026.12/go-live criteria.sev1.status=met\n  relm set environment/uat-1 capacity=2\n  relm set portfolio rules.no-slack=info\n\nDots lead into mappings and lists; an item of a list goes by its `id`, else by its `project`, `release`, `role`, `environment`, `step` or `name`, else by its number from 1. A criterion that a gate takes from its template is added to the gate.\n\nThe fields are changed in the file that says them, all or none; comments and layout stay. What could not be read afterwards is refused: an unknown field, a value that does not fit, an id that is not there. What else a check would newly report, as error or warning, is shown, and does not stop it. A value that stands already is left alone.\n\nExit code: 0 when it says so now (or would, with --dry-run), 2 when it was refused or cannot be written."
)]
pub struct Set {
    /// What to change, as `relm show` takes it: ID, KIND/ID, RELEASE/PHASE; `portfolio` for relm.yaml
    #[arg(value_name = "ID")]
    id: String,

    /// A field and what it shall say
    #[arg(value_name = "FIELD=VALUE", required = true, value_parser = assignment)]
    fields: Vec<(String, String)>,

    /// Show what would be changed, and write nothing
    #[arg(long)]
    dry_run: bool,
}

fn assignment(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((field, _)) if field.trim().is_empty() => Err("no field stands before the `=`".to_owned()),
        Some((field, "")) => {
            Err(format!("no value stands after `{field}=`; to remove a field, delete its line by hand"))
        }
        Some((field, value)) => Ok((field.trim().to_owned(), value.to_owned())),
        None => Err("write `field=value`, such as `progress=60`".to_owned()),
    }
}

/// A field where it was found.
struct Found {
    field: String,
    way: Way,
    before: Option<String>,
    after: String,
}

impl Command for Set {
    const FORMATS: &'static [Format] = &[Format::Human, Format::Json];

    fn run(self, global: &Global) -> Result<Status, Error> {
        let (context, lock) = write::open(global, "set", self.dry_run)?;
        context.note_findings();
        let target = Target::find(&context, &self.id)?;
        let mut draft = Draft::of(&context, context.loaded.sources.path(target.span.file))?;
        let found = self.edit(&context, &target, &mut draft)?;
        let mut after = draft.preview(&context)?;
        let spans = spans(&after, &draft, &found);
        let mut findings = write::faults(&context, &after, &spans);
        let refused = !findings.is_empty();
        let written = draft.is_changed() && !refused && !self.dry_run;
        if written {
            draft.write(&context)?;
        }
        drop(lock);
        if draft.is_changed() && !refused {
            findings = write::notes(&context, &after);
        }
        after.attach_texts(&findings);
        let line = |span: &Span| draft.text()[..span.start as usize].matches('\n').count() + 1;
        let changes = found.into_iter().zip(&spans).map(|(found, span)| FieldChange {
            changed: found.before.as_ref() != Some(&found.after),
            field: found.field,
            before: found.before,
            after: found.after,
            line: Some(line(span)),
        });
        let view = View {
            header: context.header(set::SCHEMA),
            written,
            refused,
            dry_run: self.dry_run,
            target: target.name,
            file: draft.file().to_owned(),
            changes: changes.collect(),
            lines: write::line_views(&draft),
            findings: check::views(&findings, &after.loaded.sources),
        };
        global.write(&match global.format {
            Format::Json => json::render(&view),
            _ => render::human(&view, &global.style()),
        })?;
        if view.refused {
            return Err(Error::usage(format!("`{}` was not changed; nothing was written", view.target)));
        }
        Ok(Status::Done)
    }
}

impl Set {
    /// Makes the changes in the draft, one after the other; where each is, by position.
    fn edit(&self, context: &Context<'_>, target: &Target, draft: &mut Draft) -> Result<Vec<Found>, Error> {
        let way = Way::to(&documents(draft.text()), target.span).ok_or_else(|| changed_meanwhile(draft))?;
        let schema = Schema::of(way.kind);
        let mut found: Vec<Found> = Vec::new();
        for (field, value) in &self.fields {
            add_from_template(context, target, &way, field, draft)?;
            let text = draft.text().to_owned();
            let documents = documents(&text);
            let base = way.node(&documents).ok_or_else(|| changed_meanwhile(draft))?;
            let below = schema.resolve(&way.steps, base, field)?;
            let way = Way { steps: [&way.steps[..], &below].concat(), ..way.clone() };
            if found.iter().any(|other| other.way == way) {
                return Err(Error::usage(format!("`{field}` is given twice")).hint("say once what it shall be"));
            }
            let before = way.node(&documents).and_then(Node::text).map(str::to_owned);
            draft.edit(&Edit::set(way.document(), way.steps.clone(), value.as_str()))?;
            found.push(Found { field: field.clone(), way, before, after: value.clone() });
        }
        Ok(found)
    }
}

fn changed_meanwhile(draft: &Draft) -> Error {
    Error::input(format!("`{}` was changed by somebody else meanwhile", draft.file())).hint("run the command again")
}

/// A criterion that the gate has from its template only: the gate gets an entry for it, for the field to stand in.
fn add_from_template(
    context: &Context<'_>,
    target: &Target,
    way: &Way,
    field: &str,
    draft: &mut Draft,
) -> Result<(), Error> {
    let portfolio = &context.loaded.portfolio;
    let (Some(Object::Gate(r, g)), Some(rest)) = (target.object, field.strip_prefix("criteria.")) else {
        return Ok(());
    };
    let gate = &portfolio.releases[r].gates[g];
    let Some(template) = portfolio.settings.gate_templates.get(&gate.id) else { return Ok(()) };
    let documents = documents(draft.text());
    let criteria = way.node(&documents).and_then(|gate| gate.get("criteria")).map(Node::items).unwrap_or_default();
    let own: Vec<&str> = criteria.iter().filter_map(|item| item.get("id").and_then(Node::text)).collect();
    let declared = template.criteria.iter().map(|criterion| criterion.id.as_str());
    let all = || own.iter().copied().chain(declared.clone());
    if all().next().is_none() {
        return Ok(());
    }
    // Ids may have dots: the longest that fits counts.
    let leads = |id: &&str| rest.strip_prefix(id).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'));
    let Some(id) = all().filter(leads).max_by_key(|id| id.len()) else {
        let word = rest.split('.').next().unwrap_or(rest);
        let names: Vec<String> = all().map(|id| format!("`{id}`")).collect();
        let what = format!("criterion of `{}`", gate.id);
        return Err(Error::unknown(&what, word, all(), format!("there is {}", names.join(", "))));
    };
    if own.contains(&id) {
        return Ok(());
    }
    let steps: Vec<Step> = way.steps.iter().cloned().chain([Step::from("criteria")]).collect();
    let edit = Edit::append(way.document(), steps, Value::mapping([("id", id)]));
    draft.edit(&edit)
}

/// Where the values stand in the changed file, as it is read.
fn spans(after: &Context<'_>, draft: &Draft, found: &[Found]) -> Vec<Span> {
    let sources = &after.loaded.sources;
    let file = sources.iter().find(|(_, path)| *path == draft.file()).map(|(file, _)| file).unwrap_or_default();
    let documents = documents(draft.text());
    let span = |found: &Found| found.way.node(&documents).map(|node| Span { file, ..node.span }).unwrap_or_default();
    found.iter().map(span).collect()
}
