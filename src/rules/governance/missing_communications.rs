//! `missing-communications`.

use crate::diagnostic::{Finding, Severity};
use crate::model::portfolio::Requirement;
use crate::rules::demands::report_missing;
use crate::rules::{Check, Context, Group, ReleaseRef, Rule};

/// The rule.
pub static RULE: Rule = Rule {
    name: "missing-communications",
    group: Group::Governance,
    severity: Severity::Error,
    summary: "nobody is told of a release whose type demands it",
    docs: "\
## What it does

Reports a release whose type `requires` communications, when it lists none. Those of a composite are for all of its parts; a
composite that ships nothing of its own is satisfied when every part that ships has some.

It is an error once the release is in progress, or its target no further away than the `notice` of its type (10 working days
where it has none), a warning before, and one step less for a draft. Releases that are over are left alone.

## Why

People who learn of a change from its effects call the service desk, and work around it.

## How to fix

Write who is told what, how and when under `communications:`.

```yaml failing
kind: portfolio
stages: [test, prod]
release_types:
  major: {requires: [communications]}
---
kind: release
id: winter
type: major
status: planned
```

```yaml passing
kind: portfolio
stages: [test, prod]
release_types:
  major: {requires: [communications]}
---
kind: release
id: winter
type: major
status: planned
target: 2027-02-26
communications:
  - {id: staff, audience: All staff, channel: email, at: target - 5d}
---
kind: release
id: winter-web
type: major
status: planned
part_of: winter
```
",
    check: Check::Release(check),
};

const HELP: &str =
    "add who is told: `communications: [{id: users, audience: Who is affected, channel: email, at: target - 5d}]`";

fn check(cx: &Context<'_>, at: ReleaseRef<'_>, out: &mut Vec<Finding>) {
    report_missing(cx, at, Requirement::Communications, |release| !release.communications.is_empty(), HELP, out);
}

#[cfg(test)]
mod tests {
    use crate::diagnostic::Severity;
    use crate::rules::testing::{messages, of};

    const RULE: &str = "missing-communications";

    fn types(more: &str) -> String {
        format!(
            "kind: portfolio\nstages: [test, prod]\nrelease_types:\n  major: {{notice: 5d, requires: [communications]}}\n  \
             minor: {{}}\n  monthly: {{notice: 30ed, requires: [communications]}}\n{more}"
        )
    }

    fn release(id: &str, ty: &str, more: &str) -> String {
        format!("---\nkind: release\nid: {id}\ntype: {ty}\n{more}")
    }

    const SCOPE: &str = "scope: [{project: web}]\n";
    const TOLD: &str = "communications: [{id: users}]\n";

    fn severity(more: &str, ty: &str) -> Option<Severity> {
        of(RULE, &(types("") + &release("winter", ty, more))).first().map(|finding| finding.severity)
    }

    #[test]
    fn it_matters_more_the_nearer_the_target_is() {
        // Today is Monday 2026-11-16; five working days are over with the 23rd.
        assert_eq!(severity("status: planned\ntarget: 2026-11-24\n", "major"), Some(Severity::Warning));
        assert_eq!(severity("status: planned\ntarget: 2026-11-23\n", "major"), Some(Severity::Error));
        assert_eq!(severity("status: planned\ntarget: 2026-11-10\n", "major"), Some(Severity::Error));
        assert_eq!(severity("status: in-progress\ntarget: 2027-11-23\n", "major"), Some(Severity::Error));
        assert_eq!(severity("target: 2026-11-24\n", "major"), Some(Severity::Info));
        assert_eq!(severity("target: 2026-11-23\n", "major"), Some(Severity::Warning));
        assert_eq!(severity("status: planned\ntarget: 2026-12-16\n", "monthly"), Some(Severity::Error));
        assert_eq!(severity("status: planned\ntarget: 2026-12-17\n", "monthly"), Some(Severity::Warning));
        assert_eq!(severity("status: planned\n", "major"), Some(Severity::Warning));
        for over in ["released", "closed", "cancelled"] {
            assert_eq!(severity(&format!("status: {over}\n"), "major"), None);
        }
        assert_eq!(severity("status: in-progress\n", "minor"), None);
    }

    #[test]
    fn without_a_notice_ten_working_days_are_near() {
        let text = |target: &str| {
            types("").replace("notice: 5d, ", "")
                + &release("winter", "major", &format!("status: planned\ntarget: {target}\n"))
        };
        assert_eq!(of(RULE, &text("2026-11-30"))[0].severity, Severity::Error);
        assert_eq!(of(RULE, &text("2026-12-01"))[0].severity, Severity::Warning);
    }

    #[test]
    fn the_finding_names_the_demand_and_what_to_add() {
        let found = of(RULE, &(types("") + &release("winter", "major", "status: planned\n")));
        assert_eq!(found[0].message, "`winter` has no communications; the type `major` demands it");
        assert_eq!(found[0].related.len(), 1);
        assert_eq!(found[0].related[0].subject.to_string(), "portfolio/release_types/major");
        assert!(found[0].help.as_ref().is_some_and(|help| help.contains("communications: [{id:")));
    }

    #[test]
    fn a_composite_speaks_for_its_parts() {
        let parts = |whole: &str, part: &str| {
            types("")
                + &release("whole", "major", &format!("status: planned\n{whole}"))
                + &release("part", "major", &format!("status: planned\npart_of: whole\n{SCOPE}{part}"))
        };
        assert!(messages(RULE, &parts(TOLD, "")).is_empty());
        // The part answers for itself, and is reported alone.
        let found = of(RULE, &parts("", ""));
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].subject.id, "part");
        assert!(messages(RULE, &parts("", TOLD)).is_empty());
    }

    #[test]
    fn a_composite_that_ships_nothing_is_judged_by_its_parts() {
        let text = |first: &str, second: &str| {
            types("")
                + &release("whole", "major", "status: planned\n")
                + &release("a", "minor", &format!("status: planned\npart_of: whole\n{SCOPE}{first}"))
                + &release("b", "minor", &format!("status: planned\npart_of: whole\n{SCOPE}{second}"))
                + &release("empty", "minor", "status: planned\npart_of: whole\n")
        };
        assert!(messages(RULE, &text(TOLD, TOLD)).is_empty());
        assert_eq!(
            messages(RULE, &text(TOLD, "")),
            ["`whole` has no communications, and neither has its part `b`; the type `major` demands it"]
        );
        // What has shipped or was called off needs nobody told.
        assert!(
            messages(
                RULE,
                &text(TOLD, "").replace("id: b\ntype: minor\nstatus: planned", "id: b\ntype: minor\nstatus: released")
            )
            .is_empty()
        );
        let none = text("", "").replace(SCOPE, "");
        assert_eq!(messages(RULE, &none), ["`whole` has no communications; the type `major` demands it"]);
    }

    #[test]
    fn what_could_not_be_read_may_be_there() {
        let broken = types("") + &release("winter", "major", "status: planned\ncommunications: 7\n");
        assert!(messages(RULE, &broken).is_empty());
    }
}
