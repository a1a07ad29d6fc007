//! How plans moved, as a picture: a panel for each release, time to the right, later plans higher.

use std::fmt::Write;

use chrono::{DateTime, NaiveDate};

use super::{caveats, shift, short, what};
use crate::diagnostic::wording::plural;
use crate::render::text::{html_escape, sanitize, truncate_to_width};
use crate::report::history::{History, Line, ReleaseView};

const WIDTH: f64 = 960.0;
const MARGIN: f64 = 24.0;
/// Above the panels, for the name and the legend.
const HEAD: f64 = 60.0;
/// Beside the drawing, for the dates.
const LABEL: f64 = 84.0;
/// A panel: the line of its name, the drawing, and what is left free below.
const PANEL: (f64, f64, f64) = (26.0, 84.0, 24.0);
/// Below the panels, for the times.
const FOOT: f64 = 40.0;
/// Panels that are drawn; the rest is counted.
const MAX_PANELS: usize = 60;
/// Columns of text above a panel.
const NAME: usize = 100;
/// A line of what is to be known first, and its columns of text.
const CAVEAT: f64 = 16.0;
const LINE: usize = 160;

/// Light by default, dark where the reader's system is.
const STYLE: &str = "\
    svg { color: #1f2328; background: #ffffff; font: 12px system-ui, sans-serif; }\n\
    text { fill: currentColor; }\n\
    .name { font-size: 16px; font-weight: 600; }\n\
    .release { font-weight: 600; }\n\
    .label { font-size: 10.5px; opacity: .75; }\n\
    .grid { stroke: #d0d7de; stroke-width: 1; }\n\
    .plan { fill: none; stroke: #0969da; stroke-width: 2; }\n\
    .later { fill: #cf222e; } .earlier { fill: #1a7f37; } .first { fill: #0969da; }\n\
    .actual { fill: none; stroke: #8250df; stroke-width: 2; }\n\
    .due { stroke: #9a6700; stroke-width: 1; stroke-dasharray: 4 4; }\n\
    @media (prefers-color-scheme: dark) {\n\
      svg { color: #e6edf3; background: #0d1117; }\n\
      .grid { stroke: #30363d; } .plan { stroke: #58a6ff; } .first { fill: #58a6ff; }\n\
      .later { fill: #ff7b72; } .earlier { fill: #3fb950; } .actual { stroke: #d2a8ff; } .due { stroke: #d29922; }\n\
    }\n";

/// A self-contained SVG.
pub fn render(view: &History) -> String {
    let drawn: Vec<(&ReleaseView, &Line)> =
        view.releases.iter().filter_map(|release| Some((release, release.line.as_ref()?))).collect();
    let shown = &drawn[..drawn.len().min(MAX_PANELS)];
    let name = view.portfolio.as_deref().map_or_else(|| "Portfolio".to_owned(), |name| sanitize(name).into_owned());
    let name = format!("{name}: how plans moved");
    let times = Times::of(shown, view.header.today);
    let panel = PANEL.0 + PANEL.1 + PANEL.2;
    let caveats = caveats(view);
    let head = HEAD + CAVEAT * caveats.len() as f64;
    let height = 2.0 * MARGIN + head + panel * shown.len() as f64 + FOOT;
    let mut out = String::new();
    let _ = writeln!(
        out,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" role=\"img\" aria-labelledby=\"title desc\" width=\"{WIDTH}\" height=\"{height:.0}\" viewBox=\"0 0 {WIDTH} {height:.0}\">"
    );
    let _ = writeln!(out, "  <title id=\"title\">{}</title>", html_escape(&name));
    let _ = writeln!(out, "  <desc id=\"desc\">{}</desc>", html_escape(&description(shown, &caveats)));
    let _ = writeln!(out, "  <style>\n{STYLE}  </style>");
    let _ =
        writeln!(out, "  <text class=\"name\" x=\"{MARGIN}\" y=\"{}\">{}</text>", MARGIN + 12.0, html_escape(&name));
    legend(&mut out);
    for (nth, caveat) in caveats.iter().enumerate() {
        let text = truncate_to_width(&sanitize(caveat), LINE).into_owned();
        let y = MARGIN + HEAD + CAVEAT * nth as f64 - 4.0;
        let _ = writeln!(out, "  <text class=\"label\" x=\"{MARGIN}\" y=\"{y:.0}\">{}</text>", html_escape(&text));
    }
    for (nth, (release, line)) in shown.iter().enumerate() {
        draw_panel(&mut out, release, line, &times, MARGIN + head + panel * nth as f64);
    }
    foot(&mut out, &times, height - MARGIN - FOOT + 14.0, drawn.len() - shown.len(), shown.is_empty());
    out.push_str("</svg>\n");
    out
}

