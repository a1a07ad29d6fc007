//! What the repositories of projects say of the versions that were deployed.

use std::collections::HashMap;

use chrono::{DateTime, Utc};

use crate::diagnostic::Span;

/// The commits behind deployments to production, as far as the repositories of projects can be read.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Repositories {
    /// By the place of the record of a deployment: the commits it brought, the newest first. No entry: nobody can tell.
    pub shipped: HashMap<Span, Vec<ShippedCommit>>,
    /// Why nobody can tell, by project; a sentence without a full stop.
    pub faults: Vec<(String, String)>,
}

/// A commit that a deployment brought.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShippedCommit {
    /// The full identifier, hexadecimal.
    pub id: String,
    /// When it was committed.
    pub at: DateTime<Utc>,
}

impl Repositories {
    /// The commits that the deployment recorded at this place brought; none when nobody can tell.
    pub fn of(&self, deployment: Span) -> Option<&[ShippedCommit]> {
        self.shipped.get(&deployment).map(Vec::as_slice)
    }
}
