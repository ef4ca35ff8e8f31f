//! The messages as bytes: what they look like, and that none is lost or taken for another.

use engine::asr::{ContextSize, DecodeOptions, LanguageChoice, ModelFacts, Purpose, Transcript, Trip, Word};
use engine::language::Language;
use engine_worker::message::{
    Cost, FailureCode, Generate, Hello, JobTag, Load, ModelSource, Outcome, Ready, Reply, Request, SlotIndex,
    SlotPlace, Transcribe, VERSION, WorkerKind,
};
use engine_worker::{CpuSet, codec};
use proptest::prelude::*;
use serde::Serialize;
use serde::de::DeserializeOwned;

fn hex(message: &impl Serialize) -> String {
    codec::encode(message).unwrap().iter().fold(String::new(), |text, byte| format!("{text}{byte:02x}"))
}

/// A change here means that servers and workers of different builds misread each other: raise `VERSION` with it.
#[test]
fn the_bytes_of_version_1_stay_what_they_are() {
    assert_eq!(VERSION, 1);
    assert_eq!(hex(&Request::Ping { nonce: 300 }), "03000000".to_owned() + "04ac02");
    assert_eq!(hex(&Request::Cancel { job: JobTag(5) }), "02000000".to_owned() + "0305");
    let hello = Hello { version: 1, kind: WorkerKind::Asr, pid: 7, built_for: "x".into(), library: "y".into() };
    assert_eq!(hex(&Reply::Hello(hello)), "08000000".to_owned() + "0001000701780179");
    let failed = Reply::Failed { job: None, code: FailureCode::ModelRefused, message: "no".into() };
    assert_eq!(hex(&failed), "06000000".to_owned() + "050003026e6f");
    let options = DecodeOptions {
        purpose: Purpose::Final,
        language: LanguageChoice::Among(vec![Language::RUSSIAN]),
        context: ContextSize::Fitted,
        prompt: None,
        translate: false,
        voiced_ms: 9,
    };
    let work = Transcribe { pcm16: vec![1, 2], options };
    let transcribe = Request::Transcribe { job: JobTag(1), slot: SlotIndex(2), work };
    assert_eq!(
        hex(&transcribe),
        "10000000".to_owned() + "010102" + "020102" + "01" + "0101027275" + "00" + "00" + "00" + "09"
    );
    let ready = Load {
        model: ModelSource::Builtin,
        facts: ModelFacts {
            languages: Vec::new(),
            temperature_ladder: Vec::new(),
            flash_attention: true,
            ..ModelFacts::default()
        },
        slots: vec![SlotPlace { cpus: CpuSet::parse("0-3").unwrap() }],
    };
    assert_eq!(
        hex(&Request::Load(ready)),
        "18000000".to_owned()
            + "00"
            + "00"
            + "00"
            + "8004"
            + "d00f"
            + "e0da01"
            + "01"
            + "00"
            + "01"
            + "00000041"
            + "01"
            + "01"
            + "01"
            + "03302d33"
    );
}

fn survives<T: Serialize + DeserializeOwned + PartialEq + std::fmt::Debug>(message: &T) {
    let frame = codec::encode(message).unwrap();
    let mut link = frame.as_slice();
    let body = codec::read(&mut link).unwrap().unwrap();
    assert_eq!(&codec::decode::<T>(&body).unwrap(), message);
    assert!(codec::read(&mut link).unwrap().is_none());
}

fn language() -> impl Strategy<Value = Language> {
    prop::sample::select(Language::all().collect::<Vec<_>>())
}

fn cpus() -> impl Strategy<Value = CpuSet> {
    prop::collection::vec(0..200_usize, 0..9).prop_map(|cpus| cpus.into_iter().collect())
}

fn facts() -> impl Strategy<Value = ModelFacts> {
    (prop::collection::vec(language(), 0..4), any::<u16>(), any::<u32>(), any::<bool>(), any::<u8>()).prop_map(
        |(languages, audio_ctx_floor, audio_ctx_margin_ms, takes_prompt, beam)| ModelFacts {
            languages,
            audio_ctx_floor,
            audio_ctx_margin_ms,
            takes_prompt,
            beam,
            ..ModelFacts::default()
        },
    )
}

fn options() -> impl Strategy<Value = DecodeOptions> {
    let purpose = prop::sample::select(vec![Purpose::Partial, Purpose::Final, Purpose::Batch]);
    let context = prop::sample::select(vec![ContextSize::Fitted, ContextSize::Tight, ContextSize::Full]);
    let choice = prop_oneof![
        language().prop_map(LanguageChoice::Fixed),
        prop::collection::vec(language(), 0..5).prop_map(LanguageChoice::Among)
    ];
    (purpose, choice, context, any::<Option<String>>(), any::<bool>(), any::<u32>()).prop_map(
        |(purpose, language, context, prompt, translate, voiced_ms)| DecodeOptions {
            purpose,
            language,
            context,
            prompt,
            translate,
            voiced_ms,
        },
    )
}

