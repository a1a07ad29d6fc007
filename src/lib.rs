//! relm: enterprise release management as code.
//!
//! Data flows one way: **load → model → graph → analysis → rules → report → render**.
//!
//! Invariants, each held by a test:
//!
//! 1. `analysis`, `rules`, `report` and `render` touch no file, clock, environment variable or process. `cli` builds one
//!    [`time::Clock`] and one `render::Style` and passes them down.
//! 2. Parsing and analysis return a value *and* findings; `Result` is for input/output and usage errors. One bad file never
//!    hides the findings of the others.
//! 3. A revision is just another source: [`load`] reads a work tree or a commit's tree through one interface.
//! 4. Git facts become plain data at load time; rules never see git or files.
//! 5. Every output is ordered and deterministic, whatever the number of threads.
//! 6. JSON output is the `report` structs, versioned, each with a committed JSON Schema in `schema/`.
//! 7. A renderer trusts no text: control characters are stripped, markup is escaped.
//! 8. Renderers and rules know nothing of each other; a new format or rule is one new file and one registry line.

pub mod analysis;
pub mod cli;
pub mod diagnostic;
pub mod edit;
pub mod git;
pub mod graph;
pub mod load;
pub mod model;
pub mod render;
pub mod report;
pub mod rules;
pub mod time;
