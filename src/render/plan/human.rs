//! The plan in a terminal: a table and a small chart for each release, the order of releases, and what is wrong.

use crate::diagnostic::wording::plural;
use std::collections::HashMap;
use std::fmt::Write;

use chrono::NaiveDate;
use comfy_table::{Cell, CellAlignment, Color, ColumnConstraint, ContentArrangement, Table, Width, presets};

use super::bars::{self, Chart};
use super::{environments, gate_facts, in_hand, open, outlook, phase_state, short, verdict};
use crate::diagnostic::Severity;
use crate::render::Style;
use crate::render::findings::human as findings;
use crate::render::paint::Paint;
use crate::render::text::{display_width, sanitize, wrap_hanging};
use crate::report::plan::{GateView, PhaseView, Plan, ReleaseView};

/// Narrower terminals get lines of this many columns.
const MIN_WIDTH: usize = 60;

/// The whole plan.
pub fn render(plan: &Plan, style: &Style) -> String {
    let style = Style { width: style.width.max(MIN_WIDTH), ..*style };
    let mut out = String::new();
    let paint = Paint(style);
    let _ = writeln!(out, "{}\n", paint.dim(&head(plan)));
    for release in &plan.releases {
        one(&mut out, release, plan.header.today, paint);
    }
    if plan.releases.is_empty() {
        let _ = writeln!(out, "No releases to show.\n");
    }
    order(&mut out, plan, paint);
    out.push_str(&findings::findings(&plan.findings, &style));
    let _ = writeln!(out, "{}", summary(plan, paint));
    out
}

fn head(plan: &Plan) -> String {
    let name = plan.portfolio.as_deref().map_or_else(String::new, |name| format!("{} — ", sanitize(name)));
    let short = |commit: &str| commit.get(..10).unwrap_or(commit).to_owned();
    let commit =
        plan.header.revision.commit.as_deref().map_or_else(String::new, |commit| format!(" · {}", short(commit)));
    let base = plan.base.as_deref().map_or_else(String::new, |base| format!(" · against {}", short(base)));
    format!("{name}plan as of {}{commit}{base}", plan.header.today.format("%a %Y-%m-%d"))
}

