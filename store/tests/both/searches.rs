use std::time::Duration;

use store::{HistoryFilter, SearchOrder, SearchRequest, TranscriptId};

use crate::list;
use crate::world::{Case, Outcome, START, World, search, stored, utterance};

pub fn cases() -> Vec<Case> {
    list![
        any_form_of_a_word_finds_any_other,
        all_words_must_occur_and_phrases_in_order,
        a_star_finds_any_ending,
        raw_text_is_searched_as_well,
        hits_are_marked_in_a_piece_of_the_text,
        better_matches_come_first_and_newer_ones_before_equals,
        pages_of_a_search_show_everything_once,
        a_search_is_filtered,
        one_person_finds_nothing_of_another,
        phrases_and_beginnings_are_found_in_a_text_of_any_length,
        only_the_newest_matches_are_ranked,
    ]
}

async fn any_form_of_a_word_finds_any_other(w: World) -> Outcome {
    let owner = w.user("anna").await?.id;
    for text in ["Отчёт готов", "Сдать ОТЧЕТЫ", "He runs fast", "Running late", "Письмо отправлено", "Ёлки растут"]
    {
        w.say(owner, text).await?;
    }
    let sorted = async |typed: &str| -> anyhow::Result<Vec<String>> {
        let mut found = w.found(owner, typed).await?;
        found.sort_unstable();
        Ok(found)
    };
    for typed in ["отчёты", "отчет", "ОТЧЁТА", "отчётами"] {
        assert_eq!(sorted(typed).await?, ["Отчёт готов", "Сдать ОТЧЕТЫ"], "{typed}");
    }
    for typed in ["run", "running", "RUNS"] {
        assert_eq!(sorted(typed).await?, ["He runs fast", "Running late"], "{typed}");
    }
    assert_eq!(sorted("елка").await?, ["Ёлки растут"]);
    assert_eq!(sorted("письма отправлены").await?, ["Письмо отправлено"]);
    assert!(sorted("отправитель").await?.is_empty());
    Ok(())
}

async fn all_words_must_occur_and_phrases_in_order(w: World) -> Outcome {
    let owner = w.user("anna").await?.id;
    w.say(owner, "годовой отчёт о продажах").await?;
    w.say(owner, "отчёт годовой комиссии").await?;
    assert_eq!(w.found(owner, "годовой отчёт").await?.len(), 2);
    assert_eq!(w.found(owner, "отчёт продажи").await?, ["годовой отчёт о продажах"]);
    assert_eq!(w.found(owner, "\"годовые отчёты\"").await?, ["годовой отчёт о продажах"]);
    assert_eq!(w.found(owner, "\"отчёт годовой\" комиссия").await?, ["отчёт годовой комиссии"]);
    assert!(w.found(owner, "отчёт погода").await?.is_empty());
    assert!(w.found(owner, "\"отчёт продажи\"").await?.is_empty());
    Ok(())
}

async fn a_star_finds_any_ending(w: World) -> Outcome {
    let owner = w.user("anna").await?.id;
    for text in ["конфигурация", "конференция", "configuration"] {
        w.say(owner, text).await?;
    }
    assert_eq!(w.found(owner, "конф*").await?.len(), 2);
    assert_eq!(w.found(owner, "конфиг*").await?, ["конфигурация"]);
    assert_eq!(w.found(owner, "CONF*").await?, ["configuration"]);
    assert!(w.found(owner, "конф").await?.is_empty());
    Ok(())
}

async fn raw_text_is_searched_as_well(w: World) -> Outcome {
    let owner = w.user("anna").await?.id;
    let mut said = utterance(owner, 1, "Встреча в 15:00", w.now());
    said.raw_text = "эээ встреча в пятнадцать часов".into();
    w.store.transcripts().record(&[said]).await?;
    let by_raw = w.search(owner, "час пятнадцать").await?;
    assert!(by_raw.hits[0].in_raw_text);
    assert_eq!(by_raw.hits[0].snippet.marked("[", "]"), "эээ встреча в [пятнадцать] [часов]");
    let by_text = w.search(owner, "15").await?;
    assert!(!by_text.hits[0].in_raw_text);
    // A phrase does not reach from one text into the other.
    assert!(w.found(owner, "\"00 эээ\"").await?.is_empty());
    Ok(())
}

async fn hits_are_marked_in_a_piece_of_the_text(w: World) -> Outcome {
    let owner = w.user("anna").await?.id;
    w.say(owner, &format!("{}сдать отчёты{}", "вступление ".repeat(60), " и так далее".repeat(60))).await?;
    let page = w.search(owner, "отчёт").await?;
    let shown = page.hits[0].snippet.marked("<", ">");
    assert!(shown.contains("сдать <отчёты> и так далее") && shown.starts_with('…') && shown.ends_with('…'), "{shown}");
    Ok(())
}

async fn better_matches_come_first_and_newer_ones_before_equals(w: World) -> Outcome {
    let owner = w.user("anna").await?.id;
    w.say_at(owner, "отчёт, отчёт и снова отчёт", START).await?;
    w.say_at(owner, "отчёт раз", START.plus(Duration::from_secs(1))).await?;
    w.say_at(owner, "отчёт два", START.plus(Duration::from_secs(2))).await?;
    assert_eq!(w.found(owner, "отчёт").await?, ["отчёт, отчёт и снова отчёт", "отчёт два", "отчёт раз"]);
    let newest = SearchRequest { order: SearchOrder::Newest, ..search("отчёт") };
    let page = w.store.transcripts().search(owner, &newest).await?;
    let texts: Vec<_> = page.hits.iter().map(|hit| hit.transcript.text.as_str()).collect();
    assert_eq!(texts, ["отчёт два", "отчёт раз", "отчёт, отчёт и снова отчёт"]);
    Ok(())
}

