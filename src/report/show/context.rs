//! What the parts of a view share: the portfolio, the moment, and the way from spans to places.

use std::cell::RefCell;
use std::collections::BTreeSet;

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use chrono_tz::Tz;

use super::{Draft, Item, Material, Source};
use crate::analysis::gates::Gates;
use crate::analysis::schedule::{Dates, Schedule};
use crate::diagnostic::{FileId, Span};
use crate::graph::{Graph, Node};
use crate::model::decode::Common;
use crate::model::release::{At, Release};
use crate::model::{Identified, Portfolio};
use crate::report::plan::Input;
use crate::time::{Clock, Recurrence, When};

/// How far ahead occurrences are looked for.
const HORIZON: TimeDelta = TimeDelta::days(400);

/// What the parts of a view share.
pub struct Context<'p> {
    pub portfolio: &'p Portfolio,
    pub graph: &'p Graph,
    pub schedule: &'p Schedule,
    pub gates: Gates<'p>,
    pub clock: Clock,
    material: Material<'p>,
    files: RefCell<BTreeSet<FileId>>,
}

impl<'p> Context<'p> {
    pub fn new(material: Material<'p>) -> Self {
        let Input { portfolio, graph, schedule, gates } = material.plan;
        Self { portfolio, graph, schedule, gates, clock: material.clock, material, files: RefCell::default() }
    }

    pub fn input(&self) -> Input<'p> {
        self.material.plan
    }

    /// The files that places were asked for in.
    pub fn files(&self) -> Vec<FileId> {
        self.files.borrow().iter().copied().collect()
    }

    /// Where something is written; none for what is written nowhere.
    pub fn source(&self, span: Span) -> Option<Source> {
        let sources = self.material.sources;
        let file = sources.path(span.file);
        if file.is_empty() {
            return None;
        }
        self.files.borrow_mut().insert(span.file);
        let line = sources.has_text(span.file).then(|| sources.position(span.file, span.start).line);
        Some(Source { file: file.to_owned(), line })
    }

    /// What every mapping may say beside its own fields.
    pub fn common(&self, common: &Common, span: Span, draft: &mut Draft) {
        draft.name = common.name().map(str::to_owned);
        draft.source = self.source(span);
        draft.fact("description", common.description().map(str::trim));
        draft.fact("owner", common.owner());
        let labels: Vec<String> = common.labels().iter().map(|(key, value)| format!("{key}={value}")).collect();
        draft.fact("labels", Some(labels.join(", ")));
        for link in common.links() {
            let title = link.title.as_ref().map_or_else(String::new, |title| format!("{title} "));
            draft.fact("link", Some(format!("{title}{}", link.url)));
        }
    }

    /// A release as an item, with its planned dates.
    pub fn release_item(&self, r: usize) -> Item {
        let release = &self.portfolio.releases[r];
        let own = &self.schedule.releases[r];
        Item::new("release", &release.id)
            .name(release.common().name())
            .from(own.planned_start.or(own.planned_end))
            .to(own.planned_end)
            .state(Some(release.status().as_str()))
            .at(self.source(release.id.span))
    }

    /// A phase, milestone, gate or release as an item, with its planned dates and without its place.
    pub fn node_item(&self, node: Node) -> Item {
        match node {
            Node::Start(r) | Node::Finish(r) => Item { source: None, ..self.release_item(r) },
            Node::Phase(r, p) => {
                let release = &self.portfolio.releases[r];
                let dates = self.schedule.phase(r, p).planned;
                let phase = &release.phases[p];
                Self::dated(Item::new("phase", format!("{}/{}", release.id, phase.id)).name(phase.common.name()), dates)
            }
            Node::Milestone(r, m) => {
                let release = &self.portfolio.releases[r];
                let milestone = &release.milestones[m];
                Item::new("milestone", format!("{}/{}", release.id, milestone.id))
                    .name(milestone.common.name())
                    .on(self.schedule.releases[r].milestones[m].date)
            }
            Node::Gate(r, g) => {
                let release = &self.portfolio.releases[r];
                let gate = &release.gates[g];
                Item::new("gate", format!("{}/{}", release.id, gate.id)).name(gate.common.name())
            }
            Node::Project(index) => {
                let project = &self.portfolio.projects[index];
                Item::new("project", &project.id).name(project.common.name())
            }
        }
    }

    pub fn dated(item: Item, dates: Option<Dates>) -> Item {
        item.from(dates.map(|dates| dates.start)).to(dates.map(|dates| dates.end))
    }

    /// The next occurrences of a recurrence that are not over now, with how long each takes: first and last instant, on
    /// the wall clock of the zone; or why it cannot be unrolled.
    pub fn occurrences(
        &self,
        rule: &str,
        start: When,
        exdates: &[When],
        zone: Tz,
        minutes: i64,
        limit: usize,
    ) -> Result<Vec<(String, String)>, String> {
        let recurrence = Recurrence::parse(rule, start, zone, exdates).map_err(|error| error.to_string())?;
        let length = TimeDelta::minutes(minutes.clamp(0, i64::from(u32::MAX)));
        let (found, _) = recurrence.occurrences(self.clock.now - length, self.clock.now + HORIZON, limit);
        Ok(found.into_iter().map(|at| (wall_clock(at, zone), wall_clock(at + length, zone))).collect())
    }

    /// The day that `at:` of a release means; as written where it is a time, none without a target.
    pub fn at(&self, release: &Release, at: At) -> Option<String> {
        match at {
            At::When(when) => Some(when.to_string()),
            At::Target(lag) => {
                let target = release.target.as_ref()?.value;
                Some(self.portfolio.release_calendar(release).add_lag(target, lag).to_string())
            }
        }
    }
}

/// A time on the wall clock of a zone.
pub fn wall_clock(at: DateTime<Utc>, zone: Tz) -> String {
    at.with_timezone(&zone).format("%Y-%m-%dT%H:%M").to_string()
}

/// Days that are over, for sorting what is past behind what is to come.
pub fn is_past(end: Option<NaiveDate>, today: NaiveDate) -> bool {
    end.is_some_and(|end| end < today)
}

/// Items by their first day, those without one last; ties by id.
pub fn by_date(mut items: Vec<Item>) -> Vec<Item> {
    items.sort_by(|a, b| (a.start.is_none(), &a.start, &a.id).cmp(&(b.start.is_none(), &b.start, &b.id)));
    items
}
