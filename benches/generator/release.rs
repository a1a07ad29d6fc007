//! The releases of the invented portfolio, and what belongs to them.

use chrono::{Days, NaiveDate};

use super::{
    COMPOSITE_EVERY, COMPOSITES_UNTIL, GROUP, PROJECTS, WEEKS, environment_id, mix, monday, project_id, sentence, today,
};

/// One release of one team.
#[derive(Debug, Clone, Copy)]
pub(super) struct Slot {
    pub(super) team: usize,
    pub(super) teams: usize,
    /// From 0, in order of time.
    pub(super) number: usize,
}

/// Where today stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum State {
    Over,
    Running,
    ToCome,
}

impl Slot {
    pub(super) fn id(self) -> String {
        format!("rel-{:04}-{:03}", self.team, self.number)
    }

    /// The week its work begins; teams begin in different weeks.
    fn week(self) -> usize {
        self.number * WEEKS + self.offset()
    }

    fn offset(self) -> usize {
        self.team % WEEKS
    }

    fn day(self, week: usize, day: u64) -> NaiveDate {
        monday(self.week() + week) + Days::new(day)
    }

    pub(super) fn deploys(self) -> NaiveDate {
        self.day(4, 0)
    }

    pub(super) fn target(self) -> NaiveDate {
        self.day(4, 4)
    }

    fn state(self) -> State {
        match today() {
            today if self.target() < today => State::Over,
            today if self.day(0, 0) <= today => State::Running,
            _ => State::ToCome,
        }
    }

    pub(super) fn is_over(self) -> bool {
        self.state() == State::Over
    }

    fn seed(self) -> usize {
        mix(self.team * 1_000 + self.number)
    }

    /// Projects with their versions.
    pub(super) fn ships(self) -> Vec<(String, String)> {
        let count = 1 + self.seed() % PROJECTS;
        (0..count)
            .map(|number| (project_id(self.team, number), format!("{}.{}.0", 1 + self.number / 20, self.number % 20)))
            .collect()
    }

    /// The change it needs, when it needs one.
    pub(super) fn change(self) -> Option<String> {
        (self.number % 7 == 3).then(|| format!("RFC-{:04}-{:03}", self.team, self.number))
    }

    /// The composite it belongs to: every other group of teams ships some releases together.
    pub(super) fn composite(self) -> Option<String> {
        let group = self.team / GROUP;
        let together = group.is_multiple_of(2) && (group + 1) * GROUP <= self.teams;
        let joins = self.number % COMPOSITE_EVERY == COMPOSITE_EVERY - 1 && self.number < COMPOSITES_UNTIL;
        (together && joins).then(|| format!("wave-{group:04}-{:03}", self.number))
    }

    /// Whether the composite is written beside this release; the teams of a group take turns.
    pub(super) fn leads_composite(self) -> bool {
        self.team % GROUP == self.number / COMPOSITE_EVERY % GROUP
    }

    /// A release of another team that is finished before this one begins.
    fn waits_for(self) -> Option<Slot> {
        let team = mix(self.seed() + 3) % self.teams;
        let number = self.number.checked_sub(2)?;
        (self.seed().is_multiple_of(3) && team != self.team).then_some(Slot { team, number, ..self })
    }

