//! The view of `relm can-deploy`.

use chrono::{DateTime, SecondsFormat, Utc};
use chrono_tz::Tz;
use serde::Serialize;

use super::Header;
use super::check::{Place, place};
use crate::analysis::permission::{Permission, Question, Reason};
use crate::diagnostic::{SourceMap, Subject};
use crate::model::Portfolio;
use crate::time::zone;

/// The name and version of [`CanDeploy`]'s shape.
pub const SCHEMA: &str = "relm.can-deploy/1";

/// Whether something may be deployed, and what is in the way.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct CanDeploy {
    /// Schema, day and revision.
    #[serde(flatten)]
    pub header: Header,
    /// Whether it may.
    pub allowed: bool,
    /// Everything that forbids it.
    pub reasons: Vec<ReasonView>,
    /// The next instant, from `time` on, at which it may; null when there is none within two years, or when time alone
    /// will not cure a reason.
    pub next_open: Option<Moment>,
    /// When it may: the next instant at which it no longer may, where one is known.
    pub allowed_until: Option<Moment>,
    /// The project.
    pub project: String,
    /// The version asked about, else the one the release ships; null when neither is known.
    pub version: Option<String>,
    /// The environment.
    pub environment: String,
    /// The release that brings it, where there is one.
    pub release: Option<String>,
    /// The instant that was judged.
    pub time: Moment,
    /// The time zone of the environment.
    pub timezone: String,
    /// What was looked at, whether it forbids it or not.
    pub checked: Vec<CheckedView>,
}

/// Something that forbids it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct ReasonView {
    /// The rule that says the same of plans.
    pub rule: String,
    /// What forbids it, in one sentence.
    pub message: String,
    /// The first instant at which it does not any more; null when time alone will not end it.
    pub until: Option<Moment>,
    /// What forbids it.
    pub subject: Subject,
    /// Where it is written.
    #[serde(flatten)]
    pub place: Place,
}

/// What was looked at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct CheckedView {
    /// The rule that says the same of plans.
    pub rule: String,
    /// What there was: `2 freezes`.
    pub what: String,
    /// Whether it stands in the way.
    pub forbids: bool,
}

/// An instant in the zone of the environment, for programs and for people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Moment {
    /// RFC 3339 with the offset then: `2026-01-05T00:00:00Z`.
    pub rfc3339: String,
    /// `Mon 2026-01-05 00:00 (Europe/London)`.
    pub spoken: String,
}

impl Moment {
    fn new(at: DateTime<Utc>, zone: Tz) -> Self {
        let rfc3339 = at.with_timezone(&zone).to_rfc3339_opts(SecondsFormat::Secs, true);
        Self { rfc3339, spoken: zone::spoken(at, zone) }
    }
}

impl Serialize for Moment {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.rfc3339)
    }
}

impl schemars::JsonSchema for Moment {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Moment".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({"type": "string", "format": "date-time"})
    }
}

impl CanDeploy {
    /// The view of an answer; `sources` holds the texts that its reasons point into.
    pub fn new(
        header: Header,
        portfolio: &Portfolio,
        question: &Question<'_>,
        at: DateTime<Utc>,
        permission: &Permission,
        sources: &SourceMap,
    ) -> Self {
        let environment = &portfolio.environments[question.environment];
        let zone = portfolio.zone_of(environment);
        let moment = |at: DateTime<Utc>| Moment::new(at, zone);
        let forbids = |rule: &str| permission.reasons.iter().any(|reason| reason.rule == rule);
        let reason = |reason: &Reason| ReasonView {
            rule: reason.rule.to_owned(),
            message: reason.message.clone(),
            until: reason.until.map(moment),
            subject: reason.subject.clone(),
            place: place(reason.span, sources, false),
        };
        let checked = permission.checked.iter().map(|checked| CheckedView {
            rule: checked.rule.to_owned(),
            what: checked.what.clone(),
            forbids: forbids(checked.rule),
        });
        Self {
            header,
            allowed: permission.allowed(),
            reasons: permission.reasons.iter().map(reason).collect(),
            next_open: permission.next_open.map(moment),
            allowed_until: permission.allowed_until.map(moment),
            project: question.project.id.to_string(),
            version: question.version.map(str::to_owned),
            environment: environment.id.to_string(),
            release: question.release.map(|release| portfolio.releases[release].id.to_string()),
            time: moment(at),
            timezone: zone.name().to_owned(),
            checked: checked.collect(),
        }
    }
}
