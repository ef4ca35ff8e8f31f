//! What the library takes on trust and aborts on, checked before it sees a file: counts of layers, heads and experts,
//! and the vocabulary. (It finds out itself, without aborting, which tensors are missing.)

use std::collections::HashSet;
use std::io::{Read, Seek};

use super::read::{self, BadModel, Header, TOKENS, Value};

/// The library's `LLAMA_MAX_LAYERS` and `LLAMA_MAX_EXPERTS`.
const MOST_LAYERS: u64 = 512;
const MOST_EXPERTS: u64 = 512;
/// Tokenizers of models that write text (the others have none, or only read).
const TOKENIZERS: [&str; 3] = ["llama", "gpt2", "gemma4"];
const ROPE_SCALINGS: [&str; 4] = ["none", "linear", "yarn", "longrope"];

/// A model file that was read and found sound.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ModelFile {
    pub architecture: String,
    pub layers: u64,
    /// Tokens of context it was trained for.
    pub context: u64,
    pub vocabulary: usize,
    /// Bytes of all its weights.
    pub weight_bytes: u64,
    pub has_chat_template: bool,
}

/// Reads a file's header and checks it. Leaves the reader anywhere.
pub fn inspect(reader: impl Read + Seek) -> Result<ModelFile, BadModel> {
    let header = read::header(reader)?;
    let architecture = header.text("general.architecture")?.to_owned();
    check_not_split(&header)?;
    let shape = Shape { header: &header, architecture: &architecture };
    let layers = shape.number("block_count", 1, MOST_LAYERS)?;
    let context = shape.number("context_length", 16, 1 << 26)?;
    shape.check_heads()?;
    shape.check_experts()?;
    shape.check_rest(layers)?;
    let vocabulary = check_vocabulary(&header)?;
    if !header.tensors.iter().any(|tensor| tensor.name == "token_embd.weight") {
        return Err(BadModel::Tensor { name: "token_embd.weight".to_owned(), problem: "is missing".to_owned() });
    }
    Ok(ModelFile {
        layers,
        context,
        vocabulary,
        weight_bytes: header.tensors.iter().map(|tensor| tensor.bytes).sum(),
        has_chat_template: header.values.contains_key("tokenizer.chat_template"),
        architecture,
    })
}

fn check_not_split(header: &Header) -> Result<(), BadModel> {
    const KEY: &str = "split.count";
    match header.values.get(KEY).map(|value| value.as_count().unwrap_or(u64::MAX)) {
        None | Some(0 | 1) => Ok(()),
        Some(_) => Err(bad(KEY, "says that this is one of several files; join them with `llama-gguf-split --merge`")),
    }
}

fn bad(key: impl Into<String>, problem: impl Into<String>) -> BadModel {
    BadModel::Value { key: key.into(), problem: problem.into() }
}

impl Header {
    fn text(&self, key: &str) -> Result<&str, BadModel> {
        let text = self.values.get(key).and_then(Value::as_text).filter(|text| !text.is_empty());
        text.ok_or_else(|| bad(key, "is missing or no text"))
    }
}

/// The values under a model's architecture.
struct Shape<'a> {
    header: &'a Header,
    architecture: &'a str,
}

