mod support;
use engine::llm::GenerateRequest;
use engine_llama::decode::Asked;
use engine_llama::decode::Drafts;
use support::{answer, builtin, clean, labelled};
#[test]
fn look() {
    let e = builtin(1, Drafts::Always);
    let m = builtin(1, Drafts::Measured);
    for n in [1, 4, 8, 16, 17, 32, 48, 64] {
        print!("{n}: {:.0} ", m.opened.costs.of(n));
    }
    println!(" pays {}", m.opened.drafts);
    let mut tot = [[0f64; 3]; 2];
    for (l, t) in labelled().into_iter().step_by(3).take(60) {
        let GenerateRequest::Clean(mut c) = clean(l, &t) else { panic!() };
        for k in 0..2 {
            if k == 1 {
                c.draft.clear();
            }
            let mut best = f64::MAX;
            let mut g = None;
            for _ in 0..3 {
                let (r, cost) = Asked::new(&m, 0, GenerateRequest::Clean(c.clone())).wait().unwrap();
                best = best.min(cost.cpu_us as f64);
                g = Some(r);
            }
            let g = g.unwrap();
            if tot[0][2] < 12.0 * 30.0 && k == 0 {
                println!(
                    "{t}\n  {} steps {} drafted {} acc {} tokens {}  us {best}",
                    g.text, g.steps, g.drafted, g.accepted, g.reply_tokens
                );
            } else if k == 1 && tot[0][2] < 400. {
                println!("   plain steps {} us {best}", g.steps);
            }
            tot[k][0] += best;
            tot[k][1] += g.steps as f64;
            tot[k][2] += g.reply_tokens as f64;
        }
    }
    println!("drafts {:?}\nplain {:?}", tot[0], tot[1]);
    drop(e);
}
