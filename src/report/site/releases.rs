//! Releases as lists show them: when they ship, and how they stand.

use crate::diagnostic::wording::plural;
use chrono::NaiveDate;
use serde::Serialize;

use super::Site;
use crate::analysis::gates::State;
use crate::diagnostic::Severity;
use crate::model::Identified;
use crate::model::portfolio::Rating;
use crate::model::release::{Release, RiskItem, RiskStatus, Status};
use crate::report::plan::release_view;
use crate::report::risk::{ContributionView, RiskView};
use crate::report::show::Source;

/// Rules that find what the plan and the gates tell of a release already.
const TOLD: &[&str] = &["forecast-late", "gate-overdue", "misses-target"];

/// Reasons that are kept; the rest stands on the release's own page.
const REASONS: usize = 4;

/// How a release stands, from best to worst. `relm report status --help` says what each takes; pages and reports use the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Level {
    /// It is over, or called off.
    Over,
    /// Nothing speaks against its dates.
    OnTrack,
    /// It is behind its plan, a warning is about it, a likely and grave risk is open, or its risk is medium.
    Watch,
    /// A gate is overdue, refused or stale, an error is about it, there is less time than its plan needs, its last day is over,
    /// or its risk is high.
    AtRisk,
    /// It misses its target, by today's forecast or because that is over.
    Late,
}

impl Level {
    /// The word for people.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Over => "Over",
            Self::OnTrack => "On track",
            Self::Watch => "Watch",
            Self::AtRisk => "At risk",
            Self::Late => "Late",
        }
    }

    fn of_risk(risk: &RiskView) -> Self {
        match risk.level {
            "high" => Self::AtRisk,
            "medium" => Self::Watch,
            _ => Self::OnTrack,
        }
    }
}

/// How a release stands and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Standing {
    /// How.
    pub level: Level,
    /// Why, the gravest first.
    pub reasons: Vec<String>,
}

/// A release in a list.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ReleaseRow {
    /// The id.
    pub id: String,
    /// The name for people.
    pub name: Option<String>,
    /// The release type.
    pub r#type: String,
    /// Where it stands.
    pub status: &'static str,
    /// Whether it is released, closed or cancelled.
    pub over: bool,
    /// Whether it is only an idea.
    pub draft: bool,
    /// Who answers for it.
    pub owner: Option<String>,
    /// The composite it is part of.
    pub part_of: Option<String>,
    /// Whether others are part of it.
    pub composite: bool,
    /// The first day: the real one, else of the plan.
    pub start: Option<NaiveDate>,
    /// The last day of the plan.
    pub planned: Option<NaiveDate>,
    /// The last day: the real one, else of the forecast, else of the plan.
    pub end: Option<NaiveDate>,
    /// The date promised.
    pub target: Option<NaiveDate>,
    /// The projects it ships.
    pub projects: Vec<String>,
    /// Gates that are passed, with those of its parts.
    pub passed: usize,
    /// Gates.
    pub gates: usize,
    /// How it stands.
    pub standing: Standing,
    /// Working days that the forecast of the work before production can slip before it breaks a promise; negative when it
    /// does, none when it is over.
    pub in_hand: Option<i64>,
    /// Its risk from 0 to 100, as `relm report risk` scores it; none when it is over.
    pub score: Option<f64>,
    /// Where it is written.
    pub source: Option<Source>,
}

