//! `docs/cli.md` is written from the command line's own help; `cargo xtask docs` rewrites it.

const PATH: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/cli.md");

#[test]
fn the_documented_command_line_is_the_one_in_the_code() {
    let wanted = web::cli::as_markdown();
    if std::env::var_os("ALFAVOICE_REWRITE").is_some() {
        std::fs::write(PATH, &wanted).expect("docs/cli.md can be written");
    }
    let found = std::fs::read_to_string(PATH).unwrap_or_default();
    assert_eq!(found, wanted, "docs/cli.md is out of date; run `cargo xtask docs`");
}
