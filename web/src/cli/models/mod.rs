//! `alfavoice models`

mod fetch;
mod file;

use std::path::Path;

use anyhow::{Context as _, bail};
use clap::{Args, Subcommand};
use config::catalogue::Model;
use config::{Catalogue, ModelKind, Settings};

use super::options::SettingsOptions;

#[derive(Debug, Args)]
pub struct Models {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Show what there is and what is here
    List,
    /// Fetch a model; goes on where an earlier try stopped
    Pull {
        id: String,
        /// Take it although its checksum is unknown
        #[arg(long)]
        unverified: bool,
        /// Fetch from here instead of the configured mirrors (`https://...`, `file:///...` or a folder)
        #[arg(long, value_name = "PLACE")]
        from: Vec<String>,
    },
    /// Compare the files with their checksums
    Verify {
        /// All that are here when none is named
        id: Option<String>,
    },
    /// Remove a model's file
    Rm { id: String },
}

impl Models {
    pub fn run(self, options: &SettingsOptions) -> anyhow::Result<()> {
        let settings = options.load(&[])?;
        let folder = settings.model_folder();
        let catalogue = Catalogue::with_folder(&folder)?;
        match self.action {
            Action::List => {
                list(&settings, &catalogue, &folder);
                Ok(())
            }
            Action::Pull { id, unverified, from } => {
                let model = catalogue.downloadable(&id)?;
                let mirrors = if from.is_empty() {
                    settings.models.mirrors.clone()
                } else {
                    from.iter().map(|place| as_mirror(place)).collect()
                };
                actix_web::rt::System::new().block_on(fetch::pull(model, &folder, &mirrors, unverified))
            }
            Action::Verify { id } => verify(&catalogue, &folder, id.as_deref()),
            Action::Rm { id } => {
                let path = catalogue.downloadable(&id)?.file_in(&folder).context("it has no file")?;
                std::fs::remove_file(&path).with_context(|| format!("cannot remove {}", path.display()))?;
                println!("removed {}", path.display());
                Ok(())
            }
        }
    }
}

/// A bare folder is a mirror too.
fn as_mirror(place: &str) -> String {
    if place.contains(':') {
        return place.to_owned();
    }
    let path = std::path::absolute(place).unwrap_or_else(|_| place.into());
    format!("file://{}", path.display())
}

fn list(settings: &Settings, catalogue: &Catalogue, folder: &Path) {
    let used = [&settings.asr.normal_model, &settings.asr.high_model];
    let width = catalogue.models().iter().map(|model| model.id.len()).max().unwrap_or(0);
    for model in catalogue.models() {
        let kind = match model.kind {
            ModelKind::Asr => "asr",
            ModelKind::Llm => "llm",
        };
        let here = match model.file_in(folder) {
            None => "built in",
            Some(path) if path.is_file() => "here",
            Some(_) => "-",
        };
        let mark = if model.kind == ModelKind::Asr && used.contains(&&model.id) { "*" } else { " " };
        let size = model.bytes.map_or_else(|| "       ?".to_owned(), |bytes| format!("{:5} MB", bytes / 1_000_000));
        println!("{mark} {:width$}  {kind}  {size}  {here:8}  {:14}  {}", model.id, model.licence, model.description);
    }
    println!("\n* in use; the model folder is {}", folder.display());
}

fn verify(catalogue: &Catalogue, folder: &Path, id: Option<&str>) -> anyhow::Result<()> {
    let models: Vec<&Model> = match id {
        Some(id) => vec![catalogue.downloadable(id)?],
        None => catalogue.models().iter().filter(|m| m.file_in(folder).is_some_and(|file| file.is_file())).collect(),
    };
    let mut wrong = 0;
    for model in models {
        let Some(path) = model.file_in(folder) else { continue };
        let sum = file::sha256(&path).with_context(|| format!("cannot read {}", path.display()))?;
        let verdict = match &model.sha256 {
            None => "its checksum is unknown",
            Some(expected) if *expected.bytes() == sum => "good",
            Some(_) => {
                wrong += 1;
                "DAMAGED: fetch it again with `alfavoice models pull`"
            }
        };
        println!("{}: {verdict} ({})", model.id, hex::encode(sum));
    }
    if wrong > 0 {
        bail!("{wrong} file(s) are damaged");
    }
    Ok(())
}
