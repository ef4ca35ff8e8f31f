//! Where settings come from, in the order in which they win: default < profile < file < environment < flags.

use std::fmt;
use std::path::{Path, PathBuf};

use crate::file;
use crate::layers::Layer;
use crate::names;
use crate::nearest::nearest;
use crate::problem::{Origin, Problem};

const DEVELOPMENT_TOML: &str = include_str!("../development.toml");
const PRODUCTION_TOML: &str = include_str!("../production.toml");

/// Everything that may set something. `Sources::default()` is a bare development profile, as tests want it.
#[derive(Clone, Default)]
pub struct Sources {
    /// `--profile`; none = `ALFAVOICE_PROFILE`, then `development`.
    pub profile: Option<String>,
    /// `--config`; none = `ALFAVOICE_CONFIG`, then no file.
    pub file: Option<PathBuf>,
    /// All variables of the process; those that are not ours are passed over.
    pub environment: Vec<(String, String)>,
    /// What the command line says, as key and value: `("server.listen", "0.0.0.0:3000")`.
    pub flags: Vec<(String, String)>,
}

/// A named set of values between the defaults and the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Profile {
    /// One machine, one person, nothing to set up: no password, a known secret.
    Development,
    /// Refuses to start with anything that is only good for trying out.
    Production,
}

/// The layers from weakest to strongest, and what is doubtful about them.
pub(crate) struct Layers {
    pub layers: Vec<Layer>,
    pub warnings: Vec<String>,
}

impl Sources {
    /// The variables of this process and nothing else.
    pub fn from_environment() -> Self {
        let environment = std::env::vars_os()
            .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
            .collect();
        Self { environment, ..Self::default() }
    }

    /// With one more value from the command line.
    #[must_use]
    pub fn with(mut self, key: &str, value: impl Into<String>) -> Self {
        self.flags.push((key.to_owned(), value.into()));
        self
    }

    pub(crate) fn layers(&self) -> (Profile, Layers, Vec<Problem>) {
        let mut problems = Vec::new();
        let profile = self.find_profile(&mut problems);
        let mut layers = vec![file::parse(profile.file_name(), profile.text(), &mut problems)];
        if let Some(path) = &self.file {
            layers.extend(file::read(path, &Origin::CommandLine, &mut problems));
        } else if let Some(path) = self.variable(names::CONFIG) {
            let origin = Origin::Environment(names::CONFIG.to_owned());
            layers.extend(file::read(Path::new(path), &origin, &mut problems));
        }
        let environment = names::layer(&self.environment, &mut problems);
        layers.push(environment.layer);
        layers.push(Layer::from_flags(&self.flags));
        (profile, Layers { layers, warnings: environment.warnings }, problems)
    }

    fn find_profile(&self, problems: &mut Vec<Problem>) -> Profile {
        let (name, origin) = if let Some(name) = &self.profile {
            (name.as_str(), Origin::CommandLine)
        } else if let Some(name) = self.variable(names::PROFILE) {
            (name, Origin::Environment(names::PROFILE.to_owned()))
        } else {
            return Profile::Development;
        };
        Profile::ALL.into_iter().find(|profile| profile.name() == name).unwrap_or_else(|| {
            let known = Profile::ALL.map(Profile::name);
            let guess = nearest(name, known).unwrap_or("development");
            let problem = Problem::new(
                origin,
                "there is no such profile",
                format!("did you mean `{guess}`? (known: `{}`)", known.join("`, `")),
            );
            problems.push(problem.about("profile", Some(name.to_owned())));
            Profile::Development
        })
    }

    fn variable(&self, name: &str) -> Option<&str> {
        let (_, value) = self.environment.iter().find(|(known, value)| known == name && !value.is_empty())?;
        Some(value)
    }
}

impl Profile {
    const ALL: [Self; 2] = [Self::Development, Self::Production];

    pub fn name(self) -> &'static str {
        match self {
            Self::Development => "development",
            Self::Production => "production",
        }
    }

    fn file_name(self) -> &'static str {
        match self {
            Self::Development => "config/development.toml",
            Self::Production => "config/production.toml",
        }
    }

    fn text(self) -> &'static str {
        match self {
            Self::Development => DEVELOPMENT_TOML,
            Self::Production => PRODUCTION_TOML,
        }
    }
}

impl fmt::Display for Profile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
