//! JSON Schemas of the manifests, for editors and for other validators: built from the types that read them, so the two
//! cannot drift apart.

use schemars::generate::SchemaSettings;
use schemars::{Schema, SchemaGenerator, json_schema};
use serde_json::{Map, Value, json};

use super::decode::{Decode, Pairs, words};
use super::scalar::{Id, Text};
use super::{Kind, environment, portfolio, project, records, release, train};

/// The dialect of every schema.
const DIALECT: &str = "https://json-schema.org/draft/2020-12/schema";

/// The JSON Schema of one kind of manifest; without a kind, the one that looks at `kind` and dispatches.
pub fn manifest_schema(kind: Option<Kind>) -> Value {
    let mut settings = SchemaSettings::draft2020_12();
    settings.meta_schema = None;
    let mut generator = settings.into_generator();
    if let Some(kind) = kind {
        let mut root = kind_schema(kind, &mut generator);
        root.insert("$defs".to_owned(), definitions(&mut generator).into());
        return with_dialect(root);
    }
    let kinds = Kind::ALL.iter().map(|kind| (kind.to_string(), kind_schema(*kind, &mut generator).into()));
    let mut all: Map<String, Value> = kinds.collect();
    all.append(&mut definitions(&mut generator));
    with_dialect(dispatcher(&all))
}

/// The file name of a schema, as committed and as `relm schema --write` names it.
pub fn file_name(kind: Option<Kind>) -> String {
    format!("{}.json", kind.map_or("manifest", Kind::as_str))
}

/// Every schema that a release of relm carries: the dispatching one, then one for each kind.
pub fn all() -> impl Iterator<Item = Option<Kind>> {
    std::iter::once(None).chain(Kind::ALL.into_iter().map(Some))
}

fn with_dialect(schema: Map<String, Value>) -> Value {
    let dialect = ("$schema".to_owned(), Value::from(DIALECT));
    Value::Object(std::iter::once(dialect).chain(schema).collect())
}

/// `if`/`then` by kind rather than `oneOf`: only the faults of the kind that is meant are reported.
fn dispatcher(definitions: &Map<String, Value>) -> Map<String, Value> {
    let cases: Vec<Value> = Kind::ALL
        .iter()
        .map(|kind| {
            json!({
                "if": {"properties": {"kind": {"const": kind.as_str()}}, "required": ["kind"]},
                "then": {"$ref": format!("#/$defs/{kind}")},
            })
        })
        .collect();
    let mut kinds = Kind::schema(&mut SchemaGenerator::default()).to_value();
    if let Some(kinds) = kinds.as_object_mut() {
        let meanings = kinds.get("description").and_then(Value::as_str).unwrap_or_default();
        let description = format!("The kind of manifest.\n\n{meanings}");
        kinds.insert("description".to_owned(), description.into());
    }
    let schema = json!({
        "title": "relm manifest",
        "description": "A document of a release management portfolio. `kind` says what it is and which fields it has.",
        "type": "object",
        "properties": {"kind": kinds},
        "required": ["kind"],
        "allOf": cases,
        "$defs": definitions,
    });
    match schema {
        Value::Object(schema) => schema,
        _ => Map::new(),
    }
}

/// The record of a kind, with `kind` as its first field.
fn kind_schema(kind: Kind, generator: &mut SchemaGenerator) -> Map<String, Value> {
    use schemars::JsonSchema;
    let record = match kind {
        Kind::Portfolio => portfolio::Settings::json_schema(generator),
        Kind::Project => project::Project::json_schema(generator),
        Kind::Environment => environment::Environment::json_schema(generator),
        Kind::Release => release::Release::json_schema(generator),
        Kind::Train => train::Train::json_schema(generator),
        Kind::Change => records::Change::json_schema(generator),
        Kind::Deployments => records::Deployments::json_schema(generator),
        Kind::Incidents => records::Incidents::json_schema(generator),
        Kind::Pipelines => records::Pipelines::json_schema(generator),
        Kind::Assessment => records::Assessment::json_schema(generator),
        Kind::Demand => records::Demand::json_schema(generator),
        Kind::Run => records::Run::json_schema(generator),
    };
    let Value::Object(mut record) = record.to_value() else { return Map::new() };
    record.insert("title".to_owned(), kind.as_str().into());
    let word = json!({"const": kind.as_str(), "description": format!("This document is a `kind: {kind}`.")});
    if let Some(Value::Object(properties)) = record.get_mut("properties") {
        let fields = std::mem::take(properties);
        *properties = std::iter::once(("kind".to_owned(), word)).chain(fields).collect();
    }
    let mut required = vec![Value::from("kind")];
    if let Some(Value::Array(others)) = record.remove("required") {
        required.extend(others);
    }
    record.insert("required".to_owned(), required.into());
    record
}

/// The definitions gathered on the way, by name.
fn definitions(generator: &mut SchemaGenerator) -> Map<String, Value> {
    let mut parts: Vec<(String, Value)> = generator.take_definitions(true).into_iter().collect();
    parts.sort_by(|(a, _), (b, _)| a.cmp(b));
    parts.into_iter().collect()
}

