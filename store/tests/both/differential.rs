//! The same history and the same searches on PostgreSQL and on SQLite: the answers must be the same in every detail.

use std::time::Duration;

use store::{
    HistoryFilter, NewTranscript, SearchCursor, SearchOrder, SearchQuery, SearchRequest, Store, StoreOptions, UserId,
};

use crate::list;
use crate::world::{Base, Case, Outcome, START, World, utterance};

pub fn cases() -> Vec<Case> {
    list![on &[Base::Postgres] => both_databases_find_rank_and_mark_alike]
}

/// Words that share stems, differ by one letter, mix alphabets, or look like operators of one of the databases.
const WORDS: &[&str] = &[
    "отчёт",
    "отчёты",
    "ОТЧЕТАМИ",
    "продажи",
    "продаж",
    "ёлка",
    "елки",
    "мой",
    "мои",
    "за́мок",
    "замок",
    "какой-то",
    "не",
    "и",
    "run",
    "running",
    "Runs",
    "runner",
    "report",
    "Report's",
    "café",
    "cafe",
    "naïve",
    "don't",
    "e-mail",
    "user@example.org",
    "https://example.org/a?b=c",
    "C++",
    "v1.2.3",
    "3,14",
    "1e5",
    "10k",
    "0x1F",
    "-5",
    "№7",
    "AND",
    "OR",
    "NOT",
    "NEAR",
    "a:b",
    "x*y",
    "'q'",
    "\"w\"",
    "(z)",
    "&",
    "|",
    "!",
    "<->",
    "%",
    "_",
    "\\",
    "\u{a0}",
    "会議室",
    "東京",
    "हिन्दी",
    "עברית",
    "ﬁn",
    "ＡＢ",
    "Straße",
    "STRASSE",
    "İstanbul",
    "ısı",
    "👩‍🚀",
    "é",
    "e\u{301}",
];

/// A small generator, so that a failure can be repeated.
struct Dice(u64);

impl Dice {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((self.0 >> 33) as usize) % limit
    }

    fn text(&mut self, words: usize) -> String {
        (0..words).map(|_| WORDS[self.below(WORDS.len())]).collect::<Vec<_>>().join(" ")
    }

    fn query(&mut self) -> String {
        let mut typed = String::new();
        for _ in 0..=self.below(3) {
            let word = WORDS[self.below(WORDS.len())];
            let start: String = word.chars().take(1 + self.below(5)).collect();
            let part = match self.below(6) {
                0 => format!("\"{}\" ", self.text(2)),
                1 => format!("{start}* "),
                2 => format!("{word}* "),
                _ => format!("{word} "),
            };
            typed.push_str(&part);
        }
        typed
    }
}

async fn both_databases_find_rank_and_mark_alike(w: World) -> Outcome {
    let sqlite = Store::connect(&StoreOptions::new(format!("sqlite://{}", w.path("twin.db").display()))).await?;
    let postgres = &w.store;
    let mut dice = Dice(20_250_301);
    let mut owners = Vec::new();
    for name in ["anna", "boris"] {
        let new =
            store::NewUser { name: name.to_owned(), email: None, password_hash: None, role: store::UserRole::Member };
        owners.push([sqlite.users().create(&new, START).await?.id, postgres.users().create(&new, START).await?.id]);
    }
    for n in 0..800_u64 {
        let owner = owners[dice.below(owners.len())];
        let (length, raw_length) = (dice.below(40), dice.below(10));
        let mut said = utterance(owner[0], n, &dice.text(length), START.plus(Duration::from_secs(n)));
        if dice.below(3) == 0 {
            said.raw_text = dice.text(raw_length);
        }
        said.language = (if dice.below(2) == 0 { "ru" } else { "en" }).into();
        let twin = NewTranscript { owner: owner[1], ..said.clone() };
        sqlite.transcripts().record(&[said]).await?;
        postgres.transcripts().record(&[twin]).await?;
    }
    let (mut compared, mut with_hits) = (0, 0);
    for n in 0..600 {
        let typed = dice.query();
        let Some(query) = SearchQuery::parse(&typed) else {
            continue;
        };
        let owner = owners[dice.below(owners.len())];
        let order = if n % 2 == 0 { SearchOrder::Relevance } else { SearchOrder::Newest };
        let language = (dice.below(4) == 0).then(|| "ru".to_owned());
        let filter = HistoryFilter { language, ..HistoryFilter::default() };
        let request = SearchRequest { query, filter, order, after: None, limit: 7 };
        let here = answers(&sqlite, owner[0], request.clone()).await?;
        let there = answers(postgres, owner[1], request).await?;
        assert_eq!(here, there, "{typed}");
        compared += 1;
        with_hits += u32::from(!here.is_empty());
    }
    assert!(compared > 400 && with_hits > 200, "the searches say little: {compared}, {with_hits} with hits");
    sqlite.close().await?;
    Ok(())
}

/// All pages: what was found, in order, with score and marks. Ids differ between the two, utterances do not.
async fn answers(store: &Store, owner: UserId, mut request: SearchRequest) -> anyhow::Result<Vec<String>> {
    let mut all = Vec::new();
    loop {
        let page = store.transcripts().search(owner, &request).await?;
        for hit in page.hits {
            let shown = hit.snippet.marked("[", "]");
            all.push(format!("{} {:.9} {} {shown}", hit.transcript.utterance, hit.score, hit.in_raw_text));
        }
        let next: Option<SearchCursor> = page.next;
        if next.is_none() {
            return Ok(all);
        }
        request.after = next;
    }
}
