//! From files to the indexed portfolio: walks a work tree or a commit's tree, parses in parallel, indexes by id.

pub mod cache;
mod confine;
pub mod document;
pub mod exclude;
pub mod facts;
mod former;
#[cfg(test)]
mod fuzz_tests;
pub mod history;
pub mod moves;
mod outlines;
#[cfg(test)]
mod place_tests;
mod portfolio;
mod revision;
pub mod root;
pub mod rows;
pub mod shapes;
pub mod source;
#[cfg(test)]
mod source_tests;
#[cfg(test)]
#[allow(clippy::unwrap_used)]
pub(crate) mod testing;
mod versions;
mod work_tree;
pub mod yaml;

pub use portfolio::{LoadError, Loaded, attach_text, load};
