//! The registry holds what the folders hold, and the documentation says what the rules do.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use super::{Group, RULES, Rule, testing};
use crate::diagnostic::Severity;

/// The fenced examples of a rule: the word after `yaml`, and the text.
fn examples(rule: &Rule) -> Vec<(String, String)> {
    let mut examples = Vec::new();
    let mut open: Option<(String, String)> = None;
    for line in rule.docs.lines() {
        match (&mut open, line.strip_prefix("```")) {
            (None, Some(info)) => {
                let word = info.strip_prefix("yaml ").unwrap_or_else(|| panic!("{}: a fence `{info}`", rule.name));
                open = Some((word.to_owned(), String::new()));
            }
            (Some(_), Some(_)) => examples.extend(open.take()),
            (Some((_, text)), None) => {
                text.push_str(line);
                text.push('\n');
            }
            (None, None) => {}
        }
    }
    assert!(open.is_none(), "{}: an example is not closed", rule.name);
    examples
}

#[test]
fn every_file_of_a_group_is_registered() {
    let mut files = BTreeSet::new();
    for group in Group::WORDS {
        for entry in fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("src/rules").join(group)).unwrap() {
            let name = entry.unwrap().file_name().into_string().unwrap();
            if let Some(name) = name.strip_suffix(".rs").filter(|name| *name != "mod") {
                files.insert((group.to_string(), name.replace('_', "-")));
            }
        }
    }
    let rules = RULES.iter().map(|rule| (rule.group.to_string(), rule.name.to_owned()));
    assert_eq!(rules.collect::<BTreeSet<_>>(), files);
}

#[test]
fn names_are_unique_sorted_and_kebab_case() {
    for pair in RULES.windows(2) {
        assert!(pair[0].name < pair[1].name, "`{}` stands before `{}`", pair[0].name, pair[1].name);
    }
    for rule in RULES {
        let letters = rule.name.chars().all(|c| c.is_ascii_lowercase() || c == '-');
        assert!(letters && !rule.name.starts_with('-') && !rule.name.ends_with('-'), "{}", rule.name);
        let plain = !rule.summary.ends_with('.') && !rule.summary.contains('\n') && !rule.summary.is_empty();
        assert!(plain, "the summary of {} is one line without a full stop", rule.name);
    }
}

#[test]
fn every_rule_is_documented_with_examples() {
    for rule in RULES {
        let mut rest = rule.docs;
        for heading in ["## What it does\n", "## Why\n", "## How to fix\n"] {
            let at =
                rest.find(heading).unwrap_or_else(|| panic!("{}: no `{}` in its place", rule.name, heading.trim()));
            rest = &rest[at..];
        }
        let words: BTreeSet<String> = examples(rule).into_iter().map(|(word, _)| word).collect();
        assert_eq!(words, BTreeSet::from(["failing".to_owned(), "passing".to_owned()]), "{}", rule.name);
    }
}

#[test]
fn every_example_does_what_it_is_marked_to_do() {
    let mut wrong = Vec::new();
    for rule in RULES {
        for (word, text) in examples(rule) {
            let findings = testing::findings(&text);
            let own = findings.iter().filter(|finding| finding.rule == rule.name).count();
            let errors: Vec<_> = findings.iter().filter(|finding| finding.severity == Severity::Error).collect();
            match word.as_str() {
                "failing" if own == 0 => wrong.push(format!("{}: no finding in\n{text}\n{findings:#?}", rule.name)),
                "passing" if own > 0 || !errors.is_empty() => {
                    let shown: Vec<_> = findings
                        .iter()
                        .filter(|finding| finding.rule == rule.name || finding.severity == Severity::Error)
                        .map(|finding| format!("{}: {}", finding.rule, finding.message))
                        .collect();
                    wrong.push(format!("{}: findings in\n{text}\n{}", rule.name, shown.join("\n")));
                }
                _ => {}
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}
