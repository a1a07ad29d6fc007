//! Calendar files (iCalendar, RFC 5545): their days as dates with names, for holidays, and their single events with times.
//!
//! Lines are unfolded and nested components followed here, so that an error can name its line and neither deep nesting
//! nor great size can exhaust anything; single properties are read by the `icalendar` crate.

use super::recurrence::{Recurrence, read_date, read_time};
use super::zone::{self, parse_zone};
use super::{When, plus_days, shown, windows_zones};
use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, Utc};
use chrono_tz::Tz;
use icalendar::parser::Property;
use std::fmt;

/// Recurring holidays are written out from this year …
const FIRST_YEAR: i32 = 2000;
/// … through this one.
const LAST_YEAR: i32 = 2100;
/// The most days a file may name; about a hundred regions over a century.
const MOST_DAYS: usize = 200_000;
/// The longest single event, in days.
const LONGEST_EVENT: i64 = 3_660;
/// The deepest nesting of components; real files need three levels.
const DEEPEST: usize = 16;

/// Why a holiday file cannot be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IcsError {
    /// The line, counted from 1, where one is to blame.
    pub line: Option<usize>,
    reason: String,
}

impl fmt::Display for IcsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            Some(line) => write!(f, "line {line}: {}", self.reason),
            None => write!(f, "{}", self.reason),
        }
    }
}

impl std::error::Error for IcsError {}

impl IcsError {
    /// What is wrong, without the line.
    pub fn reason(&self) -> &str {
        &self.reason
    }
}

fn error(line: usize, reason: impl Into<String>) -> IcsError {
    IcsError { line: Some(line), reason: reason.into() }
}

/// The days of every event, sorted, each date and name once.
///
/// `DTEND` is exclusive; an event at a time of day counts on its local dates as written; recurring events are written out
/// from 2000 through 2100; cancelled events are left out.
pub fn holidays(text: &str) -> Result<Vec<(NaiveDate, String)>, IcsError> {
    Ok(days(text)?.into_iter().map(|day| (day.date, day.name)).collect())
}

/// A day of an event.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Day {
    /// The day.
    pub date: NaiveDate,
    /// What the event is called; `holiday` where it has no name.
    pub name: String,
    /// The line the event begins on, from 1.
    pub line: usize,
}

/// As [`holidays`], with the place of each.
pub fn days(text: &str) -> Result<Vec<Day>, IcsError> {
    let mut days = Vec::new();
    for event in events(text)? {
        event.days(&mut days)?;
    }
    days.sort_unstable();
    days.dedup_by(|a, b| (a.date, &a.name) == (b.date, &b.name));
    Ok(days)
}

/// A single event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Single {
    /// The line it begins on, from 1.
    pub line: usize,
    /// What it is called; may be empty.
    pub name: String,
    /// Where it takes place, or what it takes; may be empty.
    pub place: String,
    /// When it begins: a day, a time without a zone, or an instant.
    pub from: When,
    /// When it ends: the last day, or the first instant after.
    pub to: When,
    /// Whether it comes again.
    pub repeats: bool,
}

/// Every event as it is written, or why it cannot be read, in the order of the file; cancelled events are left out.
pub fn singles(text: &str) -> Result<Vec<Result<Single, IcsError>>, IcsError> {
    Ok(events(text)?.into_iter().filter(|event| !event.cancelled).map(Event::single).collect())
}

/// A property of interest with the line it begins on.
type Line<T> = (usize, T);

#[derive(Default)]
struct Event {
    line: usize,
    start: Option<Line<NaiveDateTime>>,
    end: Option<Line<NaiveDateTime>>,
    length: Option<TimeDelta>,
    rule: Option<Line<String>>,
    except: Vec<When>,
    also: Vec<NaiveDate>,
    name: String,
    place: String,
    /// Start and end as instants, where they say which.
    written: [Option<When>; 2],
    cancelled: bool,
    /// The first thing in it that cannot be read.
    fault: Option<IcsError>,
}

