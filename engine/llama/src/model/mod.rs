//! A model: its weights as the library holds them, and its vocabulary.

mod source;
mod vocabulary;

use std::sync::OnceLock;
use std::time::{Duration, Instant};

use engine_worker::message::{FailureCode, ModelSource};
use engine_worker::serve::Failure;
use llama_cpp_2::llama_backend::LlamaBackend;
use llama_cpp_2::model::LlamaModel;
use llama_cpp_2::model::params::LlamaModelParams;

pub use source::BUILTIN;
pub use vocabulary::Vocabulary;

use crate::gguf::{self, BadModel, ModelFile};
use crate::library_log;

/// How weights get into memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Weights {
    /// Shared with other processes and kept by the kernel: the next start is fast.
    Mapped,
    /// Read into this process's own memory, which lies where the process is bound to.
    Copied,
}

/// A model that is ready to make contexts of.
#[derive(Debug)]
pub struct Model {
    pub(crate) library: LlamaModel,
    pub vocabulary: Vocabulary,
    pub file: ModelFile,
    /// For people and logs.
    pub name: String,
    pub load_time: Duration,
}

/// Why a model could not be loaded.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    #[error("`{name}` is not there: {source}; pull it with `alfavoice models pull`")]
    Missing { name: String, source: std::io::Error },
    #[error("`{name}` is refused: {source}")]
    Refused { name: String, source: BadModel },
    #[error("`{name}` is refused by the library; its log lines above say why")]
    RefusedByLibrary { name: String },
    #[error("`{name}` reads and remembers in a way that cannot be shared between requests; take another model")]
    NotShareable { name: String },
    #[error("the built-in model cannot be handed to the library: {0}")]
    NoMemoryFile(std::io::Error),
}

impl From<LoadError> for Failure {
    fn from(error: LoadError) -> Self {
        let code = match &error {
            LoadError::Missing { .. } => FailureCode::ModelMissing,
            LoadError::Refused { .. } | LoadError::RefusedByLibrary { .. } | LoadError::NotShareable { .. } => {
                FailureCode::ModelRefused
            }
            LoadError::NoMemoryFile(_) => FailureCode::Engine,
        };
        Self::new(code, error.to_string())
    }
}

/// The library, started once per process.
pub(crate) fn library() -> &'static LlamaBackend {
    static LIBRARY: OnceLock<LlamaBackend> = OnceLock::new();
    LIBRARY.get_or_init(|| {
        library_log::take_over();
        LlamaBackend::init().expect("only this function starts the library, and only once")
    })
}

impl Model {
    /// Checks a file from its beginning to its weights and gives it to the library.
    pub fn load(source: &ModelSource, weights: Weights) -> Result<Self, LoadError> {
        let started = Instant::now();
        let source = source::Source::open(source)?;
        let name = source.name.clone();
        let file = gguf::inspect(&source.file).map_err(|source| LoadError::Refused { name: name.clone(), source })?;
        let parameters = LlamaModelParams::default()
            .with_n_gpu_layers(0)
            .with_use_mmap(weights == Weights::Mapped && source.may_be_mapped);
        let library = LlamaModel::load_from_file(library(), source.path(), &parameters)
            .map_err(|_| LoadError::RefusedByLibrary { name: name.clone() })?;
        if library.is_recurrent() || library.is_hybrid() {
            return Err(LoadError::NotShareable { name });
        }
        let vocabulary = Vocabulary::of(&library);
        Ok(Self { library, vocabulary, file, name, load_time: started.elapsed() })
    }

    /// Threads that a run of this model can keep busy: with little to read and multiply they wait for each other (the
    /// built-in model is four times faster with one thread than with two).
    pub fn useful_threads(&self) -> usize {
        const WEIGHTS_PER_THREAD: u64 = 16 * 1024 * 1024;
        self.file.weight_bytes.div_ceil(WEIGHTS_PER_THREAD).max(1) as usize
    }

    /// Tokens of context it was trained for.
    pub fn trained_context(&self) -> u32 {
        u32::try_from(self.file.context).unwrap_or(u32::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_builtin_model_loads_and_is_small() {
        let model = Model::load(&ModelSource::Builtin, Weights::Mapped).unwrap();
        assert_eq!(model.useful_threads(), 1);
        assert!(model.trained_context() >= engine::llm::ModelFacts::builtin().context_tokens);
    }

    #[test]
    fn a_missing_file_and_a_refused_one_are_told_apart() {
        let folder = tempfile::tempdir().unwrap();
        let load = |path: std::path::PathBuf| {
            Failure::from(Model::load(&ModelSource::File(path), Weights::Copied).unwrap_err())
        };
        assert_eq!(load(folder.path().join("none.gguf")).code, FailureCode::ModelMissing);
        let path = folder.path().join("text.gguf");
        std::fs::write(&path, "hello").unwrap();
        let refused = load(path);
        assert_eq!(refused.code, FailureCode::ModelRefused);
        assert!(refused.message.contains("does not begin as a GGUF model does"), "{}", refused.message);
    }
}
