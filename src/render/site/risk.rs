//! What makes a release risky, with the points that `relm report risk` gives.

use std::fmt::Write;

use super::bars::share;
use super::html::{none, sentence, text};
use super::layout::Page;
use super::table::{Cell, Head, Table};
use crate::report::risk::RiskView;

/// The section.
pub fn section(out: &mut String, page: &Page<'_>, view: &RiskView) {
    out.push_str("<section class=\"panel\" aria-labelledby=\"risk\"><h2 id=\"risk\">What makes it risky</h2>\n");
    let rated = view.rated.map_or_else(String::new, |rated| format!(", rated {rated} by impact and complexity"));
    let _ = writeln!(
        out,
        "<p><b>{} of 100</b>, {} risk{rated}. <span class=\"quiet\">What nobody can judge is left out of the score.</span></p>",
        view.score, view.level
    );
    out.push_str("<div class=\"wide\" role=\"region\" aria-labelledby=\"risk\" tabindex=\"0\">");
    let heads = ["What", "Points", "Of", "Why", "Written at"].map(Head::new).to_vec();
    let mut table = Table::open(out, "risk", "Points of risk by what adds them", heads);
    for it in &view.contributions {
        let (points, bar) = match it.points {
            None => (none("nobody can tell"), String::new()),
            Some(points) => {
                let label = format!("{points} of {} points", it.weight);
                (
                    points.to_string(),
                    share((points * 10.0).round() as usize, (it.weight * 10.0).round() as usize, &label),
                )
            }
        };
        table.row(
            "",
            vec![
                Cell::head(text(it.id)),
                Cell::when(format!("{points} {bar}")),
                Cell::new(it.weight.to_string()),
                Cell::new(it.why.iter().map(|why| sentence(why)).collect::<Vec<_>>().join(" · ")),
                Cell::new(page.place(it.source.as_ref())),
            ],
        );
    }
    table.close();
    out.push_str("</div></section>\n");
}
