//! `evidence-outdated`.

use crate::analysis::evidence::Verdict;
use crate::diagnostic::{Finding, Severity};
use crate::model::release::{self as model, Criterion};
use crate::rules::evidence::{self, Words};
use crate::rules::{Check, Context, Group, Rule};

/// The rule.
pub static RULE: Rule = Rule {
    name: "evidence-outdated",
    group: Group::Gates,
    severity: Severity::Error,
    summary: "the report that decides a criterion is older than it may be",
    docs: r#"## What it does

Reports a criterion whose report is older than the `max_age` of its `check`, or of which nobody can tell how old it is. The age
is counted from the date in the report itself (times without a zone are UTC), else from the commit that last changed the file,
to today: `7ed` are calendar days, `5d` working days of the release's calendar. Of several files the oldest decides. A file that
is not committed as it stands, be it changed or ignored by git, has no date but its own. It is an error from the day the gate is
due, or what it guards has begun; before that a warning, as in drafts. A report that was fresh when all that the gate guards was
done does not become too old afterwards.

## Why

A green run of last month says nothing of what was built since.

## How to fix

Run it again, and put the new report in the place of the old one.

```yaml failing
kind: release
id: winter
type: minor
status: planned
gates:
  - id: go-live
    due: 2026-11-20
    criteria: [{id: regression, check: {junit: evidence/uat.xml, max_age: 7ed}}]
# file: evidence/uat.xml
# <testsuite name="uat" timestamp="2026-10-30T18:00:00Z">
#   <testcase name="pays"/>
# </testsuite>
```

```yaml passing
kind: release
id: winter
type: minor
status: planned
gates:
  - id: go-live
    due: 2026-11-20
    criteria: [{id: regression, check: {junit: evidence/uat.xml, max_age: 7ed}}]
# file: evidence/uat.xml
# <testsuite name="uat" timestamp="2026-11-13T18:00:00Z">
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
    let Verdict::Outdated { message, help } = verdict else { return None };
    let span = check.max_age.as_ref().map_or(check.span, |age| age.span);
    let message = format!("what shows criterion `{}` is too old: {message}", criterion.id);
    Some((message, span, evidence::help(criterion, help)))
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::messages;

    const TEXT: &str = "\
kind: release
id: r
type: minor
status: in-progress
phases: [{id: p, start: 2026-11-02, duration: 5d}]
gates:
  - {id: g, before: p, criteria: [{id: c, check: {junit: e.xml, max_age: 3d}}]}
# file: e.xml
# <testsuite timestamp='2026-11-10T10:00:00'><testcase name='a'/></testsuite>
";

    fn found(text: &str) -> Vec<String> {
        messages("evidence-outdated", text)
    }

    #[test]
    fn age_is_told() {
        assert_eq!(
            found(TEXT),
            [
                "what shows criterion `c` is too old: `e.xml` was made on 2026-11-10, 4 working days ago, and `max_age` is 3d"
            ]
        );
        assert!(found(&TEXT.replace("3d", "4d")).is_empty());
    }

    #[test]
    fn what_nobody_can_date_is_too_old() {
        let message = found(&TEXT.replace(" timestamp='2026-11-10T10:00:00'", ""));
        assert!(message[0].contains("nobody can tell how old `e.xml` is"), "{message:?}");
    }

    #[test]
    fn age_does_not_matter_when_all_is_done() {
        assert!(
            found(&TEXT.replace("duration: 5d}", "duration: 5d, actual: {start: 2026-11-02, end: 2026-11-09}}"))
                .is_empty()
        );
    }
}
