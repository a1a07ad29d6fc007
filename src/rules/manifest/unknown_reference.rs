//! `unknown-reference`.

use foldhash::{HashMap, HashSet};

use crate::analysis::back_schedule::DEFAULT_TYPES;
use crate::diagnostic::wording;
use crate::diagnostic::{Finding, Severity, suggest};
use crate::model::references::{self, Reference, Target};
use crate::model::release::Release;
use crate::model::{Id, Kind, Portfolio, Table};
use crate::rules::{Check, Group, Manifests, Rule};

/// The rule.
pub static RULE: Rule = Rule {
    name: "unknown-reference",
    group: Group::Manifest,
    severity: Severity::Error,
    summary: "something is named that does not exist",
    docs: r"## What it does

Reports an id that names nothing: a project, environment, release, change, person, team, stage, calendar, release type,
phase, milestone, gate, step or wave. However often the id is used, there is one finding; the other uses are shown with it.
Nothing is reported about ids of documents that could not be read. Roles are the matter of `unknown-role`.

Where `relm.yaml` declares neither people nor teams, or the portfolio holds no `kind: change`, one milder finding says so for
all names of that sort.

## Why

The plan leaves out what it cannot find: a phase that follows a misspelt phase starts too early, and an environment that does
not exist is never overbooked.

## How to fix

Correct the id, or add what it names. Release types are `major`, `minor` and `emergency` unless `release_types:` declares
others.

```yaml failing
kind: release
id: winter
type: minor
phases:
  - {id: build, start: 2026-12-01, duration: 3d}
  - {id: deploy, after: biuld, duration: 1d}
```

```yaml failing
kind: environment
id: prod-eu
stage: production
```

```yaml failing
kind: project
id: ledger
owner: alice
```

```yaml passing
kind: portfolio
stages: [test, prod]
people: [{id: alice}]
---
kind: project
id: ledger
owner: alice
---
kind: release
id: winter
type: minor
owner: alice
scope: [{project: ledger, version: 4.2.0}]
phases:
  - {id: build, start: 2026-12-01, duration: 3d}
  - {id: deploy, after: build, duration: 1d}
```
",
    check: Check::Manifests(check),
};

/// Missing ids that are compared with the known ones. Where more are missing something else than spelling is wrong, such as a
/// folder that is not there, and to compare each with each would take minutes.
const MISSPELT: usize = 200;

