//! The views of `relm cab`: each becomes a sheet, which every format writes.

pub mod agenda;
pub mod digest;
