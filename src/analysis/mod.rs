//! Pure analysis of a portfolio: no file, clock, environment variable or process is touched here.

pub mod advice;
pub mod audit;
pub mod availability;
pub mod back_schedule;
pub mod backlog;
pub mod board;
pub mod changes;
pub mod compare;
pub mod deployments;
pub mod digest;
pub mod events;
pub mod evidence;
pub mod gates;
pub mod history;
pub mod impact;
pub mod installed;
pub mod metrics;
pub mod occupancy;
pub mod permission;
pub mod promotion;
pub mod runbook;
pub mod schedule;
pub mod selection;
pub mod steering;
#[cfg(test)]
pub mod testing;
pub mod todo;
pub mod trains;
pub mod usage;
pub mod windows;
