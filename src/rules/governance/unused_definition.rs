//! `unused-definition`.

use foldhash::HashSet;

use crate::diagnostic::wording;
use crate::diagnostic::{Finding, Severity, Span, Subject, suggest};
use crate::model::references::{self, Target};
use crate::model::{Id, Identified, Kind, Portfolio};
use crate::rules::{Check, Group, Manifests, Rule};

/// The rule.
pub static RULE: Rule = Rule {
    name: "unused-definition",
    group: Group::Governance,
    severity: Severity::Info,
    summary: "something is defined that nothing names",
    docs: "\
## What it does

Lists, in one finding for each kind, the gate templates, calendars, roles, teams, release types, environments and projects that
nothing names. It waits until there is a release, and leaves alone what stands in a file with a fault, for that may name it. A
definition that a misspelt name was perhaps meant for is left to `unknown-reference`.

## Why

What nobody uses is read and maintained all the same.

## How to fix

Delete it, or use it.

```yaml failing
kind: portfolio
stages: [test, prod]
calendars:
  india: {holidays: [{date: 2026-11-08, name: Diwali}]}
---
kind: release
id: winter
type: minor
```

```yaml passing
kind: portfolio
stages: [test, prod]
calendars:
  india: {holidays: [{date: 2026-11-08, name: Diwali}]}
---
kind: release
id: winter
type: minor
calendar: india
```
",
    check: Check::Manifests(check),
};

/// A definition: its id, the place of the id, and the subject of a finding about it.
type Definition = (String, Span, Subject);

/// With more names than this that mean nothing, it is too early to say what is not used.
const MOST_MISSING: usize = 100;

/// What is named, by the kind of definition it could mean.
#[derive(Default)]
struct Named<'p> {
    projects: HashSet<&'p str>,
    environments: HashSet<&'p str>,
    teams: HashSet<&'p str>,
    roles: HashSet<&'p str>,
    calendars: HashSet<&'p str>,
    types: HashSet<&'p str>,
    gates: HashSet<&'p str>,
}

fn check(cx: &Manifests<'_>, out: &mut Vec<Finding>) {
    let portfolio = cx.portfolio;
    // Before the first release nothing is named yet.
    if portfolio.releases.is_empty() {
        return;
    }
    let named = named(portfolio);
    let settings = &portfolio.settings;
    let place = |list: &str, id: &str| Subject::new(Kind::Portfolio.as_str(), "").at(format!("{list}/{id}"));
    let ids = |list: &'static str, ids: Vec<(&'_ str, Span)>, used: &HashSet<&str>| {
        let all = ids.into_iter().map(|(id, span)| (id.to_owned(), span, place(list, id))).collect();
        unused(portfolio, all, used)
    };
    let keys = settings.gate_templates.iter().map(|(name, _)| (name.as_str(), name.span)).collect();
    report("gate template", "gate templates", ids("gate_templates", keys, &named.gates), out);
    let keys = settings.calendars.iter().map(|(name, _)| (name.as_str(), name.span));
    let keys = keys.filter(|(name, _)| *name != "default").collect();
    report("calendar", "calendars", ids("calendars", keys, &named.calendars), out);
    let keys = settings.roles.iter().map(|role| (role.as_str(), role.span)).collect();
    report("role", "roles", ids("roles", keys, &named.roles), out);
    let keys = settings.teams.iter().map(|team| (team.id.as_str(), team.id.span)).collect();
    report("team", "teams", ids("teams", keys, &named.teams), out);
    let keys = settings.release_types.iter().map(|(name, _)| (name.as_str(), name.span)).collect();
    report("release type", "release types", ids("release_types", keys, &named.types), out);
    report("environment", "environments", tables(portfolio, portfolio.environments.iter(), &named.environments), out);
    report("project", "projects", tables(portfolio, portfolio.projects.iter(), &named.projects), out);
}

fn tables<'p, T: Identified + 'p>(
    portfolio: &Portfolio,
    items: impl Iterator<Item = &'p T>,
    used: &HashSet<&str>,
) -> Vec<Definition> {
    unused(portfolio, items.map(|item| (item.id().to_string(), item.id().span, item.subject())).collect(), used)
}

