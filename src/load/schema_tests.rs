//! The committed JSON Schemas against the decoder, by an independent validator: same verdict on a portfolio that uses every
//! field, and on thousands of ways to get one wrong.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use serde_json::{Map, Value as Json};

use super::*;
use crate::load::source::Source;
use crate::load::yaml;
use crate::model::node::Entry;
use crate::model::schema::{all, manifest_schema};

fn full() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/full")
}

/// Every manifest file of the full portfolio: path and text.
fn files() -> Vec<(String, String)> {
    files_in(full())
}

fn files_in(folder: PathBuf) -> Vec<(String, String)> {
    let (source, _) = Source::work_tree(folder);
    let listing = source.list(&crate::load::exclude::Exclude::none());
    let read = |file| String::from_utf8(source.read(file).unwrap()).unwrap();
    listing.files.iter().map(|file| (file.path.clone(), read(file))).collect()
}

/// A document as YAML 1.2's core schema reads it.
fn core_json(node: &Node<'_>) -> Json {
    match &node.value {
        Value::Null => Json::Null,
        Value::Sequence(items) => items.iter().map(core_json).collect(),
        Value::Mapping(entries) => {
            entries.iter().map(|entry| (entry.key.to_string(), core_json(&entry.value))).collect()
        }
        Value::Scalar { text, plain: true } => core_scalar(text),
        Value::Scalar { text, .. } => Json::String(text.to_string()),
    }
}

fn core_scalar(text: &str) -> Json {
    let radix = |prefix, radix| {
        let digits = text.strip_prefix(prefix).filter(|digits: &&str| digits.chars().all(|c| c.is_digit(radix)))?;
        i64::from_str_radix(digits, radix).ok()
    };
    let number =
        text.bytes().all(|b| b.is_ascii_digit() || b"+-.eE".contains(&b)) && text.bytes().any(|b| b.is_ascii_digit());
    match text {
        "true" | "True" | "TRUE" => true.into(),
        "false" | "False" | "FALSE" => false.into(),
        _ if radix("0o", 8).or(radix("0x", 16)).is_some() => radix("0o", 8).or(radix("0x", 16)).into(),
        _ if number => match (text.parse::<i64>(), text.parse::<f64>()) {
            (Ok(whole), _) => whole.into(),
            (_, Ok(float)) => float.into(),
            _ => text.into(),
        },
        _ => text.into(),
    }
}

struct Schemas {
    dispatching: jsonschema::Validator,
    kinds: Vec<(Kind, jsonschema::Validator)>,
}

impl Schemas {
    fn new() -> Self {
        let validator = |kind| jsonschema::validator_for(&manifest_schema(kind)).unwrap();
        let kinds = all().flatten().map(|kind| (kind, validator(Some(kind)))).collect();
        Self { dispatching: validator(None), kinds }
    }

    /// The faults of a document, by the schema of its kind and by the dispatching one.
    fn faults(&self, kind: Kind, document: &Json) -> (Vec<String>, Vec<String>) {
        let (_, validator) = self.kinds.iter().find(|(other, _)| *other == kind).unwrap();
        let list = |validator: &jsonschema::Validator| {
            validator.iter_errors(document).map(|error| format!("{}: {error}", error.instance_path())).collect()
        };
        (list(validator), list(&self.dispatching))
    }

    fn accept(&self, kind: Kind, document: &Json) -> bool {
        let (_, validator) = self.kinds.iter().find(|(other, _)| *other == kind).unwrap();
        validator.is_valid(document) && self.dispatching.is_valid(document)
    }
}

fn kind_of(node: &Node<'_>) -> Kind {
    Kind::from_word(node.get("kind").and_then(Node::text).unwrap()).unwrap()
}

/// What the decoder finds wrong with a document.
fn complaints(node: &Node<'_>) -> Vec<String> {
    let mut document = Document::default();
    manifest(node, "a.yaml", &mut document);
    let unknown = document.unknown.iter().map(|_| "no kind".to_owned());
    document.findings.into_iter().map(|finding| finding.message).chain(unknown).collect()
}

#[test]
fn a_portfolio_with_every_field_loads_and_validates() {
    let (source, _) = Source::work_tree(full());
    let loaded = crate::load::load(&source, &|_, _| {}).unwrap();
    assert_eq!(loaded.findings, []);
    let schemas = Schemas::new();
    let mut kinds = BTreeSet::new();
    for (path, text) in files() {
        for node in yaml::parse(&text, FileId(0), &path).documents {
            let (kind, json) = (kind_of(&node), core_json(&node));
            assert_eq!(schemas.faults(kind, &json), (vec![], vec![]), "{path}: {json:#}");
            kinds.insert(kind);
        }
    }
    assert_eq!(kinds.len(), Kind::ALL.len());
}

