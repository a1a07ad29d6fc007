//! The first page: what ships next, what is at risk, what needs somebody.

use std::fmt::Write;

use super::bars::{Bar, Scale, share};
use super::html::{Tone, away, capital, count, day_or_none, level, number, sentence, short_day, text, toned};
use super::layout::{Frame, Page, Tab, as_of};
use super::table::{Cell, Head, Table};
use super::{heat, todo};
use crate::report::site::portfolio::Portfolio;
use crate::report::site::{Level, ReleaseRow};

/// Files that are named where they cannot be read.
const NAMED: usize = 3;

/// The page.
pub fn render(frame: &Frame, view: &Portfolio) -> String {
    let page = frame.top(Tab::Portfolio);
    let about = &frame.about;
    let mut main = String::new();
    let _ = write!(
        main,
        "<div class=\"hero\"><h1>{}</h1>\n<p class=\"quiet\">{}</p>{}</div>\n<div class=\"three\">\n",
        text(&about.portfolio),
        text(&as_of(about)),
        unread(&about.unread)
    );
    next(&mut main, &page, view);
    risks(&mut main, &page, view);
    waiting(&mut main, &page, view);
    main.push_str("</div>\n");
    timeline(&mut main, &page, view);
    environments(&mut main, &page, view);
    shipped(&mut main, &page, view);
    page.render(&about.portfolio, &main)
}

/// That files are missing from the pages, and which.
fn unread(files: &[String]) -> String {
    if files.is_empty() {
        return String::new();
    }
    let named: Vec<String> = files.iter().take(NAMED).map(|file| format!("<code>{}</code>", text(file))).collect();
    let more = files.len().saturating_sub(NAMED);
    let more = if more > 0 { format!(" and {} more", number(more)) } else { String::new() };
    format!(
        "<p><a href=\"findings.html\">{}</a>: {}{more}</p>",
        toned(&format!("{} could not be read in full", count(files.len(), "file")), Tone::Bad),
        named.join(", ")
    )
}

/// One of the three panels of the first screen: its question, the answer in large letters, and how good that is.
fn panel(out: &mut String, id: &str, title: &str, answer: &str, tone: Tone) {
    let _ = writeln!(
        out,
        "<section class=\"panel {}\" aria-labelledby=\"{id}\"><h2 id=\"{id}\">{title}</h2>\n<p class=\"answer\">{answer}</p>",
        tone.class()
    );
}

fn label(row: &ReleaseRow) -> &str {
    row.name.as_deref().filter(|name| !name.trim().is_empty()).unwrap_or(&row.id)
}

fn next(out: &mut String, page: &Page<'_>, view: &Portfolio) {
    let today = page.frame.about.today;
    let answer = match view.next.first().and_then(|row| Some((row, row.end?))) {
        Some((row, end)) => format!("{} {}", page.link("release", &row.id, label(row)), away((end - today).num_days())),
        None => "Nothing has a date".to_owned(),
    };
    panel(out, "next", "Ships next", &answer, Tone::Plain);
    out.push_str("<ul class=\"rows next\">\n");
    for row in &view.next {
        let Some(end) = row.end else { continue };
        let gates = if row.gates == 0 {
            String::new()
        } else {
            let label = format!("{} of {} gates passed", row.passed, row.gates);
            format!("<p class=\"gate\">{}/{} gates{}</p>", row.passed, row.gates, share(row.passed, row.gates, &label))
        };
        let id = if label(row) == row.id { String::new() } else { format!(" · {}", text(&row.id)) };
        let _ = writeln!(
            out,
            "<li><p class=\"date\"><time datetime=\"{end}\"><b>{}</b> {}</time></p><div><p class=\"what\">{} {}</p><p class=\"quiet\">{}{id}</p></div>{gates}</li>",
            end.format("%-d"),
            end.format("%b"),
            page.link("release", &row.id, label(row)),
            level(row.standing.level),
            away((end - today).num_days()),
        );
    }
    let all = match view.counts.open {
        0 => "Releases".to_owned(),
        1 => "The open release".to_owned(),
        open => format!("All {}", count(open, "open release")),
    };
    let _ = writeln!(out, "</ul>\n<p class=\"all\"><a href=\"releases.html\">{all}</a></p></section>");
}

