//! Metrics in the text format of `OpenMetrics`: a gauge for each metric, a sample for the whole and for each group.

use crate::render::openmetrics::Exposition;
use crate::report::metrics::Metrics;

/// The exposition.
pub fn openmetrics(view: &Metrics) -> String {
    let mut out = Exposition::of(view.portfolio.as_deref());
    for (nth, metric) in view.metrics.iter().enumerate() {
        let name = out.family(&format!("relm_{}", metric.id), metric.unit, metric.definition);
        out.maybe(&name, &[], metric.value);
        for group in &view.groups {
            // Groups have the metrics that can be told apart, in the same order.
            let own = group.metrics.get(nth).filter(|own| own.id == metric.id);
            let own = own.or_else(|| group.metrics.iter().find(|own| own.id == metric.id));
            let labels = [(view.by.unwrap_or("group"), group.id.as_str())];
            out.maybe(&name, &labels, own.and_then(|own| own.value));
        }
    }
    let name = out.family("relm_metric_population", "", "records that a metric is made from");
    for metric in &view.metrics {
        out.sample(&name, &[("metric", metric.id)], metric.population as f64);
    }
    out.end()
}
