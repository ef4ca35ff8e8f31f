//! Walks through both texts word by word and builds the changes that pass.

use std::ops::Range;

use super::align::Hunk;
use super::case::{self, Cased};
use super::gaps::{self, Gap};
use super::places::{
    capital, gap_range, is_ambiguous, is_greeting, is_shouted, opens_sentence, with_first_letter_of, word_range,
};
use super::reviewer::Judged;
use super::words::Pair;
use super::{GuardContext, Reason, Refused, WholeRefusal};
use crate::text::edit::{Change, EditKind, to_edits};
use crate::text::rules::question::{Said, is_question};
use crate::text::style::CasePolicy;

pub(super) struct Walk<'w> {
    base: &'w str,
    proposal: &'w str,
    pair: &'w Pair<'w>,
    context: &'w GuardContext<'w>,
    spoken: &'w [Range<usize>],
    shouted: bool,
    changes: Vec<Change>,
    refused: Vec<Refused>,
    /// Words of the sentence being made.
    sentence: Vec<Said<'w>>,
    /// Whether a comma stands before the next word.
    comma: bool,
    /// Whether the next word begins a sentence: in the text being made, in the rules' text, in the proposal.
    opens: bool,
    base_opens: bool,
    proposed_opens: bool,
    /// Words of refused hunks.
    lost: usize,
    gained: usize,
    /// The first word of a question was to go.
    lost_question: bool,
}

impl<'w> Walk<'w> {
    pub fn new(
        base: &'w str,
        proposal: &'w str,
        pair: &'w Pair<'w>,
        context: &'w GuardContext<'w>,
        spoken: &'w [Range<usize>],
    ) -> Self {
        Self {
            base,
            proposal,
            pair,
            context,
            spoken,
            shouted: is_shouted(base),
            changes: Vec::new(),
            refused: Vec::new(),
            sentence: Vec::new(),
            comma: false,
            opens: true,
            base_opens: true,
            proposed_opens: true,
            lost: 0,
            gained: 0,
            lost_question: false,
        }
    }

    /// The hunks are in order; between them the words are the same.
    pub fn go(&mut self, hunks: &[Hunk]) {
        let (base_end, proposed_end) = (self.pair.base.len(), self.pair.proposed.len());
        let (mut i, mut j) = (0, 0);
        let mut hunks = hunks.iter().peekable();
        // Whether the gap before the next word was decided together with what stood before it.
        let mut settled = false;
        loop {
            if let Some(hunk) = hunks.next_if(|hunk| hunk.base.start == i && hunk.other.start == j) {
                settled = self.hunk(hunk, settled);
                (i, j) = (hunk.base.end, hunk.other.end);
                continue;
            }
            if !std::mem::take(&mut settled) {
                self.gap(i, j);
            }
            if i >= base_end || j >= proposed_end {
                break;
            }
            self.word(i, j);
            (i, j) = (i + 1, j + 1);
        }
    }

    pub fn finish(self) -> Judged {
        let words = self.pair.base.len();
        let whole = if self.lost_question {
            Some(WholeRefusal::Answered)
        } else if self.gained > 3.max(words * 2 / 5) {
            Some(if self.lost * 2 > words { WholeRefusal::Rewritten } else { WholeRefusal::Answered })
        } else if self.lost * 2 > words {
            Some(WholeRefusal::Rewritten)
        } else {
            None
        };
        Judged { changes: self.changes, refused: self.refused, whole }
    }

    /// Decides about a hunk; returns whether the gap behind it is settled too.
    fn hunk(&mut self, hunk: &Hunk, settled: bool) -> bool {
        let verdict = self.pair.judge(hunk);
        let removal = hunk.other.is_empty();
        if let (Ok(kind), true) = (verdict, removal)
            && !self.closes_pair(hunk)
        {
            self.drop_words(hunk, kind, settled);
            return true;
        }
        let verdict = if removal { Err(verdict.err().unwrap_or(EditKind::LostWord)) } else { verdict };
        let wanted = self.proposed_text(&hunk.other);
        if hunk.base.is_empty() {
            let at = self.base_gap(hunk.base.start).end;
            self.refuse(verdict.err().unwrap_or(EditKind::NewWord), at..at, wanted);
            self.gained += hunk.other.len();
            // The marks around the insertion were made for it; those that are there stay.
            if !settled {
                self.keep_gap(hunk.base.start);
            }
            self.proposed_opens = self.proposal_opens(hunk.other.end);
            return true;
        }
        if !settled {
            if removal {
                self.keep_gap(hunk.base.start);
            } else {
                self.gap(hunk.base.start, hunk.other.start);
            }
        }
        let range = self.base_word(hunk.base.start).start..self.base_word(hunk.base.end - 1).end;
        match verdict {
            Ok(kind) => {
                self.push(kind, range, wanted);
                for k in hunk.other.clone() {
                    self.comma |= k > hunk.other.start && self.pair.proposed.gap(k).comma;
                    self.said(self.pair.proposed.norm(k));
                }
                false
            }
            Err(kind) => {
                self.refuse(kind, range, wanted);
                self.lost += hunk.base.len();
                self.gained += hunk.other.len();
                self.lost_question |= self.asks_from(hunk.base.start) && !self.proposal.contains('?');
                for k in hunk.base.clone() {
                    if k > hunk.base.start {
                        self.keep_gap(k);
                    }
                    self.fit_case(k);
                    self.said(self.pair.base.norm(k));
                }
                if removal {
                    self.keep_gap(hunk.base.end);
                    self.proposed_opens = self.proposal_opens(hunk.other.end);
                }
                removal
            }
        }
    }

