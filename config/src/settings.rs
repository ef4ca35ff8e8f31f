//! The settings as the rest of the program sees them: plain typed data, resolved once.

use std::path::PathBuf;

use crate::key::keys;
use crate::layers::Resolved;
use crate::problem::{Origin, Problem, Problems};
use crate::reader::Reader;
use crate::rules;
use crate::sections::{
    Asr, Audio, Auth, Cache, Database, Limits, Llm, Logging, Models, Placement, Retention, Scheduling, Server,
    Supervision, Wyoming,
};
use crate::sources::{Profile, Sources};

/// All settings. One field per section of `config/default.toml`.
#[derive(Debug, Clone, PartialEq)]
pub struct Settings {
    pub profile: Profile,
    pub server: Server,
    pub logging: Logging,
    pub asr: Asr,
    pub llm: Llm,
    pub audio: Audio,
    pub scheduling: Scheduling,
    pub supervision: Supervision,
    pub placement: Placement,
    pub models: Models,
    pub database: Database,
    pub auth: Auth,
    pub limits: Limits,
    pub retention: Retention,
    pub cache: Cache,
    pub wyoming: Wyoming,
    resolved: Resolved,
    warnings: Vec<String>,
}

/// One line of `alfavoice check-config`: a key, what it is set to, and by whom.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    pub key: String,
    /// In TOML notation; secrets are masked.
    pub value: String,
    pub origin: Origin,
}

impl Settings {
    /// Puts the layers over each other and checks the result: default < profile < file < environment < flags.
    ///
    /// Reads the file of `--config` (and looks whether named certificate files exist); everything else is computed
    /// from `sources`. All problems of all layers come back together.
    pub fn load(sources: &Sources) -> Result<Self, Problems> {
        let (profile, layers, mut problems) = sources.layers();
        let mut warnings = layers.warnings;
        let resolved = Resolved::merge(layers.layers, &mut problems);
        let mut reader = Reader::new(&resolved, problems);
        let mut settings = Self {
            profile,
            server: Server::read(&mut reader),
            logging: Logging::read(&mut reader),
            asr: Asr::read(&mut reader),
            llm: Llm::read(&mut reader),
            audio: Audio::read(&mut reader),
            scheduling: Scheduling::read(&mut reader),
            supervision: Supervision::read(&mut reader),
            placement: Placement::read(&mut reader),
            models: Models::read(&mut reader),
            database: Database::read(&mut reader),
            auth: Auth::read(&mut reader),
            limits: Limits::read(&mut reader),
            retention: Retention::read(&mut reader),
            cache: Cache::read(&mut reader),
            wyoming: Wyoming::read(&mut reader),
            resolved: Resolved::default(),
            warnings: Vec::new(),
        };
        let mut problems = reader.into_problems();
        settings.resolved = resolved;
        rules::check(&settings, &mut problems, &mut warnings);
        settings.warnings = warnings;
        Problems::or(problems, settings)
    }

    /// What is allowed but probably not meant; to be logged at start.
    pub fn warnings(&self) -> &[String] {
        &self.warnings
    }

    /// Every key with its value and its source, in the order of `config/default.toml`.
    pub fn rows(&self) -> Vec<Row> {
        keys()
            .into_iter()
            .map(|key| {
                let path = key.path();
                let (value, origin) = match self.resolved.get(&path) {
                    Some(entry) => (key.shown(&entry.raw), entry.origin.clone()),
                    None => (key.default.to_owned(), Origin::Default),
                };
                Row { key: path, value, origin }
            })
            .collect()
    }

    /// Where the key was set.
    pub fn origin(&self, key: &str) -> Origin {
        self.resolved.get(key).map_or(Origin::Default, |entry| entry.origin.clone())
    }

    /// A problem with a key that only its user can find (a model that does not exist, an address in use), told in the
    /// form of all others.
    ///
    /// # Panics
    /// If there is no such key: that is a mistake in the code, not in a file.
    pub fn problem(&self, key: &str, what: impl Into<String>, remedy: impl Into<String>) -> Problem {
        let known = keys().into_iter().find(|k| k.path() == key).expect("callers name keys that exist");
        let value = self.resolved.get(key).map_or_else(|| known.default.to_owned(), |entry| known.shown(&entry.raw));
        Problem::new(self.origin(key), what, remedy).about(key, Some(value))
    }

    /// The folder of downloaded models.
    pub fn model_folder(&self) -> PathBuf {
        self.in_data_dir(&self.models.folder)
    }

    /// The log file, where one is wanted.
    pub fn log_file(&self) -> Option<PathBuf> {
        self.logging.file.as_ref().map(|file| self.in_data_dir(file))
    }

    /// The address of the database: as given, with the path of an SQLite file resolved against the data folder and
    /// the file made where it is missing.
    pub fn database_url(&self) -> String {
        let url = self.database.url.expose();
        let Some(rest) = url.strip_prefix("sqlite:") else {
            return url.to_owned();
        };
        let (path, query) = rest.split_once('?').unwrap_or((rest, "mode=rwc"));
        let path = path.strip_prefix("//").unwrap_or(path);
        if path == ":memory:" {
            return "sqlite::memory:".to_owned();
        }
        let path = self.in_data_dir(std::path::Path::new(path));
        format!("sqlite://{}?{query}", path.display())
    }

    /// The folder of kept sound.
    pub fn audio_folder(&self) -> PathBuf {
        self.in_data_dir(&self.retention.audio_dir)
    }

    /// The folder of copies of the database.
    pub fn backup_folder(&self) -> PathBuf {
        self.in_data_dir(&self.retention.backup_dir)
    }

    fn in_data_dir(&self, path: &std::path::Path) -> PathBuf {
        self.server.data_dir.join(path)
    }
}
