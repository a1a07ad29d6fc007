//! The page of metrics: each with its value, its target, how it went, and the records behind it.

use std::fmt::Write;

use super::html::{Tone, capital, count, none, place, text, toned};
use super::layout::{Frame, Page, Tab};
use super::names;
use crate::render::metrics::words::{self, bound, short, value};
use crate::render::text::{html_escape, sanitize};
use crate::report::metrics::{MetricView, Metrics};
use crate::report::site::metrics::MetricsPage;

/// Records of one metric that the page lists.
const RECORDS: usize = 40;
/// Groups of the table by project.
const GROUPS: usize = 100;

/// The page.
pub fn render(frame: &Frame, view: &MetricsPage) -> String {
    let page = frame.top(Tab::Metrics);
    let mut main = String::from("<h1>Metrics</h1>\n");
    let (since, until) = (view.delivery.since, view.delivery.until);
    let missed: Vec<&MetricView> = view
        .delivery
        .metrics
        .iter()
        .chain(&view.releases.metrics)
        .filter(|metric| metric.verdict == Some("missed"))
        .collect();
    let verdict = match missed.len() {
        0 => "no target is missed".to_owned(),
        number => format!("<b>{}</b>", count(number, "target") + " missed"),
    };
    let _ =
        writeln!(main, "<p class=\"lead\">{} – {}: {verdict}.</p>", super::html::day(since), super::html::day(until));
    section(&mut main, &page, "Delivery", &view.delivery.metrics);
    by_project(&mut main, &page, &view.delivery);
    let mut rest: &[MetricView] = &view.releases.metrics;
    while let Some(first) = rest.first() {
        let length = rest.iter().take_while(|metric| metric.family == first.family).count();
        let (family, others) = rest.split_at(length);
        section(&mut main, &page, &capital(first.family), family);
        rest = others;
    }
    let notes = view.delivery.notes.iter().chain(&view.releases.notes);
    let notes: Vec<String> = notes.map(|note| format!("<li>{}</li>", super::html::sentence(note))).collect();
    if !notes.is_empty() {
        let _ = writeln!(main, "<ul class=\"reasons quiet\">{}</ul>", notes.concat());
    }
    page.render("Metrics", &main)
}

/// The metrics of one kind; those without data in one line below.
fn section(out: &mut String, page: &Page<'_>, title: &str, metrics: &[MetricView]) {
    let (known, silent): (Vec<&MetricView>, Vec<&MetricView>) =
        metrics.iter().partition(|metric| metric.value.is_some() || metric.target.is_some());
    let _ = writeln!(
        out,
        "<section aria-labelledby=\"{0}\"><h2 id=\"{0}\">{1}</h2>\n<div class=\"cards\">",
        names::anchor("kind", title),
        text(title)
    );
    for metric in known {
        card(out, page, metric);
    }
    out.push_str("</div>\n");
    if !silent.is_empty() {
        let names: Vec<String> = silent.iter().map(|metric| text(metric.name)).collect();
        let _ = writeln!(out, "<p class=\"quiet key\">Without data: {}.</p>", names.join(", "));
    }
    out.push_str("</section>\n");
}

fn card(out: &mut String, page: &Page<'_>, metric: &MetricView) {
    let verdict = match metric.verdict {
        Some("met") => toned("met", Tone::Good),
        Some("missed") => toned("missed", Tone::Bad),
        Some("misfit") => toned("target does not fit", Tone::Warn),
        _ => String::new(),
    };
    let aim = aim(metric)
        .map_or_else(String::new, |aim| format!("<span class=\"quiet\">target {}</span> {verdict}", text(&aim)));
    let band = metric.band.map_or_else(String::new, |band| format!(" · band: {band}"));
    let _ = write!(
        out,
        "<article class=\"panel\" id=\"{}\"><h3>{}</h3>\n<p class=\"answer\">{}</p>\n<p>{} <span class=\"quiet\">{}</span></p>\n",
        names::anchor("metric", metric.id),
        text(&capital(metric.name)),
        text(&value(metric.unit, metric.value)),
        aim,
        text(&format!("{}{band}", count(metric.population, "record")))
    );
    chart(out, metric);
    let _ = writeln!(
        out,
        "<details><summary>What it is, and its records</summary><p>{} <span class=\"quiet\">{}</span></p>",
        text(metric.definition),
        text(metric.definition_source)
    );
    trend_table(out, metric);
    records(out, page, metric);
    out.push_str("</details></article>\n");
}

/// The target in words: `≤ 10 d`.
fn aim(metric: &MetricView) -> Option<String> {
    metric.target.as_ref().map(|target| words::aim(target, metric.unit, true))
}