fn description(shown: &[(&ReleaseView, &Line)], caveats: &[String]) -> String {
    let one = |(release, line): &(&ReleaseView, &Line)| {
        let ends = line.points.first().zip(line.points.last());
        let ends = ends.map_or_else(String::new, |(first, last)| {
            format!(" from {} to {}, {}", first.date, last.date, shift((last.date - first.date).num_days()))
        });
        sanitize(&format!("{} {}{ends}", release.id, what(&line.subject, line.field))).into_owned()
    };
    let mut text = if shown.is_empty() {
        "No planned date moved.".to_owned()
    } else {
        shown.iter().map(one).collect::<Vec<_>>().join(". ") + "."
    };
    for caveat in caveats {
        text.extend([" ", &sanitize(caveat)]);
    }
    text
}

/// The time that all panels share, in seconds.
struct Times {
    from: i64,
    to: i64,
    today: NaiveDate,
}

impl Times {
    fn of(shown: &[(&ReleaseView, &Line)], today: NaiveDate) -> Self {
        let points = shown.iter().flat_map(|(_, line)| &line.points);
        let known = points.filter_map(|point| instant(point.at.as_deref()?));
        let to = known.clone().max().unwrap_or_default().max(noon(today));
        let from = known.min().unwrap_or_else(|| noon(today)).min(to - 86_400);
        Self { from, to, today }
    }

    fn x(&self, time: i64) -> f64 {
        let share = (time - self.from) as f64 / (self.to - self.from).max(1) as f64;
        MARGIN + LABEL + share.clamp(0.0, 1.0) * (WIDTH - 2.0 * MARGIN - LABEL)
    }
}

fn instant(text: &str) -> Option<i64> {
    DateTime::parse_from_rfc3339(text).ok().map(|at| at.timestamp())
}

fn noon(day: NaiveDate) -> i64 {
    day.and_time(chrono::NaiveTime::MIN).and_utc().timestamp() + 43_200
}

fn legend(out: &mut String) {
    let y = MARGIN + 36.0;
    let mut x = MARGIN;
    for (class, text) in [("first", "first plan"), ("later", "moved later"), ("earlier", "moved earlier")] {
        let _ = writeln!(
            out,
            "  <circle class=\"{class}\" cx=\"{:.0}\" cy=\"{:.0}\" r=\"4\"/><text class=\"label\" x=\"{:.0}\" y=\"{y:.0}\">{text}</text>",
            x + 4.0,
            y - 4.0,
            x + 13.0
        );
        x += 30.0 + 6.5 * text.len() as f64;
    }
    let _ = writeln!(
        out,
        "  <circle class=\"actual\" cx=\"{:.0}\" cy=\"{:.0}\" r=\"4\"/><text class=\"label\" x=\"{:.0}\" y=\"{y:.0}\">happened</text>",
        x + 4.0,
        y - 4.0,
        x + 13.0
    );
    x += 85.0;
    let _ = writeln!(
        out,
        "  <line class=\"due\" x1=\"{x:.0}\" y1=\"{:.0}\" x2=\"{:.0}\" y2=\"{:.0}\"/><text class=\"label\" x=\"{:.0}\" y=\"{y:.0}\">the day the plan falls due</text>",
        y - 4.0,
        x + 18.0,
        y - 4.0,
        x + 23.0
    );
}

fn draw_panel(out: &mut String, release: &ReleaseView, line: &Line, times: &Times, top: f64) {
    let dates = line.points.iter().map(|point| point.date).chain(line.actual);
    let (Some(low), Some(high)) = (dates.clone().min(), dates.max()) else { return };
    let base = top + PANEL.0 + PANEL.1;
    let spread = (high - low).num_days().max(1) as f64;
    let y = |date: NaiveDate| base - 8.0 - (date - low).num_days() as f64 / spread * (PANEL.1 - 20.0);
    let slips = format!(
        "{} · {}, {} in all",
        what(&line.subject, line.field),
        plural(release.moves, "move"),
        plural(release.moved_days, "day")
    );
    let (id, text) = (sanitize(&release.id), sanitize(&slips));
    let full = format!("{id}  {text}");
    let _ = writeln!(
        out,
        "  <g><text class=\"release\" x=\"{MARGIN}\" y=\"{:.1}\">{}</text>",
        top + 14.0,
        html_escape(&truncate_to_width(&full, NAME))
    );
    let right = WIDTH - MARGIN;
    let _ = writeln!(
        out,
        "  <line class=\"grid\" x1=\"{:.1}\" y1=\"{base:.1}\" x2=\"{right:.1}\" y2=\"{base:.1}\"/>",
        MARGIN + LABEL
    );
    let mut labels: Vec<NaiveDate> = line.points.iter().map(|point| point.date).collect();
    labels.sort_unstable();
    labels.dedup();
    // The first and the last are named, and between them what has room.
    let mut free = f64::MAX;
    for (nth, date) in labels.iter().enumerate() {
        let at = y(*date);
        let is_end = nth + 1 == labels.len();
        if free - at >= 12.0 && (is_end || at - y(labels[labels.len() - 1]) >= 12.0) {
            let _ = writeln!(out, "  <text class=\"label\" x=\"{MARGIN}\" y=\"{:.1}\">{date}</text>", at + 4.0);
            free = at;
        }
    }
    due(out, times, (low, high), &y);
    steps(out, line, times, &y);
    out.push_str("  </g>\n");
}

