//! Small words: articles, pronouns, prepositions, conjunctions, auxiliaries. They are stuttered most, they are never
//! names, and they carry a capital only at the beginning of a sentence.

use crate::text::Tongue;

const ENGLISH: &str = "a an the this that these those i you he she it we they me him her us them my your his its our \
    their mine yours hers ours theirs who whom whose which what where when why how and or but so if because as than then \
    though although while until till since of to in on at by for from with without about into onto over under after \
    before between through during against within off up down out not no is am are was were be been being do does did \
    have has had can could will would shall should may might must i'm i've i'll i'd you're you've you'll he's she's it's \
    we're we've we'll they're they've they'll that's there's here's what's don't doesn't didn't isn't aren't wasn't \
    weren't can't couldn't won't wouldn't shouldn't haven't hasn't hadn't let's there here just also too very all any \
    some each every both few more most such only own same again ever never yes let please it'll who's where's";

const RUSSIAN: &str = "и а но да или либо то что чтобы как если когда где куда откуда почему зачем потому поэтому хотя \
    пока ли же бы ведь не ни нет в во на с со к ко у о об обо от до из за по под над при про для без через между перед \
    после около я ты он она оно мы вы они меня тебя его ее нас вас их мне тебе ему ей нам вам им мной тобой ним ней ними \
    нем них него нее мой моя мое мои твой твоя свой своя свое свои наш наша наше наши ваш ваша ваше ваши этот эта это \
    эти того этого этой этим этих тот та те том тому тем был была было были есть будет будут буду будем быть так там тут \
    здесь вот ну уже еще тоже также только очень все всё всех всем весь вся сам сама сами себя себе кто который которая \
    которое которые какой какая какие чей лишь даже может можно надо нужно пожалуйста";

/// Whether the (normalised) word is one of the language's small words.
pub(crate) fn is_small(tongue: Tongue, word: &str) -> bool {
    static ENGLISH_SET: std::sync::LazyLock<std::collections::HashSet<&str>> =
        std::sync::LazyLock::new(|| ENGLISH.split_whitespace().collect());
    static RUSSIAN_SET: std::sync::LazyLock<std::collections::HashSet<&str>> =
        std::sync::LazyLock::new(|| RUSSIAN.split_whitespace().collect());
    match tongue {
        Tongue::English => ENGLISH_SET.contains(word),
        Tongue::Russian => RUSSIAN_SET.contains(word),
        Tongue::Other => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_words_are_known_in_both_languages() {
        assert!(is_small(Tongue::English, "they're"));
        assert!(is_small(Tongue::Russian, "чтобы"));
        assert!(!is_small(Tongue::English, "table"));
        assert!(!is_small(Tongue::Other, "the"));
    }
}
