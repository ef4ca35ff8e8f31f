//! One reply in the making: how its next token is picked, what that token means, and what might come after it.

use engine::llm::draft::{Acceptance, Ramp, StepCosts, Trail};
use engine::llm::pick::{Picked, likeliest, likeliest_of};
use engine::llm::plan::{Cursor, Plan, Step};
use engine::llm::reply::ReplyText;
use engine::llm::{Stopped, Token};

use crate::model::Vocabulary;
use crate::sequences::{Chance, Row, Sequences};

/// How tokens are picked.
#[derive(Debug)]
pub enum Picker {
    /// Always the likeliest.
    Likeliest,
    /// The likeliest of those that a plan allows.
    Planned {
        plan: Plan,
        cursor: Cursor,
    },
    ByChance(Chance),
}

impl Picker {
    pub fn planned(plan: Plan) -> Self {
        let cursor = Cursor::new(&plan);
        Self::Planned { plan, cursor }
    }
}

/// A reply up to now.
#[derive(Debug)]
pub struct Speech {
    picker: Picker,
    pub text: ReplyText,
    /// Without its end.
    pub said: Vec<Token>,
    /// Most tokens it may have.
    limit: usize,
    draft: Option<Draft>,
    pub drafted: u32,
    pub accepted: u32,
}

#[derive(Debug)]
struct Draft {
    trail: Trail,
    acceptance: Acceptance,
    ramp: Ramp,
}

/// Whether a reply goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Said {
    On,
    Over(Stopped),
}

impl Speech {
    pub fn new(picker: Picker, stops: Vec<String>, limit: usize) -> Self {
        Self { picker, text: ReplyText::new(stops), said: Vec::new(), limit, draft: None, drafted: 0, accepted: 0 }
    }

    /// Follows a draft from now on, of which so many tokens are expected to be right. What is picked by chance has none.
    #[must_use]
    pub fn with_draft(mut self, trail: Trail, expected_rate: f32) -> Self {
        if !matches!(self.picker, Picker::ByChance(_)) {
            let acceptance = Acceptance::expecting(expected_rate);
            self.draft = Some(Draft { trail, acceptance, ramp: Ramp::default() });
        }
        self
    }

    /// How often its draft was right, where it had one and said enough to know.
    pub fn acceptance_rate(&self) -> Option<f32> {
        self.draft.as_ref().filter(|_| self.said.len() >= 8).map(|draft| draft.acceptance.rate())
    }

    pub fn left(&self) -> usize {
        self.limit.saturating_sub(self.said.len())
    }

    /// The next token by what the model said.
    pub fn pick(&mut self, sequences: &Sequences<'_>, row: Row) -> Picked {
        match &mut self.picker {
            Picker::Likeliest => likeliest(sequences.values(row)),
            Picker::Planned { cursor, .. } => likeliest_of(sequences.values(row), cursor.allowed()),
            // Chance has no second best, and no draft that could disagree with it.
            Picker::ByChance(chance) => Picked { token: sequences.pick(row, chance), lead: f32::INFINITY },
        }
    }

    /// The next token where the model need not be asked.
    pub fn forced(&self) -> Option<Token> {
        if let Picker::Planned { cursor, .. } = &self.picker { cursor.forced() } else { None }
    }

    /// Adds a token to the reply.
    pub fn say(&mut self, token: Token, vocabulary: &Vocabulary) -> Said {
        let bytes = vocabulary.bytes(token);
        let ends = vocabulary.is_end(token);
        if let Some(draft) = &mut self.draft
            && let Some(hit) = draft.trail.follow(token, &String::from_utf8_lossy(bytes))
        {
            draft.acceptance.record(hit);
            draft.ramp.passed(hit);
        }
        if let Picker::Planned { plan, cursor } = &mut self.picker
            && cursor.advance(plan, token) == Step::Ended
        {
            return Said::Over(Stopped::End);
        }
        if ends {
            return Said::Over(Stopped::End);
        }
        self.said.push(token);
        self.text.push(bytes);
        if self.text.is_stopped() {
            Said::Over(Stopped::StopText)
        } else if self.left() == 0 {
            Said::Over(Stopped::Length)
        } else {
            Said::On
        }
    }

    /// Tokens to try behind the next run's own: as many as are expected to save time there, given what it holds already.
    pub fn draft(&self, costs: &StepCosts, in_run: usize, speakers: usize, room: usize) -> Vec<Token> {
        let Some(Draft { trail, acceptance, ramp }) = &self.draft else { return Vec::new() };
        let most = ramp.ceiling().min(room).min(self.left()).min(trail.ahead().len());
        let worthwhile = |ahead: usize| costs.worthwhile(in_run, speakers, ahead, acceptance.rate());
        // Looked at first: to walk the plan costs a small model as much as a tenth of its run.
        if worthwhile(most) == 0 {
            return Vec::new();
        }
        let mut ahead: Vec<Token> = trail.ahead().take(most).collect();
        if let Picker::Planned { plan, cursor } = &self.picker {
            // What the plan does not allow cannot come.
            let mut cursor = cursor.clone();
            let mut ended = false;
            let possible = ahead.iter().take_while(|token| {
                let step = if ended { Step::Refused } else { cursor.advance(plan, **token) };
                ended = step == Step::Ended;
                step != Step::Refused
            });
            let possible = possible.count();
            ahead.truncate(possible);
        }
        ahead.truncate(worthwhile(ahead.len()));
        ahead
    }

    /// A draft of `tried` tokens was run and `stood` of them. One that was broken off only because two tokens were too
    /// close to each other says nothing about the draft.
    pub fn draft_ran(&mut self, tried: usize, stood: usize, broken_off: bool) {
        self.drafted += tried as u32;
        self.accepted += stood as u32;
        if let Some(draft) = self.draft.as_mut().filter(|_| !broken_off) {
            draft.ramp.ran(tried, stood);
        }
    }
}
