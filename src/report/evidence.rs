//! The view of `relm evidence`: everything a decision on a release rests on, for whoever has to judge it later.

use std::collections::{BTreeSet, HashMap};

use serde::Serialize;

use super::Header;
use super::gate::criteria::CriterionView;
use super::gate::show::RequiredView;
use super::gate::verify::{Entry, PolicyView, history_word};
use super::gate::{GateView, Input, ReadinessView, Source};
use crate::analysis::changes::{self, Changes};
use crate::analysis::gates::{Judged, risk_level};
use crate::diagnostic::Span;
use crate::model::facts::FileFact;
use crate::model::portfolio::{Person, Rating};
use crate::model::release::{Release, Status};
use crate::model::{Identified, Portfolio};

/// The name and version of [`Evidence`]'s shape.
pub const SCHEMA: &str = "relm.evidence/1";

/// Everything a decision on a release rests on.
#[derive(Debug, Clone, Serialize, schemars::JsonSchema)]
pub struct Evidence {
    /// Schema, day and revision. Unless told otherwise, the day is that of the commit.
    #[serde(flatten)]
    pub header: Header,
    /// The portfolio's name.
    pub portfolio: Option<String>,
    /// The time zone of the portfolio.
    pub time_zone: &'static str,
    /// The release.
    pub release: String,
    /// How much of the history could be read, as in `gate verify`.
    pub history: &'static str,
    /// What in the settings decides.
    pub settings: Settings,
    /// The release, then its parts by id, cancelled ones too.
    pub releases: Vec<ReleaseEvidence>,
    /// The changes they carry, by id.
    pub changes: Vec<ChangeEvidence>,
    /// The records of their deployments, in the order of files.
    pub deployments: Vec<Document>,
    /// The records of incidents that one of those deployments or releases caused, in the order of files.
    pub incidents: Vec<Document>,
    /// The files that ship.
    pub artifacts: Vec<ArtifactEvidence>,
    /// The files that all of this is written in, by path.
    pub files: Vec<FileEvidence>,
}

/// A piece of a manifest as it is written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct Document {
    /// The id.
    pub id: Option<String>,
    /// Where it is written.
    pub source: Option<Source>,
    /// The text.
    pub text: Option<String>,
}

/// What in the settings decides.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct Settings {
    /// How approvals are judged.
    pub approvals: PolicyView,
    /// The types of the releases.
    pub release_types: Vec<Document>,
    /// The templates of their gates.
    pub gate_templates: Vec<Document>,
    /// The people who approved, waived, own or answer for something, by id.
    pub people: Vec<PersonEvidence>,
}

/// A person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct PersonEvidence {
    /// The id.
    pub id: String,
    /// The name.
    pub name: Option<String>,
    /// The team.
    pub team: Option<String>,
    /// The roles held.
    pub roles: Vec<String>,
    /// The addresses used in commits.
    pub emails: Vec<String>,
    /// The keys that sign commits.
    pub signing_keys: Vec<String>,
}

/// A release and its gates.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct ReleaseEvidence {
    /// The manifest.
    #[serde(flatten)]
    pub manifest: Document,
    /// The risk level, where the manifest tells.
    pub risk_level: Option<&'static str>,
    /// How ready it is, with everything that is part of it.
    pub readiness: ReadinessView,
    /// Its gates.
    pub gates: Vec<GateEvidence>,
}

/// A gate with everything it was judged by.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct GateEvidence {
    /// Where it stands.
    pub gate: GateView,
    /// Its criteria, with the reports that decide them.
    pub criteria: Vec<CriterionView>,
    /// Who must approve.
    pub required: Vec<RequiredView>,
    /// Who has, and what the history proves of it.
    pub approvals: Vec<Entry>,
}

/// A change and who approved it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct ChangeEvidence {
    /// The manifest.
    #[serde(flatten)]
    pub manifest: Document,
    /// Its status.
    pub status: &'static str,
    /// The releases of this document that carry it.
    pub carried_by: Vec<String>,
    /// Who decided, and what the history proves of it.
    pub approvals: Vec<Entry>,
}

/// A file that ships.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct ArtifactEvidence {
    /// The release.
    pub release: String,
    /// The project.
    pub project: String,
    /// As written.
    pub uri: String,
    /// The SHA-256 that was recorded.
    pub recorded_sha256: Option<String>,
    /// The SHA-256 of the file as it is; null when it is not there, or an address of another place.
    pub sha256: Option<String>,
    /// Its size.
    pub bytes: Option<u64>,
    /// Whether it is a pointer of Git LFS, so that hash and size are those that the pointer names.
    pub is_pointer: bool,
}

