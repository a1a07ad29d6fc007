//! The view of `relm artifacts verify`.

use std::collections::HashMap;

use chrono::{Days, NaiveDate};
use serde::Serialize;

use super::Header;
use super::check::{Place, place};
use crate::diagnostic::SourceMap;
use crate::model::Portfolio;
use crate::model::facts::{FileFact, is_address};
use crate::model::release::{Artifact, Licence, Release};

/// The name and version of [`Verify`]'s shape.
pub const SCHEMA: &str = "relm.artifacts.verify/1";

/// A licence that ends within so many days from today ends soon.
const SOON: Days = Days::new(60);

/// Whether what ships is what was recorded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct Verify {
    /// Schema, day and revision.
    #[serde(flatten)]
    pub header: Header,
    /// Whether every artifact that has a hash and lies in the portfolio verifies.
    pub verified: bool,
    /// How many there are of each.
    pub summary: Summary,
    /// By release, then as written.
    pub artifacts: Vec<ArtifactView>,
}

/// How many artifacts and licences there are of each state.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct Summary {
    /// Artifacts.
    pub artifacts: usize,
    /// Those with the recorded hash.
    pub verified: usize,
    /// Those with another.
    pub mismatch: usize,
    /// Those that are not there.
    pub missing: usize,
    /// Those of which only the pointer of Git LFS is here.
    pub pointer: usize,
    /// Those without a recorded hash.
    pub unrecorded: usize,
    /// Those at an address, which nobody looked at.
    pub elsewhere: usize,
    /// Licences that have ended.
    pub licences_expired: usize,
    /// Licences that end within 60 days, or before their release's target.
    pub licences_expiring: usize,
}

/// A file that ships.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct ArtifactView {
    /// The release.
    pub release: String,
    /// The project.
    pub project: String,
    /// The version that ships.
    pub version: Option<String>,
    /// The path below the root, or the address.
    pub uri: String,
    /// What became of it.
    pub state: State,
    /// The SHA-256 that is written in the manifest.
    pub recorded: Option<String>,
    /// The SHA-256 of the file, or the one its pointer names.
    pub found: Option<String>,
    /// The size of the file in bytes.
    pub bytes: Option<u64>,
    /// Its licence.
    pub licence: Option<LicenceView>,
    /// Where it is written.
    #[serde(flatten)]
    pub place: Place,
}

/// What became of an artifact.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, schemars::JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum State {
    /// The file has the recorded hash.
    Verified,
    /// It has another.
    Mismatch,
    /// There is no such file below the root.
    Missing,
    /// Only its Git LFS pointer is here; it names the recorded hash, but nobody saw the content.
    Pointer,
    /// The file is there, but the manifest records no hash.
    Unrecorded,
    /// It is at an address, which nobody looked at.
    Elsewhere,
}

/// A licence.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct LicenceView {
    /// Its name.
    pub name: Option<String>,
    /// The last day.
    #[schemars(with = "Option<String>", extend("format" = "date"))]
    pub expires: Option<NaiveDate>,
    /// Whether it still holds.
    pub state: LicenceState,
}

/// Whether a licence holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, schemars::JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum LicenceState {
    /// It holds.
    Valid,
    /// It ends within 60 days, or before the release's target.
    Expiring,
    /// It has ended.
    Expired,
}

impl Verify {
    /// Compares what these releases record, by index, with the files as they are, by `uri`.
    pub fn new(
        header: Header,
        portfolio: &Portfolio,
        releases: &[usize],
        files: &HashMap<String, Option<FileFact>>,
        sources: &SourceMap,
    ) -> Self {
        let mut artifacts = Vec::new();
        for release in releases.iter().map(|&release| &portfolio.releases[release]) {
            for item in &release.scope {
                artifacts.extend(item.artifacts.iter().map(|artifact| {
                    let file = files.get(&*artifact.uri).and_then(Option::as_ref);
                    ArtifactView {
                        release: release.id.to_string(),
                        project: item.project.to_string(),
                        version: item.version.as_deref().map(str::to_owned),
                        uri: artifact.uri.to_string(),
                        state: state(artifact, file),
                        recorded: artifact.sha256.as_deref().map(str::to_ascii_lowercase),
                        found: file.map(|file| file.sha256.clone()),
                        bytes: file.map(|file| file.bytes),
                        licence: artifact.licence.as_ref().map(|it| licence(it, release, header.today)),
                        place: place(artifact.uri.span, sources, false),
                    }
                }));
            }
        }
        let summary = Summary::of(&artifacts);
        let verified = summary.mismatch + summary.missing + summary.pointer == 0;
        Self { header, verified, summary, artifacts }
    }
}

fn state(artifact: &Artifact, file: Option<&FileFact>) -> State {
    match (&artifact.sha256, file) {
        _ if is_address(&artifact.uri) => State::Elsewhere,
        (_, None) => State::Missing,
        (None, Some(_)) => State::Unrecorded,
        (Some(recorded), Some(file)) if !file.sha256.eq_ignore_ascii_case(recorded) => State::Mismatch,
        (Some(_), Some(file)) if file.is_pointer => State::Pointer,
        (Some(_), Some(_)) => State::Verified,
    }
}

fn licence(licence: &Licence, release: &Release, today: NaiveDate) -> LicenceView {
    let expires = licence.expires.as_ref().map(|expires| expires.value);
    let target = release.target.as_ref().filter(|_| !release.status().is_over()).map(|target| target.value);
    let soon = today.checked_add_days(SOON).unwrap_or(today);
    let state = match expires {
        Some(expires) if expires < today => LicenceState::Expired,
        Some(expires) if expires <= soon || target.is_some_and(|target| expires < target) => LicenceState::Expiring,
        _ => LicenceState::Valid,
    };
    LicenceView { name: licence.common.name().map(str::to_owned), expires, state }
}

impl Summary {
    fn of(artifacts: &[ArtifactView]) -> Self {
        let states = |state: State| artifacts.iter().filter(|artifact| artifact.state == state).count();
        let is = |artifact: &ArtifactView, state| artifact.licence.as_ref().is_some_and(|it| it.state == state);
        let licences = |state: LicenceState| artifacts.iter().filter(|artifact| is(artifact, state)).count();
        Self {
            artifacts: artifacts.len(),
            verified: states(State::Verified),
            mismatch: states(State::Mismatch),
            missing: states(State::Missing),
            pointer: states(State::Pointer),
            unrecorded: states(State::Unrecorded),
            elsewhere: states(State::Elsewhere),
            licences_expired: licences(LicenceState::Expired),
            licences_expiring: licences(LicenceState::Expiring),
        }
    }
}
