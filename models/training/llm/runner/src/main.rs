//! Runs a transcript-cleaner GGUF through llama.cpp.
//!
//!   cleaner-runner MODEL.gguf IN.txt OUT.tsv [--constrained] [--system TEXT] [--threads N] [--debug]
//!
//! IN.txt: one raw transcript per line, or `lang<TAB>raw<TAB>...` as in pairs.tsv.
//! OUT.tsv: raw <TAB> cleaned. Speed is printed at the end.
//!
//! --constrained enforces faithfulness: each step allows only the pieces of
//! the next input word (as it is, lower-case or with a capital), one
//! punctuation mark before it, or skipping a filler or a repeated word.

use std::io::Write;
use std::num::NonZeroU32;
use std::time::{Duration, Instant};

use llama_cpp_2::context::params::LlamaContextParams;
use llama_cpp_2::context::LlamaContext;
use llama_cpp_2::llama_backend::LlamaBackend;
use llama_cpp_2::llama_batch::LlamaBatch;
use llama_cpp_2::model::params::LlamaModelParams;
use llama_cpp_2::model::{LlamaChatMessage, LlamaModel};
use llama_cpp_2::token::LlamaToken;

const FILLERS: &[&str] = &[
    "um", "uh", "er", "erm", "ah", "hmm", "mm", "mmm", "uhm", "umm", "uhh", "you know", "i mean", "like", "sort of",
    "kind of", "basically", "so", "well", "okay so", "эээ", "ээ", "э", "э-э", "эм", "эмм", "ммм", "мм", "ну", "вот",
    "как бы", "типа", "короче", "значит", "это самое", "так сказать", "в общем", "хм", "а-а", "ааа", "так",
];
const MARKS: &[&str] = &[",", ".", "?", ":", ";", " —"];

struct Stats {
    prompt_tokens: usize,
    prompt_time: Duration,
    reply_tokens: usize,
    reply_time: Duration,
}

struct Session<'a> {
    model: &'a LlamaModel,
    ctx: LlamaContext<'a>,
    batch: LlamaBatch<'a>,
    n_ctx: usize,
    debug: bool,
}

impl<'a> Session<'a> {
    fn pieces(&self, text: &str) -> Vec<LlamaToken> {
        self.model.vocab().tokenize(text.as_bytes(), false, false)
    }

    fn prompt(&self, system: Option<&str>, raw: &str) -> Vec<LlamaToken> {
        let template = self.model.chat_template(None).expect("chat template");
        let mut chat = Vec::new();
        if let Some(s) = system {
            chat.push(LlamaChatMessage::new("system".into(), s.into()).unwrap());
        }
        chat.push(LlamaChatMessage::new("user".into(), raw.into()).unwrap());
        let text = self.model.apply_chat_template(&template, &chat, true).expect("template");
        if self.debug {
            eprintln!("prompt: {text:?}");
        }
        self.model.vocab().tokenize(text.as_bytes(), true, true)
    }

    fn feed(&mut self, tokens: &[LlamaToken], pos: usize) {
        self.batch.clear();
        for (i, t) in tokens.iter().enumerate() {
            self.batch.add(*t, (pos + i) as i32, &[0], i + 1 == tokens.len()).unwrap();
        }
        self.ctx.decode(&mut self.batch).expect("decode");
    }

    fn best(&self, allowed: Option<&[LlamaToken]>) -> LlamaToken {
        let logits = self.ctx.get_logits_ith(self.batch.n_tokens() - 1);
        let mut best = (f32::NEG_INFINITY, 0i32);
        match allowed {
            None => {
                for (i, &v) in logits.iter().enumerate() {
                    if v > best.0 {
                        best = (v, i as i32);
                    }
                }
            }
            Some(list) => {
                for t in list {
                    let v = logits[t.0 as usize];
                    if v > best.0 {
                        best = (v, t.0);
                    }
                }
            }
        }
        LlamaToken(best.1)
    }

