//! Pipelines: what they cost, which are slow, and what grew.

use super::{about, counted, figure, joined, line, minutes, number, place, ratio, signed, table};
use crate::diagnostic::wording::plural;
use crate::render::metrics::words::aim;
use crate::render::metrics::{spark, value};
use crate::render::openmetrics::Exposition;
use crate::render::sheet::{self, Body, Cell, Column, Fact, Section, Sheet, Tone};
use crate::report::steering::pipelines::{GrowthView, PipelineView, Pipelines, RunView};

/// Rows of a list that people see.
const MOST: usize = 20;
/// Runs that stand out that people see.
const MOST_RUNS: usize = 10;

/// The report. `unicode` says whether it may draw with characters beyond ASCII.
pub fn sheet(view: &Pipelines, unicode: bool) -> Sheet {
    let mut sheet = Sheet {
        title: format!("{}pipelines", sheet::of(view.portfolio.as_deref())),
        about: about(&view.days),
        nothing: format!(
            "No pipeline ran from {} to {}: `relm record pipeline` records runs.",
            view.days.since, view.days.until
        ),
        ..Sheet::default()
    };
    if view.pipelines.is_empty() {
        return sheet;
    }
    sheet.sections.push(Section { title: "In all".to_owned(), body: Body::Facts(whole(view, unicode)) });
    let columns = [
        Column::new("pipeline"),
        Column::new("runs"),
        Column::new("ok"),
        Column::new("p50"),
        Column::new("p95"),
        Column::new("last 10"),
        Column::new("30 before"),
        Column::new("change"),
        Column::below("spent"),
        Column::below("trend"),
    ];
    let shown = view.pipelines.len().min(MOST);
    let title = counted("Pipelines, the worst first", shown, view.pipelines.len());
    let rows = view.pipelines.iter().take(MOST).map(|it| row(it, view.step, unicode)).collect();
    table(&mut sheet, &title, &columns, rows);
    growth(&mut sheet, view);
    slow_runs(&mut sheet, view);
    for it in &view.pipelines {
        records(&mut sheet, it);
    }
    sheet
}

fn named(it: &PipelineView) -> String {
    format!("{}/{}", it.project, it.name.as_deref().unwrap_or("run"))
}

fn whole(view: &Pipelines, unicode: bool) -> Vec<Fact> {
    let told = [
        plural(view.pipelines.len(), "pipeline"),
        plural(view.runs, "run"),
        format!("{} succeeded", ratio(view.success_rate)),
        format!("{} spent", minutes(Some(view.spent_minutes))),
    ];
    let mut facts = vec![Fact::new("", told.join(", "), Tone::Plain)];
    let metrics = view.metrics.iter().filter(|it| it.value.is_some()).map(|it| {
        let target = it.target.as_ref().map(|target| aim(target, it.unit, unicode));
        let target = target.map(|target| format!(" (target {target})")).unwrap_or_default();
        format!("{} {}{target}", it.name, figure(it).text)
    });
    let metrics = joined(metrics, ", ");
    if !metrics.is_empty() {
        facts.push(Fact::new("", metrics, Tone::Plain));
    }
    let slow = view.pipelines.iter().filter(|it| it.slow == Some(true)).map(named);
    let slow = joined(slow, ", ");
    if !slow.is_empty() {
        facts.push(Fact::new("", format!("slow: {slow}"), Tone::Bad));
    }
    facts.extend(most(view).map(|text| Fact::new("", text, Tone::Warn)));
    if view.unknown > 0 {
        let text = format!("{} left out: of projects that nobody declares", plural(view.unknown, "run"));
        facts.push(Fact::new("", text, Tone::Quiet));
    }
    facts
}

