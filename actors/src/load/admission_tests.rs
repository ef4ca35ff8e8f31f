use proptest::prelude::*;

use super::*;

const LIMITS: AdmissionLimits = AdmissionLimits { most: 100, most_per_owner: 4, comeback: Duration::from_secs(60) };

fn at(ms: u64) -> Moment {
    Moment::from_millis(ms)
}

fn person(number: usize) -> Owner {
    Owner::new(&format!("person {number}"))
}

/// Room for ten people who speak without rest.
const ROOM_FOR_TEN: Room = Room { load: 0.0, most: 1.0, newcomer: 0.1 };

fn full() -> Admission {
    let mut admission = Admission::new(LIMITS);
    admission.observe(Level::Full, Some(ROOM_FOR_TEN));
    for number in 0..10 {
        assert_eq!(admission.enter(&person(number), at(0)), Ok(Entry::Newcomer));
    }
    admission
}

#[test]
fn the_machine_is_not_filled_beyond_what_it_can_carry() {
    let mut admission = full();
    let away = admission.enter(&person(10), at(0)).expect_err("ten fit");
    assert_eq!(away.reason, ShedReason::Overloaded);
}

#[test]
fn a_server_that_is_too_slow_for_one_person_still_lets_one_in() {
    let mut admission = Admission::new(AdmissionLimits { comeback: Duration::ZERO, ..LIMITS });
    let too_slow = Room { load: 0.0, most: 1.0, newcomer: 3.0 };
    admission.observe(Level::Refusing, Some(too_slow));
    for visit in 0..3 {
        assert_eq!(admission.enter(&person(0), at(visit * 600_000)), Ok(Entry::Newcomer));
        assert!(admission.enter(&person(1), at(visit * 600_000)).is_err(), "one is enough");
        admission.leave(&person(0), at(visit * 600_000 + 1_000));
    }
}

#[test]
fn whoever_turns_out_to_be_silent_leaves_room_for_others() {
    let mut admission = full();
    // After a while it is known that the ten need next to nothing.
    admission.observe(Level::Full, Some(Room { load: 0.1, ..ROOM_FOR_TEN }));
    assert_eq!(admission.enter(&person(10), at(30_000)), Ok(Entry::Newcomer));
}

#[test]
fn a_told_time_is_kept_even_while_others_are_refused() {
    let mut admission = full();
    let wait = admission.enter(&person(10), at(0)).expect_err("full").retry_after;
    admission.observe(Level::Refusing, Some(ROOM_FOR_TEN));
    assert!(admission.enter(&person(11), at(0) + wait).is_err(), "nobody promised them anything");
    assert_eq!(admission.enter(&person(10), at(0) + wait), Ok(Entry::Promised));
    assert!(admission.enter(&person(10), at(0) + wait).is_err(), "one promise is one place");
}

#[test]
fn promises_come_no_faster_than_places() {
    let mut admission = full();
    for leaving in 0..8 {
        admission.leave(&person(leaving), at(2000 * (leaving as u64 + 1)));
    }
    admission.observe(Level::Refusing, Some(ROOM_FOR_TEN));
    let mut ask = |number| admission.enter(&person(number), at(60_000 + 16_001)).expect_err("refused").retry_after;
    let waits: Vec<Duration> = (20..30).map(&mut ask).collect();
    // One leaves every two seconds.
    assert!(waits.windows(2).all(|pair| pair[1] - pair[0] >= Duration::from_millis(1750)), "{waits:?}");
    assert!(waits[9] < Duration::from_secs(40), "{waits:?}");
}

#[test]
fn a_broken_connection_finds_its_place_again() {
    let mut admission = full();
    admission.observe(Level::Refusing, Some(ROOM_FOR_TEN));
    admission.leave(&person(3), at(1000));
    assert_eq!(admission.enter(&person(3), at(2000)), Ok(Entry::Returned));
    admission.leave(&person(3), at(3000));
    assert!(admission.enter(&person(3), at(64_000)).is_err(), "after the time for it the place is gone");
}

/// People who dictate open a connection for each sentence; their places are not given away in between.
#[test]
fn whoever_comes_back_each_time_has_not_left() {
    let mut admission = full();
    admission.observe(Level::Refusing, Some(ROOM_FOR_TEN));
    for round in 0..20 {
        for number in 0..10 {
            admission.leave(&person(number), at(1000 * round));
            assert_eq!(admission.enter(&person(number), at(1000 * round + 500)), Ok(Entry::Returned));
        }
    }
    let mut ask = |number| admission.enter(&person(number), at(21_000)).expect_err("refused").retry_after;
    let (first, second) = (ask(20), ask(21));
    assert!(second - first >= Duration::from_secs(50), "nobody left: {first:?}, {second:?}");
}

