//! The library's log lines become ours.
//!
//! Both whisper.cpp and ggml call back with a level and a piece of text that may or may not end a line. Their "info"
//! is about every buffer they allocate, so it is our debug.

use std::ffi::{CStr, c_char, c_void};
use std::sync::Once;

use tracing::Level;
use whisper_rs::whisper_rs_sys as sys;

/// Sends the library's log to ours, from now on.
#[expect(unsafe_code, reason = "whisper-rs's hooks swallow what has no level of its own")]
pub fn take_over() {
    static ONCE: Once = Once::new();
    // SAFETY: the callback is a function that lives for ever and needs no data.
    ONCE.call_once(|| unsafe {
        sys::whisper_log_set(Some(log_line), std::ptr::null_mut());
        sys::ggml_log_set(Some(log_line), std::ptr::null_mut());
    });
}

#[expect(unsafe_code, reason = "called by the library")]
unsafe extern "C" fn log_line(level: sys::ggml_log_level, text: *const c_char, _: *mut c_void) {
    if text.is_null() {
        return;
    }
    // SAFETY: the library gives a string that ends and stays until we return.
    let text = unsafe { CStr::from_ptr(text) }.to_string_lossy();
    let text = text.trim();
    if text.is_empty() {
        return;
    }
    match our_level(level) {
        Level::ERROR => tracing::error!(target: "whisper", "{text}"),
        Level::WARN => tracing::warn!(target: "whisper", "{text}"),
        Level::DEBUG => tracing::debug!(target: "whisper", "{text}"),
        _ => tracing::trace!(target: "whisper", "{text}"),
    }
}

fn our_level(level: sys::ggml_log_level) -> Level {
    match level {
        sys::ggml_log_level_GGML_LOG_LEVEL_ERROR => Level::ERROR,
        sys::ggml_log_level_GGML_LOG_LEVEL_WARN => Level::WARN,
        sys::ggml_log_level_GGML_LOG_LEVEL_INFO => Level::DEBUG,
        // Debug, and the pieces that continue a line.
        _ => Level::TRACE,
    }
}

/// The libraries inside and their versions.
#[expect(unsafe_code, reason = "ggml's version is only known to itself")]
pub fn versions() -> String {
    // SAFETY: both give static strings.
    let (whisper, ggml) = unsafe { (CStr::from_ptr(sys::whisper_version()), CStr::from_ptr(sys::ggml_version())) };
    format!("whisper.cpp {}, ggml {}", whisper.to_string_lossy(), ggml.to_string_lossy())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_libraries_chatter_is_not_for_everybody() {
        assert_eq!(our_level(sys::ggml_log_level_GGML_LOG_LEVEL_INFO), Level::DEBUG);
        assert_eq!(our_level(sys::ggml_log_level_GGML_LOG_LEVEL_ERROR), Level::ERROR);
    }

    #[test]
    fn both_libraries_tell_their_versions() {
        let versions = versions();
        assert!(versions.starts_with("whisper.cpp 1.") && versions.contains("ggml 0."), "{versions}");
    }
}
