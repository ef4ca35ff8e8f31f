//! The built-in model's speed on short dictations.

use anyhow::Result;
use engine::language::Language;
use engine::llm::{Clean, GenerateRequest, ModelFacts};

use super::table::{Measure, Report, median};
use crate::decode::{Asked, Engine, Options};

const TEXTS: [(Language, &str); 4] = [
    (Language::ENGLISH, "um so i looked at the numbers again and uh they don't match the ones you sent last week"),
    (Language::ENGLISH, "hey can you pick up some bread on the way home we're almost out"),
    (Language::RUSSIAN, "привет ты не мог бы прислать мне последнюю версию договора до конца дня"),
    (Language::RUSSIAN, "эээ я думаю нам стоит перенести встречу на четверг потому что в среду никого не будет"),
];
/// Texts are short and the clock of a busy machine is not to be trusted: many times over.
const REPEATS: usize = 10;
/// Drafts must not cost the smallest model anything either.
const DRAFTS_NEVER_BELOW: f64 = 0.95;

pub fn measure(rounds: usize, report: &mut Report) -> Result<()> {
    let engine = Engine::start(Options::builtin(1))?;
    let (mut tokens_per_second, mut text_ms, mut draft_ratios) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..rounds {
        let (tokens, with_us) = clean_all(&engine, true)?;
        let (_, without_us) = clean_all(&engine, false)?;
        tokens_per_second.push(f64::from(tokens) / (with_us / 1e6));
        text_ms.push(with_us / 1e3 / (TEXTS.len() * REPEATS) as f64);
        draft_ratios.push(without_us / with_us);
    }
    let drafts = if engine.opened.drafts { "with drafts" } else { "without drafts" };
    report.add(Measure::told(
        format!("built-in model, constrained, {drafts}: tokens (prompt and reply)"),
        format!("{:.0}/s", median(&mut tokens_per_second)),
    ));
    let per_text = format!("{:.1} ms", median(&mut text_ms));
    report.add(Measure::told("built-in model: processor time per dictation", per_text));
    report.add(Measure::promised("built-in model: draft against none", median(&mut draft_ratios), DRAFTS_NEVER_BELOW));
    Ok(())
}

/// Tokens, and their processor time in microseconds.
fn clean_all(engine: &Engine, drafts: bool) -> Result<(u32, f64)> {
    let (mut tokens, mut spent_us) = (0, 0);
    for (language, text) in TEXTS.iter().cycle().take(TEXTS.len() * REPEATS) {
        let mut clean = Clean::new(&ModelFacts::builtin(), *language, "", "", text);
        if !drafts {
            clean.draft.clear();
        }
        let (generated, cost) = Asked::new(engine, 0, GenerateRequest::Clean(clean)).wait()?;
        tokens += generated.prompt_tokens + generated.reply_tokens;
        spent_us += cost.cpu_us;
    }
    Ok((tokens, spent_us as f64))
}
