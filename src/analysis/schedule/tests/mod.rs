//! The schedule held against the design's examples, an independent reading, and what must hold of every schedule.

mod examples;
mod networks;
mod properties;
