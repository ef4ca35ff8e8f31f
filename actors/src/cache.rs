//! Clean-ups that were made before: the same text in the same style by the same model is not cleaned twice.

use std::sync::Arc;
use std::time::Duration;

use engine::llm::{GenerateRequest, Generated, Stopped};
use engine_worker::message::Cost;
use moka::sync::Cache;
use sha2::{Digest, Sha256};

use crate::ids::Owner;
use crate::job::{Finished, JobEvent, Output};
use crate::metrics as names;

/// What a request comes to: model, prompt, style and text all go into it.
pub type CacheKey = [u8; 32];

#[derive(Debug, Clone, Copy)]
pub struct CacheLimits {
    /// Texts kept in memory, in bytes; 0 keeps none.
    pub bytes: u64,
    pub time_to_live: Duration,
}

/// Shared by all sessions. Cheap to clone.
#[derive(Clone)]
pub struct CleanCache {
    kept: Cache<CacheKey, Kept>,
}

#[derive(Clone)]
struct Kept {
    /// Whose text it was first; with their history goes what is kept of them.
    owner: Owner,
    text: Arc<str>,
}

impl CleanCache {
    /// One per model: what one model says is nothing to another.
    pub fn new(limits: CacheLimits) -> Self {
        let weight = |_: &CacheKey, kept: &Kept| (kept.text.len() + size_of::<CacheKey>() + size_of::<Kept>()) as u32;
        let kept = Cache::builder()
            .max_capacity(limits.bytes)
            .weigher(weight)
            .time_to_live(limits.time_to_live)
            .support_invalidation_closures()
            .build();
        Self { kept }
    }

    /// None for what must be thought of anew each time: conversations.
    pub fn key(request: &GenerateRequest) -> Option<CacheKey> {
        let GenerateRequest::Clean(clean) = request else { return None };
        let mut clean = clean.clone();
        // The time that was left when it was asked does not change what is right.
        clean.limits.time_ms = 0;
        let bytes = postcard::to_stdvec(&clean).ok()?;
        Some(Sha256::digest(&bytes).into())
    }

    /// A known reply, as the scheduler would tell it.
    pub fn find(&self, key: CacheKey) -> Option<JobEvent> {
        let kept = self.kept.get(&key);
        let result = if kept.is_some() { "hit" } else { "miss" };
        metrics::counter!(names::CACHE, "kind" => "clean", "result" => result).increment(1);
        let text = kept?.text.to_string();
        let generated = Generated {
            text,
            stopped: Stopped::End,
            prompt_tokens: 0,
            reused_tokens: 0,
            reply_tokens: 0,
            drafted: 0,
            accepted: 0,
            steps: 0,
            first_token_us: 0,
        };
        Some(JobEvent::Ended(Ok(Finished {
            output: Output::Generated(generated),
            waited: Duration::ZERO,
            service: Duration::ZERO,
            cost: Cost::default(),
        })))
    }

    /// Keeps a whole reply.
    pub fn keep(&self, key: CacheKey, owner: &Owner, finished: &Finished) {
        let Output::Generated(generated) = &finished.output else { return };
        if generated.stopped.is_whole() {
            self.kept.insert(key, Kept { owner: owner.clone(), text: generated.text.as_str().into() });
        }
    }

    /// Forgets everything that came from a person's texts.
    pub fn forget(&self, owner: &Owner) {
        let owner = owner.clone();
        // It can fail only where closures are not supported, and they are.
        let _ = self.kept.invalidate_entries_if(move |_, kept| kept.owner == owner);
    }
}
