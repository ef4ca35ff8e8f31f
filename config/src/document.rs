//! Writes `config/default.toml` and `docs/configuration.md` from the keys, so that neither can drift from the code.

use std::fmt::Write as _;

use crate::key::Key;
use crate::names::WELL_KNOWN;
use crate::sections;

/// `config/default.toml`: every key with its documentation in place.
pub fn default_toml() -> String {
    let mut text = String::from(
        "# Every setting of AlfaVoice and its default. Written by `cargo xtask docs` from config/src/sections: change it there.\n\
         #\n\
         # Your own file (`alfavoice serve --config FILE`) needs only the keys that differ. What wins: the command line, then\n\
         # the environment, then your file, then the profile, then this.\n",
    );
    for (name, docs, keys) in sections::all() {
        text.push('\n');
        comment(&mut text, docs);
        line(&mut text, format_args!("[{name}]"));
        for key in keys {
            text.push('\n');
            comment(&mut text, key.docs);
            line(&mut text, format_args!("# Takes {}.", key.takes()));
            line(&mut text, format_args!("{} = {}", key.name, key.default));
        }
    }
    text
}

/// `docs/configuration.md`: the same for people who read it on a page.
pub fn configuration_md() -> String {
    let mut text = String::from(
        "# Configuration\n\n\
         <!-- Written by `cargo xtask docs` from config/src/sections: change it there. -->\n\n\
         Settings are resolved once, at start. What wins, strongest first:\n\n\
         1. the command line (`--listen 0.0.0.0:3000`, or any key as `--set asr.workers=2`),\n\
         2. the environment: `ALFAVOICE_` + section + `__` + key (`ALFAVOICE_ASR__WORKERS=2`), and the names below,\n\
         3. the file of `--config FILE` or `ALFAVOICE_CONFIG` (TOML, only the keys that differ),\n\
         4. the profile: `--profile development|production` or `ALFAVOICE_PROFILE`\n   \
            (`config/development.toml`, `config/production.toml`),\n\
         5. the defaults (`config/default.toml`).\n\n\
         An unknown key is an error that names the nearest known one. `alfavoice check-config` lists every problem at once,\n\
         and every key with its value and where it was set. Lists in variables are written with commas (`en,ru`); lists of\n\
         core ranges with semicolons (`0-21;22-43`). Secrets are never printed.\n\n\
         ## Well-known variables\n\n\
         | variable | sets |\n| --- | --- |\n",
    );
    for (variable, key) in WELL_KNOWN {
        line(&mut text, format_args!("| `{variable}` | `{key}` |"));
    }
    line(
        &mut text,
        format_args!("| `NUMA_NODE_0_CORES`, `NUMA_NODE_1_CORES`, ... | that entry of `placement.numa_node_cores` |"),
    );
    for (name, docs, keys) in sections::all() {
        line(&mut text, format_args!("\n## `[{name}]`\n\n{}\n", prose(docs)));
        line(&mut text, format_args!("| key | takes | default | what |\n| --- | --- | --- | --- |"));
        for key in keys {
            line(&mut text, format_args!("{}", row(&key)));
        }
    }
    text
}

fn row(key: &Key) -> String {
    let cell = |text: String| text.replace('|', "\\|");
    format!("| `{}` | {} | `{}` | {} |", key.name, cell(key.takes()), key.default, cell(prose(key.docs)))
}

fn prose(docs: &[&str]) -> String {
    docs.iter().map(|line| line.trim()).collect::<Vec<_>>().join(" ")
}

fn comment(text: &mut String, docs: &[&str]) {
    for doc in docs {
        line(text, format_args!("# {}", doc.trim()));
    }
}

fn line(text: &mut String, arguments: std::fmt::Arguments<'_>) {
    writeln!(text, "{arguments}").expect("writing to a string cannot fail");
}
