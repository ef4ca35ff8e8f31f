//! Which source wins, and that the names everybody uses work.

use config::{MemoryAffinity, Origin, Profile, Settings, Sources};

const SECRET: &str = "Xq3v9Lr0TzWm5KcYb8NhUj2PsDf7GaEo";

fn environment(variables: &[(&str, &str)]) -> Sources {
    let environment = variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    Sources { environment, ..Sources::default() }
}

fn with_file(text: &str, mut sources: Sources) -> (tempfile::TempDir, Sources) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("my.toml");
    std::fs::write(&path, text).unwrap();
    sources.file = Some(path);
    (folder, sources)
}

#[test]
fn every_default_is_valid_and_everything_starts_with_nothing_said() {
    let settings = Settings::load(&Sources::default()).unwrap();
    assert_eq!(settings.profile, Profile::Development);
    assert_eq!(settings.server.listen.to_string(), "127.0.0.1:3000");
    assert_eq!(settings.llm.deadline_ms, 800);
    assert_eq!(settings.audio.pre_roll_ms, 300);
    assert_eq!(settings.asr.languages.iter().map(config::LanguageCode::as_str).collect::<Vec<_>>(), ["en", "ru"]);
    assert_eq!(settings.warnings(), [] as [String; 0]);
}

#[test]
fn the_stronger_source_wins() {
    let key = "asr.workers";
    let value = |sources: &Sources| {
        let settings = Settings::load(sources).unwrap();
        (settings.asr.workers, settings.origin(key))
    };
    let mut sources = Sources::default();
    assert_eq!(value(&sources), (0, Origin::Default));

    let (folder, with) = with_file("[asr]\nworkers = 2\n", sources);
    sources = with;
    let name = folder.path().join("my.toml").display().to_string();
    assert_eq!(value(&sources), (2, Origin::File { name, line: 2 }));

    sources.environment.push(("ALFAVOICE_ASR__WORKERS".to_owned(), "3".to_owned()));
    assert_eq!(value(&sources), (3, Origin::Environment("ALFAVOICE_ASR__WORKERS".to_owned())));

    sources = sources.with(key, "4");
    assert_eq!(value(&sources), (4, Origin::CommandLine));
}

#[test]
fn a_profile_is_stronger_than_the_defaults_and_weaker_than_a_file() {
    let production = Sources { profile: Some("production".to_owned()), ..environment(&[("JWT_SECRET", SECRET)]) };
    let settings = Settings::load(&production).unwrap();
    assert_eq!(settings.logging.format, config::LogFormat::Json);
    assert_eq!(settings.server.listen.to_string(), "0.0.0.0:3000");
    assert!(settings.warnings()[0].starts_with("plain HTTP on `0.0.0.0:3000`"), "{:?}", settings.warnings());

    let (_folder, production) = with_file("[logging]\nformat = 'text'\n", production);
    assert_eq!(Settings::load(&production).unwrap().logging.format, config::LogFormat::Text);
}

#[test]
fn profile_and_file_can_come_from_the_environment() {
    let (_folder, file) = with_file("[server]\nlisten = '127.0.0.1:4000'\n", Sources::default());
    let path = file.file.unwrap().display().to_string();
    let sources =
        environment(&[("ALFAVOICE_PROFILE", "production"), ("ALFAVOICE_CONFIG", &path), ("JWT_SECRET", SECRET)]);
    let settings = Settings::load(&sources).unwrap();
    assert_eq!(settings.profile, Profile::Production);
    assert_eq!(settings.server.listen.port(), 4000);
}

#[test]
fn the_well_known_names_work() {
    let settings = Settings::load(&environment(&[
        ("DATABASE_URL", "postgres://voice:secret@db/voice"),
        ("JWT_SECRET", SECRET),
        ("REDIS_URL", "redis://cache:6379/0"),
        ("WHISPER_THREADS", "4"),
        ("LLM_THREADS", "2"),
        ("MAX_QUEUE_SIZE", "50"),
        ("NUMA_NODE_0_CORES", "0-21"),
        ("NUMA_NODE_1_CORES", "22-43"),
        ("MEMORY_AFFINITY", "true"),
    ]))
    .unwrap();
    assert_eq!(settings.database_url(), "postgres://voice:secret@db/voice");
    assert_eq!(settings.auth.jwt_secret.expose(), SECRET);
    assert_eq!(settings.cache.redis_url.as_ref().unwrap().expose(), "redis://cache:6379/0");
    assert_eq!(settings.asr.threads_per_slot, 4);
    assert_eq!(settings.llm.threads, 2);
    assert_eq!(settings.scheduling.max_queue_size, 50);
    let nodes: Vec<String> = settings.placement.numa_node_cores.iter().map(ToString::to_string).collect();
    assert_eq!(nodes, ["0-21", "22-43"]);
    assert_eq!(settings.placement.memory_affinity, MemoryAffinity::Bind);
}

#[test]
fn our_own_name_is_stronger_than_the_well_known_one_and_empty_well_known_ones_are_not_set() {
    let settings = Settings::load(&environment(&[
        ("WHISPER_THREADS", "4"),
        ("ALFAVOICE_ASR__THREADS_PER_SLOT", "6"),
        ("DATABASE_URL", ""),
    ]))
    .unwrap();
    assert_eq!(settings.asr.threads_per_slot, 6);
    assert_eq!(settings.origin("database.url"), Origin::Default);
}

