//! How one date moved, drawn with characters: time runs to the right, later plans stand higher.

use chrono::{DateTime, NaiveDate};

use crate::report::history::Line;

/// The most rows; more plans than that share rows.
const MAX_ROWS: usize = 8;
/// `2026-12-05 ┤`.
const LABEL: usize = 12;

/// The lines of the drawing, in at most `width` columns; none where there is nothing to see.
pub(super) fn draw(line: &Line, today: NaiveDate, width: usize, unicode: bool) -> Vec<String> {
    let columns = width.saturating_sub(LABEL).min(72);
    if line.points.len() < 2 || columns < 20 {
        return Vec::new();
    }
    let times = times(line, today);
    let (from, to) = (times[0], times.last().copied().unwrap_or_default().max(at_noon(today)));
    let column = |time: i64| ((time - from) * (columns as i64 - 1) / (to - from).max(1)) as usize;
    let starts = spread(times.iter().map(|&time| column(time)).collect(), columns);
    let levels = Levels::new(line.points.iter().map(|point| point.date).collect());
    let mut grid = vec![vec![' '; columns]; levels.rows];
    // A plan, where it begins, what joins it to the one before, what happened, and the corners of earlier and of later plans.
    let glyphs = if unicode { ['━', '●', '┃', '◆', '┓', '┛'] } else { ['-', '*', '|', '+', '|', '|'] };
    for (nth, point) in line.points.iter().enumerate() {
        let row = levels.row(point.date);
        let start = starts[nth];
        let end = starts.get(nth + 1).copied().unwrap_or(columns - 1);
        grid[row][start..=end].iter_mut().for_each(|cell| *cell = glyphs[0]);
        if let Some(before) = nth.checked_sub(1).map(|before| levels.row(line.points[before].date)) {
            grid[before.min(row)..=before.max(row)].iter_mut().for_each(|cells| cells[start] = glyphs[2]);
            grid[before][start] = glyphs[if before < row { 4 } else { 5 }];
        }
        grid[row][start] = glyphs[1];
    }
    if let Some(actual) = line.actual {
        let noon = at_noon(actual);
        if (from..=to).contains(&noon)
            && let Some(last) = line.points.last()
        {
            let row = levels.row(last.date);
            let start = column(noon).max(starts.last().copied().unwrap_or_default());
            grid[row][start + 1..].iter_mut().for_each(|cell| *cell = ' ');
            grid[row][start] = glyphs[3];
        }
    }
    let axis = if unicode { '┤' } else { '|' };
    let mut out: Vec<String> = grid
        .iter()
        .enumerate()
        .map(|(row, cells)| format!("{} {axis}{}", levels.label(row), cells.iter().collect::<String>().trim_end()))
        .collect();
    let (corner, rule) = if unicode { ('└', '─') } else { ('+', '-') };
    out.push(format!("{:11}{corner}{}", "", rule.to_string().repeat(columns)));
    let day =
        |time: i64| DateTime::from_timestamp(time, 0).map_or_else(String::new, |at| at.format("%Y-%m-%d").to_string());
    let (left, right) = (day(from), day(to));
    out.push(format!("{:12}{left}{:>room$}", "", right, room = columns - left.len()));
    out
}

/// When each plan began, in seconds, never earlier than the one before, whatever clocks say. What began before the list stands
/// at its edge; what is not committed, at today.
fn times(line: &Line, today: NaiveDate) -> Vec<i64> {
    let instant = |at: &Option<String>| {
        at.as_deref().and_then(|at| DateTime::parse_from_rfc3339(at).ok()).map(|at| at.timestamp())
    };
    let known: Vec<Option<i64>> = line.points.iter().map(|point| instant(&point.at)).collect();
    let first = known.iter().flatten().next().copied().unwrap_or_else(|| at_noon(today));
    let mut latest = first;
    let times = known.into_iter().enumerate().map(|(nth, time)| {
        let time = time.unwrap_or(if nth == 0 { first } else { at_noon(today) });
        latest = latest.max(time);
        latest
    });
    times.collect()
}

