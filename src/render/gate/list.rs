//! Where every gate stands, the worst first.

use std::fmt::Write;

use super::{MIN_WIDTH, counts, day, days_left, hanging, of, state};
use crate::diagnostic::wording::plural;
use crate::render::Style;
use crate::render::paint::Paint;
use crate::render::text::{display_width, markdown_escape, markdown_sentence, sanitize, wrap};
use crate::report::gate::list::List;
use crate::report::gate::{GateView, ReadinessView};

/// From this width on what is missing stands beside the gate, else below.
const WIDE: usize = 120;
/// The most columns a name takes where there is room.
const NAME: usize = 44;
/// Lines about what is missing, of one gate.
const MISSING: usize = 2;
/// The columns after the name, and their heads; what is counted is right-aligned.
const HEADS: [&str; 4] = ["state", "met", "approved", "due"];

/// A board for a terminal, the readiness of composite releases, and how many there are.
pub fn human(list: &List, style: &Style) -> String {
    let style = Style { width: style.width.max(MIN_WIDTH), ..*style };
    let paint = Paint(style);
    let mut out = String::new();
    let name = list.portfolio.as_deref().map_or_else(String::new, |name| format!("{} — ", sanitize(name)));
    let head = format!("{name}gates as of {}", list.header.today.format("%a %Y-%m-%d"));
    let _ = writeln!(out, "{}\n", paint.dim(&head));
    if list.gates.is_empty() {
        out.push_str("No gates to show.\n");
        return out;
    }
    board(&mut out, list, paint);
    readiness(&mut out, list, paint);
    let _ = writeln!(out, "\n{}", summary(list, paint));
    out
}

/// The cells of a gate after its name.
fn cells(gate: &GateView, list: &List) -> [String; 4] {
    let share = |some: usize, all: usize| if all == 0 { String::new() } else { format!("{some}/{all}") };
    let due = gate.due.map(|due| day(due, list.header.today));
    let due = due.into_iter().chain(days_left(gate.days_left, gate.state)).collect::<Vec<_>>().join(", ");
    let counts = gate.counts;
    [gate.state.to_owned(), share(counts.met, counts.criteria), share(counts.given, counts.required), due]
}

fn board(out: &mut String, list: &List, paint: Paint) {
    let rows: Vec<_> = list.gates.iter().map(|gate| (name(gate), cells(gate, list), gate)).collect();
    let mut widths = HEADS.map(str::len);
    for (_, cells, _) in &rows {
        for (width, cell) in widths.iter_mut().zip(cells) {
            *width = display_width(cell).max(*width);
        }
    }
    let rest: usize = widths.iter().map(|width| width + 2).sum();
    let longest = rows.iter().map(|(name, ..)| display_width(name)).max().unwrap_or(0);
    let wide = paint.0.width >= WIDE;
    let room = longest.min(if wide { NAME } else { paint.0.width.saturating_sub(rest).max(20) });
    let head = line(&HEADS.map(str::to_owned), widths);
    let missing = if wide { "  missing" } else { "" };
    let _ = writeln!(out, "{}", paint.dim(format!("{:room$}{head}{missing}", "gate").trim_end()));
    for (name, cells, gate) in &rows {
        // A name without room stands on a line of its own, so that it can be copied.
        let own_line = display_width(name) > room;
        let shown = if own_line { format!("{}\n{}", paint.bold(name), " ".repeat(room)) } else { paint.bold(name) };
        let pad = if own_line { 0 } else { room - display_width(name) };
        let cells = line(cells, widths).replacen(gate.state, &state(gate.state, paint), 1);
        let start = format!("{shown}{}{cells}", " ".repeat(pad));
        if gate.missing.is_empty() {
            let _ = writeln!(out, "{}", start.trim_end());
        } else if wide {
            let indent = " ".repeat(room + rest + 2);
            let text = folded(&gate.missing, paint.0.width - indent.len());
            let text = hanging(&indent, &text, paint.0.width, str::to_owned);
            out.push_str(&text.replacen(&indent, &format!("{start}  "), 1));
        } else {
            let text = folded(&gate.missing, paint.0.width - 4);
            let _ = writeln!(out, "{}", start.trim_end());
            out.push_str(&hanging("    ", &text, paint.0.width, |line| paint.dim(line)));
        }
    }
}

