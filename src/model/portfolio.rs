//! `kind: portfolio`: the one document of `relm.yaml`.

use chrono::NaiveDate;

use super::decode::{Decode, Decoder, Map};
use super::node::Node;
use super::release::Criterion;
use super::scalar::{Bounded, Count, Days, Id, Minutes, Spanned, Text, Threshold};
use crate::diagnostic::Level;
use crate::time::when::When;
use crate::{choice, record};
use chrono_tz::Tz;

record! {
    /// The settings that hold for the whole portfolio.
    pub struct Settings {
        /// The version of the manifest format: 1.
        pub format: Option<Spanned<Bounded<1, 1>>>,
        /// The time zone of dates and date-times without one; an IANA name, default UTC.
        pub timezone: Option<Spanned<Tz>>,
        /// The stages in promotion order; the last is production.
        pub stages: Vec<Id>,
        /// Working calendars by name; `default` is Monday to Friday unless given.
        pub calendars: Map<Calendar>,
        /// The people who own, approve and operate.
        pub people: Vec<Person>,
        /// Teams; they share one space of ids with people.
        pub teams: Vec<Team>,
        /// The roles that people can hold and gates can require.
        pub roles: Vec<Id>,
        /// Gates by name, from which releases take criteria and required approvals.
        pub gate_templates: Map<GateTemplate>,
        /// How much diligence each type of release needs.
        pub release_types: Map<ReleaseType>,
        /// `impact/complexity` → risk level.
        pub risk_matrix: Map<Spanned<Rating>>,
        /// What a risk level demands.
        pub risk_levels: Map<RiskLevel>,
        /// How approvals are judged.
        pub approvals: Option<ApprovalPolicy>,
        /// When deployments are forbidden.
        pub freezes: Vec<Freeze>,
        /// Severities of rules.
        pub rules: Map<RuleSetting>,
        /// Targets by metric id.
        pub targets: Map<Spanned<Threshold>>,
        /// Money.
        pub rates: Option<Rates>,
        /// Paths below the root that are not part of the portfolio.
        pub exclude: Vec<Text>,
    }
}

record! {
    /// A working calendar.
    pub struct Calendar {
        /// The working days of a week; default Monday to Friday.
        pub working_week: Vec<Spanned<Weekday>>,
        /// Days without work.
        pub holidays: Vec<Holiday>,
    }
}

choice! {
    /// A day of the week.
    pub enum Weekday {
        /// Monday.
        Mon = "mon",
        /// Tuesday.
        Tue = "tue",
        /// Wednesday.
        Wed = "wed",
        /// Thursday.
        Thu = "thu",
        /// Friday.
        Fri = "fri",
        /// Saturday.
        Sat = "sat",
        /// Sunday.
        Sun = "sun",
    }
}

record! {
    /// A day without work, or a calendar file of them.
    pub struct Holiday {
        /// The day.
        pub date: Option<Spanned<NaiveDate>>,
        /// An iCalendar file below the portfolio root whose events are holidays.
        pub ics: Option<Text>,
    }
}

record! {
    /// A person.
    pub struct Person {
        /// The id.
        pub id: Id,
        /// The e-mail addresses used in commits.
        pub emails: Vec<Text>,
        /// The team.
        pub team: Option<Id>,
        /// The roles held.
        pub roles: Vec<Id>,
        /// Keys that sign commits.
        pub signing_keys: Vec<SigningKey>,
    }
}

record! {
    /// A key that signs commits.
    pub struct SigningKey {
        /// The fingerprint.
        pub key: Text,
    }
}

record! {
    /// A team.
    pub struct Team {
        /// The id.
        pub id: Id,
        /// People available per working day.
        pub capacity: Option<f64>,
        /// The working calendar; default `default`.
        pub calendar: Option<Id>,
    }
}

record! {
    /// What every gate of this name checks and who must approve it.
    pub struct GateTemplate {
        /// What it guards: `first`, `production` (default) or a phase.
        pub before: Option<Id>,
        /// What must be met.
        pub criteria: Vec<Criterion>,
        /// Who must approve.
        pub requires: Vec<RequiredApproval>,
    }
}

record! {
    /// A role that must approve.
    pub struct RequiredApproval {
        /// The role.
        pub role: Id,
        /// How many different people; default 1.
        pub count: Option<Count>,
    }
}

choice! {
    /// What a type of release must have.
    pub enum Requirement {
        /// A back-out for every deployment step that changes something.
        Backout = "backout",
        /// Communications.
        Communications = "communications",
        /// Training.
        Training = "training",
        /// Support after the release.
        Support = "support",
        /// Artefacts with hashes.
        Artifacts = "artifacts",
    }
}

record! {
    /// How much diligence a release of this type needs.
    pub struct ReleaseType {
        /// Working days from announcement to target.
        pub notice: Option<Spanned<Days>>,
        /// The gates every release of this type has.
        pub gates: Vec<Id>,
        /// The stages before production that must not be skipped.
        pub stages: Vec<Id>,
        /// What must be there.
        pub requires: Vec<Spanned<Requirement>>,
        /// The phases that `relm new` writes.
        pub phases: Vec<super::release::Phase>,
        /// Working days after the release within which its gates may still be closed; emergencies only.
        pub review_within: Option<Spanned<Days>>,
    }
}

