//! Plans as they once were: the portfolio loaded and scheduled as commits had it.

use std::collections::{BTreeSet, HashMap};
use std::path::{Path, PathBuf};
use std::rc::Rc;

use chrono::NaiveDate;
use rayon::prelude::*;
use smol_str::{SmolStr, format_smolstr};

use super::context::Context;
use super::plans::Plans;
use super::progress::Progress;
use crate::analysis::history::forecast::{Case, Kin, What};
use crate::analysis::history::{Move, Plan, derived, plan};
use crate::analysis::schedule::Schedule;
use crate::git::Repo;
use crate::graph::Graph;
use crate::load;
use crate::load::source::Source;
use crate::model::facts::{Chronicle, Field, History, Step};
use crate::model::release::{Phase, Release};
use crate::model::{Identified, Portfolio};
use crate::time::calendar::WorkCalendar;

/// Commits that are loaded at most, the newest first; it bounds time.
pub const MAX_LOADED: usize = 2_000;
/// Commits that are loaded before any of them is looked at; it bounds memory.
const AT_ONCE: usize = 32;

/// The plans of commits, each loaded once, and kept below the git folder between runs.
pub struct Past<'c> {
    context: &'c Context<'c>,
    plans: Plans,
    /// Where the portfolio is, then where it was before it was moved.
    roots: Vec<PathBuf>,
    /// Commits that could not be loaded.
    unread: BTreeSet<String>,
}

impl<'c> Past<'c> {
    /// Opens what is known of the past of a portfolio.
    pub fn open(context: &'c Context<'c>, chronicle: &Chronicle) -> Self {
        let root = context.source.root();
        let repo = Repo::discover(root).ok().flatten();
        let top = repo.as_ref().and_then(Repo::workdir).map(Path::to_path_buf);
        let former = top.iter().flat_map(|top| chronicle.former.iter().map(|folder| top.join(folder)));
        let roots = std::iter::once(root.to_path_buf()).chain(former).collect();
        let plans = Plans::open(repo.as_ref(), &context.folder_in_repository());
        Self { context, plans, roots, unread: BTreeSet::new() }
    }

    /// How many commits could not be loaded, so that nobody knows what they planned.
    pub fn unread(&self) -> usize {
        self.unread.len()
    }

    /// The plans of commits; none for what cannot be loaded.
    fn load(&mut self, commits: &[String], progress: &Progress, total: usize) -> Vec<Option<Rc<Plan>>> {
        let mut known: Vec<Option<Rc<Plan>>> = commits.iter().map(|commit| self.plans.get(commit)).collect();
        let today = self.context.clock.today;
        let missing: Vec<bool> = known.iter().map(Option::is_none).collect();
        let roots = &self.roots;
        let fresh: Vec<Option<Plan>> = missing
            .par_iter()
            .zip(commits)
            .map(|(&is_missing, commit)| {
                let plan = is_missing.then(|| plan_at(roots, commit, today)).flatten();
                progress.step(total);
                plan
            })
            .collect();
        for (((known, fresh), commit), is_missing) in known.iter_mut().zip(fresh).zip(commits).zip(missing) {
            if let Some(plan) = fresh.map(Rc::new) {
                self.plans.put(commit, &plan);
                *known = Some(plan);
            } else if is_missing {
                self.unread.insert(commit.clone());
            }
        }
        known
    }

