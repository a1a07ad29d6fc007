//! The views of `relm rules` and `relm explain`.

use serde::Serialize;

use super::Header;
use crate::diagnostic::{Level, Severity};
use crate::model::Portfolio;
use crate::rules::{RULES, Rule, level};

/// The name and version of [`Rules`]' shape.
pub const RULES_SCHEMA: &str = "relm.rules/1";

/// The name and version of [`Explanation`]'s shape.
pub const EXPLAIN_SCHEMA: &str = "relm.explain/1";

/// Every rule.
#[derive(Debug, Clone, Serialize, schemars::JsonSchema)]
pub struct Rules {
    /// Schema, day and revision.
    #[serde(flatten)]
    pub header: Header,
    /// By name.
    pub rules: Vec<RuleView>,
}

/// A rule in a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct RuleView {
    /// The rule's name.
    pub name: String,
    /// What it is about.
    pub group: String,
    /// `error`, `warning`, `info` or `off`, as the portfolio sets it.
    pub level: String,
    /// The severity where the portfolio sets none.
    pub default: Severity,
    /// What it reports, in one line.
    pub summary: String,
}

/// A rule in full.
#[derive(Debug, Clone, Serialize, schemars::JsonSchema)]
pub struct Explanation {
    /// Schema, day and revision.
    #[serde(flatten)]
    pub header: Header,
    /// The rule.
    #[serde(flatten)]
    pub rule: RuleView,
    /// Its page, in Markdown.
    pub docs: String,
}

impl Rules {
    /// Every rule, with the levels of a portfolio where there is one.
    pub fn new(header: Header, portfolio: Option<&Portfolio>) -> Self {
        Self { header, rules: RULES.iter().map(|rule| RuleView::new(rule, portfolio)).collect() }
    }
}

impl RuleView {
    fn new(rule: &Rule, portfolio: Option<&Portfolio>) -> Self {
        let set = portfolio.map_or(Level::At(rule.severity), |portfolio| level(portfolio, rule));
        Self {
            name: rule.name.to_owned(),
            group: rule.group.as_str().to_owned(),
            level: match set {
                Level::Off => "off".to_owned(),
                Level::At(severity) => severity.to_string(),
            },
            default: rule.severity,
            summary: rule.summary.to_owned(),
        }
    }
}

impl Explanation {
    /// The page of a rule.
    pub fn new(header: Header, rule: &Rule, portfolio: Option<&Portfolio>) -> Self {
        Self { header, rule: RuleView::new(rule, portfolio), docs: rule.docs.to_owned() }
    }
}