/// Values that show how a field is written, where its type alone does not: the record, the field, the values.
const EXAMPLES: &[(&str, &str, &[&str])] = &[
    ("approval", "role", &["change-manager"]),
    ("artifact", "uri", &["library/ledger-4.2.0.tar.gz"]),
    ("branch", "name", &["release/2026.12"]),
    ("branching", "development", &["main"]),
    ("branching", "release", &["release/*"]),
    ("check", "coverage", &["evidence/coverage.xml"]),
    ("check", "csv", &["evidence/results.csv"]),
    ("check", "json", &["evidence/results.json"]),
    ("check", "junit", &["evidence/uat/*.xml"]),
    ("check", "level", &["error"]),
    ("check", "sarif", &["evidence/scan.sarif"]),
    ("communication", "channel", &["email"]),
    ("criterion", "evidence", &["evidence/uat/report.md"]),
    ("environment", "id", &["uat-1"]),
    ("environment", "stage", &["uat"]),
    ("freeze", "rrule", &["FREQ=MONTHLY;BYMONTHDAY=25"]),
    ("gate", "before", &["production", "first", "uat"]),
    ("gate template", "before", &["production", "first", "uat"]),
    ("holiday", "ics", &["calendars/uk.ics"]),
    ("link", "url", &["https://example.com/page"]),
    ("person", "emails", &["ada@example.com"]),
    ("project", "id", &["ledger"]),
    ("project", "repository", &["../ledger", "https://example.com/ledger.git"]),
    ("project", "tag_pattern", &["v*"]),
    ("rates", "currency", &["EUR"]),
    ("release", "id", &["payments-2026.12"]),
    ("release", "type", &["minor"]),
    ("scope item", "version", &["4.2.0"]),
    ("settings", "exclude", &["docs/**"]),
    ("settings", "roles", &["change-manager"]),
    ("settings", "stages", &["dev", "test", "prod"]),
    ("signing key", "key", &["SHA256:q1w2e3r4"]),
    ("train", "rrule", &["FREQ=WEEKLY;BYDAY=TH"]),
    ("window", "rrule", &["FREQ=WEEKLY;BYDAY=SA"]),
];

/// The example of a field: for a list, one list of all the values.
fn examples(record: &str, field: &str, schema: &Map<String, Value>) -> Option<Value> {
    let (_, _, values) = EXAMPLES.iter().find(|(of, name, _)| *of == record && *name == field)?;
    Some(if schema.contains_key("items") { json!([values]) } else { json!(values) })
}

/// The keys every mapping may have, for its JSON Schema.
pub fn common_properties(generator: &mut SchemaGenerator) -> Vec<(&'static str, &'static str, Schema)> {
    vec![
        ("name", "A name for people.", Text::schema(generator)),
        ("description", "A longer text for people.", Text::schema(generator)),
        ("owner", "The person or team that answers for it.", Id::schema(generator)),
        ("labels", "Free labels, text to text; selections use them.", Pairs::schema(generator)),
        ("links", "Links for people.", Vec::<super::scalar::Link>::schema(generator)),
    ]
}

/// Builds the JSON Schema of one record.
pub struct RecordSchema {
    title: String,
    schema: Schema,
    required: Vec<&'static str>,
}

impl RecordSchema {
    /// A record with its documentation.
    pub fn new(title: &str, doc: &str) -> Self {
        let schema = json_schema!({
            "title": title,
            "description": tidy(doc),
            "type": "object",
            "properties": {},
            "patternProperties": {"^x-": {"description": "Kept, never interpreted."}},
            "additionalProperties": false,
        });
        Self { title: title.to_owned(), schema, required: Vec::new() }
    }

    /// Adds a field.
    pub fn property(&mut self, name: &'static str, doc: &str, schema: Schema, required: bool) {
        if required {
            self.required.push(name);
        }
        let mut value = schema.to_value();
        let doc = tidy(doc);
        if let Some(object) = value.as_object_mut() {
            // What the words of a choice mean follows what the field means; a definition keeps its own words elsewhere.
            let doc = match object.get("description").and_then(|own| own.as_str()) {
                Some(own) => format!("{doc}\n\n{own}"),
                None => doc,
            };
            object.insert("description".to_owned(), doc.into());
            if let Some(examples) = examples(&self.title, name, object) {
                object.insert("examples".to_owned(), examples);
            }
        }
        if let Some(properties) = self.schema.get_mut("properties").and_then(|value| value.as_object_mut())
            && !properties.contains_key(name)
        {
            properties.insert(name.to_owned(), value);
        }
    }

    /// Adds the common fields and closes the record.
    pub fn finish(mut self, generator: &mut SchemaGenerator) -> Schema {
        for (name, doc, schema) in common_properties(generator) {
            self.property(name, doc, schema, false);
        }
        if !self.required.is_empty() {
            self.schema.insert("required".to_owned(), self.required.into());
        }
        self.schema
    }
}

/// Doc comments as one line of text.
pub fn tidy(doc: &str) -> String {
    doc.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The JSON Schema of a closed set of words; the description says what each means.
pub fn choice_schema(words: &[(&str, &str)]) -> Schema {
    let list: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
    let mut schema = json_schema!({"type": "string", "enum": list});
    let meanings: Vec<String> = words
        .iter()
        .map(|(word, doc)| (word, tidy(doc)))
        .filter(|(word, doc)| doc.trim_end_matches('.').to_lowercase() != **word)
        .map(|(word, doc)| format!("- `{word}`: {doc}"))
        .collect();
    if !meanings.is_empty() {
        schema.insert("description".to_owned(), meanings.join("\n").into());
    }
    schema
}

/// The name of a record among the definitions of a JSON Schema: `release-scope-item`. Records of two modules may share a
/// name, so the module is part of it.
pub fn definition_name(module: &str, name: &str) -> String {
    let module = module.split("::").skip_while(|part| *part != "model").nth(1).unwrap_or(module);
    format!("{module}-{}", words(name).replace(' ', "-"))
}

#[cfg(test)]
#[path = "schema_tests.rs"]
mod tests;
