//! Fetching a model: from the first mirror that has it, going on where an earlier try stopped, checked before use.

use std::fs::{File, OpenOptions};
use std::io::{Read as _, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context as _, bail};
use awc::http::StatusCode;
use awc::http::header;
use config::catalogue::Model;
use futures_util::StreamExt as _;
use indicatif::{ProgressBar, ProgressStyle};

use super::file::sha256;

/// Fetches into `NAME.part` beside its place, checks, then renames: a file under its own name is always whole.
pub async fn pull(model: &Model, folder: &Path, mirrors: &[String], unverified: bool) -> anyhow::Result<()> {
    let target = model.file_in(folder).context("it has no file")?;
    if model.sha256.is_none() && !unverified {
        bail!("the checksum of `{}` is unknown; if you trust where it comes from, add `--unverified`", model.id);
    }
    if target.is_file() && is_good(model, &target)? {
        println!("{} is here already: {}", model.id, target.display());
        return Ok(());
    }
    std::fs::create_dir_all(folder).with_context(|| format!("cannot make {}", folder.display()))?;
    let part = part_of(&target);
    let addresses = model.addresses(mirrors);
    if addresses.is_empty() {
        bail!("no mirror is known for `{}`; name one with `--from`", model.id);
    }
    let mut failures = Vec::new();
    for address in &addresses {
        println!("fetching {} from {address}", model.id);
        let result = match address.strip_prefix("file://").or_else(|| address.strip_prefix("file:")) {
            Some(path) => copy(Path::new(path), &part, model.bytes),
            None => download(address, &part, model.bytes).await,
        };
        match result.and_then(|()| accept(model, &part, &target)) {
            Ok(()) => {
                println!("{} is ready: {}", model.id, target.display());
                return Ok(());
            }
            Err(error) => failures.push(format!("{address}: {error:#}")),
        }
    }
    bail!("`{}` could not be fetched\n{}", model.id, failures.join("\n"))
}

fn part_of(target: &Path) -> PathBuf {
    let mut name = target.file_name().unwrap_or_default().to_owned();
    name.push(".part");
    target.with_file_name(name)
}

fn is_good(model: &Model, path: &Path) -> anyhow::Result<bool> {
    Ok(match &model.sha256 {
        Some(expected) => sha256(path)? == *expected.bytes(),
        None => true,
    })
}

fn accept(model: &Model, part: &Path, target: &Path) -> anyhow::Result<()> {
    if !is_good(model, part)? {
        // What is wrong cannot be gone on with.
        std::fs::remove_file(part)?;
        bail!("the checksum is wrong; the file was thrown away");
    }
    std::fs::rename(part, target).context("cannot put the file in its place")
}

fn progress(total: Option<u64>) -> ProgressBar {
    let style = ProgressStyle::with_template("{bar:30} {bytes}/{total_bytes} {bytes_per_sec}, about {eta} left")
        .expect("the template is well formed");
    ProgressBar::new(total.unwrap_or(0)).with_style(style)
}

fn copy(source: &Path, part: &Path, total: Option<u64>) -> anyhow::Result<()> {
    let mut from = File::open(source)?;
    let length = from.metadata()?.len();
    let mut to = OpenOptions::new().create(true).append(true).open(part)?;
    let mut have = to.metadata()?.len();
    if have > length {
        to.set_len(0)?;
        have = 0;
    }
    from.seek(SeekFrom::Start(have))?;
    let bar = progress(Some(total.unwrap_or(length)));
    bar.set_position(have);
    let mut buffer = vec![0; 1 << 20];
    loop {
        let n = from.read(&mut buffer)?;
        if n == 0 {
            to.sync_all()?;
            bar.finish_and_clear();
            return Ok(());
        }
        to.write_all(&buffer[..n])?;
        bar.inc(n as u64);
    }
}

async fn download(address: &str, part: &Path, total: Option<u64>) -> anyhow::Result<()> {
    let have = std::fs::metadata(part).map_or(0, |file| file.len());
    let client = awc::Client::builder().timeout(Duration::from_secs(30)).finish();
    let mut request = client.get(address);
    if have > 0 {
        request = request.insert_header((header::RANGE, format!("bytes={have}-")));
    }
    let mut response = request.send().await.map_err(|error| anyhow::anyhow!("{error}"))?;
    let mut file = match response.status() {
        StatusCode::PARTIAL_CONTENT => OpenOptions::new().append(true).open(part)?,
        StatusCode::OK => File::create(part)?,
        // All of it is here: the check will say whether it is right.
        StatusCode::RANGE_NOT_SATISFIABLE => return Ok(()),
        status => bail!("the server says {status}"),
    };
    let start = file.metadata()?.len();
    let rest = response
        .headers()
        .get(header::CONTENT_LENGTH)
        .and_then(|v| v.to_str().ok())
        .and_then(|v| v.parse::<u64>().ok());
    let bar = progress(rest.map(|rest| start + rest).or(total));
    bar.set_position(start);
    while let Some(piece) = response.next().await {
        let piece =
            piece.map_err(|error| anyhow::anyhow!("the connection broke ({error}); run the command again to go on"))?;
        file.write_all(&piece)?;
        bar.inc(piece.len() as u64);
    }
    file.sync_all()?;
    bar.finish_and_clear();
    Ok(())
}
