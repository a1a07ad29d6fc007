//! One self-contained page: month, timeline and agenda with filters, and a plain table where no script runs.
//!
//! The page asks no network for anything, and its policy forbids it to. Its one script and its one style are named by their
//! hashes, so text from a manifest could not run even if it came to stand as markup; it never does: events are data in a
//! script element that is not run, with `<`, `>` and `&` escaped, and are shown as text.

use std::fmt::Write;

use serde::Serialize;
use sha2::{Digest, Sha256};

use super::words;
use crate::render::text::{html_escape, sanitize};
use crate::report::calendar::{Calendar, EventKind, EventStatus, EventView};

const STYLE: &str = include_str!("page.css");
const SCRIPT: &str = include_str!("page.js");
const BODY: &str = include_str!("page.html");

/// What the script works with. Names are short: there may be many events.
#[derive(Serialize)]
struct Data<'c> {
    today: String,
    /// The day the page opens at.
    start: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    from: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    to: Option<String>,
    /// The days off between `from` and `to`; weekends elsewhere.
    #[serde(skip_serializing_if = "Option::is_none")]
    off: Option<Vec<String>>,
    kinds: Vec<Kind>,
    events: Vec<Event<'c>>,
}

#[derive(Serialize)]
struct Kind {
    id: &'static str,
    name: String,
    icon: &'static str,
    closed: bool,
}

#[derive(Serialize)]
struct Event<'c> {
    /// The kind's place in `kinds`.
    k: usize,
    /// The title.
    t: Text<'c>,
    /// The title where the release or environment stands beside it.
    #[serde(skip_serializing_if = "Option::is_none")]
    l: Option<Text<'c>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    d: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    r: Option<Text<'c>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    p: Vec<Text<'c>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    e: Vec<Text<'c>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    m: Option<Text<'c>>,
    /// The first and the last day.
    a: String,
    b: String,
    /// When it takes place, in words.
    w: String,
    /// The hour it begins at.
    #[serde(skip_serializing_if = "Option::is_none")]
    c: Option<String>,
    /// 1 tentative, 2 cancelled.
    #[serde(skip_serializing_if = "Option::is_none")]
    s: Option<u8>,
    /// Where it is written.
    f: String,
    /// The page of its release, where there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    u: Option<String>,
}

/// The pages that the page is one of.
#[derive(Debug, Clone, Copy)]
pub struct Site {
    /// The address of the first of them.
    pub home: &'static str,
    /// What the way back there is called.
    pub word: &'static str,
    /// The address of a release's page, by its id.
    pub release: fn(&str) -> String,
}

type Text<'c> = std::borrow::Cow<'c, str>;

/// The page by itself.
pub fn render(calendar: &Calendar) -> String {
    page(calendar, None)
}

/// The page as one of several: with the way back to the first of them, and to the pages of releases.
pub fn render_among(calendar: &Calendar, site: Site) -> String {
    page(calendar, Some(site))
}

fn page(calendar: &Calendar, site: Option<Site>) -> String {
    let style = format!("{STYLE}{}", colours());
    let name = sanitize(&calendar.name);
    let mut out = String::with_capacity(600 * calendar.events.len() + 64 * 1024);
    out.push_str("<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n");
    let _ = writeln!(
        out,
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; script-src '{}'; style-src '{}'; base-uri 'none'; form-action 'none'\">",
        hash(SCRIPT),
        hash(&style)
    );
    out.push_str("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n");
    out.push_str(
        "<meta name=\"color-scheme\" content=\"light dark\">\n<meta name=\"referrer\" content=\"no-referrer\">\n",
    );
    let _ = writeln!(out, "<title>{}: calendar</title>", html_escape(&name));
    let _ = writeln!(out, "<style>{style}</style>\n</head>");
    let mut agenda = String::new();
    write_agenda(&mut agenda, calendar);
    // One pass over the page, so that nothing in a text can stand for a place to fill.
    for part in BODY.split_inclusive("}}") {
        let Some((before, place)) = part.split_once("{{") else {
            out.push_str(part);
            continue;
        };
        out.push_str(before);
        match place.trim_end_matches("}}") {
            "home" => {
                if let Some(Site { home, word, .. }) = site {
                    let (address, word) = (html_escape(home), html_escape(word));
                    let _ = writeln!(out, "<nav aria-label=\"Pages\"><p><a href=\"{address}\">{word}</a></p></nav>");
                }
            }
            "name" => out.push_str(&html_escape(&name)),
            "about" => out.push_str(&html_escape(&about(calendar))),
            "agenda" => out.push_str(&agenda),
            "data" => write_data(&mut out, calendar, site),
            "script" => out.push_str(SCRIPT),
            _ => {}
        }
    }
    out
}

/// When and of what the page was made, and how its times are meant.
fn about(calendar: &Calendar) -> String {
    let mut facts = vec![format!("As of {}", words::day(calendar.header.today))];
    if let Some(commit) = &calendar.header.revision.commit {
        let short: String = commit.chars().take(10).collect();
        let dirty = if calendar.header.revision.dirty { " with changes" } else { "" };
        facts.push(format!("commit {short}{dirty}"));
    }
    match (calendar.from, calendar.to) {
        (Some(from), Some(to)) => facts.push(format!("{} to {}", words::day(from), words::day(to))),
        (Some(from), None) => facts.push(format!("from {}", words::day(from))),
        (None, Some(to)) => facts.push(format!("until {}", words::day(to))),
        (None, None) => {}
    }
    facts.push(format!("times in {}", sanitize(&calendar.zone)));
    facts.join(" · ")
}

