//! What is spooled comes back as it was, and leaves nothing behind.

use config::{Settings, Sources};

use super::*;

const KEY: &str = "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=";

fn kept(data: &Path, key: &str) -> KeptAudio {
    let sources = Sources::default()
        .with("server.data_dir", data.to_string_lossy())
        .with("retention.keep_audio_days", "30")
        .with("retention.audio_key", key);
    KeptAudio::new(&Settings::load(&sources).expect("settings")).expect("a key or none")
}

fn claim(parts: &[u64]) -> Claim {
    Claim { owner: "local".to_owned(), utterance: "s:2".to_owned(), session: "s".to_owned(), parts: parts.to_vec() }
}

fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> = fs::read_dir(folder)
        .expect("the folder")
        .flatten()
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    names
}

#[test]
fn parts_come_back_as_they_were_sealed_or_not_and_are_forgotten_with_their_claim() {
    for key in ["", KEY] {
        let data = tempfile::tempdir().expect("a folder");
        let path = data.path().join("sound");
        let folder = SpoolFolder::open(&path, kept(data.path(), key)).expect("a folder");
        folder.put_part("s", 1, &[1, -2, 3]).expect("written");
        folder.put_part("s", 2, &vec![4; 100_000]).expect("written");
        folder.put_part("other", 1, &[5]).expect("written");
        folder.put_claim(&claim(&[1, 2])).expect("written");
        if !key.is_empty() {
            let sealed = fs::read(path.join("s.2.sealed")).expect("a file");
            assert!(!sealed.windows(8).any(|bytes| bytes == [4, 0, 4, 0, 4, 0, 4, 0]), "nobody can listen to it");
        }

        // As after a crash: from what is on the disk.
        let folder = SpoolFolder::open(&path, kept(data.path(), key)).expect("a folder");
        let claims: Vec<Claim> = folder.claims().into_iter().map(|(claim, _)| claim).collect();
        assert_eq!(claims, [claim(&[1, 2])]);
        assert_eq!(folder.part("s", 1), Some(le_bytes(&[1, -2, 3])));
        assert_eq!(folder.part("s", 2), Some(le_bytes(&vec![4; 100_000])));
        assert_eq!(folder.part("s", 3), None);
        assert!(folder.bytes_of(&claims[0]) >= 200_006);
        folder.forget(&claims[0]);
        assert_eq!(names(&path).len(), 1, "only the other session's: {:?}", names(&path));
        assert!(folder.bytes.load(Ordering::Relaxed) < 100);
    }
}

#[test]
fn sound_that_no_final_came_for_goes_and_claimed_sound_stays() {
    let data = tempfile::tempdir().expect("a folder");
    let folder = SpoolFolder::open(&data.path().join("sound"), kept(data.path(), "")).expect("a folder");
    for number in 1..=3 {
        folder.put_part("s", number, &[1; 10]).expect("written");
    }
    folder.put_claim(&claim(&[2])).expect("written");
    folder.remove_unclaimed(Duration::from_secs(60));
    assert_eq!(names(&folder.folder).len(), 4, "young sound may still be claimed");
    std::thread::sleep(Duration::from_millis(20));
    folder.remove_unclaimed(Duration::from_millis(10));
    assert_eq!(names(&folder.folder), ["s.2.claim", "s.2.pcm"]);
}

#[test]
fn what_finds_the_spool_full_is_refused() {
    let data = tempfile::tempdir().expect("a folder");
    let folder = SpoolFolder::open(&data.path().join("sound"), kept(data.path(), "")).expect("a folder");
    folder.bytes.store(MOST_SPOOLED + 1, Ordering::Relaxed);
    assert!(folder.put_part("s", 1, &[1]).is_err());
    assert!(names(&folder.folder).is_empty());
}

#[actix_rt::test]
async fn a_session_never_waits_and_everything_is_on_the_disk_after_a_flush() {
    let data = tempfile::tempdir().expect("a folder");
    let spool = Spool::start(&data.path().join("sound"), kept(data.path(), "")).expect("a thread");
    let (session, second): (_, Arc<[i16]>) = (SessionId::fresh(), vec![7; 16_000].into());
    for number in 1..=20 {
        spool.keep(session, UtteranceId(number), Arc::clone(&second));
    }
    spool.flush().await;
    assert_eq!(names(&spool.folder.folder).len(), 20);
    assert_eq!(spool.waiting.load(Ordering::Relaxed), 0);
    // More than may wait is passed over at once.
    let huge: Arc<[i16]> = vec![0; MOST_WAITING / 2 + 1].into();
    spool.keep(session, UtteranceId(21), huge);
    spool.flush().await;
    assert_eq!(names(&spool.folder.folder).len(), 20);
    assert_eq!(spool.waiting.load(Ordering::Relaxed), 0);
}
