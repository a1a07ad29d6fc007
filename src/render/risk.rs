//! The risk of releases, with everything that adds to it.

use std::fmt::Write;

use super::openmetrics::Exposition;
use super::sheet::{self, Cell, Column, Fact, Item, Sheet, Tone};
use super::text::csv_field;
use crate::report::gate::Source;
use crate::report::risk::{ContributionView, Risk, RiskView};

const COLUMNS: [Column; 10] = [
    Column::new("release"),
    Column::new("score"),
    Column::new("level"),
    Column::new("sched"),
    Column::new("gates"),
    Column::new("deps"),
    Column::new("reg"),
    Column::new("scope"),
    Column::new("cont"),
    Column::below("target"),
];

/// A table of scores, and for each release why.
pub fn sheet(view: &Risk) -> Sheet {
    let today = view.header.today;
    let mut sheet = Sheet {
        title: format!("{}risk of releases", sheet::of(view.portfolio.as_deref())),
        about: vec![format!("as of {}", sheet::day(today, chrono::NaiveDate::MIN)), "0 none, 100 the most".to_owned()],
        nothing: "No release is open.".to_owned(),
        ..Sheet::default()
    };
    let rows = view.releases.iter().map(|release| {
        let target = release.target.map(|target| format!("target {}", sheet::day(target, today)));
        let head = [
            Cell::plain(&release.id),
            Cell::new(release.score.to_string(), tone(release.level)),
            Cell::new(release.level, tone(release.level)),
        ];
        let points = release.contributions.iter().map(points);
        head.into_iter().chain(points).chain([Cell::plain(target.unwrap_or_default())]).collect()
    });
    sheet.table("Scores", &COLUMNS, rows.collect());
    let items = view.releases.iter().filter(|release| release.score > 0.0).map(why);
    sheet.items("Why", items.collect());
    sheet
}

fn tone(level: &str) -> Tone {
    match level {
        "high" => Tone::Bad,
        "medium" => Tone::Warn,
        _ => Tone::Good,
    }
}

fn points(it: &ContributionView) -> Cell {
    match it.points {
        None => Cell::new("n/a", Tone::Quiet),
        Some(0.0) => Cell::new("0", Tone::Quiet),
        Some(points) => Cell::new(points.to_string(), if points >= it.weight / 2.0 { Tone::Warn } else { Tone::Plain }),
    }
}

fn why(release: &RiskView) -> Item {
    let facts = release.contributions.iter().filter(|it| !it.why.is_empty()).map(|it| {
        let points = it.points.map_or_else(|| "n/a".to_owned(), |points| format!("{points} of {}", it.weight));
        let tone = match it.points {
            None => Tone::Quiet,
            Some(points) if points >= it.weight / 2.0 => Tone::Warn,
            Some(_) => Tone::Plain,
        };
        Fact::new(it.id, format!("{points}: {}", it.why.join("; ")), tone)
    });
    let mut about = vec![format!("{} of 100, {}", release.score, release.level)];
    about.extend(release.rated.map(|rated| format!("rated {rated} by impact and complexity")));
    about.extend(release.owner.as_ref().map(|owner| format!("owner {owner}")));
    let head = Fact::new("", about.join(" · "), tone(release.level));
    let name = release.name.clone().unwrap_or_default();
    Item { id: release.id.clone(), name, facts: std::iter::once(head).chain(facts).collect() }
}

/// A header, and a line for each release and aspect.
pub fn csv(view: &Risk) -> String {
    let mut out = "release,score,level,aspect,points,weight,why,source\r\n".to_owned();
    for release in &view.releases {
        for it in &release.contributions {
            let fields = [
                release.id.clone(),
                release.score.to_string(),
                release.level.to_owned(),
                it.id.to_owned(),
                it.points.map(|points| points.to_string()).unwrap_or_default(),
                it.weight.to_string(),
                it.why.join("; "),
                it.source.as_ref().map(place).unwrap_or_default(),
            ];
            let fields: Vec<_> = fields.iter().map(|field| csv_field(field)).collect();
            let _ = write!(out, "{}\r\n", fields.join(","));
        }
    }
    out
}

fn place(source: &Source) -> String {
    source.line.map_or_else(|| source.file.clone(), |line| format!("{}:{line}", source.file))
}

/// The text format of `OpenMetrics`: the score of each release, and the points of each aspect.
pub fn openmetrics(view: &Risk) -> String {
    let mut out = Exposition::default();
    let name = out.family("relm_release_risk", "score", "risk of a release, 0 to 100");
    for release in &view.releases {
        out.sample(&name, &[("release", &release.id)], release.score);
    }
    let name = out.family("relm_release_risk_points", "", "what an aspect adds to the risk");
    for release in &view.releases {
        for it in &release.contributions {
            out.maybe(&name, &[("release", &release.id), ("aspect", it.id)], it.points);
        }
    }
    out.end()
}