    pub(super) fn text(self) -> String {
        let Self { team, number, .. } = self;
        let (id, seed, target) = (self.id(), self.seed(), self.target());
        let state = self.state();
        let simple = seed % 2 == 0;
        let major = number % 6 == 5;
        let status = match state {
            State::Over => "released",
            State::Running => "in-progress",
            State::ToCome => "planned",
        };
        let mut text = format!(
            "\
kind: release
id: {id}
type: {kind}
status: {status}
owner: ann-{team:04}
{parent}priority: {priority}
announced: {announced}
target: {target}
risk: {{impact: medium, complexity: {complexity}{risks}}}
scope:
",
            kind = if major { "major" } else { "minor" },
            parent = self.composite().map(|id| format!("part_of: {id}\n")).unwrap_or_default(),
            priority = 20 + seed % 60,
            announced = target - Days::new(60),
            complexity = if simple { "low" } else { "medium" },
            risks = if simple { String::new() } else { self.risks() },
        );
        for (project, version) in self.ships() {
            let changes = self.change().map(|id| format!(", changes: [{id}]")).unwrap_or_default();
            text += &format!(
                "  - {{project: {project}, version: {version}, commit: {:07x}{changes}}}\n",
                seed & 0xfff_ffff
            );
        }
        if let Some(other) = self.waits_for() {
            text += &format!("depends_on: [{{release: {}, lag: 1d}}]\n", other.id());
        }
        if !simple {
            let (cut, freeze) = (self.day(0, 3), self.day(1, 4));
            text += &format!("branch: {{name: release/{number}, cut: {cut}, code_freeze: {freeze}}}\n");
        }
        text += &self.phases();
        text += &format!(
            "milestones:\n  - {{id: scope-locked, date: {}{}}}\n  - {{id: code-complete, after: build}}\n",
            self.day(0, 1),
            if self.day(0, 1) < today() { format!(", actual: {}", self.day(0, 1)) } else { String::new() }
        );
        text += &self.gates();
        if major || !simple {
            text += &self.deployment();
        } else {
            let sent = if self.is_over() { format!(", sent: {}", target - Days::new(7)) } else { String::new() };
            text += &format!(
                "communications: [{{id: users, audience: Branch staff, channel: email, at: target - 5d, \
                 owner: bea-{team:04}{sent}}}]\nsupport: {{hypercare: 5d, owner: team-{team:04}}}\n"
            );
        }
        if state == State::Over {
            text += &format!("actual: {{start: {}, end: {}}}\n", self.day(0, 0), self.deploys());
        } else if state == State::Running {
            text += &format!("actual: {{start: {}}}\n", self.day(0, 0));
        }
        text
    }

    fn risks(self) -> String {
        let (team, name) = (self.team, sentence(self.seed()));
        format!(
            ", register: [{{id: R1, name: {name}, likelihood: low, impact: medium, mitigation: A second supplier, \
             owner: bea-{team:04}, status: closed}}]"
        )
    }

    fn phases(self) -> String {
        let Self { team, .. } = self;
        let [sit, uat, prod] = ["sit", "uat", "prod"].map(|stage| environment_id(team, stage));
        let other = self.waits_for().map(|other| format!("{}/uat + 1d", other.id()));
        let after = other.map_or_else(|| "sit".to_owned(), |other| format!("[sit, {other}]"));
        format!(
            "\
phases:
  - {{id: build, start: {start}, duration: 10d, team: team-{team:04}, effort: 20pd{build}}}
  - {{id: sit, after: build, duration: 5d, environments: [{{id: {sit}, units: 1, use: code}}]{tested}}}
  - {{id: uat, after: {after}, duration: 5d, environments: [{uat}]{accepted}}}
  - {{id: deploy, after: uat, duration: 1d, environments: [{prod}]{deployed}}}
",
            start = self.day(0, 0),
            build = actual(self.day(0, 0), self.day(1, 4)),
            tested = actual(self.day(2, 0), self.day(2, 4)),
            accepted = actual(self.day(3, 0), self.day(3, 4)),
            deployed = actual(self.deploys(), self.deploys()),
        )
    }

    fn gates(self) -> String {
        let Self { team, .. } = self;
        let due = self.day(3, 4);
        if today() < due {
            return format!(
                "gates:\n  - {{id: uat-exit, due: {due}}}\n  - {{id: go-live, before: deploy, due: {due}}}\n"
            );
        }
        let approved =
            |role: &str| format!("approvals: [{{role: {role}, by: bea-{team:04}, at: {due}, decision: approved}}]");
        format!(
            "\
gates:
  - id: uat-exit
    due: {due}
    criteria: [{{id: sev1, status: met}}, {{id: regression, status: met}}]
    {}
  - id: go-live
    before: deploy
    {}
",
            approved("testing-coordinator"),
            approved("change-manager"),
        )
    }

