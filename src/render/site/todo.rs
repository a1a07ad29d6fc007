//! What waits for somebody, as a page and as a short list.

use std::collections::BTreeSet;
use std::fmt::Write;

use super::html::capital;
use super::html::{Tone, away, count, day, place, sentence, short_day, text, toned};
use super::layout::{Frame, Page, Tab};
use super::names;
use super::table::{Cell, Head, Table};
use crate::render::text::html_escape;
use crate::report::site::needs::Need;

/// Rows of the page; more would not be read, and `relm todo` lists them all.
const MOST: usize = 400;

/// The page of everything that waits, with a choice of whose.
pub fn render(frame: &Frame, needs: &[Need]) -> String {
    let page = frame.top(Tab::Needs);
    let mut main = String::from("<h1>To do</h1>\n");
    let things = |needs: &mut dyn Iterator<Item = &Need>| needs.map(|need| need.things).sum::<usize>();
    let overdue = things(&mut needs.iter().filter(|need| need.urgent));
    let incidents = needs.iter().filter(|need| need.things == 0).count();
    let incidents = if incidents > 0 { format!(", and {}", count(incidents, "open incident")) } else { String::new() };
    let _ = writeln!(
        main,
        "<p class=\"lead\">{} within two weeks, {} of them overdue{incidents}. What one gate asks for stands together.</p>",
        count(things(&mut needs.iter()), "thing"),
        super::html::number(overdue)
    );
    if needs.is_empty() {
        main.push_str("<p class=\"panel calm\">Nothing waits for anybody.</p>\n");
        return page.render("To do", &main);
    }
    let shown = &needs[..needs.len().min(MOST)];
    let people: BTreeSet<&str> = shown.iter().flat_map(|need| need.who.iter().map(String::as_str)).collect();
    main.push_str("<p id=\"whose\" hidden><label>Whose <select class=\"control\" data-filter=\"needs\"><option value=\"\">Everybody’s</option>");
    for who in people {
        let who = html_escape(who);
        let _ = write!(main, "<option value=\"{who}\">{who}</option>");
    }
    main.push_str("</select></label> <span id=\"left\" class=\"quiet\" role=\"status\"></span></p>\n");
    main.push_str("<section class=\"panel\" aria-label=\"Everything to do\"><div id=\"needs\" class=\"wide\" role=\"region\" aria-label=\"Everything to do\" tabindex=\"0\">");
    let heads = ["Due", "What", "For", "Missing", "Who", "Written at"].map(Head::new).to_vec();
    let mut table = Table::open(&mut main, "needs", "What waits for whom, until when", heads);
    for need in shown {
        let who = html_escape(&need.who.join(" ")).into_owned();
        table.row(
            &format!("data-who=\"{who}\""),
            vec![
                Cell::when(due_in_full(need)),
                Cell::head(what(&page, need)),
                Cell::new(whose(&page, need)),
                Cell::new(why(need)),
                Cell::new(page.people(&need.who)),
                Cell::new(place(need.source.as_ref())),
            ],
        );
    }
    table.close();
    main.push_str("</div></section>\n");
    if needs.len() > MOST {
        let _ = writeln!(
            main,
            "<p class=\"quiet\">And {} more that are due later: they stand on the pages of those they wait for.</p>",
            needs.len() - MOST
        );
    }
    page.render("To do", &main)
}

/// The most urgent, as a list.
pub fn list(page: &Page<'_>, needs: &[Need]) -> String {
    let mut out = String::from("<ul class=\"rows\">\n");
    for need in needs {
        let who = if need.who.is_empty() { String::new() } else { format!(" · {}", page.people(&need.who)) };
        let why = if need.why.is_empty() { String::new() } else { format!("<p class=\"why\">{}</p>", why(need)) };
        let of = whose(page, need);
        let of = if of.is_empty() { of } else { format!(" <span class=\"of\">{of}</span>") };
        let _ = writeln!(
            out,
            "<li><p class=\"what\">{}{of}</p>{why}<p class=\"quiet\">{}{who}</p></li>",
            what(page, need),
            soon(need)
        );
    }
    out.push_str("</ul>\n");
    out
}

/// "Pass gate go-live", linked to where a page shows it.
fn what(page: &Page<'_>, need: &Need) -> String {
    let words = text(&capital(&need.what));
    let address = need.page.as_ref().and_then(|(kind, id)| {
        let address = page.address(kind, id)?;
        Some(match &need.part {
            Some((kind, id)) => format!("{address}#{}", names::anchor(kind, id)),
            None => address,
        })
    });
    match address {
        Some(address) => format!("<a href=\"{address}\">{words}</a>"),
        None => words,
    }
}

fn whose(page: &Page<'_>, need: &Need) -> String {
    match &need.page {
        Some((kind, id)) => page.link(kind, id, &need.subject),
        None => text(&need.subject),
    }
}

/// The criteria and approvals that are missing, or what it is about.
fn why(need: &Need) -> String {
    sentence(&need.why.join(" · "))
}

/// The same in few words, the distance first.
fn soon(need: &Need) -> String {
    match (need.due, need.days) {
        (Some(due), Some(days)) if need.urgent => {
            format!("{} {}", toned(if days < 0 { "overdue" } else { "now" }, Tone::Bad), short_day(due))
        }
        (Some(due), Some(0)) => format!("{} {}", toned("today", Tone::Warn), short_day(due)),
        (Some(due), Some(days)) => format!("{}, {}", away(days), short_day(due)),
        _ => due_in_full(need),
    }
}

fn due_in_full(need: &Need) -> String {
    match (need.due, need.days) {
        (Some(due), Some(days)) if days < 0 => format!("{} {}", toned("overdue", Tone::Bad), day(due)),
        (Some(due), Some(days)) if need.urgent => format!("{} {}, {}", toned("now", Tone::Bad), day(due), away(days)),
        (Some(due), Some(days)) => format!("{}, {}", day(due), away(days)),
        _ if need.urgent => toned("now", Tone::Bad),
        _ => "no day".to_owned(),
    }
}