/// The definitions that nothing names, without those that a name which does not exist was perhaps meant for: that name has
/// its own finding. A file with a fault may name whatever stands in it.
fn unused(portfolio: &Portfolio, all: Vec<Definition>, used: &HashSet<&str>) -> Vec<Definition> {
    let defined: HashSet<&str> = all.iter().map(|(id, ..)| id.as_str()).collect();
    let missing: Vec<&str> = used.difference(&defined).copied().collect();
    if missing.len() > MOST_MISSING {
        return Vec::new();
    }
    let idle: Vec<&str> = defined.difference(used).copied().collect();
    let meant: HashSet<String> =
        missing.iter().flat_map(|name| suggest::nearest(name, idle.iter().copied())).map(str::to_owned).collect();
    let idle: HashSet<String> = idle.into_iter().map(str::to_owned).collect();
    all.into_iter()
        .filter(|(id, ..)| idle.contains(id) && !meant.contains(id) && !portfolio.damage.may_name(id))
        .collect()
}

fn named(portfolio: &Portfolio) -> Named<'_> {
    let mut named = Named::default();
    references::each(portfolio, &mut |reference| {
        let id = reference.id.as_str();
        // Nothing uses itself.
        if reference.from.1 == id && matches!(reference.target, Target::Project | Target::Environment) {
            return;
        }
        match reference.target {
            Target::Project => named.projects.insert(id),
            Target::Environment => named.environments.insert(id),
            Target::Team | Target::Owner => named.teams.insert(id),
            Target::Role => named.roles.insert(id),
            Target::Contact => named.roles.insert(id) | named.teams.insert(id),
            Target::Calendar => named.calendars.insert(id),
            Target::ReleaseType => named.types.insert(id),
            _ => false,
        };
    });
    let settings = &portfolio.settings;
    let gates = portfolio.releases.iter().flat_map(|release| release.gates.iter().map(|gate| &gate.id));
    let by_type = settings.release_types.iter().flat_map(|(_, ty)| &ty.gates);
    let by_risk = settings.risk_levels.iter().flat_map(|(_, level)| &level.gates);
    named.gates.extend(gates.chain(by_type).chain(by_risk).map(Id::as_str));
    // Its own bookings are a use of an environment.
    let booked = portfolio.environments.iter().filter(|environment| !environment.bookings.is_empty());
    named.environments.extend(booked.map(|environment| environment.id.as_str()));
    named
}

fn report(one: &str, many: &str, mut unused: Vec<Definition>, out: &mut Vec<Finding>) {
    unused.sort_by_key(|(_, span, _)| *span);
    let Some(((id, span, subject), others)) = unused.split_first() else { return };
    let message = if others.is_empty() {
        format!("nothing names the {one} `{id}`")
    } else {
        let names = wording::quoted(unused.iter().map(|(id, ..)| id.as_str()));
        format!("nothing names {} {many}: {names}", unused.len())
    };
    let finding = Finding::new(*span, subject.clone(), message).help("use it, or delete it");
    let places = others.iter().map(|(_, span, subject)| (*span, subject.clone()));
    out.push(wording::with_places(finding, places, "nor this"));
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::messages;

    const RULE: &str = "unused-definition";

    #[test]
    fn one_finding_a_kind_and_none_before_the_first_release() {
        let projects = "kind: project\nid: a\n---\nkind: project\nid: b\ndepends_on: [b]\n";
        assert!(messages(RULE, projects).is_empty());
        let text = format!("{projects}---\nkind: release\nid: r\ntype: minor\n");
        assert_eq!(messages(RULE, &text), ["nothing names 2 projects: `a` and `b`"]);
    }

    #[test]
    fn the_other_half_of_a_misspelt_name_is_left_to_its_own_finding() {
        let text = "kind: project\nid: ledger\n---\nkind: release\nid: r\ntype: minor\nscope: [{project: legder}]\n";
        assert!(messages(RULE, text).is_empty());
        assert_eq!(messages("unknown-reference", text).len(), 1);
    }

    #[test]
    fn a_fault_elsewhere_hides_nothing() {
        let settings = "kind: portfolio\nstages: [prod]\nroles: [tester, painter]\n---\n";
        let release = "kind: release\nid: r\ntype: minor\nscop: [{project: a}]\nx-by: painter\n";
        assert_eq!(messages(RULE, &format!("{settings}{release}")), ["nothing names the role `tester`"]);
    }

    #[test]
    fn a_fault_keeps_it_silent_about_what_stands_beside_it() {
        let text = "kind: project\nid: a\n---\nkind: release\nid: r\ntype: minor\nscop: [{project: a}]\n";
        assert!(messages(RULE, text).is_empty());
    }
}
