//! From settings and catalogue to what the actors need. The only place that knows both.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use actors::cache::CacheLimits;
use actors::load::{AdmissionLimits, GovernorLimits, LadderLimits};
use actors::placement::plan::PoolWish;
use actors::recorder::Recorder;
use actors::scheduler::book::BookLimits;
use actors::scheduler::order::Order;
use actors::scheduler::queue::QueueLimits;
use actors::session::{CadenceLimits, CleanerLimits, Mode, SessionLimits, SessionOptions, Tier};
use actors::supervisor::SupervisionLimits;
use actors::supervisor::policy::RestartLimits;
use actors::supervisor::renewal::RenewalLimits;
use actors::system::{PoolSettings, SystemSettings};
use actors::worker::WorkerLimits;
use anyhow::{Context as _, bail};
use config::{Catalogue, CoreList, InstructionSet, MemoryAffinity, ModelKind, Settings};
use engine::asr::ModelFacts;
use engine::audio::{AudioFormat, IntakeOptions};
use engine::language::Language;
use engine::segmenter::PausePolicy;
use engine_worker::message::{ModelSource, WorkerKind};
use engine_worker::{CpuSet, WorkerCommand, isa};

/// Positions of whisper's encoder that stand for 30 s.
const WHOLE_WINDOW: u16 = 1500;
/// And what fits into it, with a margin.
const WHOLE_WINDOW_MS: u32 = 29_000;

/// Service time of a job before one was measured.
const DEFAULT_SERVICE: Duration = Duration::from_millis(500);

/// What the settings come to.
pub struct Wired {
    pub system: SystemSettings,
    pub session_defaults: SessionOptions,
    pub models: Vec<String>,
}

pub fn wire(settings: &Settings, recorder: Arc<dyn Recorder>) -> anyhow::Result<Wired> {
    let catalogue = Catalogue::with_folder(&settings.model_folder())?;
    let recognisers = recognisers(settings, &catalogue)?;
    let facts = |pool: Option<&PoolSettings>| pool.map(|pool| pool.facts.clone()).unwrap_or_default();
    let cleaner = cleaner(settings, &catalogue)?;
    let session = session_limits(settings, facts(recognisers.first()), facts(recognisers.last()), cleaner.as_ref());
    let mut models: Vec<String> = recognisers.iter().map(|pool| pool.model.clone()).collect();
    models.extend(cleaner.as_ref().map(|cleaner| cleaner.pool.model.clone()).filter(|id| !models.contains(id)));
    let system = SystemSettings {
        recognisers,
        cleaner: cleaner.map(|cleaner| cleaner.pool),
        cache: cache_limits(settings),
        node_cores: settings.placement.numa_node_cores.iter().map(cpus).collect(),
        bind_memory: settings.placement.memory_affinity != MemoryAffinity::Off,
        book: book_limits(settings),
        load: load_limits(settings),
        supervision: supervision_limits(settings),
        parallel_starts: usize::from(settings.supervision.parallel_starts),
        session,
        linger: Duration::from_secs(u64::from(settings.server.resume_window_s)),
        recorder,
    };
    Ok(Wired { system, session_defaults: session_defaults(settings)?, models })
}

/// The models as settings and catalogue describe them now: what [`System::reload`](actors::system::System::reload) takes.
pub fn pools(settings: &Settings) -> anyhow::Result<Vec<PoolSettings>> {
    let catalogue = Catalogue::with_folder(&settings.model_folder())?;
    let cleaner = cleaner(settings, &catalogue)?.map(|cleaner| cleaner.pool);
    Ok(recognisers(settings, &catalogue)?.into_iter().chain(cleaner).collect())
}

fn recognisers(settings: &Settings, catalogue: &Catalogue) -> anyhow::Result<Vec<PoolSettings>> {
    let executable = worker_executable(settings, "alfavoice-asr")?;
    let mut ids = vec![&settings.asr.normal_model, &settings.asr.high_model];
    ids.dedup();
    ids.into_iter().map(|id| recogniser(settings, catalogue, id, &executable)).collect()
}

