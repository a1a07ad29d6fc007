//! The page of a person or a team: what waits for them, and what is theirs.

use std::fmt::Write;

use super::html::{count, none, place, text};
use super::layout::{Frame, Page, Tab};
use super::{release, todo};
use crate::report::site::people::PersonPage;

/// Releases on the picture.
const MOST: usize = 60;
/// Things to do that are shown.
const NEEDS: usize = 60;

/// The page.
pub fn render(frame: &Frame, view: &PersonPage) -> String {
    let page = frame.below(Tab::Needs, view.source.as_ref());
    let title = view.name.as_deref().filter(|name| !name.trim().is_empty()).unwrap_or(&view.id);
    let mut main = String::new();
    let _ = write!(
        main,
        "<div class=\"head\"><p class=\"quiet\">{}{}</p>\n<h1>{}</h1>\n<p class=\"quiet\"><code>{}</code> {}</p></div>\n",
        if view.is_team { "Team" } else { "Person" },
        view.team.as_ref().map_or_else(String::new, |team| format!(" · of {}", page.who(team))),
        text(title),
        text(&view.id),
        place(view.source.as_ref())
    );
    main.push_str("<dl class=\"tiles\">\n");
    let mut fact = |name: &str, value: &str| {
        let _ = writeln!(main, "<div><dt>{name}</dt><dd>{value}</dd></div>");
    };
    let urgent = view.needs.iter().filter(|need| need.urgent).count();
    let overdue = if urgent == 0 { String::new() } else { format!(" <small>{urgent} overdue</small>") };
    fact("To do in two weeks", &format!("{}{overdue}", view.needs.len()));
    fact("Open releases", &view.releases.len().to_string());
    if !view.is_team {
        let roles: Vec<String> = view.roles.iter().map(|role| text(role)).collect();
        fact("Roles", &if roles.is_empty() { none("none") } else { roles.join(", ") });
    }
    main.push_str("</dl>\n");
    main.push_str("<section class=\"panel\" aria-labelledby=\"waiting\"><h2 id=\"waiting\">What waits for them</h2>\n");
    if view.needs.is_empty() {
        main.push_str("<p>Nothing within two weeks.</p>\n");
    } else {
        main.push_str(&todo::list(&page, &view.needs[..view.needs.len().min(NEEDS)]));
    }
    if view.needs.len() > NEEDS {
        let _ = writeln!(
            main,
            "<p class=\"quiet\">And {} more: <code>relm todo --owner {}</code>.</p>",
            count(view.needs.len() - NEEDS, "thing"),
            text(&view.id)
        );
    }
    main.push_str("</section>\n");
    release::carriers(&mut main, &page, "Open releases", &view.releases[..view.releases.len().min(MOST)]);
    owned(&mut main, &page, view);
    page.render(title, &main)
}

fn owned(out: &mut String, page: &Page<'_>, view: &PersonPage) {
    let members: Vec<String> = view.members.iter().map(|id| page.who(id)).collect();
    let lists = [
        ("People", members.join(", ")),
        ("Projects", page.links("project", &view.projects)),
        ("Environments", page.links("environment", &view.environments)),
    ];
    let known: Vec<String> = lists
        .into_iter()
        .filter(|(_, links)| !links.is_empty())
        .map(|(name, links)| format!("<div><dt>{name}</dt><dd>{links}</dd></div>"))
        .collect();
    if !known.is_empty() {
        let _ = writeln!(
            out,
            "<section class=\"panel\" aria-labelledby=\"owned\"><h2 id=\"owned\">Theirs</h2>\n<dl class=\"facts\">{}</dl></section>",
            known.concat()
        );
    }
}