#[test]
fn one_numa_node_can_be_set_over_the_list_of_a_file() {
    let (_folder, mut sources) = with_file("[placement]\nnuma_node_cores = ['0-3', '4-7']\n", Sources::default());
    sources.environment.push(("NUMA_NODE_1_CORES".to_owned(), "5-7".to_owned()));
    let settings = Settings::load(&sources).unwrap();
    let nodes: Vec<String> = settings.placement.numa_node_cores.iter().map(ToString::to_string).collect();
    assert_eq!(nodes, ["0-3", "5-7"]);
}

#[test]
fn lists_can_be_given_as_text() {
    let settings = Settings::load(&environment(&[
        ("ALFAVOICE_ASR__LANGUAGES", "ru, en,de"),
        ("ALFAVOICE_PLACEMENT__NUMA_NODE_CORES", "0-1,4;2-3"),
    ]))
    .unwrap();
    assert_eq!(settings.asr.languages.len(), 3);
    let nodes: Vec<String> = settings.placement.numa_node_cores.iter().map(ToString::to_string).collect();
    assert_eq!(nodes, ["0-1,4", "2-3"]);
    let as_in_a_file = Settings::load(&Sources::default().with("asr.languages", "[\"de\"]")).unwrap();
    assert_eq!(as_in_a_file.asr.languages[0].as_str(), "de");
}

#[test]
fn what_kubernetes_sets_for_a_service_of_our_name_is_passed_over() {
    let settings = Settings::load(&environment(&[
        ("ALFAVOICE_SERVICE_HOST", "10.0.0.1"),
        ("ALFAVOICE_PORT_3000_TCP", "tcp://10.0.0.1:3000"),
        ("ALFAVOICE_PORT", "tcp://10.0.0.1:3000"),
        ("HOME", "/root"),
    ]))
    .unwrap();
    assert_eq!(settings.warnings(), [] as [String; 0]);
}

#[test]
fn doubtful_things_are_told_without_stopping() {
    let sources =
        environment(&[("ALFAVOICE_VERBOSITY", "9"), ("ALFAVOICE_WORKERS", "2"), ("REDIS_URL", "redis://cache")]);
    let settings = Settings::load(&sources.with("server.listen", "0.0.0.0:3000")).unwrap();
    let warnings = settings.warnings().join("\n");
    assert!(warnings.contains("`ALFAVOICE_VERBOSITY` is not a setting and is ignored"), "{warnings}");
    let hint = "`ALFAVOICE_WORKERS` is not a setting and is ignored; did you mean `ALFAVOICE_ASR__WORKERS`?";
    assert!(warnings.contains(hint), "{warnings}");
    assert!(warnings.contains("`cache.redis_url` is set, but"), "{warnings}");
    assert!(warnings.contains("the development profile asks nobody for a password"), "{warnings}");
}

#[test]
fn paths_count_from_the_data_folder() {
    let settings = Settings::load(&Sources::default().with("server.data_dir", "/srv/voice")).unwrap();
    assert_eq!(settings.model_folder().to_str(), Some("/srv/voice/models"));
    assert_eq!(settings.log_file().unwrap().to_str(), Some("/srv/voice/logs/alfavoice.log"));
    assert_eq!(settings.database_url(), "sqlite:///srv/voice/alfavoice.db?mode=rwc");

    let elsewhere = Settings::load(
        &Sources::default()
            .with("models.folder", "/models")
            .with("logging.file", "")
            .with("database.url", "sqlite::memory:"),
    )
    .unwrap();
    assert_eq!(elsewhere.model_folder().to_str(), Some("/models"));
    assert_eq!(elsewhere.log_file(), None);
    assert_eq!(elsewhere.database_url(), "sqlite::memory:");

    let absolute = Settings::load(&Sources::default().with("database.url", "sqlite:///srv/a.db?mode=ro")).unwrap();
    assert_eq!(absolute.database_url(), "sqlite:///srv/a.db?mode=ro");
}

#[test]
fn nothing_prints_a_secret() {
    let sources = environment(&[("JWT_SECRET", SECRET), ("DATABASE_URL", "postgres://ann:hunter2@db/voice")]);
    let settings = Settings::load(&sources).unwrap();
    let row = |row: &config::Row| format!("{} = {} ({})", row.key, row.value, row.origin);
    let rows = settings.rows().iter().map(row).collect::<Vec<_>>().join("\n");
    let printed = format!("{settings:?}\n{rows}");
    assert!(!printed.contains(SECRET) && !printed.contains("hunter2"), "{printed}");
    assert!(rows.contains("auth.jwt_secret = *** (environment JWT_SECRET)"), "{rows}");
    assert!(rows.contains("database.url = postgres://ann:***@db/voice (environment DATABASE_URL)"), "{rows}");
    assert!(rows.contains("server.listen = \"127.0.0.1:3000\" (default)"), "{rows}");
}

#[test]
fn a_problem_that_only_the_user_of_a_key_can_find_looks_like_all_others() {
    let settings = Settings::load(&Sources::default().with("asr.high_model", "lage-v3-q5")).unwrap();
    let problem = settings.problem("asr.high_model", "there is no such model", "did you mean `large-v3-q5`?");
    let expected = "command line: `asr.high_model` = `lage-v3-q5`: there is no such model; did you mean `large-v3-q5`?";
    assert_eq!(problem.to_string(), expected);
}