/// The paths of files in an example whose documents the schemas refuse.
fn refused(example: &str) -> Vec<String> {
    let schemas = Schemas::new();
    let refused = |path: &str, text: &str| {
        let documents = yaml::parse(text, FileId(0), path).documents;
        documents.iter().any(|node| !schemas.accept(kind_of(node), &core_json(node)))
    };
    let files = files_in(Path::new(env!("CARGO_MANIFEST_DIR")).join("examples").join(example));
    assert!(files.len() > 3, "{example}");
    files.into_iter().filter(|(path, text)| refused(path, text)).map(|(path, _)| path).collect()
}

#[test]
fn the_examples_validate() {
    assert_eq!(refused("quickstart"), [""; 0]);
    assert_eq!(refused("northwind"), [""; 0]);
    assert_eq!(refused("troubled"), ["keys-nobody-knows.yaml", "no-such-day.yaml"]);
}

/// Notes which fields of which records a value uses.
fn cover(schema: &Json, value: &Json, root: &Json, used: &mut BTreeSet<String>) {
    if let Some(reference) = schema["$ref"].as_str() {
        return cover(root.pointer(reference.trim_start_matches('#')).unwrap(), value, root, used);
    }
    for branch in schema["anyOf"].as_array().into_iter().flatten() {
        cover(branch, value, root, used);
    }
    match value {
        Json::Array(items) => items.iter().for_each(|item| cover(&schema["items"], item, root, used)),
        Json::Object(fields) => {
            for (name, field) in fields {
                match schema["properties"].get(name) {
                    Some(inner) => {
                        used.insert(format!("{}.{name}", schema["title"].as_str().unwrap_or_default()));
                        cover(inner, field, root, used);
                    }
                    None => cover(&schema["additionalProperties"], field, root, used),
                }
            }
        }
        _ => {}
    }
}

#[test]
fn the_full_portfolio_leaves_no_field_out() {
    let root = manifest_schema(None);
    let mut used = BTreeSet::new();
    for (path, text) in files() {
        for node in yaml::parse(&text, FileId(0), &path).documents {
            cover(&root["$defs"][kind_of(&node).as_str()], &core_json(&node), &root, &mut used);
        }
    }
    let common = ["name", "description", "owner", "labels", "links"];
    let missing: Vec<String> = root["$defs"]
        .as_object()
        .unwrap()
        .values()
        .flat_map(|record| {
            let title = record["title"].as_str().unwrap_or_default();
            let fields = record["properties"].as_object().unwrap().keys();
            fields.filter(|name| !common.contains(&name.as_str())).map(move |name| format!("{title}.{name}"))
        })
        .filter(|field| !used.contains(field))
        .collect();
    assert_eq!(missing, Vec::<String>::new());
}

fn plain(text: &'static str) -> Value<'static> {
    Value::Scalar { text: Cow::Borrowed(text), plain: true }
}

fn quoted(text: &'static str) -> Value<'static> {
    Value::Scalar { text: Cow::Borrowed(text), plain: false }
}

/// The value at a path of child numbers.
fn at<'n, 'a>(node: &'n mut Node<'a>, path: &[usize]) -> &'n mut Node<'a> {
    path.iter().fold(node, |node, &child| match &mut node.value {
        Value::Sequence(items) => &mut items[child],
        Value::Mapping(entries) => &mut entries[child].value,
        _ => unreachable!("paths lead through collections"),
    })
}

/// The paths of all values below and including a node.
fn paths(node: &Node<'_>, path: &mut Vec<usize>, found: &mut Vec<Vec<usize>>) {
    found.push(path.clone());
    let children: Vec<&Node<'_>> = match &node.value {
        Value::Sequence(items) => items.iter().collect(),
        Value::Mapping(entries) => entries.iter().map(|entry| &entry.value).collect(),
        _ => Vec::new(),
    };
    for (index, child) in children.into_iter().enumerate() {
        path.push(index);
        paths(child, path, found);
        path.pop();
    }
}

/// Everything that can be done wrong at one value.
fn mutations<'a>(node: &Node<'a>) -> Vec<(String, Node<'a>)> {
    let with = |name: String, value: Value<'a>| (name, Node { span: node.span, value });
    let mut all = vec![
        with("null".into(), Value::Null),
        with("empty list".into(), Value::Sequence(Vec::new())),
        with("empty mapping".into(), Value::Mapping(Vec::new())),
        with("in a list".into(), Value::Sequence(vec![node.clone()])),
        with("list of null".into(), Value::Sequence(vec![Node { span: node.span, value: Value::Null }])),
    ];
    let plains =
        ["zzz", "7", "-1", "2.5", "true", "No", "0", "101", "2026-12-05", "2026-12-05T22:00Z", "5d", "90m", "3ed"];
    let quotes = ["7", "", "true", "null", "a b", "é", ">= 1", "target - 2d", "build + 1d", "a/b", "12pd", "prod"];
    all.extend(plains.map(|text| with(format!("plain {text}"), plain(text))));
    all.extend(quotes.map(|text| with(format!("quoted {text}"), quoted(text))));
    match &node.value {
        Value::Mapping(entries) => {
            for index in 0..entries.len() {
                let changed = |change: &dyn Fn(&mut Vec<Entry<'a>>)| {
                    let mut entries = entries.clone();
                    change(&mut entries);
                    Value::Mapping(entries)
                };
                let key = entries[index].key.to_string();
                let longer: Cow<str> = Cow::Owned(format!("{key}s"));
                all.push(with(format!("{key} renamed"), changed(&|entries| entries[index].key = longer.clone())));
                all.push(with(format!("{key} removed"), changed(&|entries| drop(entries.remove(index)))));
                let own: Cow<str> = Cow::Owned(format!("x-{key}"));
                all.push(with(
                    format!("{key} made an extension"),
                    changed(&|entries| entries[index].key = own.clone()),
                ));
            }
        }
        Value::Scalar { text, plain } => {
            let text = text.to_uppercase();
            all.push(with("upper case".into(), Value::Scalar { text: Cow::Owned(text), plain: *plain }));
        }
        _ => {}
    }
    all
}

