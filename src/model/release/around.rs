//! What goes with a release: communications, training, support, money, what was learnt.

use chrono::NaiveDate;

use super::deployment::At;
use crate::model::scalar::{Days, Id, Minutes, Spanned, Text};
use crate::time::when::When;
use crate::{choice, record};

record! {
    /// A message to an audience.
    pub struct Communication {
        /// The id.
        pub id: Id,
        /// Who is told.
        pub audience: Option<Text>,
        /// How.
        pub channel: Option<Text>,
        /// When.
        pub at: Option<Spanned<At>>,
        /// A file below the root with the text.
        pub template: Option<Text>,
        /// When it was really sent.
        pub sent: Option<Spanned<When>>,
    }
}

record! {
    /// Training for an audience.
    pub struct Training {
        /// The id.
        pub id: Id,
        /// Who is trained.
        pub audience: Option<Text>,
        /// When.
        pub at: Option<Spanned<At>>,
        /// How long.
        pub duration: Option<Spanned<Minutes>>,
        /// Whether it took place; default planned.
        pub status: Option<TrainingStatus>,
    }
}

choice! {
    /// Whether training took place.
    pub enum TrainingStatus {
        /// Not yet.
        Planned = "planned",
        /// Yes.
        Done = "done",
    }
}

record! {
    /// Somebody with an interest.
    pub struct Stakeholder {
        /// The id.
        pub id: Id,
        /// The group.
        pub audience: Option<Text>,
        /// The interest.
        pub interest: Option<Text>,
    }
}

record! {
    /// Who hears of lateness, when.
    pub struct Escalation {
        /// How late.
        pub after: Days,
        /// The person, team or role that hears of it.
        pub to: Id,
    }
}

record! {
    /// Support after a release.
    pub struct Support {
        /// Close watch after the release.
        pub hypercare: Option<Spanned<Days>>,
        /// What is handed over.
        pub handover: Vec<HandoverItem>,
    }
}

record! {
    /// Something that is handed over.
    pub struct HandoverItem {
        /// What.
        pub item: Text,
        /// Whether it was.
        pub done: Option<bool>,
    }
}

record! {
    /// What an emergency release must say.
    pub struct Emergency {
        /// Who accepts the risk.
        pub risk_acceptor: Option<Id>,
        /// Who looked at it afterwards.
        pub reviewed: Option<Review>,
    }
}

record! {
    /// Who looked at an emergency afterwards.
    pub struct Review {
        /// Who.
        pub by: Id,
        /// When.
        pub at: Option<Spanned<When>>,
    }
}

record! {
    /// Money, in the currency of the portfolio.
    pub struct Budget {
        /// What it may cost.
        pub planned: Option<f64>,
        /// What it did cost.
        pub actual: Option<f64>,
    }
}

record! {
    /// Something that others deliver. Its `name` says who.
    pub struct Vendor {
        /// What.
        pub delivers: Option<Text>,
        /// By when.
        pub due: Option<Spanned<NaiveDate>>,
    }
}

record! {
    /// Something the release must do.
    pub struct RequirementItem {
        /// The id.
        pub id: Id,
        /// The gate that verifies it.
        pub verified_by: Option<Id>,
    }
}

record! {
    /// What was learnt.
    pub struct Retrospective {
        /// What will be done better.
        pub actions: Vec<Action>,
    }
}

record! {
    /// Something that will be done better.
    pub struct Action {
        /// The id.
        pub id: Id,
        /// By when.
        pub due: Option<Spanned<NaiveDate>>,
        /// Where it stands; default open.
        pub status: Option<ActionStatus>,
        /// The metric it should move.
        pub metric: Option<Id>,
        /// The metric's value before.
        pub baseline: Option<f64>,
        /// The value wanted.
        pub target: Option<f64>,
    }
}

choice! {
    /// Where an action stands.
    pub enum ActionStatus {
        /// To do.
        Open = "open",
        /// Done.
        Done = "done",
        /// Given up.
        Dropped = "dropped",
    }
}
