//! What makes a delivery be refused: a table of rule → severity, and a preset that says which severities reject.

use std::fmt;
use std::str::FromStr;

use crate::finding::Severity;
use crate::rule::{Class, Force, Rule};

/// Which severities reject.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq, Hash)]
#[non_exhaustive]
pub enum Preset {
    /// Errors, drift and warnings reject: the documented form and nothing else. For contract tests and the playground.
    Strict,
    /// Errors and drift reject: the schema is enforced, known double spellings and new members pass. The default.
    #[default]
    Standard,
    /// Errors reject: a vendor's new enum value cannot stop a production receiver.
    Tolerant,
    /// Nothing rejects but what protects the receiver itself: a failed signature, a body or headers above a limit, a body that
    /// does not arrive, a delivery that cannot be kept. Everything is reported.
    Observe,
}

impl Preset {
    /// The four presets, from the hardest to the softest.
    pub const ALL: [Self; 4] = [Self::Strict, Self::Standard, Self::Tolerant, Self::Observe];

    /// `strict`, `standard`, `tolerant` or `observe`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Strict => "strict",
            Self::Standard => "standard",
            Self::Tolerant => "tolerant",
            Self::Observe => "observe",
        }
    }

    const fn rejects(self, severity: Severity, rule: Rule) -> bool {
        match self {
            Self::Strict => true,
            Self::Standard => !matches!(severity, Severity::Warning),
            Self::Tolerant => matches!(severity, Severity::Error),
            Self::Observe => matches!(severity, Severity::Error) && is_guard(rule),
        }
    }
}

/// Whether `rule` protects the receiver itself: from what is no delivery, by a signature, a limit, or because it cannot be kept.
const fn is_guard(rule: Rule) -> bool {
    matches!(
        rule.class(),
        Class::Method
            | Class::Unauthorized
            | Class::Forbidden
            | Class::TooLarge
            | Class::HeadersTooLarge
            | Class::Timeout
            | Class::TooMany
            | Class::Unavailable
    ) || matches!(rule, Rule::LimitDepth | Rule::HttpIncomplete | Rule::HttpDecoding)
}

impl fmt::Display for Preset {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// No preset has this name.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("no policy is called \"{name}\"; there are strict, standard, tolerant and observe")]
pub struct UnknownPreset {
    /// What was asked for.
    pub name: String,
}

impl FromStr for Preset {
    type Err = UnknownPreset;

    fn from_str(name: &str) -> Result<Self, UnknownPreset> {
        Self::ALL
            .into_iter()
            .find(|preset| preset.as_str() == name)
            .ok_or_else(|| UnknownPreset { name: name.to_owned() })
    }
}

/// What one rule is set to.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Hash)]
pub enum Level {
    /// Not looked at and not reported.
    Off,
    /// Reported as a warning.
    Warning,
    /// Reported as drift.
    Drift,
    /// Reported as an error.
    Error,
}

impl FromStr for Level {
    type Err = UnknownLevel;

    fn from_str(name: &str) -> Result<Self, UnknownLevel> {
        match name {
            "off" => Ok(Self::Off),
            "warning" => Ok(Self::Warning),
            "drift" => Ok(Self::Drift),
            "error" => Ok(Self::Error),
            _ => Err(UnknownLevel { name: name.to_owned() }),
        }
    }
}

/// No level has this name.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("no level is called \"{name}\"; there are off, warning, drift and error")]
pub struct UnknownLevel {
    /// What was asked for.
    pub name: String,
}

/// What makes a delivery be refused.
///
/// # Example
/// ```
/// use hookvet::{Level, Policy, Rule};
///
/// // Senders that write escapes in `source` only once are common; take them.
/// let policy = Policy::standard().with(Rule::CeASource, Level::Warning);
/// assert!(!policy.rejects(Rule::CeASource));
/// assert!(policy.rejects(Rule::CeAId));
/// ```
#[derive(Clone, Eq, PartialEq)]
pub struct Policy {
    preset: Preset,
    /// `None` where the rule keeps its own severity.
    set: [Option<Level>; Rule::COUNT],
}

impl Policy {
    /// The given preset, no rule changed.
    #[must_use]
    pub const fn new(preset: Preset) -> Self {
        Self { preset, set: [None; Rule::COUNT] }
    }

