//! The built-in model's speed on short dictations.

use anyhow::Result;
use engine::language::Language;
use engine::llm::{Clean, GenerateRequest, ModelFacts};

use super::table::{Measure, median};
use crate::decode::{Asked, Engine, Options};

const TEXTS: [(Language, &str); 4] = [
    (Language::ENGLISH, "um so i looked at the numbers again and uh they don't match the ones you sent last week"),
    (Language::ENGLISH, "hey can you pick up some bread on the way home we're almost out"),
    (Language::RUSSIAN, "привет ты не мог бы прислать мне последнюю версию договора до конца дня"),
    (Language::RUSSIAN, "эээ я думаю нам стоит перенести встречу на четверг потому что в среду никого не будет"),
];
/// Texts are short and the clock of a busy machine is not to be trusted: many times over.
const REPEATS: usize = 10;

pub fn measure(rounds: usize) -> Result<Vec<Measure>> {
    let engine = Engine::start(Options::builtin(1))?;
    let (mut tokens_per_second, mut text_ms) = (Vec::new(), Vec::new());
    for _ in 0..rounds {
        let (mut tokens, mut spent_us) = (0, 0);
        for (language, text) in TEXTS.iter().cycle().take(TEXTS.len() * REPEATS) {
            let clean = Clean::new(&ModelFacts::builtin(), *language, "", "", text);
            let (generated, cost) = Asked::new(&engine, 0, GenerateRequest::Clean(clean)).wait()?;
            tokens += generated.prompt_tokens + generated.reply_tokens;
            spent_us += cost.cpu_us;
        }
        tokens_per_second.push(f64::from(tokens) / (spent_us as f64 / 1e6));
        text_ms.push(spent_us as f64 / 1e3 / (TEXTS.len() * REPEATS) as f64);
    }
    let drafts = if engine.opened.drafts { "with drafts" } else { "without drafts" };
    Ok(vec![
        Measure::told(
            format!("built-in model, constrained, {drafts}: tokens (prompt and reply)"),
            format!("{:.0}/s", median(&mut tokens_per_second)),
        ),
        Measure::told("built-in model: processor time per dictation", format!("{:.1} ms", median(&mut text_ms))),
    ])
}
