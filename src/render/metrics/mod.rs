//! Metrics for people: a table of everything, a table of groups, and what stands behind each number.

mod csv;
mod explain;
mod openmetrics;
#[cfg(test)]
mod tests;
pub(in crate::render) mod words;

pub use csv::csv;
pub use openmetrics::openmetrics;
pub use words::{spark, value};

use std::collections::BTreeSet;

use super::sheet::{self, Body, Cell, Column, Fact, Section, Sheet, Tone};
use crate::diagnostic::wording::plural;
use crate::report::metrics::{MetricView, Metrics};
use words::{band_tone, difference, short, target};

/// With more metrics than these, groups stand below each other instead of in a table.
const IN_A_ROW: usize = 6;

/// The report. `unicode` says whether it may draw with characters beyond ASCII.
pub fn sheet(view: &Metrics, title: &str, unicode: bool) -> Sheet {
    let days = (view.until - view.since).num_days() + 1;
    let chosen = view.period.clone().unwrap_or_else(|| plural(days, "day"));
    let mut about = vec![format!("{} to {}", view.since, view.until), chosen];
    if let Some(compare) = &view.compare {
        about.push(format!("compared with {}", compare_with(view, compare)));
    }
    let mut sheet = Sheet {
        title: format!("{}{title}", sheet::of(view.portfolio.as_deref())),
        about,
        nothing: nothing(view),
        ..Sheet::default()
    };
    if view.metrics.iter().chain(view.groups.iter().flat_map(|group| &group.metrics)).all(is_silent) {
        return sheet;
    }
    if view.metrics.iter().any(|metric| !metric.records.is_empty()) || is_explained(view) {
        explain::add(&mut sheet, view, unicode);
        return sheet;
    }
    whole(&mut sheet, view, unicode);
    groups(&mut sheet, view, unicode);
    notes(&mut sheet, view);
    sheet
}

fn compare_with(view: &Metrics, compare: &crate::report::metrics::CompareView) -> String {
    let same_days = (compare.since, compare.until) == (view.since, view.until);
    let days = format!("{} to {}", compare.since, compare.until);
    match &compare.commit {
        Some(commit) if same_days => format!("{} ({})", compare.with, commit.get(..10).unwrap_or(commit)),
        _ => days,
    }
}

/// Whether the report is about records: then even metrics without any are told.
fn is_explained(view: &Metrics) -> bool {
    view.metrics.iter().flat_map(|metric| &metric.excluded).any(|it| it.source.is_some())
}

fn is_silent(metric: &MetricView) -> bool {
    metric.value.is_none() && metric.excluded.is_empty() && metric.before.is_none()
}

/// What to record where there is nothing at all.
fn nothing(view: &Metrics) -> String {
    let needs = match view.metrics.first() {
        Some(metric) if metric.family == "dora" => {
            "deployments to the last stage are recorded with `relm record deployment`, incidents with `relm record incident`"
        }
        Some(metric) if metric.family == "environments" => "there are no environments",
        _ => "releases with `actual` dates, decided gates, closed changes, runs and pipelines make them",
    };
    format!("No metric has a value (n/a) from {} to {}: {needs}.", view.since, view.until)
}

/// Everything that is selected: one table, or one for each family.
fn whole(sheet: &mut Sheet, view: &Metrics, unicode: bool) {
    let told: Vec<&MetricView> = view.metrics.iter().filter(|metric| !is_silent(metric)).collect();
    let mut family = "";
    for metric in &told {
        if metric.family == family {
            continue;
        }
        family = metric.family;
        let rows = told.iter().filter(|it| it.family == family).map(|it| row(it, view, unicode)).collect();
        let title = match (family, view.blended) {
            ("dora", 2..) => format!("All {} projects, blended into one value each", view.blended),
            ("dora", _) => "Deployments to production".to_owned(),
            (family, _) => capital(family),
        };
        table(sheet, &title, &columns(view), rows);
    }
    let silent: Vec<&MetricView> = view.metrics.iter().filter(|metric| is_silent(metric)).collect();
    if !silent.is_empty() {
        let rows = silent.iter().map(|it| vec![Cell::plain(it.name), Cell::new(it.needs, Tone::Quiet)]).collect();
        table(
            sheet,
            "Not available (n/a): nothing is recorded in these days",
            &[Column::new("metric"), Column::below("made from")],
            rows,
        );
    }
}

fn columns(view: &Metrics) -> Vec<Column> {
    let compared = view.compare.is_some();
    let mut columns = vec![Column::new("metric"), Column::new("value")];
    columns.extend(compared.then(|| Column::new("before")));
    columns.extend(compared.then(|| Column::new("change")));
    columns.extend([Column::new("band"), Column::new("target"), Column::new("n")]);
    let trend = match view.step {
        "week" => "by week",
        "month" => "by month",
        _ => "by quarter",
    };
    columns.push(if compared { Column::below(trend) } else { Column::new(trend) });
    columns
}

fn row(metric: &MetricView, view: &Metrics, unicode: bool) -> Vec<Cell> {
    let mut cells = vec![Cell::plain(metric.name), figure(metric)];
    if view.compare.is_some() {
        cells.push(Cell::plain(value(metric.unit, metric.before)));
        let tone = match metric.improved {
            Some(true) => Tone::Good,
            Some(false) => Tone::Bad,
            None => Tone::Plain,
        };
        cells.push(Cell::new(difference(metric), tone));
    }
    cells.push(Cell::new(metric.band.unwrap_or_default(), band_tone(metric.band_rank)));
    cells.push(Cell::new(target(metric, unicode), verdict_tone(metric)));
    cells.push(Cell::plain(if metric.value.is_some() { metric.population.to_string() } else { String::new() }));
    let points: Vec<Option<f64>> = metric.trend.iter().map(|point| point.value).collect();
    cells.push(Cell::plain(spark(&points, unicode)));
    cells
}