    /// [`Preset::Strict`].
    #[must_use]
    pub const fn strict() -> Self {
        Self::new(Preset::Strict)
    }

    /// [`Preset::Standard`], the default.
    #[must_use]
    pub const fn standard() -> Self {
        Self::new(Preset::Standard)
    }

    /// [`Preset::Tolerant`].
    #[must_use]
    pub const fn tolerant() -> Self {
        Self::new(Preset::Tolerant)
    }

    /// [`Preset::Observe`].
    #[must_use]
    pub const fn observe() -> Self {
        Self::new(Preset::Observe)
    }

    /// Raises, lowers or switches off one rule. The last call for a rule counts.
    #[must_use]
    pub const fn with(mut self, rule: Rule, level: Level) -> Self {
        self.set[rule as usize] = Some(level);
        self
    }

    /// The preset that this policy started from.
    #[must_use]
    pub const fn preset(&self) -> Preset {
        self.preset
    }

    /// How grave a departure from `rule` is; `None` where the rule is off.
    #[must_use]
    pub const fn severity(&self, rule: Rule) -> Option<Severity> {
        match self.set[rule as usize] {
            Some(Level::Off) => None,
            Some(Level::Warning) => Some(Severity::Warning),
            Some(Level::Drift) => Some(Severity::Drift),
            Some(Level::Error) => Some(Severity::Error),
            None if matches!(rule.force(), Force::Off) => None,
            None => Some(rule.severity()),
        }
    }

    /// Whether a departure from `rule` refuses the delivery.
    #[must_use]
    pub const fn rejects(&self, rule: Rule) -> bool {
        self.rejects_at(rule, None)
    }

    /// As [`severity`](Self::severity) for a departure that is graver, or lighter, than the rule is as a rule. A level that
    /// was set for the rule wins.
    pub(crate) const fn severity_at(&self, rule: Rule, own: Option<Severity>) -> Option<Severity> {
        match (self.set[rule as usize], own) {
            (None, Some(own)) if !matches!(rule.force(), Force::Off) => Some(own),
            _ => self.severity(rule),
        }
    }

    pub(crate) const fn rejects_at(&self, rule: Rule, own: Option<Severity>) -> bool {
        if self.set[rule as usize].is_none() && matches!(rule.force(), Force::Advice) {
            return false;
        }
        match self.severity_at(rule, own) {
            Some(severity) => self.preset.rejects(severity, rule),
            None => false,
        }
    }
}

impl Default for Policy {
    fn default() -> Self {
        Self::standard()
    }
}

impl fmt::Debug for Policy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut out = f.debug_struct("Policy");
        out.field("preset", &self.preset);
        for (rule, level) in Rule::ALL.iter().zip(&self.set) {
            if let Some(level) = level {
                out.field(rule.id(), level);
            }
        }
        out.finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_preset_rejects_what_its_name_says() {
        for (policy, error, drift, warning) in [
            (Policy::strict(), true, true, true),
            (Policy::standard(), true, true, false),
            (Policy::tolerant(), true, false, false),
            (Policy::observe(), false, false, false),
        ] {
            assert_eq!(policy.rejects(Rule::CeAId), error, "{policy:?}");
            assert_eq!(policy.rejects(Rule::SchemaEnum), drift, "{policy:?}");
            assert_eq!(policy.rejects(Rule::AmlyzeD10), warning, "{policy:?}");
            assert!(policy.rejects(Rule::SigMismatch), "{policy:?}");
            assert!(policy.rejects(Rule::LimitBody), "{policy:?}");
            assert!(policy.rejects(Rule::LimitDepth), "{policy:?}");
        }
    }

    #[test]
    fn advice_rejects_only_when_somebody_raises_it() {
        assert!(!Policy::strict().rejects(Rule::CeAName20));
        assert!(Policy::strict().with(Rule::CeAName20, Level::Warning).rejects(Rule::CeAName20));
        assert!(Policy::standard().with(Rule::CeAName20, Level::Error).rejects(Rule::CeAName20));
    }

    #[test]
    fn a_rule_that_is_off_has_no_severity() {
        assert_eq!(Policy::strict().severity(Rule::AmlyzeD13), None);
        assert_eq!(Policy::strict().with(Rule::CeV6, Level::Off).severity(Rule::CeV6), None);
    }
}
