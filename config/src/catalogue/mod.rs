//! The models that can be asked for by name, and what must be known of each.
//!
//! `config/catalogue.toml` is inside the executable; a `models.toml` in the model folder adds entries of one's own or
//! replaces known ones. Nothing here fetches or opens a model.

mod facts;
mod llm_facts;
mod model;

use std::path::{Path, PathBuf};

use serde::Deserialize;

pub use facts::AsrFacts;
pub use llm_facts::LlmFacts;
pub use model::{BadModel, Model, ModelKind, Sha256};

use crate::nearest::nearest;

const BUILT_IN: &str = include_str!("../../catalogue.toml");

/// The file in the model folder that adds models.
pub const USER_FILE: &str = "models.toml";

/// All known models, in the order in which they are listed to people.
#[derive(Debug, Clone, PartialEq)]
pub struct Catalogue {
    models: Vec<Model>,
}

/// There is no model of that name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("unknown {kind} `{id}`; {}", self.hint())]
pub struct UnknownModel {
    pub id: String,
    /// What was looked for: "speech model", "language model" or "model".
    pub kind: &'static str,
    pub nearest: Option<String>,
}

/// A catalogue file that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum CatalogueError {
    #[error("cannot read `{}`; make it readable or remove it", file.display())]
    Unreadable {
        file: PathBuf,
        #[source]
        source: std::io::Error,
    },
    #[error("`{}` is not a list of models: {}", file.display(), source.message())]
    Malformed {
        file: PathBuf,
        #[source]
        source: Box<toml::de::Error>,
    },
    #[error("`{}`: model `{id}`: {problem}", file.display())]
    Entry { file: PathBuf, id: String, problem: BadModel },
    #[error("`{}`: model `{id}` is listed twice; remove one of them", file.display())]
    Twice { file: PathBuf, id: String },
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    model: Vec<Model>,
}

impl Catalogue {
    /// The models that AlfaVoice knows by itself.
    pub fn built_in() -> Self {
        let models = parse(Path::new("config/catalogue.toml"), BUILT_IN).expect("a test reads the built-in catalogue");
        Self { models }
    }

    /// The same with the entries of `models.toml` in the model folder, where there is one.
    pub fn with_folder(folder: &Path) -> Result<Self, CatalogueError> {
        let file = folder.join(USER_FILE);
        let mut catalogue = Self::built_in();
        match std::fs::read_to_string(&file) {
            Ok(text) => catalogue.add(parse(&file, &text)?),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
            Err(source) => return Err(CatalogueError::Unreadable { file, source }),
        }
        Ok(catalogue)
    }

    /// The model of that kind and name.
    pub fn find(&self, kind: ModelKind, id: &str) -> Result<&Model, UnknownModel> {
        self.pick(id, kind.name(), |model| model.kind == kind)
    }

    /// The model of that name that can be downloaded, whatever its kind (what `models pull` is given).
    pub fn downloadable(&self, id: &str) -> Result<&Model, UnknownModel> {
        self.pick(id, "model to download", |model| !model.is_built_in())
    }

    /// All models.
    pub fn models(&self) -> &[Model] {
        &self.models
    }

    fn pick(&self, id: &str, kind: &'static str, wanted: impl Fn(&Model) -> bool) -> Result<&Model, UnknownModel> {
        let candidates = || self.models.iter().filter(|model| wanted(model));
        candidates().find(|model| model.id == id).ok_or_else(|| UnknownModel {
            id: id.to_owned(),
            kind,
            nearest: nearest(id, candidates().map(|model| model.id.as_str())).map(str::to_owned),
        })
    }

    fn add(&mut self, models: Vec<Model>) {
        for model in models {
            let same = |known: &&mut Model| known.kind == model.kind && known.id == model.id;
            match self.models.iter_mut().find(same) {
                Some(known) => *known = model,
                None => self.models.push(model),
            }
        }
    }
}

impl UnknownModel {
    fn hint(&self) -> String {
        match &self.nearest {
            Some(nearest) => format!("did you mean `{nearest}`? (`alfavoice models list` shows all)"),
            None => "`alfavoice models list` shows all".to_owned(),
        }
    }
}

fn parse(file: &Path, text: &str) -> Result<Vec<Model>, CatalogueError> {
    let parsed: File = toml::from_str(text)
        .map_err(|source| CatalogueError::Malformed { file: file.to_owned(), source: Box::new(source) })?;
    for (at, model) in parsed.model.iter().enumerate() {
        let id = || model.id.clone();
        model.check().map_err(|problem| CatalogueError::Entry { file: file.to_owned(), id: id(), problem })?;
        if parsed.model[..at].iter().any(|before| before.id == model.id && before.kind == model.kind) {
            return Err(CatalogueError::Twice { file: file.to_owned(), id: id() });
        }
    }
    Ok(parsed.model)
}