/// A file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct FileEvidence {
    /// Its path from the root.
    pub path: String,
    /// The SHA-256 of its bytes.
    pub sha256: Option<String>,
    /// Its size.
    pub bytes: Option<u64>,
}

impl Evidence {
    /// The evidence for a release, by index. Build it once to learn its files, attach their texts and hash them, and build it
    /// again: `files` are hashes and sizes by path.
    pub fn new(header: Header, input: &Input<'_>, release: usize, files: &HashMap<String, Option<FileFact>>) -> Self {
        let portfolio = input.portfolio();
        let mut releases = portfolio.family(release);
        releases.sort_unstable_by_key(|&part| (part != release, part));
        let judged: Vec<(usize, Vec<Judged<'_>>)> = releases.iter().map(|&part| (part, input.gates.of(part))).collect();
        let all = Changes::new(portfolio, input.gates.facts);
        let carried: BTreeSet<usize> = releases.iter().flat_map(|&part| all.of_release(part)).collect();
        let shipped = deployments(portfolio, &releases);
        let mut view = Self {
            portfolio: portfolio.settings.common.name().map(str::to_owned),
            time_zone: portfolio.zone.name(),
            release: portfolio.releases[release].id.to_string(),
            history: input.gates.facts.provenance.as_ref().map_or("unreadable", |found| history_word(&found.history)),
            settings: settings(input, &judged, &carried),
            releases: judged.iter().map(|(part, gates)| ReleaseEvidence::new(input, *part, gates)).collect(),
            changes: carried.iter().map(|&change| change_evidence(input, change, &all, &releases)).collect(),
            deployments: shipped
                .iter()
                .map(|&index| {
                    let record = &portfolio.deployments[index];
                    Document::new(input, record.id.as_deref(), record.span)
                })
                .collect(),
            incidents: incidents(input, &releases, &shipped),
            artifacts: artifacts(input, &releases),
            files: Vec::new(),
            header,
        };
        view.files = input.paths().into_iter().map(|path| FileEvidence::new(path, files)).collect();
        view
    }
}

impl Document {
    fn new(input: &Input<'_>, id: Option<&str>, span: Span) -> Self {
        Self {
            id: id.map(str::to_owned),
            source: input.source(span),
            text: input.text(span).map(|text| text.trim_end().to_owned()),
        }
    }
}

impl FileEvidence {
    fn new(path: String, files: &HashMap<String, Option<FileFact>>) -> Self {
        let fact = files.get(&path).and_then(Option::as_ref);
        Self { sha256: fact.map(|file| file.sha256.clone()), bytes: fact.map(|file| file.bytes), path }
    }
}

impl ReleaseEvidence {
    fn new(input: &Input<'_>, release: usize, gates: &[Judged<'_>]) -> Self {
        let portfolio = input.portfolio();
        let manifest = &portfolio.releases[release];
        let gates = gates.iter().map(|gate| GateEvidence {
            gate: GateView::new(input, release, gate),
            criteria: gate.criteria.iter().map(|criterion| CriterionView::new(input, gate, criterion)).collect(),
            required: gate.required.iter().map(|required| RequiredView::new(input, release, required)).collect(),
            approvals: Entry::of_gate(input, release, gate),
        });
        Self {
            manifest: Document::new(input, Some(&manifest.id), manifest.span),
            risk_level: manifest.risk.as_deref().and_then(|risk| risk_level(portfolio, risk)).map(Rating::as_str),
            readiness: ReadinessView::new(input, release),
            gates: gates.collect(),
        }
    }
}

fn change_evidence(input: &Input<'_>, change: usize, all: &Changes<'_>, releases: &[usize]) -> ChangeEvidence {
    let portfolio = input.portfolio();
    let manifest = &portfolio.changes[change];
    let carriers = all.carriers(change).iter().filter(|carrier| releases.contains(&carrier.release));
    ChangeEvidence {
        manifest: Document::new(input, Some(&manifest.id), manifest.span),
        status: changes::status(manifest).as_str(),
        carried_by: carriers.map(|carrier| portfolio.releases[carrier.release].id.to_string()).collect(),
        approvals: Entry::of_change(input, change),
    }
}

