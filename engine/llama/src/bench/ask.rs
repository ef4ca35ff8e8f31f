//! Requests as the benchmark asks them.

use anyhow::{Context, Result};
use engine::language::Language;
use engine::llm::request::Limits;
use engine::llm::{Clean, Freedom, GenerateRequest, Generated};

use crate::decode::{Asked, Engine};

/// A request to a scripted model: free, greedy, of so many reply tokens.
pub fn clean(system: Option<String>, user: String, draft: String, tokens: u32) -> GenerateRequest {
    GenerateRequest::Clean(Clean {
        language: Language::ENGLISH,
        text: user.clone(),
        system,
        user,
        freedom: Freedom::Free,
        draft,
        limits: Limits { tokens, ..Limits::default() },
    })
}

/// An answer and its processor time in milliseconds.
pub fn ask(engine: &Engine, request: GenerateRequest) -> Result<(Generated, f64)> {
    let (generated, cost) = Asked::new(engine, 0, request).wait().context("the engine did not answer")?;
    Ok((generated, cost.cpu_us as f64 / 1e3))
}
