//! Metrics of delivery: pure functions of a portfolio at a revision, a moment, and a period.
//!
//! A metric is one [`Definition`], kept in the file of its family with the function that measures it. Whatever is measured names
//! the records it was made from and those it left out, and why. Without data there is no value, never 0. What is written
//! wrongly (a record of an unknown project, a time that runs backwards) is left out and said, never mended.
//!
//! Only the last stage counts as production. A record belongs to the day on which it happened, in the zone of its environment,
//! else of the portfolio; a time that is a day only means the first instant of that day.

mod arithmetic;
mod artifacts;
mod base;
mod changes;
mod definition;
mod dependencies;
mod dora;
mod environments;
pub mod gates;
pub mod maturity;
mod members;
mod operations;
mod period;
pub mod pipelines;
pub mod profile;
mod releases;
pub mod risk;
mod scope_churn;
mod slips;
#[cfg(test)]
mod tests;

pub use arithmetic::{median, quantile};
pub use base::{Base, Cause, Input, Shipped, day_in, is_known_project};
pub use definition::{Definition, Excluded, Family, Goal, Measured, Record, Sample, Subject, Unit, Verdict, verdict};
pub use dora::{Rhythm, rhythm};
pub use members::{By, Members};
pub use period::{Period, Step};
pub use slips::Move;

/// What a metric is measured of: some members of a portfolio in a period.
#[derive(Debug, Clone, Copy)]
pub struct Scope<'m, 'p> {
    /// The portfolio with what was looked up once.
    pub base: &'m Base<'p>,
    /// Who belongs.
    pub members: &'m Members,
    /// The days.
    pub period: Period,
}

/// Every family in the order of reports.
const FAMILIES: [&[Definition]; 12] = [
    &dora::DEFINITIONS,
    &releases::DEFINITIONS,
    &slips::DEFINITIONS,
    &scope_churn::DEFINITIONS,
    &dependencies::DEFINITIONS,
    &gates::DEFINITIONS,
    &changes::DEFINITIONS,
    &operations::DEFINITIONS,
    &artifacts::DEFINITIONS,
    &environments::DEFINITIONS,
    &pipelines::DEFINITIONS,
    &maturity::DEFINITIONS,
];

/// Every metric there is, in the order of reports.
pub fn definitions() -> impl Iterator<Item = &'static Definition> {
    FAMILIES.into_iter().flatten()
}

/// The metric with this id.
pub fn find(id: &str) -> Option<&'static Definition> {
    definitions().find(|definition| definition.id == id)
}

/// The five metrics of DORA.
pub fn dora() -> impl Iterator<Item = &'static Definition> {
    definitions().filter(|definition| definition.family == Family::Dora)
}

/// The metrics of environments.
pub fn environments() -> impl Iterator<Item = &'static Definition> {
    definitions().filter(|definition| definition.family == Family::Environments)
}

/// Everything but DORA's five.
pub fn kpis() -> impl Iterator<Item = &'static Definition> {
    definitions().filter(|definition| definition.family != Family::Dora)
}
