//! The events of releases.

use chrono::NaiveDate;
use chrono_tz::Tz;

use super::collect::{Collector, described, lasting, moments, named, part, stamp};
use super::{Event, EventKind, EventStatus, Moment, Origin};
use crate::analysis::deployments::{self, Time};
use crate::analysis::gates;
use crate::diagnostic::Span;
use crate::model::decode::Common;
use crate::model::release::{Release, Status};
use crate::model::{Id, Portfolio};
use crate::time::Duration;

impl<'p> Collector<'p> {
    /// Everything a release has a date for.
    pub fn release(&mut self, r: usize) {
        let of = One::new(self.portfolio, r);
        self.phases(&of);
        self.milestones(&of);
        self.gates(&of);
        self.deployment(&of);
        self.people(&of);
        self.dates(&of);
    }

    fn phases(&mut self, of: &One<'p>) {
        for (phase, own) in of.release.phases.iter().zip(&self.schedule.releases[of.index].phases) {
            let Some(dates) = own.planned.filter(|dates| dates.start <= dates.end) else { continue };
            let path = format!("phases/{}", phase.id);
            let event = of.days(EventKind::Phase, &path, named(&phase.common, &phase.id), dates.start, dates.end);
            self.push(Event {
                environments: phase.environments.iter().map(|used| &used.id).collect(),
                team: phase.team.as_ref(),
                ..about(event, &phase.common, phase.id.span)
            });
        }
    }

    fn milestones(&mut self, of: &One<'p>) {
        for (milestone, own) in of.release.milestones.iter().zip(&self.schedule.releases[of.index].milestones) {
            let Some(date) = own.date else { continue };
            let path = format!("milestones/{}", milestone.id);
            let event = of.days(EventKind::Milestone, &path, named(&milestone.common, &milestone.id), date, date);
            self.push(about(event, &milestone.common, milestone.id.span));
        }
    }

    fn gates(&mut self, of: &One<'p>) {
        for gate in &of.release.gates {
            let Some(due) = gates::due_of(self.portfolio, self.schedule, of.index, gate) else { continue };
            let event =
                of.days(EventKind::Gate, &format!("gates/{}", gate.id), named(&gate.common, &gate.id), due, due);
            self.push(about(event, &gate.common, gate.id.span));
        }
    }

    /// The window of the deployment, its waves and its rehearsals.
    fn deployment(&mut self, of: &One<'p>) {
        let Some(plan) = &of.release.deployment else { return };
        let portfolio = self.portfolio;
        let places = of.places();
        let mut found: Vec<Event<'p>> = Vec::new();
        for (zone, environments) in places {
            // Environments whose clocks differ deploy at different times; the first keep the plain uid.
            let suffix = match environments.first() {
                Some(first) if !found.is_empty() => format!("/environments/{first}"),
                _ => String::new(),
            };
            if let Some(window) = &plan.window
                && let Some(time) = deployments::within(window, zone)
            {
                let event = of.timed(EventKind::Deployment, &format!("deployment{suffix}"), "deployment", (time, zone));
                let event = Event { environments: environments.clone(), span: window.start.span, ..event };
                found.push(Event { description: of.ships(), ..event });
            }
            for (wave, time, span) in deployments::written_times(portfolio, of.release, zone) {
                let Some(wave) = wave.and_then(|wave| plan.waves.get(wave)) else { continue };
                let path = format!("deployment/waves/{}{suffix}", wave.id);
                let label = format!("wave {}", named(&wave.common, &wave.id));
                let event = about(of.timed(EventKind::Wave, &path, &label, (time, zone)), &wave.common, span);
                found.push(Event { environments: environments.clone(), ..event });
            }
        }
        for event in found {
            self.push(event);
        }
        for rehearsal in &plan.rehearsals {
            let zone = rehearsal.environment.as_ref().and_then(|id| portfolio.environments.get(id));
            let zone = zone.map_or(portfolio.zone, |environment| portfolio.zone_of(environment));
            let minutes = rehearsal.duration.as_ref().map(|duration| duration.value.0);
            let (start, end) = lasting(rehearsal.at.value, minutes, zone);
            // Rehearsals have no ids.
            let key = rehearsal.common.name().map_or_else(|| stamp(start), part);
            let label = rehearsal.common.name().map_or("rehearsal", str::trim);
            let event = of.event(EventKind::Rehearsal, &format!("deployment/rehearsals/{key}"), label, start, end);
            let event = about(event, &rehearsal.common, rehearsal.at.span);
            self.push(Event { environments: rehearsal.environment.iter().collect(), ..event });
        }
    }

    /// Who is told and trained.
    fn people(&mut self, of: &One<'p>) {
        let zone = self.portfolio.zone;
        for message in &of.release.communications {
            let Some(at) = &message.at else { continue };
            let Some(time) = deployments::at_time(self.portfolio, of.release, at.value, zone) else { continue };
            let path = format!("communications/{}", message.id);
            let label = message.common.name().or(message.audience.as_deref()).unwrap_or(&message.id);
            let event = of.timed(EventKind::Communication, &path, label.trim(), (time, zone));
            let event = about(event, &message.common, message.id.span);
            let by = message.channel.as_ref().map(|channel| format!("by {channel}"));
            self.push(Event { description: event.description.or(by), ..event });
        }
        for training in &of.release.training {
            let Some(at) = &training.at else { continue };
            let Some(time) = deployments::at_time(self.portfolio, of.release, at.value, zone) else { continue };
            let minutes =
                training.duration.as_ref().and_then(|duration| chrono::TimeDelta::try_minutes(duration.value.0));
            let time = match (time, minutes) {
                (Time::Instant(start), Some(length)) => {
                    let end = start.checked_add_signed(length);
                    end.and_then(|end| crate::time::Interval::new(start, end)).map_or(time, Time::Window)
                }
                _ => time,
            };
            let path = format!("training/{}", training.id);
            let label = training.common.name().or(training.audience.as_deref()).unwrap_or(&training.id);
            let event = of.timed(EventKind::Training, &path, label.trim(), (time, zone));
            self.push(about(event, &training.common, training.id.span));
        }
    }

