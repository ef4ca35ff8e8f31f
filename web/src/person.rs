//! How a person speaks and what they wish, as a session needs it.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use actors::ids::Owner;
use actors::session::Vocabulary;
use engine::text::dictionary::Term;
use engine::text::snippets::{Snippet, Snippets};
use engine::text::style::Styles;
use protocol::api::Preferences;
use store::{Store, UserId};

/// People who are at hand; beyond it all are read again.
const MOST: usize = 10_000;

/// What a session is to know of whoever speaks.
#[derive(Clone, Default)]
pub struct Person {
    pub vocabulary: Arc<Vocabulary>,
    /// They want to hear again what they said.
    pub keeps_sound: bool,
}

/// What was read when somebody came in, for the sessions that they open.
#[derive(Default)]
pub struct Cache(Mutex<HashMap<Owner, Person>>);

impl Cache {
    pub fn put(&self, owner: &Owner, person: Person) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if all.len() >= MOST {
            all.clear();
        }
        all.insert(owner.clone(), person);
    }

    pub fn get(&self, owner: &Owner) -> Option<Person> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(owner).cloned()
    }
}

/// Dictionary, snippets and styles: the team's and their own.
pub async fn read(store: &Store, user: UserId) -> store::Result<Person> {
    let entries = store.dictionary().for_user(user).await?;
    let saved = store.snippets().for_user(user).await?;
    let preferences = store.settings().get(user).await?.body;
    let preferences: Preferences = serde_json::from_value(preferences).unwrap_or_default();
    let snippets: Vec<Snippet> =
        saved.into_iter().map(|snippet| Snippet { trigger: snippet.phrase, text: snippet.body }).collect();
    let mut styles = Styles::default();
    for (app, style) in preferences.app_styles.iter().filter(|(_, style)| *style != "auto") {
        styles.set_app(app, style);
    }
    let vocabulary = Vocabulary {
        styles,
        terms: entries.into_iter().map(|e| Term { term: e.term, sounds_like: e.sounds_like }).collect(),
        snippets: Snippets::new(&snippets, &[]),
    };
    let keeps_sound = preferences.keep_history && preferences.keep_audio;
    Ok(Person { vocabulary: Arc::new(vocabulary), keeps_sound })
}
