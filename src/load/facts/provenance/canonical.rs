//! Values in a form in which only meaning counts, and the difference between two of them.
//!
//! Keys are sorted and scalars are the text as read, so that quotes, the order of keys, flow and block style, comments and
//! places do not matter. A key without a value and one with an empty list are as if they were not there. In a list of
//! mappings that are known by their `project` the order does not matter; in any other list it does.

use std::collections::HashSet;

use serde_json::{Map, Value as Json};

use crate::model::node::{Entry, Node, Value};

/// The canonical form of a value, as JSON.
pub fn canonical(node: &Node<'_>) -> Json {
    match &node.value {
        Value::Null => Json::Null,
        Value::Scalar { text, .. } => Json::String(text.to_string()),
        Value::Sequence(items) => {
            let mut items: Vec<Json> = items.iter().map(canonical).collect();
            if key(&items) == Some("project") {
                items.sort_by(|a, b| a["project"].as_str().cmp(&b["project"].as_str()));
            }
            Json::Array(items)
        }
        Value::Mapping(entries) => {
            let mut entries: Vec<&Entry<'_>> = entries.iter().filter(|entry| says_something(&entry.value)).collect();
            entries.sort_by(|a, b| a.key.cmp(&b.key));
            Json::Object(entries.into_iter().map(|entry| (entry.key.to_string(), canonical(&entry.value))).collect())
        }
    }
}

fn says_something(node: &Node<'_>) -> bool {
    match &node.value {
        Value::Null => false,
        Value::Sequence(items) => !items.is_empty(),
        _ => true,
    }
}

/// What the items of a list are known by, if each has another.
fn key(items: &[Json]) -> Option<&'static str> {
    ["id", "project"].into_iter().find(|key| {
        let mut seen = HashSet::new();
        !items.is_empty() && items.iter().all(|item| item[*key].as_str().is_some_and(|name| seen.insert(name)))
    })
}

/// A place inside a value where two versions of it differ.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// From the value's own name on, such as `scope/ledger/version`.
    pub path: String,
    /// What it said; none: it was not there.
    pub before: Option<String>,
    /// What it says; none: it is not there any more.
    pub after: Option<String>,
}

/// Where two values differ, down to single scalars; none when they mean the same.
pub fn differences(path: &str, before: &Json, after: &Json) -> Vec<Difference> {
    let mut found = Vec::new();
    compare(path, Some(before), Some(after), &mut found);
    found
}

fn compare(path: &str, before: Option<&Json>, after: Option<&Json>, found: &mut Vec<Difference>) {
    let before = before.filter(|value| !value.is_null());
    let after = after.filter(|value| !value.is_null());
    if before == after {
        return;
    }
    match (before.unwrap_or(&Json::Null), after.unwrap_or(&Json::Null)) {
        (Json::Object(old), Json::Object(new)) => mappings(path, old, new, found),
        (Json::Object(old), Json::Null) if !old.is_empty() => mappings(path, old, &Map::new(), found),
        (Json::Null, Json::Object(new)) if !new.is_empty() => mappings(path, &Map::new(), new, found),
        (Json::Array(_) | Json::Null, Json::Array(_) | Json::Null) => {
            let items = |list: Option<&Json>| list.and_then(Json::as_array).cloned().unwrap_or_default();
            lists(path, &items(before), &items(after), found);
        }
        _ => found.push(Difference { path: path.to_owned(), before: before.map(words), after: after.map(words) }),
    }
}

fn mappings(path: &str, old: &Map<String, Json>, new: &Map<String, Json>, found: &mut Vec<Difference>) {
    let mut keys: Vec<&String> = old.keys().chain(new.keys()).collect();
    keys.sort_unstable();
    keys.dedup();
    for key in keys {
        compare(&format!("{path}/{key}"), old.get(key), new.get(key), found);
    }
}

