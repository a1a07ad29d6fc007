//! Pure analysis of a portfolio: no file, clock, environment variable or process is touched here.

pub mod advice;
pub mod availability;
pub mod back_schedule;
pub mod compare;
pub mod deployments;
pub mod gates;
<<<<<<< HEAD
pub mod occupancy;
pub mod schedule;
pub mod selection;
#[cfg(test)]
pub mod testing;
pub mod usage;
pub mod windows;
=======
pub mod installed;
pub mod promotion;
pub mod schedule;
pub mod selection;
pub mod trains;
>>>>>>> 7bc7ace (What is installed where by records and plans, the way through the stages, and the departures of trains)
