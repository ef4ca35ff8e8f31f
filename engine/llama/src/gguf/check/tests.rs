use std::io::Cursor;

use proptest::prelude::*;

use super::super::write::Head;
use super::super::{MAGIC, TensorType};
use super::*;
use crate::model::BUILTIN;

fn inspect_bytes(bytes: &[u8]) -> Result<ModelFile, BadModel> {
    inspect(Cursor::new(bytes))
}

/// A file that is sound but for what `change` does to its values, with one small tensor.
fn file(change: impl FnOnce(&mut Vec<(&'static str, u32)>), tokens: &[String]) -> Vec<u8> {
    let mut numbers = vec![
        ("block_count", 1),
        ("context_length", 128),
        ("embedding_length", 8),
        ("attention.head_count", 2),
        ("attention.head_count_kv", 1),
    ];
    change(&mut numbers);
    let mut head = Head::default();
    head.text("general.architecture", "llama");
    for (key, value) in numbers {
        head.number(&format!("llama.{key}"), value);
    }
    head.text("tokenizer.ggml.model", "llama");
    head.texts(TOKENS, tokens);
    head.tensor("token_embd.weight", &[8, tokens.len() as u64], TensorType::F32);
    let mut bytes = Vec::new();
    head.write(&mut bytes).unwrap();
    bytes.resize(bytes.len() + 32 * tokens.len(), 0);
    bytes
}

fn tokens() -> Vec<String> {
    (0..=u8::MAX).map(|byte| format!("<0x{byte:02X}>")).chain(["</s>".to_owned()]).collect()
}

fn complaint(bytes: &[u8]) -> String {
    inspect_bytes(bytes).unwrap_err().to_string()
}

#[test]
fn the_builtin_model_is_sound() {
    let file = inspect_bytes(BUILTIN).unwrap();
    assert_eq!((file.architecture.as_str(), file.layers, file.context, file.vocabulary), ("llama", 4, 1024, 7290));
    assert!(file.has_chat_template && file.weight_bytes > 3_000_000 && file.weight_bytes < BUILTIN.len() as u64);
}

#[test]
fn what_is_no_model_is_refused_at_once() {
    assert!(matches!(inspect_bytes(b"RIFF....WAVE"), Err(BadModel::WrongMagic)));
    assert!(matches!(inspect_bytes(b""), Err(BadModel::EndsEarly { .. })));
    let mut old = BUILTIN.to_vec();
    old[4] = 1;
    assert!(matches!(inspect_bytes(&old), Err(BadModel::Version { version: 1 })));
}

#[test]
fn counts_that_no_file_can_hold_are_refused_without_allocating_for_them() {
    let header = |tensors: u64, values: u64| {
        let words = [MAGIC.to_le_bytes(), 3_u32.to_le_bytes()].concat();
        [words, tensors.to_le_bytes().to_vec(), values.to_le_bytes().to_vec()].concat()
    };
    assert!(matches!(inspect_bytes(&header(u64::MAX, 0)), Err(BadModel::TooMuch { .. })));
    assert!(matches!(inspect_bytes(&header(0, u64::MAX)), Err(BadModel::TooMuch { .. })));
    // A key, and a list, that are said to be longer than the file.
    let long_key = [header(0, 1), (u64::MAX / 2).to_le_bytes().to_vec()].concat();
    assert!(matches!(inspect_bytes(&long_key), Err(BadModel::EndsEarly { .. })));
    for kind in [8_u32, 6] {
        let key = [1_u64.to_le_bytes().as_slice(), b"k"].concat();
        let list = [9_u32.to_le_bytes(), kind.to_le_bytes()].concat();
        let long = [header(0, 1), key, list, (u64::MAX / 8).to_le_bytes().to_vec()].concat();
        assert!(matches!(inspect_bytes(&long), Err(BadModel::EndsEarly { .. } | BadModel::TooMuch { .. })), "{kind}");
    }
}

#[test]
fn shapes_that_make_the_library_abort_are_refused_by_name() {
    inspect_bytes(&file(|_| {}, &tokens())).unwrap();
    for (key, value) in [
        ("block_count", 0),
        ("block_count", 513),
        ("context_length", 0),
        ("attention.head_count", 0),
        ("attention.head_count", 3),
        ("attention.head_count_kv", 0),
        ("attention.head_count_kv", 4),
        ("expert_count", 8),
        ("expert_used_count", 2),
        ("nextn_predict_layers", 2),
    ] {
        let wrong = file(
            |numbers| {
                numbers.retain(|(known, _)| *known != key);
                numbers.push((key, value));
            },
            &tokens(),
        );
        assert!(complaint(&wrong).contains("llama."), "{key} = {value}");
    }
}

#[test]
fn vocabularies_that_make_the_library_abort_are_refused() {
    let twice = [tokens(), vec!["</s>".to_owned()]].concat();
    assert!(complaint(&file(|_| {}, &twice)).contains("twice"));
    assert!(complaint(&file(|_| {}, &tokens()[1..])).contains("lacks `<0x00>`"));
}

#[test]
fn a_file_that_was_cut_anywhere_is_refused() {
    // Every place in the header, and one in the weights.
    for kept in (0..2000).step_by(7).chain((2000..BUILTIN.len()).step_by(150_001)) {
        let error = inspect_bytes(&BUILTIN[..kept]).unwrap_err();
        assert!(matches!(error, BadModel::EndsEarly { .. }), "{kept} bytes: {error}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn damaged_headers_never_break_the_reader(at in 0_usize..3000, bytes in prop::collection::vec(any::<u8>(), 1..16)) {
        let mut damaged = file(|_| {}, &tokens());
        let end = (at + bytes.len()).min(damaged.len());
        let at = at.min(end);
        damaged[at..end].copy_from_slice(&bytes[..end - at]);
        let _ = inspect_bytes(&damaged);
    }
}
