//! Fields by dotted path, such as `scope.ledger.version`: what there is in a manifest, and what there could be by its schema.

use serde_json::Value as Json;

use super::error::Error;
use crate::diagnostic::suggest;
use crate::edit::Step;
use crate::model::Kind;
use crate::model::node::{Node, Value};
use crate::model::schema::manifest_schema;

/// What an item of a list is called by, the first of these that it has; else by its number, from 1.
const NAMES: [&str; 7] = ["id", "project", "release", "role", "environment", "step", "name"];

/// The most names that a hint lists.
const LISTED: usize = 12;

/// The fields that manifests of a kind may have.
#[derive(Debug)]
pub struct Schema {
    root: Json,
}

/// A place in a schema: what may stand there, one or another; none where anything may.
type Shapes<'s> = Option<Vec<&'s Json>>;

impl Schema {
    /// The schema of a kind.
    pub fn of(kind: Kind) -> Self {
        Self { root: manifest_schema(Some(kind)) }
    }

    /// The way to the single value that `field` names, from the mapping `base` on, to which `way` leads from the document.
    pub fn resolve(&self, way: &[Step], base: &Node<'_>, field: &str) -> Result<Vec<Step>, Error> {
        let parts: Vec<&str> = field.split('.').collect();
        if parts.iter().any(|part| part.trim().is_empty()) {
            let error = Error::usage(format!("`{field}` is not a field"));
            return Err(error.hint("write a name, or names with dots between them, such as `actual.start=2026-11-17`"));
        }
        let mut shapes = self.flat(&self.root);
        for step in way {
            shapes = match step {
                Step::Name(name) => self.below(&shapes, name),
                Step::Index(_) => self.items(&shapes),
            };
        }
        let mut walk = Walk { schema: self, field, parts: &parts, at: 0, node: Some(base), shapes, steps: Vec::new() };
        while walk.at < parts.len() {
            walk.step()?;
        }
        walk.end()?;
        Ok(walk.steps)
    }

    /// A schema without references: its alternatives.
    fn flat<'s>(&'s self, schema: &'s Json) -> Shapes<'s> {
        if let Some(name) = schema["$ref"].as_str() {
            return self.root.pointer(name.strip_prefix('#')?).and_then(|schema| self.flat(schema));
        }
        match schema["anyOf"].as_array() {
            None => Some(vec![schema]),
            Some(several) => Some(
                several.iter().map(|one| self.flat(one)).collect::<Option<Vec<_>>>()?.into_iter().flatten().collect(),
            ),
        }
    }

    fn below<'s>(&'s self, shapes: &Shapes<'s>, name: &str) -> Shapes<'s> {
        let found: Vec<&Json> = shapes
            .as_ref()?
            .iter()
            .filter_map(|shape| shape["properties"].get(name).or_else(|| shape.get("additionalProperties")))
            .filter(|shape| shape.is_object())
            .collect();
        self.joined(&found)
    }

    fn items<'s>(&'s self, shapes: &Shapes<'s>) -> Shapes<'s> {
        let found: Vec<&Json> = shapes.as_ref()?.iter().filter_map(|shape| shape.get("items")).collect();
        self.joined(&found)
    }

    fn joined<'s>(&'s self, found: &[&'s Json]) -> Shapes<'s> {
        if found.is_empty() {
            return None;
        }
        Some(found.iter().map(|shape| self.flat(shape)).collect::<Option<Vec<_>>>()?.into_iter().flatten().collect())
    }
}

/// Whether one of the shapes is of a type; where there is no schema, anything may be anything.
fn may_be(shapes: &Shapes<'_>, wanted: &str) -> bool {
    let is = |shape: &&Json| match &shape["type"] {
        Json::String(one) => one == wanted,
        Json::Array(several) => several.iter().any(|one| one == wanted),
        _ => wanted == "string" && shape.get("enum").or(shape.get("const")).is_some(),
    };
    shapes.as_ref().is_none_or(|shapes| shapes.iter().any(is))
}

fn may_be_single(shapes: &Shapes<'_>) -> bool {
    ["string", "number", "integer", "boolean"].iter().any(|wanted| may_be(shapes, wanted))
}

/// The fields of a record; none where the keys are free.
fn fields<'s>(shapes: &Shapes<'s>) -> Option<Vec<&'s str>> {
    let records = shapes.as_ref()?.iter().filter_map(|shape| shape["properties"].as_object());
    let names: Vec<&str> = records.flat_map(|fields| fields.keys().map(String::as_str)).collect();
    (!names.is_empty()).then_some(names)
}

