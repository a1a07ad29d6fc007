//! What waits for what, one file a format.

pub mod dot;
pub mod human;
mod layout;
pub mod mermaid;
pub mod svg;

#[cfg(test)]
mod tests;

use crate::report::graph::{EdgeView, NodeView};

/// What stands below the label: the kind, the dates, where it stands.
fn facts(node: &NodeView) -> String {
    let mut facts = vec![node.kind.to_owned()];
    facts.extend(dates(node));
    facts.extend(node.status.map(str::to_owned));
    facts.join(" · ")
}

fn dates(node: &NodeView) -> Option<String> {
    match (node.start, node.end) {
        (Some(start), Some(end)) if start != end => Some(format!("{start} to {end}")),
        (_, Some(day)) | (Some(day), None) => Some(day.to_string()),
        (None, None) => None,
    }
}

/// What an edge says beyond "after": "2d later", "start to start".
fn relation(edge: &EdgeView) -> Option<String> {
    let ends = match edge.link {
        Some("SS") => Some("start to start".to_owned()),
        Some("FF") => Some("finish to finish".to_owned()),
        Some("SF") => Some("start to finish".to_owned()),
        _ => None,
    };
    let lag = edge.lag.as_deref().map(|lag| match lag.strip_prefix('-') {
        Some(lag) => format!("{lag} earlier"),
        None => format!("{lag} later"),
    });
    let parts: Vec<String> = ends.into_iter().chain(lag).collect();
    (!parts.is_empty()).then(|| parts.join(", "))
}
