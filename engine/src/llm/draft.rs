//! Drafts: what a reply will nearly be is known (a clean-up nearly copies its text), so several of its next tokens can be
//! tried in one run of the model instead of one run each. What the model does not say itself is thrown away, so the
//! reply is the same as without a draft.
//!
//! Whether that pays depends on the machine: on one core sixteen tokens cost half as much as sixteen runs, eight as much
//! as eight. [`StepCosts`] is measured when a model is loaded, and [`StepCosts::worthwhile`] decides by it.

use super::Token;
use crate::words::plain_word;

/// Drafts end at runs of a multiple of this many tokens: matrix kernels work in tiles.
pub const TILE: usize = 16;
/// No draft is longer.
pub const LONGEST: usize = 64;
/// Less expected gain than this is no gain: costs are measured on an empty machine, and the chance that a draft is right
/// is a guess (measured: with 1.05 the built-in model's drafts cost as much as they saved).
const LEAST_GAIN: f32 = 1.15;
/// ... and less than this is none for a draft that does not fill its tile: on a core that computes as fast as it reads,
/// a few tokens in a run cost what they cost one by one.
const LEAST_GAIN_OF_PART: f32 = 1.5;
/// How far ahead and back a lost trail is looked for, in tokens.
const LOOK_AHEAD: usize = 16;
const LOOK_BACK: usize = 4;

/// A draft and the place in it that a reply has reached.
#[derive(Debug, Clone, Default)]
pub struct Trail {
    draft: Vec<DraftToken>,
    /// The token that the reply should say next.
    next: usize,
    /// The reply says something else at the moment.
    lost: bool,
}

#[derive(Debug, Clone)]
struct DraftToken {
    token: Token,
    /// Its letters without case and marks; empty for a mark.
    plain: String,
}

impl Trail {
    /// A draft as tokens with their texts.
    pub fn new<'a>(draft: impl IntoIterator<Item = (Token, &'a str)>) -> Self {
        let draft = draft.into_iter().map(|(token, text)| DraftToken { token, plain: plain_word(text) }).collect();
        Self { draft, next: 0, lost: false }
    }

    /// What the reply should say next; none where the trail is lost or at its end.
    pub fn ahead(&self) -> impl ExactSizeIterator<Item = Token> + '_ {
        let from = if self.lost { self.draft.len() } else { self.next };
        self.draft[from..].iter().map(|draft| draft.token)
    }

    /// Tells what the reply said; answers whether the draft said so, if it said anything.
    pub fn follow(&mut self, token: Token, text: &str) -> Option<bool> {
        let expected = self.ahead().next();
        if expected == Some(token) {
            self.next += 1;
            return Some(true);
        }
        self.find(token, &plain_word(text));
        expected.map(|_| false)
    }

    /// After a surprise: a mark was put in, a word was left out or written otherwise, or is not from the draft at all.
    fn find(&mut self, token: Token, plain: &str) {
        if plain.is_empty() {
            // A mark in the place of another one; else the reply has only put one in.
            if !self.lost && self.draft.get(self.next).is_some_and(|draft| draft.plain.is_empty()) {
                self.next += 1;
            }
            return;
        }
        let same = |at: &usize| {
            self.draft.get(*at).is_some_and(|draft| draft.token == token || (draft.plain == plain && !plain.is_empty()))
        };
        let ahead = (self.next..self.next + LOOK_AHEAD).find(same);
        match ahead.or_else(|| (self.next.saturating_sub(LOOK_BACK)..self.next).rev().find(same)) {
            Some(at) => {
                self.next = at + 1;
                self.lost = false;
            }
            None => self.lost = true,
        }
    }
}

/// How often the draft is right, from what was seen lately.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Acceptance {
    hits: f32,
    misses: f32,
}

impl Acceptance {
    /// What a beginning counts for, in tokens.
    const PRIOR: f32 = 4.0;
    /// How much of what was known stays with each token: about the last 32 count.
    const MEMORY: f32 = 1.0 - 1.0 / 32.0;

    /// Nothing seen yet, only what to expect.
    pub fn expecting(rate: f32) -> Self {
        Self { hits: rate * Self::PRIOR, misses: (1.0 - rate) * Self::PRIOR }
    }

    pub fn record(&mut self, hit: bool) {
        self.hits *= Self::MEMORY;
        self.misses *= Self::MEMORY;
        if hit { self.hits += 1.0 } else { self.misses += 1.0 }
    }

    /// Chance that the next token is the draft's.
    pub fn rate(&self) -> f32 {
        self.hits / (self.hits + self.misses)
    }
}

/// How long the next draft may be: from one tile up, doubled by every draft that stood as a whole, none after two misses
/// in a row until a tile of tokens was foreseen rightly again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ramp {
    ceiling: usize,
    misses: usize,
    /// Tokens foreseen in a row while not drafting.
    foreseen: usize,
}