    /// How computed dates moved, step by step, of the releases that are wanted; and how many of the oldest steps were left out.
    pub fn derived(&mut self, chronicle: &Chronicle, is_wanted: &dyn Fn(&str) -> bool) -> (Vec<Move>, usize) {
        let left_out = chronicle.steps.len().saturating_sub(MAX_LOADED);
        let steps = &chronicle.steps[left_out..];
        let mut uses: HashMap<&str, usize> = HashMap::new();
        for parent in steps.iter().flat_map(|step| &step.parents) {
            *uses.entry(parent).or_default() += 1;
        }
        let progress = Progress::new(self.context.global.quiet);
        let mut plans: HashMap<&str, Rc<Plan>> = HashMap::new();
        let mut moves = Vec::new();
        for (nth, chunk) in steps.chunks(AT_ONCE).enumerate() {
            let names = chunk.iter().flat_map(|step| {
                step.parents.iter().map(String::as_str).chain(step.commit.as_ref().map(|commit| commit.id.as_str()))
            });
            let names: BTreeSet<&str> = names.filter(|name| !plans.contains_key(name)).collect();
            let owned: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
            let loaded = self.load(&owned, &progress, steps.len());
            for (name, plan) in names.into_iter().zip(loaded) {
                let Some(mut plan) = plan else { continue };
                if !plan.keys().all(|release| is_wanted(release)) {
                    Rc::make_mut(&mut plan).retain(|release, _| is_wanted(release));
                }
                plans.insert(name, plan);
            }
            for (at, step) in chunk.iter().enumerate() {
                moves.extend(self.step(left_out + nth * AT_ONCE + at, step, &plans));
                for parent in &step.parents {
                    let uses = uses.entry(parent).or_default();
                    *uses = uses.saturating_sub(1);
                    if *uses == 0 {
                        plans.remove(parent.as_str());
                    }
                }
            }
        }
        self.plans.save();
        (moves, left_out)
    }

    fn step(&self, at: usize, step: &Step, plans: &HashMap<&str, Rc<Plan>>) -> Vec<Move> {
        let find = |name: &str| plans.get(name).map(|plan| &**plan);
        let parents: Vec<&Plan> = step.parents.iter().filter_map(|parent| find(parent)).collect();
        match &step.commit {
            Some(commit) => find(&commit.id).map(|now| derived(at, &parents, now)).unwrap_or_default(),
            None => derived(at, &parents, &plan(&self.context.loaded.portfolio, self.context.schedule())),
        }
    }

    /// When everything was first planned to end.
    pub fn first_ends(&mut self, chronicle: &Chronicle) -> FirstEnds {
        let mut first: HashMap<(&SmolStr, &SmolStr), usize> = HashMap::new();
        for (at, step) in chronicle.steps.iter().enumerate() {
            let came = step.changes.iter().filter(|change| change.before.is_none());
            for change in came.filter(|change| matches!(change.place.field, Field::Id | Field::Status)) {
                first.entry((&change.place.release, &change.place.subject)).or_insert(at);
            }
        }
        let wanted: BTreeSet<usize> = first.values().copied().collect();
        let wanted: Vec<(usize, String, NaiveDate)> = wanted
            .into_iter()
            .rev()
            .filter_map(|at| {
                let commit = chronicle.steps[at].commit.as_ref()?;
                Some((at, commit.id.clone(), commit.at.date_naive()))
            })
            .take(MAX_LOADED)
            .collect();
        let progress = Progress::new(self.context.global.quiet);
        let mut ends = HashMap::new();
        for chunk in wanted.chunks(AT_ONCE) {
            let names: Vec<String> = chunk.iter().map(|(_, name, _)| name.clone()).collect();
            for ((at, _, day), plan) in chunk.iter().zip(self.load(&names, &progress, wanted.len())) {
                for (release, dates) in plan.iter().flat_map(|plan| &**plan) {
                    for one in dates.iter().filter(|one| one.field == Field::End) {
                        if first.get(&(release, &one.subject)) == Some(at) {
                            ends.insert((release.clone(), one.subject.clone()), (*day, one.date));
                        }
                    }
                }
            }
        }
        self.plans.save();
        ends
    }
}

