//! The catalogue: what is in it, what is found, what a file of one's own may say.

use std::path::Path;

use config::catalogue::{AsrFacts, Catalogue, LlmFacts, ModelKind};

fn with_models_toml(text: &str) -> Result<Catalogue, String> {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("models.toml"), text).unwrap();
    let prefix = format!("{}/", folder.path().display());
    Catalogue::with_folder(folder.path()).map_err(|error| error.to_string().replace(&prefix, ""))
}

fn entry(more: &str) -> String {
    format!(
        "[[model]]\nid = \"mine\"\nkind = \"asr\"\ndescription = \"d\"\nlicence = \"MIT\"\nfile = \"mine.bin\"\n{more}"
    )
}

#[test]
fn there_is_a_built_in_model_of_each_kind_and_its_facts_are_those_of_its_card() {
    let catalogue = Catalogue::built_in();
    let llm = catalogue.find(ModelKind::Llm, "builtin").unwrap();
    assert!(llm.is_built_in() && llm.llm.constrained && !llm.llm.follows_system_prompt);
    assert_eq!((llm.llm.words_at_a_time, llm.languages.as_slice()), (30, ["en", "ru"].map(String::from).as_slice()));
    let asr = catalogue.find(ModelKind::Asr, "builtin").unwrap();
    assert!(asr.is_built_in());
    assert_eq!(asr.languages, ["en", "ru"]);
    assert!(!asr.facts.takes_prompt && !asr.facts.flash_attention && asr.facts.temperature_ladder.is_empty());
    assert_eq!(asr.facts.longest_utterance_ms, 10_000);
    let margin_frames = asr.facts.audio_ctx_margin_ms / 20;
    assert!((32..=64).contains(&margin_frames), "the card allows 32 to 64 frames, not {margin_frames}");
}

#[test]
fn stock_models_can_be_verified_and_have_stock_facts() {
    let catalogue = Catalogue::built_in();
    let stock = catalogue.models().iter().filter(|model| model.kind == ModelKind::Asr && !model.is_built_in());
    let mut count = 0;
    for model in stock {
        assert!(model.sha256.is_some() && model.bytes.is_some(), "{}", model.id);
        assert_eq!(model.facts, AsrFacts::default(), "{}", model.id);
        count += 1;
    }
    assert!(count >= 10);
    for id in ["large-v3-q5", "medium-q5", "turbo-q5", "small-q5", "base-q5", "tiny-q5"] {
        catalogue.find(ModelKind::Asr, id).unwrap();
    }
    for model in catalogue.models().iter().filter(|model| model.kind == ModelKind::Llm && !model.is_built_in()) {
        assert!(model.sha256.is_none() && model.bytes.is_some() && model.llm.follows_system_prompt, "{}", model.id);
    }
    for id in ["qwen2-7b-q5", "phi3-mini-q5"] {
        assert_eq!(catalogue.find(ModelKind::Llm, id).unwrap().llm, LlmFacts::default());
    }
}

#[test]
fn no_two_files_share_a_name_or_a_checksum() {
    let catalogue = Catalogue::built_in();
    let mut files: Vec<_> = catalogue.models().iter().filter_map(|model| model.file.clone()).collect();
    let mut sums: Vec<_> =
        catalogue.models().iter().filter_map(|model| model.sha256.map(|sum| sum.to_string())).collect();
    let (all_files, all_sums) = (files.len(), sums.len());
    files.sort();
    files.dedup();
    sums.sort();
    sums.dedup();
    assert_eq!((files.len(), sums.len()), (all_files, all_sums));
}

#[test]
fn an_unknown_name_is_answered_with_the_nearest_one_of_its_kind() {
    let catalogue = Catalogue::built_in();
    let told = |kind, id| catalogue.find(kind, id).unwrap_err().to_string();
    assert_eq!(
        told(ModelKind::Asr, "large-v3-Q5"),
        "unknown speech model `large-v3-Q5`; did you mean `large-v3-q5`? (`alfavoice models list` shows all)"
    );
    assert_eq!(told(ModelKind::Llm, "xyzzy"), "unknown language model `xyzzy`; `alfavoice models list` shows all");
    assert!(told(ModelKind::Llm, "turbo-q5").starts_with("unknown language model `turbo-q5`"));
    let told = catalogue.downloadable("builtin").unwrap_err().to_string();
    assert!(told.starts_with("unknown model to download `builtin`"), "{told}");
    assert_eq!(catalogue.downloadable("qwen3-4b-q5").unwrap().kind, ModelKind::Llm);
}

