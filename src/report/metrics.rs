//! The view of reports of metrics: `relm report dora`, `kpi` and `environments` have one shape.

use chrono::NaiveDate;
use serde::Serialize;

use super::Header;
use super::env::usage::round;
use super::gate::{Input, Source};
use crate::analysis::metrics::profile::{Band, DORA_2023, FAIL_RATES_2024, Profile};
use crate::analysis::metrics::{
    self, Base, By, Definition, Goal, Measured, Members, Period, Record, Scope, Step, Verdict, rhythm, verdict,
};
use crate::model::records::DeploymentResult;
use crate::model::scalar::Threshold;

/// The name and version of the shape of `relm report dora`.
pub const DORA_SCHEMA: &str = "relm.report.dora/1";
/// The name and version of the shape of `relm report kpi`.
pub const KPI_SCHEMA: &str = "relm.report.kpi/1";
/// The name and version of the shape of `relm report environments`.
pub const ENVIRONMENTS_SCHEMA: &str = "relm.report.environments/1";

/// What a report of metrics shows.
#[derive(Debug, Clone, PartialEq, Serialize, schemars::JsonSchema)]
pub struct Metrics {
    /// Schema, day and revision.
    #[serde(flatten)]
    pub header: Header,
    /// The portfolio's name.
    pub portfolio: Option<String>,
    /// The first day that is looked at.
    #[schemars(with = "String", extend("format" = "date"))]
    pub since: NaiveDate,
    /// The last day that is looked at.
    #[schemars(with = "String", extend("format" = "date"))]
    pub until: NaiveDate,
    /// How the days were chosen, in words; null when they were asked for.
    pub period: Option<String>,
    /// The publication that bands come from.
    pub profile: &'static str,
    /// Over how many projects, deployed in these days, each value of `metrics` about deployments is taken together.
    pub blended: usize,
    /// What the points of a trend stand for: `week`, `month` or `quarter`.
    pub step: &'static str,
    /// What the groups stand for: `project`, `team`, `type`, `environment`, `stage`, `week`, `month`, `quarter`; null without
    /// groups.
    pub by: Option<&'static str>,
    /// What values are compared with; null when with nothing.
    pub compare: Option<CompareView>,
    /// The metrics of everything that is selected.
    pub metrics: Vec<MetricView>,
    /// The same for each group, as far as a metric can be told apart like that; by name.
    pub groups: Vec<GroupView>,
    /// What is worth knowing about the whole, in words.
    pub notes: Vec<String>,
}

/// What values are compared with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct CompareView {
    /// As it was asked for: a revision, days, or `previous`.
    pub with: String,
    /// The commit, when it is a revision.
    pub commit: Option<String>,
    /// The first day looked at there.
    #[schemars(with = "String", extend("format" = "date"))]
    pub since: NaiveDate,
    /// The last day looked at there.
    #[schemars(with = "String", extend("format" = "date"))]
    pub until: NaiveDate,
}

/// The metrics of a group.
#[derive(Debug, Clone, PartialEq, Serialize, schemars::JsonSchema)]
pub struct GroupView {
    /// Its name: an id, or a week, month or quarter.
    pub id: String,
    /// The first day that is looked at.
    #[schemars(with = "String", extend("format" = "date"))]
    pub since: NaiveDate,
    /// The last day that is looked at.
    #[schemars(with = "String", extend("format" = "date"))]
    pub until: NaiveDate,
    /// Whether the period cuts it: a week, month or quarter that is not there from its first to its last day.
    pub cut: bool,
    /// The metrics, in the order of those of the whole.
    pub metrics: Vec<MetricView>,
}

/// A metric and its value.
#[derive(Debug, Clone, PartialEq, Serialize, schemars::JsonSchema)]
pub struct MetricView {
    /// The id: what `targets:` names.
    pub id: &'static str,
    /// What people call it.
    pub name: &'static str,
    /// What it is about: `dora`, `schedule`, `gates`, `changes`, `operations`, `environments`, `pipelines` or `maturity`.
    pub family: &'static str,
    /// How it is computed, in one sentence.
    pub definition: &'static str,
    /// Where the definition comes from.
    pub definition_source: &'static str,
    /// What has to be written down for it to have a value.
    pub needs: &'static str,
    /// Which way it should go: `more`, `less` or `neither`.
    pub goal: &'static str,
    /// The value; null without data.
    pub value: Option<f64>,
    /// `h`, `d`, `m` (minutes), `1/week`, `ratio`, `count` or `score`.
    pub unit: &'static str,
    /// The bound that `targets:` sets, such as `<= 240h`.
    pub target: Option<String>,
    /// Whether the value is as wanted: `met`, `missed`, `no-data`, or `misfit` when the bound is a time and the value is none;
    /// null without a target.
    pub verdict: Option<&'static str>,
    /// The band that the value lies in.
    pub band: Option<&'static str>,
    /// The place of the band from the best, from 1.
    pub band_rank: Option<usize>,
    /// How many records count: of a share those it is a share of.
    pub population: usize,
    /// The ids of those records.
    pub sample: Vec<String>,
    /// Records that look as if they should count and do not.
    pub excluded: Vec<ExcludedView>,
    /// The records behind the value; empty unless they were asked for.
    pub records: Vec<RecordView>,
    /// How the value went, by whole step; by cut ones only where none is whole. Empty for groups unless steps were asked for.
    pub trend: Vec<PointView>,
    /// The value it is compared with; null without data, and when nothing is compared.
    pub before: Option<f64>,
    /// The value − that one.
    pub change: Option<f64>,
    /// Whether the change is for the better; null when it is none, or nobody can say.
    pub improved: Option<bool>,
}

