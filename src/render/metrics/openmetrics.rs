//! Metrics in the text format of `OpenMetrics` 1.0: a gauge for each metric, a sample for the whole and for each group. What has no
//! value has no sample.

use std::fmt::Write;

use crate::report::metrics::{MetricView, Metrics};

/// The exposition, ended by `# EOF`.
pub fn openmetrics(view: &Metrics) -> String {
    let mut out = String::new();
    let common: Vec<(&str, &str)> = view.portfolio.iter().map(|name| ("portfolio", name.as_str())).collect();
    for (nth, metric) in view.metrics.iter().enumerate() {
        let (suffix, unit) = unit(metric.unit);
        let name = format!("relm_{}{suffix}", metric.id);
        let _ = writeln!(out, "# TYPE {name} gauge");
        if let Some(unit) = unit {
            let _ = writeln!(out, "# UNIT {name} {unit}");
        }
        let _ = writeln!(out, "# HELP {name} {}", escaped(metric.definition));
        sample(&mut out, &name, &common, metric);
        for group in &view.groups {
            // Groups have the metrics that can be told apart, in the same order.
            let own = group.metrics.get(nth).filter(|own| own.id == metric.id);
            let own = own.or_else(|| group.metrics.iter().find(|own| own.id == metric.id));
            let mut labels = common.clone();
            labels.push((view.by.unwrap_or("group"), &group.id));
            if let Some(own) = own {
                sample(&mut out, &name, &labels, own);
            }
        }
    }
    population(&mut out, view, &common);
    out.push_str("# EOF\n");
    out
}

/// How many records each value of the whole is made from.
fn population(out: &mut String, view: &Metrics, common: &[(&str, &str)]) {
    let name = "relm_metric_population";
    let _ = writeln!(out, "# TYPE {name} gauge\n# HELP {name} records that a metric is made from");
    for metric in &view.metrics {
        let labels: Vec<(&str, &str)> = common.iter().copied().chain([("metric", metric.id)]).collect();
        let _ = writeln!(out, "{name}{} {}", shown(&labels), metric.population);
    }
}

fn sample(out: &mut String, name: &str, labels: &[(&str, &str)], metric: &MetricView) {
    if let Some(value) = metric.value {
        let _ = writeln!(out, "{name}{} {value}", shown(labels));
    }
}

/// The end of a metric's name and its unit, which must be the same word. Numbers without a unit have none.
const fn unit(unit: &str) -> (&'static str, Option<&'static str>) {
    match unit.as_bytes() {
        b"h" => ("_hours", Some("hours")),
        b"d" => ("_days", Some("days")),
        b"m" => ("_minutes", Some("minutes")),
        b"1/week" => ("_per_week", Some("per_week")),
        b"ratio" => ("_ratio", Some("ratio")),
        _ => ("", None),
    }
}

fn shown(labels: &[(&str, &str)]) -> String {
    if labels.is_empty() {
        return String::new();
    }
    let pairs: Vec<String> = labels.iter().map(|(key, value)| format!("{key}=\"{}\"", escaped(value))).collect();
    format!("{{{}}}", pairs.join(","))
}

/// A text between quotes, or after `HELP`. Nothing that is not meant to be seen leaves.
fn escaped(text: &str) -> String {
    crate::render::text::sanitize(text).replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n")
}