#[test]
fn a_file_is_in_the_model_folder_and_comes_from_the_mirrors_in_their_order() {
    let catalogue = Catalogue::built_in();
    let model = catalogue.find(ModelKind::Asr, "tiny-q5").unwrap();
    assert_eq!(model.file_in(Path::new("/m")).unwrap(), Path::new("/m/ggml-tiny-q5_1.bin"));
    let mirrors = ["file:///srv/models/".to_owned(), "https://models.example.org".to_owned()];
    assert_eq!(
        model.addresses(&mirrors),
        [
            "file:///srv/models/ggerganov/whisper.cpp/resolve/main/ggml-tiny-q5_1.bin",
            "file:///srv/models/ggml-tiny-q5_1.bin",
            "https://models.example.org/ggerganov/whisper.cpp/resolve/main/ggml-tiny-q5_1.bin",
        ]
    );
    let builtin = catalogue.find(ModelKind::Asr, "builtin").unwrap();
    assert_eq!((builtin.file_in(Path::new("/m")), builtin.addresses(&mirrors)), (None, vec![]));
}

#[test]
fn models_of_ones_own_are_added_and_known_ones_replaced() {
    let own = entry("[model.facts]\naudio_ctx_floor = 192\nbeam = 3\n");
    let replaced = own.replace("\"mine\"", "\"tiny-q5\"").replace("mine.bin", "mine2.bin");
    let catalogue = with_models_toml(&format!("{own}\n{replaced}")).unwrap();
    let mine = catalogue.find(ModelKind::Asr, "mine").unwrap();
    assert_eq!((mine.facts.audio_ctx_floor, mine.facts.beam), (192, 3));
    assert_eq!(mine.facts.audio_ctx_margin_ms, AsrFacts::default().audio_ctx_margin_ms);
    assert_eq!(catalogue.find(ModelKind::Asr, "tiny-q5").unwrap().file.as_deref(), Some("mine2.bin"));
    assert_eq!(catalogue.models().len(), Catalogue::built_in().models().len() + 1);
}

#[test]
fn a_folder_without_a_list_has_the_built_in_catalogue() {
    let folder = tempfile::tempdir().unwrap();
    assert_eq!(Catalogue::with_folder(folder.path()).unwrap(), Catalogue::built_in());
}

#[test]
fn a_bad_list_is_refused_with_the_reason() {
    let table = [
        (entry("colour = 1"), "unknown field `colour`"),
        ("[[model]]\nid = 'x'".to_owned(), "missing field `kind`"),
        (entry("sha256 = 'abc'"), "not a SHA-256 checksum: `abc`; give 64 hexadecimal digits, or leave it out"),
        (entry("").replace("\"mine\"", "\"My Model\""), "model `My Model`: the id may have small letters"),
        (entry("").replace("mine.bin", "../mine.bin"), "model `mine`: `file` = `../mine.bin` must be a bare file name"),
        (entry("paths = ['a/../../b']"), "entry `a/../../b` of `paths` must be a relative path without `..`"),
        (entry("paths = ['/etc/passwd']"), "entry `/etc/passwd` of `paths`"),
        (entry("languages = ['russian']"), "`russian` is not a language code such as `en`"),
        (entry("facts.beam = 0"), "`facts.beam` = `0` must be 1 to 8"),
        (entry("facts.audio_ctx_floor = 1501"), "`facts.audio_ctx_floor` = `1501` must be 1 to 1500"),
        (entry("facts.longest_utterance_ms = 60000"), "`facts.longest_utterance_ms` = `60000` must be 1000 to 29000"),
        (entry("facts.temperature_ladder = [0.4, 0.2]"), "`facts.temperature_ladder` = `[0.4, 0.2]` must be rising"),
        (entry("facts.beam = 5").replace("\"asr\"", "\"llm\""), "`facts` are for speech models only; remove them"),
        (entry("llm.constrained = true"), "`llm` is for language models only; remove it"),
        (
            entry("llm.context_tokens = 100").replace("\"asr\"", "\"llm\""),
            "`llm.context_tokens` = `100` must be 256 to 1048576",
        ),
        (format!("{}{}", entry(""), entry("")), "model `mine` is listed twice; remove one of them"),
    ];
    for (text, expected) in table {
        let told = with_models_toml(&text).unwrap_err();
        assert!(told.starts_with("`models.toml`") && told.contains(expected), "for {text:?}: {told}");
    }
}
