//! What stands behind each number: its definition, the records it is made from, and those it leaves out.

use super::place;
use super::words::{target, value};
use crate::render::sheet::{Body, Fact, Item, Section, Sheet, Tone};
use crate::report::metrics::{MetricView, Metrics};

/// An item for each metric, for the whole and for each group. `unicode` says whether it may draw with characters beyond ASCII.
pub fn add(sheet: &mut Sheet, view: &Metrics, unicode: bool) {
    let items = |metrics: &[MetricView]| metrics.iter().map(|metric| item(metric, unicode)).collect();
    let title = match view.blended {
        2.. => format!("All {} projects", view.blended),
        _ => "All".to_owned(),
    };
    sheet.sections.push(Section { title, body: Body::Items(items(&view.metrics)) });
    for group in &view.groups {
        sheet.sections.push(Section { title: group.id.clone(), body: Body::Items(items(&group.metrics)) });
    }
    if !view.notes.is_empty() {
        let facts = view.notes.iter().map(|note| Fact::new("", note, Tone::Warn)).collect();
        sheet.sections.push(Section { title: "Notes".to_owned(), body: Body::Facts(facts) });
    }
}

fn item(metric: &MetricView, unicode: bool) -> Item {
    let tone = match metric.verdict {
        Some("met") => Tone::Good,
        Some("missed") => Tone::Bad,
        _ => Tone::Plain,
    };
    let band = metric.band.map(|band| format!(" · band {band}")).unwrap_or_default();
    let wanted = target(metric, unicode);
    let wanted = if wanted.is_empty() { wanted } else { format!(" · target {wanted}") };
    let plain = value(metric.unit, metric.value);
    let exact = metric.value.map(|exact| format!(" ({exact} {})", metric.unit)).unwrap_or_default();
    let mut facts = vec![
        Fact::new("value", format!("{plain}{exact}{band}{wanted}"), tone),
        Fact::new("how", format!("{} ({})", metric.definition, metric.definition_source), Tone::Plain),
    ];
    if metric.value.is_none() {
        facts.push(Fact::new("made from", metric.needs, Tone::Plain));
    }
    for record in &metric.records {
        let figure = match metric.unit {
            "ratio" => crate::report::env::usage::round(record.value, 3).to_string(),
            unit => value(unit, Some(record.value)),
        };
        let note = record.note.as_ref().map(|note| format!(" · {note}")).unwrap_or_default();
        let place = place(record.source.as_ref()).map(|place| format!(" · {place}")).unwrap_or_default();
        facts.push(Fact::new("counts", format!("{} {} = {figure}{note}{place}", record.kind, record.id), Tone::Plain));
    }
    for left in &metric.excluded {
        let place = place(left.source.as_ref()).map(|place| format!(" · {place}")).unwrap_or_default();
        facts.push(Fact::new("left out", format!("{} {}: {}{place}", left.kind, left.id, left.why), Tone::Quiet));
    }
    Item { id: metric.id.to_owned(), name: metric.name.to_owned(), facts }
}
