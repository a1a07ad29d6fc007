//! From a row to an entry, each value checked.

use chrono_tz::Tz;

use super::columns::{Mapping, Origin};
use super::fields::{Field, Takes, Thing, Unit, What};
use super::times::TimeFormat;
use crate::cli::context::Context;
use crate::diagnostic::suggest;
use crate::load::rows::{Row, Rows};
use crate::model::scalar::{Minutes, is_id};
use crate::model::{Identified, Portfolio, Table};
use crate::report::import::Fault;
use crate::time::When;
use crate::time::duration::Duration;

/// Faults that get a hint at most: to look for near names takes its time.
const HINTS: usize = 200;

/// What a row comes to: the values of fields, as manifests write them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The row.
    pub row: usize,
    /// Paths and values, in the order in which they are written.
    pub values: Vec<(String, String)>,
    /// The zone its times are read in.
    pub zone: Tz,
}

impl Entry {
    /// A value.
    pub fn get(&self, path: &str) -> Option<&str> {
        self.values.iter().find(|(name, _)| name == path).map(|(_, value)| value.as_str())
    }

    /// Adds the text of another entry to its own, unless it is in it.
    pub fn join(&mut self, path: &str, other: &Self) {
        let Some(more) = other.get(path) else { return };
        match self.values.iter_mut().find(|(name, _)| name == path) {
            Some((_, own)) if own.split(" / ").any(|part| part == more) => {}
            Some((_, own)) => *own = format!("{own} / {more}"),
            None => self.values.push((path.to_owned(), more.to_owned())),
        }
    }

    /// The instant of a time.
    pub fn instant(&self, path: &str) -> Option<i64> {
        Some(When::parse(self.get(path)?).ok()?.instant(self.zone).timestamp())
    }

    /// The instant of a time that ends something.
    pub fn end_instant(&self, path: &str) -> Option<i64> {
        Some(When::parse(self.get(path)?).ok()?.end_instant(self.zone).timestamp())
    }
}

/// What is wrong with a value, and what to do about it.
type Wrong = (String, Option<String>);

/// Reads rows.
#[derive(Debug)]
pub struct Reader<'c> {
    what: What,
    portfolio: &'c Portfolio,
    mapping: &'c Mapping,
    rows: &'c Rows,
    times: Option<&'c TimeFormat>,
    hints: usize,
}

impl<'c> Reader<'c> {
    /// For the rows of one file.
    pub fn new(
        what: What,
        context: &'c Context<'_>,
        mapping: &'c Mapping,
        rows: &'c Rows,
        times: Option<&'c TimeFormat>,
    ) -> Self {
        Self { what, portfolio: &context.loaded.portfolio, mapping, rows, times, hints: HINTS }
    }

    /// The entry of a row, or everything that is wrong with it.
    pub fn read(&mut self, row: &Row) -> Result<Entry, Vec<Fault>> {
        let mut faults = Vec::new();
        let mut values = Vec::new();
        for (field, origin) in &self.mapping.fields {
            let raw = self.mapping.raw(field, origin, row);
            match raw.map(|raw| self.value(field, origin, raw)) {
                Some(Ok(Some(value))) => values.push((field.writes.clone(), value)),
                Some(Err(wrong)) => faults.push(self.fault(row, Some((field, origin)), wrong)),
                None if field.required || self.is_required(field) => {
                    faults.push(self.fault(
                        row,
                        Some((field, origin)),
                        (format!("the {} is missing", field.name), None),
                    ));
                }
                Some(Ok(None)) | None => {}
            }
        }
        let mut entry = Entry { row: row.number, values, zone: self.portfolio.zone };
        if let Some(environment) = entry.get("environment") {
            entry.zone = self.portfolio.zone_at(environment);
        }
        if faults.is_empty() {
            faults.extend(self.contradiction(&entry).map(|wrong| self.fault(row, None, wrong)));
        }
        if faults.is_empty() { Ok(entry) } else { Err(faults) }
    }

    /// Whether every row must have it, be it in another unit.
    fn is_required(&self, field: &Field) -> bool {
        matches!(field.takes, Takes::Clock(_)) && self.what == What::Pipelines
    }

    fn fault(&mut self, row: &Row, of: Option<(&Field, &Origin)>, (message, help): Wrong) -> Fault {
        let column = of.and_then(|(_, origin)| match origin {
            Origin::Column(at) => self.rows.columns.get(*at).cloned(),
            Origin::Constant(_) => None,
        });
        Fault { row: Some(row.number), column, field: of.map(|(field, _)| field.name.clone()), message, help }
    }

