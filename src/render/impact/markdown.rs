//! What a change does, as Markdown.

use super::words;
use crate::render::sheet::{Body, Cell, Column, Fact, Section, Sheet, Tone, markdown};
use crate::report::impact::{Impact, MoveView, Shift};

/// The answer, a table of what moves, and what breaks.
pub fn render(view: &Impact) -> String {
    let arrow = "→";
    let mut sheet = Sheet { title: words::title(view), ..Sheet::default() };
    sheet.about.push(format!("as of {}", view.header.today.format("%a %Y-%m-%d")));
    let mut facts = vec![Fact::new("", words::verdict(view), Tone::Plain)];
    facts.extend(words::changes(view, arrow).into_iter().map(|text| Fact::new("as if", text, Tone::Plain)));
    facts.extend(words::first_missed(view).map(|text| Fact::new("first missed", text, Tone::Bad)));
    facts.extend(words::bottleneck(view, arrow).into_iter().map(|text| Fact::new("bottleneck", text, Tone::Plain)));
    sheet.sections.push(Section { title: "In short".to_owned(), body: Body::Facts(facts) });
    let columns = [
        Column::new("what"),
        Column::new("kind"),
        Column::new("forecast end"),
        Column::new("moves"),
        Column::new("planned end"),
        Column::new("because of"),
    ];
    let today = view.header.today;
    let rows = words::tree(view).into_iter().map(|(_, _, it, _)| {
        vec![
            Cell::plain(&*it.id),
            Cell::plain(it.kind),
            Cell::plain(words::shift(&it.forecast, today, arrow)),
            Cell::plain(words::days(moved(it), it.gone)),
            Cell::plain(words::shift(&it.planned, today, arrow)),
            Cell::plain(it.because.clone().unwrap_or_default()),
        ]
    });
    sheet.table("What moves", &columns, rows.collect());
    words::sections(view, &mut sheet, arrow);
    markdown::render(&sheet)
}

/// The forecast, or the plan where only that moved.
fn moved(it: &MoveView) -> &Shift {
    if it.forecast.before == it.forecast.after { &it.planned } else { &it.forecast }
}