/// The columns after the name.
fn line(cells: &[String; 4], widths: [usize; 4]) -> String {
    let [state, met, approved, due] = cells;
    let [a, b, c, d] = widths;
    format!("  {state:a$}  {met:>b$}  {approved:>c$}  {due:d$}")
}

/// `release/gate`, as `relm gate show` takes it.
fn name(gate: &GateView) -> String {
    sanitize(&format!("{}/{}", gate.release, gate.id)).into_owned()
}

/// What is missing, as much of it as a few lines of this many columns hold.
fn folded(missing: &[String], columns: usize) -> String {
    let some = |shown: usize| {
        let more = missing.len() - shown;
        let more = (more > 0).then(|| format!("{more} more"));
        missing[..shown].iter().cloned().chain(more).collect::<Vec<_>>().join(" · ")
    };
    let fits = |text: &String| wrap(&sanitize(text), columns).lines().count() <= MISSING;
    (1..=missing.len()).rev().map(some).find(fits).unwrap_or_else(|| some(1))
}

/// The releases with parts, where there is a gate to speak of.
fn composites(list: &List) -> impl Iterator<Item = &ReadinessView> {
    list.releases.iter().filter(|release| !release.parts.is_empty() && release.gates > 0)
}

fn readiness(out: &mut String, list: &List, paint: Paint) {
    let composites: Vec<_> = composites(list).collect();
    if composites.is_empty() {
        return;
    }
    let _ = writeln!(out, "\n{}", paint.dim("readiness, with all parts"));
    for release in composites {
        let word = if release.ready { paint.green("ready") } else { paint.yellow("not ready") };
        let _ = writeln!(out, "{}  {word}", paint.bold(&sanitize(&release.release)));
        out.push_str(&hanging("    ", &rolled_up(release), paint.0.width, str::to_owned));
        let parts = format!("parts: {}", release.parts.join(", "));
        out.push_str(&hanging("    ", &parts, paint.0.width, |line| paint.dim(line)));
    }
}

/// `2 of 5 gates passed · 7 of 9 criteria · 3 of 6 approvals`.
fn rolled_up(release: &ReadinessView) -> String {
    let gates = format!("{} passed", of(release.passed, release.gates, "gate", "gates"));
    std::iter::once(gates).chain(counts(release.counts)).collect::<Vec<_>>().join(" · ")
}

/// How many there are, by state.
fn summary(list: &List, paint: Paint) -> String {
    let mut parts = vec![plural(list.gates.len(), "gate")];
    for word in ["overdue", "rejected", "stale", "pending", "passed"] {
        let count = list.gates.iter().filter(|gate| gate.state == word).count();
        if count > 0 {
            parts.push(format!("{count} {}", state(word, paint)));
        }
    }
    parts.join(" · ")
}

/// A table in Markdown, and the readiness of composite releases.
pub fn markdown(list: &List) -> String {
    let mut out = String::new();
    let name = list.portfolio.as_deref().map_or_else(String::new, |name| format!("{}: ", markdown_escape(name)));
    let _ = writeln!(out, "# {name}gates as of {}\n", list.header.today);
    if list.gates.is_empty() {
        out.push_str("No gates to show.\n");
        return out;
    }
    out.push_str("| release | gate | state | due | met | approved | missing |\n|---|---|---|---|--:|--:|---|\n");
    for gate in &list.gates {
        let [_, met, approved, due] = cells(gate, list);
        let missing: Vec<String> = gate.missing.iter().map(|text| markdown_sentence(text)).collect();
        let state = if gate.state == "passed" { gate.state.to_owned() } else { format!("**{}**", gate.state) };
        let cells = [markdown_escape(&gate.release), markdown_escape(&gate.id), state, due, met, approved];
        let _ = writeln!(out, "| {} | {} |", cells.join(" | "), missing.join("<br>"));
    }
    for (number, release) in composites(list).enumerate() {
        if number == 0 {
            out.push_str("\n## Readiness, with all parts\n\n");
        }
        let ready = if release.ready { "ready" } else { "not ready" };
        let _ = writeln!(out, "- **{}** · {ready} · {}", markdown_escape(&release.release), rolled_up(release));
    }
    out
}