fn check(cx: &Manifests<'_>, out: &mut Vec<Finding>) {
    let known = Known::new(cx.portfolio);
    let mut order: Vec<(Target<'_>, &str)> = Vec::new();
    let mut missing: HashMap<(Target<'_>, &str), Vec<Reference<'_>>> = HashMap::default();
    let mut undeclared: [Vec<Reference<'_>>; 2] = [Vec::new(), Vec::new()];
    references::each(cx.portfolio, &mut |reference| match known.judge(reference) {
        Verdict::Known => {}
        Verdict::Undeclared(Space::People) => undeclared[0].push(reference),
        Verdict::Undeclared(Space::Changes) => undeclared[1].push(reference),
        Verdict::Missing => {
            let key = (space(reference.target), reference.id.as_str());
            missing.entry(key).or_insert_with(|| {
                order.push(key);
                Vec::new()
            });
            missing.entry(key).and_modify(|uses| uses.push(reference));
        }
    });
    for (index, key) in order.into_iter().enumerate() {
        if let Some(mut uses) = missing.remove(&key) {
            uses.sort_by_key(|reference| reference.id.span);
            out.push(known.missing(&uses, index < MISSPELT));
        }
    }
    let [people, changes] = undeclared;
    out.extend(nobody_declared(people));
    out.extend(no_changes(changes));
}

/// References that one missing definition would mend share a space.
fn space(target: Target<'_>) -> Target<'_> {
    match target {
        Target::Person | Target::Team | Target::Owner | Target::Contact => Target::Owner,
        other => other,
    }
}

enum Verdict {
    Known,
    Missing,
    /// Nothing of the sort is declared anywhere.
    Undeclared(Space),
}

enum Space {
    People,
    Changes,
}

struct Known<'p> {
    portfolio: &'p Portfolio,
    deployments: HashSet<&'p str>,
    people: HashMap<&'p str, bool>,
    settings_doubtful: bool,
}

impl<'p> Known<'p> {
    fn new(portfolio: &'p Portfolio) -> Self {
        let settings = &portfolio.settings;
        let teams = settings.teams.iter().map(|team| (team.id.as_str(), false));
        Self {
            portfolio,
            deployments: portfolio.deployments.iter().filter_map(|entry| entry.id.as_deref()).collect(),
            people: teams.chain(settings.people.iter().map(|person| (person.id.as_str(), true))).collect(),
            settings_doubtful: portfolio.settings_doubtful(),
        }
    }

    fn judge(&self, reference: Reference<'p>) -> Verdict {
        let portfolio = self.portfolio;
        let id = reference.id.as_str();
        if portfolio.damage.lost(id) {
            return Verdict::Known;
        }
        let doubtful = self.settings_doubtful;
        let known = match reference.target {
            Target::Project => portfolio.projects.contains(id),
            Target::Environment => portfolio.environments.contains(id),
            Target::Release => portfolio.releases.contains(id),
            Target::Change if portfolio.changes.is_empty() => return Verdict::Undeclared(Space::Changes),
            Target::Change => portfolio.changes.contains(id),
            Target::Role => true,
            Target::Contact if portfolio.settings.roles.iter().any(|role| *role == *id) => true,
            Target::Person | Target::Team | Target::Owner | Target::Contact => match self.people.get(id) {
                _ if doubtful => true,
                Some(is_person) => match reference.target {
                    Target::Person => *is_person,
                    Target::Team => !is_person,
                    _ => true,
                },
                None if self.people.is_empty() => return Verdict::Undeclared(Space::People),
                None => false,
            },
            // Without stages there is one finding about that, and none about each environment.
            Target::Stage => doubtful || portfolio.settings.stages.is_empty() || portfolio.stage_order(id).is_some(),
            Target::Calendar => doubtful || id == "default" || portfolio.settings.calendars.get(id).is_some(),
            Target::ReleaseType => doubtful || self.types().any(|name| name == id),
            Target::Phase(release)
            | Target::Guarded(release)
            | Target::Step(release)
            | Target::Wave(release)
            | Target::Gate(release) => match portfolio.releases.get(release) {
                // A release that is not there has its own finding; one with a fault may have lost the entry.
                None => true,
                Some(release) => {
                    portfolio.damage.touches(release.span) || self.candidates(reference.target, release).contains(&id)
                }
            },
            Target::Cause => self.deployments.contains(id) || portfolio.releases.contains(id),
        };
        if known { Verdict::Known } else { Verdict::Missing }
    }

    fn types(&self) -> Box<dyn Iterator<Item = &'p str> + 'p> {
        let declared = &self.portfolio.settings.release_types;
        if declared.0.is_empty() {
            return Box::new(DEFAULT_TYPES.into_iter());
        }
        Box::new(declared.iter().map(|(name, _)| name.as_str()))
    }

    /// The names that a reference into a release may give.
    fn candidates(&self, target: Target<'p>, release: &'p Release) -> Vec<&'p str> {
        let phases = release.phases.iter().map(|phase| phase.id.as_str());
        match target {
            Target::Phase(_) => {
                phases.chain(release.milestones.iter().map(|milestone| milestone.id.as_str())).collect()
            }
            Target::Guarded(_) => phases.chain(["first", "production"]).collect(),
            Target::Gate(_) => {
                let settings = &self.portfolio.settings;
                let own = release.gates.iter().map(|gate| gate.id.as_str());
                let demanded = settings.release_types.get(&release.r#type).into_iter().flat_map(|ty| &ty.gates);
                let by_risk = settings.risk_levels.iter().flat_map(|(_, level)| &level.gates);
                own.chain(demanded.chain(by_risk).map(Id::as_str)).collect()
            }
            Target::Step(_) => release
                .deployment
                .iter()
                .flat_map(|deployment| &deployment.steps)
                .map(|step| step.id.as_str())
                .collect(),
            Target::Wave(_) => release
                .deployment
                .iter()
                .flat_map(|deployment| &deployment.waves)
                .map(|wave| wave.id.as_str())
                .collect(),
            _ => Vec::new(),
        }
    }

    /// The names that would have been right here.
    fn names(&self, target: Target<'p>) -> Vec<&'p str> {
        fn ids<T: crate::model::Identified>(table: &Table<T>) -> Vec<&str> {
            table.iter().map(|item| item.id().as_str()).collect()
        }
        let settings = &self.portfolio.settings;
        let people = || settings.people.iter().map(|person| person.id.as_str());
        let teams = || settings.teams.iter().map(|team| team.id.as_str());
        match target {
            Target::Project => ids(&self.portfolio.projects),
            Target::Environment => ids(&self.portfolio.environments),
            Target::Release => ids(&self.portfolio.releases),
            Target::Change => ids(&self.portfolio.changes),
            Target::Person => people().collect(),
            Target::Team => teams().collect(),
            Target::Owner => people().chain(teams()).collect(),
            Target::Contact => people().chain(teams()).chain(settings.roles.iter().map(Id::as_str)).collect(),
            Target::Role => Vec::new(),
            Target::Stage => settings.stages.iter().map(Id::as_str).collect(),
            Target::Calendar => {
                let declared = settings.calendars.iter().map(|(name, _)| name.as_str());
                std::iter::once("default").chain(declared.filter(|name| *name != "default")).collect()
            }
            Target::ReleaseType => self.types().collect(),
            Target::Phase(release)
            | Target::Guarded(release)
            | Target::Gate(release)
            | Target::Step(release)
            | Target::Wave(release) => {
                self.portfolio.releases.get(release).map(|release| self.candidates(target, release)).unwrap_or_default()
            }
            Target::Cause => {
                let mut names: Vec<&str> = self.deployments.iter().copied().collect();
                names.sort_unstable();
                names.into_iter().chain(ids(&self.portfolio.releases)).collect()
            }
        }
    }

    /// One finding for all uses of a missing id, which are sorted by place; `suggest` looks for names that are near.
    fn missing(&self, uses: &[Reference<'p>], suggest: bool) -> Finding {
        let first = uses[0];
        let id = first.id;
        let (what, add) = words(first.target);
        let message = match self.people.get(id.as_str()) {
            Some(true) => format!("`{id}` is a person, and a team is wanted here"),
            Some(false) => format!("`{id}` is a team, and a person is wanted here"),
            None => match inside(first) {
                Some(release) => format!("release `{release}` has no {what} `{id}`"),
                None => format!("there is no {what} `{id}`"),
            },
        };
        let mut names = if suggest { self.names(first.target) } else { Vec::new() };
        let mut seen = std::collections::HashSet::new();
        names.retain(|name| seen.insert(*name));
        let help = suggest::did_you_mean(id, names.iter().copied()).unwrap_or_else(|| match &names[..] {
            [] => add.to_owned(),
            few if few.len() <= 6 => format!("known here: {}; or {add}", wording::quoted(few.iter().copied())),
            _ => add.to_owned(),
        });
        let mut finding = Finding::new(id.span, first.subject(), message).help(help);
        let written = id.span.len as usize;
        // Where an id is only part of a text with escapes, its exact place is not known.
        let replaceable = written == id.len() || written == id.len() + 2;
        if let ([only], true) = (&suggest::nearest(id, names.iter().copied())[..], replaceable) {
            finding = finding.fix(id.span, *only);
        }
        let others = uses[1..].iter().map(|reference| (reference.id.span, reference.subject()));
        wording::with_places(finding, others, "named here too")
    }
}

/// The release that a reference looks into, when it is another than the one it stands in.
fn inside(reference: Reference<'_>) -> Option<&str> {
    match reference.target {
        Target::Phase(release)
        | Target::Guarded(release)
        | Target::Gate(release)
        | Target::Step(release)
        | Target::Wave(release) => (reference.from != (Kind::Release, release)).then_some(release),
        _ => None,
    }
}

/// What is missing, and how to add it.
fn words(target: Target<'_>) -> (&'static str, &'static str) {
    match target {
        Target::Project => ("project", "add a `kind: project` with this id"),
        Target::Environment => ("environment", "add a `kind: environment` with this id"),
        Target::Release => ("release", "add a `kind: release` with this id"),
        Target::Change => ("change", "add a `kind: change` with this id"),
        Target::Person => ("person", "add them to `people:` in relm.yaml"),
        Target::Team => ("team", "add it to `teams:` in relm.yaml"),
        Target::Owner => ("person or team", "add them to `people:` or `teams:` in relm.yaml"),
        Target::Contact => ("person, team or role", "add it to `people:`, `teams:` or `roles:` in relm.yaml"),
        Target::Role => ("role", "add it to `roles:` in relm.yaml"),
        Target::Stage => ("stage", "add it to `stages:` in relm.yaml"),
        Target::Calendar => ("calendar", "add it to `calendars:` in relm.yaml"),
        Target::ReleaseType => ("release type", "add it to `release_types:` in relm.yaml"),
        Target::Phase(_) => ("phase or milestone", "add it to the `phases:` or `milestones:` of the release"),
        Target::Guarded(_) => ("phase", "add it to the `phases:` of the release"),
        Target::Gate(_) => ("gate", "add it to the `gates:` of the release"),
        Target::Step(_) => ("step", "add it to the `steps:` of the deployment"),
        Target::Wave(_) => ("wave", "add it to the `waves:` of the deployment"),
        Target::Cause => ("deployment or release", "name the `id` of a deployment record, or a release"),
    }
}

fn nobody_declared(mut uses: Vec<Reference<'_>>) -> Option<Finding> {
    uses.sort_by_key(|reference| reference.id.span);
    let first = uses.first()?;
    let names: std::collections::BTreeSet<&str> = uses.iter().map(|reference| reference.id.as_str()).collect();
    let message = format!(
        "relm.yaml declares neither people nor teams, but {} named: {}",
        if names.len() == 1 { "one is".to_owned() } else { format!("{} are", names.len()) },
        wording::quoted(names),
    );
    let help = "add `people:` or `teams:` to relm.yaml, so that a misspelt name is noticed";
    let finding = Finding::new(first.id.span, first.subject(), message).help(help).at_most(Severity::Warning);
    let others = uses[1..].iter().map(|reference| (reference.id.span, reference.subject()));
    Some(wording::with_places(finding, others, "named here"))
}

fn no_changes(mut uses: Vec<Reference<'_>>) -> Option<Finding> {
    uses.sort_by_key(|reference| reference.id.span);
    let first = uses.first()?;
    let message = "releases name changes, but no `kind: change` is in this portfolio".to_owned();
    let help = "add the changes, or turn them into `links:` if they are kept elsewhere";
    let finding = Finding::new(first.id.span, first.subject(), message).help(help).at_most(Severity::Info);
    let others = uses[1..].iter().map(|reference| (reference.id.span, reference.subject()));
    Some(wording::with_places(finding, others, "named here"))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]

    use crate::rules::testing::{messages, of};

    const RULE: &str = "unknown-reference";

    #[test]
    fn many_uses_of_one_missing_id_are_one_finding_with_a_fix() {
        let text = "kind: project\nid: ledger\n---\nkind: release\nid: a\ntype: minor\nscope: [{project: leger}]\n---\n\
                    kind: release\nid: b\ntype: minor\nscope: [{project: leger}]\n";
        let found = of(RULE, text);
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].related.len(), 1);
        assert_eq!(found[0].fix.as_ref().unwrap().replacement, "ledger");
        assert_eq!(found[0].help.as_deref(), Some("did you mean `ledger`?"));
    }

    #[test]
    fn names_are_suggested_for_some_and_every_missing_id_is_found() {
        let wanted: Vec<String> = (0..300).map(|n| format!("leger{n:03}")).collect();
        let text = format!("kind: project\nid: ledger000\ndepends_on: [{}]\n", wanted.join(", "));
        let found = of(RULE, &text);
        assert_eq!(found.len(), 300);
        assert_eq!(found[0].help.as_deref(), Some("did you mean `ledger000`?"));
        assert_eq!(found[299].help.as_deref(), Some("add a `kind: project` with this id"));
    }

    #[test]
    fn owners_without_any_people_are_one_finding() {
        let text = "kind: project\nid: a\nowner: x\n---\nkind: project\nid: b\nowner: y\n";
        assert_eq!(messages(RULE, text), ["relm.yaml declares neither people nor teams, but 2 are named: `x` and `y`"]);
    }

    #[test]
    fn a_phase_of_another_release_is_looked_for_there() {
        let text = "kind: release\nid: a\ntype: minor\nphases: [{id: deploy, start: 2026-12-01}]\n---\n\
                    kind: release\nid: b\ntype: minor\nphases: [{id: build, after: a/deplyo, duration: 2d}]\n";
        assert_eq!(messages(RULE, text), ["release `a` has no phase or milestone `deplyo`"]);
    }

    #[test]
    fn a_document_that_cannot_be_read_is_not_called_missing() {
        let text = "kind: project\nid: ledger\ntier: nine\nid: ledger\n---\nkind: release\nid: a\ntype: minor\nscope: [{project: ledger}]\n";
        assert!(messages(RULE, text).is_empty());
    }

    #[test]
    fn a_team_is_no_person() {
        let text = "kind: portfolio\nstages: [prod]\nteams: [{id: qa}]\nroles: [tester]\n---\nkind: release\nid: a\ntype: minor\n\
                    gates: [{id: g, approvals: [{role: tester, by: qa}]}]\nescalation: [{after: 2d, to: tester}]\n";
        assert_eq!(messages(RULE, text), ["`qa` is a team, and a person is wanted here"]);
    }
}
