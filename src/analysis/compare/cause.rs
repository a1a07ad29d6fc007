//! Why dates moved: which written changes they follow from.
//!
//! What drives a date is known of each side: the predecessors that keep a phase from being earlier, the phases a release begins
//! and ends with. Every written change that moves dates is followed along what drives at either side, as far as dates moved,
//! up to the next thing that is written otherwise itself.

use std::collections::{BTreeSet, HashMap, VecDeque};

use super::{Change, ChangeKind, Move, Side};
use crate::analysis::schedule::Drivers;
use crate::diagnostic::Subject;
use crate::graph::Node;
use crate::model::{Kind, Portfolio};

/// The fields of a phase or milestone that decide its planned dates.
const PLANNED: &[&str] = &["start", "end", "date", "duration", "after", "team"];
/// Those that decide its forecast beside them.
const FORECAST: &[&str] = &["progress", "actual", "actual.start", "actual.end"];
/// The fields of a release that move what is in it.
const RELEASE: &[&str] = &["calendar", "depends_on", "part_of"];

/// Says of each move which written changes it follows from.
pub fn explain(base: &Side<'_>, head: &Side<'_>, changes: &[Change], moves: &mut [Move]) {
    if moves.is_empty() {
        return;
    }
    for is_plan in [true, false] {
        if !is_plan && moves.iter().all(|it| it.planned.differs()) {
            continue;
        }
        let of_this = |it: &Move| it.planned.differs() == is_plan;
        let mut web = Web::new(base, head, changes, is_plan);
        moves.iter().filter(|it| it.planned.differs() || !is_plan).for_each(|it| web.moved(&it.subject));
        web.join(base);
        web.join(head);
        web.follow();
        for it in moves.iter_mut().filter(|it| of_this(it)) {
            (it.is_written, it.because) = web.answer(&it.subject);
        }
    }
}

/// A release, phase or milestone: the release's id, and its place there.
type Key = (String, String);

fn key(subject: &Subject) -> Key {
    (subject.id.clone(), subject.path.clone())
}

#[derive(Default)]
struct Knot {
    /// Whether it is written otherwise itself.
    is_written: bool,
    /// What moves with it, by number.
    drives: BTreeSet<usize>,
    /// Whether anything that moved drives it.
    is_driven: bool,
    /// The written changes that it follows from.
    because: BTreeSet<Subject>,
}

/// What moved or is written otherwise, and what drives what.
struct Web<'c> {
    changes: &'c [Change],
    is_plan: bool,
    /// Whether calendars are written otherwise, which can move anything.
    calendars: Option<Subject>,
    places: HashMap<Key, usize>,
    knots: Vec<(Key, Knot)>,
}

impl<'c> Web<'c> {
    fn new(base: &Side<'_>, head: &Side<'_>, changes: &'c [Change], is_plan: bool) -> Self {
        let calendars = changes.iter().find(|change| moves_all(change)).map(|change| change.subject.clone());
        let mut web = Self { changes, is_plan, calendars, places: HashMap::new(), knots: Vec::new() };
        for change in changes.iter().filter(|change| change.subject.kind == Kind::Release.as_str()) {
            if let Some(subject) = web.root(base, head, change) {
                let at = web.place(key(&subject));
                web.knots[at].1.is_written = true;
            }
        }
        web
    }

    /// What a written change moves by itself.
    fn root(&self, base: &Side<'_>, head: &Side<'_>, change: &Change) -> Option<Subject> {
        let Subject { path, id, .. } = &change.subject;
        let is_whole = change.kind != ChangeKind::Changed;
        let field = change.field.as_str();
        let decides = is_whole || PLANNED.contains(&field) || !self.is_plan && FORECAST.contains(&field);
        if let Some(("phases" | "milestones", name)) = path.split_once('/') {
            return (decides && !name.contains('/')).then(|| change.subject.clone());
        }
        let has_no_phases = |portfolio: &Portfolio| portfolio.releases.get(id).is_some_and(|it| it.phases.is_empty());
        let ends = field == "target" && (has_no_phases(base.portfolio()) || has_no_phases(head.portfolio()))
            || !self.is_plan && matches!(field, "actual.start" | "actual.end" | "status");
        (path.is_empty() && (is_whole || ends)).then(|| change.subject.clone())
    }

    fn place(&mut self, key: Key) -> usize {
        if let Some(&at) = self.places.get(&key) {
            return at;
        }
        self.places.insert(key.clone(), self.knots.len());
        self.knots.push((key, Knot::default()));
        self.knots.len() - 1
    }

    fn moved(&mut self, subject: &Subject) {
        self.place(key(subject));
    }

    /// Adds what drives what at one side.
    fn join(&mut self, side: &Side<'_>) {
        let forecast = (!self.is_plan).then(|| Drivers::new(side.portfolio(), side.graph, side.schedule()));
        for at in 0..self.knots.len() {
            let Some(node) = node(side.portfolio(), &self.knots[at].0) else { continue };
            for driver in self.drivers(side, forecast.as_ref(), node) {
                let Some(key) = name(side.portfolio(), driver) else { continue };
                if let Some(&from) = self.places.get(&key)
                    && from != at
                {
                    self.knots[from].1.drives.insert(at);
                    self.knots[at].1.is_driven = true;
                }
            }
        }
    }

