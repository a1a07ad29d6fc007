//! The page of an environment.

use std::fmt::Write;

use chrono::NaiveTime;

use super::html::{Tone, day, pill, place, text, toned};
use super::layout::{Frame, Page, Tab};
use super::{findings, heat, items};
use crate::render::env::grid::percent;
use crate::report::env::{BookingView, Moment};
use crate::report::site::pages::EnvironmentPage;

/// Rows of one table.
const MOST: usize = 150;

/// A moment on the wall clock of the environment; at midnight the day alone.
pub fn at(moment: Moment) -> String {
    if moment.local.time() == NaiveTime::MIN {
        return day(moment.local.date());
    }
    let local = moment.local;
    format!("<time datetime=\"{}\">{}</time>", local.format("%Y-%m-%dT%H:%M"), local.format("%-d %b %Y %H:%M"))
}

/// The end of a stretch: the last day inside where it ends at midnight.
fn until(moment: Moment) -> String {
    match moment.local.date().pred_opt() {
        Some(before) if moment.local.time() == NaiveTime::MIN => day(before),
        _ => at(moment),
    }
}

/// A booking, linked to its release.
pub fn booked(page: &Page<'_>, booking: &BookingView) -> String {
    match &booking.release {
        Some(release) => {
            let id = booking.phase.as_ref().map(|phase| format!("{release}/{phase}"));
            let (kind, id) = id.as_deref().map_or(("release", release.as_str()), |id| ("phase", id));
            page.link(kind, id, &booking.name)
        }
        None => text(&booking.name),
    }
}

/// The page.
pub fn render(frame: &Frame, view: &EnvironmentPage) -> String {
    let page = frame.below(Tab::Environments, view.show.source.as_ref());
    let environment = &view.now.environment;
    let title = environment.name.as_deref().filter(|name| !name.trim().is_empty()).unwrap_or(&environment.id);
    let mut main = String::new();
    let _ = write!(
        main,
        "<div class=\"head\"><p class=\"quiet\">Environment · {} · {}</p>\n<h1>{}</h1>\n<p class=\"quiet\"><code>{}</code> {}</p></div>\n<dl class=\"tiles\">\n",
        text(&environment.stage),
        text(environment.provisioning),
        text(title),
        text(&environment.id),
        place(environment.source.as_ref())
    );
    let mut fact = |name: &str, value: &str| {
        let _ = writeln!(main, "<div><dt>{name}</dt><dd>{value}</dd></div>");
    };
    fact("Used now", &format!("{} of {}", environment.units, environment.capacity));
    fact(
        "Free from",
        &environment.free_from.map_or_else(
            || "never".to_owned(),
            |free| if free.instant <= view.now.now.instant { "now".to_owned() } else { at(free) },
        ),
    );
    let conflicts = if environment.conflicts == 0 {
        "none".to_owned()
    } else {
        toned(&environment.conflicts.to_string(), Tone::Bad)
    };
    fact("Conflicts ahead", &conflicts);
    fact("Used over these weeks", &percent(view.usage.total.utilisation));
    fact("Time zone", &text(environment.time_zone));
    main.push_str("</dl>\n");
    items::description(&mut main, &view.show.facts);
    main.push_str("<section class=\"panel\" aria-labelledby=\"heat\"><h2 id=\"heat\">How full it is</h2>\n");
    heat::year(&mut main, &view.year);
    main.push_str("</section>\n");
    conflicts_table(&mut main, &page, view);
    bookings(&mut main, &page, view);
    closures(&mut main, &page, view);
    windows(&mut main, view);
    installed(&mut main, &page, view);
    items::sections(&mut main, &page, &view.show, &["maintenance", "windows", "outages", "past_bookings"]);
    usage(&mut main, view);
    items::facts(&mut main, &page, &view.show.facts, &["stage", "provisioning", "time zone"]);
    findings::of_one(&mut main, &page, &view.show.findings);
    page.render(title, &main)
}

fn open(out: &mut String, id: &str, title: &str, columns: &[&str]) {
    let _ = write!(
        out,
        "<section class=\"panel\" aria-labelledby=\"{id}\"><h2 id=\"{id}\">{title}</h2>\n<div class=\"wide\" role=\"region\" aria-labelledby=\"{id}\" tabindex=\"0\"><table>\n<caption class=\"sr\">{title}</caption>\n<thead><tr>"
    );
    for column in columns {
        let _ = write!(out, "<th scope=\"col\">{column}</th>");
    }
    out.push_str("</tr></thead>\n<tbody>\n");
}

fn close(out: &mut String, more: usize) {
    out.push_str("</tbody>\n</table></div>\n");
    if more > 0 {
        let _ = writeln!(out, "<p class=\"quiet\">And {more} more.</p>");
    }
    out.push_str("</section>\n");
}