fn recogniser(
    settings: &Settings,
    catalogue: &Catalogue,
    id: &str,
    executable: &PathBuf,
) -> anyhow::Result<PoolSettings> {
    let model = catalogue.find(ModelKind::Asr, id)?;
    let source = model_source(settings, model)?;
    let languages = languages(model)?;
    let f = &model.facts;
    let facts = ModelFacts {
        languages,
        audio_ctx_floor: if settings.asr.whole_window { WHOLE_WINDOW } else { f.audio_ctx_floor },
        audio_ctx_margin_ms: f.audio_ctx_margin_ms,
        longest_utterance_ms: if settings.asr.whole_window { WHOLE_WINDOW_MS } else { f.longest_utterance_ms },
        takes_prompt: f.takes_prompt,
        temperature_ladder: f.temperature_ladder.clone(),
        beam: f.beam,
        tokens_per_second: f.tokens_per_second,
        flash_attention: f.flash_attention,
        trustworthy_scores: f.trustworthy_scores,
    };
    let wish = PoolWish {
        name: format!("asr-{id}"),
        weight: 2,
        workers: usize::from(settings.asr.workers),
        slots_per_worker: usize::from(settings.asr.slots_per_worker),
        threads_per_slot: usize::from(settings.asr.threads_per_slot),
        shared_slots: 0,
        cores: cpus(&settings.asr.cores),
    };
    let command = WorkerCommand::new(executable, WorkerKind::Asr);
    Ok(PoolSettings { model: id.to_owned(), source, facts, command, wish })
}

/// A language model, with what is known of it.
struct WiredCleaner {
    pool: PoolSettings,
    facts: engine::llm::ModelFacts,
}

fn cleaner(settings: &Settings, catalogue: &Catalogue) -> anyhow::Result<Option<WiredCleaner>> {
    let llm = &settings.llm;
    if !llm.enabled {
        return Ok(None);
    }
    let model = catalogue.find(ModelKind::Llm, &llm.model)?;
    let source = model_source(settings, model)?;
    let known = &model.llm;
    let facts = engine::llm::ModelFacts {
        follows_system_prompt: known.follows_system_prompt,
        constrained: known.constrained,
        words_at_a_time: known.words_at_a_time,
        context_tokens: known.context_tokens,
        chat_template: known.chat_template.clone(),
        languages: languages(model)?,
    };
    let wish = PoolWish {
        name: format!("llm-{}", model.id),
        weight: 1,
        workers: usize::from(llm.workers),
        slots_per_worker: 0,
        threads_per_slot: usize::from(llm.threads),
        shared_slots: usize::from(llm.parallel),
        cores: cpus(&llm.cores),
    };
    let mut command = WorkerCommand::new(worker_executable(settings, "alfavoice-llm")?, WorkerKind::Llm);
    for (name, value) in facts.environment() {
        command = command.env(name, value);
    }
    let pool = PoolSettings { model: model.id.clone(), source, facts: ModelFacts::default(), command, wish };
    Ok(Some(WiredCleaner { pool, facts }))
}

fn languages(model: &config::Model) -> anyhow::Result<Vec<Language>> {
    model.languages.iter().map(|code| code.parse()).collect::<Result<_, _>>().context("the model catalogue")
}

fn model_source(settings: &Settings, model: &config::Model) -> anyhow::Result<ModelSource> {
    let id = &model.id;
    match model.file_in(&settings.model_folder()) {
        None => Ok(ModelSource::Builtin),
        Some(file) if file.is_file() => Ok(ModelSource::File(file)),
        Some(_) => bail!("model `{id}` is not in the model folder; run `alfavoice models pull {id}`"),
    }
}

/// The worker executable for this processor.
pub fn worker_executable(settings: &Settings, name: &str) -> anyhow::Result<PathBuf> {
    let folder = match &settings.placement.worker_dir {
        Some(folder) => folder.clone(),
        None => {
            let own = std::env::current_exe().context("cannot find the server's own executable")?;
            own.parent().context("the server's executable is in no folder")?.to_owned()
        }
    };
    let wanted = match settings.placement.instruction_set {
        InstructionSet::Auto => return Ok(isa::choose(&folder, name)),
        InstructionSet::Plain => return Ok(folder.join(name)),
        InstructionSet::Avx2 => "avx2",
        InstructionSet::Avx512 => "avx512",
        InstructionSet::Amx => "amx",
    };
    Ok(folder.join(format!("{name}-{wanted}")))
}

fn session_limits(
    settings: &Settings,
    normal: ModelFacts,
    high: ModelFacts,
    cleaner: Option<&WiredCleaner>,
) -> SessionLimits {
    let asr = &settings.asr;
    SessionLimits {
        cadence: CadenceLimits {
            first_ms: asr.first_partial_ms,
            shortest_ms: asr.partial_interval_ms,
            longest_ms: asr.partial_interval_max_ms,
        },
        unsettled_ms: 600,
        partial_deadline: ms(asr.partial_deadline_ms),
        final_deadline: ms(asr.final_deadline_ms),
        stall: ms(settings.audio.stall_ms),
        acknowledge_ms: 500,
        most_waiting_ms: u64::from(settings.audio.most_waiting_s) * 1000,
        normal,
        high,
        cleaner: cleaner
            .map(|cleaner| CleanerLimits { facts: cleaner.facts.clone(), deadline: ms(settings.llm.deadline_ms) }),
    }
}