/// The value, in the tone of its target.
fn figure(metric: &MetricView) -> Cell {
    Cell::new(value(metric.unit, metric.value), verdict_tone(metric))
}

fn verdict_tone(metric: &MetricView) -> Tone {
    match metric.verdict {
        Some("met") => Tone::Good,
        Some("missed") => Tone::Bad,
        Some("misfit") => Tone::Warn,
        _ => Tone::Plain,
    }
}

fn groups(sheet: &mut Sheet, view: &Metrics, unicode: bool) {
    let Some(by) = view.by else { return };
    let Some(first) = view.groups.first() else { return };
    let title = format!("By {by}");
    if first.metrics.len() <= IN_A_ROW {
        let trends = view.groups.iter().any(|group| group.metrics.iter().any(|metric| !metric.trend.is_empty()));
        let mut columns = vec![Column::new(by_head(by))];
        columns.extend(first.metrics.iter().map(|metric| Column::new(short(metric))));
        columns.push(Column::new("most n"));
        if trends {
            columns.extend(first.metrics.iter().map(|metric| Column::below(short(metric))));
        }
        let rows = view.groups.iter().map(|group| {
            let count = group.metrics.iter().map(|metric| metric.population).max().unwrap_or_default();
            let cells = group.metrics.iter().map(figure);
            let points = |metric: &MetricView| {
                let points: Vec<Option<f64>> = metric.trend.iter().map(|point| point.value).collect();
                Cell::plain(format!("{} {}", short(metric), spark(&points, unicode)))
            };
            let trends = group.metrics.iter().filter(|_| trends).map(points);
            let mark = if group.cut { "*" } else { "" };
            std::iter::once(Cell::plain(format!("{}{mark}", group.id)))
                .chain(cells)
                .chain([Cell::plain(count.to_string())])
                .chain(trends)
                .collect()
        });
        table(sheet, &title, &columns, rows.collect());
        return;
    }
    for group in &view.groups {
        let told = group.metrics.iter().filter(|metric| !is_silent(metric));
        let mut cells: Vec<Vec<Cell>> = told.map(|metric| row(metric, view, unicode)).collect();
        // A group has no trend of its own here.
        for row in &mut cells {
            if group.metrics.iter().all(|metric| metric.trend.is_empty()) {
                row.pop();
            }
        }
        let mut columns = columns(view);
        columns.truncate(cells.first().map_or(0, Vec::len));
        let mark = if group.cut { "*" } else { "" };
        table(sheet, &format!("{} {}{mark}", capital(by), group.id), &columns, cells);
    }
}

const fn by_head(by: &str) -> &'static str {
    match by.as_bytes() {
        b"project" => "project",
        b"team" => "team",
        b"type" => "type",
        b"environment" => "environment",
        b"stage" => "stage",
        b"week" => "week",
        b"month" => "month",
        _ => "quarter",
    }
}

fn notes(sheet: &mut Sheet, view: &Metrics) {
    let mut facts: Vec<Fact> = Vec::new();
    let left = view.metrics.iter().flat_map(|metric| &metric.excluded).map(|it| (it.kind, it.id.as_str()));
    let left = left.collect::<BTreeSet<_>>().len();
    if left > 0 {
        let text = format!("{} left out of some; `--explain` says which and why", plural(left, "record"));
        facts.push(Fact::new("", text, Tone::Quiet));
    }
    if view.metrics.iter().any(|metric| metric.band.is_some()) {
        let text = format!(
            "bands: {}; `n` is how many records a value is made from, `most n` the most of those in a row",
            view.profile
        );
        facts.push(Fact::new("", text, Tone::Quiet));
    }
    if let Some(cut) = view.by.filter(|_| view.groups.iter().any(|group| group.cut)) {
        facts.push(Fact::new("", format!("* the period begins or ends within this {cut}"), Tone::Quiet));
    }
    let of_releases = view.metrics.iter().any(|metric| metric.family == "schedule");
    if of_releases && view.by == Some("project") && !view.groups.is_empty() {
        let text = "a release that ships several projects counts in each of them";
        facts.push(Fact::new("", text, Tone::Quiet));
    }
    facts.extend(view.notes.iter().map(|note| Fact::new("", note, Tone::Warn)));
    if !facts.is_empty() {
        sheet.sections.push(Section { title: "Notes".to_owned(), body: Body::Facts(facts) });
    }
}

/// A table under a title without the number of its rows.
fn table(sheet: &mut Sheet, title: &str, columns: &[Column], rows: Vec<Vec<Cell>>) {
    let before = sheet.sections.len();
    sheet.table(title, columns, rows);
    if let Some(section) = sheet.sections.get_mut(before) {
        title.clone_into(&mut section.title);
    }
}

fn capital(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
}

/// Where a thing is written, `file:line`.
fn place(source: Option<&crate::report::gate::Source>) -> Option<String> {
    source.map(|source| match source.line {
        Some(line) => format!("{}:{line}", source.file),
        None => source.file.clone(),
    })
}