    fn clean(&mut self, system: Option<&str>, raw: &str, constrained: bool, stats: &mut Stats) -> String {
        let prompt = self.prompt(system, raw);
        if self.debug {
            eprintln!("tokens: {:?}", prompt.iter().map(|t| t.0).collect::<Vec<_>>());
        }
        self.ctx.clear_kv_cache();
        let t0 = Instant::now();
        self.feed(&prompt, 0);
        stats.prompt_time += t0.elapsed();
        stats.prompt_tokens += prompt.len();
        let t0 = Instant::now();
        let vocab = self.model.vocab();
        let room = self.n_ctx.saturating_sub(prompt.len() + 1);
        let limit = room.min(prompt.len() * 2 + 16);
        let mut reply: Vec<LlamaToken> = Vec::new();
        if constrained {
            let plan = Plan::new(self, raw);
            plan.run(self, &prompt, &mut reply, limit);
        } else {
            while reply.len() < limit {
                let t = self.best(None);
                if vocab.is_eog(t) {
                    break;
                }
                reply.push(t);
                self.feed(&[t], prompt.len() + reply.len() - 1);
            }
        }
        stats.reply_time += t0.elapsed();
        stats.reply_tokens += reply.len();
        let bytes = vocab.detokenize(&reply, false, false);
        String::from_utf8_lossy(&bytes).trim().to_string()
    }
}

/// The words of the input and what may follow each position.
struct Plan {
    words: Vec<String>,
    forms: Vec<Vec<Vec<LlamaToken>>>,
    skips: Vec<Vec<usize>>,
    marks: Vec<Vec<LlamaToken>>,
    eog: LlamaToken,
}

fn core(word: &str) -> String {
    word.trim_matches(|c: char| ",.?!:;—\"«»()".contains(c)).to_string()
}

/// Positions reachable from `start` by skipping fillers and repetitions.
fn reach(skips: &[Vec<usize>], n: usize, start: &[usize]) -> Vec<usize> {
    let mut seen = start.to_vec();
    let mut k = 0;
    while k < seen.len() {
        let p = seen[k];
        k += 1;
        if p < n {
            for &q in &skips[p] {
                if !seen.contains(&q) {
                    seen.push(q);
                }
            }
        }
    }
    seen
}

impl Plan {
    fn new(s: &Session, raw: &str) -> Plan {
        let words: Vec<String> = raw.split_whitespace().map(core).filter(|w| !w.is_empty() && w != "-").collect();
        let forms = words
            .iter()
            .map(|w| {
                let mut v = vec![w.clone(), w.to_lowercase()];
                let low = w.to_lowercase();
                let mut c = low.chars();
                if let Some(f) = c.next() {
                    v.push(f.to_uppercase().collect::<String>() + c.as_str());
                }
                if w.chars().skip(1).any(char::is_uppercase) {
                    // mixed case (acronyms): only the first letter may change
                    v.truncate(1);
                }
                v.sort();
                v.dedup();
                v.iter().map(|f| s.pieces(f)).collect()
            })
            .collect();
        let low: Vec<String> = words.iter().map(|w| w.to_lowercase()).collect();
        let n = low.len();
        let mut skips: Vec<Vec<usize>> = vec![Vec::new(); n];
        for (i, out) in skips.iter_mut().enumerate() {
            for f in FILLERS {
                let parts: Vec<&str> = f.split(' ').collect();
                if i + parts.len() <= n && parts.iter().zip(&low[i..]).all(|(a, b)| a == b) {
                    out.push(i + parts.len());
                }
            }
        }
        // repetitions: "the the", "i want i want", "my uh my", "th- the"
        let fillers = skips.clone();
        for i in 0..n {
            for len in 1..=2 {
                if i + len > n {
                    continue;
                }
                for j in reach(&fillers, n, &[i + len]) {
                    if j + len <= n && low[i..i + len] == low[j..j + len] {
                        skips[i].push(j);
                    }
                }
            }
            for j in reach(&fillers, n, &[i + 1]) {
                if j < n && low[i].ends_with('-') && low[j].starts_with(low[i].trim_end_matches('-')) {
                    skips[i].push(j);
                }
            }
        }
        let marks = MARKS
            .iter()
            .map(|m| {
                // the piece as it stands right after a word
                let with = s.pieces(&format!("a{m}"));
                let base = s.pieces("a");
                with[base.len()..].to_vec()
            })
            .collect();
        Plan { words, forms, skips, marks, eog: s.model.vocab().eos() }
    }