impl Site<'_> {
    pub(super) fn release_rows(&self) -> Vec<ReleaseRow> {
        let count = self.portfolio().releases.len();
        let mut rows: Vec<ReleaseRow> = (0..count).map(|r| self.row(r)).collect();
        self.inherit(&mut rows);
        for row in &mut rows {
            row.standing.reasons.truncate(REASONS);
        }
        rows
    }

    fn row(&self, r: usize) -> ReleaseRow {
        let portfolio = self.portfolio();
        let release = &portfolio.releases[r];
        let schedule = &self.material.plan.schedule.releases[r];
        let over = release.status().is_over();
        let readiness = self.material.plan.gates.readiness(r);
        let actual = release.actual.as_ref();
        let began = actual.and_then(|actual| actual.start.as_ref()).map(|date| date.value);
        let ended = actual.and_then(|actual| actual.end.as_ref()).map(|date| date.value);
        ReleaseRow {
            id: release.id.to_string(),
            name: release.common().name().map(str::to_owned),
            r#type: release.r#type.to_string(),
            status: release.status().as_str(),
            over,
            draft: release.status() == Status::Draft,
            owner: release.common().owner().map(ToString::to_string),
            part_of: release.part_of.as_ref().map(ToString::to_string),
            composite: !portfolio.children(r).is_empty(),
            start: began.or(schedule.planned_start),
            planned: schedule.planned_end,
            end: ended
                .or_else(|| schedule.forecast_end.filter(|_| !over))
                .or(schedule.planned_end)
                .or_else(|| release.target.as_ref().map(|target| target.value)),
            target: release.target.as_ref().map(|target| target.value),
            projects: release.scope.iter().map(|item| item.project.to_string()).collect(),
            passed: readiness.passed,
            gates: readiness.gates,
            standing: if over { Standing { level: Level::Over, reasons: Vec::new() } } else { self.standing(r) },
            in_hand: self.material.plan.schedule.in_hand(portfolio, r).map(|(days, ..)| days).filter(|_| !over),
            score: self.risks.get(release.id.as_str()).map(|risk| risk.score),
            source: self.gates().source(release.id.span),
        }
    }

    /// How an open release stands by itself.
    fn standing(&self, r: usize) -> Standing {
        let release = &self.portfolio().releases[r];
        let mut reasons = self.schedule_reasons(r);
        let is_late = !reasons.is_empty();
        let gates = self.gate_reasons(r);
        let troubled = !gates.is_empty();
        reasons.extend(gates);
        for finding in self.findings_of("release", &release.id) {
            let level = match finding.severity {
                Severity::Error => Level::AtRisk,
                Severity::Warning => Level::Watch,
                Severity::Info => continue,
            };
            if !(TOLD.contains(&&*finding.rule) && (is_late || troubled)) {
                reasons.push((level, finding.message));
            }
        }
        reasons
            .extend(grave_risks(release).map(|risk| (Level::Watch, format!("risk `{}` is likely and grave", risk.id))));
        if let Some(risk) = self.risks.get(release.id.as_str()) {
            let level = Level::of_risk(risk);
            let told = |it: &ContributionView| (it.id == "schedule" && is_late) || (it.id == "gates" && troubled);
            if level > Level::OnTrack {
                reasons.extend(risk_reasons(risk).filter(|it| !told(it)).map(|it| (level, in_words(it))));
                // Where everything is told already, the risk still counts.
                if reasons.iter().all(|(told, _)| *told < level) {
                    reasons.push((level, format!("its risk is {}: {} of 100", risk.level, risk.score)));
                }
            }
        }
        // A draft promises nothing yet.
        if release.status() == Status::Draft {
            for (level, _) in &mut reasons {
                *level = (*level).min(Level::Watch);
            }
        }
        reasons.sort_by_key(|(level, _)| std::cmp::Reverse(*level));
        let level = reasons.first().map_or(Level::OnTrack, |(level, _)| *level);
        Standing { level, reasons: reasons.into_iter().map(|(_, why)| why).collect() }
    }

    /// What the dates say: that it misses its target, that its last day is over, that there is less time than it needs, or that
    /// it is behind its plan. What comes first says what follows too.
    fn schedule_reasons(&self, r: usize) -> Vec<(Level, String)> {
        let (portfolio, today) = (self.portfolio(), self.material.clock.today);
        let plan = release_view(self.material.plan, r, None);
        if let (Some(days), Some(end)) = (plan.lateness_days.filter(|days| *days > 0), plan.forecast.end) {
            return vec![(Level::Late, format!("forecast {}, {} after the target", day(end), plural(days, "day")))];
        }
        let end = plan.forecast.end.or(plan.planned.end).or(plan.target);
        if let Some(end) = end.filter(|end| *end < today) {
            let is_missed = plan.target.is_some_and(|target| target < today);
            let level = if is_missed { Level::Late } else { Level::AtRisk };
            return vec![(level, format!("should have ended on {}", day(end)))];
        }
        if let Some((days @ ..0, at, p)) = self.material.plan.schedule.in_hand(portfolio, r) {
            let release = &portfolio.releases[at];
            let phase = &release.phases[p].id;
            let name = if at == r { phase.to_string() } else { format!("{}/{phase}", release.id) };
            let days = plural(-days, "working day");
            return vec![(Level::AtRisk, format!("`{name}` will end {days} too late for what follows"))];
        }
        let behind = plan.behind_days.map(|days| (Level::Watch, format!("{} behind its plan", plural(days, "day"))));
        behind.into_iter().collect()
    }

    fn gate_reasons(&self, r: usize) -> Vec<(Level, String)> {
        let gates = self.material.plan.gates.of(r);
        let troubled = gates.iter().filter_map(|gate| {
            let why = match gate.state {
                State::Overdue => {
                    let since = gate.due.map_or_else(String::new, |due| format!(" since {}", day(due)));
                    format!("gate `{}` is overdue{since}", gate.id)
                }
                State::Rejected => format!("gate `{}` was refused", gate.id),
                State::Stale => format!("gate `{}` must be approved again: what was approved has changed", gate.id),
                State::Passed | State::Pending => return None,
            };
            Some((Level::AtRisk, why))
        });
        troubled.collect()
    }

    /// A composite stands no better than its open parts.
    fn inherit(&self, rows: &mut [ReleaseRow]) {
        let portfolio = self.portfolio();
        // Parts stand deeper than what they are part of, so the deepest hand on first.
        let mut order: Vec<usize> = (0..rows.len()).filter(|&r| rows[r].part_of.is_some() && !rows[r].over).collect();
        order.sort_by_key(|&r| std::cmp::Reverse(portfolio.ancestors(r).len()));
        for r in order {
            let level = rows[r].standing.level;
            let parent = portfolio.releases[r].part_of.as_ref().and_then(|id| portfolio.releases.index(id));
            let Some(parent) = parent.filter(|&parent| level > Level::OnTrack && !rows[parent].over) else { continue };
            let words = match level {
                Level::Late => "is late",
                Level::AtRisk => "is at risk",
                _ => "is to be watched",
            };
            let why = format!("its part `{}` {words}", rows[r].id);
            let standing = &mut rows[parent].standing;
            if level > standing.level {
                standing.level = level;
                standing.reasons.insert(0, why);
            }
        }
    }
}

/// The risks of the register that are open, likely and grave.
fn grave_risks(release: &Release) -> impl Iterator<Item = &RiskItem> {
    let register = release.risk.iter().flat_map(|risk| &risk.register);
    register.filter(|risk| {
        matches!(risk.status, None | Some(RiskStatus::Open))
            && risk.likelihood == Some(Rating::High)
            && risk.impact == Some(Rating::High)
    })
}

/// What adds to a risk, the most first.
fn risk_reasons(risk: &RiskView) -> impl Iterator<Item = &ContributionView> {
    let mut found: Vec<&ContributionView> =
        risk.contributions.iter().filter(|it| it.points.is_some_and(|points| points > 0.0)).collect();
    found.sort_by(|a, b| b.points.unwrap_or_default().total_cmp(&a.points.unwrap_or_default()));
    found.into_iter()
}

fn in_words(it: &ContributionView) -> String {
    format!("{}: {}", it.id, it.why.join("; "))
}

/// `26 Nov 2026`.
pub(super) fn day(day: NaiveDate) -> String {
    day.format("%-d %b %Y").to_string()
}
