//! `alfavoice security-check` finds each weakness that is planted, and nothing on a good server.

mod support;

use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::Command;

use support::ALFAVOICE;
use tempfile::TempDir;

/// Long, random, of many characters; only for this test.
const SECRET: &str = "f6Qk0vYc2mW9xRzT4nBhJ7sLpE1dGaU8iKoVyXtCqZw3";
const AUDIO_KEY: &str = "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=";

/// What a good production server is set to.
fn production() -> Vec<String> {
    ["auth.registration=invite", "server.listen=127.0.0.1:3000"].map(str::to_owned).to_vec()
}

struct Place {
    folder: TempDir,
}

impl Place {
    fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let place = Self { folder };
        std::fs::create_dir(place.data()).expect("a folder");
        mode(&place.data(), 0o700);
        std::fs::write(place.data().join("alfavoice.db"), b"").expect("a file");
        mode(&place.data().join("alfavoice.db"), 0o600);
        std::fs::create_dir(place.repository()).expect("a folder");
        place
    }

    fn data(&self) -> std::path::PathBuf {
        self.folder.path().join("data")
    }

    fn repository(&self) -> std::path::PathBuf {
        self.folder.path().join("repository")
    }

    /// Whether it passes, and everything it said.
    fn check(&self, settings: &[String], environment: &[(&str, &str)], profile: &str) -> (bool, String) {
        let mut command = Command::new(ALFAVOICE);
        command.args(["--profile", profile, "--data-dir"]).arg(self.data());
        for setting in settings {
            command.args(["--set", setting]);
        }
        command.args(["security-check", "--repository"]).arg(self.repository());
        command.env_remove("JWT_SECRET").envs(environment.iter().copied());
        let output = command.output().expect("the command runs");
        let said = [output.stdout, output.stderr].concat();
        (output.status.success(), String::from_utf8(said).expect("text"))
    }

    fn production_with(&self, more: &[&str]) -> (bool, String) {
        let mut settings = production();
        settings.extend(more.iter().map(|setting| (*setting).to_owned()));
        self.check(&settings, &[("JWT_SECRET", SECRET)], "production")
    }
}

fn mode(path: &Path, mode: u32) {
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).expect("it is ours");
}

fn git(folder: &Path, arguments: &[&str]) {
    let done = Command::new("git").args(arguments).current_dir(folder).output().expect("git");
    assert!(done.status.success(), "{arguments:?}");
}

#[test]
fn a_good_production_server_passes() {
    let (passed, said) = Place::new().production_with(&[]);
    assert!(passed && said.contains("no weakness"), "{said}");
}

#[test]
fn each_weak_setting_is_found() {
    let place = Place::new();
    let same = format!("auth.jwt_previous_secret={SECRET}");
    let cases: [(&str, &[&str]); 9] = [
        ("no-rate-limit", &["limits.requests_per_second=0"]),
        ("plain-audio", &["retention.keep_audio_days=30"]),
        ("bad-audio-key", &["retention.audio_key=short"]),
        ("open-registration", &["auth.registration=open", "server.listen=0.0.0.0:3000"]),
        ("weak-database-password", &["database.url=postgres://voice:voice@db/voice"]),
        ("weak-audio-key", &["retention.audio_key=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="]),
        ("many-guesses", &["auth.login_attempts_per_minute=10000"]),
        ("same-secret", &[&same]),
        ("weak-secret", &["auth.jwt_secret=this-secret-is-long-but-it-is-from-an-example-1234"]),
    ];
    for (code, settings) in cases {
        let (passed, said) = place.production_with(settings);
        assert!(!passed && said.contains(&format!("weakness [{code}]")), "{code}: {said}");
    }
    let advised = [
        ("no-tls", "server.listen=0.0.0.0:3000"),
        ("long-tokens", "auth.access_token_minutes=1440"),
        ("database-plain", "database.url=postgres://voice:qghohskjd7@db.example.org/voice"),
    ];
    for (code, setting) in advised {
        let (passed, said) = place.production_with(&[setting]);
        assert!(passed && said.contains(&format!("advice [{code}]")), "{code}: {said}");
    }
    let key = format!("retention.audio_key={AUDIO_KEY}");
    let (passed, said) = place.production_with(&["retention.keep_audio_days=30", &key]);
    assert!(passed, "{said}");
}

#[test]
fn what_production_refuses_to_start_with_is_refused_here() {
    let place = Place::new();
    let (passed, said) = place.check(&production(), &[], "production");
    assert!(!passed && said.contains("auth.jwt_secret"), "{said}");
    let (passed, said) = place.check(&production(), &[("JWT_SECRET", "short")], "production");
    assert!(!passed && said.contains("shorter than 32"), "{said}");
    for setting in ["auth.local_user=true", "server.allowed_origins=*"] {
        let (passed, said) = place.production_with(&[setting]);
        assert!(!passed && said.contains("production refuses"), "{said}");
    }
    // The same in the development profile, where the server does start.
    let (passed, said) = place.check(&["server.allowed_origins=*".to_owned()], &[], "development");
    for code in ["local-user", "weak-secret", "any-origin"] {
        assert!(!passed && said.contains(&format!("weakness [{code}]")), "{code}: {said}");
    }
}

