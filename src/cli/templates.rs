//! The files that `relm init` writes.

use chrono::NaiveDate;

use crate::model::schema;
use crate::time::WorkCalendar;

/// A file: its path from the portfolio's root, and its text with dates as `{T+5}`: working days from the first working day
/// that is not past.
type Template = (&'static str, &'static str);

const SMALL: &[Template] = &[
    ("relm.yaml", include_str!("templates/small/relm.yaml")),
    ("projects/projects.yaml", include_str!("templates/small/projects.yaml")),
    ("environments/environments.yaml", include_str!("templates/small/environments.yaml")),
    ("releases/web-shop-2.4.yaml", include_str!("templates/small/web-shop-2.4.yaml")),
    ("releases/warehouse-1.9.yaml", include_str!("templates/small/warehouse-1.9.yaml")),
];

const EXAMPLE: &[Template] = &[
    ("relm.yaml", include_str!("templates/example/relm.yaml")),
    ("projects/projects.yaml", include_str!("templates/example/projects.yaml")),
    ("environments/environments.yaml", include_str!("templates/example/environments.yaml")),
    ("releases/summer-season.yaml", include_str!("templates/example/summer-season.yaml")),
    ("releases/booking-5.0.yaml", include_str!("templates/example/booking-5.0.yaml")),
    ("releases/timetable-2.3.yaml", include_str!("templates/example/timetable-2.3.yaml")),
    ("releases/passenger-app-8.1.yaml", include_str!("templates/example/passenger-app-8.1.yaml")),
    ("releases/fares-7.2.yaml", include_str!("templates/example/fares-7.2.yaml")),
];

/// The manifests of a new portfolio, dated around `today`: paths from its root, and texts.
pub fn manifests(example: bool, today: NaiveDate) -> Vec<(String, String)> {
    let templates = if example { EXAMPLE } else { SMALL };
    templates.iter().map(|(path, text)| ((*path).to_owned(), dated(text, today))).collect()
}

/// The schemas for editors, in a hidden folder, which no portfolio reads manifests from.
pub fn schemas() -> Vec<(String, String)> {
    let file = |kind| {
        let path = format!(".relm/schema/{}", schema::file_name(kind));
        (path, crate::render::json::render(&schema::manifest_schema(kind)))
    };
    schema::all().map(file).collect()
}

fn dated(template: &str, today: NaiveDate) -> String {
    let calendar = WorkCalendar::default();
    let first = calendar.next_working(today);
    let mut parts = template.split("{T");
    let mut out = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let days = part.split_once('}').and_then(|(days, rest)| Some((days.parse().ok()?, rest)));
        if let Some((days, rest)) = days {
            // A boundary may fall on a weekend; what is meant is the day that works next.
            out += &calendar.next_working(calendar.shift(first, days)).to_string();
            out += rest;
        } else {
            out += "{T";
            out += part;
        }
    }
    out
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn dates_are_working_days_around_the_next_one() {
        let saturday = "2026-11-21".parse().unwrap();
        assert_eq!(dated("{T+0} {T-1} {T+5}, {T}", saturday), "2026-11-23 2026-11-20 2026-11-30, {T}");
    }

    #[test]
    fn every_date_is_filled_in_and_every_file_names_its_schema() {
        let schemas = schemas();
        for (path, text) in
            [true, false].into_iter().flat_map(|example| manifests(example, "2026-03-02".parse().unwrap()))
        {
            assert!(!text.contains("{T"), "{path}");
            let modeline = text.lines().next().unwrap();
            let named = modeline.strip_prefix("# yaml-language-server: $schema=").unwrap().trim_start_matches("../");
            assert!(schemas.iter().any(|(schema, _)| schema == named), "{modeline}");
        }
    }
}