/// Where a plan is for the day it is looked at.
fn due(out: &mut String, times: &Times, (low, high): (NaiveDate, NaiveDate), y: &dyn Fn(NaiveDate) -> f64) {
    let day = |time: i64| DateTime::from_timestamp(time, 0).map(|at| at.date_naive());
    let (Some(from), Some(to)) = (day(times.from), day(times.to)) else { return };
    let (start, end) = (from.max(low), to.min(high));
    if start < end {
        let _ = writeln!(
            out,
            "  <line class=\"due\" x1=\"{:.1}\" y1=\"{:.1}\" x2=\"{:.1}\" y2=\"{:.1}\"/>",
            times.x(noon(start)),
            y(start),
            times.x(noon(end)),
            y(end)
        );
    }
}

fn steps(out: &mut String, line: &Line, times: &Times, y: &dyn Fn(NaiveDate) -> f64) {
    let mut latest = times.from;
    let mut path = String::new();
    let mut dots = String::new();
    let mut before: Option<NaiveDate> = None;
    for point in &line.points {
        let at = point.at.as_deref().and_then(instant);
        let edge = if before.is_none() { times.from } else { noon(times.today) };
        // Time never runs backwards in the drawing, whatever clocks say.
        latest = latest.max(at.unwrap_or(edge));
        let (x, height) = (times.x(latest), y(point.date));
        let _ = match before {
            None => write!(path, "M{x:.1} {height:.1}"),
            Some(_) => write!(path, " H{x:.1} V{height:.1}"),
        };
        let (class, words) = match before.map(|before| (point.date - before).num_days()) {
            None => ("first", "first plan".to_owned()),
            Some(days) => (if days > 0 { "later" } else { "earlier" }, shift(days)),
        };
        let commit = match (&point.commit, before) {
            (Some(commit), _) => format!(" in {}", short(commit)),
            (None, Some(_)) => ", not committed".to_owned(),
            (None, None) => String::new(),
        };
        let when = point.at.as_deref().map_or_else(String::new, |at| format!(" on {}", at.get(..10).unwrap_or(at)));
        let _ = writeln!(
            dots,
            "  <circle class=\"{class}\" cx=\"{x:.1}\" cy=\"{height:.1}\" r=\"4\"><title>{}</title></circle>",
            html_escape(&format!("{}: {words}{when}{commit}", point.date))
        );
        before = Some(point.date);
    }
    let end = line.actual.map_or(times.to, noon).clamp(latest, times.to);
    let _ = write!(path, " H{:.1}", times.x(end));
    let _ = writeln!(out, "  <path class=\"plan\" d=\"{path}\"/>");
    out.push_str(&dots);
    if let Some(actual) = line.actual {
        let _ = writeln!(
            out,
            "  <circle class=\"actual\" cx=\"{:.1}\" cy=\"{:.1}\" r=\"5\"><title>happened {actual}</title></circle>",
            times.x(noon(actual)),
            y(actual)
        );
    }
}

fn foot(out: &mut String, times: &Times, y: f64, more: usize, nothing: bool) {
    let day =
        |time: i64| DateTime::from_timestamp(time, 0).map_or_else(String::new, |at| at.format("%Y-%m-%d").to_string());
    if nothing {
        let _ = writeln!(out, "  <text x=\"{MARGIN}\" y=\"{y:.1}\">No planned date moved.</text>");
        return;
    }
    let left = MARGIN + LABEL;
    let _ = writeln!(out, "  <text class=\"label\" x=\"{left:.1}\" y=\"{y:.1}\">{}</text>", day(times.from));
    let _ = writeln!(
        out,
        "  <text class=\"label\" text-anchor=\"end\" x=\"{:.1}\" y=\"{y:.1}\">{}</text>",
        WIDTH - MARGIN,
        day(times.to)
    );
    if more > 0 {
        let text = plural(more, "more release");
        let _ =
            writeln!(out, "  <text x=\"{MARGIN}\" y=\"{:.1}\">{text} moved and have no room here.</text>", y + 18.0);
    }
}