/// Content lines with the number of their first line; folded lines are joined.
fn content_lines(text: &str) -> Vec<Line<String>> {
    let mut lines: Vec<Line<String>> = Vec::new();
    for (index, raw) in text.trim_start_matches('\u{feff}').split('\n').enumerate() {
        let raw = raw.strip_suffix('\r').unwrap_or(raw);
        match (raw.strip_prefix([' ', '\t']), lines.last_mut()) {
            (Some(folded), Some((_, line))) => line.push_str(folded),
            _ => lines.push((index + 1, raw.to_owned())),
        }
    }
    lines.retain(|(_, line)| !line.trim().is_empty());
    lines
}

fn events(text: &str) -> Result<Vec<Event>, IcsError> {
    let mut found = Vec::new();
    let mut open: Vec<Line<String>> = Vec::new();
    let mut event = Event::default();
    for (number, line) in content_lines(text) {
        let (key, value) = line.split_once(':').unwrap_or((&line, ""));
        let key = key.split(';').next().unwrap_or_default().trim().to_ascii_uppercase();
        let value = value.trim().to_ascii_uppercase();
        if open.is_empty() && !(key == "BEGIN" && value == "VCALENDAR") {
            return Err(error(number, "expected `BEGIN:VCALENDAR`; this is not an iCalendar file"));
        }
        match key.as_str() {
            "BEGIN" => {
                if open.len() == DEEPEST {
                    return Err(error(number, "components are nested too deeply"));
                }
                if value == "VEVENT" {
                    if open.len() > 1 {
                        return Err(error(number, "`BEGIN:VEVENT` must stand directly in the calendar"));
                    }
                    event = Event { line: number, ..Event::default() };
                }
                open.push((number, value));
            }
            "END" => match open.pop() {
                Some((_, begun)) if begun == value => {
                    if value == "VEVENT" {
                        found.push(std::mem::take(&mut event));
                    }
                }
                Some((at, begun)) => {
                    return Err(error(
                        number,
                        format!("`END:{}` does not match `BEGIN:{}` on line {at}", shown(&value), shown(&begun)),
                    ));
                }
                None => return Err(error(number, "there is nothing to end here")),
            },
            _ if open.last().is_some_and(|(_, begun)| begun == "VEVENT") => {
                if let Err(error) = event.read(number, &key, &line) {
                    event.fault.get_or_insert(error);
                }
            }
            _ => {}
        }
    }
    match open.pop() {
        Some((number, begun)) => Err(error(number, format!("`BEGIN:{}` has no matching `END`", shown(&begun)))),
        None if found.is_empty() && text.trim().is_empty() => {
            Err(IcsError { line: None, reason: "the file is empty".to_owned() })
        }
        None => Ok(found),
    }
}

/// The properties that are read.
const PROPERTIES: [&str; 9] =
    ["DTSTART", "DTEND", "DURATION", "RRULE", "EXDATE", "RDATE", "SUMMARY", "LOCATION", "STATUS"];

/// A time with the zone it names; none when nobody knows that zone.
fn written(value: &str, local: NaiveDateTime, property: &Property<'_>) -> Option<When> {
    if !value.contains('T') {
        return Some(When::Date(local.date()));
    }
    if value.ends_with('Z') {
        return Some(When::Fixed(local.and_utc().fixed_offset()));
    }
    let named = property.params.iter().find(|parameter| parameter.key.as_str().eq_ignore_ascii_case("TZID"));
    let Some(named) = named.and_then(|parameter| parameter.val.as_ref()) else { return Some(When::Local(local)) };
    let name = named.as_str().trim_matches('"');
    let zone = parse_zone(name).ok().or_else(|| windows_zones::find(name))?;
    Some(When::Fixed(zone::resolve(local, zone).instant().with_timezone(&zone).fixed_offset()))
}