/// A record that does not count.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct ExcludedView {
    /// The id.
    pub id: String,
    /// What it is.
    pub kind: &'static str,
    /// Why it does not count.
    pub why: String,
    /// Where it is written.
    pub source: Option<Source>,
}

/// A record behind a value.
#[derive(Debug, Clone, PartialEq, Serialize, schemars::JsonSchema)]
pub struct RecordView {
    /// The id.
    pub id: String,
    /// What it is.
    pub kind: &'static str,
    /// What it adds: the length for a median, 1 or 0 for a share, unit-hours for environments.
    pub value: f64,
    /// More that is worth knowing.
    pub note: Option<String>,
    /// Where it is written.
    pub source: Option<Source>,
}

/// A value of a trend.
#[derive(Debug, Clone, PartialEq, Serialize, schemars::JsonSchema)]
pub struct PointView {
    /// What it stands for: `2026-W46`, `2026-11`, `2026-Q4`.
    pub id: String,
    /// The first day of it within the period.
    #[schemars(with = "String", extend("format" = "date"))]
    pub since: NaiveDate,
    /// The last day of it within the period.
    #[schemars(with = "String", extend("format" = "date"))]
    pub until: NaiveDate,
    /// The value; null without data.
    pub value: Option<f64>,
    /// How many records count.
    pub population: usize,
}

/// What is asked.
#[derive(Debug, Clone)]
pub struct Question {
    /// The metrics, in the order of the report.
    pub definitions: Vec<&'static Definition>,
    /// The days.
    pub period: Period,
    /// How the days were chosen, unless they were asked for.
    pub chosen: Option<String>,
    /// What groups are made by.
    pub by: Option<By>,
    /// The steps of trends, when they were asked for; without another grouping they are the groups.
    pub step: Option<Step>,
    /// Whether the records behind values are shown.
    pub explain: bool,
}

/// What values are compared with.
#[derive(Debug, Clone, Copy)]
pub struct Before<'b, 'p> {
    /// The portfolio there.
    pub base: &'b Base<'p>,
    /// Who belongs there.
    pub members: &'b Members,
    /// The days there.
    pub period: Period,
    /// As it was asked for.
    pub with: &'b str,
    /// The commit, when it is a revision.
    pub commit: Option<&'b str>,
}

impl Metrics {
    /// Measures what is asked of some members of a portfolio.
    pub fn new(
        header: Header,
        input: &Input<'_>,
        base: &Base<'_>,
        members: &Members,
        question: &Question,
        before: Option<Before<'_, '_>>,
    ) -> Self {
        Self::measured(header, &Maker { input, question, profile: &DORA_2023, trends: true }, base, members, before)
    }

    /// The same without trends, for what shows none: they take longer than everything else.
    pub fn without_trends(
        header: Header,
        input: &Input<'_>,
        base: &Base<'_>,
        members: &Members,
        question: &Question,
        before: Option<Before<'_, '_>>,
    ) -> Self {
        Self::measured(header, &Maker { input, question, profile: &DORA_2023, trends: false }, base, members, before)
    }

    fn measured(
        header: Header,
        maker: &Maker<'_, '_>,
        base: &Base<'_>,
        members: &Members,
        before: Option<Before<'_, '_>>,
    ) -> Self {
        let question = maker.question;
        let whole = Scope { base, members, period: question.period };
        let past = before.map(|it| Scope { base: it.base, members: it.members, period: it.period });
        let metrics: Vec<MetricView> =
            question.definitions.iter().map(|it| maker.metric(it, &whole, past.as_ref(), true)).collect();
        let by = question.by.map(By::as_str).or(question.step.map(Step::as_str));
        Self {
            header,
            portfolio: base.portfolio().settings.common.name().map(str::to_owned),
            since: question.period.since,
            until: question.period.until,
            period: question.chosen.clone(),
            profile: DORA_2023.name,
            blended: members.blended(base, question.period),
            step: maker.step().as_str(),
            by,
            compare: before.map(|it| CompareView {
                with: it.with.to_owned(),
                commit: it.commit.map(str::to_owned),
                since: it.period.since,
                until: it.period.until,
            }),
            groups: maker.groups(&whole, before),
            notes: notes(base, question),
            metrics,
        }
    }

