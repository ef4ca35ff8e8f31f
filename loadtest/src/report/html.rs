//! The report as one page that needs nothing else.

use super::{PhaseReport, Report};

const WIDTH: f64 = 900.0;
const HEIGHT: f64 = 220.0;

/// The whole page.
pub fn page(report: &Report) -> String {
    let mut body = format!("<h1>{}</h1><pre>{}</pre>", escape(&report.scenario.name), escape(&report.to_string()));
    for phase in report.phases.iter().filter(|phase| !phase.finals_ms.is_empty()) {
        body.push_str(&format!("<h2>{} speakers: end of speech to final text</h2>", phase.phase.speakers));
        body.push_str(&histogram(phase));
    }
    if report.readings.len() > 2 {
        body.push_str("<h2>Memory of server and workers (MiB)</h2>");
        let mib = |bytes: u64| bytes as f64 / (1024.0 * 1024.0);
        let points = report.readings.iter().map(|r| (r.second, mib(r.server_bytes + r.workers_bytes)));
        body.push_str(&line(&points.collect::<Vec<_>>()));
        body.push_str("<h2>Processor (% of a core)</h2>");
        let cpu = report.readings.windows(2).map(|pair| {
            let (a, b) = (pair[0], pair[1]);
            (b.second, 100.0 * (b.cpu_s - a.cpu_s).max(0.0) / (b.second - a.second).max(0.001))
        });
        body.push_str(&line(&cpu.collect::<Vec<_>>()));
    }
    format!(
        "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>{}</title><style>body{{font:15px/1.5 system-ui,\
         sans-serif;max-width:960px;margin:2rem auto;padding:0 1rem;color:#1c2024}}pre{{background:#f4f5f7;padding:1rem;\
         overflow:auto}}svg{{width:100%;height:auto}}text{{font:12px system-ui,sans-serif;fill:#667}}</style>{body}</html>",
        escape(&report.scenario.name)
    )
}

/// How many finals took how long.
fn histogram(phase: &PhaseReport) -> String {
    const BARS: usize = 40;
    let longest = phase.finals_ms.iter().copied().max().unwrap_or(1).max(1);
    let width = longest.div_ceil(BARS as u64).max(1);
    let mut counts = [0_u64; BARS];
    for ms in &phase.finals_ms {
        counts[((ms / width) as usize).min(BARS - 1)] += 1;
    }
    let most = counts.iter().copied().max().unwrap_or(1).max(1) as f64;
    let bar = |(at, count): (usize, &u64)| {
        let (step, height) = (WIDTH / BARS as f64, (HEIGHT - 30.0) * *count as f64 / most);
        format!(
            "<rect x=\"{:.1}\" y=\"{:.1}\" width=\"{:.1}\" height=\"{height:.1}\" fill=\"#3b6ef5\"><title>{} to {} ms: {count}</title></rect>",
            at as f64 * step,
            HEIGHT - 20.0 - height,
            step - 1.0,
            at as u64 * width,
            (at as u64 + 1) * width
        )
    };
    let bars: String = counts.iter().enumerate().map(bar).collect();
    let p95 = phase.speech_end_to_final_ms.p95;
    let at = WIDTH * p95 as f64 / (width * BARS as u64) as f64;
    figure(&format!(
        "{bars}<line x1=\"{at:.1}\" x2=\"{at:.1}\" y1=\"0\" y2=\"{:.1}\" stroke=\"#d33\"/>\
         <text x=\"{:.1}\" y=\"12\">p95 {p95} ms</text><text x=\"0\" y=\"{HEIGHT}\">0</text>\
         <text x=\"{WIDTH}\" y=\"{HEIGHT}\" text-anchor=\"end\">{} ms</text>",
        HEIGHT - 20.0,
        at + 4.0,
        width * BARS as u64
    ))
}

fn line(points: &[(f64, f64)]) -> String {
    let last = points.last().map_or(1.0, |point| point.0).max(0.001);
    let top = points.iter().map(|point| point.1).fold(0.001, f64::max);
    let place =
        |(x, y): &(f64, f64)| format!("{:.1},{:.1}", WIDTH * x / last, HEIGHT - 20.0 - (HEIGHT - 40.0) * y / top);
    let path: Vec<String> = points.iter().map(place).collect();
    figure(&format!(
        "<polyline points=\"{}\" fill=\"none\" stroke=\"#3b6ef5\" stroke-width=\"1.5\"/><text x=\"0\" y=\"12\">{top:.0}</text>\
         <text x=\"{WIDTH}\" y=\"{HEIGHT}\" text-anchor=\"end\">{last:.0} s</text>",
        path.join(" ")
    ))
}

fn figure(inside: &str) -> String {
    format!("<svg viewBox=\"0 0 {WIDTH} {HEIGHT}\" role=\"img\">{inside}</svg>")
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_cannot_break_the_page() {
        assert_eq!(escape("<b>&"), "&lt;b&gt;&amp;");
        assert!(line(&[(0.0, 1.0), (1.0, 3.0)]).contains("polyline"));
    }
}
