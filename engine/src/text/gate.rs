//! Whether a language model is asked at all. On a processor it costs as much as the recognition itself, so texts that it
//! would leave as they are, or that cannot wait for it, go out as the rules made them.

use serde::{Deserialize, Serialize};

use super::rules::Cleaned;
use super::style::{ModelUse, Style};
use super::tokens::words;

/// What the decision needs beside the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GateContext {
    /// Time until the final text is due.
    pub time_left_ms: u32,
    /// How long the model takes for a text of this length now, as measured; its queue included.
    pub expected_ms: u32,
}

/// The decision and its reason.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Gate {
    Ask,
    /// The style wants no model.
    StyleForbids,
    /// Nothing is left to clean.
    Empty,
    /// The rules are sure that it is done.
    AlreadyClean,
    /// The model would be late.
    NoTime,
}

/// Surer than this, and a short text is done; a long one may always gain from another look at its borders.
const SURE: f32 = 0.9;
const SHORT_WORDS: usize = 30;

/// Decides whether the model is worth asking.
pub fn decide(cleaned: &Cleaned, style: &Style, context: GateContext) -> Gate {
    let count = words(&cleaned.text).len();
    if style.model == ModelUse::Never {
        Gate::StyleForbids
    } else if count == 0 {
        Gate::Empty
    } else if cleaned.confidence >= SURE && count <= SHORT_WORDS {
        Gate::AlreadyClean
    } else if context.expected_ms > context.time_left_ms {
        Gate::NoTime
    } else {
        Gate::Ask
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::language::Language;
    use crate::text::rules::tests::cleaned;

    const TIME: GateContext = GateContext { time_left_ms: 800, expected_ms: 200 };

    fn decided(style: &Style, raw: &str, context: GateContext) -> Gate {
        decide(&cleaned(Language::ENGLISH, style, raw), style, context)
    }

    #[test]
    fn short_finished_texts_are_spared() {
        assert_eq!(decided(&Style::none(), "The meeting is on Tuesday.", TIME), Gate::AlreadyClean);
        assert_eq!(decided(&Style::none(), "um", TIME), Gate::Empty);
    }

    #[test]
    fn texts_that_gain_are_sent_when_there_is_time() {
        let raw = "hi anna thanks for the notes i read them and they are fine";
        assert_eq!(decided(&Style::none(), raw, TIME), Gate::Ask);
        assert_eq!(decided(&Style::none(), raw, GateContext { time_left_ms: 100, ..TIME }), Gate::NoTime);
        assert_eq!(decided(&Style::code(), raw, TIME), Gate::StyleForbids);
    }
}
