//! Bad settings and what is said about them: source, key, value, what is wrong, what to do.

use config::{Problems, Settings, Sources};

const SECRET: &str = "Xq3v9Lr0TzWm5KcYb8NhUj2PsDf7GaEo";

fn lines(problems: &Problems) -> Vec<String> {
    problems.0.iter().map(ToString::to_string).collect()
}

/// What a file with this text is told, the file's folder left out.
fn told(text: &str) -> Vec<String> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("my.toml");
    std::fs::write(&path, text).unwrap();
    let prefix = format!("{}/", folder.path().display());
    let problems = Settings::load(&Sources { file: Some(path), ..Sources::default() }).unwrap_err();
    lines(&problems).iter().map(|line| line.replace(&prefix, "")).collect()
}

fn told_of_environment(name: &str, value: &str) -> String {
    let environment = vec![(name.to_owned(), value.to_owned())];
    lines(&Settings::load(&Sources { environment, ..Sources::default() }).unwrap_err()).join("\n")
}

#[test]
fn every_kind_of_bad_value_is_told_with_its_place_and_its_remedy() {
    let table = [
        // What is no key.
        ("[server]\nlisen = 'x'", "my.toml:2: unknown key `server.lisen`; did you mean `server.listen`?"),
        ("[server]\nlevel = 'x'", "my.toml:2: unknown key `server.level`; did you mean `logging.level`?"),
        ("[models]\nquux = 1", "my.toml:2: unknown key `models.quux`; `models` has `folder`, `mirrors`"),
        ("[zzz]\nqqq = 1", "my.toml:2: unknown key `zzz.qqq`; see docs/configuration.md for the keys that exist"),
        ("pre_roll_ms = 1", "my.toml:1: unknown key `pre_roll_ms`; did you mean `audio.pre_roll_ms`?"),
        ("models = 'x'", "my.toml:1: `models` is a section, not a key; give it keys: `folder`, `mirrors`"),
        ("[asr.workers]\nmany = 1", "my.toml:2: unknown key `asr.workers.many`; did you mean `asr.workers`?"),
        // What is no TOML.
        ("[server\n", "my.toml:1: not valid TOML: unclosed table, expected `]`; put the line right"),
        ("[asr]\nworkers = 1\nworkers = 2", "my.toml:3: not valid TOML: duplicate key; put the line right"),
        // Wrong kinds.
        (
            "[server]\nlisten = 'localhost'",
            "my.toml:2: `server.listen` = `\"localhost\"`: not an address with a port such as `127.0.0.1:3000` or \
             `[::]:3000`; give an address with a port such as `127.0.0.1:3000` or `[::]:3000` (default `\"127.0.0.1:3000\"`)",
        ),
        (
            "[asr]\nworkers = 'two'",
            "my.toml:2: `asr.workers` = `\"two\"`: not a whole number; give a whole number, 0 to 64 (processes) (default `0`)",
        ),
        (
            "[asr]\nworkers = 65",
            "my.toml:2: `asr.workers` = `65`: out of range; give a whole number, 0 to 64 (processes) (default `0`)",
        ),
        (
            "[asr]\nworkers = -1",
            "my.toml:2: `asr.workers` = `-1`: out of range; give a whole number, 0 to 64 (processes) (default `0`)",
        ),
        (
            "[asr]\nworkers = 2000-01-01",
            "my.toml:2: `asr.workers` = `date`: not a whole number; give a whole number, 0 to 64 (processes) (default `0`)",
        ),
        (
            "[llm]\nenabled = 'perhaps'",
            "my.toml:2: `llm.enabled` = `\"perhaps\"`: not `true` or `false`; give `true` or `false` (default `true`)",
        ),
        (
            "[logging]\nformat = 'xml'",
            "my.toml:2: `logging.format` = `\"xml\"`: not one of `text`, `json`; give one of `text`, `json` (default `\"text\"`)",
        ),
        (
            "[logging]\nlevel = 'info,web=loud'",
            "my.toml:2: `logging.level` = `\"info,web=loud\"`: `web=loud` is not `error`, `warn`, `info`, `debug`, `trace` or \
             `off`, each perhaps with a module as in `info,actors=debug`; give `error`, `warn`, `info`, `debug`, `trace` or \
             `off`, each perhaps with a module as in `info,actors=debug` (default `\"info\"`)",
        ),
        (
            "[asr]\nlanguages = ['en', 'English']",
            "my.toml:2: `asr.languages` = `[\"en\", \"English\"]`: entry `\"English\"` is not a language code such as `en` or \
             `ru`; give a list, each entry a language code such as `en` or `ru` (default `[\"en\", \"ru\"]`)",
        ),
        (
            "[asr]\nnormal_model = ''",
            "my.toml:2: `asr.normal_model` = `\"\"`: not a text that is not empty; give a text that is not empty (default `\"builtin\"`)",
        ),
        (
            "[asr]\ncores = '3-1'",
            "my.toml:2: `asr.cores` = `\"3-1\"`: not a list of cores such as `0-7,16-23`: the range `3-1` runs backwards; give a \
             list of cores such as `0-7,16-23` (default `\"\"`)",
        ),
        // What must hold between keys.
        (
            "[server]
ping_interval_s = 900",
            "my.toml:2: `server.ping_interval_s` = `900`: more than `server.idle_timeout_s`, which is 600; \
             `server.ping_interval_s` may be at most `server.idle_timeout_s`",
        ),
        (
            "[asr]\npartial_interval_max_ms = 200",
            "my.toml:2: `asr.partial_interval_max_ms` = `200`: less than `asr.partial_interval_ms`, which is 400; \
             `asr.partial_interval_ms` may be at most `asr.partial_interval_max_ms`",
        ),
        (
            "[audio]\npause_ms = 50",
            "my.toml:2: `audio.pause_ms` = `50`: shorter than the gaps inside words; give 0 to learn it from the speaker, or \
             at least 100",
        ),
        (
            "[placement]\nnuma_node_cores = ['0-3', '3-7']",
            "my.toml:2: `placement.numa_node_cores` = `[\"0-3\", \"3-7\"]`: core 3 is on node 0 and on node 1; give each core to \
             one node",
        ),
        (
            "[database]\nurl = 'mysql://a:b@h/d'",
            "my.toml:2: `database.url` = `mysql://a:***@h/d`: no database that is supported; give `sqlite:FILE` or \
             `postgres://user:password@host/name`",
        ),
        (
            "[cache]\nredis_url = 'http://cache'",
            "my.toml:2: `cache.redis_url` = `http://cache`: not a Redis address; give `redis://host:6379/0`, or nothing",
        ),
        (
            "[models]\nmirrors = ['ftp://x']",
            "my.toml:2: `models.mirrors` = `[\"ftp://x\"]`: entry `ftp://x` is no address of a mirror; begin it with `https://`, \
             `http://` or `file:///`",
        ),
        (
            "[server]\nallowed_origins = ['voice.example.org/']",
            "my.toml:2: `server.allowed_origins` = `[\"voice.example.org/\"]`: entry `voice.example.org/` is no origin; give \
             scheme and host without a path, such as `https://voice.example.org`",
        ),
        (
            "[server]\ntls_key = '/no/such.pem'",
            "my.toml:2: `server.tls_key` = `\"/no/such.pem\"`: there is no such file; give the path of a PEM file",
        ),
    ];
    for (text, expected) in table {
        assert_eq!(told(text), [expected], "for {text:?}");
    }
}

