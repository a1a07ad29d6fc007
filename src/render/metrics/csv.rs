//! Metrics as rows: one for each value of the whole, of each group, and of each step of a trend.

use std::fmt::Write;

use crate::render::text::csv_field;
use crate::report::metrics::{MetricView, Metrics};

const HEADER: &str =
    "scope,group,metric,since,until,value,unit,population,target,verdict,band,before,change,excluded\r\n";

/// A header, and a line for each value. `scope` is `all`, `trend`, or what groups stand for.
pub fn csv(view: &Metrics) -> String {
    let mut out = HEADER.to_owned();
    let days = (view.since.to_string(), view.until.to_string());
    for metric in &view.metrics {
        row(&mut out, "all", "", metric, &days);
        trend(&mut out, "", metric);
    }
    for group in &view.groups {
        let days = (group.since.to_string(), group.until.to_string());
        for metric in &group.metrics {
            row(&mut out, view.by.unwrap_or_default(), &group.id, metric, &days);
            trend(&mut out, &group.id, metric);
        }
    }
    out
}

fn row(out: &mut String, scope: &str, group: &str, metric: &MetricView, (since, until): &(String, String)) {
    let number = |value: Option<f64>| value.map(|value| value.to_string()).unwrap_or_default();
    let fields = [
        scope.to_owned(),
        group.to_owned(),
        metric.id.to_owned(),
        since.clone(),
        until.clone(),
        number(metric.value),
        metric.unit.to_owned(),
        metric.population.to_string(),
        metric.target.clone().unwrap_or_default(),
        metric.verdict.unwrap_or_default().to_owned(),
        metric.band.unwrap_or_default().to_owned(),
        number(metric.before),
        number(metric.change),
        metric.excluded.len().to_string(),
    ];
    line(out, &fields);
}

fn trend(out: &mut String, group: &str, metric: &MetricView) {
    for point in &metric.trend {
        let value = point.value.map(|value| value.to_string()).unwrap_or_default();
        let (since, until) = (point.since.to_string(), point.until.to_string());
        let fields = [
            "trend".to_owned(),
            group.to_owned(),
            metric.id.to_owned(),
            since,
            until,
            value,
            metric.unit.to_owned(),
            point.population.to_string(),
        ];
        let empty = std::iter::repeat_n(String::new(), 6);
        line(out, &fields.into_iter().chain(empty).collect::<Vec<_>>());
    }
}

fn line(out: &mut String, fields: &[String]) {
    // A negative number is a number, not a formula.
    let plain = |field: &String| field.parse::<f64>().is_ok();
    let fields: Vec<String> =
        fields.iter().map(|field| if plain(field) { field.clone() } else { csv_field(field).into_owned() }).collect();
    let _ = write!(out, "{}\r\n", fields.join(","));
}
