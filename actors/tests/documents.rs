//! `docs/metrics.md` is written from the table of metrics; `cargo xtask docs` rewrites it.

const PATH: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/metrics.md");

#[test]
fn the_documented_metrics_are_those_in_the_code() {
    let wanted = format!(
        "# Metrics\n\nAt `/metrics`, in Prometheus' text format. Written by `cargo xtask docs` from `actors/src/metrics.rs`.\n\n{}",
        actors::metrics::as_markdown()
    );
    if std::env::var_os("ALFAVOICE_REWRITE").is_some() {
        std::fs::write(PATH, &wanted).expect("docs/metrics.md can be written");
    }
    let found = std::fs::read_to_string(PATH).unwrap_or_default();
    assert_eq!(found, wanted, "docs/metrics.md is out of date; run `cargo xtask docs`");
}
