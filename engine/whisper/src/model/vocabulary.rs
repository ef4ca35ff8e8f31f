//! The pieces of text that tokens stand for.

/// The text tokens of a model file, as bytes: a character may be spread over several tokens.
#[derive(Debug, Clone, Default)]
pub struct Vocabulary {
    bytes: Vec<u8>,
    ends: Vec<u32>,
}

impl Vocabulary {
    pub(crate) fn push(&mut self, text: &[u8]) {
        self.bytes.extend_from_slice(text);
        self.ends.push(self.bytes.len() as u32);
    }

    pub fn len(&self) -> usize {
        self.ends.len()
    }

    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// The bytes of a token; none for tokens that the file does not spell out (times, languages, tasks).
    pub fn text(&self, token: i32) -> &[u8] {
        let Some(&end) = usize::try_from(token).ok().and_then(|index| self.ends.get(index)) else { return &[] };
        let start = if token == 0 { 0 } else { self.ends[token as usize - 1] };
        &self.bytes[start as usize..end as usize]
    }

    /// Every token below `end` whose bytes satisfy the condition.
    pub fn tokens_where<'a>(&'a self, end: i32, wanted: impl Fn(&[u8]) -> bool + 'a) -> impl Iterator<Item = i32> + 'a {
        (0..end.min(self.len() as i32)).filter(move |token| wanted(self.text(*token)))
    }
}

/// The tokens that are not text, as the library numbers them for a model.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SpecialTokens {
    /// End of text; all text tokens are below it.
    pub end: i32,
    pub start: i32,
    /// The first language; the others follow in the order of [`engine::language::Language::all`].
    pub first_language: i32,
    /// None in a model that knows one language only.
    pub languages: i32,
    pub translate: i32,
    pub transcribe: i32,
    /// "What was said before": begins a prompt.
    pub previous: i32,
    pub no_speech: i32,
    pub no_timestamps: i32,
    /// The time 0.00; the others follow in steps of 20 ms.
    pub first_time: i32,
    /// All tokens.
    pub count: i32,
}
