//! What was spooled is kept once, with its transcript, and only where it is wanted.

use std::path::Path;

use config::{Settings, Sources};
use store::{CleanedBy, Expected, NewTranscript, TranscriptDetails, TranscriptId};

use super::*;
use crate::kept_audio::KeptAudio;

struct Place {
    data: tempfile::TempDir,
    keeper: Keeper,
    owner: UserId,
}

impl Place {
    async fn new(settings: &[(&str, &str)]) -> Self {
        let data = tempfile::tempdir().expect("a folder");
        let mut sources = Sources::default()
            .with("server.data_dir", data.path().to_string_lossy())
            .with("retention.keep_audio_days", "30");
        for (key, value) in settings {
            sources = sources.with(key, *value);
        }
        let settings = Settings::load(&sources).expect("settings");
        let database = Database::open(&settings).await.expect("a database");
        let kept = KeptAudio::new(&settings).expect("no key");
        let owner = database.get().expect("open").users().ensure_local(LOCAL, Moment::now()).await.expect("a user").id;
        let keeper = Keeper {
            database,
            journal: Arc::new(Journal::open(data.path()).expect("a journal")),
            folder: Arc::new(SpoolFolder::open(&data.path().join("sound"), kept).expect("a folder")),
            quotas: Quotas::new(&settings.limits),
        };
        Self { data, keeper, owner }
    }

    fn store(&self) -> &Store {
        self.keeper.database.get().expect("open")
    }

    fn spool(&self, parts: &[u64]) {
        let folder = &self.keeper.folder;
        for part in parts {
            folder.put_part("s", *part, &[*part as i16; 1600]).expect("written");
        }
        let claim = Claim {
            owner: LOCAL.to_owned(),
            utterance: "s:2".to_owned(),
            session: "s".to_owned(),
            parts: parts.to_vec(),
        };
        folder.put_claim(&claim).expect("written");
    }

    async fn tell(&self) -> TranscriptId {
        let now = Moment::now();
        let transcript = NewTranscript {
            owner: self.owner,
            session: "s".to_owned(),
            utterance: "s:2".to_owned(),
            client_recording_id: None,
            recorded_at: now,
            created_at: now,
            language: "en".to_owned(),
            style: String::new(),
            app: String::new(),
            text: "Hello.".to_owned(),
            raw_text: "hello".to_owned(),
            confidence: 1.0,
            audio_ms: 200,
            cleaned_by: CleanedBy::Rules,
            audio: None,
            details: TranscriptDetails::default(),
        };
        match self.store().transcripts().record(&[transcript]).await.expect("recorded")[..] {
            [store::Recorded::Stored(id)] => id,
            ref other => panic!("{other:?}"),
        }
    }

    /// The samples of the transcript's kept file.
    async fn sound_of(&self, id: TranscriptId) -> Option<Vec<i16>> {
        let found = self.store().transcripts().get(self.owner, id).await.expect("readable").expect("it is there");
        let file = self.store().audio().get(self.owner, found.transcript.audio?).await.expect("readable");
        let reader = self.keeper.folder.kept().open(&file.expect("it is entered")).expect("a file");
        let mut wav = hound::WavReader::new(reader).expect("a WAV file");
        Some(wav.samples().collect::<Result<_, _>>().expect("samples"))
    }

    fn waiting(&self) -> usize {
        self.keeper.folder.claims().len()
    }
}

fn files_in(folder: &Path) -> usize {
    let groups = std::fs::read_dir(folder).into_iter().flatten().flatten();
    groups.map(|group| std::fs::read_dir(group.path()).into_iter().flatten().count()).sum()
}

#[actix_rt::test]
async fn sound_waits_for_its_transcript_and_is_then_its_parts_in_order() {
    let place = Place::new(&[]).await;
    place.spool(&[1, 2]);
    place.keeper.round().await;
    assert_eq!(place.waiting(), 1, "its final is still on its way into the history");
    let id = place.tell().await;
    assert_eq!(place.sound_of(id).await, None);
    place.keeper.round().await;
    let sound = place.sound_of(id).await.expect("its sound");
    assert_eq!(sound, [[1; 1600], [2; 1600]].concat());
    assert_eq!(place.waiting(), 0);
}

#[actix_rt::test]
async fn sound_that_was_kept_before_a_crash_is_not_kept_again() {
    let place = Place::new(&[]).await;
    let id = place.tell().await;
    for _ in 0..2 {
        place.spool(&[1, 2]);
        place.keeper.round().await;
        assert_eq!(place.waiting(), 0);
    }
    assert!(place.sound_of(id).await.is_some());
    let page = place.store().audio().page(place.owner, None, 10).await.expect("readable");
    assert_eq!(page.len(), 1);
    assert_eq!(files_in(&place.data.path().join("audio")), 1);
}

#[actix_rt::test]
async fn nobodys_sound_is_kept_against_their_wish() {
    for wish in [r#"{"keep_audio":false}"#, r#"{"keep_history":false}"#] {
        let place = Place::new(&[]).await;
        let id = place.tell().await;
        let body = serde_json::from_str(wish).expect("JSON");
        place.store().settings().put(place.owner, &body, Expected::Version(0), Moment::now()).await.expect("set");
        place.spool(&[1]);
        place.keeper.round().await;
        assert_eq!((place.waiting(), place.sound_of(id).await), (0, None), "{wish}");
    }
}

#[actix_rt::test]
async fn sound_without_room_for_it_is_left_out_and_its_text_stays() {
    let place = Place::new(&[("limits.storage_mb", "1")]).await;
    let id = place.tell().await;
    place.keeper.folder.put_part("s", 1, &vec![0; 600_000]).expect("written");
    place.spool(&[2]);
    let long =
        Claim { owner: LOCAL.to_owned(), utterance: "s:2".to_owned(), session: "s".to_owned(), parts: vec![1, 2] };
    place.keeper.folder.put_claim(&long).expect("written");
    place.keeper.round().await;
    assert_eq!((place.waiting(), place.sound_of(id).await), (0, None));
}

#[actix_rt::test]
async fn what_lacks_a_part_is_not_passed_off_as_whole() {
    let place = Place::new(&[]).await;
    let id = place.tell().await;
    place.spool(&[1]);
    let more =
        Claim { owner: LOCAL.to_owned(), utterance: "s:2".to_owned(), session: "s".to_owned(), parts: vec![3, 1] };
    place.keeper.folder.put_claim(&more).expect("written");
    place.keeper.round().await;
    assert_eq!((place.waiting(), place.sound_of(id).await), (0, None));
    assert_eq!(files_in(&place.data.path().join("audio")), 0);
}
