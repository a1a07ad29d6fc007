//! `evidence-missing`.

use crate::analysis::evidence::Verdict;
use crate::diagnostic::{Finding, Severity};
use crate::model::release::{self as model, Criterion};
use crate::rules::evidence::{self, Words};
use crate::rules::{Check, Context, Group, Rule};

/// The rule.
pub static RULE: Rule = Rule {
    name: "evidence-missing",
    group: Group::Gates,
    severity: Severity::Error,
    summary: "the report that decides a criterion is not there, or cannot be read",
    docs: r#"## What it does

Reports a criterion whose `check` finds no file, or one that cannot be read: broken, of another kind, empty, without a single
test, larger than 16 MiB, or outside the portfolio. It is an error from the day the gate is due, or what it guards has begun;
before that a warning, as in drafts. Criteria that are waived or not applicable are left alone, and so is what is over.

## Why

A criterion that a report decides is met when somebody can show the report. What is not there, or cannot be read, shows nothing.

## How to fix

Put the report where the check looks, or correct the path. Patterns know `*`, `**` and `{a,b}`; hidden files must be named.

```yaml failing
kind: release
id: winter
type: minor
status: planned
gates:
  - id: go-live
    due: 2026-11-13
    criteria: [{id: regression, check: {junit: "evidence/uat/*.xml"}}]
```

```yaml failing
kind: release
id: winter
type: minor
status: planned
gates:
  - id: go-live
    due: 2026-11-13
    criteria: [{id: regression, check: {junit: "evidence/uat/*.xml"}}]
# file: evidence/uat/run.xml
# <testsuite name="uat">
#   <testcase name="pays">
# </testsuite>
```

```yaml passing
kind: release
id: winter
type: minor
status: planned
gates:
  - id: go-live
    due: 2026-11-13
    criteria: [{id: regression, check: {junit: "evidence/uat/*.xml"}}]
# file: evidence/uat/run.xml
# <testsuite name="uat">
#   <testcase name="pays"/>
# </testsuite>
```
"#,
    check: Check::Portfolio(check),
};

fn check(cx: &Context<'_>, out: &mut Vec<Finding>) {
    evidence::report(cx, words, out);
}

fn words(criterion: &Criterion, check: &model::Check, verdict: &Verdict) -> Words {
    let Verdict::Missing { message, help } = verdict else { return None };
    let span = check.reports().first().map_or(check.span, |(_, path)| path.span);
    let message = format!("criterion `{}` is not shown: {message}", criterion.id);
    Some((message, span, evidence::help(criterion, help)))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]

    use crate::diagnostic::Severity;
    use crate::rules::testing::{messages, of};

    const TEXT: &str = "kind: release\nid: r\ntype: minor\nstatus: planned\ngates:\n  - {id: g, due: 2026-12-01, criteria: [{id: c, check: {junit: e/*.xml}}]}\n";

    fn found(text: &str) -> Vec<(String, Severity)> {
        of("evidence-missing", text).into_iter().map(|finding| (finding.message, finding.severity)).collect()
    }

    #[test]
    fn it_is_an_error_once_it_is_due() {
        let message = "criterion `c` is not shown: no file matches `e/*.xml`".to_owned();
        assert_eq!(found(TEXT), [(message.clone(), Severity::Warning)]);
        let due = TEXT.replace("2026-12-01", "2026-11-16");
        assert_eq!(found(&due), [(message.clone(), Severity::Error)]);
        assert_eq!(found(&due.replace("planned", "draft")), [(message.clone(), Severity::Warning)]);
        let begun = TEXT
            .replace("gates:", "phases: [{id: p, start: 2026-11-16, duration: 5d}]\ngates:")
            .replace("{id: g,", "{id: g, before: p,");
        assert_eq!(found(&begun), [(message, Severity::Error)]);
    }

    #[test]
    fn what_is_waived_or_over_is_left_alone() {
        for status in ["waived", "not-applicable"] {
            assert!(found(&TEXT.replace("{id: c,", &format!("{{id: c, status: {status},"))).is_empty());
        }
        for status in ["released", "closed", "cancelled"] {
            assert!(found(&TEXT.replace("planned", status)).is_empty());
        }
        let met = of("evidence-missing", &TEXT.replace("{id: c,", "{id: c, status: met,"));
        assert!(met[0].help.as_ref().unwrap().ends_with("beside a `check`, `status: met` does not count"));
    }

    #[test]
    fn a_template_is_one_finding_for_all_its_gates() {
        let template =
            "kind: portfolio\nstages: [prod]\ngate_templates: {g: {criteria: [{id: c, check: {junit: e/*.xml}}]}}\n";
        let release = |id: &str, due: &str| {
            format!("---\nkind: release\nid: {id}\ntype: minor\nstatus: planned\ngates: [{{id: g, due: {due}}}]\n")
        };
        let text = format!("{template}{}{}", release("a", "2026-12-01"), release("b", "2026-11-10"));
        let found = of("evidence-missing", &text);
        assert_eq!(found.len(), 1);
        let related: Vec<String> = found[0].related.iter().map(|label| label.subject.to_string()).collect();
        assert_eq!(related, ["release/a/gates/g", "release/b/gates/g"]);
        assert_eq!(
            (found[0].severity, found[0].subject.path.as_str()),
            (Severity::Error, "gate_templates/g/criteria/c")
        );
    }

    #[test]
    fn broken_reports_are_named_with_their_line() {
        let text = format!("{TEXT}# file: e/a.xml\n# <testsuite>\n#   <testcase>\n# </testsuite>\n");
        let messages = messages("evidence-missing", &text);
        assert!(
            messages[0].starts_with("criterion `c` is not shown: `e/a.xml`, line 3: the XML is broken: "),
            "{messages:?}"
        );
    }
}
