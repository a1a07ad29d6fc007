//! The frame around every page: head, navigation, search, foot.

use std::fmt::Write;

use super::html::text;
use super::names;
use crate::render::text::html_escape;
use crate::report::show::Source;
use crate::report::site::{About, Ids};

/// How many of those who hold a role are named.
const NAMED: usize = 6;

/// The policy of every page: nothing but the site's own style and scripts, nothing inline, no network.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; base-uri 'none'; form-action 'none'";

/// What all pages share.
#[derive(Debug)]
pub struct Frame {
    /// What every page knows of the whole.
    pub about: About,
    /// The ids that have a page.
    ids: Ids,
    /// Whether there is a page of metrics.
    metrics: bool,
}

/// A page in the navigation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tab {
    /// The first page.
    Portfolio,
    /// What waits for somebody.
    Needs,
    /// Lists and pages of releases.
    Releases,
    /// Lists and pages of environments.
    Environments,
    /// Lists and pages of projects.
    Projects,
    /// Metrics.
    Metrics,
    /// What is wrong.
    Findings,
}

/// A page to be framed.
#[derive(Debug, Clone, Copy)]
pub struct Page<'f> {
    /// What all pages share.
    pub frame: &'f Frame,
    /// From the page to the folder of the site: empty, or `../`.
    pub root: &'static str,
    /// Where it stands in the navigation.
    pub tab: Tab,
    /// The manifest of what the page is about; empty where it is about many.
    pub home: &'f str,
}

impl Frame {
    /// The frame of a site.
    pub fn new(about: About, ids: Ids, metrics: bool) -> Self {
        Self { about, ids, metrics }
    }

    /// A page in the folder of the site.
    pub const fn top(&self, tab: Tab) -> Page<'_> {
        Page { frame: self, root: "", tab, home: "" }
    }

    /// A page in a folder below, about what is written there.
    pub fn below<'f>(&'f self, tab: Tab, source: Option<&'f Source>) -> Page<'f> {
        Page { frame: self, root: "../", tab, home: source.map_or("", |source| &source.file) }
    }

    fn has(&self, kind: &str, id: &str) -> bool {
        let ids = match kind {
            "release" => &self.ids.releases,
            "environment" => &self.ids.environments,
            "project" => &self.ids.projects,
            "person" => &self.ids.people,
            _ => return false,
        };
        ids.binary_search_by(|known| known.as_str().cmp(id)).is_ok()
    }
}

