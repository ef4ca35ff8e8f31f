//! `[retention]`: how long things are kept, and copies of them.

use std::path::PathBuf;

use crate::secret::Secret;

section! {
    /// How long things are kept, and copies of the database.
    Retention "retention" {
        /// How long the sound of a transcript is kept. 0 = not at all.
        keep_audio_days: u32 = 0, unit "days", range 0..=36_500;
        /// Folder of kept sound; a relative path counts from `server.data_dir`.
        audio_dir: PathBuf = "audio";
        /// Key that kept sound is encrypted with: 32 bytes in base64 (`openssl rand -base64 32`). Empty = not encrypted.
        audio_key: Secret = "";
        /// The key before: sound that was kept with it can still be read.
        audio_previous_key: Secret = "";
        /// How long transcripts are kept. 0 = for ever.
        keep_transcripts_days: u32 = 0, unit "days", range 0..=36_500;
        /// How long a deleted transcript can be brought back.
        keep_deleted_days: u32 = 30, unit "days", range 0..=36_500;
        /// How long ended jobs are kept.
        keep_jobs_days: u32 = 30, unit "days", range 1..=36_500;
        /// How long the audit log is kept. 0 = for ever.
        keep_audit_days: u32 = 365, unit "days", range 0..=36_500;
        /// How often what is too old is removed. 0 = never, only by `alfavoice cleanup`.
        cleanup_every_hours: u32 = 24, unit "hours", range 0..=8760;
        /// How often the database is copied (SQLite only). 0 = never, only by `alfavoice backup`.
        backup_every_hours: u32 = 0, unit "hours", range 0..=8760;
        /// Folder of the copies; a relative path counts from `server.data_dir`.
        backup_dir: PathBuf = "backups";
        /// Copies that are kept; the oldest goes first.
        keep_backups: u16 = 7, unit "copies", range 1..=10_000;
    }
}