/// Why the decoder may refuse what the schema accepts: a pattern knows the form of a text, not its meaning.
fn meaning_alone(complaint: &str) -> bool {
    // Zone names are a list that changes; a pattern knows their form.
    complaint.starts_with("there is no time zone")
}

#[test]
fn schema_and_decoder_give_the_same_verdict_on_every_mutation() {
    let schemas = Schemas::new();
    let (mut tried, mut refused, mut excused) = (0, 0, 0);
    let mut different = Vec::new();
    for (path, text) in files() {
        for document in yaml::parse(&text, FileId(0), &path).documents {
            let kind = kind_of(&document);
            let mut found = Vec::new();
            paths(&document, &mut Vec::new(), &mut found);
            for place in found {
                let mut copy = document.clone();
                for (name, mutated) in mutations(at(&mut copy, &place)) {
                    let mut copy = document.clone();
                    *at(&mut copy, &place) = mutated;
                    let complaints = complaints(&copy);
                    let accepted = schemas.accept(kind, &core_json(&copy));
                    tried += 1;
                    refused += usize::from(!accepted);
                    if complaints.is_empty() == accepted {
                        continue;
                    }
                    if accepted && complaints.iter().all(|complaint| meaning_alone(complaint)) {
                        excused += 1;
                    } else {
                        different.push(format!("{kind} {place:?} {name}: schema {accepted}, decoder {complaints:?}"));
                    }
                }
            }
        }
    }
    assert!(
        different.is_empty(),
        "{} of {tried} differ, such as\n{}",
        different.len(),
        different[..different.len().min(40)].join("\n")
    );
    assert!(tried > 10_000 && refused > tried / 2 && excused < tried / 100, "{tried} {refused} {excused}");
}

#[test]
fn what_a_pattern_cannot_know() {
    // The differences between schema and decoder, each with its reason; everything else must agree.
    let release = "kind: release\nid: r\ntype: t\n";
    let place = "kind: environment\nid: e\nstage: s\n";
    let accepted_by_the_schema_alone = [
        ("no pattern knows how many days a month has", release, "target: 2027-02-30"),
        ("no pattern knows the months", release, "target: 2027-13-01"),
        ("no pattern knows the range of years", release, "target: 9999-01-01"),
        ("zone names are a list that changes", place, "timezone: Europe/Atlantis"),
        ("JSON has one kind of number: 1e1 is ten", release, "priority: 1e1"),
        ("JSON has one kind of number: 0x10 is sixteen", release, "priority: 0x10"),
        ("durations above ten million are no durations", release, "phases: [{id: a, duration: 99999999d}]"),
        ("a number that is no id as it is written", release, "calendar: 1e+3"),
    ];
    let schemas = Schemas::new();
    for (why, before, field) in accepted_by_the_schema_alone {
        let text = format!("{before}{field}\n");
        let parsed = yaml::parse(&text, FileId(0), "a.yaml");
        let [node] = &parsed.documents[..] else { panic!("{why}: {:?}", parsed.findings) };
        assert!(schemas.accept(kind_of(node), &core_json(node)), "{why}");
        assert!(!complaints(node).is_empty(), "{why}");
    }
}

#[test]
fn the_converter_follows_the_core_schema() {
    let text = "[~, null, Null, '~', true, False, no, on, 12, -3, 0o17, 0x1F, 1.5, 1e3, '1', 1_0, 2026-12-05, 0b1]";
    let parsed = yaml::parse(text, FileId(0), "a.yaml");
    let expected = serde_json::json!([
        null,
        null,
        null,
        "~",
        true,
        false,
        "no",
        "on",
        12,
        -3,
        15,
        31,
        1.5,
        1000.0,
        "1",
        "1_0",
        "2026-12-05",
        "0b1"
    ]);
    assert_eq!(core_json(&parsed.documents[0]), expected);
    assert_eq!(core_json(&Node { span: Span::default(), value: Value::Mapping(vec![]) }), Json::Object(Map::new()));
}
