//! What a command works with: the portfolio, its schedule, and the moment it is judged at.

use std::mem::ManuallyDrop;
use std::path::{Component, Path, PathBuf};
use std::sync::OnceLock;
use std::time::Instant;

use super::args::{Format, Global};
use super::error::Error;
use super::find;
use super::progress::Progress;
use chrono::{DateTime, Utc};

use crate::analysis::gates::Gates;
use crate::analysis::occupancy::Occupancy;
use crate::analysis::schedule::Schedule;
use crate::diagnostic::{Finding, Severity};
use crate::git::Repo;
use crate::graph::Graph;
use crate::load::facts::{self, Wants};
use crate::load::root::find_root;
use crate::load::source::Source;
use crate::load::{self, Loaded};
use crate::model::Portfolio;
use crate::model::facts::Facts;
use crate::report::plan::Input;
use crate::report::{Header, Revision};
use crate::rules::{self, Group, Manifests, Outcome, RULES};
use crate::time::{Clock, When};

/// A loaded portfolio with all that follows from it. The process ends with its command, and the system takes back a large
/// portfolio at once that would take a while to give back piece by piece; so it is never dropped.
#[derive(Debug)]
pub struct Context<'g> {
    /// The options of every command.
    pub global: &'g Global,
    /// Where the manifests came from.
    pub source: Source,
    /// The manifests, and what reading found wrong.
    pub loaded: ManuallyDrop<Loaded>,
    /// The moment everything is judged at.
    pub clock: Clock,
    /// Made when it is first asked for.
    plan: OnceLock<ManuallyDrop<(Graph, Schedule)>>,
    /// Likewise.
    occupancy: OnceLock<ManuallyDrop<Occupancy>>,
    /// Likewise.
    facts: OnceLock<Facts>,
}

impl<'g> Context<'g> {
    /// Loads the portfolio around the current folder, as `--at` and `--today` say. Without readable settings there is no
    /// plan to speak of.
    pub fn open(global: &'g Global) -> Result<Self, Error> {
        Self::open_broken(global)?.readable()
    }

    /// The same, judged at this moment unless `--today` says otherwise.
    pub fn open_as_of(global: &'g Global, now: DateTime<Utc>) -> Result<Self, Error> {
        let today = today(global)?;
        let source = find::source(global)?;
        let clock = |zone| today.map_or_else(|| Clock::from_instant(now, zone), |when| Clock::at(when, zone));
        Self::of(global, source, global.at.as_deref(), clock)?.readable()
    }

    fn readable(self) -> Result<Self, Error> {
        if self.loaded.has_settings {
            return Ok(self);
        }
        Err(Error::input("`relm.yaml` cannot be read as the settings of a portfolio").hint("`relm check` shows why"))
    }

    /// The same for those who show what is wrong, even with the settings.
    pub fn open_broken(global: &'g Global) -> Result<Self, Error> {
        let today = today(global)?;
        let source = find::source(global)?;
        Self::of(global, source, global.at.as_deref(), |zone| clock(today, zone))
    }

    /// The same portfolio as another revision has it, judged at the same moment.
    pub fn at_revision(&self, rev: &str) -> Result<Self, Error> {
        let source = Source::revision(self.source.root(), rev)?;
        Self::of(self.global, source, Some(rev), |_| self.clock)
    }

    /// The same portfolio as it would be with this content in one of its files, judged at the same moment.
    pub fn with_text(&self, file: &str, bytes: Vec<u8>) -> Result<Self, Error> {
        let source = Source::changed_work_tree(self.source.root().to_path_buf(), file, bytes);
        Self::of(self.global, source, None, |_| self.clock)
    }

    /// The same portfolio, wherever it was read, as it would be with these contents in some of its files, by path; judged at
    /// the same moment.
    pub fn with_texts(&self, texts: Vec<(String, Vec<u8>)>) -> Result<Self, Error> {
        let source = self.source.changed(texts)?;
        Self::of(self.global, source, self.global.at.as_deref(), |_| self.clock)
    }

