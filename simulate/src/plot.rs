//! Runs as a picture: for each run latency, people and busy slots over time, the levels of service behind them.

use actors::load::Level;

use crate::measure::Outcome;

const WIDTH: f64 = 900.0;
const HEIGHT: f64 = 190.0;
const LEFT: f64 = 70.0;
const RIGHT: f64 = 60.0;
const TOP: f64 = 34.0;
/// From one run's top to the next one's.
const STEP: f64 = HEIGHT + 70.0;

/// Pale to strong, as less of the service is given.
const SHADES: [&str; 7] = ["#ffffff", "#f1f6fd", "#e3edfb", "#fdf6e3", "#fbe9cf", "#f9d7c4", "#f4b8ad"];

pub fn svg(title: &str, outcomes: &[Outcome]) -> String {
    let height = 50.0 + STEP * outcomes.len() as f64;
    let mut text = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {height}\" font-family=\"sans-serif\" font-size=\"12\">\n\
         <rect width=\"100%\" height=\"100%\" fill=\"#fff\"/>\n\
         <text x=\"{LEFT}\" y=\"22\" font-size=\"16\">{}</text>\n",
        escaped(title)
    );
    for (at, outcome) in outcomes.iter().enumerate() {
        text.push_str(&format!("<g transform=\"translate(0 {})\">\n", 40.0 + STEP * at as f64));
        run(outcome, &mut text);
        text.push_str("</g>\n");
    }
    text.push_str("</svg>\n");
    text
}

fn run(outcome: &Outcome, text: &mut String) {
    let slices = &outcome.slices;
    let count = slices.len().max(1) as f64;
    let x = |at: usize| LEFT + (WIDTH - LEFT - RIGHT) * at as f64 / count;
    let p = |percent: f64| -> Vec<Option<f64>> {
        slices.iter().map(|slice| slice.finals.percentile(percent).map(f64::from)).collect()
    };
    let (p50, p95) = (p(50.0), p(95.0));
    let most_ms = p95.iter().flatten().fold(1000.0_f64, |most, ms| most.max(*ms));
    let y = |part: f64| TOP + HEIGHT * (1.0 - part.clamp(0.0, 1.0));
    text.push_str(&format!(
        "<text x=\"{LEFT}\" y=\"22\">{} people; most inside {}</text>\n",
        outcome.people, outcome.most_inside
    ));
    for (at, slice) in slices.iter().enumerate() {
        let shade = SHADES[slice.level as usize];
        let (left, width) = (x(at), x(at + 1) - x(at) + 0.5);
        text.push_str(&format!(
            "<rect x=\"{left:.1}\" y=\"{TOP}\" width=\"{width:.1}\" height=\"{HEIGHT}\" fill=\"{shade}\"/>\n"
        ));
    }
    for part in [0.0, 0.25, 0.5, 0.75, 1.0] {
        let at = y(part);
        text.push_str(&format!(
            "<line x1=\"{LEFT}\" x2=\"{:.1}\" y1=\"{at:.1}\" y2=\"{at:.1}\" stroke=\"#ddd\"/>\n\
             <text x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"end\">{:.0} ms</text>\n\
             <text x=\"{:.1}\" y=\"{:.1}\" fill=\"#777\">{:.0} %</text>\n",
            WIDTH - RIGHT,
            LEFT - 6.0,
            at + 4.0,
            part * most_ms,
            WIDTH - RIGHT + 6.0,
            at + 4.0,
            part * 100.0
        ));
    }
    let most_inside = outcome.most_inside.max(1) as f64;
    let utilisation: Vec<Option<f64>> = slices.iter().map(|slice| Some(slice.utilisation)).collect();
    let inside: Vec<Option<f64>> = slices.iter().map(|slice| Some(slice.inside as f64 / most_inside)).collect();
    let parts = |times: &[Option<f64>]| times.iter().map(|ms| ms.map(|ms| ms / most_ms)).collect::<Vec<_>>();
    let lines = [
        ("busy slots", "#999", utilisation),
        ("people inside (of the most)", "#3a8f5c", inside),
        ("final p50", "#2b6cb0", parts(&p50)),
        ("final p95", "#c0392b", parts(&p95)),
    ];
    for (at, (name, colour, values)) in lines.iter().enumerate() {
        line(values, colour, &x, &y, text);
        let left = LEFT + 190.0 * at as f64;
        let below = TOP + HEIGHT + 20.0;
        text.push_str(&format!("<text x=\"{left:.1}\" y=\"{below:.1}\" fill=\"{colour}\">{name}</text>\n"));
    }
    let worst =
        Level::ALL.iter().zip(outcome.at_level).filter(|(_, share)| *share > 0.0).map(|(level, _)| level.name());
    let levels = worst.collect::<Vec<_>>().join(", ");
    text.push_str(&format!(
        "<text x=\"{LEFT}\" y=\"{:.1}\" fill=\"#777\">levels: {levels}</text>\n",
        TOP + HEIGHT + 36.0
    ));
}

fn line(values: &[Option<f64>], colour: &str, x: &dyn Fn(usize) -> f64, y: &dyn Fn(f64) -> f64, text: &mut String) {
    let points: Vec<String> = values
        .iter()
        .enumerate()
        .filter_map(|(at, value)| value.map(|value| format!("{:.1},{:.1}", x(at), y(value))))
        .collect();
    text.push_str(&format!(
        "<polyline points=\"{}\" fill=\"none\" stroke=\"{colour}\" stroke-width=\"1.5\"/>\n",
        points.join(" ")
    ));
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}