impl Event {
    fn read(&mut self, number: usize, key: &str, line: &str) -> Result<(), IcsError> {
        if !PROPERTIES.contains(&key) {
            return Ok(());
        }
        let property = Property::try_from(line).map_err(|_| error(number, format!("`{key}` cannot be read")))?;
        let value = property.val.as_str().trim();
        let time = |value: &str| {
            read_moment(value).ok_or_else(|| {
                error(number, format!("`{}` in `{key}` is not a date between 1900 and 2200", shown(value)))
            })
        };
        let one_line = |value: &str| value.split_whitespace().collect::<Vec<_>>().join(" ");
        match key {
            "DTSTART" => {
                self.start = Some((number, time(value)?));
                self.written[0] = written(value, time(value)?, &property);
            }
            "DTEND" => {
                self.end = Some((number, time(value)?));
                self.written[1] = written(value, time(value)?, &property);
            }
            "DURATION" => {
                let length = read_length(value);
                let wrong = || error(number, format!("`{}` is not a duration such as `P1D`", shown(value)));
                self.length = Some(length.ok_or_else(wrong)?);
            }
            "RRULE" => self.rule = Some((number, value.to_owned())),
            "EXDATE" => {
                for value in value.split(',') {
                    self.except.push(When::Date(time(value)?.date()));
                }
            }
            "RDATE" => {
                // A period `start/end` gives its start.
                for value in value.split(',').map(|value| value.split('/').next().unwrap_or_default()) {
                    self.also.push(time(value)?.date());
                }
            }
            "STATUS" => self.cancelled = value.eq_ignore_ascii_case("CANCELLED"),
            "LOCATION" => self.place = one_line(value),
            _ => self.name = one_line(value),
        }
        Ok(())
    }

    /// The event with its times as they are written.
    fn single(self) -> Result<Single, IcsError> {
        if let Some(fault) = self.fault {
            return Err(fault);
        }
        let Some((line, start)) = self.start else {
            return Err(error(self.line, "this event has no `DTSTART`"));
        };
        let unknown = |line| error(line, "nobody knows the zone of this time; name it as in `Europe/London`");
        let from = self.written[0].ok_or_else(|| unknown(line))?;
        let to = match (self.end, self.length, from) {
            // An end that is a day is outside.
            (Some((_, end)), _, When::Date(day)) => When::Date((end - TimeDelta::seconds(1)).date().max(day)),
            (Some((line, _)), ..) => self.written[1].ok_or_else(|| unknown(line))?,
            (None, Some(length), When::Date(day)) => {
                let end = start.checked_add_signed(length).unwrap_or(start);
                When::Date((end - TimeDelta::seconds(1)).date().max(day))
            }
            (None, Some(length), When::Local(at)) => When::Local(at.checked_add_signed(length).unwrap_or(at)),
            (None, Some(length), When::Fixed(at)) => When::Fixed(at.checked_add_signed(length).unwrap_or(at)),
            (None, None, from) => from,
        };
        let repeats = self.rule.is_some() || !self.also.is_empty();
        Ok(Single { line: self.line, name: self.name, place: self.place, from, to, repeats })
    }