    /// The metrics that miss their target, by id, of groups with the group before: `web/change_fail_rate`. A metric without data
    /// misses nothing.
    pub fn missed(&self) -> Vec<String> {
        let is_missed = |metric: &&MetricView| metric.verdict == Some(Verdict::Missed.as_str());
        let whole = self.metrics.iter().filter(is_missed).map(|metric| metric.id.to_owned());
        let groups = self.groups.iter().flat_map(|group| {
            group.metrics.iter().filter(is_missed).map(|metric| format!("{}/{}", group.id, metric.id))
        });
        whole.chain(groups).collect()
    }
}

/// What `targets:` names that is no metric, and what is published and cannot be used.
fn notes(base: &Base<'_>, question: &Question) -> Vec<String> {
    let mut notes = Vec::new();
    for (name, _) in base.portfolio().settings.targets.iter() {
        if metrics::find(name).is_none() {
            let ids = metrics::definitions().map(|definition| definition.id);
            let hint = crate::diagnostic::suggest::did_you_mean(name, ids);
            let hint = hint.map_or_else(String::new, |hint| format!("; {hint}"));
            notes.push(format!("`targets.{name}` names no metric{hint}"));
        }
    }
    let asks_for_failures = question.definitions.iter().any(|it| it.id == "change_fail_rate");
    let (deployments, incidents) = (&base.portfolio().deployments, &base.portfolio().incidents);
    let all_went_well = || deployments.iter().all(|record| record.result.value == DeploymentResult::Succeeded);
    if asks_for_failures && !deployments.is_empty() && incidents.is_empty() && all_went_well() {
        notes.push(
            "no incident and no failed deployment was ever recorded, so nothing can count as a failure".to_owned(),
        );
    }
    if question.explain && asks_for_failures {
        let rates: Vec<String> =
            FAIL_RATES_2024.iter().map(|(name, rate)| format!("{name} {:.0}%", rate * 100.0)).collect();
        notes.push(format!(
            "change fail rates of the 2024 survey: {}; they do not rise from band to band, so nothing is banded by them",
            rates.join(", ")
        ));
    }
    if let Some(known) = base.repositories() {
        notes.extend(known.faults.iter().map(|(project, why)| {
            let mut records = base.portfolio().deployments.iter().filter(|record| *record.project == **project);
            let some = if records.any(|record| known.of(record.span).is_some()) { "some " } else { "" };
            format!("{some}lead times of `{project}` are by records: {why}")
        }));
    }
    notes
}

/// Makes views of metrics for one question.
struct Maker<'q, 'i> {
    input: &'q Input<'i>,
    question: &'q Question,
    profile: &'static Profile,
    trends: bool,
}

impl Maker<'_, '_> {
    fn step(&self) -> Step {
        self.question.step.unwrap_or_else(|| self.question.period.readable_step())
    }

    fn metric(
        &self,
        definition: &'static Definition,
        scope: &Scope<'_, '_>,
        past: Option<&Scope<'_, '_>>,
        with_trend: bool,
    ) -> MetricView {
        let measured = (definition.measure)(scope);
        let value = measured.value.map(rounded);
        let target = scope.base.portfolio().settings.targets.get(definition.id).map(|target| target.value);
        let band = self.band(definition, scope, measured.value);
        let before = past.and_then(|past| (definition.measure)(past).value).map(rounded);
        let change = value.zip(before).map(|(now, then)| rounded(now - then));
        MetricView {
            id: definition.id,
            name: definition.name,
            family: definition.family.as_str(),
            definition: definition.definition,
            definition_source: definition.source,
            needs: definition.needs,
            goal: definition.goal.as_str(),
            value,
            unit: definition.unit.as_str(),
            target: target.map(shown),
            verdict: target.map(|target| verdict(definition.unit, measured.value, target).as_str()),
            band: band.map(|band| band.name),
            band_rank: band.map(|band| band.rank),
            population: measured.population,
            trend: if with_trend && self.trends { self.trend(definition, scope) } else { Vec::new() },
            before,
            change,
            improved: change.and_then(|change| improved(definition.goal, change)),
            sample: measured.sample.iter().map(|sample| sample.record.id.clone()).collect(),
            records: if self.question.explain { self.records(&measured) } else { Vec::new() },
            excluded: self.excluded(measured),
        }
    }

