//! Writes the result into a configuration file and leaves everything else in it as it is.

use std::path::Path;

use anyhow::Context as _;
use toml_edit::{DocumentMut, Item, Table, value};

use super::choice::Measured;

pub fn write(path: &Path, best: &Measured) -> anyhow::Result<()> {
    let present = match std::fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => String::new(),
        Err(error) => return Err(error).with_context(|| format!("cannot read {}", path.display())),
    };
    let text = with_result(&present, best).with_context(|| format!("{} is no TOML file", path.display()))?;
    std::fs::write(path, text).with_context(|| format!("cannot write {}", path.display()))
}

fn with_result(present: &str, best: &Measured) -> anyhow::Result<String> {
    let mut document: DocumentMut = present.parse()?;
    let section = document.entry("asr").or_insert_with(|| Item::Table(Table::new()));
    let section = section.as_table_like_mut().context("`asr` is no section")?;
    for (key, number) in [("threads_per_slot", best.threads), ("slots_per_worker", best.slots_per_worker)] {
        section.insert(key, value(i64::try_from(number)?));
    }
    Ok(document.to_string())
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    const BEST: Measured = Measured { threads: 2, slots_per_worker: 11, latency: Duration::ZERO, throughput: 1.0 };

    #[test]
    fn what_was_in_the_file_stays() {
        let present = "# ours\n[server]\nlisten = \"0.0.0.0:80\" # public\n\n[asr]\nthreads_per_slot = 1\nbeam = 2\n";
        let text = with_result(present, &BEST).unwrap();
        assert!(text.starts_with("# ours\n[server]\nlisten = \"0.0.0.0:80\" # public\n"), "{text}");
        assert!(text.contains("threads_per_slot = 2\n") && text.contains("beam = 2\n"), "{text}");
        assert!(text.contains("slots_per_worker = 11\n"), "{text}");
    }

    #[test]
    fn an_empty_file_gets_the_section_and_a_broken_one_is_refused() {
        assert_eq!(with_result("", &BEST).unwrap(), "[asr]\nthreads_per_slot = 2\nslots_per_worker = 11\n");
        assert!(with_result("[asr", &BEST).is_err());
    }
}
