//! `[models]`: where models are kept and fetched from.

use std::path::PathBuf;

section! {
    /// Where models are kept and fetched from.
    Models "models" {
        /// Folder of downloaded models; a relative path counts from `server.data_dir`. A `models.toml` in it adds models
        /// of your own.
        folder: PathBuf = "models";
        /// Where models are fetched from, tried in this order: `https://...`, `http://...` or `file:///a/folder` with the
        /// same paths or just the files in it.
        mirrors: Vec<String> = ["https://huggingface.co"];
    }
}
