//! `relm graph`.

use clap::Parser;

use super::{Command, Status};
use crate::cli::args::{Format, Global};
use crate::cli::context::Context;
use crate::cli::error::Error;
use crate::render::{graph as render, json};
use crate::report::graph::{self, Focus, GraphView};
use crate::report::show::{Found, Object, find};

/// Show what waits for what, as a tree or a picture
#[derive(Debug, Parser)]
#[command(
    name = "graph",
    after_help = "Examples:\n  relm graph                                releases that are not over, and projects that need each other\n  relm graph payments-2026.12               the phases, milestones and gates of a release\n  relm graph ledger                         what a project needs and what needs it\n  relm graph --format svg -o graph.svg      a picture\n  relm graph --format dot | dot -Tpdf -o graph.pdf"
)]
pub struct Graph {
    /// Draw around this release or project; KIND/ID where an id stands for both
    #[arg(value_name = "ID")]
    id: Option<String>,

    /// Draw releases that are released, closed or cancelled too; JSON always has them
    #[arg(long, conflicts_with = "id")]
    all: bool,
}

impl Command for Graph {
    const FORMATS: &'static [Format] = &[Format::Human, Format::Json, Format::Dot, Format::Mermaid, Format::Svg];

    fn run(self, global: &Global) -> Result<Status, Error> {
        let context = Context::open(global)?;
        let focus = self.focus(&context)?;
        context.note_findings();
        let input = context.input();
        let view = GraphView::new(context.header(graph::SCHEMA), input, &focus);
        global.write(&match global.format {
            Format::Json => json::render(&view),
            Format::Dot => render::dot::render(&view),
            Format::Mermaid => render::mermaid::render(&view),
            Format::Svg => render::svg::render(&view),
            _ => render::human::render(&view, &global.style()),
        })?;
        Ok(Status::Done)
    }
}

impl Graph {
    fn focus(&self, context: &Context<'_>) -> Result<Focus, Error> {
        let portfolio = &context.loaded.portfolio;
        let Some(id) = &self.id else {
            let complete = self.all || context.global.format == Format::Json;
            let shown = portfolio.releases.iter().enumerate();
            let shown = shown.filter(|(_, release)| complete || !release.status().is_over());
            return Ok(Focus::Portfolio(shown.map(|(r, _)| r).collect()));
        };
        // An id may also stand for things that have no graph; they are not in the way.
        if let (Some(r), None) = (portfolio.releases.index(id), portfolio.projects.index(id)) {
            return Ok(Focus::Release(r));
        }
        if let (None, Some(index)) = (portfolio.releases.index(id), portfolio.projects.index(id)) {
            return Ok(Focus::Project(index));
        }
        match find(portfolio, id) {
            Found::One(Object::Release(r)) => Ok(Focus::Release(r)),
            Found::One(Object::Project(index)) => Ok(Focus::Project(index)),
            Found::One(Object::Phase(r, _) | Object::Milestone(r, _) | Object::Gate(r, _)) => {
                let release = &portfolio.releases[r].id;
                Err(Error::usage(format!("`{id}` is inside a release"))
                    .hint(format!("`relm graph {release}` draws it")))
            }
            Found::One(object) => Err(Error::usage(format!("`{id}` is no release and no project"))
                .hint(format!("`relm show {}/{id}` shows it", object.kind()))),
            Found::Several(names) => Err(super::show::ambiguous(id, &names)),
            Found::None(nearest) => Err(super::show::unknown(id, nearest)),
        }
    }
}
