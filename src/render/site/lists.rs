//! Lists of releases, environments and projects, cut into pages that stay light.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::ops::Range;

use chrono::Datelike;

use super::File;
use super::html::{count, day, day_or_none, level, none, pill, place, text};
use super::layout::{Frame, Page, Tab};
use super::table::{Cell, Head, Table};
use crate::report::env::list::List;
use crate::report::site::ReleaseRow;
use crate::report::site::pages::ProjectRow;

/// Rows of one page.
const ROWS: usize = 500;

/// The file of a page of a list, by its number from 0.
pub fn page_name(name: &str, number: usize) -> String {
    if number == 0 { format!("{name}.html") } else { format!("{name}-{}.html", number + 1) }
}

/// Cuts a list into pages: the first keeps the plain name, the others have a number. Each is given its title, its rows and
/// the links to the others.
pub fn paged(
    name: &str,
    title: &str,
    rows: usize,
    most: usize,
    mut page: impl FnMut(&str, Range<usize>, &str) -> String,
) -> Vec<File> {
    let pages = rows.div_ceil(most).max(1);
    let file = |number: usize| page_name(name, number);
    let render = |number: usize| {
        let range = number * most..rows.min((number + 1) * most);
        let mut turn = String::new();
        if pages > 1 {
            let _ = write!(
                turn,
                "<nav class=\"turn\" aria-label=\"Pages of {}\"><ol>",
                text(title).replace("<bdi>", "").replace("</bdi>", "")
            );
            for other in 0..pages {
                let here = if other == number { " aria-current=\"page\"" } else { "" };
                let _ = write!(
                    turn,
                    "<li><a href=\"{}\"{here}><span class=\"sr\">Page </span>{}</a></li>",
                    file(other),
                    other + 1
                );
            }
            turn.push_str("</ol></nav>\n");
        }
        let title = if number == 0 { title.to_owned() } else { format!("{title}, page {}", number + 1) };
        (file(number), page(&title, range, &turn))
    };
    (0..pages).map(render).collect()
}

/// The open releases, and those that are over by year.
pub fn releases(frame: &Frame, rows: &[ReleaseRow]) -> Vec<File> {
    let page = frame.top(Tab::Releases);
    let mut open: Vec<&ReleaseRow> = rows.iter().filter(|row| !row.over).collect();
    open.sort_by(|a, b| (a.end.is_none(), a.end, &a.id).cmp(&(b.end.is_none(), b.end, &b.id)));
    let mut years: BTreeMap<Option<i32>, Vec<&ReleaseRow>> = BTreeMap::new();
    for row in rows.iter().filter(|row| row.over) {
        years.entry(row.end.map(|end| end.year())).or_default().push(row);
    }
    let name =
        |year: Option<i32>| year.map_or_else(|| "releases-undated".to_owned(), |year| format!("releases-{year}"));
    let word = |year: Option<i32>| year.map_or_else(|| "without a date".to_owned(), |year| year.to_string());
    let mut others = String::new();
    if !years.is_empty() {
        others.push_str("<nav class=\"turn\" aria-label=\"Years\"><ol><li><a href=\"releases.html\">Open</a></li>");
        for (year, rows) in years.iter().rev() {
            let _ = write!(
                others,
                "<li><a href=\"{}.html\">{} <small>{}</small></a></li>",
                name(*year),
                word(*year),
                rows.len()
            );
        }
        others.push_str("</ol></nav>\n");
    }
    let list = |name: &str, title: &str, rows: &[&ReleaseRow]| {
        paged(name, title, rows.len(), ROWS, |title, range, turn| {
            let mut main = format!(
                "<h1>{}</h1>\n<p class=\"lead\">{}</p>\n{others}{turn}",
                text(title),
                count(rows.len(), "release")
            );
            table(&mut main, &page, &rows[range]);
            main.push_str(turn);
            page.render(title, &main)
        })
    };
    let mut files = list("releases", "Open releases", &open);
    for (year, mut rows) in years {
        rows.sort_by(|a, b| (b.end, &a.id).cmp(&(a.end, &b.id)));
        files.extend(list(&name(year), &format!("Releases {}", word(year)), &rows));
    }
    files
}