#[test]
fn all_problems_of_all_sources_come_together() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("my.toml");
    std::fs::write(&path, "[asr]\nworkers = 'x'\nbeam = 5\n[llm]\ndeadline_ms = 1\n").unwrap();
    let environment =
        vec![("WHISPER_THREADS".to_owned(), "many".to_owned()), ("ALFAVOICE_LLM__MODLE".to_owned(), "x".to_owned())];
    let flags = vec![("server.listen".to_owned(), ":80".to_owned())];
    let sources = Sources { profile: Some("prod".to_owned()), file: Some(path), environment, flags };
    let problems = Settings::load(&sources).unwrap_err();
    let text = problems.to_string();
    assert_eq!(problems.0.len(), 7, "{text}");
    assert!(text.starts_with("7 problems in the settings\n  "), "{text}");
    for part in [
        "command line: `profile` = `prod`: there is no such profile; did you mean `production`?",
        "my.toml:2: `asr.workers`",
        "my.toml:3: unknown key `asr.beam`",
        "my.toml:5: `llm.deadline_ms` = `1`",
        "environment WHISPER_THREADS: `asr.threads_per_slot` = `many`",
        "environment ALFAVOICE_LLM__MODLE: unknown key `llm.modle`; did you mean `llm.model`?",
        "command line: `server.listen` = `:80`",
    ] {
        assert!(text.contains(part), "no {part:?} in\n{text}");
    }
}