    fn run(&self, s: &mut Session, prompt: &[LlamaToken], reply: &mut Vec<LlamaToken>, limit: usize) {
        // the same text can stand for several positions of the input: keep them all
        let (mut at, mut marked) = (vec![0usize], true);
        while reply.len() < limit {
            // candidates: pieces, and the position afterwards (none for a mark)
            let mut cand: Vec<(&[LlamaToken], Option<usize>)> = Vec::new();
            let mut may_end = false;
            for p in reach(&self.skips, self.words.len(), &at) {
                if p == self.words.len() {
                    may_end = true;
                } else {
                    for f in &self.forms[p] {
                        cand.push((f, Some(p + 1)));
                    }
                }
            }
            if !marked {
                for m in &self.marks {
                    cand.push((m, None));
                }
            }
            let mut depth = 0;
            loop {
                let mut allowed: Vec<LlamaToken> = cand.iter().filter(|c| c.0.len() > depth).map(|c| c.0[depth]).collect();
                let done = depth > 0 && cand.iter().any(|c| c.0.len() == depth);
                if depth == 0 && may_end {
                    allowed.push(self.eog);
                }
                if allowed.is_empty() {
                    break;
                }
                // One candidate ends here while a longer one goes on: go on only when
                // the model prefers that to starting something new.
                if done && !allowed.contains(&s.best(None)) {
                    break;
                }
                let t = s.best(Some(&allowed));
                if t == self.eog {
                    return;
                }
                reply.push(t);
                s.feed(&[t], prompt.len() + reply.len() - 1);
                cand.retain(|c| c.0.len() > depth && c.0[depth] == t);
                depth += 1;
                if reply.len() >= limit {
                    return;
                }
            }
            cand.retain(|c| c.0.len() == depth);
            marked = cand.iter().any(|c| c.1.is_none());
            if !marked {
                at = cand.iter().filter_map(|c| c.1).collect();
                at.sort();
                at.dedup();
            }
        }
    }
}

fn main() {
    let mut files = Vec::new();
    let (mut constrained, mut debug, mut threads, mut system) = (false, false, 1, None);
    let mut args = std::env::args().skip(1);
    while let Some(a) = args.next() {
        match a.as_str() {
            "--constrained" => constrained = true,
            "--debug" => debug = true,
            "--threads" => threads = args.next().unwrap().parse().unwrap(),
            "--system" => system = args.next(),
            _ => files.push(a),
        }
    }
    let mut backend = LlamaBackend::init().unwrap();
    if !debug {
        backend.void_logs();
    }
    let t0 = Instant::now();
    let model = LlamaModel::load_from_file(&backend, &files[0], &LlamaModelParams::default()).expect("load");
    let n_ctx = 1024usize;
    let params = LlamaContextParams::default()
        .with_n_ctx(NonZeroU32::new(n_ctx as u32))
        .with_n_batch(n_ctx as u32)
        .with_n_threads(threads)
        .with_n_threads_batch(threads);
    let ctx = model.new_context(&backend, params).expect("context");
    println!("loaded in {:.0} ms: {} parameters, vocabulary {}", t0.elapsed().as_secs_f64() * 1e3, model.n_params(), model.n_vocab());
    let mut s = Session { model: &model, ctx, batch: LlamaBatch::new(n_ctx, 1), n_ctx, debug };
    let mut out = std::io::BufWriter::new(std::fs::File::create(&files[2]).unwrap());
    let mut st = Stats { prompt_tokens: 0, prompt_time: Duration::ZERO, reply_tokens: 0, reply_time: Duration::ZERO };
    let mut n = 0;
    for line in std::fs::read_to_string(&files[1]).unwrap().lines() {
        let raw = line.split('\t').nth(1).unwrap_or(line);
        let clean = s.clean(system.as_deref(), raw, constrained, &mut st);
        writeln!(out, "{raw}\t{clean}").unwrap();
        n += 1;
    }
    println!(
        "{n} transcripts; prompt {} tokens, {:.0} tokens/s; reply {} tokens, {:.0} tokens/s; {:.1} ms per transcript",
        st.prompt_tokens,
        st.prompt_tokens as f64 / st.prompt_time.as_secs_f64(),
        st.reply_tokens,
        st.reply_tokens as f64 / st.reply_time.as_secs_f64(),
        (st.prompt_time + st.reply_time).as_secs_f64() * 1e3 / n as f64
    );
}
