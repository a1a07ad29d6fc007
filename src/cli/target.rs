//! From an object to the place in a file where it is written.

use super::commands::{ambiguous, unknown};
use super::context::Context;
use super::error::Error;
use crate::diagnostic::{FileId, Span};
use crate::edit::{Document, Step};
use crate::load::yaml;
use crate::model::Kind;
use crate::model::node::{Node, Value};
use crate::report::show::{Found, Object, find};

/// What `relm.yaml` itself is called where a command takes any object.
const SETTINGS: &str = "portfolio";

/// Something that a command can change.
#[derive(Debug, Clone)]
pub struct Target {
    /// The object; none for the settings.
    pub object: Option<Object>,
    /// As `relm show` names it: `phase/winter/build`.
    pub name: String,
    /// Where the mapping with its fields is read.
    pub span: Span,
}

impl Target {
    /// What a text names: whatever `relm show` knows, and `portfolio` for the settings.
    pub fn find(context: &Context<'_>, text: &str) -> Result<Self, Error> {
        let portfolio = &context.loaded.portfolio;
        match find(portfolio, text) {
            Found::One(object) => Ok(Self {
                object: Some(object),
                name: format!("{}/{}", object.kind(), object.id(portfolio)),
                span: span(context, object),
            }),
            Found::Several(names) => Err(ambiguous(text, &names)),
            Found::None(_) if text.trim() == SETTINGS => {
                Ok(Self { object: None, name: SETTINGS.to_owned(), span: portfolio.settings.span })
            }
            Found::None(_) if portfolio.damage.lost(text.split('/').next().unwrap_or(text)) => {
                let error = Error::usage(format!("the manifest of `{text}` cannot be read"));
                Err(error.hint("`relm check` says why"))
            }
            Found::None(nearest) => Err(unknown(text, nearest)),
        }
    }

    /// The name without the kind, where a release or something inside it needs none.
    pub fn short_name(&self) -> &str {
        let kinds = ["release/", "phase/", "milestone/", "gate/"];
        kinds.iter().find_map(|kind| self.name.strip_prefix(kind)).unwrap_or(&self.name)
    }
}

fn span(context: &Context<'_>, object: Object) -> Span {
    let portfolio = &context.loaded.portfolio;
    let settings = &portfolio.settings;
    match object {
        Object::Release(index) => portfolio.releases[index].span,
        Object::Phase(r, p) => portfolio.releases[r].phases[p].span,
        Object::Milestone(r, m) => portfolio.releases[r].milestones[m].span,
        Object::Gate(r, g) => portfolio.releases[r].gates[g].span,
        Object::Project(index) => portfolio.projects[index].span,
        Object::Environment(index) => portfolio.environments[index].span,
        Object::Train(index) => portfolio.trains[index].span,
        Object::Change(index) => portfolio.changes[index].span,
        Object::Deployment(index) => portfolio.deployments[index].span,
        Object::Incident(index) => portfolio.incidents[index].span,
        Object::Assessment(index) => portfolio.assessments[index].span,
        Object::Demand(index) => portfolio.demands[index].span,
        Object::Run(index) => portfolio.runs[index].span,
        Object::Person(index) => settings.people[index].span,
        Object::Team(index) => settings.teams[index].span,
        Object::Freeze(index) => settings.freezes[index].span,
    }
}

/// The documents of a text, to look something up in; what cannot be read is left out.
pub fn documents(text: &str) -> Vec<Node<'_>> {
    yaml::parse(text, FileId(0), "").documents
}

/// A place in a file by position, which edits elsewhere in it leave as it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Way {
    /// The kind of the document.
    pub kind: Kind,
    /// The document's place in the file, from 0.
    pub number: usize,
    /// The way down from the document.
    pub steps: Vec<Step>,
}

impl Way {
    /// The way to the mapping that is read at this place of a file.
    pub fn to(documents: &[Node<'_>], span: Span) -> Option<Self> {
        let here = |node: &Node<'_>| node.span.start == span.start && node.span.len == span.len;
        documents.iter().enumerate().find_map(|(number, root)| {
            let kind = Kind::from_word(root.get("kind")?.text()?)?;
            Some(Self { kind, number, steps: steps_to(root, &here)? })
        })
    }

    /// The document, for an edit.
    pub fn document(&self) -> Document {
        Document::numbered(self.kind, self.number)
    }

    /// The value at the end of the way.
    pub fn node<'n, 't>(&self, documents: &'n [Node<'t>]) -> Option<&'n Node<'t>> {
        self.steps.iter().try_fold(documents.get(self.number)?, |node, step| child(node, step))
    }
}

fn child<'n, 't>(node: &'n Node<'t>, step: &Step) -> Option<&'n Node<'t>> {
    match (&node.value, step) {
        (Value::Mapping(_), Step::Name(name)) => node.get(name),
        (Value::Sequence(items), Step::Index(index)) => items.get(*index),
        _ => None,
    }
}

fn steps_to(node: &Node<'_>, here: &dyn Fn(&Node<'_>) -> bool) -> Option<Vec<Step>> {
    let below = |child: &Node<'_>, step: Step| {
        let mut steps = steps_to(child, here)?;
        steps.insert(0, step);
        Some(steps)
    };
    match &node.value {
        Value::Mapping(_) if here(node) => Some(Vec::new()),
        Value::Mapping(entries) => {
            entries.iter().find_map(|entry| below(&entry.value, Step::Name(entry.key.to_string())))
        }
        Value::Sequence(items) => items.iter().enumerate().find_map(|(at, item)| below(item, Step::Index(at))),
        _ => None,
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn places_are_found_again_by_position() {
        let text =
            "kind: release\nid: a\nphases:\n- {id: x}\n- {id: y}\n---\n---\nkind: deployments\nentries:\n  - id: y\n";
        let documents = documents(text);
        for (number, steps) in [
            (0, vec![]),
            (0, vec![Step::from("phases"), Step::from(1)]),
            (1, vec![]),
            (1, vec![Step::from("entries"), Step::from(0)]),
        ] {
            let kind = if number == 0 { Kind::Release } else { Kind::Deployments };
            let way = Way { kind, number, steps };
            let node = way.node(&documents).unwrap();
            assert_eq!(Way::to(&documents, node.span), Some(way));
        }
    }
}
