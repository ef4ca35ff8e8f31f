//! Where in a plan a reply is: every place that its tokens so far can stand for.

use super::{Forms, Plan};
use crate::llm::Token;

/// A place in a plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Place {
    /// Nothing said yet.
    Start,
    /// Between words: those before `next` are said or skipped.
    Between { next: usize, marked: bool },
    /// Inside a word: `said` tokens of one of its forms.
    Word { word: usize, opening: bool, form: usize, said: usize },
    /// Inside a mark that was begun before word `next`.
    Mark { next: usize, mark: usize, said: usize },
}

/// Walks a [`Plan`] along a reply. Cheap to clone, so that a draft can be tried.
#[derive(Debug, Clone)]
pub struct Cursor {
    /// Sorted, without doubles.
    places: Vec<Place>,
    /// Sorted, without doubles.
    allowed: Vec<Token>,
}

/// What a token led to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    On,
    /// The reply is complete.
    Ended,
    /// The plan does not allow this token here; the cursor has not moved.
    Refused,
}

impl Cursor {
    /// Before the first word.
    pub fn new(plan: &Plan) -> Self {
        let mut cursor = Self { places: vec![Place::Start], allowed: Vec::new() };
        cursor.look_around(plan);
        cursor
    }

    /// The tokens of which one has to come next, in rising order; never empty.
    pub fn allowed(&self) -> &[Token] {
        &self.allowed
    }

    /// The next token where there is no choice.
    pub fn forced(&self) -> Option<Token> {
        if let [only] = self.allowed[..] { Some(only) } else { None }
    }

    pub fn advance(&mut self, plan: &Plan, token: Token) -> Step {
        let mut places = Vec::new();
        let mut ended = false;
        for place in &self.places {
            plan.ways_on(*place, &mut |way| match way {
                Way::To(next, leads) if next == token => places.push(leads),
                Way::End(end) if end == token => ended = true,
                Way::To(..) | Way::End(_) => {}
            });
        }
        if ended {
            return Step::Ended;
        }
        if places.is_empty() {
            return Step::Refused;
        }
        places.sort_unstable();
        places.dedup();
        self.places = places;
        self.look_around(plan);
        Step::On
    }

    fn look_around(&mut self, plan: &Plan) {
        self.allowed.clear();
        for place in &self.places {
            plan.ways_on(*place, &mut |way| match way {
                Way::To(token, _) | Way::End(token) => self.allowed.push(token),
            });
        }
        self.allowed.sort_unstable();
        self.allowed.dedup();
    }
}

/// A token that is allowed at a place.
enum Way {
    To(Token, Place),
    End(Token),
}

impl Plan {
    /// Calls with every token that is allowed at a place.
    fn ways_on(&self, place: Place, found: &mut impl FnMut(Way)) {
        match place {
            Place::Start => self.words_from(0, true, found),
            Place::Between { next, marked } => {
                self.words_from(next, false, found);
                for (mark, tokens) in self.marks.iter().enumerate().filter(|_| !marked) {
                    found(Way::To(tokens[0], self.inside_mark(next, mark, 1)));
                }
            }
            Place::Word { word, opening, form, said } => {
                let token = self.words[word].ways(opening)[form][said];
                found(Way::To(token, self.inside_word(word, opening, form, said + 1)));
            }
            Place::Mark { next, mark, said } => {
                found(Way::To(self.marks[mark][said], self.inside_mark(next, mark, said + 1)));
            }
        }
    }

    /// The first tokens of every word with which the reply can go on at a position, and its end where none is left.
    fn words_from(&self, next: usize, opening: bool, found: &mut impl FnMut(Way)) {
        for word in self.reachable[next].iter().copied().filter(|word| *word < self.words.len()) {
            for (form, tokens) in self.words[word].ways(opening).iter().enumerate() {
                found(Way::To(tokens[0], self.inside_word(word, opening, form, 1)));
            }
        }
        if self.reachable[next].last() == Some(&self.words.len()) {
            self.ends.iter().for_each(|end| found(Way::End(*end)));
        }
    }

    fn inside_word(&self, word: usize, opening: bool, form: usize, said: usize) -> Place {
        if said < self.words[word].ways(opening)[form].len() {
            Place::Word { word, opening, form, said }
        } else {
            Place::Between { next: word + 1, marked: false }
        }
    }

    fn inside_mark(&self, next: usize, mark: usize, said: usize) -> Place {
        if said < self.marks[mark].len() {
            Place::Mark { next, mark, said }
        } else {
            Place::Between { next, marked: true }
        }
    }
}

impl Forms {
    fn ways(&self, opening: bool) -> &[Vec<Token>] {
        if opening { &self.opening } else { &self.continued }
    }
}
