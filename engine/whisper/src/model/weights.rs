//! The library's copy of a model's weights: read once, shared by all slots.

use std::ffi::{c_char, c_void};
use std::io::{self, BufReader, Read, Seek, SeekFrom};
use std::ptr::NonNull;

use engine::language::Language;
use whisper_rs::whisper_rs_sys as sys;

use super::file::{self, BadModel, ModelFile};
use super::vocabulary::SpecialTokens;

/// A loaded model. The library only reads it once it is there, so any number of states may use it at once.
#[derive(Debug)]
pub struct Weights {
    context: NonNull<sys::whisper_context>,
    pub file: ModelFile,
    pub tokens: SpecialTokens,
    pub flash_attention: bool,
}

// SAFETY: after loading, the library treats a context as read-only; its own `whisper_full_parallel` uses one from many
// threads, each with a state of its own.
#[expect(unsafe_code, reason = "a raw pointer is neither by default")]
unsafe impl Send for Weights {}
// SAFETY: as above.
#[expect(unsafe_code, reason = "a raw pointer is neither by default")]
unsafe impl Sync for Weights {}

/// Why a model could not be loaded.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    #[error(transparent)]
    Bad(#[from] BadModel),
    #[error("the model file cannot be read: {0}")]
    Io(#[from] io::Error),
    #[error("the library refused the model; the worker's log says why")]
    Refused,
}

impl Weights {
    /// Checks a whole model file, then hands the same open file to the library.
    pub fn load(mut model: impl Read + Seek, flash_attention: bool) -> Result<Self, LoadError> {
        let file = file::inspect(&mut model)?;
        let left = model.seek(SeekFrom::End(0))?;
        model.seek(SeekFrom::Start(0))?;
        let mut source = Source { reader: Box::new(BufReader::with_capacity(1 << 20, model)), left, failure: None };
        let context = read_context(&mut source, flash_attention);
        if let Some(failure) = source.failure {
            if let Some(context) = context {
                free(context);
            }
            return Err(failure.into());
        }
        let context = context.ok_or(LoadError::Refused)?;
        let tokens = special_tokens(context);
        Ok(Self { context, file, tokens, flash_attention })
    }

    /// The languages that the model has tokens for, in the order of those tokens.
    pub fn languages(&self) -> Vec<Language> {
        if self.tokens.languages == 0 {
            return vec![Language::ENGLISH];
        }
        Language::all().take(self.tokens.languages as usize).collect()
    }

    /// The token of a language; none in a model for English only.
    pub fn language_token(&self, language: Language) -> Option<i32> {
        let index = Language::all().take(self.tokens.languages as usize).position(|known| known == language)?;
        Some(self.tokens.first_language + index as i32)
    }

    pub(crate) fn context(&self) -> *mut sys::whisper_context {
        self.context.as_ptr()
    }
}

impl Drop for Weights {
    fn drop(&mut self) {
        free(self.context);
    }
}

#[expect(unsafe_code, reason = "the library's own destructor")]
fn free(context: NonNull<sys::whisper_context>) {
    // SAFETY: made by `read_context`, freed once: by `load` when it gives the context to nobody, else by `drop`.
    unsafe { sys::whisper_free(context.as_ptr()) };
}

/// What the library reads a model from, through the three functions below.
struct Source<'a> {
    reader: Box<dyn Read + 'a>,
    left: u64,
    failure: Option<io::Error>,
}

#[expect(unsafe_code, reason = "whisper-rs has no loader that takes an open file")]
fn read_context(source: &mut Source<'_>, flash_attention: bool) -> Option<NonNull<sys::whisper_context>> {
    // SAFETY: plain values. The loader and its source outlive the call, and the library keeps neither.
    unsafe {
        let mut parameters = sys::whisper_context_default_params();
        parameters.use_gpu = false;
        parameters.flash_attn = flash_attention;
        let mut loader = sys::whisper_model_loader {
            context: std::ptr::from_mut(source).cast::<c_void>(),
            read: Some(read),
            eof: Some(at_end),
            close: Some(close),
        };
        NonNull::new(sys::whisper_init_with_params_no_state(&raw mut loader, parameters))
    }
}