fn one(out: &mut String, release: &ReleaseView, today: NaiveDate, paint: Paint) {
    let mut facts = vec![release.r#type.clone(), release.status.to_owned()];
    facts.extend(release.part_of.iter().map(|parent| format!("part of {parent}")));
    let name = release.name.as_deref().map_or_else(String::new, |name| format!("  {}", sanitize(name)));
    let (id, facts) = (sanitize(&release.id), facts.join(" · "));
    let facts = sanitize(&facts);
    let gap = paint.gap(&[&id, &name, &facts], "\n  ");
    let name = hanging(&name, display_width(&id), paint.0.width);
    let _ = writeln!(out, "{}{name}{gap}{}", paint.bold(&id), paint.dim(&facts));
    standing(out, release, paint);
    if let Some(text) = release.outlook.as_ref().map(outlook) {
        let text = wrap_hanging(&sanitize(&text), paint.0.width - 2, paint.0.width - 4);
        let _ = writeln!(out, "  {}", text.replace('\n', "\n    "));
    }
    if !release.projects.is_empty() {
        let shipped = release.projects.iter().map(|project| match &project.version {
            Some(version) => format!("{} {version}", project.id),
            None => project.id.clone(),
        });
        list(out, "ships", &shipped.collect::<Vec<_>>(), paint);
    }
    if !release.parts.is_empty() {
        list(out, "parts", &release.parts, paint);
    }
    phases(out, release, today, paint);
    let more = !release.milestones.is_empty() || !release.gates.is_empty();
    if !release.phases.is_empty() && more {
        out.push('\n');
    }
    milestones(out, release, paint);
    for gate in &release.gates {
        let _ = writeln!(out, "  {}", gate_line(gate, paint));
    }
    out.push('\n');
}

/// A name behind an id of so many columns; what does not fit goes below it, set in.
pub(in crate::render) fn hanging(name: &str, id: usize, width: usize) -> String {
    if id + display_width(name) <= width {
        return name.to_owned();
    }
    let room = width.saturating_sub(id + 2).max(1);
    format!("  {}", wrap_hanging(name.trim_start(), room, width - 4).replace('\n', "\n    "))
}

fn list(out: &mut String, what: &str, items: &[String], paint: Paint) {
    let text = format!("{what} {}", items.join(", "));
    let wrapped = wrap_hanging(&sanitize(&text), paint.0.width - 2, paint.0.width - 8);
    let _ = writeln!(out, "  {}", wrapped.replace('\n', "\n        "));
}

/// The target, the forecast against it, and what is in hand; a line breaks before a fact that does not fit.
pub(in crate::render) fn standing(out: &mut String, release: &ReleaseView, paint: Paint) {
    let plain = |text: String| (text.clone(), text);
    let mut facts: Vec<(String, String)> = Vec::new();
    facts.extend(release.target.map(|target| plain(format!("target {}", target.format("%a %Y-%m-%d")))));
    facts.extend(verdict(release).map(|text| (text.clone(), paint.lateness(&text, release))));
    let short = release.spare_days.is_some_and(|days| days < 0);
    facts.extend(in_hand(release).map(|text| if short { (text.clone(), paint.red(&text)) } else { plain(text) }));
    facts.extend(release.slip_days.filter(|&slip| slip != 0).map(|slip| plain(format!("{slip:+}d against the base"))));
    let mut used = 0;
    for (text, painted) in facts {
        let width = display_width(&text);
        let (gap, at) = match used {
            0 => ("  ", 2),
            _ if used + 3 + width <= paint.0.width => (" · ", used + 3),
            _ => ("\n  ", 2),
        };
        let _ = write!(out, "{gap}{painted}");
        used = at + width;
    }
    if used > 0 {
        out.push('\n');
    }
}

/// The phases of a release: a table and a chart, set off by an empty line; nothing when it has none.
pub(in crate::render) fn phases(out: &mut String, release: &ReleaseView, today: NaiveDate, paint: Paint) {
    if release.phases.is_empty() {
        return;
    }
    let _ = write!(out, "\n{}", indent(&table(release, paint), "  "));
    if let Some(chart) = bars::chart(release, today, &paint.0) {
        draw(out, &chart, paint);
    }
}

fn table(release: &ReleaseView, paint: Paint) -> String {
    let mut table = Table::new();
    table.load_style(presets::NOTHING).set_content_arrangement(ContentArrangement::Dynamic);
    table.set_width((paint.0.width - 2).min(usize::from(u16::MAX)) as u16);
    if paint.0.colour {
        table.enforce_styling();
    } else {
        table.force_no_tty();
    }
    let with_environments = release.phases.iter().any(|phase| !phase.environments.is_empty());
    let mut header = vec!["", "phase", "start", "end", "days", "slack", "forecast"];
    let with_outlook = release.phases.iter().any(|phase| phase.outlook.as_ref().is_some_and(|it| it.p80.is_some()));
    if with_outlook {
        header.extend(["p50", "p80"]);
    }
    if with_environments {
        header.push("environments");
    }
    table.set_header(header.into_iter().map(|name| paint.cell(name, None)));
    for phase in &release.phases {
        table.add_row(row(phase, open(release), (with_outlook, with_environments), paint));
    }
    for column in table.column_iter_mut() {
        column.set_padding((0, 2));
    }
    let fixed = |table: &mut Table, index: usize, width: u16| {
        if let Some(column) = table.column_mut(index) {
            column.set_constraint(ColumnConstraint::LowerBoundary(Width::Fixed(width)));
        }
    };
    fixed(&mut table, 2, 12);
    fixed(&mut table, 3, 12);
    if with_outlook {
        // No day breaks in two.
        for (index, width) in [(6, 10), (7, 7), (8, 7)] {
            fixed(&mut table, index, width);
        }
    }
    for index in [4, 5] {
        if let Some(column) = table.column_mut(index) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    table.trim_fmt() + "\n"
}

fn row(phase: &PhaseView, open: bool, (with_outlook, with_environments): (bool, bool), paint: Paint) -> Vec<Cell> {
    let date = |date: Option<NaiveDate>| date.map_or_else(|| "?".to_owned(), |date| date.to_string());
    let number = |number: Option<i64>| number.map_or_else(String::new, |number| number.to_string());
    let running = open && phase.actual.end.is_none();
    let mark = match (phase.critical && running, paint.0.unicode) {
        (true, true) => "●",
        (true, false) => "*",
        _ => "",
    };
    let colour = (phase.critical && running).then_some(Color::Red);
    let state = phase_state(phase, if paint.0.unicode { "→" } else { "->" });
    let late = phase.forecast.end > phase.planned.end;
    let state_colour = match (phase.actual.end, late) {
        (Some(_), _) => Some(Color::Green),
        (None, true) => Some(Color::Yellow),
        (None, false) => None,
    };
    let mut cells = vec![
        paint.cell(mark, colour),
        paint.cell(&phase.id, None),
        paint.cell(&date(phase.planned.start), None),
        paint.cell(&date(phase.planned.end), None),
        paint.cell(&number(phase.working_days), None),
        paint.cell(&number(phase.slack_days.filter(|_| running)), colour.filter(|_| phase.slack_days < Some(0))),
        paint.cell(&state, state_colour),
    ];
    if with_outlook {
        let outlook = phase.outlook.as_ref();
        let beside = phase.planned.end.unwrap_or_default();
        for end in [outlook.and_then(|it| it.p50), outlook.and_then(|it| it.p80)] {
            cells.push(paint.cell(&end.map_or_else(String::new, |end| short(end, beside)), None));
        }
    }
    if with_environments {
        cells.push(paint.cell(&environments(phase), None));
    }
    cells
}

fn draw(out: &mut String, chart: &Chart, paint: Paint) {
    let _ = writeln!(out, "\n    {:width$} {}", "", paint.dim(chart.header.trim_end()), width = chart.label_width);
    for row in &chart.rows {
        let mut line = String::new();
        // Cells of one kind share one pair of escapes.
        for run in row.cells.chunk_by(|a, b| a == b) {
            let text: String = run.iter().map(|cell| cell.glyph(paint.0.unicode)).collect();
            line.push_str(&match run[0] {
                bars::Cell::Critical => paint.red(&text),
                bars::Cell::Forecast | bars::Cell::Target => paint.yellow(&text),
                bars::Cell::Done => paint.green(&text),
                bars::Cell::Today => paint.dim(&text),
                _ => text,
            });
        }
        let pad = chart.label_width.saturating_sub(display_width(&row.label));
        let _ = writeln!(out, "    {}{} {}", row.label, " ".repeat(pad), line.trim_end());
    }
}

fn milestones(out: &mut String, release: &ReleaseView, paint: Paint) {
    let mark = if paint.0.unicode { '◆' } else { '*' };
    for milestone in &release.milestones {
        let date = milestone.date.map_or_else(|| "no date".to_owned(), |date| date.to_string());
        let state = match (milestone.actual, milestone.forecast) {
            (Some(actual), _) if Some(actual) == milestone.date => paint.green("  reached"),
            (Some(actual), _) => paint.green(&format!("  reached {actual}")),
            (None, Some(forecast)) if Some(forecast) > milestone.date => {
                paint.yellow(&format!("  forecast {forecast}"))
            }
            _ => String::new(),
        };
        let _ = writeln!(out, "  {mark} {}  {date}{state}", sanitize(&milestone.id));
    }
}

fn gate_line(gate: &GateView, paint: Paint) -> String {
    let (mark, ascii) = match gate.state {
        "passed" => ('✔', '+'),
        "rejected" => ('✘', 'x'),
        "overdue" => ('!', '!'),
        _ => ('○', 'o'),
    };
    let mark = if paint.0.unicode { mark } else { ascii };
    let state = format!("{mark} gate {}  {}", sanitize(&gate.id), gate.state);
    let facts = gate_facts(gate);
    let gap = paint.gap(&["  ", &state, &facts], "\n      ");
    let state = match gate.state {
        "passed" => paint.green(&state),
        "rejected" | "overdue" => paint.red(&state),
        _ => state,
    };
    format!("{state}{gap}{}", paint.dim(&facts))
}

fn order(out: &mut String, plan: &Plan, paint: Paint) {
    if plan.order.len() < 2 && plan.order.first().is_none_or(|level| level.len() < 2) {
        return;
    }
    let _ = writeln!(out, "{}", paint.bold("Release order"));
    let by_id: HashMap<&str, &ReleaseView> = plan.releases.iter().map(|release| (&*release.id, release)).collect();
    for (index, level) in plan.order.iter().enumerate() {
        let number = format!("{:>3}. ", index + 1);
        let mut level: Vec<&ReleaseView> = level.iter().filter_map(|id| by_id.get(id.as_str()).copied()).collect();
        level.sort_by_key(|release| (release.target.or(release.planned.end), &release.id));
        let names = level.into_iter().map(|release| match release.target.or(release.planned.end) {
            Some(date) => format!("{} {date}", release.id),
            None => release.id.clone(),
        });
        let text = names.collect::<Vec<_>>().join(", ");
        let text = wrap_hanging(&sanitize(&text), paint.0.width - 5, paint.0.width - 5);
        let _ = writeln!(out, "{number}{}", text.replace('\n', "\n     "));
    }
    out.push('\n');
}

/// The last line: what a manager asks first.
fn summary(plan: &Plan, paint: Paint) -> String {
    let open: Vec<&ReleaseView> = plan.releases.iter().filter(|release| open(release)).collect();
    let late = open.iter().filter(|release| release.lateness_days.is_some_and(|days| days > 0)).count();
    let count = |severity| plan.findings.iter().filter(|finding| finding.severity == severity).count() as i64;
    let mut parts = vec![format!("{} open", plural(open.len(), "release"))];
    if late > 0 {
        parts.push(paint.yellow(&format!("{late} late")));
    }
    for (severity, colour) in [(Severity::Error, "1;31"), (Severity::Warning, "1;33"), (Severity::Info, "1;36")] {
        let found = count(severity);
        if found > 0 {
            parts.push(paint.with(&plural(found, severity.as_str()), colour));
        }
    }
    if plan.findings.is_empty() {
        parts.push(paint.green("nothing wrong"));
    }
    parts.join(" · ")
}

fn indent(text: &str, by: &str) -> String {
    text.lines().fold(String::new(), |mut out, line| {
        let _ = writeln!(out, "{}", format!("{by}{line}").trim_end());
        out
    })
}

impl Paint {
    /// What stands before the last part of a line: two spaces where all fits, else the break.
    fn gap(self, parts: &[&str], line_break: &'static str) -> &'static str {
        let used: usize = parts.iter().map(|part| display_width(part)).sum();
        if used + 2 <= self.0.width { "  " } else { line_break }
    }

    fn lateness(self, text: &str, release: &ReleaseView) -> String {
        match release.lateness_days {
            Some(days) if days > 0 => self.with(text, "1;31"),
            Some(_) => self.green(text),
            None => text.to_owned(),
        }
    }

    fn cell(self, text: &str, colour: Option<Color>) -> Cell {
        let cell = Cell::new(sanitize(text));
        match colour {
            Some(colour) if self.0.colour => cell.fg(colour),
            _ => cell,
        }
    }
}