fn conflicts_table(out: &mut String, page: &Page<'_>, view: &EnvironmentPage) {
    let conflicts = &view.now.conflicts;
    if conflicts.is_empty() {
        return;
    }
    open(out, "conflicts", "Conflicts", &["From", "Until", "What", "Between"]);
    for conflict in conflicts.iter().take(MOST) {
        let words = if conflict.rule == "over-capacity" {
            format!("{} wanted, {} there", conflict.demand, conflict.capacity)
        } else {
            "one wants to be alone".to_owned()
        };
        let tone = if conflict.tentative { toned("with drafts", Tone::Warn) } else { toned("conflict", Tone::Bad) };
        let between: Vec<String> = conflict
            .bookings
            .iter()
            .take(8)
            .map(|it| format!("{}{}", booked(page, &it.booking), if it.yields { " (yields)" } else { "" }))
            .collect();
        let _ = writeln!(
            out,
            "<tr><td class=\"when\">{}</td><td class=\"when\">{}</td><th scope=\"row\">{tone} {words}</th><td>{}</td></tr>",
            at(conflict.from),
            until(conflict.to),
            between.join(", ")
        );
    }
    close(out, conflicts.len().saturating_sub(MOST));
}

fn bookings(out: &mut String, page: &Page<'_>, view: &EnvironmentPage) {
    let booked_now = &view.now.booked;
    if booked_now.is_empty() {
        return;
    }
    open(out, "booked", "Booked", &["Booking", "From", "Until", "Units", "Use", "Written at"]);
    for booking in booked_now.iter().take(MOST) {
        let alone = if booking.exclusive { " alone" } else { "" };
        let draft = if booking.tentative { format!(" {}", pill("draft")) } else { String::new() };
        let purpose = booking
            .purpose
            .as_deref()
            .map_or_else(String::new, |it| format!(" <span class=\"quiet\">{}</span>", text(it)));
        let _ = writeln!(
            out,
            "<tr><th scope=\"row\">{}{draft}{purpose}</th><td class=\"when\">{}</td><td class=\"when\">{}</td><td>{}{alone}</td><td>{}</td><td>{}</td></tr>",
            booked(page, booking),
            at(booking.from),
            until(booking.to),
            booking.units,
            booking.r#use,
            page.place(booking.source.as_ref())
        );
    }
    close(out, booked_now.len().saturating_sub(MOST));
}

fn closures(out: &mut String, page: &Page<'_>, view: &EnvironmentPage) {
    let closures = &view.now.closures;
    if closures.is_empty() {
        return;
    }
    open(out, "closed", "Closed in the next seven weeks", &["What", "From", "Until", "Why", "Written at"]);
    for it in closures.iter().take(MOST) {
        let kind = if it.partial { "freeze of some projects" } else { it.kind };
        let name: Vec<String> = it.id.iter().chain(&it.name).map(|word| text(word)).collect();
        let _ = writeln!(
            out,
            "<tr><th scope=\"row\">{kind}</th><td class=\"when\">{}</td><td class=\"when\">{}</td><td>{}</td><td>{}</td></tr>",
            at(it.from),
            until(it.to),
            name.join(" · "),
            page.place(it.source.as_ref())
        );
    }
    close(out, closures.len().saturating_sub(MOST));
}

fn windows(out: &mut String, view: &EnvironmentPage) {
    let Some(windows) = &view.now.windows else { return };
    open(out, "allowed", "When deployments are allowed", &["Window", "From", "Until"]);
    for window in windows.iter().take(MOST) {
        let _ = writeln!(
            out,
            "<tr><th scope=\"row\">{}</th><td class=\"when\">{}</td><td class=\"when\">{}</td></tr>",
            text(window.name.as_deref().unwrap_or("window")),
            at(window.time.from),
            until(window.time.to)
        );
    }
    close(out, windows.len().saturating_sub(MOST));
}

fn installed(out: &mut String, page: &Page<'_>, view: &EnvironmentPage) {
    let installed = &view.now.state.installed;
    if installed.is_empty() {
        return;
    }
    open(out, "installed", "Installed", &["Project", "Version", "Since", "With release", "Written at"]);
    for it in installed {
        let drift = view.now.drift.iter().find(|drift| drift.project == it.project);
        let drift = drift.map_or_else(String::new, |drift| {
            format!(" {}", toned(&format!("{} expected", drift.expected), Tone::Warn))
        });
        let _ = writeln!(
            out,
            "<tr><th scope=\"row\">{}</th><td>{}{drift}</td><td class=\"when\">{}</td><td>{}</td><td>{}</td></tr>",
            page.link("project", &it.project, &it.project),
            text(&it.version),
            at(it.since),
            it.release.as_deref().map_or_else(String::new, |id| page.link("release", id, id)),
            page.place(it.source.as_ref())
        );
    }
    close(out, 0);
}

fn usage(out: &mut String, view: &EnvironmentPage) {
    let rows = &view.usage.rows;
    if rows.is_empty() {
        return;
    }
    open(out, "usage", "Use by month", &["Month", "Used", "Wanted above capacity", "Hours booked", "Cost"]);
    for row in rows {
        let hours = row.booked_hours.map_or_else(String::new, |hours| format!("{hours:.0}"));
        let currency = view.usage.currency.as_deref().unwrap_or_default();
        let cost = row.cost.map_or_else(|| "n/a".to_owned(), |cost| format!("{cost:.0} {}", text(currency)));
        let _ = writeln!(
            out,
            "<tr><th scope=\"row\">{}</th><td>{}</td><td>{}</td><td>{hours}</td><td>{cost}</td></tr>",
            text(row.id.as_deref().unwrap_or_default()),
            percent(row.utilisation),
            percent(row.contention)
        );
    }
    close(out, 0);
}
