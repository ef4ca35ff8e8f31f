//! A person's words, as a session needs them.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use actors::ids::Owner;
use actors::session::Vocabulary;
use engine::text::dictionary::Term;
use engine::text::snippets::{Snippet, Snippets};
use engine::text::style::Styles;
use protocol::api::Preferences;
use store::{Store, UserId};

/// People whose words are at hand; beyond it all are read again.
const MOST: usize = 10_000;

/// What was read when somebody came in, for the sessions that they open.
#[derive(Default)]
pub struct Cache(Mutex<HashMap<Owner, Arc<Vocabulary>>>);

impl Cache {
    pub fn put(&self, owner: &Owner, vocabulary: Arc<Vocabulary>) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if all.len() >= MOST {
            all.clear();
        }
        all.insert(owner.clone(), vocabulary);
    }

    pub fn get(&self, owner: &Owner) -> Option<Arc<Vocabulary>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(owner).cloned()
    }
}

/// Dictionary, snippets and styles: the team's and their own.
pub async fn read(store: &Store, user: UserId) -> store::Result<Vocabulary> {
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
    Ok(Vocabulary {
        styles,
        terms: entries.into_iter().map(|e| Term { term: e.term, sounds_like: e.sounds_like }).collect(),
        snippets: Snippets::new(&snippets, &[]),
    })
}
