//! The index of the search, as a script that sets one variable: a page opened from a disk may load scripts, and no data.

use serde_json::{Value, json};

use super::{findings, names};
use crate::render::text::sanitize;
use crate::report::check::FindingView;
use crate::report::site::search::Entry;

/// Bytes that the index may have; what matters least is left out.
const LIMIT: usize = 900_000;

/// Kinds by their number in the index.
const KINDS: &[&str] = &[
    "release",
    "project",
    "environment",
    "change",
    "incident",
    "phase",
    "gate",
    "milestone",
    "person",
    "team",
    "broken rule",
];

/// The script. An entry is `[kind, id, name, address]`; the name is 0 where there is none, and the address is left out where
/// it follows from kind and id.
pub fn script(entries: &[Entry], findings: &[FindingView]) -> String {
    let mut out = String::from("\"use strict\";\nwindow.relmSearch = {\"kinds\":");
    out.push_str(&json!(KINDS).to_string());
    out.push_str(",\"entries\":[\n");
    let mut left = 0;
    let rules: Vec<String> = rules(findings).collect();
    let all = rules.len() + entries.len();
    for (place, line) in rules.into_iter().chain(entries.iter().map(line)).enumerate() {
        if out.len() + line.len() > LIMIT {
            left = all - place;
            break;
        }
        if place > 0 {
            out.push_str(",\n");
        }
        out.push_str(&line);
    }
    out.push_str("\n],\"left\":");
    out.push_str(&left.to_string());
    out.push_str("};\n");
    out
}

/// The rules that are broken, each with where its first finding stands.
fn rules(findings: &[FindingView]) -> impl Iterator<Item = String> {
    findings::by_rule(findings).into_iter().map(|(rule, count, address)| {
        let kind = KINDS.len() - 1;
        json!([kind, rule, super::html::count(count, "finding"), address]).to_string()
    })
}

fn line(entry: &Entry) -> String {
    let kind = KINDS.iter().position(|kind| *kind == entry.kind).unwrap_or_default();
    let name = entry.name.as_deref().map_or(json!(0), |name| json!(sanitize(name)));
    let mut parts = vec![json!(kind), json!(entry.id), name];
    parts.extend(address(entry).map(Value::String));
    // What stands after the last thing worth saying is left out.
    if parts.len() == 3 && parts[2] == json!(0) {
        parts.pop();
    }
    Value::Array(parts).to_string()
}

/// The address, unless the script can tell it: `KIND/ID.html`, and `release/ID.html#KIND-PART` for parts.
fn address(entry: &Entry) -> Option<String> {
    let (kind, page) = (entry.page.0, &entry.page.1);
    let part = if matches!(entry.kind, "phase" | "gate" | "milestone") {
        entry.id.split_once('/').map(|(_, part)| part)
    } else {
        None
    };
    let plain = names::stem(page) == *page && part.is_none_or(|part| names::stem(part) == part);
    if plain && (entry.kind == kind || part.is_some()) {
        return None;
    }
    let anchor = part.map_or_else(String::new, |part| format!("#{}", names::anchor(entry.kind, part)));
    Some(format!("{}{anchor}", names::page(kind, page)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(kind: &'static str, id: &str, name: Option<&str>, page: (&'static str, &str)) -> Entry {
        Entry { kind, id: id.into(), name: name.map(str::to_owned), page: (page.0, page.1.into()) }
    }

    #[test]
    fn what_follows_from_the_id_is_left_out() {
        let lines = [
            entry("release", "a-1", Some("One</script>"), ("release", "a-1")),
            entry("release", "A-1", None, ("release", "A-1")),
            entry("gate", "a-1/go", None, ("release", "a-1")),
            entry("gate", "a-1/Go", None, ("release", "a-1")),
            entry("change", "RFC-1", Some("x"), ("project", "p")),
        ];
        let expected = [
            r#"[0,"a-1","One</script>"]"#,
            r#"[0,"A-1",0,"release/_41-1.html"]"#,
            r#"[6,"a-1/go"]"#,
            r#"[6,"a-1/Go",0,"release/a-1.html#gate-_47o"]"#,
            r#"[3,"RFC-1","x","project/p.html"]"#,
        ];
        assert_eq!(lines.map(|entry| line(&entry)), expected);
    }

    #[test]
    fn the_index_stays_small() {
        let entries: Vec<Entry> = (0..60_000)
            .map(|n| {
                entry(
                    "release",
                    &format!("release-{n}"),
                    Some("A name of some length"),
                    ("release", &format!("release-{n}")),
                )
            })
            .collect();
        let script = script(&entries, &[]);
        assert!(script.len() < 1_000_000 && !script.contains("\"left\":0"), "{}", script.len());
    }
}
