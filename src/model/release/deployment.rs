//! The deployment plan: waves, steps, rehearsals.

use std::fmt;

use super::phase::{Link, Reference, part, reference};
use crate::model::decode::{Decode, Decoder, OneOrMany, abridge};
use crate::model::node::Node;
use crate::model::scalar::{
    CLOCK_PATTERN, ClockLag, DAYS_PATTERN, Days, Id, Minutes, Percent, Spanned, Text, WHEN_PATTERN, clock_lag,
};
use crate::time::duration::Lag;
use crate::time::when::When;
use crate::{choice, record};

record! {
    /// The deployment plan.
    pub struct Deployment {
        /// How it is rolled out.
        pub approach: Option<Approach>,
        /// When the first wave goes.
        pub window: Option<TimeWindow>,
        /// Where; default the environments of the phase in the last stage.
        pub environments: Vec<Id>,
        /// Parts of the audience, one after the other.
        pub waves: Vec<Wave>,
        /// What is done, in order.
        pub steps: Vec<Step>,
        /// Rehearsals.
        pub rehearsals: Vec<Rehearsal>,
    }
}

record! {
    /// How a release is rolled out.
    pub struct Approach {
        /// All at once or in parts.
        pub rollout: Option<Rollout>,
        /// Who starts the delivery.
        pub delivery: Option<Delivery>,
        /// Who does the work.
        pub mode: Option<Mode>,
    }
}

choice! {
    /// All at once or in parts.
    pub enum Rollout {
        /// All at once.
        BigBang = "big-bang",
        /// In parts.
        Phased = "phased",
    }
}

choice! {
    /// Who starts the delivery.
    pub enum Delivery {
        /// The centre.
        Push = "push",
        /// The users.
        Pull = "pull",
    }
}

choice! {
    /// Who does the work.
    pub enum Mode {
        /// A machine.
        Automated = "automated",
        /// People.
        Manual = "manual",
    }
}

record! {
    /// A time with both ends.
    pub struct TimeWindow {
        /// First day or instant.
        pub start: Spanned<When>,
        /// Last day, or the first instant after.
        pub end: Spanned<When>,
    }
}

record! {
    /// A part of the audience.
    pub struct Wave {
        /// The id.
        pub id: Id,
        /// When it begins.
        pub at: Option<Spanned<At>>,
        /// When it goes.
        pub window: Option<TimeWindow>,
        /// Share of the audience reached, in per cent.
        pub share: Option<Percent>,
        /// What must hold before the next.
        pub exit: Option<Text>,
        /// Time to watch before the next.
        pub soak: Option<Days>,
    }
}

record! {
    /// Something done in a deployment.
    pub struct Step {
        /// The id.
        pub id: Id,
        /// The project it touches.
        pub project: Option<Id>,
        /// What it follows.
        pub after: OneOrMany<StepDependency>,
        /// How long.
        pub duration: Option<Spanned<Minutes>>,
        /// Steps of a group go together.
        pub group: Option<Text>,
        /// Whether the deployment fails with it.
        pub critical: Option<bool>,
        /// Whether a decision follows it.
        pub go_no_go: Option<bool>,
        /// The wave it belongs to.
        pub wave: Option<Id>,
        /// How it is taken back.
        pub backout: Option<Backout>,
    }
}

record! {
    /// How a step is taken back.
    pub struct Backout {
        /// How long it takes.
        pub duration: Option<Spanned<Minutes>>,
        /// How.
        pub note: Option<Text>,
    }
}

/// What a step follows.
#[derive(Debug, Clone, PartialEq)]
pub struct StepDependency {
    /// The step.
    pub step: Id,
    /// Which ends are joined.
    pub link: Link,
    /// Time between, on the clock.
    pub lag: Lag,
}

record! {
    /// What a step follows, in full.
    pub struct StepDependencyItem {
        /// The step.
        pub step: Id,
        /// Which ends are joined; default FS.
        pub r#type: Option<Link>,
        /// Time between, on the clock.
        pub lag: Option<ClockLag>,
    }
}

impl Decode for StepDependency {
    fn decode(node: &Node<'_>, cx: &mut Decoder) -> Option<Self> {
        let Some(text) = node.text() else {
            let StepDependencyItem { step, r#type, lag, .. } = StepDependencyItem::decode(node, cx)?;
            let link = r#type.unwrap_or(Link::FinishStart);
            return Some(Self { step, link, lag: lag.map_or(Lag::ZERO, |lag| lag.0) });
        };
        let (message, help) = match reference(text) {
            Ok(Reference { release: None, name, lag }) => match clock_lag(lag) {
                Ok(ClockLag(lag)) => return Some(Self { step: part(node, text, name), link: Link::FinishStart, lag }),
                Err(complaint) => (complaint.message, complaint.help),
            },
            Ok(_) => ("a step follows steps of its own release".to_owned(), Some("write the step's id".to_owned())),
            Err(message) => (message, Some("write `drain` or `drain + 5m`".to_owned())),
        };
        cx.invalid(node.span, message, help);
        None
    }

    fn schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        let record = StepDependencyItem::schema(generator);
        let pattern = format!(r"^\s*[A-Za-z0-9][A-Za-z0-9._-]*(\s+[+-]\s*({CLOCK_PATTERN}|0[dw]))?\s*$");
        schemars::json_schema!({"anyOf": [
            {
                "type": ["string", "number", "boolean"],
                "minimum": 0,
                "pattern": pattern,
                "examples": ["drain", "drain + 5m"],
            },
            record,
        ]})
    }
}

record! {
    /// A rehearsal of the deployment.
    pub struct Rehearsal {
        /// When it begins.
        pub at: Spanned<When>,
        /// Where.
        pub environment: Option<Id>,
        /// How long.
        pub duration: Option<Spanned<Minutes>>,
        /// How it ended.
        pub result: Option<RehearsalResult>,
    }
}

choice! {
    /// How a rehearsal ended.
    pub enum RehearsalResult {
        /// Well.
        Passed = "passed",
        /// Badly.
        Failed = "failed",
    }
}

/// A date, or a distance from the target.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum At {
    /// A date or date-time.
    When(When),
    /// The target, moved.
    Target(Lag),
}

impl fmt::Display for At {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::When(when) => when.fmt(f),
            Self::Target(lag) if *lag == Lag::ZERO => f.write_str("target"),
            Self::Target(lag) => {
                write!(f, "target {} {}", if lag.negative { '-' } else { '+' }, lag.duration)
            }
        }
    }
}

impl Decode for At {
    fn decode(node: &Node<'_>, cx: &mut Decoder) -> Option<Self> {
        if let Some(text) = node.text()
            && let Some(rest) = text.trim().strip_prefix("target")
        {
            let rest = rest.trim();
            if rest.is_empty() {
                return Some(Self::Target(Lag::ZERO));
            }
            return match Lag::parse(rest) {
                Ok(lag) if rest.starts_with(['+', '-']) => Some(Self::Target(lag)),
                _ => {
                    let help = "write `target - 5d` or `target + 2d`";
                    cx.invalid(
                        node.span,
                        format!("`{}` is no distance from the target", abridge(text)),
                        Some(help.into()),
                    );
                    None
                }
            };
        }
        When::decode(node, cx).map(Self::When)
    }

    fn schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        let pattern = format!(r"^\s*(target(\s*[+-]\s*({DAYS_PATTERN}|{CLOCK_PATTERN}))?|{WHEN_PATTERN})\s*$");
        schemars::json_schema!({
            "type": "string",
            "pattern": pattern,
            "examples": ["2026-12-05", "2026-12-05T22:00", "target - 5d"],
        })
    }
}