#[test]
fn the_production_example_passes_and_each_of_its_files_is_looked_at() {
    let place = Place::new();
    let folder = place.folder.path();
    let example = include_str!("../../config/production.example.toml");
    let example = example
        .replace("/var/lib/alfavoice", folder.join("data").to_str().expect("text"))
        .replace("/etc/alfavoice", folder.to_str().expect("text"));
    let config = folder.join("alfavoice.toml");
    std::fs::write(&config, &example).expect("a file");
    mode(&config, 0o644);
    std::fs::create_dir(folder.join("tls")).expect("a folder");
    for (file, text) in [("tls/fullchain.pem", "a certificate"), ("tls/privkey.pem", "a key")] {
        std::fs::write(folder.join(file), text).expect("a file");
        mode(&folder.join(file), 0o600);
    }
    let secrets = folder.join("alfavoice.env");
    std::fs::write(&secrets, format!("JWT_SECRET={SECRET}\n")).expect("a file");
    mode(&secrets, 0o600);
    let check = || {
        let output = Command::new(ALFAVOICE)
            .args(["--profile", "production", "--config"])
            .arg(&config)
            .args(["security-check", "--repository"])
            .arg(place.repository())
            .env("JWT_SECRET", SECRET)
            .env("DATABASE_URL", format!("postgres://alfavoice:{}@localhost/alfavoice", &SECRET[..24]))
            .env("ALFAVOICE_RETENTION__AUDIO_KEY", AUDIO_KEY)
            .output()
            .expect("the command runs");
        let said = String::from_utf8([output.stdout, output.stderr].concat()).expect("text");
        (output.status.success(), said)
    };
    let (passed, said) = check();
    assert!(passed && said.contains("no weakness") && !said.contains("advice"), "{said}");

    for (file, code) in [("tls/privkey.pem", "tls-key-mode"), ("alfavoice.env", "env-mode")] {
        mode(&folder.join(file), 0o644);
        let (passed, said) = check();
        assert!(!passed && said.contains(&format!("weakness [{code}]")), "{code}: {said}");
        mode(&folder.join(file), 0o600);
    }
    mode(&config, 0o666);
    let (passed, said) = check();
    assert!(!passed && said.contains("weakness [config-changeable]"), "{said}");
    std::fs::write(&config, format!("{example}audio_key = \"{AUDIO_KEY}\"\n")).expect("a file");
    mode(&config, 0o644);
    let (passed, said) = check();
    assert!(!passed && said.contains("weakness [config-mode]"), "{said}");
}

#[test]
fn files_that_others_can_read_are_found() {
    let place = Place::new();
    for (file, code) in [
        ("alfavoice.db", "database-mode"),
        ("alfavoice.db-wal", "database-mode"),
        ("backups/alfavoice-1.db", "backup-mode"),
        ("recorder/waiting.jsonl", "journal-mode"),
        ("recorder/sound/s.1.pcm", "journal-mode"),
        ("recordings/0123.part", "recording-mode"),
        ("audio/ab/abcd.sealed", "audio-mode"),
    ] {
        let file = place.data().join(file);
        std::fs::create_dir_all(file.parent().expect("in a folder")).expect("a folder");
        std::fs::write(&file, b"").expect("a file");
        mode(&file, 0o640);
        let (passed, said) = place.production_with(&[]);
        assert!(!passed && said.contains(&format!("weakness [{code}]")), "{code}: {said}");
        mode(&file, 0o600);
    }
    mode(&place.data(), 0o777);
    let (passed, said) = place.production_with(&[]);
    assert!(!passed && said.contains("weakness [data-folder-mode]"), "{said}");
    mode(&place.data(), 0o700);
    let (passed, said) = place.production_with(&[]);
    assert!(passed, "{said}");
}

#[test]
fn this_repository_holds_no_secret() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("web is a folder of the repository");
    let place = Place::new();
    let output = Command::new(ALFAVOICE)
        .args(["--profile", "production", "--data-dir"])
        .arg(place.data())
        .args(["--set", "server.listen=127.0.0.1:3000", "security-check", "--repository"])
        .arg(root)
        .env("JWT_SECRET", SECRET)
        .output()
        .expect("the command runs");
    let said = String::from_utf8([output.stdout, output.stderr].concat()).expect("text");
    assert!(output.status.success() && !said.contains("gitignore"), "{said}");
}

#[test]
fn secrets_in_a_repository_are_found() {
    let place = Place::new();
    let repository = place.repository();
    git(&repository, &["init", "--quiet"]);
    std::fs::write(repository.join(".gitignore"), "data/\n.env\n*.pem\n").expect("a file");
    std::fs::write(repository.join("compose.yaml"), "JWT_SECRET: ${JWT_SECRET:?set it}\n").expect("a file");
    git(&repository, &["add", "."]);
    let (passed, said) = place.production_with(&[]);
    assert!(passed && !said.contains("gitignore"), "{said}");
    std::fs::write(repository.join("deploy.sh"), format!("export JWT_SECRET={SECRET}\n")).expect("a file");
    git(&repository, &["add", "."]);
    let (passed, said) = place.production_with(&[]);
    assert!(!passed && said.contains("weakness [committed-secret]") && said.contains("deploy.sh:1"), "{said}");
    std::fs::remove_file(repository.join("deploy.sh")).expect("it was there");
    std::fs::write(repository.join(".env"), "A=b\n").expect("a file");
    git(&repository, &["add", "--force", "."]);
    let (passed, said) = place.production_with(&[]);
    assert!(!passed && said.contains("weakness [committed-env]"), "{said}");
    std::fs::write(repository.join(".gitignore"), "target/\n").expect("a file");
    let (_, said) = place.production_with(&[]);
    assert!(said.contains("advice [gitignore]") && said.contains("`data/`"), "{said}");
}
