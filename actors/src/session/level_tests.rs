use engine::asr::{ContextSize, Purpose};

use super::*;
use crate::load::{Level, Service};

impl Table {
    fn follow(&mut self, level: Level) {
        let effects = self.state.follow(Service { level, fast_stands_in: level.may_use_fast_model() });
        self.take(effects);
    }

    fn notices(&self) -> Vec<&Notice> {
        fn one(output: &SessionOutput) -> Option<&Notice> {
            if let SessionOutput::Notice(notice) = output { Some(notice) } else { None }
        }
        self.told.iter().filter_map(one).collect()
    }
}

#[test]
fn each_change_of_the_service_is_told_once_and_its_end_too() {
    let mut table = Table::new(options());
    for level in [Level::Full, Level::SlowerPartials, Level::SlowerPartials, Level::FinalsOnly, Level::Refusing] {
        table.follow(level);
    }
    table.follow(Level::Full);
    let degraded = |level| Notice::Degraded { level };
    let expected = [degraded(Level::SlowerPartials), degraded(Level::FinalsOnly), Notice::Restored];
    assert_eq!(table.notices(), expected.iter().collect::<Vec<_>>());
}

#[test]
fn finals_only_means_no_live_text_and_the_same_finals() {
    let live_text_is_asked_for = |level| {
        let mut table = Table::new(options());
        table.follow(level);
        table.prompt_scheduler = false;
        table.hear(&speech()[..16_000]);
        table.purposes().contains(&Purpose::Partial)
    };
    assert!(live_text_is_asked_for(Level::Full) && live_text_is_asked_for(Level::RulesOnly));
    assert!(!live_text_is_asked_for(Level::FinalsOnly));
    let text = |level| {
        let mut table = Table::new(options());
        table.follow(level);
        table.hear(&speech());
        table.silence(1000);
        table.finals()[0].text.clone()
    };
    assert_eq!(text(Level::Full), text(Level::FinalsOnly));
}

#[test]
fn under_load_the_fast_model_stands_in_where_it_can() {
    let targets = |level: Level| {
        let mut table = Table::new(SessionOptions { tier: Tier::High, ..options() });
        table.follow(level);
        let mut targets = Vec::new();
        let sound: Vec<i16> = speech().into_iter().chain(vec![0; 16_000]).collect();
        for chunk in sound.chunks(CHUNK) {
            table.now = table.now + Duration::from_millis(20);
            for effect in table.state.sound(&engine::audio::le_bytes(chunk), None, table.now) {
                if let SessionEffect::Submit { job, to, .. } = effect {
                    let Work::Transcribe { options, .. } = &job.work else { panic!("sessions transcribe") };
                    targets.push((to, options.purpose, options.context));
                }
            }
        }
        targets
    };
    let (accurate, fast) = (Target::Recogniser(Tier::High), Target::Recogniser(Tier::Normal));
    assert!(targets(Level::Full).contains(&(accurate, Purpose::Final, ContextSize::Fitted)));
    let spared = targets(Level::FastModel);
    let expected = [(fast, Purpose::Partial, ContextSize::Tight), (fast, Purpose::Final, ContextSize::Fitted)];
    assert!(spared.iter().all(|target| expected.contains(target)), "{spared:?}");
    assert!(expected.iter().all(|target| spared.contains(target)), "{spared:?}");
}
