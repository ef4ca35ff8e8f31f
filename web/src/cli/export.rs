//! `alfavoice export`

use std::fs::{self, File};
use std::io::Write as _;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use clap::Args;
use serde_json::{Map, Value};
use store::{AuditRecord, ExportItem, Moment, Store, User};

use super::database::with_store;
use super::options::SettingsOptions;
use crate::kept_audio::KeptAudio;

#[derive(Debug, Args)]
pub struct Export {
    /// Whose: a name or an address
    #[arg(long, value_name = "NAME", required_unless_present = "all", conflicts_with = "all")]
    user: Option<String>,
    /// Everybody's
    #[arg(long)]
    all: bool,
    /// Folder for the files, one folder in it per person
    #[arg(long, value_name = "DIR")]
    output: PathBuf,
}

impl Export {
    pub fn run(self, options: &SettingsOptions) -> anyhow::Result<()> {
        with_store(options, true, async |settings, store| {
            let audio = KeptAudio::new(settings)?;
            let users = match &self.user {
                Some(name) => {
                    let found = store.users().by_login(name).await?;
                    let found =
                        found.with_context(|| format!("there is nobody called `{name}`; see `alfavoice user list`"))?;
                    vec![found.user]
                }
                None => everybody(store).await?,
            };
            for user in users {
                let folder = self.output.join(folder_name(&user));
                let counts = export(store, &audio, &user, &folder).await?;
                println!("{}: {} transcripts, {} sound files", folder.display(), counts.transcripts, counts.files);
                let record = AuditRecord {
                    action: "export".to_owned(),
                    subject: user.id.to_string(),
                    details: "from the command line".to_owned(),
                    ..AuditRecord::default()
                };
                store.audit().append(&record, Moment::now()).await?;
            }
            Ok(())
        })
    }
}

async fn everybody(store: &Store) -> anyhow::Result<Vec<User>> {
    let mut all: Vec<User> = Vec::new();
    loop {
        let page = store.users().page(all.last().map(|user| user.id), 200).await?;
        if page.is_empty() {
            return Ok(all);
        }
        all.extend(page);
    }
}

/// For people; the id keeps those apart whose names are written alike.
fn folder_name(user: &User) -> String {
    let plain = |c: char| if c.is_alphanumeric() || c == '-' || c == '_' { c } else { '_' };
    let name: String = user.name.chars().take(40).map(plain).collect();
    format!("{name}-{}", user.id)
}

#[derive(Default)]
struct Counts {
    transcripts: u64,
    files: u64,
}

/// `transcripts.jsonl` (there may be many), everything else in `account.json`, sound under `audio/`.
async fn export(store: &Store, audio: &KeptAudio, user: &User, folder: &Path) -> anyhow::Result<Counts> {
    fs::create_dir_all(folder.join("audio")).with_context(|| format!("cannot make {}", folder.display()))?;
    let mut transcripts = File::create(folder.join("transcripts.jsonl"))?;
    let mut account: Map<String, Value> = Map::new();
    let mut counts = Counts::default();
    let mut export = store.export(user.id);
    while let Some(item) = export.next().await? {
        match &item {
            ExportItem::Transcript(transcript) => {
                serde_json::to_writer(&mut transcripts, transcript)?;
                transcripts.write_all(b"\n")?;
                counts.transcripts += 1;
                continue;
            }
            ExportItem::AudioFile(file) => {
                // Opened: whoever owns it has no use for our key.
                let mut wav = audio.open(file)?;
                std::io::copy(&mut wav, &mut File::create(folder.join("audio").join(format!("{}.wav", file.id)))?)?;
                counts.files += 1;
            }
            _ => {}
        }
        let Value::Object(mut tagged) = serde_json::to_value(&item)? else { continue };
        let kind = tagged.get("kind").and_then(Value::as_str).unwrap_or("other").to_owned();
        let of_kind = account.entry(kind).or_insert_with(|| Value::Array(Vec::new()));
        if let Value::Array(items) = of_kind {
            items.push(tagged.remove("item").unwrap_or_default());
        }
    }
    fs::write(folder.join("account.json"), serde_json::to_string_pretty(&account)?)?;
    Ok(counts)
}