/// What the items of a list are called.
fn item_names(items: &[Node<'_>]) -> Vec<String> {
    let name = |(at, item): (usize, &Node<'_>)| {
        let named = item.text().or_else(|| NAMES.iter().find_map(|key| item.get(key).and_then(Node::text)));
        named.map_or_else(|| (at + 1).to_string(), str::to_owned)
    };
    items.iter().enumerate().map(name).collect()
}

/// On the way down.
struct Walk<'s, 'n, 't> {
    schema: &'s Schema,
    field: &'s str,
    parts: &'s [&'s str],
    at: usize,
    /// Where the walk is; none where nothing is written yet.
    node: Option<&'n Node<'t>>,
    shapes: Shapes<'s>,
    steps: Vec<Step>,
}

impl<'n, 't> Walk<'_, 'n, 't> {
    /// The part of the path that was walked.
    fn walked(&self) -> String {
        self.parts[..self.at].join(".")
    }

    /// What the walk is in, for the end of a sentence.
    fn place(&self) -> String {
        if self.at == 0 { String::new() } else { format!(" in `{}`", self.walked()) }
    }

    fn step(&mut self) -> Result<(), Error> {
        match self.node.map(|node| &node.value) {
            Some(Value::Sequence(items)) => self.item(items),
            Some(Value::Mapping(_)) => self.key(),
            None | Some(Value::Null) if may_be(&self.shapes, "object") => self.key(),
            None | Some(Value::Null) if may_be(&self.shapes, "array") => self.item(&[]),
            _ => Err(self.single()),
        }
    }

    fn single(&self) -> Error {
        let error = Error::usage(format!("`{}` is a single value, so there is no `{}`", self.walked(), self.field));
        error.hint(format!("write `{}=…`", self.walked()))
    }

    /// Ids may have dots: the longest name that is known counts.
    fn longest(&self, is_known: impl Fn(&str) -> bool) -> Option<(String, usize)> {
        let joined = |end: usize| (self.parts[self.at..end].join("."), end);
        (self.at + 1..=self.parts.len()).rev().map(joined).find(|(name, _)| is_known(name))
    }

    fn item(&mut self, items: &'n [Node<'t>]) -> Result<(), Error> {
        let names = item_names(items);
        let Some((name, end)) = self.longest(|name| names.iter().any(|known| known == name)) else {
            return Err(self.unknown("item", &names));
        };
        let mut so_called = names.iter().enumerate().filter(|(_, known)| **known == name);
        let (Some((index, _)), None) = (so_called.next(), so_called.next()) else {
            let error = Error::usage(format!("`{name}` stands more than once{}", self.place()));
            return Err(error.hint("change it by hand"));
        };
        self.shapes = self.schema.items(&self.shapes);
        self.node = items.get(index);
        self.steps.push(Step::Index(index));
        self.at = end;
        Ok(())
    }

    fn key(&mut self) -> Result<(), Error> {
        let node = self.node;
        let known = fields(&self.shapes);
        let found = self.longest(|name| node.is_some_and(|node| node.get(name).is_some()));
        let (key, end) = match (found, &known) {
            (Some(found), _) => found,
            (None, Some(known)) => {
                let part = self.parts[self.at];
                if !known.contains(&part) && !part.starts_with("x-") {
                    let names: Vec<String> = known.iter().filter(|n| **n != "kind").map(ToString::to_string).collect();
                    return Err(self.unknown("field", &names));
                }
                (part.to_owned(), self.at + 1)
            }
            // Keys that the manifest chooses; where they lead to single values, what is left is one.
            (None, None) if !may_be(&self.schema.below(&self.shapes, ""), "object") => {
                (self.parts[self.at..].join("."), self.parts.len())
            }
            (None, None) => (self.parts[self.at].to_owned(), self.at + 1),
        };
        if known.is_some() && (key == "id" || key == "kind" && self.is_document()) {
            let error = Error::usage(format!("`{key}` is not changed by `set`"));
            return Err(error.hint(if key == "id" {
                "other places refer to it; change it by hand, there too"
            } else {
                "a manifest of another kind is another manifest; `relm new` begins one"
            }));
        }
        self.shapes = self.schema.below(&self.shapes, &key);
        self.node = node.and_then(|node| node.get(&key));
        self.steps.push(Step::Name(key));
        self.at = end;
        Ok(())
    }

    /// Whether the walk is still where a document has its `kind`.
    fn is_document(&self) -> bool {
        fields(&self.shapes).is_some_and(|fields| fields.contains(&"kind"))
    }

    fn unknown(&self, what: &str, names: &[String]) -> Error {
        let wanted = self.parts[self.at];
        let error = Error::usage(format!("no {what} `{wanted}`{}", self.place()));
        let near = suggest::did_you_mean(wanted, names.iter().map(String::as_str));
        let all =
            || if names.is_empty() { "the list is empty".to_owned() } else { format!("there is {}", listed(names)) };
        error.hint(near.unwrap_or_else(all))
    }

    /// A single value is what can be set.
    fn end(&self) -> Result<(), Error> {
        let names = match self.node.map(|node| &node.value) {
            Some(Value::Scalar { .. }) => return Ok(()),
            None | Some(Value::Null) if may_be_single(&self.shapes) => return Ok(()),
            Some(Value::Sequence(items)) => item_names(items),
            Some(Value::Mapping(entries)) if fields(&self.shapes).is_none() => {
                entries.iter().map(|entry| entry.key.to_string()).collect()
            }
            _ => fields(&self.shapes).unwrap_or_default().into_iter().map(str::to_owned).collect(),
        };
        let field = self.field;
        let is_list = match self.node.map(|node| &node.value) {
            Some(Value::Sequence(_)) => true,
            Some(Value::Mapping(_)) => false,
            _ => !may_be(&self.shapes, "object"),
        };
        let what = if is_list { "a list" } else { "a mapping" };
        let error = Error::usage(format!("`{field}` is {what}, and `set` changes single values"));
        Err(match names.first() {
            Some(_) if is_list => error.hint(format!("name one of its items: {}", listed_below(field, &names))),
            Some(_) => error.hint(format!("name one of its fields: {}", listed_below(field, &names))),
            None => error.hint("add its first item by hand"),
        })
    }
}