    /// Goes on with another schedule and whatever `change` does to the portfolio: what if the plan were that. What was
    /// learnt outside manifests stays.
    pub fn replan(&mut self, schedule: Schedule, change: impl FnOnce(&mut Portfolio)) {
        self.plan();
        if let Some(plan) = self.plan.get_mut() {
            plan.1 = schedule;
        }
        self.occupancy = OnceLock::new();
        change(&mut self.loaded.portfolio);
    }

    fn of(
        global: &'g Global,
        source: Source,
        rev: Option<&str>,
        clock: impl FnOnce(chrono_tz::Tz) -> Clock,
    ) -> Result<Self, Error> {
        let started = Instant::now();
        let progress = Progress::new(global.quiet);
        let loaded = load::load(&source, &|_, total| progress.step(total));
        drop(progress);
        let loaded = loaded.map_err(|error| find::load_error(&error, rev))?;
        let clock = clock(loaded.portfolio.zone);
        if global.verbose {
            let at = rev.map(|rev| format!(" at `{rev}`")).unwrap_or_default();
            let (files, documents, took) = (loaded.sources.len(), loaded.documents, started.elapsed().as_millis());
            let root = source.root().display();
            global.note("note", &format!("read {files} files with {documents} documents of `{root}`{at} in {took} ms"));
            global.note("note", &format!("today is {} in {}", clock.today, clock.zone));
        }
        Ok(Self {
            global,
            source,
            loaded: ManuallyDrop::new(loaded),
            clock,
            plan: OnceLock::new(),
            occupancy: OnceLock::new(),
            facts: OnceLock::new(),
        })
    }

    fn plan(&self) -> &(Graph, Schedule) {
        self.plan.get_or_init(|| {
            let graph = Graph::new(&self.loaded.portfolio);
            let schedule = Schedule::new(&self.loaded.portfolio, &graph, self.clock.today);
            ManuallyDrop::new((graph, schedule))
        })
    }

    /// What depends on what.
    pub fn graph(&self) -> &Graph {
        &self.plan().0
    }

    /// When things happen.
    pub fn schedule(&self) -> &Schedule {
        &self.plan().1
    }

    /// Who uses which environment when.
    pub fn occupancy(&self) -> &Occupancy {
        self.occupancy.get_or_init(|| ManuallyDrop::new(Occupancy::new(&self.loaded.portfolio, self.schedule())))
    }

    /// What it takes to judge gates, approvals and artefacts, learnt outside manifests.
    pub fn facts(&self) -> &Facts {
        let learn = || facts::gather(&self.source, &self.loaded, Wants::to_judge(&self.loaded.portfolio));
        self.facts.get_or_init(learn)
    }

    /// Learns what `more` names too. It has to be asked for before anything is judged.
    pub fn learn(&self, more: Wants) {
        let wants = Wants::to_judge(&self.loaded.portfolio);
        let wants = Wants {
            provenance: wants.provenance || more.provenance,
            evidence: wants.evidence || more.evidence,
            artifacts: wants.artifacts || more.artifacts,
            repositories: more.repositories,
        };
        self.facts.get_or_init(|| facts::gather(&self.source, &self.loaded, wants));
    }