    /// The dates of the release itself.
    fn dates(&mut self, of: &One<'p>) {
        let mut day = |kind, path: &str, label: &str, date: &crate::model::Spanned<NaiveDate>| {
            let event = of.days(kind, path, label, date.value, date.value);
            let ships = if kind == EventKind::Target { of.ships() } else { None };
            self.push(Event { span: date.span, description: ships, ..event });
        };
        if let Some(branch) = &of.release.branch {
            let name =
                branch.common.name().map_or_else(|| "branch".to_owned(), |name| format!("branch {}", name.trim()));
            if let Some(cut) = &branch.cut {
                day(EventKind::BranchCut, "branch/cut", &format!("{name} cut"), cut);
            }
            if let Some(freeze) = &branch.code_freeze {
                day(EventKind::CodeFreeze, "branch/code_freeze", "code freeze", freeze);
            }
        }
        if let Some(target) = &of.release.target {
            day(EventKind::Target, "target", "target", target);
        }
        self.hypercare(of);
    }

    /// From the day after the release ended, or is planned to end.
    fn hypercare(&mut self, of: &One<'p>) {
        let Some(length) = of.release.support.as_ref().and_then(|support| support.hypercare.as_ref()) else { return };
        let actual = of.release.actual.as_ref().and_then(|actual| actual.end.as_ref()).map(|end| end.value);
        let Some(end) = actual.or(self.schedule.releases[of.index].planned_end) else { return };
        let Some(next) = end.succ_opt() else { return };
        let calendar = self.portfolio.release_calendar(of.release);
        let (first, last) = match length.value.0 {
            elapsed @ Duration::Elapsed { .. } => (next, calendar.add(end, elapsed)),
            working => {
                let first = calendar.next_working(next);
                (first, calendar.finish(first, calendar.working_length(working).max(1)))
            }
        };
        if length.value.0.is_zero() {
            return;
        }
        let event = of.days(EventKind::Hypercare, "hypercare", "hypercare", first, last);
        let support = of.release.support.as_ref().and_then(|support| support.common.owner());
        self.push(Event { span: length.span, owner: support, team: self.team(support), ..event });
    }

    /// The owner, where that is a team.
    pub(super) fn team(&self, owner: Option<&'p Id>) -> Option<&'p Id> {
        owner.filter(|id| self.portfolio.team(id).is_some())
    }
}

/// A release, and what all its events say.
struct One<'p> {
    portfolio: &'p Portfolio,
    index: usize,
    release: &'p Release,
    status: EventStatus,
}

impl<'p> One<'p> {
    fn new(portfolio: &'p Portfolio, index: usize) -> Self {
        let release = &portfolio.releases[index];
        Self { portfolio, index, release, status: status(release) }
    }

    fn event(&self, kind: EventKind, path: &str, label: &str, start: Moment, end: Moment) -> Event<'p> {
        let id = &self.release.id;
        Event {
            uid: format!("release/{id}/{path}"),
            kind,
            title: format!("{id} {label}"),
            label: label.to_owned(),
            description: None,
            origin: Origin::Release(self.index),
            release: Some(self.index),
            projects: self.release.scope.iter().map(|item| &item.project).collect(),
            environments: Vec::new(),
            team: None,
            owner: None,
            start,
            end,
            status: self.status,
            span: id.span,
        }
    }

    fn days(&self, kind: EventKind, path: &str, label: &str, first: NaiveDate, last: NaiveDate) -> Event<'p> {
        self.event(kind, path, label, Moment::Day(first), Moment::Day(last))
    }

    fn timed(&self, kind: EventKind, path: &str, label: &str, (time, zone): (Time, Tz)) -> Event<'p> {
        let (start, end) = moments(time, zone);
        self.event(kind, path, label, start, end)
    }

    /// What ships, in a line.
    fn ships(&self) -> Option<String> {
        let items = self.release.scope.iter().map(|item| match &item.version {
            Some(version) => format!("{} {version}", item.project),
            None => item.project.to_string(),
        });
        let items: Vec<String> = items.collect();
        (!items.is_empty()).then(|| format!("ships {}", items.join(", ")))
    }

    /// The environments deployed to, those of one zone together, in the order of the first of each; the portfolio's zone
    /// where there are none.
    fn places(&self) -> Vec<(Tz, Vec<&'p Id>)> {
        let mut places: Vec<(Tz, Vec<&'p Id>)> = Vec::new();
        for index in deployments::environments(self.portfolio, self.release) {
            let environment = &self.portfolio.environments[index];
            let zone = self.portfolio.zone_of(environment);
            match places.iter_mut().find(|(other, _)| *other == zone) {
                Some((_, together)) => together.push(&environment.id),
                None => places.push((zone, vec![&environment.id])),
            }
        }
        if places.is_empty() {
            places.push((self.portfolio.zone, Vec::new()));
        }
        places
    }
}

/// The event with what its own mapping says.
fn about<'p>(event: Event<'p>, common: &'p Common, span: Span) -> Event<'p> {
    Event { description: described(common), owner: common.owner(), span, ..event }
}

/// How certain what belongs to a release is.
pub(super) fn status(release: &Release) -> EventStatus {
    match release.status() {
        Status::Draft => EventStatus::Tentative,
        Status::Cancelled => EventStatus::Cancelled,
        _ => EventStatus::Confirmed,
    }
}