fn listed(names: &[String]) -> String {
    listed_as(names, |name| format!("`{name}`"))
}

fn listed_below(field: &str, names: &[String]) -> String {
    listed_as(names, |name| format!("`{field}.{name}`"))
}

fn listed_as(names: &[String], show: impl Fn(&str) -> String) -> String {
    let more = if names.len() > LISTED { ", …" } else { "" };
    let shown: Vec<String> = names.iter().take(LISTED).map(|name| show(name)).collect();
    format!("{}{more}", shown.join(", "))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::cli::target::documents;

    const TEXT: &str = "
kind: release
id: winter
labels: {team.lead: ann}
actual:
scope: [{project: ledger, version: 1}, {project: ledger.api, version: 2}, {version: 3}]
phases:
  - {id: build, after: [a, b], environments: [sit-1, {id: uat-1}]}
  - {id: build.two, start: 2026-01-01}
gates: [{id: go, criteria: [{id: sev1}, {id: twin}, {id: twin}]}]
x-own: {a: {b: c}}
";

    fn resolve(field: &str) -> Result<Vec<String>, String> {
        let documents = documents(TEXT);
        let found = Schema::of(Kind::Release).resolve(&[], &documents[0], field);
        let step = |step: Step| match step {
            Step::Name(name) => name,
            Step::Index(index) => index.to_string(),
        };
        found.map(|steps| steps.into_iter().map(step).collect()).map_err(|error| error.render(false))
    }

    #[test]
    fn names_lead_to_single_values() {
        for (field, way) in [
            ("status", "status"),
            ("actual.start", "actual/start"),
            ("risk.impact", "risk/impact"),
            ("deployment.window.start", "deployment/window/start"),
            ("scope.ledger.version", "scope/0/version"),
            ("scope.ledger.api.version", "scope/1/version"),
            ("scope.3.version", "scope/2/version"),
            ("phases.build.two.start", "phases/1/start"),
            ("phases.build.progress", "phases/0/progress"),
            ("phases.build.environments.uat-1.units", "phases/0/environments/1/units"),
            ("phases.build.two.after", "phases/1/after"),
            ("gates.go.criteria.sev1.status", "gates/0/criteria/0/status"),
            ("labels.team.lead", "labels/team.lead"),
            ("labels.region.main", "labels/region.main"),
            ("x-own.a.b", "x-own/a/b"),
            ("x-new", "x-new"),
        ] {
            assert_eq!(resolve(field), Ok(way.split('/').map(str::to_owned).collect()), "{field}");
        }
    }

    #[test]
    fn what_is_no_single_value_says_what_there_is() {
        let answers = [
            "statsu",
            "id",
            "kind",
            "phases.build.id",
            "phases",
            "phases.biuld.start",
            "phases.build.after",
            "phases.build.environments.sit-1.units",
            "actual",
            "actual.begin",
            "scope.cards.version",
            "milestones.x.date",
            "gates.go.criteria.twin.status",
            "labels",
            "status.x",
            "depends_on",
            "x-own.a",
            "a..b",
        ]
        .map(|field| format!("{field}: {}", resolve(field).unwrap_err()));
        insta::assert_snapshot!(answers.concat());
    }
}
