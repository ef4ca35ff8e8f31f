//! A text cleaned outside of any session: one that was said before, in another style, or the example of a style.
//!
//! The same rules, the same language model and the same guard as behind a dictation; only nobody is speaking meanwhile, so
//! the model has more time, and live speech goes first.

use std::sync::Arc;
use std::time::Duration;

use engine::language::Language;
use engine::llm::{GenerateRequest, Generated};
use engine::text::{Edit, Heard};
use futures_util::future::join_all;

use crate::asking::Answer;
use crate::cache::CleanCache;
use crate::ids::Owner;
use crate::job::{JobEvent, Output};
use crate::metrics as names;
use crate::moment::Clock;
use crate::session::cleaning::{Cleaning, Pace, Verdict};
use crate::session::{CleanedBy, Cleaner, CleanerLimits, TextOptions};

/// A person waits for it, but not with a text in mind that must be there at once.
const PATIENCE_IN_DEADLINES: u32 = 10;

/// What is to be cleaned, and how.
#[derive(Debug, Clone)]
pub struct Rewriting {
    /// As it was recognised.
    pub raw: String,
    pub language: Language,
    pub options: TextOptions,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Rewritten {
    pub text: String,
    /// From the raw text to this one.
    pub edits: Vec<Edit>,
    pub cleaned_by: CleanedBy,
    /// What it cost, in tokens of the language model.
    pub llm_tokens: u32,
}

/// The language model that may be asked, and how long a session would wait for it.
pub(crate) type Model<'a> = Option<(&'a Cleaner, &'a CleanerLimits)>;

/// Always a text: where the model is away, late or refused, that of the rules.
pub(crate) async fn rewrite(asked: Rewriting, owner: &Owner, model: Model<'_>, clock: Clock) -> Rewritten {
    let Rewriting { raw, language, options } = asked;
    let mut cleaning = Cleaning::begin(Heard::from(&raw), language, "", Arc::new(options), clock.now());
    let patient =
        model.map(|(_, limits)| CleanerLimits { deadline: limits.deadline * PATIENCE_IN_DEADLINES, ..limits.clone() });
    let requests = cleaning.requests(patient.as_ref(), Pace::default());
    if let (Some((cleaner, _)), Some(limits), false) = (model, patient, requests.is_empty()) {
        cleaning.asked(0..requests.len() as u64, clock.now(), limits.deadline);
        let replies = requests.into_iter().map(|request| reply(cleaner, owner, request, limits.deadline, clock));
        for (number, generated) in (0..).zip(join_all(replies).await) {
            cleaning.replied(number, generated);
        }
        if clock.now() >= cleaning.due {
            cleaning.give_up(Verdict::Late);
        }
    }
    let (clean, verdict) = cleaning.finish(clock.now());
    metrics::counter!(names::CLEANUPS, "result" => verdict.name()).increment(1);
    Rewritten { text: clean.text, edits: clean.edits, cleaned_by: clean.cleaned_by, llm_tokens: clean.tokens }
}

/// What the model says to one request, or what it said to the same one before; none where it is not there in time.
async fn reply(
    cleaner: &Cleaner,
    owner: &Owner,
    request: GenerateRequest,
    limit: Duration,
    clock: Clock,
) -> Option<Generated> {
    let key = CleanCache::key(&request);
    if let Some(JobEvent::Ended(Ok(known))) = key.and_then(|key| cleaner.cache.find(key)) {
        return generated(known.output);
    }
    let mut answer = Answer::ask(&cleaner.scheduler, clock, owner.clone(), request, limit);
    let ended = async {
        loop {
            if let JobEvent::Ended(result) = answer.next().await? {
                return result.ok();
            }
        }
    };
    let finished = tokio::time::timeout(limit, ended).await.ok()??;
    if let Some(key) = key {
        cleaner.cache.keep(key, owner, &finished);
    }
    generated(finished.output)
}

fn generated(output: Output) -> Option<Generated> {
    match output {
        Output::Generated(generated) => Some(generated),
        Output::Transcript(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::session::Vocabulary;

    async fn by_rules(raw: &str, style: &str) -> Rewritten {
        let options = TextOptions::new(&Vocabulary::default(), &[], Some(style), None);
        let asked = Rewriting { raw: raw.to_owned(), language: Language::ENGLISH, options };
        rewrite(asked, &Owner::new("anna"), None, Clock::start()).await
    }

    #[actix_rt::test]
    async fn each_style_makes_its_own_text_of_the_same_words() {
        let raw = "um call me tomorrow";
        let document = by_rules(raw, "document").await;
        assert_eq!((document.text.as_str(), document.cleaned_by), ("Call me tomorrow.", CleanedBy::Rules));
        assert_eq!(by_rules(raw, "chat").await.text, "Call me tomorrow");
        let verbatim = by_rules(raw, "verbatim").await;
        assert_eq!((verbatim.text.as_str(), verbatim.cleaned_by, verbatim.edits.len()), (raw, CleanedBy::Nobody, 0));
    }

    #[actix_rt::test]
    async fn its_edits_lead_from_the_raw_text_to_the_clean_one() {
        let raw = "so um I I will be there at half past two";
        let clean = by_rules(raw, "mail").await;
        assert_eq!(engine::text::edit::apply(raw, &clean.edits).as_ref(), Ok(&clean.text));
    }
}
