//! What a change does, one file a format.

pub mod csv;
pub mod human;
pub mod markdown;
pub mod mermaid;
mod words;