    fn band(&self, definition: &Definition, scope: &Scope<'_, '_>, value: Option<f64>) -> Option<Band> {
        match definition.id {
            "deployment_frequency" => self.profile.rhythm(rhythm(scope)?),
            id => self.profile.band(id, value?),
        }
    }

    fn trend(&self, definition: &Definition, scope: &Scope<'_, '_>) -> Vec<PointView> {
        let steps = scope.period.whole_steps(self.step());
        let point = |period: Period| {
            let Measured { value, population, .. } = (definition.measure)(&Scope { period, ..*scope });
            let id = period.name(self.step());
            PointView { id, since: period.since, until: period.until, value: value.map(rounded), population }
        };
        steps.into_iter().map(point).collect()
    }

    fn groups(&self, whole: &Scope<'_, '_>, before: Option<Before<'_, '_>>) -> Vec<GroupView> {
        let group = |id: String, scope: &Scope<'_, '_>, past: Option<&Scope<'_, '_>>, of: &[&'static Definition]| {
            let with_trend = self.question.by.is_some() && self.question.step.is_some();
            let metrics = of.iter().map(|definition| self.metric(definition, scope, past, with_trend)).collect();
            let cut = self.question.by.is_none() && !scope.period.is_whole(self.step());
            GroupView { id, since: scope.period.since, until: scope.period.until, cut, metrics }
        };
        let Some(by) = self.question.by else {
            let Some(step) = self.question.step else { return Vec::new() };
            let periods = whole.period.steps(step).into_iter();
            let of = &self.question.definitions;
            return periods.map(|period| group(period.name(step), &Scope { period, ..*whole }, None, of)).collect();
        };
        let all = self.question.definitions.iter().copied();
        let of: Vec<&'static Definition> = all.filter(|definition| by.splits(definition.subject)).collect();
        let then = before.map(|it| (it, it.members.groups(it.base, by)));
        let nobody = Members::default();
        let now = whole.members.groups(whole.base, by);
        let measured = now.iter().map(|(id, members)| {
            let past = then.as_ref().map(|(it, groups)| {
                let members = groups.get(id).unwrap_or(&nobody);
                Scope { base: it.base, members, period: it.period }
            });
            group(id.clone(), &Scope { members, ..*whole }, past.as_ref(), &of)
        });
        // A project that ships nothing yet has nothing to say, nor has one that nobody declares but where its records are told.
        let says = |metric: &MetricView| {
            metric.value.is_some() || metric.before.is_some() || self.question.explain && !metric.excluded.is_empty()
        };
        measured.filter(|group| group.metrics.iter().any(says)).collect()
    }

    fn records(&self, measured: &Measured) -> Vec<RecordView> {
        let view = |sample: &crate::analysis::metrics::Sample| RecordView {
            id: sample.record.id.clone(),
            kind: sample.record.kind,
            value: rounded(sample.value),
            note: sample.note.clone().filter(|note| !note.is_empty()),
            source: self.source(&sample.record),
        };
        measured.sample.iter().map(view).collect()
    }

    fn excluded(&self, mut measured: Measured) -> Vec<ExcludedView> {
        measured.excluded.sort_by_key(|it| it.record.span);
        let view = |it: crate::analysis::metrics::Excluded| ExcludedView {
            source: self.source(&it.record),
            id: it.record.id,
            kind: it.record.kind,
            why: it.why,
        };
        measured.excluded.into_iter().map(view).collect()
    }

    /// Where a record stands; looked up only where it is shown, for it takes reading the file again.
    fn source(&self, record: &Record) -> Option<Source> {
        if self.question.explain { self.input.source(record.span) } else { None }
    }
}

fn improved(goal: Goal, change: f64) -> Option<bool> {
    match goal {
        _ if change == 0.0 => None,
        Goal::More => Some(change > 0.0),
        Goal::Less => Some(change < 0.0),
        Goal::Neither => None,
    }
}

pub(in crate::report) fn rounded(value: f64) -> f64 {
    round(value, 6)
}

/// A bound as it would be written: `<= 240h`, and `<= 20m` where hours would not come out even.
pub(in crate::report) fn shown(target: Threshold) -> String {
    let minutes = target.value * 60.0;
    let (value, unit) = match target.is_time {
        true if target.value.fract() != 0.0 && (minutes - minutes.round()).abs() < 1e-6 => (minutes.round(), "m"),
        true => (target.value, "h"),
        false => (target.value, ""),
    };
    format!("{} {value}{unit}", target.comparison.as_str())
}
