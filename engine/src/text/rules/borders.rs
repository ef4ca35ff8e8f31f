//! Full stops where an unpunctuated text pauses and a new clause begins.
//!
//! A pause alone is no border (people stop to think in the middle of a sentence), so the words on both sides must agree.

use super::Scope;
use crate::text::Tongue;
use crate::text::draft::{Action, Draft, View};
use crate::text::edit::EditKind;
use crate::text::lexicon::small::is_small;

/// A sentence of fewer words waits for more of them.
const SHORTEST: usize = 3;

/// Words with which a sentence may begin.
const ENGLISH: &str = "i i'm i've i'll i'd we we're we've we'll you you're he he's she she's they they're it it's this that's \
    there there's these those please can could would should what when where why how do does did is are and but so also \
    then now let's let if after before because my our your his her their the a no yes first second finally tomorrow today \
    yesterday next another";
const RUSSIAN: &str = "я мы ты вы он она они это этот эта эти там тут здесь мне нам вам тебе ему ей им у если когда потом \
    затем теперь сейчас завтра сегодня вчера пожалуйста можно нужно надо давай давайте и но а также еще кроме да нет что \
    как где почему зачем первое второе третье во-первых во-вторых наконец поэтому следующий следующее";

pub(super) fn run(draft: &mut Draft<'_>, scope: &Scope<'_>) {
    let starters = match scope.tongue {
        Tongue::English => ENGLISH,
        Tongue::Russian => RUSSIAN,
        Tongue::Other => return,
    };
    let view = View::new(draft);
    let raw = |k: usize| &view.draft.pieces[view.words[k]].raw;
    let mut actions = Vec::new();
    let mut begin = 0;
    for k in 1..view.len() {
        if view.gap(k).line_break {
            begin = k;
        }
        let pause = scope.pauses.iter().any(|&at| raw(k - 1).end <= at && at <= raw(k).start);
        let whole = k - begin >= SHORTEST && view.len() - k >= 2 && !is_small(scope.tongue, view.norm(k - 1));
        let starts = starters.split(' ').any(|word| word == view.norm(k));
        if pause && whole && starts && view.gap(k).is_plain() {
            let kind = EditKind::Punctuation;
            actions.push(Action::Insert { after: view.words[k - 1], text: ".".into(), kind });
            begin = k;
        }
    }
    if !actions.is_empty() {
        draft.perform(actions);
    }
}

#[cfg(test)]
mod tests {
    use crate::asr::Word;
    use crate::language::Language;
    use crate::text::TextContext;
    use crate::text::dictionary::Dictionary;
    use crate::text::edit::apply;
    use crate::text::heard::Heard;
    use crate::text::rules::clean;
    use crate::text::snippets::Snippets;
    use crate::text::style::Style;

    /// Words half a second long; "|" stands for a pause of 700 ms.
    fn said(language: Language, text: &str) -> String {
        let mut at = 0;
        let mut words = Vec::new();
        for word in text.split(' ') {
            if word == "|" {
                at += 700;
                continue;
            }
            words.push(Word { text: word.into(), start_ms: at, end_ms: at + 400, confidence: 1.0 });
            at += 500;
        }
        let (style, dictionary, snippets) = (Style::none(), Dictionary::default(), Snippets::default());
        let context = TextContext {
            language,
            style: &style,
            dictionary: &dictionary,
            snippets: &snippets,
            previous_sentence: None,
        };
        let heard = Heard::from_words(&words);
        let raw = heard.text().to_owned();
        let cleaned = clean(heard, &context);
        assert_eq!(apply(&raw, &cleaned.edits).unwrap(), cleaned.text);
        cleaned.text
    }

    #[test]
    fn a_pause_between_two_clauses_is_the_border_of_a_sentence() {
        let english = |text| said(Language::ENGLISH, text);
        assert_eq!(
            english("the report is done | i sent it um | yesterday"),
            "The report is done. I sent it yesterday."
        );
        assert_eq!(english("where is the report | we need it now"), "Where is the report. We need it now.");
        let russian = |text| said(Language::RUSSIAN, text);
        assert_eq!(russian("отчёт уже готов | я его отправил"), "Отчёт уже готов. Я его отправил.");
    }

    #[test]
    fn a_pause_inside_a_clause_is_not() {
        let english = |text| said(Language::ENGLISH, text);
        assert_eq!(english("the report is | on your desk"), "The report is on your desk.");
        assert_eq!(english("yesterday we saw the | new office"), "Yesterday we saw the new office.");
        assert_eq!(said(Language::RUSSIAN, "мы купили большой | стол"), "Мы купили большой стол.");
        // The recogniser's own marks count for more than the pause.
        assert_eq!(english("The report is done, | I sent it."), "The report is done, I sent it.");
    }
}
