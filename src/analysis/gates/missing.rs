//! What keeps a gate from being passed.

use std::fmt;

use super::{Judged, JudgedApproval, JudgedCriterion, Outcome, Required};

/// One thing that is missing.
#[derive(Debug, Clone, PartialEq)]
pub enum Missing<'j> {
    /// The gate asks for nothing, so nothing passes it.
    Everything,
    /// Somebody refused.
    Refused(&'j JudgedApproval<'j>),
    /// A criterion is not met.
    Criterion(&'j JudgedCriterion<'j>),
    /// Approvals of a role.
    Approvals(&'j Required<'j>),
}

pub(super) fn of<'j>(gate: &'j Judged<'_>) -> Vec<Missing<'j>> {
    let mut missing: Vec<Missing<'j>> = gate.rejections().map(Missing::Refused).collect();
    if gate.criteria.is_empty() && gate.required.is_empty() {
        missing.push(Missing::Everything);
    }
    missing.extend(gate.criteria.iter().filter(|criterion| !criterion.outcome.is_met()).map(Missing::Criterion));
    missing.extend(gate.required.iter().filter(|required| required.lacking() > 0).map(Missing::Approvals));
    missing
}

impl fmt::Display for Missing<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Everything => f.write_str("it has no criteria and needs no approval"),
            Self::Refused(entry) => write!(f, "`{}` refused as {}", entry.approval.by, entry.approval.role),
            Self::Criterion(criterion) => {
                write!(f, "criterion `{}`", criterion.criterion.id)?;
                match &criterion.outcome {
                    Outcome::WaiverLacks(what) => write!(f, ": its waiver does not give {what}"),
                    Outcome::WaiverExpired(day) => write!(f, ": its waiver holds only to {day}"),
                    Outcome::Report(verdict) => write!(f, ": {}", verdict.message()),
                    _ => f.write_str(" is not met"),
                }
            }
            Self::Approvals(required) => {
                let (role, lacking) = (required.role, required.lacking());
                let article = if role.starts_with(['a', 'e', 'i', 'o', 'A', 'E', 'I', 'O']) { "an" } else { "a" };
                match (lacking, required.count) {
                    (1, 1) => write!(f, "approval by {article} {role}")?,
                    (1, count) => write!(f, "1 of {count} approvals by {article} {role}")?,
                    (lacking, count) => write!(f, "{lacking} of {count} approvals by {article} {role}")?,
                }
                if !required.void.is_empty() {
                    let by: Vec<_> = required.void.iter().map(|by| format!("`{by}`")).collect();
                    write!(f, "; that of {} does not count", by.join(" and "))?;
                }
                if required.is_stale() {
                    let by: Vec<_> = required.stale.iter().map(|by| format!("`{by}`")).collect();
                    write!(f, ": what {} approved has changed", by.join(" and "))?;
                }
                Ok(())
            }
        }
    }
}