fn session_defaults(settings: &Settings) -> anyhow::Result<SessionOptions> {
    let languages = settings.asr.languages.iter().map(|code| code.as_str().parse::<Language>());
    let audio = &settings.audio;
    Ok(SessionOptions {
        mode: Mode::OnPause,
        tier: Tier::Normal,
        format: AudioFormat::DEFAULT,
        intake: IntakeOptions { denoise: audio.denoise, automatic_gain: audio.gain_control },
        pause: match audio.pause_ms {
            0 => PausePolicy::Adaptive,
            ms => PausePolicy::FixedMs(ms),
        },
        pre_roll_ms: audio.pre_roll_ms,
        longest_utterance_ms: audio.longest_utterance_ms,
        languages: languages.collect::<Result<_, _>>().context("`asr.languages`")?,
        partials: true,
        dictionary: Vec::new(),
        style: None,
        app: None,
        client_recording_id: None,
        batch: false,
        keep_sound: false,
        vocabulary: Arc::default(),
        text: Arc::default(),
    })
}

fn book_limits(settings: &Settings) -> BookLimits {
    let scheduling = &settings.scheduling;
    BookLimits {
        queue: QueueLimits {
            size: scheduling.max_queue_size as usize,
            per_owner: share(scheduling.max_queue_size, scheduling.owner_share_percent),
            ageing: ms(scheduling.ageing_ms),
            order: Order::default(),
        },
        hang: ms(settings.supervision.hang_deadline_ms),
        most_crashes: settings.asr.retries + 1,
        // Whoever kills workers from outside is no fault of the sound; but there is an end to everything.
        most_losses: (settings.asr.retries + 1) * 3,
        default_wait: DEFAULT_SERVICE,
        partial_slots_percent: scheduling.partial_slots_percent,
    }
}

/// Jobs that one person may have waiting; a few even where the queue is tiny.
fn share(queue: u32, percent: u8) -> usize {
    (queue as usize * usize::from(percent) / 100).max(4)
}

fn load_limits(settings: &Settings) -> GovernorLimits {
    let scheduling = &settings.scheduling;
    GovernorLimits {
        ladder: LadderLimits {
            tolerable_wait: ms(scheduling.tolerable_wait_ms),
            worse_after: ms(scheduling.step_down_ms),
            better_after: ms(scheduling.step_up_ms),
        },
        admission: AdmissionLimits {
            most: settings.server.max_connections as usize,
            most_per_owner: settings.server.max_connections_per_user as usize,
            comeback: Duration::from_secs(u64::from(settings.server.resume_window_s)),
        },
        default_service: DEFAULT_SERVICE,
    }
}

fn cache_limits(settings: &Settings) -> CacheLimits {
    CacheLimits {
        bytes: u64::from(settings.cache.memory_mb) * 1024 * 1024,
        time_to_live: Duration::from_secs(u64::from(settings.cache.clean_ttl_s)),
    }
}

fn supervision_limits(settings: &Settings) -> SupervisionLimits {
    let supervision = &settings.supervision;
    let restarts = RestartLimits {
        first_backoff: ms(supervision.backoff_first_ms),
        longest_backoff: ms(supervision.backoff_max_ms),
        most_deaths: usize::from(supervision.max_restarts),
        window: Duration::from_secs(u64::from(supervision.restart_window_s)),
    };
    let hours = (supervision.worker_age_h > 0).then_some(u64::from(supervision.worker_age_h));
    let renewal = RenewalLimits {
        age: hours.map(|hours| Duration::from_secs(hours * 3600)),
        growth_percent: (supervision.worker_growth_percent > 0).then_some(supervision.worker_growth_percent),
    };
    SupervisionLimits { workers: worker_limits(settings), restarts, renewal }
}

fn worker_limits(settings: &Settings) -> WorkerLimits {
    let supervision = &settings.supervision;
    let ping_every = ms(supervision.ping_interval_ms);
    WorkerLimits {
        ping_every,
        // Eight pings unanswered: a process that is only slow answers one of them.
        unresponsive: (ping_every * 8).max(Duration::from_secs(4)),
        stopped: ping_every * 2,
        load: Duration::from_secs(u64::from(supervision.start_deadline_s)),
    }
}

fn cpus(list: &CoreList) -> CpuSet {
    list.cores().map(usize::from).collect()
}

fn ms(ms: u32) -> Duration {
    Duration::from_millis(u64::from(ms))
}
