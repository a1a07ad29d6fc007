//! `evidence-failed`.

use crate::analysis::evidence::Verdict;
use crate::diagnostic::{Finding, Severity};
use crate::model::release::{self as model, Criterion};
use crate::rules::evidence::{self, Words};
use crate::rules::{Check, Context, Group, Rule};

/// The rule.
pub static RULE: Rule = Rule {
    name: "evidence-failed",
    group: Group::Gates,
    severity: Severity::Error,
    summary: "the report that decides a criterion does not show what is demanded",
    docs: r#"## What it does

Reports a criterion whose reports do not meet its `check`:

- `junit`: a test failed, or fewer than `pass_rate` of those that ran passed, or fewer than `min_tests` ran. Tests that were
  left out prove nothing; one that passed when it was run again has passed.
- `coverage` (Cobertura or LCOV): the share of covered lines is not within `line_rate`.
- `sarif`: a result at `level` (`error` unless given) or above that nobody suppressed.
- `json`, `csv`: the value at `path` is not within `value`.

All files that match count together. Also a check that does not say what it demands, or says it of another kind of report. It is
an error from the day the gate is due, or what it guards has begun; before that a warning, as in drafts.

## Why

The criterion was written so that a report decides, whatever anybody says of it: beside a `check`, `status: met` does not count.

## How to fix

Mend what failed and run it again. If it is acceptable this once, waive the criterion with a reason, a name and a last day.

```yaml failing
kind: release
id: winter
type: minor
status: planned
gates:
  - id: go-live
    due: 2026-11-13
    criteria: [{id: regression, status: met, check: {junit: evidence/uat.xml, pass_rate: ">= 0.98"}}]
# file: evidence/uat.xml
# <testsuite name="uat">
#   <testcase classname="till" name="pays"/>
#   <testcase classname="till" name="refunds"><failure message="timeout"/></testcase>
# </testsuite>
```

```yaml failing
kind: release
id: winter
type: minor
status: planned
gates:
  - id: go-live
    due: 2026-11-13
    criteria: [{id: defects, check: {csv: evidence/defects.csv, path: "open[severity=1]", value: "= 0"}}]
# file: evidence/defects.csv
# severity,open
# 1,2
# 2,14
```

```yaml passing
kind: release
id: winter
type: minor
status: planned
gates:
  - id: go-live
    due: 2026-11-13
    criteria:
      - {id: covered, check: {coverage: evidence/lcov.info, line_rate: ">= 0.6"}}
      - {id: defects, check: {json: evidence/defects.json, path: open.0.count, value: "= 0"}}
# file: evidence/lcov.info
# SF:src/till.c
# DA:1,4
# DA:2,1
# DA:3,0
# end_of_record
# file: evidence/defects.json
# {"open": [{"severity": 1, "count": 0}, {"severity": 2, "count": 14}]}
```
"#,
    check: Check::Portfolio(check),
};

fn check(cx: &Context<'_>, out: &mut Vec<Finding>) {
    evidence::report(cx, words, out);
}

fn words(criterion: &Criterion, check: &model::Check, verdict: &Verdict) -> Words {
    let Verdict::Failed { message, details, help } = verdict else { return None };
    let bounds =
        [&check.pass_rate, &check.line_rate, &check.value].into_iter().flatten().map(|bound| bound.span).next();
    let path = || check.reports().first().map(|(_, path)| path.span);
    let span = bounds.or_else(path).unwrap_or(check.span);
    let message = format!("criterion `{}` is not met: {}", criterion.id, evidence::with_details(message, details));
    Some((message, span, evidence::help(criterion, help)))
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::messages;

    const TEXT: &str = "kind: release\nid: r\ntype: minor\ngates:\n  - {id: g, criteria: [{id: c, check: {CHECK}}]}\n";

    fn found(check: &str, files: &str) -> Vec<String> {
        messages("evidence-failed", &format!("{}{files}", TEXT.replace("CHECK", check)))
    }

    #[test]
    fn failed_tests_are_named() {
        let file = "# file: e.xml\n# <testsuite><testcase name='a'/><testcase name='b'><error/></testcase><testcase name='c'><failure/></testcase></testsuite>\n";
        assert_eq!(found("junit: e.xml", file), ["criterion `c` is not met: 2 of 3 tests failed: `b` and `c`"]);
        assert!(found("junit: e.xml, pass_rate: \"> 0.3\"", file).is_empty());
    }

    #[test]
    fn results_are_named_with_their_place() {
        let file = "# file: e.sarif\n# {\"version\": \"2.1.0\", \"runs\": [{\"tool\": {\"driver\": {\"name\": \"l\"}}, \"results\": [{\"ruleId\": \"L1\", \"level\": \"error\", \"locations\": [{\"physicalLocation\": {\"artifactLocation\": {\"uri\": \"a.c\"}, \"region\": {\"startLine\": 3}}}]}]}]}\n";
        assert_eq!(
            found("sarif: e.sarif", file),
            ["criterion `c` is not met: 1 result at level `error`: `L1 in a.c:3`"]
        );
    }

    #[test]
    fn a_check_without_a_demand_is_told() {
        assert_eq!(
            found("coverage: e.info", "# file: e.info\n# SF:a\n# DA:1,1\n# end_of_record\n"),
            ["criterion `c` is not met: the check does not say how many lines must be covered"]
        );
        assert_eq!(found("max_age: 2d", ""), ["criterion `c` is not met: the check names no report"]);
    }
}
