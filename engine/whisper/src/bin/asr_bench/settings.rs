//! Our build and settings against the library's own, on the same random-weight file with a scripted text.

use std::fs::{self, File, OpenOptions};
use std::io::{BufRead, BufReader, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use engine_whisper::model::file::inspect;
use engine_whisper::model::tensors::TensorType;
use engine_whisper::tools::shape;

use crate::child;
use crate::figures::Times;

/// How fast the scripted text is spoken (31 words in 5 s); long speech is slower.
const WORDS_PER_SECOND: f32 = 6.2;
const MOST_WORDS: usize = 100;
/// What is promised and what is hoped for, by length of the clip.
const GOALS: [(u32, f64, f64); 3] = [(2, 8.0, 12.0), (5, 5.0, 8.0), (30, 2.0, 2.5)];

pub fn run(stock: &Path, cache: &Path, format: TensorType, seconds: &[u32], rounds: usize) -> Result<()> {
    let model = scripted_model(cache, format)?;
    println!(
        "\nsmall shape, {}, random weights, scripted text, one thread, {rounds} rounds in turns, processor time:",
        format.name()
    );
    for &seconds in seconds {
        let words = words_in(seconds);
        script(&model, words)?;
        let mut ours = Side::start(&std::env::current_exe()?, "ours", &model)?;
        let mut library = Side::start(stock, "library", &model)?;
        let (mut our_times, mut their_times) = (Times::default(), Times::default());
        for round in 0..=rounds {
            let (our_time, our_text) = ours.decode(seconds)?;
            let (their_time, their_text) = library.decode(seconds)?;
            ensure!(our_text == shape::text(words), "our settings said `{our_text}`");
            // With timestamps, the library's default, the script's first word is heard twice.
            ensure!(their_text.ends_with(&our_text), "the library said `{their_text}`");
            // The first round warms both up.
            if round > 0 {
                our_times.add(our_time);
                their_times.add(their_time);
            }
        }
        let ratio = their_times.median() / our_times.median();
        println!(
            "  {seconds:2} s, {words:3} words: ours {our_times}, library {their_times}: {ratio:.1}x less{}",
            verdict(seconds, ratio)
        );
    }
    // The benchmark of the whole server finds it here, and speaks for 5 s.
    script(&model, words_in(5))
}

fn words_in(seconds: u32) -> usize {
    ((seconds as f32 * WORDS_PER_SECOND).round() as usize).min(MOST_WORDS)
}

fn script(model: &Path, words: usize) -> Result<()> {
    Ok(shape::set_words(&mut OpenOptions::new().read(true).write(true).open(model)?, words)?)
}

fn verdict(seconds: u32, ratio: f64) -> String {
    let goal = GOALS.iter().find(|(length, ..)| *length == seconds);
    goal.map_or_else(String::new, |(_, least, goal)| {
        let state = if ratio >= *goal {
            "reached"
        } else if ratio >= *least {
            "above the least"
        } else {
            "MISSED"
        };
        format!(" (at least {least}x, goal {goal}x: {state})")
    })
}

/// Made once; some minutes for the K formats.
fn scripted_model(cache: &Path, format: TensorType) -> Result<PathBuf> {
    fs::create_dir_all(cache).with_context(|| format!("cannot make `{}`", cache.display()))?;
    let path = cache.join(format!("small-{}.bin", format.name()));
    if File::open(&path).is_ok_and(|file| inspect(file).is_ok()) {
        return Ok(path);
    }
    println!("\nmaking `{}`", path.display());
    let unfinished = path.with_extension("part");
    let mut out = BufWriter::new(File::create(&unfinished)?);
    shape::write(&mut out, &shape::SMALL, format, MOST_WORDS)?;
    out.into_inner().map_err(std::io::IntoInnerError::into_error)?.sync_all()?;
    fs::rename(&unfinished, &path)?;
    Ok(path)
}

/// A process that decodes with one kind of settings.
struct Side {
    process: Child,
    orders: Option<ChildStdin>,
    answers: BufReader<ChildStdout>,
}

impl Side {
    fn start(executable: &Path, settings: &str, model: &Path) -> Result<Self> {
        let mut process = Command::new(executable)
            .arg("child")
            .arg(settings)
            .arg(model)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .with_context(|| format!("cannot start `{}`", executable.display()))?;
        let orders = process.stdin.take();
        let answers = BufReader::new(process.stdout.take().context("standard output was asked for")?);
        Ok(Self { process, orders, answers })
    }

    fn decode(&mut self, seconds: u32) -> Result<(Duration, String)> {
        let orders = self.orders.as_mut().context("orders are open until the end")?;
        writeln!(orders, "{seconds}")?;
        let mut answer = String::new();
        ensure!(self.answers.read_line(&mut answer)? > 0, "the decoding process left; its error is above");
        child::parse(&answer)
    }
}

impl Drop for Side {
    fn drop(&mut self) {
        // Its input ends, and so does it.
        drop(self.orders.take());
        let _ = self.process.wait();
    }
}