    /// Whether a quote or bracket ends with the hunk's words: dropping them would leave the other half alone.
    fn closes_pair(&self, hunk: &Hunk) -> bool {
        self.base[self.base_gap(hunk.base.end)].contains(['"', '»', '”', ')', ']'])
    }

    /// Drops the words of a hunk, with the gaps before and behind it made one.
    fn drop_words(&mut self, hunk: &Hunk, kind: EditKind, settled: bool) {
        let (left, right) = (self.base_gap(hunk.base.start), self.base_gap(hunk.base.end));
        let range = if settled { left.end..right.end } else { left.start..right.end };
        let (old, behind) = (&self.base[left], &self.base[right]);
        if settled {
            // The gap before stands already; what is behind goes with the words unless it ends something.
            let kept = if behind.trim().is_empty() { "" } else { behind };
            self.pass_gap(kept, hunk.base.end, hunk.other.start);
            return self.push(kind, range, kept.to_owned());
        }
        let strong = |gap: &str| gap.contains(['.', '!', '?', '\n', '…']);
        let ends = hunk.base.end == self.pair.base.len();
        let kept = match (hunk.base.start, strong(behind) || ends, strong(old)) {
            (0, ..) => old,
            (_, true, false) => behind,
            _ => old,
        };
        let proposed = &self.proposal[self.proposed_gap(hunk.other.start)];
        let verdict = gaps::judge(&self.gap_between(hunk.base.start, hunk.base.end, hunk.other.start, kept, proposed));
        if let Some(reason) = verdict.refused {
            self.refuse_for(reason, EditKind::Punctuation, range.clone(), proposed.to_owned());
        }
        self.pass_gap(&verdict.text, hunk.base.end, hunk.other.start);
        self.push(kind, range, verdict.text);
    }

    /// Judges the gap before base word `i` and proposed word `j`.
    fn gap(&mut self, i: usize, j: usize) {
        let range = self.base_gap(i);
        let proposed = &self.proposal[self.proposed_gap(j)];
        let verdict = gaps::judge(&self.gap_between(i, i, j, &self.base[range.clone()], proposed));
        if let Some(reason) = verdict.refused {
            self.refuse_for(reason, EditKind::Punctuation, range.clone(), proposed.to_owned());
        }
        self.pass_gap(&verdict.text, i, j);
        if let Some(kind) = verdict.kind {
            self.push(kind, range, verdict.text);
        }
    }

    /// What stands between base words `from - 1` and `to`.
    fn gap_between<'g>(&self, from: usize, to: usize, j: usize, base: &'g str, proposed: &'g str) -> Gap<'g>
    where
        'w: 'g,
    {
        let view = self.pair.base;
        let place = self.base_gap(from).start..self.base_gap(to).end;
        Gap {
            tongue: self.pair.tongue,
            final_mark: self.context.style.final_mark,
            line_breaks: self.context.style.line_breaks,
            base,
            proposed,
            before: view.norm_before(from),
            after: view.norm(to),
            before_opens: self.sentence.iter().all(|said| matches!(said.word, "no" | "нет")),
            capital_follows: self.pair.proposed.text(j).chars().next().is_some_and(char::is_uppercase),
            verbatim: self.context.style.case == CasePolicy::Keep,
            spoken: self.spoken.iter().any(|spoken| spoken.start < place.end && place.start < spoken.end),
            asks: proposed.contains('?') && is_question(self.pair.tongue, &self.sentence),
            greets: proposed.contains('!')
                && self.sentence.len() <= 6
                && self.sentence.first().is_some_and(|said| is_greeting(said.word)),
        }
    }