/// Items are compared with those of the same name, or, where they have none, of the same place.
fn lists(path: &str, old: &[Json], new: &[Json], found: &mut Vec<Difference>) {
    let is_plain = |items: &[Json]| items.iter().all(|item| !item.is_object() && !item.is_array());
    if is_plain(old) && is_plain(new) {
        let text = |items: &[Json]| (!items.is_empty()).then(|| words(&Json::Array(items.to_vec())));
        found.push(Difference { path: path.to_owned(), before: text(old), after: text(new) });
        return;
    }
    let keys = [old, new].into_iter().filter(|items| !items.is_empty()).map(key).collect::<HashSet<_>>();
    let Some(Some(key)) = keys.iter().next().copied().filter(|_| keys.len() == 1) else {
        for place in 0..old.len().max(new.len()) {
            compare(&format!("{path}/{}", place + 1), old.get(place), new.get(place), found);
        }
        return;
    };
    let names =
        |items: &[Json]| items.iter().filter_map(|item| item[key].as_str().map(str::to_owned)).collect::<Vec<_>>();
    let (before, after) = (names(old), names(new));
    let reordered =
        before.iter().filter(|name| after.contains(name)).ne(after.iter().filter(|name| before.contains(name)));
    if reordered {
        let (before, after) = (Some(before.join(", ")), Some(after.join(", ")));
        found.push(Difference { path: path.to_owned(), before, after });
    }
    let of_name = |items: &[Json], name: &str| items.iter().find(|item| item[key] == name).cloned();
    for name in before.iter().chain(after.iter().filter(|name| !before.contains(name))) {
        compare(&format!("{path}/{name}"), of_name(old, name).as_ref(), of_name(new, name).as_ref(), found);
    }
}

/// A value in a line for people.
pub(super) fn words(value: &Json) -> String {
    match value {
        Json::String(text) => text.clone(),
        Json::Array(items) => items.iter().map(words).collect::<Vec<_>>().join(", "),
        Json::Object(fields) => {
            let fields: Vec<String> = fields.iter().map(|(key, value)| format!("{key}: {}", words(value))).collect();
            format!("{{{}}}", fields.join(", "))
        }
        other => other.to_string(),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used)]
mod tests {
    use super::*;
    use crate::diagnostic::FileId;
    use crate::load::yaml;

    fn read(text: &str) -> Json {
        let parsed = yaml::parse(text, FileId(0), "");
        assert!(parsed.findings.is_empty(), "{:?}", parsed.findings);
        canonical(&parsed.documents[0])
    }

    fn found(before: &str, after: &str) -> Vec<String> {
        let text = |side: Option<String>| side.unwrap_or_else(|| "-".to_owned());
        let all = differences("x", &read(before), &read(after)).into_iter();
        all.map(|it| format!("{} {} → {}", it.path, text(it.before), text(it.after))).collect()
    }

    #[test]
    fn only_meaning_counts() {
        let one = read("{b: [1, {c: yes}], a: 1.10, note: , list: []}");
        assert_eq!(one, read("a: '1.10' # so\nb:\n- \"1\"\n- c: !!str yes\n"));
        assert_eq!(one.to_string(), r#"{"a":"1.10","b":["1",{"c":"yes"}]}"#);
        assert_ne!(one, read("{a: 1.1, b: [1, {c: yes}]}"));
        // What stands there, but is empty, is something: a step with a back-out of which nothing more is said.
        assert_ne!(read("{a: {}}"), read("{a: }"));
        let scope = "[{project: b, version: 1}, {project: a}]";
        assert_eq!(read(scope), read("[{project: a}, {version: 1, project: b}]"));
        assert_ne!(read("[{id: b}, {id: a}]"), read("[{id: a}, {id: b}]"));
        assert_ne!(read("[b, a]"), read("[a, b]"));
    }

    #[test]
    fn differences_go_down_to_single_values() {
        assert_eq!(found("{a: 1, b: {c: 2}}", "{b: {c: 2}, a: '1'}"), [] as [&str; 0]);
        assert_eq!(found("{a: 1, b: {c: 2, d: 3}}", "{a: 1, b: {c: 4}}"), ["x/b/c 2 → 4", "x/b/d 3 → -"]);
        assert_eq!(
            found("[{project: p, version: 1}, {project: q}]", "[{project: r}, {project: p, version: 2}]"),
            ["x/p/version 1 → 2", "x/q/project q → -", "x/r/project - → r"]
        );
        assert_eq!(found("[{id: a}, {id: b, n: 1}]", "[{id: b}, {id: a}]"), ["x a, b → b, a", "x/b/n 1 → -"]);
        assert_eq!(found("{e: [a, b]}", "{e: [b]}"), ["x/e a, b → b"]);
        assert_eq!(found("{e: [a]}", "{f: 1}"), ["x/e a → -", "x/f - → 1"]);
        assert_eq!(found("[{at: 1}, {at: 2}]", "[{at: 1}, {at: 3}, {at: 4}]"), ["x/2/at 2 → 3", "x/3/at - → 4"]);
        assert_eq!(found("{a: {b: 1}}", "{a: text}"), ["x/a {b: 1} → text"]);
        assert_eq!(found("{a: {}}", "{b: 1}"), ["x/a {} → -", "x/b - → 1"]);
    }
}
