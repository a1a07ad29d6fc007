//! What those who steer ask beside the metrics: where gates hold things up, which pipelines grew, what improvements brought,
//! and whether what is measured agrees with how mature people think they are.
//!
//! Values of metrics are measured by their own definitions, so that two reports never disagree.

pub mod gates;
pub mod improvement;
pub mod maturity;
pub mod pipelines;
#[cfg(test)]
mod tests;
