//! `relm site`.

use std::path::{Path, PathBuf};

use chrono::NaiveDate;
use clap::Parser;
use rayon::prelude::*;

use super::report::metrics::Told;
use super::{Command, Status};
use crate::analysis::events::{self, EventKind, Range};
use crate::analysis::history as moved;
use crate::cli::args::{Format, Global};
use crate::cli::context::Context;
use crate::cli::error::Error;
use crate::cli::folder::{Folder, SITE};
use crate::diagnostic::SourceMap;
use crate::git::Follow;
use crate::load::attach_text;
use crate::load::facts::Wants;
use crate::load::history::Since;
use crate::load::moves::{Ask, chronicle};
use crate::model::facts::{self, Chronicle};
use crate::render::site::{self as render, File, Frame, names};
use crate::render::{calendar as calendar_page, json};
use crate::report::calendar::{self, Calendar};
use crate::report::site::{Done, Ids, Material, SCHEMA, Site as Pages};
use crate::report::{self, Header, Revision, check};
use crate::time::plus_days;

/// Write the portfolio as pages to browse, without a server or a network
#[derive(Debug, Parser)]
#[command(
    name = "site",
    after_help = "Examples:\n  relm site public                    write it, then open public/index.html\n  relm site public --at main          as that branch has it\n  relm site public --format json      say what was written, for a pipeline\n\nThe pages need no server and no network. Run it again to bring the folder up to date: files that are as they should be are left alone, and those that no page needs any more are removed. A folder with anything else in it is refused."
)]
pub struct Site {
    /// The folder; made when it is not there
    #[arg(value_name = "DIR")]
    folder: PathBuf,
}

/// Events that the page of the calendar may hold, so that it opens at once.
const EVENTS: usize = 800;

/// The days before and after today that the calendar holds, and whether phases and milestones are among them: the first that
/// is not too much.
const SPANS: &[(i64, i64, bool)] = &[
    (180, 400, true),
    (45, 180, true),
    (28, 92, true),
    (28, 92, false),
    (14, 42, false),
    (7, 21, false),
    (1, 7, false),
];

impl Command for Site {
    const FORMATS: &'static [Format] = &[Format::Human, Format::Json];

    fn run(self, global: &Global) -> Result<Status, Error> {
        let mut context = Context::open(global)?;
        let folder = Folder::open(&self.folder, &SITE)?;
        context.learn(Wants { repositories: true, ..Wants::default() });
        let findings = context.judge(&[]).findings;
        let chronicle = history(&context)?;
        // Pages borrow the manifests while they name lines in the texts; every file has something to name.
        let mut sources = std::mem::take(&mut context.loaded.sources);
        let files: Vec<_> = sources.iter().map(|(file, _)| file).collect();
        for file in files {
            attach_text(&mut sources, &context.source, file);
        }
        let header = header(&context, &self.folder);
        let material =
            Material { plan: context.input(), occupancy: context.occupancy(), clock: context.clock, sources: &sources };
        let mut pages = Pages::new(header.clone(), material, check::views(&findings, &sources));
        let portfolio = &context.loaded.portfolio;
        let mut told = Told::default();
        if let Some(chronicle) = &chronicle {
            let dates = moved::moves(chronicle);
            let input = report::history::Input { portfolio, chronicle, moves: &dates };
            let header = Header { schema: report::history::SCHEMA, ..header.clone() };
            pages = pages.with_moves(report::history::History::new(header, input));
            told = Told::of(chronicle, portfolio.zone);
        }
        let ids = pages.ids();
        let frame = Frame::new(pages.about(), ids.clone(), pages.has_metrics());
        // To measure takes as long as all other lists together.
        let (metrics, mut whole) = rayon::join(
            || {
                let mut view = pages.metrics(told.moves.as_deref())?;
                view.releases.notes.extend(told.why_not.map(str::to_owned));
                Some(render::metrics(&frame, &view))
            },
            || lists(&pages, &frame),
        );
        whole.extend(metrics.map(|page| ("metrics.html".to_owned(), page)));
        whole.push(("calendar.html".to_owned(), calendar_of(&context, &sources, &header)));
        folder.announce(whole.iter().map(|(file, _)| file.clone()).chain(objects(&ids)))?;
        whole.par_iter().try_for_each(|(file, text)| folder.put(file, text))?;
        write_objects(&context, &pages, &frame, &folder)?;
        let outcome = folder.close()?;
        let done = Done {
            header,
            dir: self.folder.to_string_lossy().into_owned(),
            written: outcome.written,
            unchanged: outcome.unchanged,
            removed: outcome.removed,
            pages: whole.iter().filter(|(file, _)| is_page(file)).count() + objects(&ids).count(),
            bytes: outcome.bytes,
            start: "index.html",
        };
        global.write(&match global.format {
            Format::Json => json::render(&done),
            _ => render::human(&done),
        })?;
        Ok(Status::Done)
    }
}