impl Default for Ramp {
    fn default() -> Self {
        Self { ceiling: TILE, misses: 0, foreseen: 0 }
    }
}

impl Ramp {
    const MISSES: usize = 2;

    pub fn ceiling(&self) -> usize {
        if self.misses >= Self::MISSES { 0 } else { self.ceiling }
    }

    /// A draft of `tried` tokens was run and `stood` of them.
    pub fn ran(&mut self, tried: usize, stood: usize) {
        self.foreseen = 0;
        if stood == tried {
            self.ceiling = (self.ceiling * 2).min(LONGEST);
            self.misses = 0;
        } else {
            // A draft that got half-way was worth having.
            self.ceiling = TILE;
            self.misses = if 2 * stood >= tried { 0 } else { self.misses + 1 };
        }
    }

    /// A token came without a draft; was it the one that a draft would have had?
    pub fn passed(&mut self, foreseen: bool) {
        self.foreseen = if foreseen { self.foreseen + 1 } else { 0 };
        if self.foreseen >= TILE / 2 {
            self.misses = 0;
        }
    }
}

/// What a run of the model costs by the number of its tokens, in any unit.
#[derive(Debug, Clone, PartialEq)]
pub struct StepCosts {
    /// Rising in both.
    points: Vec<(usize, f32)>,
}

impl StepCosts {
    /// From measurements in rising order of tokens, the first for one token. A run is never cheaper than a shorter one.
    pub fn new(measured: impl IntoIterator<Item = (usize, f32)>) -> Self {
        let mut points: Vec<(usize, f32)> = Vec::new();
        for (tokens, cost) in measured {
            let least = points.last().map_or(f32::MIN_POSITIVE, |(_, before)| *before);
            points.push((tokens, cost.max(least)));
        }
        Self { points }
    }

    /// A machine on which every token costs the same: no draft ever pays.
    pub fn proportional() -> Self {
        Self::new([(1, 1.0), (LONGEST, LONGEST as f32)])
    }

    /// Cost of a run of this many tokens.
    pub fn of(&self, tokens: usize) -> f32 {
        let Some(at) = self.points.iter().position(|(known, _)| *known >= tokens) else {
            // Beyond what was measured: the last price per token goes on.
            let (known, cost) = self.points.last().copied().unwrap_or((1, 1.0));
            return cost * tokens as f32 / known as f32;
        };
        let (upper, above) = self.points[at];
        if at == 0 || upper == tokens {
            return above;
        }
        let (lower, below) = self.points[at - 1];
        below + (above - below) * (tokens - lower) as f32 / (upper - lower) as f32
    }

    /// Most tokens whose run costs no more than this, in whole tiles, at least one tile.
    pub fn tokens_for(&self, cost: f32) -> usize {
        let mut tokens = TILE;
        while tokens < 4096 && self.of(tokens * 2) <= cost {
            tokens *= 2;
        }
        tokens
    }

    /// Whether a perfect draft would be worth its run here.
    pub fn drafts_can_pay(&self) -> bool {
        (1..=LONGEST / TILE).any(|tiles| (tiles * TILE) as f32 / self.of(tiles * TILE) > LEAST_GAIN / self.of(1))
    }

    /// How many draft tokens to add to a run of `in_run` tokens, `speakers` of which bring a new token of some reply for
    /// sure: as many as give the most tokens for the time. `ahead` are available, each is right with chance `rate`.
    pub fn worthwhile(&self, in_run: usize, speakers: usize, ahead: usize, rate: f32) -> usize {
        let plain = speakers as f32 / self.of(in_run);
        let mut best = (0, 0.0);
        let to_tile = TILE - in_run % TILE;
        // Where the draft ends before the tile does, the whole of it is all there is.
        for whole in (to_tile..=LONGEST).step_by(TILE) {
            let extra = whole.min(ahead);
            let gain = (speakers as f32 + expected(extra, rate)) / self.of(in_run + extra) / plain;
            let least = if extra == whole { LEAST_GAIN } else { LEAST_GAIN_OF_PART };
            if gain > best.1 && gain >= least {
                best = (extra, gain);
            }
        }
        best.0
    }
}