/// How a value went, as columns from nothing to the largest, with the target as a line.
fn chart(out: &mut String, metric: &MetricView) {
    let known: Vec<f64> = metric.trend.iter().filter_map(|point| point.value).collect();
    let most = known.iter().copied().fold(0.0, f64::max);
    if known.len() < 2 || most <= 0.0 {
        return;
    }
    let (first, last) = (metric.trend.first(), metric.trend.last());
    let ends = [first, last].map(|point| point.map_or("", |point| point.id.as_str()));
    let largest = value(metric.unit, Some(most));
    let label = format!("{} from {} to {}, at most {largest}", metric.name, ends[0], ends[1]);
    // A target far above all values would flatten them.
    let line = metric.target.as_deref().and_then(|target| bound(target, metric.unit)).map(|(_, size)| size);
    let line = line.filter(|size| (0.0..=most * 3.0).contains(size));
    let top = line.unwrap_or(most).max(most);
    let _ = write!(
        out,
        "<svg class=\"chart\" width=\"100%\" height=\"48\" role=\"img\"><title>{}</title>",
        html_escape(&sanitize(&label))
    );
    let width = 100.0 / metric.trend.len() as f64;
    for (place, point) in metric.trend.iter().enumerate() {
        let x = place as f64 * width;
        let Some(height) = point.value.map(|value| (value / top * 44.0).max(1.0)) else { continue };
        let title = format!("{}: {}", point.id, value(metric.unit, point.value));
        let _ = write!(
            out,
            "<rect x=\"{x:.2}%\" y=\"{:.1}\" width=\"{:.2}%\" height=\"{height:.1}\"><title>{}</title></rect>",
            46.0 - height,
            width * 0.8,
            html_escape(&sanitize(&title))
        );
    }
    if let Some(size) = line {
        let y = 46.0 - size / top * 44.0;
        let _ = write!(out, "<line class=\"aim\" x1=\"0\" x2=\"100%\" y1=\"{y:.1}\" y2=\"{y:.1}\"/>");
    }
    let dashed = if line.is_some() { " · dashed: target" } else { "" };
    let _ = writeln!(
        out,
        "<line x1=\"0\" x2=\"100%\" y1=\"46.5\" y2=\"46.5\"/></svg>\n<p class=\"quiet key\" aria-hidden=\"true\">{} – {} · most {largest}{dashed}</p>",
        html_escape(&sanitize(ends[0])),
        html_escape(&sanitize(ends[1]))
    );
}

fn trend_table(out: &mut String, metric: &MetricView) {
    if metric.trend.iter().all(|point| point.value.is_none()) {
        return;
    }
    out.push_str("<table><caption class=\"sr\">How it went</caption><thead><tr><th scope=\"col\">Time</th><th scope=\"col\">Value</th><th scope=\"col\">Records</th></tr></thead><tbody>\n");
    for point in &metric.trend {
        let _ = writeln!(
            out,
            "<tr><th scope=\"row\">{}</th><td>{}</td><td>{}</td></tr>",
            text(&point.id),
            text(&value(metric.unit, point.value)),
            point.population
        );
    }
    out.push_str("</tbody></table>\n");
}

fn records(out: &mut String, page: &Page<'_>, metric: &MetricView) {
    if !metric.records.is_empty() {
        out.push_str("<ul class=\"checks\">\n");
        for record in metric.records.iter().take(RECORDS) {
            let note = record
                .note
                .as_deref()
                .map_or_else(String::new, |note| format!(" <span class=\"quiet\">{}</span>", text(note)));
            let _ = writeln!(
                out,
                "<li>{} {}{note} {}</li>",
                page.link(record.kind, &record.id, &record.id),
                text(&value(metric.unit, Some(record.value)).replace("n/a", "")),
                place(record.source.as_ref())
            );
        }
        out.push_str("</ul>\n");
    }
    let more = metric.records.len().saturating_sub(RECORDS) + metric.excluded.len();
    if more > 0 {
        let _ = writeln!(
            out,
            "<p class=\"quiet\">{} more, counted or left out: <code>relm report {} --explain {}</code>.</p>",
            super::html::number(more),
            if metric.family == "dora" { "dora" } else { "kpi" },
            metric.id
        );
    }
}

/// The metrics of delivery for each project.
fn by_project(out: &mut String, page: &Page<'_>, view: &Metrics) {
    let groups: Vec<_> =
        view.groups.iter().filter(|group| group.metrics.iter().any(|metric| metric.value.is_some())).collect();
    let Some(first) = groups.first() else { return };
    out.push_str("<section class=\"panel\" aria-labelledby=\"by-project\"><h2 id=\"by-project\">Delivery by project</h2>\n<div class=\"wide\" role=\"region\" aria-labelledby=\"by-project\" tabindex=\"0\"><table><caption class=\"sr\">Delivery by project</caption><thead><tr><th scope=\"col\">Project</th>");
    for metric in &first.metrics {
        let _ = write!(out, "<th scope=\"col\">{}</th>", text(&capital(short(metric))));
    }
    out.push_str("</tr></thead><tbody>\n");
    for group in groups.iter().take(GROUPS) {
        let _ = write!(out, "<tr><th scope=\"row\">{}</th>", page.link("project", &group.id, &group.id));
        for metric in &group.metrics {
            let shown = if metric.value.is_some() { text(&value(metric.unit, metric.value)) } else { none("no data") };
            let missed = if metric.verdict == Some("missed") {
                format!(" {}", toned("missed", Tone::Bad))
            } else {
                String::new()
            };
            let _ = write!(out, "<td>{shown}{missed}</td>");
        }
        out.push_str("</tr>\n");
    }
    out.push_str("</tbody></table></div>\n");
    if groups.len() > GROUPS {
        let _ =
            writeln!(out, "<p class=\"quiet\">And {} more: <code>relm report dora</code>.</p>", groups.len() - GROUPS);
    }
    out.push_str("</section>\n");
}
