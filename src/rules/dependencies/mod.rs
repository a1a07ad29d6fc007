//! Rules of the group `dependencies`.

pub mod cancelled_dependency;
pub mod dependency_cycle;
pub mod duplicate_version;
pub mod version_regression;
pub mod version_requirement;
