//! Maturity: scores over time, and what is measured beside them.

use super::{about, figure, joined, line, number, place, table};
use crate::diagnostic::wording::plural;
use crate::render::metrics::words::aim;
use crate::render::metrics::{spark, value};
use crate::render::openmetrics::Exposition;
use crate::render::sheet::{self, Body, Cell, Column, Fact, Item, Section, Sheet, Tone};
use crate::report::steering::Figure;
use crate::report::steering::maturity::{AssessmentView, Maturity, PracticeView};

/// Assessments that stand side by side; the trend has all of them.
const BESIDE: usize = 4;
/// An assessment older than a year says little.
const OLD: i64 = 366;

/// The report. `unicode` says whether it may draw with characters beyond ASCII.
pub fn sheet(view: &Maturity, unicode: bool) -> Sheet {
    let mut sheet = Sheet {
        title: format!("{}maturity", sheet::of(view.portfolio.as_deref())),
        about: std::iter::once("measured over".to_owned() + " " + &about(&view.days)[0]).collect(),
        nothing: format!("No assessment was made up to {}: write `kind: assessment`.", view.days.until),
        ..Sheet::default()
    };
    let Some(latest) = view.assessments.last() else { return sheet };
    let latest = whole(view, latest, unicode);
    sheet.sections.push(Section { title: "Latest assessment".to_owned(), body: Body::Facts(latest) });
    scores(&mut sheet, view, unicode);
    let measured = view.practices.iter().filter(|it| !it.measures.is_empty() && it.score.is_some());
    sheet.items("Measured beside the scores", measured.map(|it| item(it, unicode)).collect());
    let silent = view.practices.iter().filter(|it| it.measures.is_empty() && it.score.is_some());
    let silent = joined(silent.map(|it| it.name.as_str()), ", ");
    if !silent.is_empty() {
        let text = format!("nothing is measured of {silent}: the name says nothing that manifests show");
        let facts = vec![Fact::new("", text, Tone::Quiet)];
        sheet.sections.push(Section { title: "Notes".to_owned(), body: Body::Facts(facts) });
    }
    sheet
}

fn whole(view: &Maturity, latest: &AssessmentView, unicode: bool) -> Vec<Fact> {
    let today = view.header.today;
    let age = view.age_days.unwrap_or(0);
    let tone = if age > OLD { Tone::Warn } else { Tone::Plain };
    let made = format!("{} of {}, {} old", latest.id, sheet::day(latest.date, today), plural(age, "day"));
    let mut facts = vec![Fact::new("made", made, tone)];
    let before = view.assessments.iter().rev().nth(1);
    let was = |value: Option<String>| value.map(|value| format!(", was {value}")).unwrap_or_default();
    let [mean, minimum] = view.metrics.as_slice() else { return facts };
    let mean_before = before.and_then(|it| it.mean).map(|it| value("count", Some(it)));
    facts.push(Fact::new("mean", format!("{}{}", told(mean, unicode), was(mean_before)), figure(mean).tone));
    let weakest = view.practices.iter().filter(|it| it.score.is_some() && it.score == latest.minimum);
    let weakest = joined(weakest.map(|it| it.name.as_str()), ", ");
    facts.push(Fact::new("weakest", format!("{}: {weakest}", told(minimum, unicode)), figure(minimum).tone));
    let fallen = view.practices.iter().filter(|it| it.change.is_some_and(|change| change < 0));
    let fallen = joined(fallen.map(|it| format!("{} {}", it.name, change(it))), ", ");
    if before.is_some() {
        let (text, tone) = if fallen.is_empty() { ("nothing".to_owned(), Tone::Good) } else { (fallen, Tone::Bad) };
        facts.push(Fact::new("slipped back", text, tone));
    }
    facts
}

/// A value with its target.
fn told(it: &Figure, unicode: bool) -> String {
    let target = it.target.as_ref().map(|target| aim(target, it.unit, unicode));
    let target = match (target, it.verdict) {
        (Some(target), Some("missed")) => format!(" (misses {target})"),
        (Some(target), Some("met")) => format!(" (meets {target})"),
        (Some(target), _) => format!(" (target {target})"),
        (None, _) => String::new(),
    };
    format!("{}{target}", figure(it).text)
}