/// Columns of their own for plans that were made within a few hours, as far as there is room.
fn spread(mut columns: Vec<usize>, width: usize) -> Vec<usize> {
    const GAP: usize = 3;
    let count = columns.len();
    if count * GAP > width {
        return columns;
    }
    for nth in 1..count {
        columns[nth] = columns[nth].max(columns[nth - 1] + GAP);
    }
    for (nth, column) in columns.iter_mut().enumerate() {
        *column = (*column).min(width - 1 - (count - 1 - nth) * GAP);
    }
    columns
}

fn at_noon(day: NaiveDate) -> i64 {
    day.and_time(chrono::NaiveTime::MIN).and_utc().timestamp() + 43_200
}

/// Which plans stand in which row, the latest on top.
struct Levels {
    /// Sorted, each once.
    dates: Vec<NaiveDate>,
    rows: usize,
}

impl Levels {
    fn new(mut dates: Vec<NaiveDate>) -> Self {
        dates.sort_unstable();
        dates.dedup();
        let rows = dates.len().min(MAX_ROWS);
        Self { dates, rows }
    }

    fn row(&self, date: NaiveDate) -> usize {
        let rank = self.dates.partition_point(|other| *other < date);
        if self.dates.len() < 2 { 0 } else { (self.rows - 1) - rank * (self.rows - 1) / (self.dates.len() - 1) }
    }

    /// The latest plan of a row.
    fn label(&self, row: usize) -> String {
        let date = self.dates.iter().rev().find(|date| self.row(**date) == row);
        date.map_or_else(|| " ".repeat(10), ToString::to_string)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::report::history::Point;

    fn line(points: &[(&str, &str)], actual: Option<&str>) -> Line {
        let point = |(at, date): &(&str, &str)| Point {
            at: (!at.is_empty()).then(|| format!("{at}T12:00:00+00:00")),
            date: date.parse().unwrap(),
            commit: None,
        };
        let actual = actual.map(|day| day.parse().unwrap());
        Line { subject: String::new(), field: "target", points: points.iter().map(point).collect(), actual }
    }

    fn drawn(line: &Line, width: usize) -> String {
        draw(line, "2026-03-01".parse().unwrap(), width, false).join("\n")
    }

    #[test]
    fn plans_stand_where_they_were_made() {
        let moves = [("2026-01-01", "2026-02-10"), ("2026-01-21", "2026-02-20"), ("2026-02-10", "2026-02-16")];
        let expected = "\
2026-02-20 |             *------------|
2026-02-16 |             |            *----+
2026-02-10 |*------------|
           +----------------------------------------
            2026-01-01                    2026-03-01";
        assert_eq!(drawn(&line(&moves, Some("2026-02-18")), 52), expected);
    }

    #[test]
    fn clocks_that_run_backwards_and_plans_that_are_not_committed_have_their_place() {
        let moves = [("2026-02-01", "2026-02-10"), ("2025-12-01", "2026-02-20"), ("", "2026-02-28")];
        let expected = "\
2026-02-28 |                                       *
2026-02-20 |   *-----------------------------------|
2026-02-10 |*--|
           +----------------------------------------
            2026-02-01                    2026-03-01";
        assert_eq!(drawn(&line(&moves, None), 52), expected);
    }

    #[test]
    fn many_plans_share_rows_and_one_is_no_drawing() {
        let days: Vec<String> = (1..=28).map(|day| format!("2026-02-{day:02}")).collect();
        let moves: Vec<(&str, &str)> = days.iter().map(|day| (day.as_str(), day.as_str())).collect();
        assert_eq!(draw(&line(&moves, None), "2026-03-01".parse().unwrap(), 80, true).len(), MAX_ROWS + 2);
        assert_eq!(drawn(&line(&moves[..1], None), 80), "");
    }
}
