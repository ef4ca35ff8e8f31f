//! What the server does for itself, on a real database and real files.

use std::cell::Cell;
use std::fs::{self, File};
use std::time::SystemTime;

use config::Sources;
use store::{
    CleanedBy, Creation, JobKind, JobState, NewAudioFile, NewJob, NewTranscript, Recorded, SecretHash,
    TranscriptDetails, TranscriptId, UserId, UserRole, check_backup,
};

use super::*;
use crate::database::Database;

const KEEP: [(&str, &str); 5] = [
    ("retention.keep_audio_days", "30"),
    ("retention.keep_transcripts_days", "100"),
    ("retention.keep_deleted_days", "10"),
    ("retention.keep_jobs_days", "30"),
    ("retention.keep_backups", "2"),
];

struct Place {
    folder: tempfile::TempDir,
    settings: Settings,
    store: Store,
    owner: UserId,
}

impl Place {
    async fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let mut sources = Sources::default().with("server.data_dir", folder.path().to_string_lossy());
        for (key, value) in KEEP {
            sources = sources.with(key, value);
        }
        let settings = Settings::load(&sources).expect("settings");
        let store = Database::open(&settings).await.expect("a database").get().expect("open").clone();
        let owner = store.users().ensure_local("anna", Moment::now()).await.expect("a user").id;
        Self { folder, settings, store, owner }
    }

    /// A transcript with a file of sound.
    async fn said(&self, number: u32, days_ago: u32, sound_left: Duration) -> TranscriptId {
        let path = format!("ab/{number}.wav");
        self.file(&format!("audio/{path}"), Duration::ZERO);
        let (now, at) = (Moment::now(), ago(days_ago));
        let file = NewAudioFile { path, bytes: 4, key_id: None, expires_at: Some(now.plus(sound_left)) };
        let audio = self.store.audio().keep(self.owner, &file, at).await.expect("entered");
        let transcript = NewTranscript {
            owner: self.owner,
            session: "s".to_owned(),
            utterance: format!("s:{number}"),
            client_recording_id: None,
            recorded_at: at,
            created_at: at,
            language: "en".to_owned(),
            style: String::new(),
            app: String::new(),
            text: "said".to_owned(),
            raw_text: "said".to_owned(),
            confidence: 1.0,
            audio_ms: 1000,
            cleaned_by: CleanedBy::Rules,
            audio: Some(audio),
            details: TranscriptDetails::default(),
        };
        match self.store.transcripts().record(&[transcript]).await.expect("recorded")[..] {
            [Recorded::Stored(id)] => id,
            ref other => panic!("{other:?}"),
        }
    }

    /// A file that was last changed so long ago.
    fn file(&self, path: &str, age: Duration) -> PathBuf {
        let path = self.folder.path().join(path);
        fs::create_dir_all(path.parent().expect("in a folder")).expect("a folder");
        fs::write(&path, b"RIFF").expect("written");
        let file = File::options().write(true).open(&path).expect("it is there");
        file.set_modified(SystemTime::now() - age).expect("it is ours");
        path
    }

    async fn upload(&self, name: &str, age: Duration) -> PathBuf {
        let new = NewJob {
            kind: JobKind::Recording,
            client: String::new(),
            client_recording_id: Some(name.to_owned()),
            recorded_at: Moment::now(),
            request: serde_json::json!({}),
            total_bytes: Some(10),
            receiving: true,
        };
        let created = self.store.jobs().create(self.owner, &new, Moment::now()).await.expect("created");
        let Creation::Created(job) = created else { panic!("it is new") };
        assert_eq!(job.state, JobState::Receiving);
        self.file(&format!("recordings/{}.part", job.id), age)
    }

    async fn clean_up(&self) {
        let folder = |name| self.folder.path().join(name);
        let offline = Offline::new(&folder("recordings"), &folder("results")).expect("a folder");
        clean_up_once(&self.store, &self.settings, &offline).await;
    }

    async fn is_there(&self, id: TranscriptId) -> bool {
        self.store.transcripts().get(self.owner, id).await.expect("readable").is_some()
    }
}

fn ago(days: u32) -> Moment {
    Moment::now().minus(DAY * days)
}

