//! Where a model's bytes are, as a file that the library can open by its path.

use std::ffi::c_char;
use std::fs::File;
use std::io::{self, Write};
use std::os::fd::{AsRawFd, FromRawFd};
use std::path::{Path, PathBuf};

use engine_worker::message::ModelSource;

use super::LoadError;

/// The model inside the executable. Its card (`models/llm/MODEL_CARD.md`) and the catalogue say what it is good for.
pub static BUILTIN: &[u8] = include_bytes!(concat!(env!("CARGO_MANIFEST_DIR"), "/../../models/llm/builtin.gguf"));

/// An open model file.
pub(super) struct Source {
    pub name: String,
    pub file: File,
    path: PathBuf,
    /// A file that exists only in memory is copied: mapping it would keep it there twice.
    pub may_be_mapped: bool,
}

impl Source {
    pub fn open(source: &ModelSource) -> Result<Self, LoadError> {
        match source {
            ModelSource::Builtin => {
                let file = in_memory(BUILTIN).map_err(LoadError::NoMemoryFile)?;
                let path = PathBuf::from(format!("/proc/self/fd/{}", file.as_raw_fd()));
                Ok(Self { name: "the built-in model".to_owned(), file, path, may_be_mapped: false })
            }
            ModelSource::File(path) => {
                let name = path.display().to_string();
                let missing = |source| LoadError::Missing { name: name.clone(), source };
                let file = File::open(path).map_err(missing)?;
                if !file.metadata().map_err(missing)?.is_file() {
                    return Err(missing(io::Error::new(io::ErrorKind::InvalidInput, "not a file")));
                }
                Ok(Self { name: name.clone(), file, path: path.clone(), may_be_mapped: true })
            }
        }
    }

    /// Valid while this source lives.
    pub fn path(&self) -> &Path {
        &self.path
    }
}

/// A nameless file in memory, for the library wants a path.
#[expect(unsafe_code, reason = "the standard library has no memory files")]
fn in_memory(bytes: &[u8]) -> io::Result<File> {
    const NAME: &std::ffi::CStr = c"alfavoice-model";
    // SAFETY: the name is a string that ends; a descriptor that is not negative is open and ours alone.
    let mut file = unsafe {
        let descriptor = libc::memfd_create(NAME.as_ptr().cast::<c_char>(), libc::MFD_CLOEXEC);
        if descriptor < 0 {
            return Err(io::Error::last_os_error());
        }
        File::from_raw_fd(descriptor)
    };
    file.write_all(bytes)?;
    Ok(file)
}