/// Fills the library's buffer. It never looks at the count returned, so what cannot be read becomes zeroes and the
/// failure is kept for later.
#[expect(unsafe_code, reason = "called by the library")]
unsafe extern "C" fn read(source: *mut c_void, output: *mut c_void, bytes: usize) -> usize {
    // SAFETY: the library hands back the pointer of `read_context`, and a buffer of so many bytes, initialised or not;
    // they are initialised before a slice is made of them.
    let (source, output) = unsafe {
        output.cast::<c_char>().write_bytes(0, bytes);
        (&mut *source.cast::<Source<'_>>(), std::slice::from_raw_parts_mut(output.cast::<u8>(), bytes))
    };
    let wanted = (bytes as u64).min(source.left) as usize;
    source.left -= wanted as u64;
    if source.failure.is_none()
        && let Err(error) = source.reader.read_exact(&mut output[..wanted])
    {
        source.failure = Some(error);
        source.left = 0;
    }
    wanted
}

#[expect(unsafe_code, reason = "called by the library")]
unsafe extern "C" fn at_end(source: *mut c_void) -> bool {
    // SAFETY: the pointer of `read_context`.
    unsafe { (*source.cast::<Source<'_>>()).left == 0 }
}

/// The source belongs to `load`.
#[expect(unsafe_code, reason = "called by the library")]
unsafe extern "C" fn close(_: *mut c_void) {}

#[expect(unsafe_code, reason = "token numbers are the library's")]
fn special_tokens(context: NonNull<sys::whisper_context>) -> SpecialTokens {
    let context = context.as_ptr();
    // SAFETY: a loaded context; all of these only read it.
    unsafe {
        let start = sys::whisper_token_sot(context);
        let translate = sys::whisper_token_translate(context);
        let multilingual = sys::whisper_is_multilingual(context) != 0;
        SpecialTokens {
            end: sys::whisper_token_eot(context),
            start,
            first_language: start + 1,
            // The task tokens follow the last language.
            languages: if multilingual { translate - start - 1 } else { 0 },
            translate,
            transcribe: sys::whisper_token_transcribe(context),
            previous: sys::whisper_token_prev(context),
            no_speech: sys::whisper_token_nosp(context),
            no_timestamps: sys::whisper_token_not(context),
            first_time: sys::whisper_token_beg(context),
            count: sys::whisper_n_vocab(context),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::super::builtin;
    use super::*;

    #[test]
    fn the_builtin_model_loads_and_numbers_its_tokens_as_whisper_does() {
        let weights = Weights::load(Cursor::new(builtin::BYTES), false).unwrap();
        let tokens = weights.tokens;
        assert_eq!((tokens.end, tokens.start, tokens.languages), (50_257, 50_258, 99));
        assert_eq!((tokens.translate, tokens.no_timestamps, tokens.first_time), (50_358, 50_363, 50_364));
        assert_eq!(weights.language_token(Language::RUSSIAN), Some(50_263));
        assert_eq!(weights.languages()[4], Language::RUSSIAN);
    }

    #[test]
    fn a_reader_that_fails_half_way_is_an_error_and_not_half_a_model() {
        struct Flaky {
            file: Cursor<&'static [u8]>,
            rewinds: u32,
        }
        impl Read for Flaky {
            fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
                // The check rewinds once and passes; what the library reads breaks in the middle.
                if self.rewinds == 2 && self.file.position() > 5_000_000 {
                    return Err(io::Error::other("the disk went away"));
                }
                self.file.read(buffer)
            }
        }
        impl Seek for Flaky {
            fn seek(&mut self, position: SeekFrom) -> io::Result<u64> {
                self.rewinds += u32::from(position == SeekFrom::Start(0));
                self.file.seek(position)
            }
        }
        let flaky = Flaky { file: Cursor::new(builtin::BYTES), rewinds: 0 };
        let error = Weights::load(flaky, false).unwrap_err();
        assert!(matches!(&error, LoadError::Io(cause) if cause.to_string() == "the disk went away"), "{error}");
    }
}
