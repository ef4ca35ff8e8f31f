//! `[asr]`: speech recognition.

use crate::cores::CoreList;
use crate::value::LanguageCode;

section! {
    /// Speech recognition: models, workers, time limits.
    Asr "asr" {
        /// Model of sessions with quality `normal`: an id of the catalogue (`alfavoice models list`).
        normal_model: String = "builtin";
        /// Model of sessions with quality `high`. The same id as `normal_model` shares its workers.
        high_model: String = "builtin";
        /// Worker processes per model, each with a copy of the weights. 0 = one per NUMA node.
        workers: u16 = 0, unit "processes", range 0..=64;
        /// Decode every utterance in the model's whole window of 30 s, as the library does by itself. For comparisons.
        whole_window: bool = false;
        /// Utterances that one worker decodes at the same time. 0 = planned from its cores.
        slots_per_worker: u16 = 0, unit "slots", range 0..=256;
        /// Threads of one decode, each on a core of its own. 0 = planned; more than about 14 make a decode slower.
        threads_per_slot: u16 = 0, unit "threads", range 0..=64;
        /// Cores that speech recognition may use, such as `0-7,16-23`. Empty = all that the process may use.
        cores: CoreList = "";
        /// Languages tried when a session says `auto`, the likeliest first. Empty = all that the model knows.
        languages: Vec<LanguageCode> = ["en", "ru"];
        /// Sound of an utterance before its first partial text.
        first_partial_ms: u32 = 350, unit "ms of sound", range 100..=5000;
        /// New sound between two partial texts, at least. They get rarer by themselves when they take long.
        partial_interval_ms: u32 = 400, unit "ms", range 100..=10_000;
        /// New sound between two partial texts, at most.
        partial_interval_max_ms: u32 = 3000, unit "ms", range 100..=60_000;
        /// A partial text that is not there by then is dropped.
        partial_deadline_ms: u32 = 2000, unit "ms", range 100..=60_000;
        /// When a final text is due after the end of speech: the order of finals, and what counts as late.
        final_deadline_ms: u32 = 3000, unit "ms", range 100..=600_000;
        /// How often a job is tried again after a worker crashed on it; then it is answered with an error, since its
        /// sound may be the reason. Workers that are killed from outside count less.
        retries: u8 = 1, unit "times", range 0..=5;
    }
}