fn table(out: &mut String, page: &Page<'_>, rows: &[&ReleaseRow]) {
    if rows.is_empty() {
        out.push_str("<p class=\"panel calm\">There is none.</p>\n");
        return;
    }
    out.push_str("<section class=\"panel\" aria-label=\"Releases\"><div class=\"wide\" role=\"region\" aria-label=\"Releases\" tabindex=\"0\">");
    let heads =
        ["Release", "Ships", "Target", "Stands", "Risk", "Gates", "Type", "Owner", "Carries"].map(Head::new).to_vec();
    let mut table = Table::open(out, "releases", "Releases by date", heads);
    for row in rows {
        let name = row
            .name
            .as_deref()
            .map_or_else(String::new, |name| format!(" <span class=\"quiet\">{}</span>", text(name)));
        let stands = if row.over || row.draft { pill(row.status) } else { level(row.standing.level) };
        let carried = &row.projects[..row.projects.len().min(6)];
        let more = row.projects.len() - carried.len();
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        let gates = if row.gates == 0 { String::new() } else { format!("{}/{}", row.passed, row.gates) };
        table.row(
            "",
            vec![
                Cell::head(format!("{}{name}", page.link("release", &row.id, &row.id))),
                Cell::when(day_or_none(row.end)),
                Cell::when(row.target.map(day).unwrap_or_default()),
                Cell::new(stands),
                Cell::new(row.score.map(|score| score.to_string()).unwrap_or_default()),
                Cell::new(gates),
                Cell::new(text(&row.r#type)),
                Cell::new(row.owner.as_deref().map(|owner| page.who(owner)).unwrap_or_default()),
                Cell::new(format!("{}{more}", page.links("project", carried))),
            ],
        );
    }
    table.close();
    out.push_str("</div></section>\n");
}

/// Every environment as it stands now.
pub fn environments(frame: &Frame, view: &List) -> Vec<File> {
    let page = frame.top(Tab::Environments);
    let all = &view.environments;
    paged("environments", "Environments", all.len(), ROWS, |title, range, turn| {
        let mut main =
            format!("<h1>{}</h1>\n<p class=\"lead\">{}</p>\n{turn}", text(title), count(all.len(), "environment"));
        main.push_str("<section class=\"panel\" aria-label=\"Environments\"><div class=\"wide\" role=\"region\" aria-label=\"Environments\" tabindex=\"0\">");
        let heads = ["Environment", "Stage", "Used now", "By", "Free from", "Conflicts", "Owner", "Written at"];
        let heads = heads.map(Head::new).to_vec();
        let mut table = Table::open(&mut main, "environments", "Environments in the order of promotion", heads);
        for row in &all[range] {
            let name = row
                .name
                .as_deref()
                .map_or_else(String::new, |name| format!(" <span class=\"quiet\">{}</span>", text(name)));
            let by: Vec<String> =
                row.bookings.iter().take(4).map(|booking| super::environment::booked(&page, booking)).collect();
            let free = match (row.outage_until, row.free_from) {
                (Some(until), _) => format!("{} until {}", pill("outage"), super::environment::at(until)),
                (None, Some(free)) if free.instant <= view.now.instant => "now".to_owned(),
                (None, Some(free)) => super::environment::at(free),
                (None, None) => none("never"),
            };
            let conflicts = if row.conflicts == 0 {
                String::new()
            } else {
                super::html::toned(&row.conflicts.to_string(), super::html::Tone::Bad)
            };
            table.row(
                "",
                vec![
                    Cell::head(format!("{}{name}", page.link("environment", &row.id, &row.id))),
                    Cell::new(text(&row.stage)),
                    Cell::new(format!("{} of {}", row.units, row.capacity)),
                    Cell::new(by.join(", ")),
                    Cell::when(free),
                    Cell::new(conflicts),
                    Cell::new(row.owner.as_deref().map(|owner| page.who(owner)).unwrap_or_default()),
                    Cell::new(place(row.source.as_ref())),
                ],
            );
        }
        table.close();
        main.push_str("</div></section>\n");
        main.push_str(turn);
        page.render(title, &main)
    })
}

/// Every project with what runs in production and what ships next.
pub fn projects(frame: &Frame, rows: &[ProjectRow]) -> Vec<File> {
    let page = frame.top(Tab::Projects);
    paged("projects", "Projects", rows.len(), ROWS, |title, range, turn| {
        let mut main =
            format!("<h1>{}</h1>\n<p class=\"lead\">{}</p>\n{turn}", text(title), count(rows.len(), "project"));
        main.push_str("<section class=\"panel\" aria-label=\"Projects\"><div class=\"wide\" role=\"region\" aria-label=\"Projects\" tabindex=\"0\">");
        let heads = ["Project", "In production", "Ships next with", "Tier", "Owner"].map(Head::new).to_vec();
        let mut table = Table::open(&mut main, "projects", "Projects by id", heads);
        for row in &rows[range] {
            let name = row
                .name
                .as_deref()
                .map_or_else(String::new, |name| format!(" <span class=\"quiet\">{}</span>", text(name)));
            let next = row.next.as_deref().map_or_else(|| none("nothing"), |id| page.link("release", id, id));
            table.row(
                "",
                vec![
                    Cell::head(format!("{}{name}", page.link("project", &row.id, &row.id))),
                    Cell::new(row.live.as_deref().map_or_else(|| none("no record"), text)),
                    Cell::new(next),
                    Cell::new(row.tier.map(|tier| tier.to_string()).unwrap_or_default()),
                    Cell::new(row.owner.as_deref().map(|owner| page.who(owner)).unwrap_or_default()),
                ],
            );
        }
        table.close();
        main.push_str("</div></section>\n");
        main.push_str(turn);
        page.render(title, &main)
    })
}
