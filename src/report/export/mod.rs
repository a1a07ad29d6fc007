//! The tables of `relm export`: what a portfolio says and what follows from it, normalised, for tools that count on from there.
//!
//! A table is data: [`Definition`] names its columns with their types, and a function makes its rows. One file here holds the
//! tables of one subject; a new table is a definition there and a line in [`TABLES`].

mod findings;
mod gates;
mod metrics;
mod moves;
mod places;
mod plan;
mod records;
mod value;

use serde::Serialize;

pub use value::{Column, Definition, Row, Type, Value};

use super::Header;
use super::plan::Input as PlanInput;
use crate::analysis::metrics::Base;
use crate::analysis::occupancy::Occupancy;
use crate::diagnostic::{Finding, SourceMap, Span};
use crate::model::facts::Chronicle;

/// The name and version of [`Export`]'s shape.
pub const SCHEMA: &str = "relm.export/1";

/// Every table, sorted by name.
pub static TABLES: &[&Definition] = &[
    &gates::APPROVALS,
    &places::BOOKINGS,
    &records::CHANGES,
    &gates::CRITERIA,
    &records::DEPLOYMENTS,
    &places::ENVIRONMENTS,
    &findings::FINDINGS,
    &gates::GATES,
    &records::INCIDENTS,
    &metrics::METRICS,
    &plan::MILESTONES,
    &moves::MOVES,
    &plan::PHASES,
    &records::PIPELINES,
    &places::PROJECTS,
    &plan::RELEASES,
    &plan::SCOPE,
    &plan::SCOPE_CHANGES,
    &places::SNAPSHOT,
];

/// What tables are made from.
#[derive(Debug, Clone, Copy)]
pub struct Input<'p> {
    /// The manifests, when things happen, and where the gates stand.
    pub plan: PlanInput<'p>,
    /// Who uses which environment when.
    pub occupancy: &'p Occupancy,
    /// The files, with the texts that lines are counted in.
    pub sources: &'p SourceMap,
    /// What a check finds.
    pub findings: &'p [Finding],
    /// What metrics are measured from.
    pub metrics: &'p Base<'p>,
    /// How releases came to be what they are; none where nobody asked, or outside git.
    pub chronicle: Option<&'p Chronicle>,
    /// The commit that was read, or that the files on disk are based on.
    pub commit: Option<&'p str>,
}

impl Input<'_> {
    /// The file and the line of a place: the last two columns of most tables.
    fn place(&self, span: Span) -> [Value; 2] {
        let file = self.sources.path(span.file);
        if file.is_empty() {
            return [Value::Null, Value::Null];
        }
        let line = self.sources.has_text(span.file).then(|| self.sources.line(span.file, span.start));
        [file.into(), line.into()]
    }
}

/// What was exported.
#[derive(Debug, Clone, Serialize, schemars::JsonSchema)]
pub struct Export {
    /// Schema, day and revision.
    #[serde(flatten)]
    pub header: Header,
    /// The folder, as it was named.
    pub dir: String,
    /// `csv`, `ndjson` or `parquet`.
    pub format: &'static str,
    /// The tables, by name.
    pub tables: Vec<Written>,
}

/// A table that was written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct Written {
    /// Its name.
    pub name: &'static str,
    /// How many rows it has.
    pub rows: usize,
    /// The file in the folder.
    pub file: String,
}

/// The table with this name.
pub fn find(name: &str) -> Option<&'static Definition> {
    TABLES.iter().find(|table| table.name == name).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Words of SQL that a name must not be, as far as a table might have them.
    const RESERVED: [&str; 24] = [
        "all", "any", "as", "by", "case", "check", "column", "default", "desc", "end", "for", "from", "group", "in",
        "limit", "not", "offset", "on", "order", "select", "table", "to", "user", "when",
    ];

    #[test]
    fn definitions_are_complete_and_sorted() {
        assert!(TABLES.is_sorted_by(|a, b| a.name < b.name), "sorted, and each name once");
        for table in TABLES {
            let names: Vec<&str> = table.columns.iter().map(|column| column.name).collect();
            for (at, name) in names.iter().enumerate() {
                assert!(!names[..at].contains(name), "{}.{name} is there twice", table.name);
                let plain = name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_');
                assert!(plain && !RESERVED.contains(name), "{}.{name} needs no quotes in SQL", table.name);
            }
            for key in table.key {
                let column = table.columns.iter().find(|column| column.name == *key);
                assert!(column.is_some(), "{}.{key} is a column", table.name);
            }
        }
    }
}