    /// What the values cannot say together.
    fn contradiction(&self, entry: &Entry) -> Option<Wrong> {
        let wrong = |message: String| Some((message, None));
        let ends = match self.what {
            What::Bookings => ("from", "to"),
            What::Changes => ("window.start", "window.end"),
            What::Incidents => return backwards(entry, "opened", "restored"),
            What::Deployments => return backwards(entry, "started", "at"),
            What::Pipelines | What::Holidays => return None,
        };
        match (entry.get(ends.0), entry.get(ends.1)) {
            (Some(from), Some(to)) if entry.instant(ends.0) >= entry.end_instant(ends.1) => {
                wrong(format!("nothing lies between `{from}` and `{to}`"))
            }
            (Some(_), None) => wrong(format!("a window needs a {} too", ends.1)),
            (None, Some(_)) => wrong(format!("a window needs a {} too", ends.0)),
            _ => None,
        }
    }

    /// The value as manifests write it; none for what is not written.
    fn value(&mut self, field: &Field, origin: &Origin, raw: &str) -> Result<Option<String>, Wrong> {
        let plain = |message: String| (message, None);
        match field.takes {
            Takes::Text => Ok(Some(raw.to_owned())),
            Takes::Id if is_id(raw) => Ok(Some(raw.to_owned())),
            Takes::Id => {
                let help = "an id begins with a letter or digit and goes on with letters, digits, `.`, `_`, `-`";
                Err((format!("`{raw}` is not an id"), Some(help.to_owned())))
            }
            Takes::Word(words) => word(field, raw, words).map(Some),
            Takes::Known(thing) => self.known(thing, raw).map(|()| Some(raw.to_owned())),
            Takes::When => self.time(origin, raw).map(|when| Some(when.to_string())),
            Takes::Day => match self.time(origin, raw)? {
                When::Date(day) => Ok(Some(day.to_string())),
                when => Err((format!("expected a day, found `{when}`"), None)),
            },
            Takes::Clock(unit) => clock(raw, unit).map(|minutes| Some(Minutes(minutes).to_string())),
            Takes::Number(least, most) => match raw.parse::<u32>() {
                Ok(number) if (least..=most).contains(&number) => Ok(Some(number.to_string())),
                _ if most == u32::MAX => Err(plain(format!("`{raw}` is not a whole number from {least}"))),
                _ => Err(plain(format!("`{raw}` is not a whole number from {least} to {most}"))),
            },
            Takes::Flag => match raw.to_lowercase().as_str() {
                "true" | "yes" | "y" | "1" => Ok(Some("true".to_owned())),
                "false" | "no" | "n" | "0" => Ok(None),
                _ => Err(plain(format!("`{raw}` is neither `true` nor `false`"))),
            },
        }
    }

    /// A day or time as manifests write it, else as the columns of the file do.
    fn time(&self, origin: &Origin, raw: &str) -> Result<When, Wrong> {
        let error = match When::parse(raw) {
            Ok(when) => return Ok(when),
            Err(error) => error,
        };
        match (origin, self.times) {
            (Origin::Column(_), Some(format)) => format
                .read(raw)
                .ok_or_else(|| (format!("`{raw}` is not written as `--time-format {format}` says"), None)),
            (Origin::Column(_), None) if looks_like_a_time(raw) => {
                let help = "`--time-format` says how times are written: `%d/%m/%Y %H:%M`, `epoch` or `epoch-ms`";
                Err((error.to_string(), Some(help.to_owned())))
            }
            _ => Err((error.to_string(), None)),
        }
    }

    fn known(&mut self, thing: Thing, id: &str) -> Result<(), Wrong> {
        fn ids<T: Identified>(table: &Table<T>) -> Vec<&str> {
            table.iter().map(|item| item.id().as_str()).collect()
        }
        let portfolio = self.portfolio;
        let deployments = || portfolio.deployments.iter().filter_map(|entry| entry.id.as_deref());
        let (noun, is_there): (_, bool) = match thing {
            Thing::Project => ("project", portfolio.projects.contains(id)),
            Thing::Environment => ("environment", portfolio.environments.contains(id)),
            Thing::Release => ("release", portfolio.releases.contains(id)),
            Thing::Cause => {
                let is_there = portfolio.releases.contains(id) || deployments().any(|known| known == id);
                ("deployment or release", is_there)
            }
            Thing::Owner => ("person or team", portfolio.person(id).is_some() || portfolio.team(id).is_some()),
        };
        // What stands in a manifest that cannot be read counts as known.
        if is_there || portfolio.damage.lost(id) {
            return Ok(());
        }
        let message = format!("no {noun} `{id}`");
        if self.hints == 0 {
            return Err((message, None));
        }
        self.hints -= 1;
        let known: Vec<&str> = match thing {
            Thing::Project => ids(&portfolio.projects),
            Thing::Environment => ids(&portfolio.environments),
            Thing::Release => ids(&portfolio.releases),
            Thing::Cause => deployments().chain(ids(&portfolio.releases)).collect(),
            Thing::Owner => {
                let people = portfolio.settings.people.iter().map(|person| person.id.as_str());
                people.chain(portfolio.settings.teams.iter().map(|team| team.id.as_str())).collect()
            }
        };
        Err((message, suggest::did_you_mean(id, known)))
    }
}

