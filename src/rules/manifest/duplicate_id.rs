//! `duplicate-id`.

use std::collections::BTreeMap;

use foldhash::HashMap;

use crate::diagnostic::wording;
use crate::diagnostic::{Finding, Severity, Span, Subject};
use crate::model::{Identified, Portfolio, Table, references};
use crate::rules::{Check, Group, Manifests, Rule};

/// The rule.
pub static RULE: Rule = Rule {
    name: "duplicate-id",
    group: Group::Manifest,
    severity: Severity::Error,
    summary: "two things have the same id",
    docs: r"## What it does

Reports an id that is given twice: by two manifests of one kind, or by two entries of one list. People and teams share one
space of ids; so do the phases, milestones and gates of a release. Ids that differ only in upper and lower case count as the
same. A second `relm.yaml`, or a second `kind: portfolio`, is reported too.

## Why

A reference to the id could mean either. Only the first is used, and what the other says is lost.

## How to fix

Give one of them another id, and correct the references that meant it. A folder with a portfolio of its own is left out with
`exclude:`.

```yaml failing
kind: project
id: ledger
---
kind: project
id: ledger
```

A phase and a milestone of one release:

```yaml failing
kind: release
id: winter
type: minor
phases:
  - {id: build, start: 2026-12-01}
milestones:
  - {id: build, date: 2026-12-01}
```

Upper and lower case:

```yaml failing
kind: project
id: ledger
---
kind: project
id: Ledger
```

A release may have the id of a project:

```yaml passing
kind: project
id: ledger
owner: alice
---
kind: release
id: ledger
type: minor
---
kind: portfolio
stages: [prod]
people: [{id: alice}]
```
",
    check: Check::Manifests(check),
};

fn check(cx: &Manifests<'_>, out: &mut Vec<Finding>) {
    let Portfolio { projects, environments, releases, trains, changes, assessments, demands, runs, .. } = cx.portfolio;
    case_only(projects, out);
    case_only(environments, out);
    case_only(releases, out);
    case_only(trains, out);
    case_only(changes, out);
    case_only(assessments, out);
    case_only(demands, out);
    case_only(runs, out);
    for (subject, ids) in references::nested_ids(cx.portfolio) {
        nested(&subject, &ids, out);
    }
}

/// Manifests of one kind whose ids differ only in case; the same id twice is the loader's.
fn case_only<T: Identified>(table: &Table<T>, out: &mut Vec<Finding>) {
    let is_upper = |item: &T| item.id().bytes().any(|byte| byte.is_ascii_uppercase());
    if !table.iter().any(is_upper) {
        return;
    }
    let mut by_letters: HashMap<String, Vec<&T>> = HashMap::default();
    for item in table {
        by_letters.entry(item.id().to_ascii_lowercase()).or_default().push(item);
    }
    let mut same: Vec<Vec<&T>> = by_letters.into_values().filter(|items| items.len() > 1).collect();
    for items in &mut same {
        items.sort_by_key(|item| item.id().span);
    }
    same.sort_by_key(|items| items[0].id().span);
    for items in same {
        let (first, second) = (items[0], items[1]);
        let message =
            format!("{} `{}` differs from `{}` only in upper and lower case", T::KIND, second.id(), first.id());
        let finding = Finding::new(second.id().span, second.subject(), message)
            .help("give one of them another id; people and file systems take the two for one");
        let others = items.iter().filter(|item| item.id() != second.id());
        let places = others.map(|item| (item.id().span, item.subject()));
        out.push(wording::with_places(finding, places, "the other stands here"));
    }
}

/// Entries of one list, or of lists that share a space.
fn nested(subject: &Subject, ids: &[(&'static str, &str, Span)], out: &mut Vec<Finding>) {
    let mut by_letters: BTreeMap<String, Vec<(&'static str, &str, Span)>> = BTreeMap::new();
    for entry in ids {
        by_letters.entry(entry.1.to_ascii_lowercase()).or_default().push(*entry);
    }
    let at = |(list, id, _): (&str, &str, Span)| {
        let place =
            if subject.path.is_empty() { format!("{list}/{id}") } else { format!("{}/{list}/{id}", subject.path) };
        subject.clone().at(place)
    };
    for mut entries in by_letters.into_values().filter(|entries| entries.len() > 1) {
        entries.sort_by_key(|(_, _, span)| *span);
        let (first, second) = (entries[0], entries[1]);
        let same = first.1 == second.1;
        let message = match (same, first.0 == second.0) {
            (true, true) => format!("`{}` stands twice in `{}`", second.1, second.0),
            (true, false) => format!("`{}` is already the id of an entry of `{}`", second.1, first.0),
            (false, _) => format!("`{}` differs from `{}` only in upper and lower case", second.1, first.1),
        };
        let finding = Finding::new(second.2, at(second), message).help("give one of them another id");
        let places = entries.iter().filter(|entry| entry.2 != second.2).map(|entry| (entry.2, at(*entry)));
        out.push(wording::with_places(finding, places, "the same id stands here"));
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::messages;

    #[test]
    fn people_and_teams_share_a_space_and_three_make_one_finding() {
        let text = "kind: portfolio\nstages: [prod]\npeople: [{id: qa}, {id: QA}]\nteams: [{id: qa}]\n";
        assert_eq!(messages("duplicate-id", text).len(), 1);
    }

    #[test]
    fn what_templates_hold_has_ids_too() {
        let text = "kind: portfolio\nstages: [prod]\ngate_templates: {exit: {criteria: [{id: x}, {id: x}]}}\nrelease_types:\n  \
                    minor: {phases: [{id: a, duration: 1d}, {id: a, duration: 1d}]}\n";
        let found = messages("duplicate-id", text);
        assert_eq!(found, ["`x` stands twice in `criteria`", "`a` stands twice in `phases`"]);
    }

    #[test]
    fn criteria_of_two_gates_may_share_an_id() {
        let text = "kind: release\nid: r\ntype: minor\ngates:\n  - {id: a, criteria: [{id: x}]}\n  - {id: b, criteria: [{id: x}]}\n";
        assert!(messages("duplicate-id", text).is_empty());
    }
}
