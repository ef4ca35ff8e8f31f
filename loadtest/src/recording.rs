//! Recordings to speak, with what is said in them.

use std::path::Path;

use anyhow::{Context as _, bail};

#[derive(Debug, Clone)]
pub struct Recording {
    pub name: String,
    pub language: String,
    /// What was really said.
    pub reference: String,
    /// 16 kHz, mono.
    pub samples: Vec<i16>,
}

impl Recording {
    pub fn ms(&self) -> u64 {
        self.samples.len() as u64 / 16
    }

    /// All that `transcripts.tsv` names; columns are found by their headings.
    pub fn read_all(folder: &Path) -> anyhow::Result<Vec<Self>> {
        let table = std::fs::read_to_string(folder.join("transcripts.tsv")).context("transcripts.tsv")?;
        let mut lines = table.lines();
        let headings: Vec<&str> = lines.next().context("the table is empty")?.split('\t').collect();
        let column = |name: &str| {
            headings.iter().position(|heading| *heading == name).with_context(|| format!("no column `{name}`"))
        };
        let (file, language, said) = (column("file")?, column("language")?, column("reference")?);
        let read = |line: &str| {
            let fields: Vec<&str> = line.split('\t').collect();
            let field = |at: usize| fields.get(at).copied().context("a short line");
            let name = field(file)?;
            Ok(Self {
                name: name.to_owned(),
                language: field(language)?.to_owned(),
                reference: field(said)?.to_owned(),
                samples: samples(&folder.join(name)).with_context(|| name.to_owned())?,
            })
        };
        lines.filter(|line| !line.is_empty()).map(read).collect()
    }

    /// Several as one, with silence between them.
    /// Without the silence at its ends.
    pub fn trimmed(&self) -> Self {
        let loudest = self.samples.iter().map(|sample| sample.unsigned_abs()).max().unwrap_or(0);
        let is_loud = |sample: &i16| sample.unsigned_abs() > loudest / 50;
        let from = self.samples.iter().position(is_loud).unwrap_or(0);
        let to = self.samples.iter().rposition(is_loud).map_or(0, |last| last + 1);
        Self { samples: self.samples[from..to.max(from)].to_vec(), ..self.clone() }
    }

    pub fn joined(parts: &[&Self], gap_ms: u64) -> Self {
        let mut samples = Vec::new();
        for part in parts {
            samples.extend_from_slice(&part.samples);
            samples.resize(samples.len() + gap_ms as usize * 16, 0);
        }
        let references: Vec<&str> = parts.iter().map(|part| part.reference.as_str()).collect();
        Self {
            name: format!("{} recordings", parts.len()),
            language: parts.first().map_or_else(String::new, |part| part.language.clone()),
            reference: references.join(" "),
            samples,
        }
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