/// The types, templates and people that decide on these gates and changes.
fn settings(input: &Input<'_>, judged: &[(usize, Vec<Judged<'_>>)], changes: &BTreeSet<usize>) -> Settings {
    let portfolio = input.portfolio();
    let types: BTreeSet<&str> = judged.iter().map(|(release, _)| &*portfolio.releases[*release].r#type).collect();
    let ids: BTreeSet<&str> = judged.iter().flat_map(|(_, gates)| gates).map(|gate| &**gate.id).collect();
    let settings = &portfolio.settings;
    let release_types = types.into_iter().filter_map(|id| {
        let span = settings.release_types.get(id)?.span;
        Some(Document::new(input, Some(id), span))
    });
    let gate_templates = ids.into_iter().filter_map(|id| {
        let span = settings.gate_templates.get(id)?.span;
        Some(Document::new(input, Some(id), span))
    });
    let mut people: BTreeSet<&str> = BTreeSet::new();
    for (release, gates) in judged {
        people.extend(responsible(&portfolio.releases[*release]));
        for gate in gates {
            people.extend(gate.approvals.iter().map(|entry| &*entry.approval.by));
            let waivers = gate.criteria.iter().filter_map(|criterion| criterion.criterion.waiver.as_ref());
            people.extend(waivers.filter_map(|waiver| waiver.by.as_deref()));
        }
    }
    for &change in changes {
        let change = &portfolio.changes[change];
        people.extend(change.approvals.iter().map(|approval| &*approval.by));
        people.extend(change.common.owner().map(|owner| &**owner));
    }
    Settings {
        approvals: PolicyView::new(input),
        release_types: release_types.collect(),
        gate_templates: gate_templates.collect(),
        people: people.into_iter().filter_map(|id| portfolio.person(id)).map(PersonEvidence::new).collect(),
    }
}

/// Who owns a release or answers for it in an emergency.
fn responsible(release: &Release) -> impl Iterator<Item = &str> {
    let emergency = release.emergency.as_deref();
    let acceptor = emergency.and_then(|emergency| emergency.risk_acceptor.as_ref());
    let reviewer = emergency.and_then(|emergency| emergency.reviewed.as_ref()).map(|review| &review.by);
    release.common.owner().into_iter().chain(acceptor).chain(reviewer).map(|id| &**id)
}

impl PersonEvidence {
    fn new(person: &Person) -> Self {
        Self {
            id: person.id.to_string(),
            name: person.common.name().map(str::to_owned),
            team: person.team.as_ref().map(ToString::to_string),
            roles: person.roles.iter().map(ToString::to_string).collect(),
            emails: person.emails.iter().map(ToString::to_string).collect(),
            signing_keys: person.signing_keys.iter().map(|key| key.key.to_string()).collect(),
        }
    }
}

/// The deployments of these releases, by index.
fn deployments(portfolio: &Portfolio, releases: &[usize]) -> Vec<usize> {
    let mine = |release: &str| portfolio.releases.index(release).is_some_and(|index| releases.contains(&index));
    let all = portfolio.deployments.iter().enumerate();
    all.filter(|(_, record)| record.release.as_deref().is_some_and(mine)).map(|(index, _)| index).collect()
}

/// The incidents that these releases or their deployments caused.
fn incidents(input: &Input<'_>, releases: &[usize], shipped: &[usize]) -> Vec<Document> {
    let portfolio = input.portfolio();
    let releases = releases.iter().map(|&release| &*portfolio.releases[release].id);
    let deployments = shipped.iter().filter_map(|&index| portfolio.deployments[index].id.as_deref());
    let origins: BTreeSet<&str> = releases.chain(deployments).collect();
    let caused = portfolio
        .incidents
        .iter()
        .filter(|incident| incident.caused_by.as_deref().is_some_and(|cause| origins.contains(cause)));
    caused.map(|incident| Document::new(input, Some(&incident.id), incident.span)).collect()
}

/// The files that these releases ship; what is cancelled ships nothing.
fn artifacts(input: &Input<'_>, releases: &[usize]) -> Vec<ArtifactEvidence> {
    let portfolio = input.portfolio();
    let found = &input.gates.facts.evidence.artifacts;
    let releases = releases.iter().map(|&release| &portfolio.releases[release]);
    let shipping = releases.filter(|release| release.status() != Status::Cancelled);
    let items = shipping.flat_map(|release| release.scope.iter().map(move |item| (release, item)));
    let artifacts = items.flat_map(|(release, item)| item.artifacts.iter().map(move |file| (release, item, file)));
    artifacts
        .map(|(release, item, file)| {
            let fact = found.get(file.uri.as_str()).and_then(Option::as_ref);
            ArtifactEvidence {
                release: release.id().to_string(),
                project: item.project.to_string(),
                uri: file.uri.to_string(),
                recorded_sha256: file.sha256.as_ref().map(ToString::to_string),
                sha256: fact.map(|fact| fact.sha256.clone()),
                bytes: fact.map(|fact| fact.bytes),
                is_pointer: fact.is_some_and(|fact| fact.is_pointer),
            }
        })
        .collect()
}
