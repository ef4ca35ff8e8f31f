//! Text: what is done to a transcript before a person sees it, and what a language model may do to it.
//!
//! `rules` clean by tables alone, `guard` decides which of a model's changes are let through, `gate` whether the model
//! is worth asking, `style` what each kind of writing wants. Everything is a list of `edit::Edit` over the raw text,
//! so that each change can be shown and taken back. The order of rules and the kinds of edits: `docs/text.md`.
//!
//! Callers begin with [`TextContext`]; its example is the whole way of a text.

pub(crate) mod compose;
mod context;
pub mod dictionary;
pub(crate) mod draft;
pub mod edit;
pub mod gate;
pub mod guard;
pub mod heard;
pub mod instruction;
pub(crate) mod lexicon;
pub(crate) mod numbers;
pub(crate) mod phonetic;
pub mod rules;
pub mod sentences;
pub mod snippets;
pub mod style;
pub mod tokens;
pub(crate) mod view;

pub use context::TextContext;
pub use dictionary::{Dictionary, Term};
pub use edit::{Edit, EditKind, apply, undo};
pub use gate::{Gate, GateContext};
pub use guard::{Reason, Refused, Review, WholeRefusal};
pub use heard::Heard;
pub use rules::{Cleaned, Doubt};
pub use snippets::{Snippet, Snippets};
pub use style::{Style, Styles};

pub use crate::language::Language;

/// The language a table is written for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Tongue {
    English,
    Russian,
    /// No tables: only spacing, the first capital and the last mark are looked after.
    Other,
}

impl From<Language> for Tongue {
    fn from(language: Language) -> Self {
        match language {
            Language::ENGLISH => Self::English,
            Language::RUSSIAN => Self::Russian,
            _ => Self::Other,
        }
    }
}
