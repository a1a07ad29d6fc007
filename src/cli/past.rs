//! Plans as they once were: the portfolio loaded and scheduled as commits had it.

use std::collections::{BTreeSet, HashMap};
use std::rc::Rc;

use chrono::NaiveDate;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};
use smol_str::{SmolStr, format_smolstr};

use super::context::Context;
use super::progress::Progress;
use crate::analysis::history::forecast::{Case, Kin, What};
use crate::analysis::history::{Move, Plan, derived, plan};
use crate::analysis::schedule::Schedule;
use crate::git::Repo;
use crate::graph::Graph;
use crate::load;
use crate::load::cache::Cache;
use crate::load::source::Source;
use crate::model::facts::{Chronicle, Field, Step};
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
    /// The folder of the portfolio: one repository may hold several.
    folder: String,
    cache: Option<Cache<Kept>>,
}

/// What is kept of a commit.
#[derive(Serialize, Deserialize)]
struct Kept {
    folder: String,
    plan: Plan,
}

impl<'c> Past<'c> {
    /// Opens what is known of the past of a portfolio.
    pub fn open(context: &'c Context<'c>) -> Self {
        let repo = Repo::discover(context.source.root()).ok().flatten();
        let cache = repo.map(|repo| Cache::open(repo.common_dir(), "plans-v1"));
        Self { context, folder: context.folder_in_repository(), cache }
    }

    /// The plans of commits. What cannot be loaded has an empty one.
    fn load(&mut self, commits: &[String], progress: &Progress, total: usize) -> Vec<Plan> {
        let folder = &self.folder;
        let cache = &mut self.cache;
        let mut known: Vec<Option<Plan>> = commits
            .iter()
            .map(|commit| {
                let kept = cache.as_mut()?.get(commit).filter(|kept| kept.folder == *folder)?;
                Some(kept.plan)
            })
            .collect();
        let today = self.context.clock.today;
        let root = self.context.source.root();
        let fresh: Vec<Option<Plan>> = known
            .par_iter()
            .zip(commits)
            .map(|(known, commit)| {
                let plan = known.is_none().then(|| plan_at(root, commit, today));
                progress.step(total);
                plan
            })
            .collect();
        for ((known, fresh), commit) in known.iter_mut().zip(fresh).zip(commits) {
            let Some(plan) = fresh else { continue };
            if let Some(cache) = &mut self.cache {
                cache.put(commit, &Kept { folder: self.folder.clone(), plan: plan.clone() });
            }
            *known = Some(plan);
        }
        known.into_iter().map(Option::unwrap_or_default).collect()
    }

    fn save(&self) {
        self.cache.iter().for_each(Cache::save);
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
            for (name, mut plan) in names.into_iter().zip(loaded) {
                plan.retain(|release, _| is_wanted(release));
                plans.insert(name, Rc::new(plan));
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
        self.save();
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
                for (release, dates) in plan {
                    for one in dates.into_iter().filter(|one| one.field == Field::End) {
                        if first.get(&(&release, &one.subject)) == Some(at) {
                            ends.insert((release.clone(), one.subject), (*day, one.date));
                        }
                    }
                }
            }
        }
        self.save();
        ends
    }
}

fn plan_at(root: &std::path::Path, commit: &str, today: NaiveDate) -> Plan {
    let Ok(source) = Source::revision(root, commit) else { return Plan::new() };
    let Ok(loaded) = load::load(&source, &|_, _| {}) else { return Plan::new() };
    let graph = Graph::new(&loaded.portfolio);
    plan(&loaded.portfolio, &Schedule::new(&loaded.portfolio, &graph, today))
}

/// When everything was first planned to end, by release and the subject in it, with the day that was committed.
pub type FirstEnds = HashMap<(SmolStr, SmolStr), (NaiveDate, NaiveDate)>;

/// Everything whose first plan is known, and that ended or goes on. What was cancelled, or is over without the day it ended,
/// says nothing.
pub fn cases<'p>(portfolio: &'p Portfolio, first: &FirstEnds) -> Vec<Case<'p>> {
    let mut all = Vec::new();
    for release in &portfolio.releases {
        let id = SmolStr::new(&**release.id());
        let mut add = |subject: SmolStr, ended: Option<NaiveDate>, kin: Kin, calendar: &'p WorkCalendar| {
            if let Some(&(since, planned)) = first.get(&(id.clone(), subject))
                && (ended.is_some() || !release.status().is_over())
            {
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