async fn pages_of_a_search_show_everything_once(w: World) -> Outcome {
    let owner = w.user("anna").await?.id;
    let mut said = Vec::new();
    for n in 0..37_u64 {
        let text = format!("отчёт {}", "отчёт ".repeat((n % 5) as usize));
        said.push(w.say_at(owner, &text, START.plus(Duration::from_secs(n))).await?);
    }
    for order in [SearchOrder::Relevance, SearchOrder::Newest] {
        let mut seen: Vec<TranscriptId> = Vec::new();
        let mut after = None;
        loop {
            let request = SearchRequest { order, after, limit: 7, ..search("отчёт") };
            let page = w.store.transcripts().search(owner, &request).await?;
            seen.extend(page.hits.iter().map(|hit| hit.transcript.id));
            // As a client would send it back.
            after = page.next.map(|cursor| cursor.to_string().parse()).transpose()?;
            if after.is_none() {
                break;
            }
        }
        let whole = SearchRequest { order, ..search("отчёт") };
        let whole = w.store.transcripts().search(owner, &whole).await?;
        assert_eq!(seen, whole.hits.iter().map(|hit| hit.transcript.id).collect::<Vec<_>>(), "{order:?}");
        seen.sort_unstable();
        assert_eq!(seen, said, "{order:?}");
    }
    Ok(())
}

async fn a_search_is_filtered(w: World) -> Outcome {
    let owner = w.user("anna").await?.id;
    for n in 0..6_u64 {
        let mut said = utterance(owner, n, "отчёт", START.plus(Duration::from_secs(n)));
        said.app = format!("app{}", n % 2);
        stored(&w.store.transcripts().record(&[said]).await?)?;
    }
    for order in [SearchOrder::Relevance, SearchOrder::Newest] {
        let filter = HistoryFilter {
            app: Some("app1".to_owned()),
            from: Some(START.plus(Duration::from_secs(1))),
            to: Some(START.plus(Duration::from_secs(5))),
            ..HistoryFilter::default()
        };
        let request = SearchRequest { filter, order, ..search("отчёты") };
        assert_eq!(w.store.transcripts().search(owner, &request).await?.hits.len(), 2, "{order:?}");
    }
    Ok(())
}

async fn one_person_finds_nothing_of_another(w: World) -> Outcome {
    let (anna, boris) = (w.user("anna").await?.id, w.user("boris").await?.id);
    w.say(anna, "тайный отчёт").await?;
    w.say(boris, "явный отчёт").await?;
    assert_eq!(w.found(boris, "отчёт").await?, ["явный отчёт"]);
    assert!(w.found(boris, "тайный").await?.is_empty());
    // Not by the word that stands for her in the index, either.
    let her_word = anna.as_uuid().simple().to_string();
    assert!(w.found(boris, &her_word).await?.is_empty());
    assert!(w.found(boris, &format!("{}*", &her_word[..6])).await?.is_empty());
    Ok(())
}

async fn phrases_and_beginnings_are_found_in_a_text_of_any_length(w: World) -> Outcome {
    let owner = w.user("anna").await?.id;
    for (number, words) in [(1, 10), (2, 5_000), (3, 25_000)] {
        let filling = (0..words).map(|n| format!("слово{n}x ")).collect::<String>();
        let text = format!("{filling} жёлтая подводная лодка и подводная скала");
        stored(&w.store.transcripts().record(&[utterance(owner, number, &text, w.now())]).await?)?;
    }
    for (typed, found) in [
        ("\"подводная лодка\"", 3),
        ("\"жёлтая подводная лодка\"", 3),
        ("\"лодка подводная\"", 0),
        ("\"жёлтая скала\"", 0),
        ("под*", 3),
        ("подв*", 3),
        ("подво*", 3),
        ("подвы*", 0),
    ] {
        assert_eq!(w.found(owner, typed).await?.len(), found, "{typed}");
    }
    Ok(())
}

async fn only_the_newest_matches_are_ranked(w: World) -> Outcome {
    let owner = w.user("anna").await?.id;
    let mut batch = vec![utterance(owner, 9999, "отчёт отчёт отчёт", START)];
    batch.extend((0..300).map(|n| utterance(owner, n, "отчёт", START.plus(Duration::from_secs(n + 1)))));
    w.store.transcripts().record(&batch).await?;
    let request = SearchRequest { limit: 1, ..search("отчёт") };
    let best = w.store.transcripts().search(owner, &request).await?;
    assert_eq!(best.hits[0].transcript.utterance, "s1:299", "the oldest is beyond what is ranked");
    let narrowed = HistoryFilter { to: Some(START.plus(Duration::from_secs(10))), ..HistoryFilter::default() };
    let request = SearchRequest { filter: narrowed, ..request };
    let best = w.store.transcripts().search(owner, &request).await?;
    assert_eq!(best.hits[0].transcript.utterance, "s1:9999");
    Ok(())
}
