//! What the simulator shows of the server's promises, in short runs.

use actors::scheduler::order::Order;
use proptest::prelude::*;
use simulate::measure::Outcome;
use simulate::scenario::Scenario;
use simulate::world::run;

fn scenario(text: &str) -> Scenario {
    Scenario::parse(text).expect("the scenarios of the project can be read")
}

fn two_cores() -> Scenario {
    scenario(include_str!("../scenarios/two_cores.toml"))
}

fn p95(outcome: &Outcome, group: &str) -> u32 {
    outcome.group(group).and_then(|group| group.finals.percentile(95.0)).expect("they spoke")
}

#[test]
fn every_scenario_can_be_read() {
    for text in [
        include_str!("../scenarios/two_cores.toml"),
        include_str!("../scenarios/eighty_eight_cores.toml"),
        include_str!("../scenarios/one_with_twenty.toml"),
        include_str!("../scenarios/overload.toml"),
    ] {
        assert!(!scenario(text).groups.is_empty());
    }
}

#[test]
fn a_misspelt_key_is_an_error() {
    let text = include_str!("../scenarios/two_cores.toml").replace("arrive_s", "arives_s");
    let error = format!("{:#}", Scenario::parse(&text).expect_err("there is no such key"));
    assert!(error.contains("arives_s"), "{error}");
}

#[test]
fn the_same_seed_gives_the_same_run_and_another_seed_another() {
    let mut scenario = two_cores();
    scenario.minutes = 1.0;
    let whole = |scenario: &Scenario| format!("{:?}", run(scenario, 8, Order::ResponseRatio));
    let first = whole(&scenario);
    assert_eq!(first, whole(&scenario));
    scenario.seed += 1;
    assert_ne!(first, whole(&scenario));
}

#[test]
fn one_person_with_twenty_connections_hardly_slows_ten_others_down() {
    let with = scenario(include_str!("../scenarios/one_with_twenty.toml"));
    let mut without = with.clone();
    without.groups.truncate(1);
    // The same twenty as twenty people: what the singles would see if nobody counted whose jobs they are.
    let mut twenty_people = with.clone();
    twenty_people.groups[1].same_owner = false;
    let (mut fair, mut unfair) = (0, 0);
    for seed in 1..=3 {
        let p95_of = |scenario: &Scenario| {
            let scenario = Scenario { seed, minutes: 6.0, ..scenario.clone() };
            p95(&run(&scenario, 10, Order::ResponseRatio), "singles")
        };
        let (alone, together) = (p95_of(&without), p95_of(&with));
        assert!(f64::from(together) <= 1.3 * f64::from(alone), "seed {seed}: {alone} ms became {together} ms");
        fair += together;
        unfair += p95_of(&twenty_people);
    }
    assert!(f64::from(fair) < 0.95 * f64::from(unfair), "{fair} ms with fairness, {unfair} ms without");
}

#[test]
fn beyond_what_the_machine_can_carry_those_inside_are_still_served_and_told_times_are_true() {
    let mut scenario = two_cores();
    scenario.minutes = 6.0;
    scenario.groups[0].stay_s = Some(simulate::scenario::Spread { median: 60.0, sigma: 0.5 });
    let outcome = run(&scenario, 60, Order::ResponseRatio);
    assert!(outcome.turned_away > 0 && outcome.promises_kept > 0, "{outcome:?}");
    assert_eq!((outcome.promises_broken, outcome.lost, outcome.doubled), (0, 0, 0));
    assert!(p95(&outcome, "speakers") < 1500, "{}", p95(&outcome, "speakers"));
}

#[test]
fn a_step_down_the_ladder_is_told_to_those_who_speak() {
    let mut scenario = two_cores();
    scenario.load.admission = false;
    scenario.minutes = 2.0;
    let outcome = run(&scenario, 90, Order::ResponseRatio);
    assert!(outcome.level_changes >= 5 && outcome.notices > 40, "{} {}", outcome.level_changes, outcome.notices);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    /// Whatever the load and the rules: each utterance comes to its final once, and told times are true.
    #[test]
    fn nothing_is_lost_doubled_or_promised_in_vain(
        seed in any::<u64>(), people in 1..40usize, queue in 4..60usize, slots in 1..4usize,
        ladder in any::<bool>(), admission in any::<bool>(), order in prop::sample::select(Order::ALL.to_vec())
    ) {
        let mut scenario = Scenario { seed, minutes: 1.0, ..two_cores() };
        scenario.scheduling.max_queue_size = queue;
        scenario.pools[0].slots = slots;
        (scenario.load.ladder, scenario.load.admission) = (ladder, admission);
        scenario.groups[0].stay_s = Some(simulate::scenario::Spread { median: 20.0, sigma: 0.5 });
        let outcome = run(&scenario, people, order);
        prop_assert_eq!((outcome.lost, outcome.doubled, outcome.promises_broken), (0, 0, 0));
    }
}