fn change(it: &PracticeView) -> String {
    match it.change {
        None => String::new(),
        Some(0) => "=".to_owned(),
        Some(change @ 1..) => format!("+{change}"),
        Some(change) => format!("−{}", change.abs()),
    }
}

fn scores(sheet: &mut Sheet, view: &Maturity, unicode: bool) {
    let from = view.assessments.len().saturating_sub(BESIDE);
    let mut columns = vec![Column::new("practice")];
    columns.extend(view.assessments[from..].iter().map(|it| Column::named(&it.id)));
    columns.extend([Column::new("change"), Column::new("trend")]);
    let row = |it: &PracticeView| {
        let mut cells = vec![Cell::plain(&it.name)];
        cells.extend(it.scores[from..].iter().map(|score| match score.score {
            Some(score) => Cell::plain(score.to_string()),
            None => Cell::new("n/a", Tone::Quiet),
        }));
        let tone = match it.change {
            Some(..=-1) => Tone::Bad,
            Some(1..) => Tone::Good,
            _ => Tone::Plain,
        };
        cells.push(Cell::new(change(it), tone));
        let points: Vec<Option<f64>> = it.scores.iter().map(|score| score.score.map(f64::from)).collect();
        cells.push(Cell::plain(if points.len() > 1 { spark(&points, unicode) } else { String::new() }));
        cells
    };
    table(sheet, "Practices, 0 to 5, the weakest first", &columns, view.practices.iter().map(row).collect());
}

fn item(it: &PracticeView, unicode: bool) -> Item {
    let mut facts: Vec<Fact> = it.contradictions.iter().map(|text| Fact::new("", text, Tone::Bad)).collect();
    facts.extend(it.measures.iter().map(|measure| {
        let count = plural(measure.population, "record");
        let text = match measure.value {
            Some(_) => format!("{}, {count}", told(measure, unicode)),
            None => "n/a: nothing is recorded in these days".to_owned(),
        };
        Fact::new(measure.name, text, figure(measure).tone)
    }));
    Item { id: it.name.clone(), name: value("score", it.score.map(f64::from)), facts }
}

/// A header, and a line for each score and for each value that is measured beside it; `section` says which.
pub fn csv(view: &Maturity) -> String {
    let mut out = "section,practice,id,date,value,unit,population,target,verdict,source\r\n".to_owned();
    for (nth, assessment) in view.assessments.iter().enumerate() {
        let date = assessment.date.to_string();
        for it in &view.practices {
            let Some(score) = it.scores.get(nth).filter(|score| score.score.is_some()) else { continue };
            let (value, source) = (number(score.score.map(f64::from)), place(score.source.as_ref()));
            line(&mut out, &["score", &it.name, &assessment.id, &date, &value, "score", "", "", "", &source]);
        }
    }
    let until = view.days.until.to_string();
    let mut measured = |section: &str, practice: &str, it: &Figure| {
        let (value, population) = (number(it.value), it.population.to_string());
        let (target, verdict) = (it.target.as_deref().unwrap_or_default(), it.verdict.unwrap_or_default());
        line(&mut out, &[section, practice, it.id, &until, &value, it.unit, &population, target, verdict, ""]);
    };
    view.metrics.iter().for_each(|it| measured("metric", "", it));
    for it in &view.practices {
        it.measures.iter().for_each(|measure| measured("measure", &it.name, measure));
    }
    out
}

/// The text format of `OpenMetrics`: the latest score of each practice, the mean, the minimum, and the age.
pub fn openmetrics(view: &Maturity) -> String {
    let mut out = Exposition::of(view.portfolio.as_deref());
    let name = out.family("relm_maturity_score", "score", "score of a practice in the latest assessment, 0 to 5");
    for it in &view.practices {
        out.maybe(&name, &[("practice", &it.name)], it.score.map(f64::from));
    }
    for it in &view.metrics {
        let name = out.family(&format!("relm_{}", it.id), it.unit, it.definition);
        out.maybe(&name, &[], it.value);
    }
    let name = out.family("relm_maturity_age", "d", "days since the latest assessment");
    out.maybe(&name, &[], view.age_days.map(|days| days as f64));
    out.end()
}
