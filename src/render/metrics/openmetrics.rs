//! Metrics in the text format of `OpenMetrics`: a gauge for each metric, a sample for the whole and for each group.

use crate::render::openmetrics::Exposition;
use crate::report::metrics::Metrics;

/// The exposition.
pub fn openmetrics(view: &Metrics) -> String {
    let mut out = Exposition::default();
    let common: Vec<(&str, &str)> = view.portfolio.iter().map(|name| ("portfolio", name.as_str())).collect();
    for (nth, metric) in view.metrics.iter().enumerate() {
        let name = out.family(&format!("relm_{}", metric.id), metric.unit, metric.definition);
        out.maybe(&name, &common, metric.value);
        for group in &view.groups {
            // Groups have the metrics that can be told apart, in the same order.
            let own = group.metrics.get(nth).filter(|own| own.id == metric.id);
            let own = own.or_else(|| group.metrics.iter().find(|own| own.id == metric.id));
            let mut labels = common.clone();
            labels.push((view.by.unwrap_or("group"), &group.id));
            if let Some(own) = own {
                out.maybe(&name, &labels, own.value);
            }
        }
    }
    let name = out.family("relm_metric_population", "", "records that a metric is made from");
    for metric in &view.metrics {
        let labels: Vec<(&str, &str)> = common.iter().copied().chain([("metric", metric.id)]).collect();
        out.sample(&name, &labels, metric.population as f64);
    }
    out.end()
}
