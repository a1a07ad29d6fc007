//! Standing all the time, or made on demand.

use std::fmt::Write;

use super::grid::{Cell, Line, at_least, money, number, percent};
use super::{address, grid};
use crate::diagnostic::wording::plural;
use crate::render::Style;
use crate::render::paint::Paint;
use crate::render::text::{display_width, markdown_escape, markdown_sentence, sanitize, wrap, wrap_hanging};
use crate::report::env::advise::{AdviceView, Advise, InputView};

/// Narrower terminals get lines of this many columns.
const MIN_WIDTH: usize = 60;

/// For each environment the verdict, what it rests on, and from where on it would be another.
pub fn human(view: &Advise, style: &Style) -> String {
    let style = Style { width: style.width.max(MIN_WIDTH), ..*style };
    let paint = Paint(style);
    let mut out = String::new();
    let name = view.portfolio.as_deref().map_or_else(String::new, |name| format!("{} — ", sanitize(name)));
    let chosen = view.period.as_deref().map_or_else(String::new, |chosen| format!(", {chosen}"));
    let currency = view.currency.as_deref().map_or_else(String::new, |currency| format!(", in {currency}"));
    let head = format!("{name}shared or on demand? {} – {}{chosen}{}", view.from, view.to, sanitize(&currency));
    let _ = writeln!(out, "{}\n", paint.dim(&wrap(&head, style.width)));
    if view.environments.is_empty() {
        out.push_str("No environments to show.\n");
    }
    for (index, one) in view.environments.iter().enumerate() {
        if index > 0 {
            out.push('\n');
        }
        environment(&mut out, one, paint);
    }
    out
}

fn environment(out: &mut String, one: &AdviceView, paint: Paint) {
    let width = paint.0.width;
    let id = sanitize(&one.environment).into_owned();
    let colour = match one.verdict {
        None => "33",
        Some(verdict) if verdict == one.provisioning || verdict == "even" => "32",
        Some(_) => "36",
    };
    let room = width.saturating_sub(display_width(&id) + 2).max(20);
    let verdict = wrap_hanging(&verdict(one), room, width - 2).replace('\n', "\n  ");
    let _ = writeln!(out, "{}  {}", paint.bold(&id), paint.with(&verdict, colour));
    let mut lines: Vec<Line> = one.inputs.iter().map(input).collect();
    lines.push(Line::Cells(vec![
        Cell::with("  together", "1"),
        Cell::plain(""),
        Cell::plain(""),
        Cell::with(total(one, one.persistent, |input| input.persistent, paint.0.unicode), "1"),
        Cell::plain(""),
        Cell::with(total(one, one.on_demand, |input| input.on_demand, paint.0.unicode), "1"),
    ]));
    out.push_str(&grid::render(&["", "each", "", "standing", "", "on demand"], &lines, &[1, 2, 3, 4, 5], paint));
    for note in notes(one) {
        let text = wrap_hanging(&sanitize(&note), width - 2, width - 4).replace('\n', "\n    ");
        let _ = writeln!(out, "  {text}");
    }
    let text = wrap_hanging(&sanitize(&places(one)), width - 2, width - 4).replace('\n', "\n    ");
    let _ = writeln!(out, "  {}", paint.dim(&text));
}

/// The answer in a sentence.
fn verdict(one: &AdviceView) -> String {
    let now = if one.provisioning == "on-demand" { "made on demand now" } else { "stands all the time now" };
    let saves = one.saves.map_or_else(String::new, |saves| format!(" by {}", money(saves)));
    match one.verdict {
        None => format!(
            "no verdict: {} would decide it ({now})",
            one.missing.iter().map(|key| format!("`{key}`")).collect::<Vec<_>>().join(", ")
        ),
        Some("even") => format!("both cost the same ({now})"),
        Some(verdict) => {
            let what = if verdict == "on-demand" { "on demand is cheaper" } else { "standing all the time is cheaper" };
            format!("{what}{saves} ({now})")
        }
    }
}

fn input(input: &InputView) -> Line {
    let amount = |amount: Option<f64>, times: f64| match amount {
        _ if times <= 0.0 => "–".to_owned(),
        Some(amount) => money(amount),
        None => "?".to_owned(),
    };
    let times = |times: f64| if times > 0.0 { format!("× {}", number(times)) } else { String::new() };
    let each = input.value.map_or_else(|| "?".to_owned(), money);
    Line::Cells(vec![
        Cell::plain(format!("  {}", label(input.input))),
        Cell::with(each, if input.value.is_none() { "33" } else { "" }),
        Cell::with(times(input.persistent_times), "2"),
        Cell::plain(amount(input.persistent, input.persistent_times)),
        Cell::with(times(input.on_demand_times), "2"),
        Cell::plain(amount(input.on_demand, input.on_demand_times)),
    ])
}