/// What contributed most to the growth.
fn most(view: &Pipelines) -> Option<String> {
    let all: f64 = view.pipelines.iter().filter_map(|it| it.growth_minutes_per_week).map(|it| it.max(0.0)).sum();
    let growth = |it: &&PipelineView| it.growth_minutes_per_week.unwrap_or(0.0);
    let first = view.pipelines.iter().max_by(|a, b| growth(a).total_cmp(&growth(b)))?;
    let own = first.growth_minutes_per_week.filter(|own| *own > 0.0)?;
    let longer = first.latest_minutes? - first.before_minutes?;
    Some(format!(
        "most growth: {}, {} a run × {}/week = {} a week, {} of what grew",
        named(first),
        signed("m", longer),
        value("count", Some(first.runs_per_week)),
        signed("m", own),
        ratio(Some(own / all)),
    ))
}

fn row(it: &PipelineView, step: &str, unicode: bool) -> Vec<Cell> {
    let failing = it.success_rate.is_some_and(|rate| rate < 0.8);
    let slow = if it.slow == Some(true) { Tone::Bad } else { Tone::Plain };
    let mark = if it.slow == Some(true) { "slow, " } else { "" };
    let points: Vec<Option<f64>> = it.trend.iter().map(|point| point.value).collect();
    let compared = |minutes: Option<f64>| minutes.map_or_else(|| "n/a".to_owned(), |it| value("m", Some(it)));
    vec![
        Cell::plain(named(it)),
        Cell::plain(it.runs.to_string()),
        Cell::new(ratio(it.success_rate), if failing { Tone::Warn } else { Tone::Plain }),
        Cell::plain(value("m", it.p50_minutes)),
        Cell::plain(value("m", it.p95_minutes)),
        Cell::new(compared(it.latest_minutes), slow),
        Cell::plain(compared(it.before_minutes)),
        Cell::new(it.change.map(|change| signed("ratio", change)).unwrap_or_default(), slow),
        Cell::plain(format!("{mark}spent {}", minutes(Some(it.spent_minutes)))),
        Cell::plain(format!("by {step} {}", spark(&points, unicode))),
    ]
}

fn growth(sheet: &mut Sheet, view: &Pipelines) {
    let told: Vec<&GrowthView> = view.growth.iter().filter(|it| it.minutes_per_week != 0.0).collect();
    let columns =
        [Column::new("project"), Column::new("a week"), Column::new("of what grew"), Column::below("by pipeline")];
    let row = |it: &&GrowthView| {
        let parts = it
            .parts
            .iter()
            .map(|part| format!("{} {}", part.name.as_deref().unwrap_or("run"), signed("m", part.minutes_per_week)));
        let grew = if it.minutes_per_week > 0.0 { Tone::Warn } else { Tone::Good };
        vec![
            Cell::plain(&it.project),
            Cell::new(signed("m", it.minutes_per_week), grew),
            Cell::plain(it.share.map(|share| ratio(Some(share))).unwrap_or_default()),
            Cell::plain(if it.parts.len() > 1 { joined(parts, ", ") } else { String::new() }),
        ]
    };
    let shown = told.len().min(MOST);
    let title = counted("What grew: minutes a week more than before", shown, told.len());
    table(sheet, &title, &columns, told.iter().take(MOST).map(row).collect());
}

fn slow_runs(sheet: &mut Sheet, view: &Pipelines) {
    let mut told: Vec<(String, &RunView)> =
        view.pipelines.iter().flat_map(|it| it.slow_runs.iter().map(|run| (named(it), run))).collect();
    told.sort_by(|a, b| b.1.at.cmp(&a.1.at));
    let columns = [
        Column::new("pipeline"),
        Column::new("finished"),
        Column::new("took"),
        Column::new("usual up to"),
        Column::below("written"),
    ];
    let row = |(name, run): &(String, &RunView)| {
        vec![
            Cell::plain(name),
            Cell::plain(run.at.replacen('T', " ", 1)),
            Cell::new(value("m", Some(run.minutes)), Tone::Warn),
            Cell::plain(value("m", run.bound_minutes)),
            Cell::new(place(run.source.as_ref()), Tone::Quiet),
        ]
    };
    let shown = told.len().min(MOST_RUNS);
    let title = counted("Runs that stand out", shown, told.len());
    table(sheet, &title, &columns, told.iter().take(MOST_RUNS).map(row).collect());
}

