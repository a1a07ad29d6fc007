//! Plans of commits that are kept below the git folder between runs, each as what differs from another one.

use std::rc::Rc;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use smol_str::SmolStr;

use crate::analysis::history::Plan;
use crate::git::Repo;
use crate::load::cache::Cache;

/// Plans that stand on each other at most before one is kept as a whole.
const DEEPEST: usize = 500;

/// What is known of the plans of commits.
pub struct Plans {
    cache: Option<Cache<Kept>>,
    /// What tells the portfolios of one repository apart.
    mark: String,
    /// What was asked for or noted last: most commits change little of the one before.
    last: Option<Last>,
}

struct Last {
    key: String,
    depth: usize,
    plan: Rc<Plan>,
}

/// What is kept of a commit.
#[derive(Serialize, Deserialize)]
struct Kept {
    /// The plan that it differs from; none where this is all of it.
    #[serde(rename = "b")]
    base: Option<String>,
    /// How many plans that one stands on, itself among them.
    #[serde(rename = "d")]
    depth: usize,
    /// The releases that are not as they are there.
    #[serde(rename = "p")]
    plan: Plan,
    /// The releases that are there, but not here.
    #[serde(rename = "g")]
    gone: Vec<SmolStr>,
}

impl Plans {
    /// Those of the portfolio in this folder of the repository; nothing is known or kept outside of one.
    pub fn open(repo: Option<&Repo>, folder: &str) -> Self {
        let cache = repo.map(|repo| Cache::open(repo.common_dir(), "plans-v2"));
        let digest = Sha256::digest(folder.as_bytes());
        let mark = digest.iter().take(8).fold(0_u64, |mark, byte| mark << 8 | u64::from(*byte));
        Self { cache, mark: format!("{mark:016x}"), last: None }
    }

    fn key(&self, commit: &str) -> String {
        format!("{commit}.{}", self.mark)
    }

    /// The plan of a commit, if it is known.
    pub fn get(&mut self, commit: &str) -> Option<Rc<Plan>> {
        let key = self.key(commit);
        let mut at = key.clone();
        let mut above: Vec<Kept> = Vec::new();
        let mut plan = loop {
            if let Some(last) = self.last.as_ref().filter(|last| last.key == at) {
                break Rc::clone(&last.plan);
            }
            let kept = self.cache.as_mut()?.get(&at)?;
            match &kept.base {
                None => break Rc::new(kept.plan),
                Some(_) if above.len() > DEEPEST => return None,
                Some(base) => {
                    at.clone_from(base);
                    above.push(kept);
                }
            }
        };
        let depth = match (above.first(), &self.last) {
            (Some(kept), _) => kept.depth,
            (None, Some(last)) if last.key == key => last.depth,
            (None, _) => 0,
        };
        if !above.is_empty() {
            let own = Rc::make_mut(&mut plan);
            for kept in above.into_iter().rev() {
                own.extend(kept.plan);
                own.retain(|release, _| !kept.gone.contains(release));
            }
        }
        self.last = Some(Last { key, depth, plan: Rc::clone(&plan) });
        Some(plan)
    }

    /// Notes the plan of a commit.
    pub fn put(&mut self, commit: &str, plan: &Rc<Plan>) {
        let key = self.key(commit);
        let base = self.last.as_ref().filter(|last| last.depth < DEEPEST && last.key != key);
        let (depth, kept) = base.and_then(|last| differing(last, plan)).map_or_else(
            || (0, Kept { base: None, depth: 0, plan: (**plan).clone(), gone: Vec::new() }),
            |kept| (kept.depth, kept),
        );
        if let Some(cache) = &mut self.cache {
            cache.put(&key, &kept);
        }
        self.last = Some(Last { key, depth, plan: Rc::clone(plan) });
    }

    /// Writes what is new.
    pub fn save(&self) {
        self.cache.iter().for_each(Cache::save);
    }
}

/// What differs, where that is less than half of it.
fn differing(base: &Last, plan: &Plan) -> Option<Kept> {
    let differs = |(release, dates): &(&SmolStr, &Vec<_>)| base.plan.get(*release) != Some(*dates);
    let changed: Plan = plan.iter().filter(differs).map(|(release, dates)| (release.clone(), dates.clone())).collect();
    let gone: Vec<SmolStr> = base.plan.keys().filter(|release| !plan.contains_key(*release)).cloned().collect();
    let is_small = (changed.len() + gone.len()) * 2 < plan.len();
    is_small.then(|| Kept { base: Some(base.key.clone()), depth: base.depth + 1, plan: changed, gone })
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::analysis::history::Planned;
    use crate::model::facts::Field;

    fn plan(changed: &[(usize, &str)]) -> Rc<Plan> {
        let date = |nth: usize| changed.iter().find(|(one, _)| *one == nth).map_or("2026-01-01", |(_, date)| date);
        let one = |nth: usize| Planned {
            subject: SmolStr::default(),
            field: Field::End,
            date: date(nth).parse().unwrap(),
            derived: false,
        };
        Rc::new((0..9).map(|nth| (SmolStr::new(format!("r{nth}")), vec![one(nth)])).collect())
    }

    #[test]
    fn plans_come_back_as_they_were_in_any_order_and_by_folder() {
        let folder = tempfile::tempdir().unwrap();
        let open = |mark: &str| Plans {
            cache: Some(Cache::open(folder.path(), "plans-test")),
            mark: mark.to_owned(),
            last: None,
        };
        let mut fewer = (*plan(&[(1, "2026-02-02")])).clone();
        fewer.remove("r4");
        let all = [
            ("a1", plan(&[])),
            ("b2", plan(&[(1, "2026-02-02")])),
            ("c3", Rc::new(fewer)),
            ("a4", plan(&[(0, "2026-03-03"), (8, "2026-03-03")])),
        ];
        let mut plans = open("one");
        for (commit, plan) in &all {
            plans.put(commit, plan);
        }
        let mut other = open("two");
        other.put("a1", &plan(&[(3, "2027-01-01")]));
        plans.save();
        for order in [[0, 1, 2, 3], [3, 2, 1, 0], [2, 0, 3, 1]] {
            let mut known = open("one");
            for nth in order {
                assert_eq!(known.get(all[nth].0).unwrap(), all[nth].1);
            }
            assert!(known.get("d5").is_none());
        }
        assert!(open("two").get("b2").is_none());
        // Of the second portfolio's plan nothing was saved, and nothing of the first one's is taken for it.
        assert!(open("two").get("a1").is_none());
        let kept = std::fs::read_to_string(folder.path().join("relm/plans-test/b")).unwrap();
        assert!(kept.matches("\"r").count() == 1, "{kept}");
    }
}
