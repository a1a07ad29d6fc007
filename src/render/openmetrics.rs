//! The text format of `OpenMetrics` 1.0: what every report of figures writes. What has no value has no sample.

use std::fmt::Write;

/// An exposition that is being written, a family of gauges after another.
#[derive(Debug, Default)]
pub struct Exposition {
    out: String,
    /// What every sample is labelled with as its portfolio.
    portfolio: Option<String>,
}

impl Exposition {
    /// An exposition whose samples say of which portfolio they are, when that has a name.
    pub fn of(portfolio: Option<&str>) -> Self {
        Self { out: String::new(), portfolio: portfolio.map(str::to_owned) }
    }

    /// Begins a family of gauges and answers its full name: `name` with its unit, as views write it, behind it.
    pub fn family(&mut self, name: &str, unit: &str, help: &str) -> String {
        let (suffix, unit) = self::unit(unit);
        let name = format!("{name}{suffix}");
        let _ = writeln!(self.out, "# TYPE {name} gauge");
        if let Some(unit) = unit {
            let _ = writeln!(self.out, "# UNIT {name} {unit}");
        }
        let _ = writeln!(self.out, "# HELP {name} {}", escaped(help));
        name
    }

    /// A sample of the family that was begun last.
    pub fn sample(&mut self, name: &str, labels: &[(&str, &str)], value: f64) {
        let portfolio = self.portfolio.as_deref().map(|portfolio| ("portfolio", portfolio));
        let labels: Vec<(&str, &str)> = portfolio.into_iter().chain(labels.iter().copied()).collect();
        let _ = writeln!(self.out, "{name}{} {value}", shown(&labels));
    }

    /// A sample where there is a value.
    pub fn maybe(&mut self, name: &str, labels: &[(&str, &str)], value: Option<f64>) {
        if let Some(value) = value {
            self.sample(name, labels, value);
        }
    }

    /// The exposition, ended by `# EOF`.
    #[must_use]
    pub fn end(self) -> String {
        self.out + "# EOF\n"
    }
}

/// The end of a metric's name and its unit, which must be the same word. Numbers without a unit have none.
const fn unit(unit: &str) -> (&'static str, Option<&'static str>) {
    match unit.as_bytes() {
        b"h" => ("_hours", Some("hours")),
        b"d" => ("_days", Some("days")),
        b"m" => ("_minutes", Some("minutes")),
        b"1/week" => ("_per_week", Some("per_week")),
        b"ratio" => ("_ratio", Some("ratio")),
        _ => ("", None),
    }
}

fn shown(labels: &[(&str, &str)]) -> String {
    if labels.is_empty() {
        return String::new();
    }
    let pairs: Vec<String> = labels.iter().map(|(key, value)| format!("{key}=\"{}\"", escaped(value))).collect();
    format!("{{{}}}", pairs.join(","))
}

/// A text between quotes, or after `HELP`. Nothing that is not meant to be seen leaves.
fn escaped(text: &str) -> String {
    super::text::sanitize(text).replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n")
}
