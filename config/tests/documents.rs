//! `config/default.toml` and `docs/configuration.md` are what the keys say. `cargo xtask docs` (ALFAVOICE_REWRITE=1)
//! writes them.

use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("config is a folder of the repository").to_owned()
}

fn compare(file: &str, expected: &str) {
    let path = root().join(file);
    if std::env::var_os("ALFAVOICE_REWRITE").is_some() {
        std::fs::write(&path, expected).unwrap();
    }
    let found = std::fs::read_to_string(&path).unwrap_or_default();
    let differs = found.lines().zip(expected.lines()).position(|(a, b)| a != b);
    let line = differs.unwrap_or_else(|| found.lines().count().min(expected.lines().count())) + 1;
    assert!(found == expected, "{file}:{line} is not what config/src/sections says; run `cargo xtask docs`");
}

#[test]
fn default_toml_is_what_the_keys_say() {
    compare("config/default.toml", &config::document::default_toml());
}

#[test]
fn the_page_on_configuration_is_what_the_keys_say() {
    compare("docs/configuration.md", &config::document::configuration_md());
}

#[test]
fn every_key_is_documented_with_what_it_takes() {
    for key in config::keys() {
        let words: usize = key.docs.iter().map(|line| line.split_whitespace().count()).sum();
        assert!(words >= 3, "`{}` has no documentation", key.path());
        let whole = key.kind.starts_with("a whole number");
        assert!(!whole || key.takes().contains(" to "), "`{}` is a number without a range", key.path());
        assert!(!whole || key.unit.is_some(), "`{}` is a number without a unit", key.path());
    }
}