fn records(sheet: &mut Sheet, it: &PipelineView) {
    let columns = [Column::new("finished"), Column::new("took"), Column::new("ended"), Column::below("written")];
    let row = |run: &RunView| {
        let tone = if run.result == "succeeded" { Tone::Plain } else { Tone::Warn };
        vec![
            Cell::plain(run.at.replacen('T', " ", 1)),
            Cell::plain(value("m", Some(run.minutes))),
            Cell::new(run.result, tone),
            Cell::new(place(run.source.as_ref()), Tone::Quiet),
        ]
    };
    sheet.table(&format!("Runs of {}", named(it)), &columns, it.records.iter().map(row).collect());
}

/// A header, and a line for each pipeline.
pub fn csv(view: &Pipelines) -> String {
    let mut out = "project,pipeline,since,until,runs,succeeded,failed,aborted,success_rate,p50_minutes,p95_minutes,latest_minutes,before_minutes,change,growth_minutes_per_week,slow,slow_runs,spent_minutes,source\r\n".to_owned();
    for it in &view.pipelines {
        let days = [view.days.since.to_string(), view.days.until.to_string()];
        let counts = [it.runs, it.succeeded, it.failed, it.aborted].map(|count| count.to_string());
        let values = [
            it.success_rate,
            it.p50_minutes,
            it.p95_minutes,
            it.latest_minutes,
            it.before_minutes,
            it.change,
            it.growth_minutes_per_week,
        ]
        .map(number);
        let slow = it.slow.map(|slow| slow.to_string()).unwrap_or_default();
        let (standing_out, spent) = (it.slow_runs.len().to_string(), it.spent_minutes.to_string());
        let source = place(it.source.as_ref());
        let mut fields = vec![it.project.as_str(), it.name.as_deref().unwrap_or_default(), &days[0], &days[1]];
        fields.extend(counts.iter().chain(&values).map(String::as_str));
        fields.extend([slow.as_str(), &standing_out, &spent, &source]);
        line(&mut out, &fields);
    }
    out
}

/// What is told of each pipeline: a name, a unit, what it is, and its value.
type Told = (&'static str, &'static str, &'static str, fn(&PipelineView) -> Option<f64>);

const TOLD: [Told; 7] = [
    ("relm_pipeline_runs", "", "runs of the days", |it| Some(it.runs as f64)),
    ("relm_pipeline_success", "ratio", "runs that ended well of those that ended well or badly", |it| it.success_rate),
    ("relm_pipeline_p50", "m", "half of the runs that ended well took at most this long", |it| it.p50_minutes),
    ("relm_pipeline_p95", "m", "nineteen of twenty runs that ended well took at most this long", |it| it.p95_minutes),
    ("relm_pipeline_growth_per_week", "m", "runs a week times what each takes longer than before", |it| {
        it.growth_minutes_per_week
    }),
    ("relm_pipeline_spent", "m", "what the runs of the days took", |it| Some(it.spent_minutes)),
    ("relm_pipeline_slow", "", "1 when the pipeline has become slow", |it| {
        it.slow.map(|slow| f64::from(u8::from(slow)))
    }),
];

/// The text format of `OpenMetrics`.
pub fn openmetrics(view: &Pipelines) -> String {
    let mut out = Exposition::of(view.portfolio.as_deref());
    for (name, unit, help, of) in TOLD {
        let name = out.family(name, unit, help);
        for it in &view.pipelines {
            let labels = [("project", it.project.as_str()), ("pipeline", it.name.as_deref().unwrap_or_default())];
            out.maybe(&name, &labels, of(it));
        }
    }
    for it in &view.metrics {
        let name = out.family(&format!("relm_{}", it.id), it.unit, it.definition);
        out.maybe(&name, &[], it.value);
    }
    out.end()
}