/// How many of so many draft tokens stand on average: the first that is wrong ends them.
fn expected(tokens: usize, rate: f32) -> f32 {
    let rate = rate.clamp(0.0, 1.0);
    if rate >= 1.0 { tokens as f32 } else { rate * (1.0 - rate.powi(tokens as i32)) / (1.0 - rate) }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Q5_K on one core of a Zen 4: sixteen tokens for the price of seven and a half, few tokens for their own.
    fn one_core() -> StepCosts {
        StepCosts::new([(1, 1.0), (4, 3.9), (8, 7.8), (16, 7.5), (32, 12.0), (64, 17.7)])
    }

    fn trail(text: &str) -> Trail {
        Trail::new(text.split(' ').enumerate().map(|(at, word)| (at as Token, word)))
    }

    fn next(trail: &Trail) -> Option<Token> {
        trail.ahead().next()
    }

    #[test]
    fn a_trail_is_found_again_after_every_kind_of_edit() {
        let mut trail = trail("um we met anna like on monday in town");
        assert_eq!(trail.follow(1, "We"), Some(false), "a filler was left out");
        assert_eq!(next(&trail), Some(2));
        assert_eq!(trail.follow(2, "met"), Some(true));
        assert_eq!(trail.follow(90, "Anna"), Some(false), "another case");
        assert_eq!(trail.follow(91, ","), Some(false), "a mark was put in");
        assert_eq!(next(&trail), Some(4));
        assert_eq!(trail.follow(5, "on"), Some(false), "a word was left out");
        assert_eq!(trail.follow(92, "next"), Some(false), "a word was put in");
        assert_eq!(next(&trail), None, "lost");
        assert_eq!(trail.follow(6, "monday"), None, "nothing was foreseen");
        assert_eq!(next(&trail), Some(7));
    }

    #[test]
    fn drafts_fill_whole_tiles_while_they_stand_and_stop_when_they_do_not() {
        let costs = one_core();
        assert!(costs.drafts_can_pay());
        assert_eq!(costs.worthwhile(1, 1, 200, 0.99), 63);
        assert_eq!(costs.worthwhile(1, 1, 200, 0.95), 15);
        assert_eq!(costs.worthwhile(1, 1, 200, 0.8), 0, "an edit every five words");
        assert_eq!(costs.worthwhile(1, 1, 6, 1.0), 0, "short runs cost as much as one by one");
        assert_eq!(costs.worthwhile(16, 16, 200, 0.99) % TILE, 0);
    }

    #[test]
    fn a_part_of_a_tile_is_tried_only_where_reading_is_what_takes_time() {
        assert_eq!(one_core().worthwhile(1, 1, 3, 1.0), 0);
        // A model of one billion weights whose core waits for memory.
        let waiting = StepCosts::new([(1, 1.0), (2, 1.2), (4, 1.6), (8, 2.3), (16, 3.4), (32, 5.4), (64, 10.7)]);
        assert_eq!(waiting.worthwhile(1, 1, 3, 0.9), 3);
        assert_eq!(waiting.worthwhile(1, 1, 40, 0.95), 15);
        assert_eq!(waiting.worthwhile(1, 1, 3, 0.3), 0);
    }

    #[test]
    fn where_every_token_costs_the_same_nothing_is_drafted() {
        let costs = StepCosts::proportional();
        assert!(!costs.drafts_can_pay());
        assert_eq!(costs.worthwhile(1, 1, 64, 1.0), 0);
        assert_eq!(costs.tokens_for(64.0), 64);
    }

    #[test]
    fn the_ramp_starts_with_a_tile_doubles_and_gives_up_after_two_misses() {
        let mut ramp = Ramp::default();
        assert_eq!(ramp.ceiling(), 16);
        ramp.ran(15, 15);
        ramp.ran(31, 31);
        assert_eq!(ramp.ceiling(), 64);
        ramp.ran(63, 3);
        assert_eq!(ramp.ceiling(), 16);
        ramp.ran(15, 3);
        assert_eq!(ramp.ceiling(), 0);
        (0..7).for_each(|_| ramp.passed(true));
        ramp.passed(false);
        assert_eq!(ramp.ceiling(), 0);
        (0..8).for_each(|_| ramp.passed(true));
        assert_eq!(ramp.ceiling(), 16);
    }

    #[test]
    fn what_is_seen_outweighs_what_was_expected() {
        let mut acceptance = Acceptance::expecting(0.98);
        for at in 0..20 {
            acceptance.record(at % 5 != 4);
        }
        assert!((0.75..0.86).contains(&acceptance.rate()), "{}", acceptance.rate());
    }

    proptest! {
        #[test]
        fn no_draft_is_taken_that_is_expected_to_lose(
            in_run in 1_usize..40, ahead in 0_usize..200, rate in 0.0_f32..1.0
        ) {
            let costs = one_core();
            let speakers = in_run;
            let extra = costs.worthwhile(in_run, speakers, ahead, rate);
            prop_assert!(extra <= ahead && extra <= LONGEST);
            let with = (speakers as f32 + expected(extra, rate)) / costs.of(in_run + extra);
            prop_assert!(with >= speakers as f32 / costs.of(in_run));
        }
    }
}
