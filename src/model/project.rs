//! `kind: project`: something that ships.

use super::decode::{Decode, Decoder};
use super::node::Node;
use super::scalar::{Bounded, Id, Spanned, Text};
use super::version::Requirement;
use crate::record;

record! {
    /// An application, service, library, hardware or infrastructure part that ships.
    pub struct Project {
        /// The id.
        pub id: Id,
        /// 1, most critical, to 4.
        pub tier: Option<Spanned<Bounded<1, 4>>>,
        /// A local path or a URL; the one path that may leave the root.
        pub repository: Option<Text>,
        /// The tags that mark versions.
        pub tag_pattern: Option<Text>,
        /// How branches are used.
        pub branching: Option<Branching>,
        /// The projects it needs.
        pub depends_on: Vec<ProjectDependency>,
        /// Faults that are known and lived with.
        pub known_errors: Vec<KnownError>,
    }
}

record! {
    /// How branches are used.
    pub struct Branching {
        /// Where work is joined.
        pub development: Option<Text>,
        /// Where releases are prepared.
        pub release: Option<Text>,
    }
}

record! {
    /// A fault that is known and lived with.
    pub struct KnownError {
        /// The id.
        pub id: Id,
        /// What to do meanwhile.
        pub workaround: Option<Text>,
    }
}

/// A project that another needs.
#[derive(Debug, Clone, PartialEq)]
pub struct ProjectDependency {
    /// The project needed.
    pub project: Id,
    /// The versions that do; absent means any.
    pub version: Option<Spanned<Requirement>>,
}

record! {
    /// A project and the versions that do.
    pub struct VersionedDependency {
        /// The project needed.
        pub project: Id,
        /// The versions that do: `>=3.2, <4`.
        pub version: Option<Spanned<Requirement>>,
    }
}

impl Decode for ProjectDependency {
    fn decode(node: &Node<'_>, cx: &mut Decoder) -> Option<Self> {
        if node.text().is_some() {
            return Some(Self { project: Id::decode(node, cx)?, version: None });
        }
        let VersionedDependency { project, version, .. } = VersionedDependency::decode(node, cx)?;
        Some(Self { project, version })
    }

    fn schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        let id = Id::schema(generator);
        let record = VersionedDependency::schema(generator);
        schemars::json_schema!({"anyOf": [id, record]})
    }
}
