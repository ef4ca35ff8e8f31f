//! The steps of the ladder of degradation, and what each means for a session's work.

use engine::asr::ContextSize;

/// How much of the service is given. Each level includes what the ones before it leave out.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Level {
    #[default]
    Full,
    /// Live text comes half as often.
    SlowerPartials,
    /// Live text is read with less silence behind the speech. Finals are not: the same words come out, however busy it is.
    SmallerContext,
    /// `high` quality is done by the fast model.
    FastModel,
    /// Texts are cleaned by the rules alone.
    RulesOnly,
    /// No live text; finals as before.
    FinalsOnly,
    /// New sessions are refused. For those who are in it is the same as `FinalsOnly`.
    Refusing,
}

impl Level {
    pub const ALL: [Self; 7] = [
        Self::Full,
        Self::SlowerPartials,
        Self::SmallerContext,
        Self::FastModel,
        Self::RulesOnly,
        Self::FinalsOnly,
        Self::Refusing,
    ];

    /// Its name in metrics.
    pub fn name(self) -> &'static str {
        match self {
            Self::Full => "full",
            Self::SlowerPartials => "slower_partials",
            Self::SmallerContext => "smaller_context",
            Self::FastModel => "fast_model",
            Self::RulesOnly => "rules_only",
            Self::FinalsOnly => "finals_only",
            Self::Refusing => "refusing",
        }
    }

    /// What somebody whose session is at this level is told.
    pub fn sentence(self) -> &'static str {
        match self {
            Self::Full => "the server gives its full service again",
            Self::SlowerPartials => "the server is busy: live text comes less often",
            Self::SmallerContext => "the server is busy: live text comes less often and is a little less exact",
            Self::FastModel => "the server is busy: the fast model stands in for the accurate one",
            Self::RulesOnly => "the server is busy: the fast model stands in, and texts are cleaned by rules alone",
            Self::FinalsOnly | Self::Refusing => "the server is very busy: no live text, finals only",
        }
    }

    #[must_use]
    pub fn worse(self) -> Self {
        Self::ALL[(self as usize + 1).min(Self::ALL.len() - 1)]
    }

    #[must_use]
    pub fn better(self) -> Self {
        Self::ALL[(self as usize).saturating_sub(1)]
    }

    /// How many times rarer live text is made.
    pub fn partials_every(self) -> u32 {
        if self >= Self::SlowerPartials { 2 } else { 1 }
    }

    pub fn partials_context(self) -> ContextSize {
        if self >= Self::SmallerContext { ContextSize::Tight } else { ContextSize::Fitted }
    }

    /// Whether the fast model may stand in for the accurate one.
    pub fn may_use_fast_model(self) -> bool {
        self >= Self::FastModel
    }

    /// Whether the language model is to be spared.
    pub fn cleans_by_rules(self) -> bool {
        self >= Self::RulesOnly
    }

    pub fn gives_partials(self) -> bool {
        self < Self::FinalsOnly
    }

    pub fn refuses(self) -> bool {
        self == Self::Refusing
    }

    /// The level as a session sees it: whether others are refused is none of its business.
    #[must_use]
    pub fn for_session(self) -> Self {
        self.min(Self::FinalsOnly)
    }
}

/// The level, with what is to be done about it now.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Service {
    pub level: Level,
    /// The fast model stands in for the accurate one: it is allowed to, and its pool has it easier at present.
    pub fast_stands_in: bool,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ladder_has_a_top_and_a_bottom() {
        assert_eq!(Level::Full.better(), Level::Full);
        assert_eq!(Level::Refusing.worse(), Level::Refusing);
        for pair in Level::ALL.windows(2) {
            assert_eq!((pair[0].worse(), pair[1].better()), (pair[1], pair[0]));
        }
    }
}
