//! `relm man`.

use std::path::PathBuf;

use clap::Parser;

use super::{Command, Status};
use crate::cli::args::{Format, Global};
use crate::cli::error::{Error, plain_io};
use crate::cli::output;

/// Write the manual pages, one for each command
#[derive(Debug, Parser)]
#[command(name = "man", after_help = "Examples:\n  relm man ~/.local/share/man/man1\n  man relm-check")]
pub struct Man {
    /// The folder to write them to; made when it is not there
    #[arg(value_name = "DIR")]
    folder: PathBuf,
}

impl Command for Man {
    const FORMATS: &'static [Format] = &[];

    fn run(self, global: &Global) -> Result<Status, Error> {
        let shown = self.folder.display();
        std::fs::create_dir_all(&self.folder)
            .map_err(|error| Error::output(format!("cannot make the folder `{shown}`: {}", plain_io(&error))))?;
        let mut root = crate::cli::command();
        root.build();
        let mut names = Vec::new();
        pages(&root, "relm", &self.folder, &mut names)?;
        global.note("note", &format!("wrote {} to `{shown}`", names.join(", ")));
        Ok(Status::Done)
    }
}

/// The page of a command and of every command below it.
fn pages(command: &clap::Command, name: &str, folder: &std::path::Path, names: &mut Vec<String>) -> Result<(), Error> {
    names.push(page(command, name, folder)?);
    for below in command.get_subcommands().filter(|below| !below.is_hide_set() && below.get_name() != "help") {
        pages(below, &format!("{name}-{}", below.get_name()), folder, names)?;
    }
    Ok(())
}

fn page(command: &clap::Command, name: &str, folder: &std::path::Path) -> Result<String, Error> {
    let mut text = Vec::new();
    let file = format!("{name}.1");
    let page = clap_mangen::Man::new(command.clone()).title(name.to_owned()).section("1");
    page.render(&mut text).map_err(|error| Error::output(plain_io(&error)))?;
    output::write_file(&folder.join(&file), &text)?;
    Ok(file)
}
