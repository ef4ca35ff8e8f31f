//! New paragraphs where a long text turns to its next point, for mails and documents.

use super::Scope;
use crate::text::Tongue;
use crate::text::draft::{Draft, View};
use crate::text::edit::EditKind;
use crate::text::tokens::TokenKind;

/// A paragraph of fewer sentences goes on.
const SENTENCES_BEFORE: usize = 3;

/// How sentences begin that turn to something else.
#[rustfmt::skip]
const ENGLISH: [&[&str]; 14] = [
    &["second"], &["secondly"], &["third"], &["thirdly"], &["finally"], &["in", "conclusion"], &["on", "the", "other", "hand"],
    &["another", "point"], &["the", "next", "point"], &["as", "for"], &["regarding"], &["to", "sum", "up"], &["next"],
    &["moving", "on"],
];
#[rustfmt::skip]
const RUSSIAN: [&[&str]; 13] = [
    &["во-вторых"], &["в-третьих"], &["наконец"], &["в", "заключение"], &["с", "другой", "стороны"], &["теперь", "о"],
    &["теперь", "об"], &["что", "касается"], &["далее"], &["кроме", "того"], &["следующий", "вопрос"], &["перейдем", "к"],
    &["подводя", "итог"],
];

pub(super) fn run(draft: &mut Draft<'_>, scope: &Scope<'_>) {
    let openers: &[&[&str]] = match scope.tongue {
        Tongue::English => &ENGLISH,
        Tongue::Russian => &RUSSIAN,
        Tongue::Other => return,
    };
    let view = View::new(draft);
    let mut sentences = 0;
    let mut breaks = Vec::new();
    for k in 1..view.len() {
        let gap = view.gap(k);
        if gap.line_break {
            sentences = 0;
        } else if gap.stop {
            sentences += 1;
            if sentences >= SENTENCES_BEFORE && openers.iter().any(|opener| view.phrase_at(k, opener)) {
                breaks.push(view.words[k] - 1);
                sentences = 0;
            }
        }
    }
    for space in breaks {
        if draft.pieces[space].kind == TokenKind::Space {
            draft.set_text(space, "\n\n".into(), EditKind::Paragraph);
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::language::Language;
    use crate::text::rules::tests::cleaned;
    use crate::text::style::Style;

    #[test]
    fn a_new_point_after_some_sentences_gets_its_paragraph() {
        let raw = "One thing. It is small. It is good. Secondly, we need rest. Finally, go.";
        let text = cleaned(Language::ENGLISH, &Style::document(), raw).text;
        assert_eq!(text, "One thing. It is small. It is good.\n\nSecondly, we need rest. Finally, go.");
        assert_eq!(cleaned(Language::ENGLISH, &Style::chat(), raw).text, raw.trim_end_matches('.'));
        let raw = "Первое. Второе. Третье. Что касается денег, их нет.";
        let text = cleaned(Language::RUSSIAN, &Style::mail(), raw).text;
        assert_eq!(text, "Первое. Второе. Третье.\n\nЧто касается денег, их нет.");
    }
}
