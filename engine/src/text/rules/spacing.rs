//! White space: one space between words, none at the ends, none before a mark.

use crate::text::draft::Draft;
use crate::text::edit::EditKind;
use crate::text::tokens::TokenKind;

pub(super) fn run(draft: &mut Draft<'_>) {
    // What the text written so far ends with; a new line before the beginning.
    let mut last = '\n';
    let mut last_space: Option<usize> = None;
    for i in 0..draft.pieces.len() {
        let piece = &draft.pieces[i];
        if piece.text.is_empty() {
            continue;
        }
        if piece.kind != TokenKind::Space || piece.frozen {
            let sticks =
                piece.kind == TokenKind::Mark && matches!(piece.text.as_str(), "," | "." | ";" | ":" | "!" | "?");
            let opens = draft.pieces.get(i + 1).is_none_or(|next| next.kind == TokenKind::Space);
            last = piece.text.chars().next_back().unwrap_or(last);
            if let Some(space) = last_space.take()
                && sticks
                && opens
                && draft.pieces[space].text == " "
            {
                draft.set_text(space, String::new(), EditKind::Spacing);
            }
            continue;
        }
        let breaks = piece.text.matches('\n').count();
        let comma = piece.text.starts_with(',');
        let tidy = match (breaks, last) {
            (0, '\n' | ' ') => {
                if comma {
                    ","
                } else {
                    ""
                }
            }
            (0, _) => {
                if comma {
                    ", "
                } else {
                    " "
                }
            }
            (1, _) => "\n",
            _ => "\n\n",
        };
        let tidy = if breaks > 0 && last == '\n' { "" } else { tidy };
        // A bullet's piece holds more than the break.
        let bullet = piece.text.ends_with("- ");
        if breaks > 0
            && let Some(space) = last_space.filter(|&space| draft.pieces[space].text == " ")
        {
            draft.set_text(space, String::new(), EditKind::Spacing);
        }
        if !bullet && draft.pieces[i].text != tidy {
            draft.set_text(i, tidy.to_owned(), EditKind::Spacing);
        }
        if let Some(c) = draft.pieces[i].text.chars().next_back() {
            last = c;
            last_space = Some(i);
        }
    }
    // Nothing follows the last of the text.
    for i in (0..draft.pieces.len()).rev() {
        let piece = &draft.pieces[i];
        if piece.kind != TokenKind::Space || piece.frozen {
            if !piece.text.is_empty() {
                break;
            }
        } else if !piece.text.trim_end().is_empty() {
            break;
        } else if !piece.text.is_empty() {
            draft.set_text(i, String::new(), EditKind::Spacing);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tidy(raw: &str) -> String {
        let mut draft = Draft::new(raw);
        run(&mut draft);
        draft.text()
    }

    #[test]
    fn white_space_becomes_single_spaces_and_breaks() {
        assert_eq!(tidy("  a \t b\u{a0}c  "), "a b c");
        assert_eq!(tidy("a \n\n\n b\n"), "a\n\nb");
        assert_eq!(tidy("a , b . c"), "a, b. c");
        assert_eq!(tidy("ls .config"), "ls .config");
        assert_eq!(tidy(" \n "), "");
    }
}
