//! How views go out: as JSON, as text of their own, or as a sheet in one of its forms.

use serde::Serialize;

use super::args::{Format, Global};
use super::error::Error;
use crate::render::json;
use crate::render::sheet::{Sheet, html, human, markdown};

/// The texts that a view has beside its JSON and its sheet.
#[derive(Debug)]
pub struct Texts<V> {
    /// A table with a header.
    pub csv: Option<fn(&V) -> String>,
    /// `OpenMetrics`, for a view of figures.
    pub openmetrics: Option<fn(&V) -> String>,
}

impl<V> Texts<V> {
    /// For a view that has none.
    pub const NONE: Self = Self { csv: None, openmetrics: None };
}

/// Writes a view in the format that was asked for; the sheet is made only where it is one of a sheet's.
pub fn view<V: Serialize>(
    global: &Global,
    view: &V,
    texts: &Texts<V>,
    sheet: impl FnOnce(&V) -> Sheet,
) -> Result<(), Error> {
    let text = match global.format {
        Format::Json => return global.write(&json::render(view)),
        Format::Csv => texts.csv,
        Format::Openmetrics => texts.openmetrics,
        _ => None,
    };
    match text {
        Some(text) => global.write(&text(view)),
        None => self::sheet(global, &sheet(view)),
    }
}

/// Writes a sheet for people, as Markdown or as HTML.
pub fn sheet(global: &Global, sheet: &Sheet) -> Result<(), Error> {
    global.write(&match global.format {
        Format::Markdown => markdown::render(sheet),
        Format::Html => html::render(sheet),
        _ => human::render(sheet, &global.style()),
    })
}
