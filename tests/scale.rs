//! The portfolio that the benchmark measures is one that people could have: it is read without faults and is never
//! smaller or larger than said.

#![allow(clippy::unwrap_used, missing_docs)]

#[path = "../benches/generator/mod.rs"]
mod generator;

use relm::analysis::schedule::Schedule;
use relm::graph::Graph;
use relm::load::source::Source;
use relm::model::facts::Facts;
use relm::rules::{self, Context};
use relm::time::{Clock, When};

const MANIFESTS: usize = 600;

#[test]
fn it_has_as_many_manifests_of_the_size_as_were_asked_for() {
    for count in [20, 200, MANIFESTS, 10_000] {
        let files = generator::portfolio(count);
        assert_eq!(files.len(), count);
        let mean = files.iter().map(|file| file.text.len()).sum::<usize>() / count;
        assert!(count < 200 || (1_400..=1_600).contains(&mean), "{mean} bytes in each of {count} manifests");
    }
}

#[test]
fn it_is_the_same_every_time() {
    let texts = || generator::portfolio(MANIFESTS).into_iter().map(|file| (file.path, file.text)).collect::<Vec<_>>();
    assert_eq!(texts(), texts());
}

#[test]
fn it_is_sound() {
    let folder = tempfile::tempdir().unwrap();
    generator::write(folder.path(), &generator::portfolio(MANIFESTS)).unwrap();
    generator::commit(folder.path()).unwrap();
    let (source, warnings) = Source::work_tree(folder.path().to_path_buf());
    assert_eq!(warnings, Vec::<String>::new());
    let loaded = relm::load::load(&source, &|_, _| {}).unwrap();
    let clock = Clock::at(When::parse(generator::TODAY).unwrap(), loaded.portfolio.zone);
    let graph = Graph::new(&loaded.portfolio);
    let schedule = Schedule::new(&loaded.portfolio, &graph, clock.today);
    let facts = Facts::default();
    let context = Context::new(&loaded.portfolio, &graph, &schedule, &facts, &clock);
    let found = rules::run(&context, &loaded.findings, &[]).findings;
    let said: Vec<_> = found.iter().map(|finding| (finding.rule, &finding.subject.id, &finding.message)).collect();
    assert!(said.len() < MANIFESTS / 20, "{said:#?}");
    assert!(
        said.iter().all(|(rule, ..)| !matches!(
            *rule,
            "syntax" | "unknown-field" | "invalid-value" | "unknown-reference" | "dependency-cycle"
        )),
        "{said:#?}"
    );
    assert_eq!(loaded.documents, MANIFESTS);
}
