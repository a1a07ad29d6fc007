//! Values, targets and trends in a few characters.

use crate::render::sheet::Tone;
use crate::report::metrics::MetricView;

/// Blocks from low to high.
const BLOCKS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];

/// A value with its unit: `5.6 d`, `34 min`, `12%`, `n/a`.
pub fn value(unit: &str, value: Option<f64>) -> String {
    let Some(value) = value else { return "n/a".to_owned() };
    match unit {
        "h" => hours(value),
        "d" => format!("{} d", number(value)),
        "m" => format!("{} min", number(value)),
        "1/week" => format!("{}/week", number(value)),
        "ratio" => percent(value),
        "score" => format!("{} of 5", number(value)),
        _ => number(value),
    }
}

fn hours(hours: f64) -> String {
    let size = hours.abs();
    if size >= 48.0 {
        format!("{} d", number(hours / 24.0))
    } else if size >= 1.0 || size == 0.0 {
        format!("{} h", number(hours))
    } else {
        format!("{} min", number(hours * 60.0))
    }
}

/// At most one decimal, two where the value is small.
fn number(value: f64) -> String {
    let text = if value != 0.0 && value.abs() < 1.0 { format!("{value:.2}") } else { format!("{value:.1}") };
    let text = text.trim_end_matches('0').trim_end_matches('.');
    if text == "-0" { "0".to_owned() } else { text.to_owned() }
}

/// With a decimal, so that what misses a bound does not look like the bound. Something is not nothing, and not quite all is not
/// all.
fn percent(ratio: f64) -> String {
    let percent = ratio * 100.0;
    if percent > 0.0 && percent < 0.05 {
        "<0.1%".to_owned()
    } else if percent > 99.95 && percent < 100.0 {
        ">99.9%".to_owned()
    } else {
        let text = format!("{percent:.1}");
        let text = text.strip_suffix(".0").unwrap_or(&text);
        format!("{}%", if text == "-0" { "0" } else { text })
    }
}

/// The change of a value since what it is compared with, with its sign.
pub fn difference(metric: &MetricView) -> String {
    let Some(change) = metric.change else { return String::new() };
    if change == 0.0 {
        return "=".to_owned();
    }
    let sign = if change > 0.0 { "+" } else { "−" };
    let size = change.abs();
    if metric.unit == "ratio" {
        return format!("{sign}{} pp", number(size * 100.0));
    }
    // In the unit that the value itself is told in.
    let is_long = metric.unit == "h" && [metric.value, metric.before].iter().flatten().any(|hours| hours.abs() >= 48.0);
    let (unit, size) = if is_long { ("d", size / 24.0) } else { (metric.unit, size) };
    format!("{sign}{}", value(unit, Some(size)))
}

/// The target with a mark: `≤ 10 d ✓`.
pub fn target(metric: &MetricView, unicode: bool) -> String {
    let Some(written) = &metric.target else { return String::new() };
    let mark = match (metric.verdict, unicode) {
        (Some("met"), true) => " ✓",
        (Some("met"), false) => " ok",
        (Some("missed"), true) => " ✗",
        (Some("missed"), false) => " missed",
        (Some("misfit"), _) => " ?",
        _ => "",
    };
    format!("{}{mark}", aim(written, metric.unit, unicode))
}

/// A target as values of the unit are told: `≤ 10 d` for `<= 240h`. One that does not fit the unit stands as it is written.
pub fn aim(written: &str, unit: &str, unicode: bool) -> String {
    let shown = bound(written, unit).map(|(sign, size)| format!("{sign} {}", value(unit, Some(size))));
    let shown = shown.unwrap_or_else(|| written.to_owned());
    if unicode { shown.replace("<=", "≤").replace(">=", "≥") } else { shown }
}

/// The sign of a target, and its size in the unit of the value.
pub fn bound<'t>(written: &'t str, unit: &str) -> Option<(&'t str, f64)> {
    let (sign, size) = written.split_once(' ')?;
    let time =
        size.strip_suffix('h').map(|size| (size, 1.0)).or_else(|| size.strip_suffix('m').map(|size| (size, 60.0)));
    let (size, per_hour) = time.unwrap_or((size, 0.0));
    let size: f64 = size.parse().ok()?;
    let size = match (time.is_some(), unit) {
        (false, _) => size,
        (true, "h") => size / per_hour,
        (true, "d") => size / per_hour / 24.0,
        (true, "m") => size / per_hour * 60.0,
        _ => return None,
    };
    Some((sign, size))
}

/// The better bands are green, the worst yellow.
pub const fn band_tone(rank: Option<usize>) -> Tone {
    match rank {
        Some(1 | 2) => Tone::Good,
        Some(4..) => Tone::Warn,
        _ => Tone::Plain,
    }
}

/// A line of values, one column each, from the lower of 0 and the least to the largest; a dot where there is none.
pub fn spark(values: &[Option<f64>], unicode: bool) -> String {
    let known = values.iter().flatten().copied();
    let low = known.clone().fold(0.0, f64::min);
    let high = known.clone().fold(low, f64::max);
    if known.count() == 0 {
        return String::new();
    }
    let level = |value: f64| {
        let share = if high > low { (value - low) / (high - low) } else { 0.0 };
        ((share * 7.0).round() as usize).min(7)
    };
    let column = |value: &Option<f64>| match value {
        None if unicode => '·',
        None => '.',
        Some(value) if unicode => BLOCKS[level(*value)],
        Some(value) => char::from_digit(level(*value) as u32 + 1, 10).unwrap_or('?'),
    };
    values.iter().map(column).collect()
}

/// The name of a metric for the head of a column.
pub fn short(metric: &MetricView) -> &'static str {
    match metric.id {
        "change_lead_time" => "lead time",
        "deployment_frequency" => "frequency",
        "failed_deployment_recovery_time" => "recovery",
        "change_fail_rate" => "fail rate",
        "deployment_rework_rate" => "rework",
        "environment_utilisation" => "used",
        "environment_idle" => "idle",
        "environment_longest_idle" => "longest idle",
        "environment_contention" => "over",
        "booking_lead_time" => "booked ahead",
        _ => metric.name,
    }
}
