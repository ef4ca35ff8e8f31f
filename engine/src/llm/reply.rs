//! A reply on its way: bytes of tokens become text that can be shown, up to where it has to stop.

/// Collects the pieces of a reply. What is shown never has to be taken back: half a character, space at the end and
/// what may become a stop text are held back.
#[derive(Debug, Clone, Default)]
pub struct ReplyText {
    stops: Vec<String>,
    /// The end of what came, which is no whole character yet.
    bytes: Vec<u8>,
    /// Without space at its beginning.
    text: String,
    /// How much of the text has been shown.
    shown: usize,
    stopped: bool,
}

impl ReplyText {
    /// An empty reply that ends before any of these texts; none of them is empty.
    pub fn new(stops: Vec<String>) -> Self {
        Self { stops, ..Self::default() }
    }

    /// Adds a token's bytes. Once it has stopped, nothing is added any more.
    pub fn push(&mut self, piece: &[u8]) {
        if self.stopped {
            return;
        }
        self.bytes.extend_from_slice(piece);
        let before = self.text.len();
        self.take_characters();
        if self.text.trim_start().len() < self.text.len() {
            // Only at the very beginning: afterwards the text begins with something else.
            self.text = self.text.trim_start().to_owned();
        }
        self.look_for_stop(before);
    }

    /// Whether a stop text has come.
    pub fn is_stopped(&self) -> bool {
        self.stopped
    }

    /// What may be shown in addition to what was.
    pub fn next_to_show(&mut self) -> Option<&str> {
        let end = if self.stopped { self.text.len() } else { self.text.len() - self.held_back() };
        let end = self.text[..end].trim_end().len();
        if end <= self.shown {
            return None;
        }
        let start = std::mem::replace(&mut self.shown, end);
        Some(&self.text[start..end])
    }

    /// The reply without space around.
    pub fn text(&self) -> &str {
        self.text.trim_end()
    }

    /// Moves whole characters from the bytes to the text; what cannot become one is replaced.
    fn take_characters(&mut self) {
        loop {
            match std::str::from_utf8(&self.bytes) {
                Ok(text) => {
                    self.text.push_str(text);
                    self.bytes.clear();
                    return;
                }
                Err(error) => {
                    let valid = error.valid_up_to();
                    self.text.push_str(&String::from_utf8_lossy(&self.bytes[..valid]));
                    let Some(bad) = error.error_len() else {
                        self.bytes.drain(..valid);
                        return;
                    };
                    self.text.push(char::REPLACEMENT_CHARACTER);
                    self.bytes.drain(..valid + bad);
                }
            }
        }
    }

    fn look_for_stop(&mut self, before: usize) {
        let longest = self.stops.iter().map(String::len).max().unwrap_or(0);
        let mut from = before.min(self.text.len()).saturating_sub(longest);
        while !self.text.is_char_boundary(from) {
            from -= 1;
        }
        let found = self.stops.iter().filter_map(|stop| self.text[from..].find(stop.as_str())).min();
        if let Some(at) = found {
            self.text.truncate(from + at);
            self.stopped = true;
        }
    }

    /// Length of the text's end that a stop text begins with.
    fn held_back(&self) -> usize {
        let begins = |stop: &String| {
            let lengths = (1..stop.len()).rev().filter(|length| stop.is_char_boundary(*length));
            lengths.into_iter().find(|length| self.text.ends_with(&stop[..*length])).unwrap_or(0)
        };
        self.stops.iter().map(begins).max().unwrap_or(0)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn shown(reply: &mut ReplyText, pieces: &[&[u8]]) -> Vec<String> {
        pieces
            .iter()
            .filter_map(|piece| {
                reply.push(piece);
                reply.next_to_show().map(str::to_owned)
            })
            .collect()
    }

    #[test]
    fn half_a_character_waits_for_its_other_half() {
        let mut reply = ReplyText::default();
        assert_eq!(shown(&mut reply, &[b" ", b"\xd0", b"\x9f\xd1\x80", b"i\xff", b"!"]), ["Пр", "i\u{fffd}", "!"]);
        assert_eq!(reply.text(), "Прi\u{fffd}!");
    }

    #[test]
    fn nothing_of_a_stop_text_is_shown() {
        let mut reply = ReplyText::new(vec!["\n\nUser:".into(), "###".into()]);
        assert_eq!(shown(&mut reply, &[b"Yes", b" #", b"1", b"\n", b"\nUs", b"er", b": more"]), ["Yes", " #1"]);
        assert!(reply.is_stopped());
        assert_eq!(reply.text(), "Yes #1");
        reply.push(b"!");
        assert_eq!(reply.text(), "Yes #1");
    }

    proptest! {
        #[test]
        fn what_was_shown_is_how_the_reply_begins(
            text in "[ab \nжё]{0,30}", cuts in prop::collection::vec(1_usize..5, 40), stop in "[abж]{1,3}"
        ) {
            let mut reply = ReplyText::new(vec![stop.clone()]);
            let (mut rest, mut seen) = (text.as_bytes(), String::new());
            for cut in cuts {
                let (piece, left) = rest.split_at(cut.min(rest.len()));
                rest = left;
                reply.push(piece);
                seen.push_str(reply.next_to_show().unwrap_or_default());
                prop_assert!(reply.text().starts_with(seen.trim_end()));
            }
            prop_assert!(rest.is_empty());
            let trimmed = text.trim_start();
            let wanted = trimmed.find(&stop).map_or(trimmed, |at| &trimmed[..at]).trim_end();
            prop_assert_eq!(reply.text(), wanted);
        }
    }
}