    fn deployment(self) -> String {
        let Self { team, number, .. } = self;
        let day = self.deploys();
        let mut text = format!(
            "\
deployment:
  approach: {{rollout: big-bang, delivery: push, mode: automated}}
  window: {{start: {day}T20:00, end: {day}T23:30}}
  steps:
    - {{id: drain, project: {}, owner: bea-{team:04}, duration: 20m, backout: {{duration: 10m}}}}
    - {{id: migrate, after: drain, duration: 90m, critical: true, backout: {{duration: 40m, note: Restore}}}}
",
            project_id(team, 0),
        );
        if number % 3 == 0 {
            text += "    - {id: verify, after: [{step: migrate, type: FS, lag: 5m}], duration: 30m, go_no_go: true}\n";
        }
        text
    }

    pub(super) fn composite_text(self, id: &str) -> String {
        let Self { team, number, .. } = self;
        // The team that begins last decides.
        let target = Slot { team: WEEKS - 1, ..self }.target();
        let status = if target < today() {
            "released"
        } else if self.state() == State::ToCome {
            "planned"
        } else {
            "in-progress"
        };
        let mut text = format!(
            "\
kind: release
id: {id}
name: Wave {number} of {group} teams
description: >-
  All of them at once, because they {one}.
  Each can {two}.
type: wave
status: {status}
owner: ann-{team:04}
priority: 70
announced: {announced}
target: {target}
stakeholders:
  - {{id: board, audience: executive, interest: {three}}}
  - {{id: operations, audience: operations, interest: {four}}}
  - {{id: branches, audience: branches, interest: Opening hours}}
escalation: [{{after: 2d, to: change-manager}}, {{after: 5d, to: ann-{team:04}}}]
requirements:
  - {{id: REQ-1, name: {five}}}
  - {{id: REQ-2, name: {six}}}
budget: {{planned: {budget}}}
",
            group = GROUP,
            announced = target - Days::new(90),
            one = sentence(number),
            two = sentence(number + 11),
            three = sentence(number + 12),
            four = sentence(number + 13),
            five = sentence(number + 14),
            six = sentence(number + 15),
            budget = 10_000 + mix(number) % 90_000,
        );
        if status != "planned" {
            let end = if status == "released" { format!(", end: {target}") } else { String::new() };
            text += &format!("actual: {{start: {}{end}}}\n", self.day(0, 0));
        }
        text
    }

    pub(super) fn change_text(self, id: &str) -> String {
        let Self { team, .. } = self;
        let (day, seed) = (self.deploys(), self.seed());
        let (status, outcome) = if self.is_over() { ("closed", "outcome: successful\n") } else { ("approved", "") };
        format!(
            "\
kind: change
id: {id}
name: {name}
description: |
  Why: {why}.
  What: {what}.
  Who notices: {who}.
  How it is taken back: the snapshot of the evening is restored, then {back}.
owner: ann-{team:04}
project: {project}
type: normal
status: {status}
release: {release}
window: {{start: {day}T20:00, end: {day}T23:30}}
{outcome}links:
  - {{title: Request, url: \"https://changes.example.com/browse/{id}\"}}
approvals:
  - {{role: change-manager, by: bea-{team:04}, at: {at}, decision: approved, note: Seen by the board}}
",
            name = sentence(seed),
            why = sentence(seed + 21),
            what = sentence(seed + 22),
            who = sentence(seed + 23),
            back = sentence(seed + 24),
            project = project_id(team, 0),
            release = self.id(),
            at = self.day(0, 2).min(today()),
        )
    }
}

/// What is known today of something planned from one day to another.
fn actual(first: NaiveDate, last: NaiveDate) -> String {
    match today() {
        today if last < today => format!(", actual: {{start: {first}, end: {last}}}"),
        today if first <= today => format!(", progress: 40, actual: {{start: {first}}}"),
        _ => String::new(),
    }
}
