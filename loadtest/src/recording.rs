//! Recordings to speak, with what is said in them.

use std::path::Path;

use anyhow::{Context as _, bail};

#[derive(Debug, Clone)]
pub struct Recording {
    pub language: String,
    /// 16 kHz, mono.
    pub samples: Vec<i16>,
}

impl Recording {
    /// All that `transcripts.tsv` names; columns are found by their headings.
    pub fn read_all(folder: &Path) -> anyhow::Result<Vec<Self>> {
        let table = std::fs::read_to_string(folder.join("transcripts.tsv")).context("transcripts.tsv")?;
        let mut lines = table.lines();
        let headings: Vec<&str> = lines.next().context("the table is empty")?.split('\t').collect();
        let column = |name: &str| {
            headings.iter().position(|heading| *heading == name).with_context(|| format!("no column `{name}`"))
        };
        let (file, language) = (column("file")?, column("language")?);
        let read = |line: &str| {
            let fields: Vec<&str> = line.split('\t').collect();
            let name = *fields.get(file).context("a short line")?;
            Ok(Self {
                language: (*fields.get(language).context("a short line")?).to_owned(),
                samples: samples(&folder.join(name)).with_context(|| name.to_owned())?,
            })
        };
        lines.filter(|line| !line.is_empty()).map(read).collect()
    }
}

fn samples(path: &Path) -> anyhow::Result<Vec<i16>> {
    let reader = hound::WavReader::open(path)?;
    let spec = reader.spec();
    if (spec.sample_rate, spec.channels, spec.bits_per_sample) != (16_000, 1, 16) {
        bail!("it must be 16 kHz, mono, 16 bits");
    }
    Ok(reader.into_samples().collect::<Result<_, _>>()?)
}