fn risks(out: &mut String, page: &Page<'_>, view: &Portfolio) {
    let counts = &view.counts;
    // The gravest two in large letters; the rows below say the rest.
    let kinds = [(counts.late, "late"), (counts.at_risk, "at risk"), (counts.watch, "to watch")];
    let known: Vec<String> = kinds
        .iter()
        .filter(|(count, _)| *count > 0)
        .take(2)
        .map(|(count, word)| format!("{} {word}", number(*count)))
        .collect();
    let (answer, tone) = match (known.is_empty(), counts.late + counts.at_risk) {
        (true, _) => ("Nothing".to_owned(), Tone::Good),
        (false, 0) => (known.join(", "), Tone::Warn),
        (false, _) => (known.join(", "), Tone::Bad),
    };
    panel(out, "risk", "At risk", &answer, tone);
    if view.risks.is_empty() && counts.open > 0 {
        out.push_str("<p>Nothing speaks against the dates of open releases.</p>\n");
    }
    out.push_str("<ul class=\"rows\">\n");
    for row in &view.risks {
        let reasons = row.standing.reasons.iter().take(2);
        let reasons = reasons.map(|why| format!("<p class=\"why\">{}</p>", sentence(&capital(why))));
        let reasons = reasons.collect::<Vec<_>>().concat();
        let id = if label(row) == row.id { String::new() } else { format!("{} · ", text(&row.id)) };
        let score = row.score.map_or_else(String::new, |score| format!(" · risk {score} of 100"));
        let _ = writeln!(
            out,
            "<li><p class=\"what\">{} {}</p>{reasons}<p class=\"quiet\">{id}ships {}{score}</p></li>",
            page.link("release", &row.id, label(row)),
            level(row.standing.level),
            row.end.map_or_else(|| "on no date".to_owned(), short_day)
        );
    }
    out.push_str("</ul>\n");
    let [errors, warnings, _] = page.frame.about.findings;
    let conflicts = if counts.conflicts == 0 {
        "no environment is overbooked in six weeks".to_owned()
    } else {
        format!("<a href=\"#environments\">{}</a>", count(counts.conflicts, "booking conflict"))
    };
    let found = match (errors, warnings) {
        (0, 0) => "No rule is broken".to_owned(),
        _ => format!("{}, {}", count(errors, "error"), count(warnings, "warning")),
    };
    let _ = writeln!(out, "<p class=\"all\"><a href=\"findings.html\">{found}</a> · {conflicts}</p></section>");
}

fn waiting(out: &mut String, page: &Page<'_>, view: &Portfolio) {
    let counts = &view.counts;
    let kinds = [(counts.overdue, "overdue"), (counts.today, "today")];
    let incidents = (counts.incidents > 0).then(|| count(counts.incidents, "open incident"));
    let due = kinds.iter().filter(|(count, _)| *count > 0).map(|(count, word)| format!("{} {word}", number(*count)));
    let known: Vec<String> = incidents.into_iter().chain(due).collect();
    let (answer, tone) = match (counts.incidents + counts.overdue, counts.today, counts.needs) {
        (0, 0, 0) => ("Nothing".to_owned(), Tone::Good),
        (0, 0, all) => (format!("{} in two weeks", count(all, "thing")), Tone::Plain),
        (0, ..) => (known.join(", "), Tone::Warn),
        _ => (known.join(", "), Tone::Bad),
    };
    panel(out, "waiting", "Needs somebody", &answer, tone);
    if !view.needs.is_empty() {
        out.push_str(&todo::list(page, &view.needs));
    }
    let all = match view.counts.needs {
        0 => "To do".to_owned(),
        needs => format!("All {}, by person", count(needs, "thing")),
    };
    let _ = writeln!(
        out,
        "<p class=\"all\"><a href=\"todo.html\">{all}</a><span id=\"mine\" hidden> · <a href=\"todo.html\"></a></span></p></section>"
    );
}