    /// The same word in both texts: its letters may differ in case, or in ё and the like.
    fn word(&mut self, i: usize, j: usize) {
        let (view, proposed) = (self.pair.base, self.pair.proposed);
        let (from, to) = (view.text(i), proposed.text(j));
        let range = self.base_word(i);
        if from == to {
            self.fit_case(i);
        } else if from.to_lowercase() == to.to_lowercase() {
            let cased = Cased {
                tongue: self.pair.tongue,
                policy: self.context.style.case,
                base: from,
                proposed: to,
                base_opens: self.base_opens,
                proposed_opens: self.proposed_opens,
                opens: self.opens,
                after_number: view.norm_before(i).starts_with(|c: char| c.is_ascii_digit()),
                shouted: self.shouted,
                term: self.context.dictionary.terms().iter().any(|term| term.term == from),
            };
            match case::refusal(&cased) {
                None => self.push(EditKind::Case, range, to.to_owned()),
                Some(reason) => {
                    self.refuse_for(reason, EditKind::Case, range, to.to_owned());
                    self.fit_case(i);
                }
            }
        } else if is_ambiguous(self.pair.tongue, view.norm(i)) {
            self.refuse_for(Reason::AmbiguousSpelling, EditKind::Spelling, range, to.to_owned());
            self.fit_case(i);
        } else {
            self.push(EditKind::Spelling, range, with_first_letter_of(to, from, self.opens));
        }
        self.said(view.norm(i));
    }

    /// Gives a kept word the capital that a sentence border before it, which the rules did not have, asks for.
    fn fit_case(&mut self, i: usize) {
        let text = self.pair.base.text(i);
        let sentence_case = self.context.style.case == CasePolicy::Sentence;
        if self.opens && !self.base_opens && sentence_case && !text.chars().any(char::is_uppercase) {
            let to = capital(text);
            if to != text {
                self.push(EditKind::Case, self.base_word(i), to);
            }
        }
    }

    /// Counts a word as written.
    fn said(&mut self, word: &'w str) {
        let after_comma = std::mem::take(&mut self.comma) && !self.sentence.is_empty();
        self.sentence.push(Said { word, after_comma });
        (self.opens, self.base_opens, self.proposed_opens) = (false, false, false);
    }

    /// Leaves the gap before base word `i` as it is.
    fn keep_gap(&mut self, i: usize) {
        let kept = &self.base[self.base_gap(i)];
        let view = self.pair.base;
        self.comma |= kept.contains(',');
        let opens = i == 0 || opens_sentence(kept, view.text(i.saturating_sub(1)), view.text(i));
        (self.opens, self.base_opens) = (opens, opens);
        if opens {
            self.sentence.clear();
        }
    }

    /// Notes what the gap before base word `i` and proposed word `j` has become.
    fn pass_gap(&mut self, made: &str, i: usize, j: usize) {
        let (view, proposed) = (self.pair.base, self.pair.proposed);
        let before = view.text(i.saturating_sub(1));
        self.comma |= made.contains(',');
        self.opens = i == 0 || self.sentence.is_empty() || opens_sentence(made, before, proposed.text(j));
        self.base_opens = i == 0 || opens_sentence(&self.base[self.base_gap(i)], before, view.text(i));
        self.proposed_opens = self.proposal_opens(j);
        if self.opens {
            self.sentence.clear();
        }
    }

    /// Whether proposed word `j` begins a sentence of the proposal.
    fn proposal_opens(&self, j: usize) -> bool {
        let proposed = self.pair.proposed;
        j == 0 || opens_sentence(&self.proposal[self.proposed_gap(j)], proposed.text(j - 1), proposed.text(j))
    }

    /// Whether a question of the rules' text begins with base word `i`.
    fn asks_from(&self, i: usize) -> bool {
        let view = self.pair.base;
        let end = (i..view.len()).find(|&k| view.ends_sentence(k)).map_or(view.len(), |k| k + 1);
        let said: Vec<Said<'_>> =
            (i..end).map(|k| Said { word: view.norm(k), after_comma: k > i && view.gap(k).comma }).collect();
        view.opens_sentence(i) && (view.gap(end).question || is_question(self.pair.tongue, &said))
    }

    fn push(&mut self, kind: EditKind, range: Range<usize>, to: String) {
        if self.base[range.clone()] != to {
            self.changes.push(Change { kind, range, to });
        }
    }

    fn refuse(&mut self, kind: EditKind, range: Range<usize>, to: String) {
        self.refuse_for(Reason::of_words(kind), kind, range, to);
    }

    fn refuse_for(&mut self, reason: Reason, kind: EditKind, range: Range<usize>, to: String) {
        let edit = to_edits(self.base, &[Change { kind, range, to }]).swap_remove(0);
        self.refused.push(Refused { edit, reason });
    }

    fn base_word(&self, i: usize) -> Range<usize> {
        word_range(self.pair.base, i)
    }

    fn base_gap(&self, i: usize) -> Range<usize> {
        gap_range(self.pair.base, i, self.base.len())
    }

    fn proposed_gap(&self, j: usize) -> Range<usize> {
        gap_range(self.pair.proposed, j, self.proposal.len())
    }

    fn proposed_text(&self, words: &Range<usize>) -> String {
        if words.is_empty() {
            return String::new();
        }
        let view = self.pair.proposed;
        self.proposal[word_range(view, words.start).start..word_range(view, words.end - 1).end].to_owned()
    }
}