    /// Where the gates stand.
    pub fn gates(&self) -> Gates<'_> {
        let portfolio = &self.loaded.portfolio;
        Gates { portfolio, schedule: self.schedule(), facts: self.facts(), clock: &self.clock }
    }

    /// What the views of plans are made from.
    pub fn input(&self) -> Input<'_> {
        let portfolio = &self.loaded.portfolio;
        Input { portfolio, graph: self.graph(), schedule: self.schedule(), gates: self.gates() }
    }

    /// Judges the portfolio by the rules of these names, or by all. The plan is made beside the rules that need none.
    pub fn judge(&self, only: &[&str]) -> Outcome {
        let (portfolio, clock) = (&self.loaded.portfolio, &self.clock);
        let judge_manifests = || rules::judge_manifests(&Manifests { portfolio, clock }, only);
        let ((graph, schedule), early) = if portfolio.is_large() {
            rayon::join(|| self.plan(), judge_manifests)
        } else {
            (self.plan(), judge_manifests())
        };
        let context = ManuallyDrop::new(rules::Context::new(portfolio, graph, schedule, self.facts(), clock));
        rules::conclude(&context, &self.loaded.findings, early, only)
    }

    /// Reads the texts that these findings point into, so that a view can show them.
    pub fn attach_texts(&mut self, findings: &[Finding]) {
        self.loaded.attach_texts(&self.source, findings);
    }

    /// The keys every JSON document begins with. Whether the work tree is dirty costs a look at every file; people are
    /// spared it, and read of a commit only where it is certain that the numbers come from it.
    pub fn header(&self, schema: &'static str) -> Header {
        let machine = self.global.format != Format::Human;
        let dirty = machine && self.source.dirty();
        let certain = machine || matches!(self.source, Source::Revision(_));
        let commit = self.source.commit().filter(|_| certain);
        let revision = Revision { commit: commit.map(str::to_owned), dirty };
        Header { schema, today: self.clock.today, revision }
    }

    /// Says on standard error when manifests are broken, for commands that go on with what can be read and show no
    /// findings themselves.
    pub fn note_findings(&self) {
        if self.loaded.findings.is_empty() {
            return;
        }
        let errors =
            self.judge(&reading_rules()).findings.iter().filter(|found| found.severity == Severity::Error).count();
        if errors > 0 {
            let plural = if errors == 1 { "" } else { "s" };
            self.global.note(
                "warning",
                &format!("{errors} error{plural} in the manifests, found on reading them; see `relm check`"),
            );
        }
    }

    /// The portfolio's folder inside the repository, `/` between its parts; empty when they are the same, or outside git.
    pub fn folder_in_repository(&self) -> String {
        let root = self.source.root();
        let Ok(Some(repo)) = Repo::discover(root) else { return String::new() };
        let top = repo.workdir().map(|top| top.canonicalize().unwrap_or_else(|_| top.to_path_buf()));
        let below = top.as_deref().and_then(|top| root.strip_prefix(top).ok()).unwrap_or(Path::new(""));
        with_slashes(below)
    }

    /// A path as the user gave it, from the portfolio's root with `/` between its parts; empty for the root itself, none
    /// when it lies outside. It need not exist.
    pub fn below_root(&self, path: &Path) -> Option<String> {
        let absolute = std::path::absolute(path).ok()?;
        let real = absolute.ancestors().find_map(|existing| {
            let rest = absolute.strip_prefix(existing).ok()?;
            Some(existing.canonicalize().ok()?.join(rest))
        })?;
        let mut plain = PathBuf::new();
        for part in real.components() {
            match part {
                Component::ParentDir => drop(plain.pop()),
                Component::CurDir => {}
                part => plain.push(part),
            }
        }
        plain.strip_prefix(self.source.root()).ok().map(with_slashes)
    }
}

/// The rules about what manifests say, each by itself: what they find cannot be understood.
pub fn reading_rules() -> Vec<&'static str> {
    RULES.iter().filter(|rule| rule.group == Group::Manifest).map(|rule| rule.name).collect()
}

fn with_slashes(path: &Path) -> String {
    path.iter().map(|part| part.to_string_lossy()).collect::<Vec<_>>().join("/")
}

/// What `--today` or `RELM_TODAY` says.
pub fn today(global: &Global) -> Result<Option<When>, Error> {
    let Some(text) = global.today.as_deref().filter(|text| !text.trim().is_empty()) else { return Ok(None) };
    When::parse(text)
        .map(Some)
        .map_err(|error| Error::usage(error.to_string()).hint("`--today` or `RELM_TODAY` says so"))
}

/// The moment a command judges at: as told, else by the system's clock.
pub fn clock(today: Option<When>, zone: chrono_tz::Tz) -> Clock {
    match today {
        Some(when) => Clock::at(when, zone),
        None => Clock::from_instant(chrono::Utc::now(), zone),
    }
}

/// The portfolio around the current folder where there is one, and the header of a view that needs none.
pub fn around<'g>(global: &'g Global, schema: &'static str) -> Result<(Option<Context<'g>>, Header), Error> {
    if global.at.is_none() && find_root(Path::new(".")).is_err() {
        let clock = clock(today(global)?, chrono_tz::Tz::UTC);
        return Ok((None, Header { schema, today: clock.today, revision: Revision::default() }));
    }
    let context = Context::open_broken(global)?;
    let header = context.header(schema);
    Ok((Some(context), header))
}