impl Page<'_> {
    /// The address of an object's page, or of the part of a page that shows it; none when there is none.
    pub fn address(&self, kind: &str, id: &str) -> Option<String> {
        if self.frame.has(kind, id) {
            return Some(format!("{}{}", self.root, names::page(kind, id)));
        }
        let (release, part) = id.split_once('/')?;
        if !matches!(kind, "phase" | "gate" | "milestone") || !self.frame.has("release", release) {
            return None;
        }
        let page = names::page("release", release);
        Some(format!("{}{page}#{}", self.root, names::anchor(kind, part)))
    }

    /// An object by its id or another label, linked where it has a page.
    pub fn link(&self, kind: &str, id: &str, label: &str) -> String {
        match self.address(kind, id) {
            Some(address) => format!("<a href=\"{address}\">{}</a>", text(label)),
            None => text(label),
        }
    }

    /// A person or a team by its id, linked where it is known; a role is not.
    pub fn who(&self, id: &str) -> String {
        self.link("person", id, id)
    }

    /// Where something is written: the line alone in the manifest that the page names above.
    pub fn place(&self, source: Option<&Source>) -> String {
        match source {
            Some(Source { file, line: Some(line) }) if file == self.home => {
                format!("<span class=\"place line\" title=\"{}:{line}\">line {line}</span>", html_escape(file))
            }
            source => super::html::place(source),
        }
    }

    /// Several ids of a kind, linked.
    pub fn links<'i>(&self, kind: &str, ids: impl IntoIterator<Item = &'i String>) -> String {
        ids.into_iter().map(|id| self.link(kind, id, id)).collect::<Vec<_>>().join(", ")
    }

    /// People and teams, linked; of many who hold a role only the first are named.
    pub fn people(&self, ids: &[String]) -> String {
        let shown = if ids.len() > NAMED + 1 { &ids[..NAMED] } else { ids };
        let more = match ids.len() - shown.len() {
            0 => String::new(),
            more => format!(" and {more} more"),
        };
        format!("{}{more}", self.links("person", shown))
    }

    /// The whole page around what stands in `main`.
    pub fn render(&self, title: &str, main: &str) -> String {
        let Self { frame, root, .. } = *self;
        let name = &frame.about.portfolio;
        let mut out = String::with_capacity(main.len() + 4096);
        let _ = write!(
            out,
            "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
             <meta http-equiv=\"Content-Security-Policy\" content=\"{POLICY}\">\n\
             <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
             <meta name=\"color-scheme\" content=\"light dark\">\n<meta name=\"referrer\" content=\"no-referrer\">\n\
             <title>{}{}</title>\n<link rel=\"stylesheet\" href=\"{root}site.css\">\n\
             <script src=\"{root}about.js\"></script>\n<script src=\"{root}site.js\"></script>\n</head>\n<body>\n\
             <a class=\"skip\" href=\"#main\">Skip to the content</a>\n<header class=\"top\">\n\
             <a class=\"brand\" href=\"{root}index.html\">{}</a>\n",
            html_escape(&crate::render::text::sanitize(title)),
            if title == name {
                String::new()
            } else {
                format!(" · {}", html_escape(&crate::render::text::sanitize(name)))
            },
            text(name)
        );
        self.navigation(&mut out);
        let _ = write!(
            out,
            "<div class=\"tools\"><div id=\"search\" class=\"search\" role=\"search\" hidden>\
             <input id=\"q\" type=\"search\" autocomplete=\"off\" spellcheck=\"false\" placeholder=\"Search  /\" \
             aria-label=\"Search releases, projects, environments, people, changes, findings\" role=\"combobox\" aria-autocomplete=\"list\" \
             aria-expanded=\"false\" aria-controls=\"found\"><ul id=\"found\" role=\"listbox\" aria-label=\"Found\" hidden></ul>\
             <p id=\"told\" class=\"sr\" role=\"status\"></p></div>\
             <button id=\"theme\" type=\"button\" class=\"control\" hidden>Auto</button></div>\n</header>\n\
             <main id=\"main\" tabindex=\"-1\">\n{main}</main>\n<footer class=\"foot\">\n\
             <p id=\"as-of\">Made by relm from the manifests of {}; <a href=\"{root}index.html\">the first page</a> says \
             of which day.</p>\n</footer>\n</body>\n</html>\n",
            text(name)
        );
        out
    }

    fn navigation(&self, out: &mut String) {
        let root = self.root;
        out.push_str("<nav aria-label=\"Pages\"><ul>\n");
        let tabs = [
            (Some(Tab::Portfolio), "index.html", "Portfolio"),
            (Some(Tab::Needs), "todo.html", "To do"),
            (None, "calendar.html", "Calendar"),
            (Some(Tab::Releases), "releases.html", "Releases"),
            (Some(Tab::Environments), "environments.html", "Environments"),
            (Some(Tab::Projects), "projects.html", "Projects"),
            (Some(Tab::Metrics), "metrics.html", "Metrics"),
            (Some(Tab::Findings), "findings.html", "Findings"),
        ];
        for (tab, file, word) in tabs {
            if tab == Some(Tab::Metrics) && !self.frame.metrics {
                continue;
            }
            let here = if tab == Some(self.tab) { " aria-current=\"true\"" } else { "" };
            let _ = writeln!(out, "<li><a href=\"{root}{file}\"{here}>{word}</a></li>");
        }
        out.push_str("</ul></nav>\n");
    }
}

/// When and of what the site was made, in words.
pub fn as_of(about: &About) -> String {
    let mut words = vec![format!("as of {}", about.today.format("%a %-d %b %Y"))];
    if let Some(commit) = &about.commit {
        let short: String = commit.chars().take(10).collect();
        words.push(format!("commit {short}{}", if about.dirty { " with changes" } else { "" }));
    }
    words.push(format!("times in {} unless they say otherwise", about.zone));
    words.join(" · ")
}

/// What the scripts of all pages know: only this file changes with every day and every commit.
pub fn about_script(about: &About) -> String {
    let words = format!("Made by relm from the manifests of {}, {}.", about.portfolio, as_of(about));
    let words = crate::render::text::sanitize(&words).into_owned();
    format!("\"use strict\";\nwindow.relmAbout = {};\n", serde_json::to_string(&words).unwrap_or_default())
}
