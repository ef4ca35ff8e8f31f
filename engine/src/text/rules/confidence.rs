//! How likely it is that a language model would leave the rules' text as it is.

use serde::{Deserialize, Serialize};

use super::{Scope, fillers, self_corrections};
use crate::text::Tongue;
use crate::text::draft::{Draft, Piece, View};
use crate::text::edit::EditKind;
use crate::text::lexicon::is_known;
use crate::text::tokens::{TokenKind, tokens};

/// What the rules could not settle.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Doubt {
    /// The recogniser gave no marks, so commas and borders are missing.
    NoMarks,
    /// The recogniser gave no capitals, so names may lack theirs.
    NoCapitals,
    /// A word that may be a filler is left.
    Filler,
    /// A word that may announce a correction is left.
    Correction,
    /// A question perhaps, with no mark for it.
    Question,
    /// A sentence so long that it may need parting.
    LongSentence,
    /// No tables for this language.
    UnknownLanguage,
}

/// Words before which unpunctuated text lacks a comma, or a clause is likely to begin, where the rules have set none.
#[rustfmt::skip]
const INNER: [&str; 45] = [
    "but", "because", "which", "if", "please", "although", "though", "when", "while", "since", "so", "however", "and", "or",
    "too", "then", "sorry", "thanks", "но", "а", "что", "чтобы", "если", "когда", "который", "которая", "которые", "которое",
    "пожалуйста", "потому", "поэтому", "как", "где", "куда", "кто", "и", "или", "хотя", "чем", "почему", "да", "нет", "думаю",
    "ли", "зрения",
];

/// Beginnings of words whose clause may end in the middle of the sentence, comma before it or not.
const CLAUSES: [&str; 6] = ["котор", "если", "когда", "хотя", "which", "although"];

/// Words after which, or after whose clause, a comma is likely at the beginning.
#[rustfmt::skip]
const OPENING: [&str; 54] = [
    "hi", "hello", "dear", "hey", "yes", "no", "well", "okay", "ok", "so", "if", "when", "after", "before", "because", "since",
    "although", "now", "sorry", "first", "as", "привет", "здравствуйте", "да", "нет", "добрый", "уважаемый", "уважаемая",
    "уважаемые", "если", "когда", "хотя", "конечно", "возможно", "думаю", "ладно", "как", "кстати", "bye",
    "note", "however", "ха-ха-ха", "ха-ха", "понимаешь", "понимаете", "знаешь", "знаете", "слушай", "слушайте", "послушай",
    "итак", "наверное", "например", "пожалуй",
];

/// Words that make an unmarked Russian sentence a possible question.
#[rustfmt::skip]
const ADDRESS: [&str; 14] =
    ["ты", "вы", "можно", "есть", "тебя", "вас", "тебе", "вам", "можешь", "можете", "нужно", "надо", "будет", "будешь"];

pub(super) fn judge(raw: &str, draft: &Draft<'_>, scope: &Scope<'_>) -> (f32, Vec<Doubt>) {
    let view = View::new(draft);
    let mut doubts = Vec::new();
    let mut confidence: f32 = 1.0;
    let mut doubt = |doubt: Doubt, cost: f32| {
        if !doubts.contains(&doubt) {
            doubts.push(doubt);
            confidence -= cost;
        }
    };
    if scope.tongue == Tongue::Other {
        doubt(Doubt::UnknownLanguage, 0.5);
    }
    let heard = tokens(raw);
    let marked =
        heard.iter().any(|token| token.kind == TokenKind::Mark && matches!(token.text, "." | "," | "?" | "!" | "…"));
    let capitals = raw.contains(char::is_uppercase);
    let count = view.len();
    if !marked && count > 1 {
        let asks = draft.text().ends_with('?');
        let inner = (1..count).any(|k| {
            let begins = CLAUSES.iter().any(|clause| view.norm(k).starts_with(clause));
            begins || (view.gap(k).is_plain() && INNER.contains(&view.norm(k)))
        });
        let opening = OPENING.contains(&view.norm(0)) && view.gap(1).is_plain();
        // "population three million": a heading and its number want more than a full stop.
        let heading = count < 4 && draft.pieces.iter().any(|piece| piece.edit == Some(EditKind::NumberForm));
        // "Ой-ой как поздно", "пока пока": what is said twice often wants a comma behind it.
        let twice = (1..count).any(|k| view.norm(k) == view.norm(k - 1))
            || draft.pieces.iter().any(|piece| piece.edit == Some(EditKind::Spelling));
        let open = inner || twice || (opening && !asks) || heading || count > 10;
        doubt(Doubt::NoMarks, if open { 0.5 } else { 0.04 });
        let addressed = match scope.tongue {
            Tongue::Russian => (0..count).any(|k| ADDRESS.contains(&view.norm(k))),
            _ => view.norm(0) == "you",
        };
        if addressed && !asks {
            doubt(Doubt::Question, 0.3);
        }
    }
    if !capitals && count > 0 {
        let unknown = (0..count).any(|k| {
            view.norm(k).chars().all(char::is_alphabetic) && !view.frozen(k) && !is_known(scope.tongue, view.norm(k))
        });
        doubt(Doubt::NoCapitals, if unknown { 0.4 } else { 0.04 });
    }
    // "It went well, I mean, they asked": the filler's commas may have parted two clauses.
    let parted = |piece: &Piece| {
        piece.edit == Some(EditKind::Filler)
            && raw[piece.raw.clone()].matches(',').count() > 1
            && raw[piece.raw.clone()].contains(' ')
            && !piece.text.contains(',')
    };
    if draft.pieces.iter().any(parted) {
        doubt(Doubt::NoMarks, 0.15);
    }
    let mut sentence = 0;
    for k in 0..count {
        sentence = if view.opens_sentence(k) { 1 } else { sentence + 1 };
        if sentence > 30 {
            doubt(Doubt::LongSentence, 0.2);
        }
        if scope.style.rules.fillers && fillers::may_be_filler(scope.tongue, &view, k) {
            doubt(Doubt::Filler, 0.3);
        }
        if scope.style.rules.self_corrections && self_corrections::may_correct(scope.tongue, &view, k) {
            doubt(Doubt::Correction, 0.3);
        }
    }
    (confidence.clamp(0.0, 1.0), doubts)
}

#[cfg(test)]
mod tests {
    use super::Doubt;
    use crate::language::Language;
    use crate::text::rules::tests::cleaned;
    use crate::text::style::Style;

    #[test]
    fn finished_text_needs_nobody() {
        let sure = cleaned(Language::ENGLISH, &Style::none(), "The meeting is on Tuesday.");
        assert!(sure.confidence > 0.95 && sure.doubts.is_empty(), "{sure:?}");
    }

    #[test]
    fn what_the_rules_cannot_settle_lowers_their_confidence() {
        let doubts = |raw| cleaned(Language::ENGLISH, &Style::none(), raw).doubts;
        assert!(doubts("hello john how are you i hope you are well and happy").contains(&Doubt::NoMarks));
        assert!(doubts("we saw petrov").contains(&Doubt::NoCapitals));
        assert!(doubts("She is like happy, I mean sad.").contains(&Doubt::Filler));
        let unsure = cleaned(Language::RUSSIAN, &Style::none(), "ты придёшь завтра");
        assert!(unsure.doubts.contains(&Doubt::Question) && unsure.confidence < 0.8, "{unsure:?}");
    }
}
