//! Filler words and the company in which they fill, or mean something.

use crate::text::Tongue;

/// How sure a filler must be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Certainty {
    /// The rules drop it.
    Certain,
    /// The guard lets a model drop it.
    Likely,
}

/// A filler of one or more words and where it is one.
pub(super) struct Soft {
    pub phrase: &'static [&'static str],
    /// Between two commas, or between the sentence's edge and a comma.
    pub fenced: bool,
    /// At the beginning of a sentence without a comma.
    pub opening: bool,
    /// At the end of a sentence without a comma.
    pub closing: bool,
    /// After one of these words without a comma, and before one of those (none given: any).
    pub after: &'static [&'static str],
    pub before: &'static [&'static str],
    /// Words before it, or after it, with which it means something.
    pub never_after: &'static [&'static str],
    pub never_before: &'static [&'static str],
    pub certainty: Certainty,
}

const SOFT: Soft = Soft {
    phrase: &[],
    fenced: true,
    opening: false,
    closing: false,
    after: &[],
    before: &[],
    never_after: &[],
    never_before: &[],
    certainty: Certainty::Certain,
};

/// With commas they say nothing; without, they mean something ("so" draws a conclusion, "well" praises). Left to a model.
const fn likely(phrase: &'static [&'static str]) -> Soft {
    Soft { phrase, certainty: Certainty::Likely, ..SOFT }
}

#[rustfmt::skip]
const ENGLISH: &[Soft] = &[
    Soft {
        phrase: &["like"],
        after: &["was", "were", "is", "it's", "i'm", "he's", "she's", "they're", "we're", "and", "but", "so"],
        before: &["really", "totally", "literally", "super", "so", "very", "pretty", "completely", "absolutely"],
        never_after: &["would", "i", "you", "we", "they", "do", "to", "don't", "looks", "look", "sounds", "feels", "not"],
        ..SOFT
    },
    Soft {
        phrase: &["you", "know"],
        after: &["is", "was", "it's", "and", "but", "so", "just", "that's", "were", "are"],
        never_after: &[
            "do", "did", "if", "as", "let", "that", "what", "would", "should", "will", "when", "how", "because",
        ],
        never_before: &[
            "what", "that", "how", "who", "why", "where", "when", "if", "it", "about", "him", "her", "them", "me", "us", "this",
            "the", "a", "an", "my", "your", "his", "whether", "anything", "something", "nothing", "more", "better", "all", "any",
            "some", "everything", "of", "as", "best", "well",
        ],
        ..SOFT
    },
    Soft {
        phrase: &["i", "mean"],
        // Between two parts of a sentence it corrects as often as it fills.
        fenced: false,
        never_before: &["it", "that", "what", "to", "well", "business", "the"],
        never_after: &["what", "do", "that", "know"],
        ..SOFT
    },
    likely(&["sort", "of"]),
    likely(&["kind", "of"]),
    likely(&["basically"]),
    likely(&["so"]),
    likely(&["well"]),
    likely(&["okay", "so"]),
];

#[rustfmt::skip]
const RUSSIAN: &[Soft] = &[
    Soft {
        phrase: &["ну", "вот"],
        opening: true,
        never_before: &["и", "так", "это", "почему", "что", "тебе", "вам"],
        ..SOFT
    },
    Soft {
        phrase: &["ну"],
        opening: true,
        after: &[
            "я", "мы", "ты", "вы", "он", "она", "они", "это", "но", "что", "там", "тут", "просто", "потом", "когда", "если",
            "еще", "уже", "потому", "поэтому", "все", "тоже", "так", "в", "на",
        ],
        never_after: &["да", "а", "и", "тем", "ай"],
        never_before: &["и", "что", "ну", "да", "нет", "уж", "же", "ка", "как", "конечно"],
        ..SOFT
    },
    Soft {
        phrase: &["вот"],
        closing: true,
        after: &["я", "мы", "ты", "вы", "он", "она", "они"],
        never_after: &["так", "это", "и", "а", "да", "где", "вот"],
        never_before: &[
            "так", "это", "этот", "эта", "эти", "этого", "этой", "что", "почему", "где", "здесь", "тут", "там", "такой",
            "такая", "такие", "такое", "и", "уже", "только", "как", "он", "она", "они", "ведь", "вот", "тебе", "вам", "бы",
            "именно", "кто", "куда", "когда", "теперь", "еще",
        ],
        ..SOFT
    },
    Soft {
        phrase: &["как", "бы"],
        after: &[
            "это", "я", "мы", "ты", "вы", "он", "она", "они", "и", "но", "просто", "тоже", "уже", "все", "там", "тут", "то",
            "есть", "был", "была", "было", "были", "что",
        ],
        never_before: &[
            "ни", "то", "там", "нам", "мне", "вам", "вы", "ты", "он", "она", "мы", "я", "они", "это", "хотел", "хотела",
            "хотели", "чего", "сказать",
        ],
        ..SOFT
    },
    Soft {
        phrase: &["типа"],
        after: &[
            "я", "мы", "ты", "вы", "он", "она", "они", "это", "и", "но", "ну", "там", "просто", "уже", "бы", "нас", "вас", "меня",
            "него", "нее", "них",
        ],
        never_before: &["того", "этого", "этой", "этих", "таких", "такого", "такой"],
        ..SOFT
    },
    Soft { phrase: &["так", "сказать"], ..SOFT },
    Soft { phrase: &["короче"], opening: true, never_before: &["говоря", "чем", "на", "всего", "путь", "и"], ..SOFT },
    Soft { phrase: &["это", "самое"], ..SOFT },
    likely(&["в", "общем"]),
    likely(&["собственно"]),
    likely(&["так"]),
];

pub(super) fn table(tongue: Tongue) -> &'static [Soft] {
    match tongue {
        Tongue::English => ENGLISH,
        Tongue::Russian => RUSSIAN,
        Tongue::Other => &[],
    }
}
