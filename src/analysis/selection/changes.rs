//! Which changes a command looks at.

use chrono::NaiveDate;

use super::Selection;
use crate::analysis::changes::Changes;
use crate::analysis::schedule::ReleaseSchedule;
use crate::model::Portfolio;

impl Selection {
    /// Whether a change is selected: by its own project, owner, labels and days; by its release, its type, environments, teams
    /// and stages when a release that carries it fits. Without a project of its own it changes those its releases ship.
    pub fn selects_change(
        &self,
        portfolio: &Portfolio,
        changes: &Changes<'_>,
        change: usize,
        today: NaiveDate,
    ) -> bool {
        let manifest = &portfolio.changes[change];
        let carrying = || changes.carriers(change).iter().map(|carrier| &portfolio.releases[carrier.release]);
        let by_release = Self {
            releases: self.releases.clone(),
            environments: self.environments.clone(),
            teams: self.teams.clone(),
            types: self.types.clone(),
            stages: self.stages.clone(),
            ..Self::default()
        };
        let fits = by_release.is_empty()
            || carrying().any(|release| by_release.selects(portfolio, release, &ReleaseSchedule::default()));
        let projects: Vec<&str> = match &manifest.project {
            Some(project) => vec![project],
            None => carrying().flat_map(|release| &release.scope).map(|item| &*item.project).collect(),
        };
        let end = changes.day(change, today);
        let start = changes.needed_by(change).or(end);
        fits && self.projects.allow_any(projects)
            && self.owners.allow_any(manifest.common.owner().map(|id| &**id))
            && self.labels.iter().all(|(key, value)| {
                manifest.common.labels().iter().any(|(name, text)| **name == **key && value.allow(text))
            })
            && self.from.is_none_or(|from| end.is_some_and(|end| end >= from))
            && self.to.is_none_or(|to| start.is_some_and(|start| start <= to))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use crate::analysis::selection::Patterns;
    use crate::analysis::testing::loaded;
    use crate::model::facts::Facts;

    const TEXT: &str = "kind: release\nid: one\ntype: minor\nscope: [{project: cards}, {project: ledger, changes: [std]}]\n---\n\
        kind: release\nid: two\ntype: major\nscope: [{project: web, changes: [std]}]\n---\n\
        kind: change\nid: alone\nproject: web\nowner: mei\nlabels: {region: eu}\nwindow: {start: 2026-12-05T22:00, end: 2026-12-06T06:00}\n---\n\
        kind: change\nid: own\nproject: cards\nrelease: one\n---\n\
        kind: change\nid: std\ntype: standard\n";

    fn selected(selection: &Selection) -> Vec<String> {
        let loaded = loaded(TEXT);
        let facts = Facts::default();
        let changes = Changes::new(&loaded.portfolio, &facts);
        let all = loaded.portfolio.changes.iter().enumerate();
        let wanted = all.filter(|(index, _)| {
            selection.selects_change(&loaded.portfolio, &changes, *index, "2026-12-05".parse().unwrap())
        });
        wanted.map(|(_, change)| change.id.to_string()).collect()
    }

    fn patterns(text: &str) -> Patterns {
        Patterns::new(&[text.to_owned()]).unwrap()
    }

    #[test]
    fn changes_are_selected_by_what_they_say_and_by_what_carries_them() {
        assert_eq!(selected(&Selection::default()), ["alone", "own", "std"]);
        assert_eq!(selected(&Selection { releases: patterns("one"), ..Selection::default() }), ["own", "std"]);
        assert_eq!(selected(&Selection { types: patterns("major"), ..Selection::default() }), ["std"]);
        assert_eq!(selected(&Selection { projects: patterns("web"), ..Selection::default() }), ["alone", "std"]);
        assert_eq!(selected(&Selection { projects: patterns("ledger"), ..Selection::default() }), ["std"]);
        assert_eq!(selected(&Selection { owners: patterns("mei"), ..Selection::default() }), ["alone"]);
        let labels = vec![("region".to_owned(), patterns("e*"))];
        assert_eq!(selected(&Selection { labels, ..Selection::default() }), ["alone"]);
        let from = "2026-12-06".parse().ok();
        assert_eq!(selected(&Selection { from, ..Selection::default() }), ["alone"]);
        let to = "2026-12-04".parse().ok();
        assert_eq!(selected(&Selection { to, ..Selection::default() }), Vec::<String>::new());
    }
}