/// What the pages say they were made from: the commit is certain here, for whoever reads them cannot look. The site itself
/// changes nothing of what it shows.
fn header(context: &Context<'_>, folder: &Path) -> Header {
    let commit = context.source.commit().map(str::to_owned);
    let dirty = context.source.dirty_beside(Some(folder));
    Header { schema: SCHEMA, today: context.clock.today, revision: Revision { commit, dirty } }
}

/// How written dates moved from commit to commit; none where there is no history to read.
fn history(context: &Context<'_>) -> Result<Option<Chronicle>, Error> {
    let ask = Ask { since: Since::Beginning, follow: Follow::AllParents, every: false };
    let chronicle = chronicle(&context.source, &context.loaded, &ask)?;
    let unknown = matches!(chronicle.history, facts::History::OutsideGit | facts::History::NoCommit);
    Ok((!unknown).then_some(chronicle))
}

/// The files that stand for the whole portfolio.
fn lists(pages: &Pages<'_>, frame: &Frame) -> Vec<File> {
    let needs = pages.needs();
    let people = pages.people(&needs);
    let mut files: Vec<File> = vec![
        ("index.html".to_owned(), render::portfolio(frame, &pages.portfolio_page(&needs))),
        ("todo.html".to_owned(), render::todo(frame, &needs)),
        ("site.css".to_owned(), render::STYLE.to_owned()),
        ("site.js".to_owned(), render::SCRIPT.to_owned()),
        ("about.js".to_owned(), render::about_script(&frame.about)),
        ("search.js".to_owned(), render::search_script(&pages.search(), pages.findings())),
    ];
    files.extend(people.iter().map(|view| (names::page("person", &view.id), render::person(frame, view))));
    files.extend(render::releases(frame, pages.rows()));
    files.extend(render::environments(frame, &pages.environment_list()));
    files.extend(render::projects(frame, &pages.project_list()));
    files.extend(render::findings(frame, pages.findings()));
    files
}

/// Whether a file is a page, and not what pages are made with.
fn is_page(file: &str) -> bool {
    Path::new(file).extension().is_some_and(|extension| extension == "html")
}

/// The files of single releases, environments and projects.
fn objects(ids: &Ids) -> impl Iterator<Item = String> {
    let page = |kind: &'static str| move |id: &String| names::page(kind, id);
    let releases = ids.releases.iter().map(page("release"));
    releases.chain(ids.environments.iter().map(page("environment"))).chain(ids.projects.iter().map(page("project")))
}

/// Makes and writes them one by one, so that none has to be kept.
fn write_objects(context: &Context<'_>, pages: &Pages<'_>, frame: &Frame, folder: &Folder) -> Result<(), Error> {
    let portfolio = &context.loaded.portfolio;
    (0..portfolio.releases.len()).into_par_iter().try_for_each(|r| {
        let page = names::page("release", &portfolio.releases[r].id);
        folder.put(&page, &render::release(frame, &pages.release(r)))
    })?;
    (0..portfolio.environments.len()).into_par_iter().try_for_each(|index| {
        let page = names::page("environment", &portfolio.environments[index].id);
        folder.put(&page, &render::environment(frame, &pages.environment(index)))
    })?;
    (0..portfolio.projects.len()).into_par_iter().try_for_each(|index| {
        let page = names::page("project", &portfolio.projects[index].id);
        folder.put(&page, &render::project(frame, &pages.project(index)))
    })
}

/// The page of the calendar, as `relm calendar` makes it, for as many days as are not too much.
fn calendar_of(context: &Context<'_>, sources: &SourceMap, header: &Header) -> String {
    let portfolio = &context.loaded.portfolio;
    let today = context.clock.today;
    let mut events = Vec::new();
    let mut days: (NaiveDate, NaiveDate) = (today, today);
    for &(before, after, phases) in SPANS {
        days = (plus_days(today, -before), plus_days(today, after));
        let range = Range { from: Some(days.0), to: Some(days.1), around: today };
        events = events::all(portfolio, context.schedule(), range);
        events::for_people(portfolio, &mut events);
        events.retain(|event| phases || !matches!(event.kind, EventKind::Phase | EventKind::Milestone));
        if events.len() <= EVENTS {
            break;
        }
    }
    let header = Header { schema: calendar::SCHEMA, ..header.clone() };
    let view = Calendar::new(header, portfolio, sources, (Some(days.0), Some(days.1)), &events);
    let release = |id: &str| names::page("release", id);
    calendar_page::html::render_among(
        &view,
        calendar_page::html::Site { home: "index.html", word: "← Portfolio", release },
    )
}