    /// Adds every day of the event.
    fn days(self, days: &mut Vec<Day>) -> Result<(), IcsError> {
        if self.cancelled {
            return Ok(());
        }
        if let Some(fault) = self.fault {
            return Err(fault);
        }
        let Some((start_line, start)) = self.start else {
            return Err(error(self.line, "this event has no `DTSTART`"));
        };
        let end = match (self.end, self.length) {
            (Some((_, end)), _) => end,
            (None, Some(length)) => start.checked_add_signed(length).unwrap_or(start),
            (None, None) => start,
        };
        // Exclusive: an end at midnight is outside. An event without length still has its day.
        let last = (end - TimeDelta::seconds(1)).max(start).date();
        let further = (last - start.date()).num_days();
        if further > LONGEST_EVENT {
            let line = self.end.map_or(start_line, |(line, _)| line);
            return Err(error(line, "this event lasts longer than ten years"));
        }
        let mut starts = match &self.rule {
            None => vec![start.date()],
            Some((line, rule)) => recurring(rule, start, &self.except).map_err(|reason| error(*line, reason))?,
        };
        starts.extend(self.also);
        let name = if self.name.is_empty() { "holiday".to_owned() } else { self.name };
        for begin in starts {
            if days.len() as i64 + further >= MOST_DAYS as i64 {
                return Err(error(self.line, format!("the file names more than {MOST_DAYS} days")));
            }
            let day = |offset| Day { date: plus_days(begin, offset), name: name.clone(), line: self.line };
            days.extend((0..=further).map(day));
        }
        Ok(())
    }
}

/// The dates a recurring event begins on. Times are taken as written, so no zone is needed.
fn recurring(rule: &str, start: NaiveDateTime, except: &[When]) -> Result<Vec<NaiveDate>, String> {
    let recurrence = Recurrence::parse(rule, When::Local(start), Tz::UTC, except).map_err(|error| error.to_string())?;
    let (starts, truncated) = recurrence.occurrences(new_year(FIRST_YEAR), new_year(LAST_YEAR + 1), MOST_DAYS);
    if truncated {
        return Err("this rule repeats too often for a holiday".to_owned());
    }
    let mut dates: Vec<NaiveDate> = starts.iter().map(DateTime::date_naive).collect();
    dates.dedup();
    Ok(dates)
}

fn new_year(year: i32) -> DateTime<Utc> {
    NaiveDate::from_ymd_opt(year, 1, 1).unwrap_or_default().and_time(NaiveTime::MIN).and_utc()
}

/// `20261225`, `20261225T090000` or `20261225T090000Z`, as written.
fn read_moment(value: &str) -> Option<NaiveDateTime> {
    match value.split_once('T') {
        None => read_date(value).map(|date| date.and_time(NaiveTime::MIN)),
        Some((date, time)) => Some(read_date(date)?.and_time(read_time(time.trim_end_matches('Z'))?)),
    }
}

