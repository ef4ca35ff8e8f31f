//! Where English hardly ever goes without a comma.

use super::commas::is_in;
use crate::text::draft::View;
use crate::text::lexicon::{is_common, small::is_small};
use crate::text::Tongue;

const SUBJECTS: &str = "i i'm i've i'll i'd we we're we've we'll we'd you're you've you'll he he's he'll he'd she she's she'll \
    she'd they they're they've they'll they'd it's that's there's";
const ANSWERS: &str = "yes no okay thanks";
const GREETINGS: &str = "hi hello hey dear";
const TO_ALL: &str = "everyone everybody all team guys folks colleagues";

/// Whether a comma belongs before word `k` of the sentence that begins with word `begin`.
pub(super) fn comma_before(view: &View<'_>, begin: usize, k: usize) -> bool {
    let (word, before, after) = (view.norm(k), view.norm(k - 1), view.norm(k + 1));
    match word {
        "but" => {
            k > begin + 1
                && k + 2 < view.len()
                && (is_in(after, SUBJECTS) || is_in(after, "you it there this"))
                && !is_in(before, "nothing never sorry none")
        }
        // "No she said" is somebody's words told.
        _ if k == begin + 1 && is_in(before, ANSWERS) => is_in(word, SUBJECTS) && !matches!(word, "he" | "she"),
        _ => ends_greeting(view, begin, k),
    }
}

/// "Hi Anna," before what the letter says.
fn ends_greeting(view: &View<'_>, begin: usize, k: usize) -> bool {
    if !is_in(view.norm(begin), GREETINGS) || k != begin + 2 {
        return false;
    }
    let name = view.norm(k - 1);
    let goes_on = is_small(Tongue::English, view.norm(k)) || is_in(view.norm(k), "thanks thank hope how");
    goes_on && (is_in(name, TO_ALL) || !is_common(Tongue::English, name)) && !is_in(view.norm(k), "and or of in")
}
