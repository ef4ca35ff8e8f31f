//! What a draft saves, by how often the reply differs from it.

use anyhow::{Result, ensure};

use super::ask::{ask, clean};
use super::table::{Measure, Report, median};
use crate::decode::Engine;
use crate::shape::{self, EDIT_RATES};

/// A paragraph.
const WORDS: usize = 80;
/// Reply tokens of the requests that warm up.
const WARMING: u32 = 32;
/// Never slower than this, whatever the edits; at least this much faster where an edit comes every forty words.
const NEVER_BELOW: f64 = 0.95;
const FEW_EDITS: usize = 40;
const FEW_EDITS_GAIN: f64 = 1.2;

pub fn measure(engine: &Engine, rounds: usize, report: &mut Report) -> Result<()> {
    report.add(Measure::told("drafts pay on this machine", if engine.opened.drafts { "yes" } else { "no" }));
    // Both ways once, so that neither pays for first touches.
    for draft in [String::new(), shape::plain('f', WORDS)] {
        ask(engine, clean(None, "f0".to_owned(), draft, WARMING))?;
    }
    for (number, rate) in EDIT_RATES.into_iter().enumerate() {
        let letter = char::from(b'a' + number as u8);
        let (said, plain) = (shape::said(letter, WORDS, rate), shape::plain(letter, WORDS));
        let tokens = (WORDS + WORDS.checked_div(rate).unwrap_or(0) / 2) as u32;
        let mut ratios = Vec::new();
        let mut share = 0.0;
        for _ in 0..rounds {
            // A prompt of one word: it costs both the same and is not what a draft is about.
            let prompt = || format!("{letter}0");
            let (without, plain_ms) = ask(engine, clean(None, prompt(), String::new(), tokens))?;
            let (with, draft_ms) = ask(engine, clean(None, prompt(), plain.clone(), tokens))?;
            ensure!(without.text == with.text, "a draft changed the reply:\n{}\n{}", without.text, with.text);
            ensure!(with.text == said, "the model does not say its script:\n{}\n{said}", with.text);
            ratios.push(plain_ms / draft_ms);
            share = f64::from(with.accepted) / f64::from(with.reply_tokens);
        }
        let ratio = median(&mut ratios);
        let edits = if rate == 0 { "no edits".to_owned() } else { format!("an edit every {rate} words") };
        let what = format!("draft against none, {edits} ({:.0} % of it drafted)", share * 100.0);
        let least = if rate == FEW_EDITS { FEW_EDITS_GAIN } else { NEVER_BELOW };
        report.add(Measure::promised(what, ratio, if engine.opened.drafts { least } else { NEVER_BELOW }));
    }
    Ok(())
}