/// `P1W`, `P2D`, `P1DT12H`, `PT90M`.
fn read_length(value: &str) -> Option<TimeDelta> {
    let mut rest = value.trim_start_matches('+').strip_prefix('P')?;
    let mut seconds = 0i64;
    while !rest.is_empty() {
        rest = rest.strip_prefix('T').unwrap_or(rest);
        let digits = rest.len() - rest.trim_start_matches(|c: char| c.is_ascii_digit()).len();
        let number: i64 = rest.get(..digits)?.parse().ok()?;
        let unit = match rest.as_bytes().get(digits)? {
            b'W' => 7 * 86_400,
            b'D' => 86_400,
            b'H' => 3_600,
            b'M' => 60,
            b'S' => 1,
            _ => return None,
        };
        seconds = seconds.checked_add(number.checked_mul(unit)?)?;
        rest = rest.get(digits + 1..)?;
    }
    TimeDelta::try_seconds(seconds)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]

    use super::*;
    use proptest::prelude::*;

    fn file(event: &str) -> String {
        format!("BEGIN:VCALENDAR\r\nVERSION:2.0\r\nBEGIN:VEVENT\r\n{event}\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n")
    }

    fn read(event: &str) -> Vec<String> {
        holidays(&file(event)).unwrap().into_iter().map(|(date, name)| format!("{date} {name}")).collect()
    }

    fn problem(event: &str) -> String {
        holidays(&file(event)).unwrap_err().to_string()
    }

    #[test]
    fn reads_days_and_names() {
        let one = "DTSTART;VALUE=DATE:20261225\r\nDTEND;VALUE=DATE:20261226\r\nSUMMARY:Feast\\, long\r\n  awaited";
        assert_eq!(read(one), ["2026-12-25 Feast, long awaited"]);
        assert_eq!(read("DTSTART;VALUE=DATE:20261225"), ["2026-12-25 holiday"]);
        let two = "DTSTART;VALUE=DATE:20261225\nDTEND;VALUE=DATE:20261227\nSUMMARY:Feast";
        assert_eq!(read(two), ["2026-12-25 Feast", "2026-12-26 Feast"]);
        assert_eq!(read("DTSTART:20261225\nDURATION:P2D").len(), 2);
        assert_eq!(read("DTSTART:20261225\nDURATION:P1W").len(), 7);
        assert!(read("DTSTART:20261225\nSTATUS:CANCELLED").is_empty());
    }

    #[test]
    fn timed_events_take_their_local_dates() {
        let evening = "DTSTART;TZID=\"Europe/London\":20261224T180000\nDTEND;TZID=Europe/London:20261225T000000";
        assert_eq!(read(evening), ["2026-12-24 holiday"]);
        assert_eq!(read("DTSTART:20261224T230000Z\nDTEND:20261225T000001Z").len(), 2);
        assert_eq!(read("DTSTART:20261224T230000Z"), ["2026-12-24 holiday"]);
    }

    #[test]
    fn recurring_days_are_written_out_for_a_century() {
        let yearly = read("DTSTART;VALUE=DATE:19900501\nRRULE:FREQ=YEARLY\nSUMMARY:May\nEXDATE;VALUE=DATE:20260501");
        assert_eq!(yearly.len(), 100);
        assert_eq!(yearly.first().unwrap(), "2000-05-01 May");
        assert_eq!(yearly.last().unwrap(), "2100-05-01 May");
        let monday = read("DTSTART;VALUE=DATE:20260525\nRRULE:FREQ=YEARLY;BYMONTH=5;BYDAY=-1MO;COUNT=2");
        assert_eq!(monday, ["2026-05-25 holiday", "2027-05-31 holiday"]);
        assert_eq!(read("DTSTART:20260101\nRDATE;VALUE=DATE:20260301,20260401").len(), 3);
    }

    #[test]
    fn single_events_keep_their_times() {
        let one = |event: &str| {
            let found = singles(&file(event)).map_err(|error| error.to_string())?;
            let found = found.into_iter().collect::<Result<Vec<_>, _>>().map_err(|error| error.to_string())?;
            let shown = |it: &Single| format!("{} – {} {} @{} {}", it.from, it.to, it.name, it.place, it.repeats);
            Ok::<_, String>(found.iter().map(shown).collect::<Vec<_>>().join("; "))
        };
        let day = "DTSTART;VALUE=DATE:20261123\r\nDTEND;VALUE=DATE:20261128\r\nSUMMARY:Load\r\nLOCATION:uat-1";
        assert_eq!(one(day).unwrap(), "2026-11-23 – 2026-11-27 Load @uat-1 false");
        assert_eq!(one("DTSTART:20261123").unwrap(), "2026-11-23 – 2026-11-23  @ false");
        let zoned = "DTSTART;TZID=Asia/Tokyo:20261123T090000\nDTEND:20261123T010000Z\nRRULE:FREQ=DAILY";
        assert_eq!(one(zoned).unwrap(), "2026-11-23T09:00+09:00 – 2026-11-23T01:00Z  @ true");
        assert_eq!(
            one("DTSTART:20261123T090000\nDURATION:PT90M").unwrap(),
            "2026-11-23T09:00 – 2026-11-23T10:30  @ false"
        );
        let windows =
            "DTSTART;TZID=W. Europe Standard Time:20261123T090000\nDTEND;TZID=\"GMT Standard Time\":20261123T090000";
        assert_eq!(one(windows).unwrap(), "2026-11-23T09:00+01:00 – 2026-11-23T09:00Z  @ false");
        let lost = one("DTSTART;TZID=Harbour Time:20261123T090000").unwrap_err();
        assert_eq!(lost, "line 4: nobody knows the zone of this time; name it as in `Europe/London`");
        assert_eq!(one("DTSTART:20261123\nSTATUS:CANCELLED").unwrap(), "");
    }

    #[test]
    fn what_is_wrong_with_an_event_concerns_no_other() {
        let event = |lines: &str| format!("BEGIN:VEVENT\n{lines}\nEND:VEVENT\n");
        let events: String =
            ["DTSTART:20261325", "DTSTART;TZID=Harbour Time:20261123T090000", "DTSTART:20261123"].map(event).concat();
        let found = singles(&format!("BEGIN:VCALENDAR\n{events}END:VCALENDAR\n")).unwrap();
        let lines: Vec<_> =
            found.iter().map(|event| event.as_ref().map_err(|error| error.line).map(|it| it.line)).collect();
        assert_eq!(lines, [Err(Some(3)), Err(Some(6)), Ok(8)]);
    }

    #[test]
    fn errors_name_their_line() {
        assert_eq!(problem("SUMMARY:x"), "line 3: this event has no `DTSTART`");
        assert_eq!(problem("DTSTART:20261325"), "line 4: `20261325` in `DTSTART` is not a date between 1900 and 2200");
        assert!(
            problem("DTSTART:20260101\nX-A:folded\n more\nRRULE:FREQ=NEVER").starts_with("line 7: the recurrence rule")
        );
        assert!(problem("DTSTART:20260101\nDTEND:21260101").contains("line 5: this event lasts longer"));
        assert_eq!(problem("DTSTART:20260101\nDURATION:long"), "line 5: `long` is not a duration such as `P1D`");
        assert!(problem("DTSTART:20260101\nRRULE:FREQ=HOURLY").contains("line 5: this rule repeats too often"));
        let message = |text: &str| holidays(text).unwrap_err().to_string();
        assert_eq!(message(""), "the file is empty");
        assert!(message("hello\nworld").starts_with("line 1: expected `BEGIN:VCALENDAR`"));
        assert!(message("BEGIN:VCALENDAR\nBEGIN:VEVENT\n").starts_with("line 2: `BEGIN:VEVENT` has no matching `END`"));
        assert!(message("BEGIN:VCALENDAR\nEND:VEVENT\n").starts_with("line 2: `END:VEVENT` does not match"));
        assert!(problem("BEGIN:VEVENT\nEND:VEVENT").starts_with("line 4: `BEGIN:VEVENT` must stand"));
        assert!(message(&"BEGIN:VCALENDAR\n".repeat(100_000)).contains("nested too deeply"));
    }

    #[test]
    fn an_empty_calendar_has_no_holidays() {
        assert!(holidays("\u{feff}BEGIN:VCALENDAR\nEND:VCALENDAR").unwrap().is_empty());
    }

    #[test]
    fn size_is_bounded() {
        let before = std::time::Instant::now();
        let _ = holidays(&"x".repeat(20_000_000));
        let _ = holidays(&file(&format!("SUMMARY:{}\nDTSTART:20260101", "é ".repeat(1_000_000))));
        let decades = file("DTSTART:20000101\nDTEND:20091230\nRRULE:FREQ=DAILY");
        assert!(holidays(&decades).unwrap_err().to_string().contains("names more than"));
        assert!(before.elapsed().as_secs() < 3);
    }

    proptest! {
        #[test]
        fn no_text_panics(event in "(DTSTART|DTEND|RRULE|EXDATE|SUMMARY|DURATION)[;:=A-Z0-9\"\\\\,\r\n é-]{0,60}") {
            let _ = holidays(&event);
            let _ = holidays(&file(&event));
            let _ = holidays(&file(&format!("DTSTART:20260101\n{event}")));
        }
    }
}
