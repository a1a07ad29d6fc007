//! Portfolios from a text, for tests of what comes after loading.

use std::collections::BTreeMap;

use super::document;
use super::portfolio::week;
use crate::diagnostic::FileId;
use crate::model::index::Calendars;
use crate::model::{Manifest, Portfolio};
use crate::time::calendar::WorkCalendar;

/// Reads the documents of a text that must be free of faults; holidays are inline.
pub fn portfolio(text: &str) -> Portfolio {
    let mut document = document::read(text.as_bytes(), FileId(0), "relm.yaml");
    assert!(document.findings.is_empty(), "{:?}\n{text}", document.findings);
    let at = document.manifests.iter().position(|it| matches!(it, Manifest::Portfolio(_))).unwrap();
    let Manifest::Portfolio(settings) = document.manifests.remove(at) else { unreachable!() };
    let calendar = |calendar: &crate::model::portfolio::Calendar| {
        let days = calendar.holidays.iter().filter_map(|it| Some((it.date.as_ref()?.value, "holiday".to_owned())));
        WorkCalendar::new(week(calendar), days.collect()).unwrap()
    };
    let named: BTreeMap<_, _> = settings.calendars.iter().map(|(name, it)| (name.to_string(), calendar(it))).collect();
    Portfolio::new(*settings, document.manifests, Calendars::new(named))
}