#[test]
fn a_value_that_does_not_fit_hides_no_other_rule_and_causes_no_second_problem() {
    let problems =
        told("[server]\nidle_timeout_s = 'x'\nping_interval_s = 3601\n[placement]\nnuma_node_cores = ['1', '1']");
    assert_eq!(problems.len(), 3, "{problems:#?}");
    assert!(problems[0].contains("`server.idle_timeout_s`"), "{problems:#?}");
    assert!(problems[1].contains("`server.ping_interval_s` = `3601`"), "{problems:#?}");
    assert!(problems[2].contains("core 1 is on node 0 and on node 1"), "{problems:#?}");
}

#[test]
fn slips_in_variables_are_told() {
    let told = told_of_environment("ALFAVOICE_SERVER_LISTEN", "0.0.0.0:1");
    assert_eq!(
        told,
        "environment ALFAVOICE_SERVER_LISTEN: `ALFAVOICE_SERVER_LISTEN` is not a setting; write \
         `ALFAVOICE_SERVER__LISTEN`, with two underscores after the section"
    );
    let told = told_of_environment("NUMA_NODE_0_CORES", "all");
    assert!(
        told.starts_with("environment NUMA_NODE_0_CORES: `placement.numa_node_cores` = `[\"all\"]`: entry"),
        "{told}"
    );
    let told = told_of_environment("ALFAVOICE_ASR__LANGUAGES", "[\"en\"");
    assert!(told.contains("`asr.languages` = `[\"en\"`: not a list, each entry a language code"), "{told}");
    let told = told_of_environment("MEMORY_AFFINITY", "sometimes");
    assert!(told.contains("not one of `bind`, `off`"), "{told}");
}

#[test]
fn a_file_that_is_not_there_is_a_problem() {
    let file = Some(std::path::PathBuf::from("/no/such.toml"));
    let told = Settings::load(&Sources { file, ..Sources::default() }).unwrap_err().to_string();
    assert!(told.starts_with("command line: cannot read `/no/such.toml`: No such file"), "{told}");
    assert!(told.ends_with("; give the path of a readable TOML file"), "{told}");
}

#[test]
fn production_refuses_secrets_that_are_none() {
    let development = include_str!("../development.toml");
    let published = development.lines().find_map(|line| line.strip_prefix("jwt_secret = ")).unwrap().trim_matches('"');
    let told = |secret: &str| {
        let environment = vec![("JWT_SECRET".to_owned(), secret.to_owned())];
        let sources = Sources { profile: Some("production".to_owned()), environment, ..Sources::default() };
        Settings::load(&sources).err().map(|problems| problems.to_string()).unwrap_or_default()
    };
    assert_eq!(told(SECRET), "");
    for (secret, why) in [
        ("", "default: `auth.jwt_secret` = `\"\"`: not set, which production refuses"),
        (
            "hunter2",
            "environment JWT_SECRET: `auth.jwt_secret` = `***`: shorter than 32 characters, which production refuses",
        ),
        (published, "the development profile's own secret, which production refuses"),
        (&"ab".repeat(20), "easy to guess (few different characters), which production refuses"),
    ] {
        let told = told(secret);
        assert!(told.contains(why), "{told}");
        assert!(told.ends_with("make one with `openssl rand -base64 48` and give it as JWT_SECRET"), "{told}");
        assert!(secret.is_empty() || !told.contains(secret), "{told}");
    }
}

#[test]
fn production_lets_no_foreign_page_in() {
    let environment = vec![("JWT_SECRET".to_owned(), SECRET.to_owned())];
    let sources = Sources { profile: Some("production".to_owned()), environment, ..Sources::default() };
    let told = Settings::load(&sources.with("server.allowed_origins", "*")).unwrap_err().to_string();
    assert!(
        told.contains("`*` lets every page in, which production refuses; list the origins of your pages"),
        "{told}"
    );
}

#[test]
fn a_certificate_needs_its_key() {
    let folder = tempfile::tempdir().unwrap();
    let certificate = folder.path().join("cert.pem");
    std::fs::write(&certificate, "").unwrap();
    let sources = Sources::default().with("server.tls_certificate", certificate.to_str().unwrap());
    let told = Settings::load(&sources).unwrap_err().to_string();
    assert!(told.contains("set without `server.tls_key`; set both, or none for plain HTTP"), "{told}");
}