#[test]
fn a_promise_that_nobody_takes_up_lapses() {
    let mut admission = full();
    let wait = admission.enter(&person(10), at(0)).expect_err("full").retry_after;
    admission.observe(Level::Refusing, Some(ROOM_FOR_TEN));
    let much_later = at(0) + wait * 2 + Duration::from_secs(30);
    assert!(admission.enter(&person(10), much_later).is_err());
    assert_eq!(admission.waiting(), 1, "only the new one");
}

#[test]
fn one_person_has_no_more_promises_than_connections() {
    let mut admission = full();
    for _ in 0..1000 {
        admission.enter(&person(10), at(0)).expect_err("full");
    }
    assert_eq!(admission.waiting(), LIMITS.most_per_owner);
}

#[test]
fn bounds_and_closed_doors_are_kept() {
    let mut admission = Admission::new(AdmissionLimits { most: 2, most_per_owner: 1, ..LIMITS });
    assert!(admission.enter(&person(1), at(0)).is_ok());
    let reason = |result: Result<Entry, TurnedAway>| result.expect_err("refused").reason;
    assert_eq!(reason(admission.enter(&person(1), at(0))), ShedReason::TooManySessionsOfOwner);
    assert!(admission.enter(&person(2), at(0)).is_ok());
    assert_eq!(reason(admission.enter(&person(3), at(0))), ShedReason::TooManySessions);
    admission.close();
    assert_eq!(reason(admission.enter(&person(4), at(0))), ShedReason::Draining);
}

#[derive(Debug, Clone)]
enum Step {
    Ask(usize),
    Leave(usize),
    Measure(usize, f64),
    Wait(u64),
}

fn any_step() -> impl Strategy<Value = Step> {
    prop_oneof![
        4 => (0..60usize).prop_map(Step::Ask),
        2 => (0..60usize).prop_map(Step::Leave),
        1 => (0..7usize, 0.0..2.0f64).prop_map(|(level, load)| Step::Measure(level, load)),
        3 => (0..20_000u64).prop_map(Step::Wait),
    ]
}

proptest! {
    /// Whatever happens: somebody who waits as long as they were told is let in.
    #[test]
    fn told_times_are_true(steps in prop::collection::vec(any_step(), 1..200)) {
        let mut admission = Admission::new(LIMITS);
        let (mut now, mut inside) = (at(0), BTreeSet::new());
        let mut told: BTreeMap<usize, Moment> = BTreeMap::new();
        for step in steps {
            match step {
                // Those who were told a time come back then, below.
                Step::Ask(who) if !inside.contains(&who) && !told.contains_key(&who) => {
                    match admission.enter(&person(who), now) {
                        Ok(_) => { inside.insert(who); }
                        Err(away) => { told.insert(who, now + away.retry_after); }
                    }
                }
                Step::Leave(who) if inside.remove(&who) => admission.leave(&person(who), now),
                Step::Measure(level, load) => {
                    admission.observe(Level::ALL[level], Some(Room { load, most: 1.5, newcomer: 0.05 }));
                }
                Step::Wait(ms) => {
                    let until = now + Duration::from_millis(ms);
                    while let Some((&who, &due)) = told.iter().min_by_key(|(_, due)| **due).filter(|(_, due)| **due <= until) {
                        told.remove(&who);
                        prop_assert!(admission.enter(&person(who), due).is_ok(), "{who} was told {due:?}");
                        inside.insert(who);
                    }
                    now = until;
                }
                Step::Ask(_) | Step::Leave(_) => {}
            }
            prop_assert_eq!(admission.open(), inside.len());
        }
    }

    /// However many ask at once: promised places lie no closer together than the rate that was measured.
    #[test]
    fn a_crowd_is_spread_over_time(crowd in 2..80usize, every_ms in 200..5000u64) {
        let mut admission = full();
        for leaving in 0..8u64 {
            admission.leave(&person(leaving as usize), at(every_ms * (leaving + 1)));
        }
        admission.observe(Level::Refusing, None);
        let now = at(60_001 + every_ms * 8);
        let waits: Vec<Duration> =
            (100..100 + crowd).map(|who| admission.enter(&person(who), now).expect_err("refused").retry_after).collect();
        let whole = waits[crowd - 1] - waits[0];
        prop_assert!(whole >= Duration::from_millis(every_ms) .mul_f64(0.87) * (crowd as u32 - 1), "{waits:?}");
    }
}