/// What an input is, in words.
fn label(input: &str) -> &str {
    match input {
        "cost.per_day" => "a day it runs",
        "cost.per_setup" => "a set-up",
        "rates.delay_day" => "a day of waiting",
        _ => "work to set up",
    }
}

fn total(one: &AdviceView, sum: f64, adds: fn(&InputView) -> Option<f64>, unicode: bool) -> String {
    let known = one.inputs.iter().all(|input| adds(input).is_some());
    if known { money(sum) } else { at_least(sum, unicode) }
}

/// How it is used, and from where on the verdict would be another.
fn notes(one: &AdviceView) -> Vec<String> {
    let rate = |uses: f64| if uses < 10.0 { format!("{uses:.1}") } else { number(uses.round()) };
    let mut used = match one.uses {
        0 if one.running_days <= 0.0 => "not used".to_owned(),
        uses => {
            let uses = plural(i64::from(uses), "use");
            format!("{uses}, {} a month, on {} of the days", rate(one.uses_per_month), percent(Some(one.in_use)))
        }
    };
    if one.waiting_days > 0.0 {
        let days = if number(one.waiting_days) == "1" { "day" } else { "days" };
        let _ = write!(used, ", {} {days} above its capacity", number(one.waiting_days));
    }
    let mut even: Vec<String> = Vec::new();
    even.extend(one.break_even_uses.map(|uses| format!("{} uses a month of the same length", rate(uses))));
    even.extend(
        one.break_even_utilisation.map(|share| format!("{} of the days in as many uses", percent(Some(share)))),
    );
    let mut notes = vec![used];
    if !even.is_empty() {
        notes.push(format!("break-even: {}", even.join(", or ")));
    }
    notes
}

/// Where each input is written, and which are not.
fn places(one: &AdviceView) -> String {
    let mut parts: Vec<String> = Vec::new();
    for input in &one.inputs {
        let counts = input.persistent_times > 0.0 || input.on_demand_times > 0.0;
        let keys: Vec<&str> = input.input.split(" × ").collect();
        let known = keys.iter().filter(|key| !input.missing.contains(key));
        parts.extend(known.zip(&input.sources).map(|(key, source)| format!("{key} {}", address(source))));
        parts.extend(input.missing.iter().filter(|_| counts).map(|key| format!("{key} is not written")));
    }
    if parts.is_empty() { "no input is written".to_owned() } else { parts.join(" · ") }
}

/// A section for each environment.
pub fn markdown(view: &Advise) -> String {
    let mut out = String::new();
    let name = view.portfolio.as_deref().map_or_else(String::new, |name| format!("{}: ", markdown_escape(name)));
    let chosen = view.period.as_deref().map_or_else(String::new, |chosen| format!(", {chosen}"));
    let currency = view.currency.as_deref().map_or_else(String::new, |it| format!(", in {}", markdown_escape(it)));
    let _ = writeln!(out, "# {name}shared or on demand? {} – {}{chosen}{currency}", view.from, view.to);
    for one in &view.environments {
        let _ = writeln!(out, "\n## {}\n\n{}\n", markdown_escape(&one.environment), markdown_sentence(&verdict(one)));
        out.push_str("| | each | standing | on demand | written |\n|---|--:|--:|--:|---|\n");
        for input in &one.inputs {
            let amount = |amount: Option<f64>, times: f64| match amount {
                _ if times <= 0.0 => "–".to_owned(),
                Some(amount) => format!("{} × = {}", number(times), money(amount)),
                None => format!("{} × ?", number(times)),
            };
            let mut places: Vec<String> = input.sources.iter().map(address).collect();
            places.extend(input.missing.iter().map(|key| format!("`{key}` is not")));
            let _ = writeln!(
                out,
                "| {} | {} | {} | {} | {} |",
                label(input.input),
                input.value.map_or_else(|| "?".to_owned(), money),
                amount(input.persistent, input.persistent_times),
                amount(input.on_demand, input.on_demand_times),
                markdown_sentence(&places.join(", ")),
            );
        }
        let _ = writeln!(
            out,
            "| **together** | | {} | {} | |\n",
            total(one, one.persistent, |input| input.persistent, true),
            total(one, one.on_demand, |input| input.on_demand, true)
        );
        for note in notes(one) {
            let _ = writeln!(out, "- {}", markdown_sentence(&note));
        }
    }
    out
}