#[actix_rt::test]
async fn a_clean_up_takes_what_is_too_old_with_its_files_and_nothing_else() {
    let place = Place::new().await;
    let audio = |number: u32| place.folder.path().join(format!("audio/ab/{number}.wav"));
    let young = place.said(1, 1, DAY).await;
    let too_old = place.said(2, 101, DAY).await;
    let silent = place.said(3, 50, Duration::ZERO).await;
    let deleted_long_ago = place.said(4, 50, DAY).await;
    let deleted_lately = place.said(5, 50, DAY).await;
    for (id, days) in [(deleted_long_ago, 11), (deleted_lately, 9)] {
        assert!(place.store.transcripts().delete(place.owner, id, ago(days)).await.expect("deleted"));
    }
    tokio::time::sleep(Duration::from_millis(5)).await;
    place.clean_up().await;
    assert!(place.is_there(young).await && audio(1).exists());
    assert!(!place.is_there(too_old).await && !audio(2).exists());
    assert!(place.is_there(silent).await && !audio(3).exists(), "its sound ran out, its text stays");
    let restored = async |id| place.store.transcripts().undo_delete(place.owner, id).await.expect("asked");
    assert!(!restored(deleted_long_ago).await && !audio(4).exists());
    assert!(restored(deleted_lately).await && audio(5).exists());
}

#[actix_rt::test]
async fn logins_tickets_and_invites_that_ran_out_are_forgotten() {
    let place = Place::new().await;
    let (sessions, invites) = (place.store.sessions(), place.store.invites());
    let mut families = Vec::new();
    for (name, days, ends) in [("old", 40, ago(10)), ("new", 1, Moment::now().plus(DAY))] {
        let token = SecretHash::of(name);
        families.push(sessions.open(place.owner, token, "x", ago(days), ends).await.expect("opened"));
        sessions.issue_ticket(place.owner, token, &[], ends).await.expect("issued");
        invites.create(place.owner, token, UserRole::Member, "", ago(days), ends).await.expect("made");
    }
    let expired = policy(&place.settings, Moment::now());
    let before = place.store.retention().preview(&expired).await.expect("looked");
    assert_eq!((before.logins, before.tickets, before.invites), (1, 1, 1));
    place.clean_up().await;
    assert_eq!(place.store.retention().preview(&expired).await.expect("looked"), Removal::default());
    assert!(sessions.is_live(place.owner, families[1], Moment::now()).await.expect("asked"));
    assert_eq!(invites.list().await.expect("listed").len(), 1);
    let ticket = sessions.redeem_ticket(SecretHash::of("new"), Moment::now()).await.expect("asked");
    assert!(ticket.is_some(), "a good ticket is still good");
}

#[actix_rt::test]
async fn uploads_and_sound_that_nobody_knows_are_removed_once_they_are_old() {
    let place = Place::new().await;
    let (long, short) = (UPLOAD_PATIENCE + DAY, UPLOAD_PATIENCE - DAY);
    let given_up = place.upload("given up", long).await;
    let going_on = place.upload("going on", short).await;
    let of_nobody = place.file("recordings/00000000000000ff.part", Duration::ZERO);
    let other = place.file("recordings/notes.txt", long);
    let orphan = place.file("audio/cd/orphan.wav", ORPHAN_AGE * 2);
    let just_written = place.file("audio/cd/young.wav", Duration::ZERO);
    place.clean_up().await;
    for gone in [given_up, of_nobody, orphan] {
        assert!(!gone.exists(), "{}", gone.display());
    }
    for stays in [going_on, other, just_written] {
        assert!(stays.exists(), "{}", stays.display());
    }
}

#[actix_rt::test]
async fn of_the_copies_of_the_database_the_newest_are_kept() {
    let place = Place::new().await;
    place.said(1, 1, DAY).await;
    let notes = place.file("backups/notes.txt", Duration::ZERO);
    let mut last = PathBuf::new();
    for _ in 0..3 {
        back_up_once(&place.store, &place.settings).await;
        let names = || fs::read_dir(place.settings.backup_folder()).expect("a folder").flatten().map(|e| e.path());
        let newest = names().filter(|path| path.extension().is_some_and(|e| e == "db")).max().expect("a copy");
        assert!(newest > last, "each has its own name");
        last = newest;
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let copies = fs::read_dir(place.settings.backup_folder()).expect("a folder").count() - 1;
    assert_eq!((copies, notes.exists()), (2, true));
    assert_eq!(check_backup(&last).await.expect("a whole database").transcripts, 1);
}

#[actix_rt::test]
async fn work_is_repeated_for_as_long_as_the_server_runs() {
    let done = Cell::new(0);
    let (first, every) = (Duration::from_millis(20), Duration::from_millis(10));
    let endless = repeat(first, every, async || done.set(done.get() + 1));
    let started = std::time::Instant::now();
    let enough = async {
        while done.get() < 3 {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    };
    tokio::select! {
        () = endless => panic!("it never ends by itself"),
        () = enough => {}
    }
    assert!(started.elapsed() >= first + 2 * every, "not before its time");
}
