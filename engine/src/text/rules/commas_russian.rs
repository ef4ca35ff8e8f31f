//! Where Russian hardly ever goes without a comma.

use super::commas::is_in;
use crate::text::draft::View;

const PREPOSITIONS: &str = "в во на с со к ко у о об от до из за для по под над при про без через между из-за";
/// Words that lean on the clause behind them, so that no comma comes between.
const LEANING: &str = "и или да а но не ни даже лишь только почти именно особенно то если когда что где хотя пока потому \
    как чтобы тогда однако";

/// Whether a comma belongs before word `k` of the sentence that begins with word `begin`.
pub(super) fn comma_before(view: &View<'_>, begin: usize, k: usize) -> bool {
    let (word, before, after) = (view.norm(k), view.norm(k - 1), view.norm(k + 1));
    let leaning = is_in(before, LEANING);
    match word {
        // "Тот, кто", "дом, в котором": the comma stands before the preposition.
        _ if is_in(word, PREPOSITIONS) && word != "из" && after.starts_with("котор") => !is_in(before, "и или а но"),
        // "дома, жители которых": in the genitive it may belong to the noun before it.
        _ if word.starts_with("котор") && !word.ends_with(['х', 'о']) && !is_in(word, "которой которым") => {
            !is_in(before, PREPOSITIONS) && !is_in(before, "и или а но")
        }
        "потому" => after == "что" && !leaning && !is_in(before, "просто может отчасти это так"),
        "что" => {
            !leaning
                && !is_in(before, PREPOSITIONS)
                && k + 2 < view.len()
                && !is_in(before, "так за разве пока чуть мало много вот ну только кое того оттого ты вы он она они я это \
                    еще равно просто чем")
                && !is_in(after, "ли ль бы ни угодно попало же то за")
        }
        "чтобы" => !leaning && !is_in(before, "того тем вместо скорее"),
        "но" => !is_in(before, "и"),
        "а" => !leaning && !is_in(after, "ля б"),
        "если" | "хотя" => !leaning && !is_in(after, "бы"),
        "зато" | "причем" => !leaning,
        "когда" | "где" | "куда" | "откуда" => !leaning && k > begin + 1 && ends_clause(before),
        "пожалуйста" => !leaning,
        _ => before == "пожалуйста" && k > begin,
    }
}

/// Whether the word can end a clause on which a question word depends ("я знаю, где").
fn ends_clause(word: &str) -> bool {
    const ENDINGS: [&str; 15] =
        ["ю", "ем", "им", "ет", "ит", "ут", "ют", "ат", "ят", "л", "ла", "ло", "ли", "ть", "время"];
    ENDINGS.iter().any(|ending| word.ends_with(ending)) || is_in(word, "день том там тогда место")
}