fn timeline(out: &mut String, page: &Page<'_>, view: &Portfolio) {
    let lines = &view.timeline;
    if lines.releases.is_empty() {
        return;
    }
    let scale = Scale { from: lines.from, to: lines.to, today: page.frame.about.today };
    let frozen: Vec<Bar> =
        lines.freezes.iter().map(|freeze| Bar { look: "freeze", from: freeze.from, to: freeze.to }).collect();
    out.push_str("<section class=\"panel\" aria-labelledby=\"weeks\"><h2 id=\"weeks\">The weeks ahead</h2>\n");
    let caption = format!("Open releases from {} to {}", lines.from.format("%-d %b %Y"), lines.to.format("%-d %b %Y"));
    let mut heads = ["Release", "Ships", "Stands"].map(Head::new).to_vec();
    heads.push(Head::picture("Time", scale.axis()));
    let mut table = Table::open(out, "lines", &caption, heads);
    for row in &lines.releases {
        table.row(
            "",
            vec![
                Cell::head(page.link("release", &row.id, label(row))),
                Cell::when(day_or_none(row.end)),
                Cell::new(level(row.standing.level)),
                Cell::picture(scale.row(&in_words(row), &frozen, &release_bars(row), &marks(row))),
            ],
        );
    }
    table.close();
    out.push_str("<p class=\"quiet key\">Bar: planned · thin: by the forecast · flag: target · red line: today");
    for freeze in &lines.freezes {
        let _ = write!(
            out,
            " · shaded: {} {} – {}",
            text(freeze.name.as_deref().unwrap_or(&freeze.id)),
            freeze.from.format("%-d %b"),
            freeze.to.format("%-d %b")
        );
    }
    if lines.more > 0 {
        let _ = write!(out, " · <a href=\"releases.html\">{} more</a>", number(lines.more));
    }
    out.push_str("</p></section>\n");
}

/// The bars of a release: its plan, and where its forecast goes beyond.
pub fn release_bars(row: &ReleaseRow) -> Vec<Bar> {
    let mut bars = Vec::new();
    if let (Some(from), Some(to)) = (row.start, row.planned) {
        let look = match row.standing.level {
            Level::Late | Level::AtRisk => "critical",
            Level::Over => "done",
            _ => "plan",
        };
        bars.push(Bar { look, from, to: to.max(from) });
        if let Some(end) = row.end.filter(|end| *end > to) {
            bars.push(Bar { look: "ahead", from: to.succ_opt().unwrap_or(to), to: end });
        }
    }
    bars
}

fn marks(row: &ReleaseRow) -> Vec<(chrono::NaiveDate, &'static str)> {
    row.target.iter().map(|target| (*target, "target")).collect()
}

fn in_words(row: &ReleaseRow) -> String {
    let dates = [("from", row.start), ("planned until", row.planned), ("ships", row.end), ("target", row.target)];
    let dates: Vec<String> =
        dates.iter().filter_map(|(word, date)| Some(format!("{word} {}", (*date)?.format("%-d %b %Y")))).collect();
    format!("{}: {}", row.id, dates.join(", "))
}

fn environments(out: &mut String, page: &Page<'_>, view: &Portfolio) {
    let strip = &view.environments;
    if strip.environments.is_empty() {
        return;
    }
    let which = if view.counts.environments > strip.environments.len() {
        format!(" <small>the {} most wanted of {}</small>", strip.environments.len(), number(view.counts.environments))
    } else {
        String::new()
    };
    let _ = writeln!(
        out,
        "<section class=\"panel\" aria-labelledby=\"environments\"><h2 id=\"environments\">Environments, the next six weeks{which}</h2>"
    );
    heat::strip(out, page, strip);
    out.push_str("<p class=\"all\"><a href=\"environments.html\">All environments</a></p></section>\n");
}

fn shipped(out: &mut String, page: &Page<'_>, view: &Portfolio) {
    if view.shipped.is_empty() {
        return;
    }
    out.push_str("<section class=\"panel\" aria-labelledby=\"shipped\"><h2 id=\"shipped\">Shipped lately</h2>\n<ul class=\"inline\">\n");
    for row in &view.shipped {
        let _ = writeln!(
            out,
            "<li>{} <span class=\"quiet\">{}</span></li>",
            page.link("release", &row.id, label(row)),
            day_or_none(row.end)
        );
    }
    out.push_str("</ul></section>\n");
}