/// Whether it may be a time in another notation: digits, and not one that begins like ours.
fn looks_like_a_time(raw: &str) -> bool {
    let digits = raw.bytes().filter(u8::is_ascii_digit).count();
    let is_ours = raw.as_bytes().get(4) == Some(&b'-');
    digits >= 4 && !is_ours
}

/// What cannot have happened: an end before its start.
fn backwards(entry: &Entry, start: &str, end: &str) -> Option<Wrong> {
    let (from, to) = (When::parse(entry.get(start)?).ok()?, When::parse(entry.get(end)?).ok()?);
    let message = || format!("`{end}` ({to}) comes before `{start}` ({from})");
    to.ends_before(&from, entry.zone).then(|| (message(), Some("correct one of the two".to_owned())))
}

/// A word as manifests write it, whatever its case and separators.
fn word(field: &Field, raw: &str, words: &[&'static str]) -> Result<String, Wrong> {
    let tidy = raw.to_lowercase().replace([' ', '_'], "-");
    if let Some(word) = words.iter().find(|word| **word == tidy) {
        return Ok((*word).to_owned());
    }
    let quoted: Vec<String> = words.iter().map(|word| format!("`{word}`")).collect();
    let message = format!("`{raw}` is not one of {}", quoted.join(", "));
    Err((message, Some(format!("`--map '{}:{raw}=WORD'` says which of them it means", field.name))))
}

/// Whole minutes; what is left of one counts as one, so that nothing takes no time.
fn clock(raw: &str, unit: Unit) -> Result<i64, Wrong> {
    let help = match unit {
        Unit::Written => {
            "write `38m`, `2h50m` or `0:38:00`; for bare numbers name the unit, as in `--map duration_seconds=COLUMN`"
        }
        Unit::Minutes => "write minutes as a number",
        Unit::Seconds => "write seconds as a number",
    };
    let wrong = || (format!("`{raw}` is no duration"), Some(help.to_owned()));
    let seconds = match unit {
        Unit::Written => match Duration::parse(raw) {
            Ok(Duration::Clock { minutes }) => return Ok(minutes),
            _ => clock_face(raw).ok_or_else(wrong)?,
        },
        Unit::Minutes => raw.parse::<f64>().map_err(|_| wrong())? * 60.0,
        Unit::Seconds => raw.parse::<f64>().map_err(|_| wrong())?,
    };
    // A year is longer than any pipeline, and keeps the number small.
    if !(0.0..=366.0 * 86_400.0).contains(&seconds) {
        return Err(wrong());
    }
    Ok(((seconds / 60.0).ceil() as i64).max(1))
}

/// `0:38:00` or `38:00`, in seconds.
fn clock_face(raw: &str) -> Option<f64> {
    let parts: Vec<&str> = raw.split(':').collect();
    if !(2..=3).contains(&parts.len()) {
        return None;
    }
    parts.iter().try_fold(0.0, |sum, part| {
        let is_number = !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
        is_number.then(|| part.parse::<f64>().ok()).flatten().map(|part| sum * 60.0 + part)
    })
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_whole_minutes() {
        let read = |raw, unit| clock(raw, unit).ok();
        assert_eq!(read("2h50m", Unit::Written), Some(170));
        assert_eq!(read("0:38:00", Unit::Written), Some(38));
        assert_eq!(read("38:30", Unit::Written), Some(39));
        assert_eq!(read("38", Unit::Written), None);
        assert_eq!(read("2d", Unit::Written), None);
        assert_eq!(read("63", Unit::Seconds), Some(2));
        assert_eq!(read("0.2", Unit::Minutes), Some(1));
        assert_eq!(read("-1", Unit::Minutes), None);
        assert_eq!(read("NaN", Unit::Seconds), None);
        assert_eq!(read("inf", Unit::Seconds), None);
    }
}
