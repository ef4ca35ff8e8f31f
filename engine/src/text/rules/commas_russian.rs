//! Where Russian hardly ever goes without a comma.

use super::commas::is_in;
use crate::text::Tongue;
use crate::text::draft::View;
use crate::text::lexicon::proper::{is_proper, is_surname};

const PREPOSITIONS: &str = "в во на с со к ко у о об от до из за для по под над при про без через между из-за";
/// Words that lean on the clause behind them, so that no comma comes between.
const LEANING: &str = "и или да а но не ни даже лишь только почти именно особенно то если когда что где хотя пока потому \
    как чтобы тогда однако";

/// Words that stand apart at the beginning of a sentence.
const APART: &str = "во-первых во-вторых в-третьих кстати по-моему наверное например впрочем";
const GREETINGS: &str = "привет здравствуй здравствуйте";
const DEAR: &str = "уважаемый уважаемая дорогой дорогая";

/// Whether a comma belongs before word `k` of the sentence that begins with word `begin`.
pub(super) fn comma_before(view: &View<'_>, begin: usize, k: usize) -> bool {
    let (word, before, after) = (view.norm(k), view.norm(k - 1), view.norm(k + 1));
    let leaning = is_in(before, LEANING);
    match word {
        // "Тот, кто", "дом, в котором": the comma stands before the preposition.
        _ if is_in(word, PREPOSITIONS) && word != "из" && after.starts_with("котор") => {
            !is_in(before, "и или а но")
        }
        // "дома, жители которых": in the genitive it may belong to the noun before it.
        _ if word.starts_with("котор") && !word.ends_with(['х', 'о']) && !is_in(word, "которой которым") => {
            !is_in(before, PREPOSITIONS) && !is_in(before, "и или а но")
        }
        "потому" => after == "что" && !leaning && !is_in(before, "просто может отчасти это так"),
        "что" => {
            !leaning
                && !is_in(before, PREPOSITIONS)
                && k + 2 < view.len()
                && !is_in(
                    before,
                    "так за разве пока чуть мало много вот ну только кое того оттого ты вы он она они я это \
                    еще равно просто чем",
                )
                && !is_in(after, "ли ль бы ни угодно попало же то за")
        }
        "чтобы" => !leaning && !is_in(before, "того тем вместо скорее"),
        "но" => !is_in(before, "и") && !after.is_empty(),
        // "Витамин а", "5 а": a letter.
        "а" => {
            let letter = is_in(before, "буква буквы букву витамин витамина группа группы вариант пункт")
                || before.ends_with(|c: char| c.is_ascii_digit());
            !leaning && !letter && !after.is_empty() && !is_in(after, "ля б")
        }
        "если" | "хотя" => !leaning && !is_in(after, "бы"),
        "зато" | "причем" | "пожалуйста" => !leaning,
        "когда" | "где" | "куда" | "откуда" => !leaning && k > begin + 1 && ends_clause(before),
        _ if is_in(word, "во-вторых в-третьих") => !leaning,
        _ if is_in(before, "во-вторых в-третьих пожалуйста") => true,
        _ if k == begin + 1 && is_in(before, APART) => !is_in(word, "говоря сказать и не"),
        _ => addressed(view, begin, k),
    }
}

/// "Привет, Анна, ", "Добрый день, Иван Петрович, ", "Уважаемая Анна, ": around the name at the beginning.
fn addressed(view: &View<'_>, begin: usize, k: usize) -> bool {
    let name = |k: usize| is_proper(Tongue::Russian, view.norm(k));
    let good_day = is_in(view.norm(begin), "добрый доброе") && is_in(view.norm(begin + 1), "день вечер утро");
    let greeting = usize::from(is_in(view.norm(begin), GREETINGS)) + if good_day { 2 } else { 0 };
    let first = begin + greeting.max(usize::from(is_in(view.norm(begin), DEAR)));
    if first == begin || !name(first) {
        return false;
    }
    let end = first + 1 + usize::from(is_surname(Tongue::Russian, view.norm(first + 1)));
    (k == first && greeting > 0) || (k == end && !is_in(view.norm(k), "и или"))
}

/// Whether the word can end a clause on which a question word depends ("я знаю, где").
fn ends_clause(word: &str) -> bool {
    const ENDINGS: [&str; 15] =
        ["ю", "ем", "им", "ет", "ит", "ут", "ют", "ат", "ят", "л", "ла", "ло", "ли", "ть", "время"];
    ENDINGS.iter().any(|ending| word.ends_with(ending)) || is_in(word, "день том там тогда место")
}
