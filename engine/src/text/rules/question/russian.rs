//! Russian questions: a question word with one verb at most, or "ли".

use super::{Said, is_in, without_lead};

const LEADS: &str = "а и но ну хорошо";
const PREPOSITIONS: &str = "в во у с к о об от до на по за из";
/// Question words behind a preposition ("во сколько", "у кого").
const CASES: &str = "сколько скольких кого кому кем ком чем чему каком какой какую какого какие каких чего что";

pub(super) fn asks(sentence: &[Said<'_>]) -> bool {
    let sentence = without_lead(sentence, LEADS);
    let word = |n: usize| sentence.get(n).map_or("", |said| said.word);
    let (first, second, third) = (word(0), word(1), word(2));
    let words = sentence.len();
    // "как зовут не знаю", "что там ни толкуй"
    let answered = |n: usize| word(n) == "ни" || (word(n) == "не" && is_in(word(n + 1), "знаю помню знает важно"));
    if (1..words).any(answered) {
        return false;
    }
    if words < 2 {
        return is_in(first, "почему зачем правда кто где куда");
    }
    if second == "ли" || (first == "не" && third == "ли") {
        return !is_in(first, "то вряд вот едва мало чуть");
    }
    // A second clause, after a comma or with a verb of its own, makes half a sentence of the question word's.
    let alone = !sentence.iter().skip(1).any(|said| said.after_comma);
    let short = words <= 8 && verbs(sentence) <= 1;
    if is_in(first, PREPOSITIONS) {
        let relative =
            matches!((first, second), ("в" | "по" | "за" | "до", "чем") | ("с", "чего") | ("за" | "по", "что"));
        return alone && short && is_in(second, CASES) && !relative;
    }
    alone
        && match first {
            "почему" | "зачем" | "откуда" => !is_in(second, "то бы"),
            "разве" | "неужели" => true,
            "сколько" => !is_in(second, "раз бы ни угодно можно"),
            "когда" => short && when(second, words),
            "кто" | "где" | "куда" => short && words < 8 && !is_in(second, "бы ни то угодно не как"),
            "как" => short && how(second, third),
            "что" | "чем" | "кому" | "кого" => short && what(second),
            "какой" | "какая" | "какое" | "какие" | "какую" | "каким" | "чей" | "чья" | "чье" => {
                short && which(sentence)
            }
            _ => false,
        }
}

/// "Когда приду, ..." is half a sentence; only what is asked about goes on like this.
fn when(second: &str, words: usize) -> bool {
    const ASKED: &str = "будет будут начинается начнется начало приедет придет вернется состоится можно нам мне планируется \
        открывается закрывается встреча у день следующая следующий";
    words < 8 && (is_in(second, ASKED) || (words == 3 && is_in(second, "ты вы он она они мы")))
}

fn how(second: &str, third: &str) -> bool {
    const ASKED: &str = "дела мне нам тебе вам это сделать называется лучше долго часто зовут прошла прошел прошло работает \
        найти далеко быстро доехать выглядит он";
    // "Как вы мне надоели" asks nothing.
    const OF_YOU: &str = "думаешь думаете считаешь считаете поживаешь поживаете себя относишься относитесь это планируешь \
        планируете собираетесь собираешься добрались доехали там провели узнали";
    let seems = is_in(third, "кажется думается известно видится сказали говорят обещали");
    (is_in(second, ASKED) && !seems) || (is_in(second, "вы ты") && is_in(third, OF_YOU))
}

fn what(second: &str) -> bool {
    const ASKED: &str = "делать это будет случилось нового такое значит думаешь думаете там произошло осталось с вы ты у \
        отличается отличаются могу можно вам тебе";
    is_in(second, ASKED)
}

/// "Какие верные слова!" asks nothing; a verb or somebody asked shows a question.
fn which(sentence: &[Said<'_>]) -> bool {
    const ASKED: &str = "тебе вам у мне нам лучше сегодня сейчас из был была было были самый нужен нужна";
    let second = sentence[1].word;
    let exclaims = is_in(second, "бы то ни кошмар ужас же угодно вы ты он она");
    let asked = verbs(sentence) == 1 || sentence.iter().any(|said| is_in(said.word, ASKED));
    sentence.len() > 2 && !exclaims && asked
}

/// How many words behind the first end like finite verbs.
fn verbs(sentence: &[Said<'_>]) -> usize {
    const ENDINGS: [&str; 20] = [
        "ешь",
        "ишь",
        "ете",
        "ите",
        "ит",
        "ет",
        "ут",
        "ют",
        "ат",
        "ят",
        "ем",
        "им",
        "ал",
        "ил",
        "ел",
        "ала",
        "ила",
        "али",
        "или",
        "ишься",
    ];
    const NO_VERBS: &str = "вместе затем моим твоим своим этим всем ответ привет билет отдел материал совет бюджет нет или \
        проект минут кредит обед";
    let is_verb = |word: &str| {
        let bare = word.strip_suffix("ся").unwrap_or(word);
        word.chars().count() > 3 && !is_in(word, NO_VERBS) && ENDINGS.iter().any(|ending| bare.ends_with(ending))
    };
    sentence.iter().skip(1).filter(|said| is_verb(said.word)).count()
}
