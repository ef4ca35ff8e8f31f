//! The text of one item as it grows. Pure.
//!
//! **Promise**: clients add deltas up and never take any back, so what was sent once stays, and the completed text is
//! exactly the sum of the deltas.

use actors::session::SessionWord;

/// One `conversation.item`.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Item {
    pub id: String,
    /// Everything that was sent of it.
    pub text: String,
    /// Words of the present utterance that were sent.
    sent: usize,
    pub failed: Option<String>,
    /// Its words as recognised, where the client wants to know how sure they are.
    pub heard: Vec<SessionWord>,
}

impl Item {
    pub fn new(id: String) -> Self {
        Self { id, ..Self::default() }
    }

    /// Ids sort as texts in the order of time: some clients rely on it.
    pub fn id_of(number: u64) -> String {
        format!("item_{number:012}")
    }

    /// Words of an utterance that will not change; what is new of them comes back.
    pub fn committed(&mut self, words: &str) -> Option<String> {
        let new: Vec<&str> = words.split_whitespace().skip(self.sent).collect();
        self.sent += new.len();
        self.add(&new)
    }

    /// An utterance's final text; what is new of it comes back.
    pub fn settled(&mut self, text: &str) -> Option<String> {
        let new: Vec<&str> = text.split_whitespace().skip(self.sent).collect();
        self.sent = 0;
        self.add(&new)
    }

    fn add(&mut self, words: &[&str]) -> Option<String> {
        if words.is_empty() {
            return None;
        }
        let joined = words.join(" ");
        let delta = if self.text.is_empty() { joined } else { format!(" {joined}") };
        self.text += &delta;
        Some(delta)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn ids_sort_as_texts() {
        assert!(Item::id_of(9) < Item::id_of(10));
    }

    #[test]
    fn nothing_is_sent_twice() {
        let mut item = Item::new(Item::id_of(1));
        assert_eq!(item.committed("one two").as_deref(), Some("one two"));
        assert_eq!(item.committed("one two"), None);
        assert_eq!(item.settled("one two three").as_deref(), Some(" three"));
        assert_eq!(item.settled("four").as_deref(), Some(" four"));
        assert_eq!(item.text, "one two three four");
    }

    proptest! {
        #[test]
        fn the_deltas_add_up_to_the_text(utterances in prop::collection::vec(("( ?[a-z]{1,4}){0,6}", 0_usize..8), 0..6)) {
            let mut item = Item::default();
            let mut sum = String::new();
            for (text, known) in &utterances {
                let committed: Vec<&str> = text.split_whitespace().take(*known).collect();
                sum += &item.committed(&committed.join(" ")).unwrap_or_default();
                sum += &item.settled(text).unwrap_or_default();
            }
            prop_assert_eq!(&sum, &item.text);
            let all: Vec<&str> = utterances.iter().flat_map(|(text, _)| text.split_whitespace()).collect();
            prop_assert_eq!(all.join(" "), sum);
        }
    }
}