    fn drivers(&self, side: &Side<'_>, forecast: Option<&Drivers<'_>>, node: Node) -> Vec<Node> {
        match (node, forecast) {
            (Node::Finish(r), _) => self.within(side, r),
            (_, None) => bounds(side, node),
            (_, Some(forecast)) => forecast.of(node),
        }
    }

    /// What a release begins or ends with.
    fn within(&self, side: &Side<'_>, r: usize) -> Vec<Node> {
        let schedule = side.schedule();
        let ends = |r: usize| {
            let it = &schedule.releases[r];
            if self.is_plan { (it.planned_start, it.planned_end) } else { (it.forecast_start, it.forecast_end) }
        };
        let (start, end) = ends(r);
        let phases = schedule.releases[r].phases.iter().enumerate().filter(|(_, own)| {
            let dates = if self.is_plan { own.planned } else { own.forecast };
            dates.is_some_and(|dates| Some(dates.start) == start || Some(dates.end) == end)
        });
        let children = side.portfolio().children(r).iter().filter(|&&child| {
            let (first, last) = ends(child);
            first.is_some() && first == start || last.is_some() && last == end
        });
        phases.map(|(p, _)| Node::Phase(r, p)).chain(children.map(|&child| Node::Finish(child))).collect()
    }

    /// Follows what is written otherwise, then what calendars and the release itself moved.
    fn follow(&mut self) {
        for at in 0..self.knots.len() {
            if self.knots[at].1.is_written {
                let (id, path) = self.knots[at].0.clone();
                self.spread(at, &Subject::new(Kind::Release.as_str(), &id).at(path));
            }
        }
        for at in 0..self.knots.len() {
            let knot = &self.knots[at].1;
            if !knot.is_written && knot.because.is_empty() && !knot.is_driven {
                let Some(cause) = self.around(at) else { continue };
                self.knots[at].1.because.insert(cause.clone());
                self.spread(at, &cause);
            }
        }
    }

    /// What can move something that nothing drives: its release, else the calendars.
    fn around(&self, at: usize) -> Option<Subject> {
        let subject = Subject::new(Kind::Release.as_str(), &self.knots[at].0.0);
        let start = self.changes.partition_point(|change| change.subject < subject);
        let own = self.changes[start..].iter().take_while(|change| change.subject == subject);
        let of_release = own.into_iter().find(|change| RELEASE.contains(&&*change.field));
        of_release.map(|change| change.subject.clone()).or_else(|| self.calendars.clone())
    }

    fn spread(&mut self, from: usize, cause: &Subject) {
        let mut queue = VecDeque::from([from]);
        while let Some(at) = queue.pop_front() {
            let next: Vec<usize> = self.knots[at].1.drives.iter().copied().collect();
            for to in next {
                let knot = &mut self.knots[to].1;
                if !knot.is_written && knot.because.insert(cause.clone()) {
                    queue.push_back(to);
                }
            }
        }
    }

    fn answer(&self, subject: &Subject) -> (bool, Vec<Subject>) {
        let Some(&at) = self.places.get(&key(subject)) else { return (false, Vec::new()) };
        let knot = &self.knots[at].1;
        (knot.is_written, knot.because.iter().cloned().collect())
    }
}

/// Whether a change of the settings can move whatever works by a calendar.
fn moves_all(change: &Change) -> bool {
    let Subject { kind, path, .. } = &change.subject;
    let in_calendar = path.starts_with("calendars/") || change.field.starts_with("calendars");
    let of_team = path.starts_with("teams/") && (change.field == "calendar" || change.kind != ChangeKind::Changed);
    kind == Kind::Portfolio.as_str() && (in_calendar || of_team)
}

fn node(portfolio: &Portfolio, (id, path): &Key) -> Option<Node> {
    let r = portfolio.releases.index(id)?;
    let release = &portfolio.releases[r];
    match path.split_once('/') {
        None => Some(Node::Finish(r)),
        Some(("phases", name)) => Some(Node::Phase(r, release.phases.iter().position(|it| *it.id == *name)?)),
        Some((_, name)) => Some(Node::Milestone(r, release.milestones.iter().position(|it| *it.id == *name)?)),
    }
}

fn name(portfolio: &Portfolio, node: Node) -> Option<Key> {
    let release = &portfolio.releases[node.release()?];
    let path = match node {
        Node::Phase(_, p) => format!("phases/{}", release.phases[p].id),
        Node::Milestone(_, m) => format!("milestones/{}", release.milestones[m].id),
        _ => String::new(),
    };
    Some((release.id.to_string(), path))
}

/// What keeps a phase or milestone from being planned earlier.
fn bounds(side: &Side<'_>, node: Node) -> Vec<Node> {
    let own = match node {
        Node::Phase(r, p) => &side.schedule().releases[r].phases[p].bounds,
        Node::Milestone(r, m) => &side.schedule().releases[r].milestones[m].bounds,
        _ => return Vec::new(),
    };
    let driving = own.iter().filter(|bound| side.schedule().drives(side.portfolio(), node, bound));
    driving.map(|bound| bound.from).collect()
}