choice! {
    /// Low, medium or high.
    pub enum Rating {
        /// Low.
        Low = "low",
        /// Medium.
        Medium = "medium",
        /// High.
        High = "high",
    }
}

record! {
    /// What a risk level demands, whatever the type.
    pub struct RiskLevel {
        /// Gates to add.
        pub gates: Vec<Id>,
    }
}

choice! {
    /// How an approval must be proven.
    pub enum Provenance {
        /// Not at all.
        None = "none",
        /// The commit's author is the approver.
        Author = "author",
        /// The approver signed the commit.
        Signed = "signed",
    }
}

choice! {
    /// What makes an approval stale when it changes.
    pub enum StaleCause {
        /// The scope.
        Scope = "scope",
        /// The deployment plan.
        Deployment = "deployment",
        /// The target date.
        Target = "target",
    }
}

record! {
    /// How approvals are judged.
    pub struct ApprovalPolicy {
        /// How they must be proven.
        pub provenance: Option<Provenance>,
        /// Whether the owner and the authors of the scope may approve.
        pub separation_of_duties: Option<bool>,
        /// What makes them stale when it changes.
        pub stale_when_changed: Vec<Spanned<StaleCause>>,
    }
}

record! {
    /// A time in which deployments are forbidden. All scopes given must match; none means everything.
    pub struct Freeze {
        /// The id.
        pub id: Id,
        /// First day or instant.
        pub from: Option<Spanned<When>>,
        /// Last day, or the first instant after.
        pub to: Option<Spanned<When>>,
        /// An RFC 5545 recurrence instead of `from` and `to`.
        pub rrule: Option<Text>,
        /// The first start of the recurrence.
        pub start: Option<Spanned<When>>,
        /// How long each occurrence takes.
        pub duration: Option<Spanned<Minutes>>,
        /// Occurrences left out.
        pub exdates: Vec<Spanned<When>>,
        /// Stages it holds for.
        pub stages: Vec<Id>,
        /// Environments it holds for.
        pub environments: Vec<Id>,
        /// Projects it holds for.
        pub projects: Vec<Id>,
        /// Teams it holds for.
        pub teams: Vec<Id>,
        /// Who may deploy all the same.
        pub except: Vec<FreezeException>,
    }
}

record! {
    /// Who may deploy in a freeze. Every key given must match.
    pub struct FreezeException {
        /// Releases of this type.
        pub r#type: Option<Id>,
        /// This release.
        pub release: Option<Id>,
        /// Why.
        pub reason: Option<Text>,
        /// Who allowed it.
        pub approved_by: Option<Id>,
        /// The last day it holds.
        pub expires: Option<Spanned<NaiveDate>>,
    }
}

record! {
    /// Money.
    pub struct Rates {
        /// One person for one day.
        pub person_day: Option<Spanned<f64>>,
        /// One day of delay.
        pub delay_day: Option<Spanned<f64>>,
        /// The currency, ISO 4217.
        pub currency: Option<Text>,
    }
}

/// What `rules:` sets a rule to: a level, or a level with the rule's own bounds.
#[derive(Debug, Clone, PartialEq)]
pub struct RuleSetting {
    /// The level; absent keeps the default.
    pub level: Option<Level>,
    /// A bound of the rule, such as `release-density`'s `max`.
    pub max: Option<Spanned<u32>>,
    /// Where it stands.
    pub span: crate::diagnostic::Span,
}

choice! {
    /// A severity as `rules:` writes it.
    pub enum LevelWord {
        /// Error.
        Error = "error",
        /// Warning.
        Warning = "warning",
        /// Info.
        Info = "info",
        /// Off.
        Off = "off",
    }
}

impl LevelWord {
    fn level(self) -> Level {
        use crate::diagnostic::Severity;
        match self {
            Self::Error => Level::At(Severity::Error),
            Self::Warning => Level::At(Severity::Warning),
            Self::Info => Level::At(Severity::Info),
            Self::Off => Level::Off,
        }
    }
}

record! {
    /// A rule's level with its bounds.
    pub struct RuleOptions {
        /// The severity, or off.
        pub severity: Option<LevelWord>,
        /// The bound of a rule that counts.
        pub max: Option<Spanned<u32>>,
    }
}

impl Decode for RuleSetting {
    fn decode(node: &Node<'_>, cx: &mut Decoder) -> Option<Self> {
        if node.text().is_some() {
            let level = LevelWord::decode(node, cx)?.level();
            return Some(Self { level: Some(level), max: None, span: node.span });
        }
        let options = RuleOptions::decode(node, cx)?;
        Some(Self { level: options.severity.map(LevelWord::level), max: options.max, span: node.span })
    }

    fn schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        let word = LevelWord::schema(generator);
        let options = RuleOptions::schema(generator);
        schemars::json_schema!({"anyOf": [word, options]})
    }
}