fn plan_at(roots: &[PathBuf], commit: &str, today: NaiveDate) -> Option<Plan> {
    roots.iter().find_map(|root| {
        let source = Source::revision(root, commit).ok()?;
        let loaded = load::load(&source, &|_, _| {}).ok()?;
        let graph = Graph::new(&loaded.portfolio);
        Some(plan(&loaded.portfolio, &Schedule::new(&loaded.portfolio, &graph, today)))
    })
}

/// When everything was first planned to end, by release and the subject in it, with the day that was committed.
pub type FirstEnds = HashMap<(SmolStr, SmolStr), (NaiveDate, NaiveDate)>;

/// What the past can teach.
pub struct Cases<'p> {
    /// Everything whose first plan is known, and that ended or goes on. What was cancelled, or is over without the day it
    /// ended, says nothing.
    pub all: Vec<Case<'p>>,
    /// How many had ended before the first commit that plans them: what is recorded afterwards never slips.
    pub recorded_afterwards: usize,
}

/// Learns it.
pub fn cases<'p>(portfolio: &'p Portfolio, first: &FirstEnds) -> Cases<'p> {
    let mut all = Vec::new();
    let mut recorded_afterwards = 0;
    for release in &portfolio.releases {
        let id = SmolStr::new(&**release.id());
        let mut add = |subject: SmolStr, ended: Option<NaiveDate>, kin: Kin, calendar: &'p WorkCalendar| {
            if let Some(&(since, planned)) = first.get(&(id.clone(), subject))
                && (ended.is_some() || !release.status().is_over())
            {
                if ended.is_some_and(|ended| ended <= since) {
                    recorded_afterwards += 1;
                    return;
                }
                all.push(Case { kin, since, planned, ended, calendar });
            }
        };
        let ended = release.actual.as_ref().and_then(|actual| actual.end.as_ref()).map(|date| date.value);
        add(SmolStr::default(), ended, kin_of_release(portfolio, release), portfolio.release_calendar(release));
        for phase in &release.phases {
            let calendar = portfolio.phase_calendar(release, phase.team.as_ref());
            let subject = format_smolstr!("phases/{}", &*phase.id);
            add(subject, phase.actual_end(), kin_of_phase(release, phase), calendar);
        }
    }
    Cases { all, recorded_afterwards }
}

/// What keeps the past from teaching more, as sentences.
pub fn caveats(chronicle: &Chronicle, past: &Past<'_>, cases: &Cases<'_>) -> Vec<String> {
    let mut all = Vec::new();
    if chronicle.history == History::Shallow {
        all.push(
            "the clone is shallow: plans older than its history are not known; `git fetch --unshallow` brings them"
                .to_owned(),
        );
    }
    match cases.recorded_afterwards {
        0 => {}
        1 => all.push("1 phase or release was recorded after it had ended, and teaches nothing".to_owned()),
        many => all.push(format!("{many} phases and releases were recorded after they had ended, and teach nothing")),
    }
    match past.unread() {
        0 => {}
        1 => all.push("1 commit could not be loaded; what it planned is not known".to_owned()),
        many => all.push(format!("{many} commits could not be loaded; what they planned is not known")),
    }
    all
}

/// Whose past a phase shares.
pub fn kin_of_phase(release: &Release, phase: &Phase) -> Kin {
    let team = phase.team.as_ref().map(|team| SmolStr::new(&**team));
    Kin { what: What::Phase, team, r#type: SmolStr::new(&*release.r#type) }
}

/// Whose past a release shares: of the team that owns it, or that its owner belongs to.
pub fn kin_of_release(portfolio: &Portfolio, release: &Release) -> Kin {
    let owner = release.common().owner();
    let team = owner.and_then(|owner| match portfolio.team(owner) {
        Some(team) => Some(SmolStr::new(&*team.id)),
        None => portfolio
            .settings
            .people
            .iter()
            .find(|person| person.id == *owner)?
            .team
            .as_ref()
            .map(|team| SmolStr::new(&**team)),
    });
    Kin { what: What::Release, team, r#type: SmolStr::new(&*release.r#type) }
}