fn request() -> impl Strategy<Value = Request> {
    let bytes = || prop::collection::vec(any::<u8>(), 0..300);
    let model =
        prop_oneof![Just(ModelSource::Builtin), any::<String>().prop_map(|path| ModelSource::File(path.into()))];
    let slots = prop::collection::vec(cpus().prop_map(|cpus| SlotPlace { cpus }), 0..4);
    prop_oneof![
        (model, facts(), slots).prop_map(|(model, facts, slots)| Request::Load(Load { model, facts, slots })),
        (any::<u64>(), any::<u16>(), bytes(), options()).prop_map(|(job, slot, pcm16, options)| {
            Request::Transcribe { job: JobTag(job), slot: SlotIndex(slot), work: Transcribe { pcm16, options } }
        }),
        (any::<u64>(), any::<u16>(), bytes()).prop_map(|(job, slot, request)| {
            Request::Generate { job: JobTag(job), slot: SlotIndex(slot), work: Generate { request } }
        }),
        any::<u64>().prop_map(|job| Request::Cancel { job: JobTag(job) }),
        any::<u64>().prop_map(|nonce| Request::Ping { nonce }),
    ]
}

fn transcript() -> impl Strategy<Value = Transcript> {
    let word = (any::<String>(), any::<u32>(), any::<u32>(), 0.0..=1.0_f32)
        .prop_map(|(text, start_ms, end_ms, confidence)| Word { text, start_ms, end_ms, confidence });
    let trip = prop::sample::select(vec![Trip::Loop, Trip::TooDense, Trip::Unlikely, Trip::Truncated]);
    (language(), prop::collection::vec(word, 0..20), prop::collection::vec(trip, 0..3), any::<u16>(), any::<u8>())
        .prop_map(|(language, words, tripped, audio_ctx, passes)| Transcript {
            words,
            tripped,
            audio_ctx,
            passes,
            ..Transcript::empty(language)
        })
}

fn reply() -> impl Strategy<Value = Reply> {
    let code = prop::sample::select(vec![FailureCode::Cancelled, FailureCode::BadRequest, FailureCode::Engine]);
    prop_oneof![
        (any::<u32>(), any::<String>()).prop_map(|(pid, library)| {
            Reply::Hello(Hello { version: VERSION, kind: WorkerKind::Llm, pid, built_for: "avx2".into(), library })
        }),
        (any::<u32>(), facts(), prop::collection::vec(cpus(), 0..4), any::<u64>()).prop_map(
            |(load_ms, facts, slots, resident_bytes)| {
                Reply::Ready(Ready { load_ms, warm_up_ms: 1, facts, slots, resident_bytes })
            }
        ),
        (any::<u64>(), any::<u8>()).prop_map(|(job, percent)| Reply::Progress { job: JobTag(job), percent }),
        (any::<u64>(), any::<String>()).prop_map(|(job, text)| Reply::Partial { job: JobTag(job), text }),
        (any::<u64>(), transcript(), any::<u64>(), any::<u64>()).prop_map(|(job, transcript, wall_us, cpu_us)| {
            let outcome = Outcome::Transcript(transcript);
            Reply::Done { job: JobTag(job), outcome, cost: Cost { wall_us, cpu_us } }
        }),
        (any::<Option<u64>>(), code, any::<String>())
            .prop_map(|(job, code, message)| { Reply::Failed { job: job.map(JobTag), code, message } }),
        (any::<u64>(), any::<u64>()).prop_map(|(nonce, resident_bytes)| Reply::Pong { nonce, resident_bytes }),
    ]
}

proptest! {
    #[test]
    fn every_request_survives_the_link(request in request()) {
        survives(&request);
    }

    #[test]
    fn every_reply_survives_the_link(reply in reply()) {
        survives(&reply);
    }

    #[test]
    fn no_bytes_at_all_bring_a_panic(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        let _ = codec::decode::<Request>(&bytes);
        let _ = codec::decode::<Reply>(&bytes);
        let _ = codec::read(&mut bytes.as_slice());
    }

    #[test]
    fn a_frame_that_was_damaged_brings_no_panic(reply in reply(), at in any::<prop::sample::Index>(), bit in 0..8_u8) {
        let mut frame = codec::encode(&reply).unwrap();
        let at = at.index(frame.len());
        frame[at] ^= 1 << bit;
        if let Ok(Some(body)) = codec::read(&mut frame.as_slice()) {
            let _ = codec::decode::<Reply>(&body);
        }
    }
}
