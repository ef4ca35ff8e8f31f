//! What the text half costs per utterance: the guard must stay below one millisecond per 100 words.
//!
//! `cargo bench -p engine --bench text_guard`

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use engine::language::Language;
use engine::text::TextContext;
use engine::text::dictionary::{Dictionary, Term};
use engine::text::guard::{GuardContext, review};
use engine::text::rules::clean;
use engine::text::snippets::Snippets;
use engine::text::style::Style;

/// 100 words as a recogniser gives them, and what a model makes of them.
const ENGLISH: (&str, &str) = (
    "um hi robert thanks for the notes from the workshop i read them on the train and i think that we should move the meeting \
     to thursday because anna is not here on wednesday the order of twenty five lamps costs three hundred dollars and the \
     the supplier wants half of it at once can you ask him to wait until the fifth of march i told him that we do not pay \
     before the goods are here but he did not listen if he calls again please tell him that i will be back at half past two",
    "Hi Robert, thanks for the notes from the workshop. I read them on the train, and I think that we should move the meeting \
     to Thursday, because Anna is not here on Wednesday. The order of 25 lamps costs $300, and the supplier wants half of it \
     at once. Can you ask him to wait until the 5th of March? I told him that we do not pay before the goods are here, but he \
     did listen. If he calls again, please tell him that I will be back at half past three.",
);
const RUSSIAN: (&str, &str) = (
    "эээ привет роман спасибо за заметки с семинара я прочитал их в поезде и думаю что встречу надо перенести на четверг потому \
     что анны в среду не будет заказ на двадцать пять ламп стоит триста долларов и и поставщик хочет половину сразу попроси его \
     пожалуйста подождать до пятого марта я говорил ему что мы не платим пока товара нет на складе но он не слушал если он \
     позвонит еще раз скажи что я вернусь в половине третьего",
    "Привет, Роман. Спасибо за заметки с семинара. Я прочитал их в поезде и думаю, что встречу надо перенести на четверг, \
     потому что Анны в среду не будет. Заказ на 25 ламп стоит 300 долларов, и поставщик хочет половину сразу. Попроси его, \
     пожалуйста, подождать до 5 марта. Я говорил ему, что мы платим, пока товара нет на складе, но он не слушал. Если он \
     позвонит ещё раз, скажи, что я вернусь в 3:30.",
);

fn text(c: &mut Criterion) {
    let style = Style::mail();
    let dictionary =
        Dictionary::new(["Kubernetes", "AlfaVoice", "Nordwind", "Григорьев", "Ромашка"].map(Term::new).into());
    let snippets = Snippets::default();
    for (name, language, (raw, proposal)) in
        [("english", Language::ENGLISH, ENGLISH), ("russian", Language::RUSSIAN, RUSSIAN)]
    {
        let rules = TextContext {
            language,
            style: &style,
            dictionary: &dictionary,
            snippets: &snippets,
            previous_sentence: None,
        };
        let guard =
            GuardContext { language, style: &style, dictionary: &dictionary, prompt: Some(&style.prompt.system) };
        let words = raw.split_whitespace().count() as u64;
        let cleaned = clean(raw, &rules);
        let checked = review(raw, &cleaned, proposal, &guard);
        assert!(
            checked.whole.is_none() && checked.refused.len() >= 2,
            "the example must go the whole way: {checked:?}"
        );
        let mut group = c.benchmark_group(name);
        group.throughput(Throughput::Elements(words));
        group.bench_function("rules", |b| b.iter(|| clean(std::hint::black_box(raw), &rules)));
        group.bench_function("guard", |b| b.iter(|| review(raw, &cleaned, std::hint::black_box(proposal), &guard)));
        group.finish();
    }
}

criterion_group!(benches, text);
criterion_main!(benches);
