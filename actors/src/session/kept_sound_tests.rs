//! The recorder gets the sound of what was understood, and each final names the sound that is its own.

use super::*;

fn keeping(mode: Mode) -> Table {
    Table::new(SessionOptions { keep_sound: true, mode, ..options() })
}

fn kept_ids(table: &Table) -> Vec<UtteranceId> {
    table.kept.iter().map(|(id, _)| *id).collect()
}

#[test]
fn each_final_names_its_sound_and_the_sound_is_as_long_as_it() {
    let mut table = keeping(Mode::OnPause);
    for _ in 0..2 {
        table.hear(&speech());
        table.silence(1000);
    }
    let finals = table.finals();
    assert_eq!(finals.len(), 2);
    for (told, (id, samples)) in finals.iter().zip(&table.kept) {
        assert_eq!(told.sound_of, [*id]);
        assert_eq!(told.end_ms - told.start_ms, *samples as u64 / 16);
    }
}

#[test]
fn the_one_result_of_a_recording_names_the_sound_of_all_its_parts() {
    let mut table = keeping(Mode::AfterRecording);
    for _ in 0..3 {
        table.hear(&speech());
        table.silence(1000);
    }
    assert_eq!(table.kept.len(), 3, "sound does not wait in memory for the end of the recording");
    table.finish();
    let [whole] = table.finals()[..] else { panic!("one result") };
    assert_eq!(whole.sound_of, kept_ids(&table));
}

#[test]
fn what_was_not_understood_or_is_not_wanted_is_not_kept() {
    let mut table = Table::new(options());
    table.hear(&speech());
    table.silence(1000);
    assert!(table.kept.is_empty() && table.finals()[0].sound_of.is_empty());

    let mut table = Table::new(SessionOptions { keep_sound: true, ..Table::quiet() });
    table.prompt_scheduler = false;
    table.hear(&speech());
    table.silence(1000);
    table.end(0, Err(JobFailure::WorkerLost { attempts: 2 }));
    assert!(table.finals().iter().all(|told| told.raw_text.is_empty() && told.sound_of.is_empty()));
    assert!(table.kept.is_empty());
}