impl Shape<'_> {
    fn key(&self, name: &str) -> String {
        format!("{}.{name}", self.architecture)
    }

    fn get(&self, name: &str) -> Option<&Value> {
        self.header.values.get(&self.key(name))
    }

    fn number(&self, name: &str, least: u64, most: u64) -> Result<u64, BadModel> {
        self.optional(name, least, most)?.ok_or_else(|| bad(self.key(name), "is missing"))
    }

    /// A number that may be missing; a list of numbers (one per layer) counts as missing, its entries are the library's.
    fn optional(&self, name: &str, least: u64, most: u64) -> Result<Option<u64>, BadModel> {
        match self.get(name) {
            None | Some(Value::List { .. }) => Ok(None),
            Some(value) => match value.as_count() {
                Some(number) if (least..=most).contains(&number) => Ok(Some(number)),
                _ => Err(bad(self.key(name), format!("is `{value:?}`; {least} to {most} can be"))),
            },
        }
    }

    fn check_heads(&self) -> Result<(), BadModel> {
        let width = self.number("embedding_length", 1, 1 << 20)?;
        let heads = self.optional("attention.head_count", 1, 4096)?;
        let shared = self.optional("attention.head_count_kv", 1, 4096)?;
        if self.get("attention.head_count").is_none() {
            return Err(bad(self.key("attention.head_count"), "is missing"));
        }
        if let (Some(heads), Some(shared)) = (heads, shared)
            && heads % shared != 0
        {
            return Err(bad(self.key("attention.head_count_kv"), format!("is `{shared}` for `{heads}` heads")));
        }
        let own_length = self.optional("attention.key_length", 1, 4096)?;
        if let (Some(heads), None) = (heads, own_length)
            && width % heads != 0
        {
            return Err(bad(self.key("attention.head_count"), format!("`{heads}` do not divide a width of `{width}`")));
        }
        self.optional("attention.value_length", 1, 4096)?;
        self.optional("rope.dimension_count", 0, 4096)?;
        Ok(())
    }

    fn check_experts(&self) -> Result<(), BadModel> {
        let experts = self.optional("expert_count", 0, MOST_EXPERTS)?.unwrap_or(0);
        let used = self.optional("expert_used_count", 0, MOST_EXPERTS)?;
        let fits = match used {
            Some(used) => used <= experts && (used > 0) == (experts > 0),
            None => experts == 0 || self.get("expert_used_count").is_some(),
        };
        if !fits {
            return Err(bad(self.key("expert_used_count"), format!("does not fit `{experts}` experts")));
        }
        let groups = self.optional("expert_group_count", 0, MOST_EXPERTS)?.unwrap_or(0);
        let groups_used = self.optional("expert_group_used_count", 0, MOST_EXPERTS)?.unwrap_or(0);
        let fits = groups <= 1 || (experts % groups == 0 && groups < experts && (1..groups).contains(&groups_used));
        if !fits || (experts == 0 && groups > 0) || (experts > 0 && groups >= experts) {
            return Err(bad(self.key("expert_group_count"), format!("does not fit `{experts}` experts")));
        }
        Ok(())
    }

    fn check_rest(&self, layers: u64) -> Result<(), BadModel> {
        self.optional("nextn_predict_layers", 0, layers)?;
        match self.get("rope.scaling.type") {
            Some(scaling) if !scaling.as_text().is_some_and(|name| ROPE_SCALINGS.contains(&name)) => {
                Err(bad(self.key("rope.scaling.type"), format!("is `{scaling:?}`, which this build does not know")))
            }
            _ => Ok(()),
        }
    }
}

fn check_vocabulary(header: &Header) -> Result<usize, BadModel> {
    let tokenizer = header.text("tokenizer.ggml.model")?;
    if !TOKENIZERS.contains(&tokenizer) {
        let known = TOKENIZERS.join("`, `");
        return Err(bad("tokenizer.ggml.model", format!("is `{tokenizer}`; this worker writes text with `{known}`")));
    }
    let Some(Value::Texts(tokens)) = header.values.get(TOKENS) else {
        return Err(bad(TOKENS, "is missing or no list of texts"));
    };
    // The library aborts on doubles; empty ones it gives names of their own.
    let named = || tokens.iter().map(Vec::as_slice).filter(|token| !token.is_empty());
    let known: HashSet<&[u8]> = named().collect();
    if known.len() != named().count() {
        return Err(bad(TOKENS, "has the same token twice"));
    }
    if tokens.len() < 2 {
        return Err(bad(TOKENS, "is next to empty"));
    }
    // It writes letters that no token has in bytes, and cannot live without these tokens then.
    let lacking = (0..=u8::MAX).find(|byte| !known.contains(format!("<0x{byte:02X}>").as_bytes()));
    match lacking {
        Some(byte) if tokenizer == "llama" => Err(bad(TOKENS, format!("lacks `<0x{byte:02X}>`"))),
        _ => Ok(tokens.len()),
    }
}

#[cfg(test)]
mod tests;