/// The hue of each kind.
fn colours() -> String {
    let mut out = String::new();
    for kind in EventKind::ALL {
        let look = words::look(*kind);
        let _ = writeln!(out, ".k-{} {{ --h: {}; --s: {}%; }}", kind.as_str(), look.hue, look.saturation);
    }
    out
}

/// The table for readers without scripts, and for programs.
fn write_agenda(out: &mut String, calendar: &Calendar) {
    out.push_str("<table class=\"list\">\n<thead><tr><th scope=\"col\">When</th><th scope=\"col\">Kind</th><th scope=\"col\">What</th><th scope=\"col\">Release</th><th scope=\"col\">Environment</th><th scope=\"col\">Status</th></tr></thead>\n<tbody>\n");
    for event in &calendar.events {
        let _ = writeln!(
            out,
            "<tr class=\"{}\"><td>{}</td><td>{}</td><td><bdi>{}</bdi></td><td><bdi>{}</bdi></td><td><bdi>{}</bdi></td><td>{}</td></tr>",
            event.status.as_str(),
            words::when(calendar, event),
            words::kind(event.kind),
            html_escape(&sanitize(&event.title)),
            html_escape(&sanitize(event.release.as_deref().unwrap_or_default())),
            html_escape(&sanitize(&event.environments.join(", "))),
            event.status.as_str(),
        );
    }
    out.push_str("</tbody>\n</table>");
}

/// Writes the data as JSON that no HTML reader could take for markup.
fn write_data(out: &mut String, calendar: &Calendar, site: Option<Site>) {
    let (from, to) = (calendar.from, calendar.to);
    let today = calendar.header.today;
    let start = today.max(from.unwrap_or(today)).min(to.unwrap_or(today));
    let days = |days: &[chrono::NaiveDate]| days.iter().map(ToString::to_string).collect();
    let data = Data {
        today: today.to_string(),
        start: start.to_string(),
        from: from.map(|day| day.to_string()),
        to: to.map(|day| day.to_string()),
        off: from.and(to).map(|_| days(&calendar.days_off)),
        kinds: EventKind::ALL.iter().map(|kind| kind_of(*kind)).collect(),
        events: calendar.events.iter().map(|event| event_of(calendar, event, site)).collect(),
    };
    // Plain structs of text and numbers: there is nothing that could fail to serialise.
    let json = serde_json::to_string(&data).unwrap_or_default();
    for c in json.chars() {
        match c {
            '<' => out.push_str("\\u003c"),
            '>' => out.push_str("\\u003e"),
            '&' => out.push_str("\\u0026"),
            c => out.push(c),
        }
    }
}

fn kind_of(kind: EventKind) -> Kind {
    let look = words::look(kind);
    Kind { id: kind.as_str(), name: words::kind(kind), icon: look.icon, closed: look.closed }
}

fn event_of<'c>(calendar: &Calendar, event: &'c EventView, site: Option<Site>) -> Event<'c> {
    let (first, last) = calendar.days(event);
    let clock = words::clock(calendar, event).map(|(start, _)| start.format("%H:%M").to_string());
    Event {
        k: EventKind::ALL.iter().position(|kind| *kind == event.kind).unwrap_or_default(),
        t: sanitize(&event.title),
        l: Some(sanitize(&event.label)).filter(|_| event.label != event.title),
        d: event.description.as_deref().map(lines),
        r: event.release.as_deref().map(sanitize),
        p: event.projects.iter().map(|project| sanitize(project)).collect(),
        e: event.environments.iter().map(|environment| sanitize(environment)).collect(),
        m: event.team.as_deref().map(sanitize),
        a: first.to_string(),
        b: last.to_string(),
        w: words::when(calendar, event),
        c: clock,
        s: match event.status {
            EventStatus::Confirmed => None,
            EventStatus::Tentative => Some(1),
            EventStatus::Cancelled => Some(2),
        },
        f: format!("{}:{}", sanitize(&event.source.file), event.source.line),
        u: site.zip(event.release.as_deref()).map(|(site, release)| (site.release)(release)),
    }
}

/// A text of several lines, without what could hide or reorder others.
fn lines(text: &str) -> String {
    let ends = ['\n', '\r', '\u{85}', '\u{2028}', '\u{2029}'];
    let text = text.trim().replace("\r\n", "\n");
    text.split(ends).map(sanitize).collect::<Vec<_>>().join("\n")
}

/// A source expression of a content security policy.
pub(in crate::render) fn hash(text: &str) -> String {
    format!("sha256-{}", base64(&Sha256::digest(text.as_bytes())))
}

fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::new();
    for chunk in bytes.chunks(3) {
        let bits = (0..3).fold(0_u32, |bits, at| bits << 8 | u32::from(chunk.get(at).copied().unwrap_or(0)));
        for digit in 0..4 {
            let value = (bits >> (18 - 6 * digit)) & 63;
            out.push(if digit <= chunk.len() { char::from(DIGITS[value as usize]) } else { '=' });
        }
    }
    out
}
