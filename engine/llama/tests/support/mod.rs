//! What the tests of the language model's worker share. Every test target uses a part of it.
#![allow(dead_code)]

use std::path::{Path, PathBuf};

use engine::language::Language;
use engine::llm::request::Limits;
use engine::llm::{Chat, Clean, Freedom, GenerateRequest, Generated, Message, ModelFacts, Role, Sampling, Skips};
use engine_llama::decode::{Asked, Drafts, Engine, Options};
use engine_llama::shape::{self, Shape};

/// The built-in model.
pub fn builtin(slots: usize, drafts: Drafts) -> Engine {
    Engine::start(Options { drafts, ..Options::builtin(slots) }).unwrap()
}

/// A clean-up of the built-in model, in which no word may be lost or invented.
pub fn clean(language: Language, text: &str) -> GenerateRequest {
    GenerateRequest::Clean(Clean::new(&ModelFacts::builtin(), language, "", "", text))
}

/// The same without constraints.
pub fn free(language: Language, text: &str) -> GenerateRequest {
    let clean = Clean::new(&ModelFacts::builtin(), language, "", "", text);
    GenerateRequest::Clean(Clean { freedom: Freedom::Free, ..clean })
}

/// With all fillers skippable that somebody looks at afterwards.
pub fn generous(language: Language, text: &str) -> GenerateRequest {
    let clean = Clean::new(&ModelFacts::builtin(), language, "", "", text);
    GenerateRequest::Clean(Clean { freedom: Freedom::Words(Skips::likely(language)), ..clean })
}

/// A greedy conversation.
pub fn chat(messages: &[(Role, &str)], tokens: u32) -> Chat {
    let message = |(role, text): &(Role, &str)| Message { role: *role, text: (*text).to_owned() };
    Chat {
        messages: messages.iter().map(message).collect(),
        sampling: Sampling::GREEDY,
        stops: Vec::new(),
        draft: String::new(),
        limits: Limits { tokens, ..Limits::default() },
    }
}

pub fn answer(engine: &Engine, slot: usize, request: GenerateRequest) -> Generated {
    Asked::new(engine, slot, request).wait().unwrap().0
}

/// Dictation-like transcripts, half of them Russian.
pub fn dictations() -> Vec<(Language, String)> {
    lines("../../models/training/llm/dictation_test.tsv", 0, 1)
}

/// The raw texts of the labelled set that are no longer than the built-in model is good for.
pub fn labelled() -> Vec<(Language, String)> {
    let mut texts = lines("../testdata/text/labelled_en.tsv", 2, 5);
    texts.extend(lines("../testdata/text/labelled_ru.tsv", 2, 5));
    texts.retain(|(_, text)| (3..=30).contains(&text.split_whitespace().count()));
    texts
}

fn lines(path: &str, language: usize, text: usize) -> Vec<(Language, String)> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    let content = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    content
        .lines()
        .filter_map(|line| {
            let columns: Vec<&str> = line.split('\t').collect();
            let language = columns.get(language)?.parse().ok()?;
            Some((language, (*columns.get(text)?).to_owned()))
        })
        .collect()
}

/// A scripted model of a shape that a test has time for.
pub fn scripted(folder: &Path) -> PathBuf {
    tiny(folder, shape::Weights::Scripted)
}

/// A model of the same shape that says nothing in particular.
pub fn random(folder: &Path) -> PathBuf {
    tiny(folder, shape::Weights::Random)
}

fn tiny(folder: &Path, weights: shape::Weights) -> PathBuf {
    let path = folder.join(format!("tiny-{weights:?}.gguf"));
    shape::write(&Shape::named("tiny").unwrap(), weights, &path).unwrap();
    path
}
