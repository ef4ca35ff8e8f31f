//! The library's log lines become ours.
//!
//! llama.cpp calls back with a level and a piece of text that may or may not end a line. Its "info" is about every
//! buffer and every key of the file, so it is our debug; so are its warnings, which are about oddities of files (what a
//! run of the model could not do comes back as a result).

use std::ffi::{CStr, c_char, c_void};
use std::sync::Once;

use llama_cpp_sys_2 as sys;
use tracing::Level;

/// Sends the library's log to ours, from now on.
#[expect(unsafe_code, reason = "llama-cpp-2's own hook keeps the library's levels, which are too loud")]
pub fn take_over() {
    static ONCE: Once = Once::new();
    // SAFETY: the callback is a function that lives for ever and needs no data.
    ONCE.call_once(|| unsafe { sys::llama_log_set(Some(log_line), std::ptr::null_mut()) });
}

#[expect(unsafe_code, reason = "called by the library")]
unsafe extern "C" fn log_line(level: sys::ggml_log_level, text: *const c_char, _: *mut c_void) {
    if text.is_null() {
        return;
    }
    // SAFETY: the library gives a string that ends and stays until we return.
    let text = unsafe { CStr::from_ptr(text) }.to_string_lossy();
    let text = text.trim();
    if text.is_empty() || text == "." {
        return;
    }
    match our_level(level) {
        Level::ERROR => tracing::error!(target: "llama", "{text}"),
        Level::WARN => tracing::warn!(target: "llama", "{text}"),
        Level::DEBUG => tracing::debug!(target: "llama", "{text}"),
        _ => tracing::trace!(target: "llama", "{text}"),
    }
}

fn our_level(level: sys::ggml_log_level) -> Level {
    match level {
        sys::GGML_LOG_LEVEL_ERROR => Level::ERROR,
        sys::GGML_LOG_LEVEL_WARN | sys::GGML_LOG_LEVEL_INFO => Level::DEBUG,
        // Debug, and the pieces that continue a line.
        _ => Level::TRACE,
    }
}

/// The library inside and its version.
#[expect(unsafe_code, reason = "ggml's version is only known to itself")]
pub fn version() -> String {
    // SAFETY: gives a static string.
    let ggml = unsafe { CStr::from_ptr(sys::ggml_version()) };
    format!("llama.cpp, ggml {}", ggml.to_string_lossy())
}

/// What the library says that it was built with.
#[expect(unsafe_code, reason = "llama-cpp-2 does not tell")]
pub fn system_info() -> String {
    // SAFETY: gives a string of the library's own, which only another call of this function changes, and that is
    // called once, while the model is loaded.
    unsafe { CStr::from_ptr(sys::llama_print_system_info()) }.to_string_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_librarys_chatter_is_not_for_everybody() {
        assert_eq!(our_level(sys::GGML_LOG_LEVEL_INFO), Level::DEBUG);
        assert_eq!(our_level(sys::GGML_LOG_LEVEL_ERROR), Level::ERROR);
    }

    #[test]
    fn the_library_tells_its_version() {
        assert!(version().starts_with("llama.cpp, ggml 0."), "{}", version());
    }
}
