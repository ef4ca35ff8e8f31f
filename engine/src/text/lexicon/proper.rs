//! Given names, countries and large cities: what gets a capital where the recogniser gives none. Names that are words too
//! ("will", "вера") are left to a model.

use std::collections::HashSet;
use std::sync::LazyLock;

use super::is_known;
use crate::text::Tongue;

const ENGLISH: &str = "adam alan albert alex alexander alexandra alice alicia alison amanda amelia andrea andrew andy angela \
    anita ann anna anne annie anthony arthur barbara ben benjamin beth betty brandon brenda brian bruce bryan carl carol \
    caroline catherine cathy charles charlotte chloe chris christian christina christine christopher cindy claire clara \
    colin connor craig cynthia dan daniel danielle dave david deborah debra denise dennis derek diana diane donald donna \
    dorothy doug douglas dylan edward eileen elena eleanor elizabeth ella ellen emily emma eric erica erik ethan eva evan \
    evelyn fiona florence fred frederick gary geoff george gerald gloria gordon graham greg gregory hannah harold harry \
    heather heidi helen helena henry howard hugh ian irene isaac isabel isabella ivan jacob jake james jamie jane janet \
    jason jeff jeffrey jennifer jenny jeremy jerry jesse jessica jessie jill jim jimmy joan joanna joe johann john johnny \
    jonathan jordan joseph josh joshua joyce juan judith judy julia julian julie justin karen karl kate katherine kathleen \
    kathy katie keith kelly ken kenneth kevin kim kyle larry laura lauren lawrence lena leo leon leonard leslie lewis liam \
    linda lisa liz louis louise lucas lucy luke lynn madison maggie marcus margaret maria marie martha martin mary matt \
    matthew max megan melanie melissa michael michelle mike miriam molly monica nancy naomi natalie natasha nathan neil \
    nicholas nicole nigel noah nora norman olga oliver olivia oscar pamela patricia patrick paul paula peggy peter phil \
    philip phillip rachel ralph raymond rebecca richard rita robert roger ronald rory ross roy russell ruth ryan sally \
    samantha samuel sandra sara sarah scott sean sebastian sharon shaun sheila shirley simon sofia sophia sophie stanley \
    stella stephanie stephen steve steven stuart susan suzanne sylvia tara ted teresa terry theresa thomas tiffany tim \
    timothy tina tom tommy tony tracy valerie vanessa vera veronica victoria vincent virginia vivian vladimir walter wayne \
    wendy william yvonne zachary zoe \
    africa albania algeria america amsterdam argentina armenia asia athens atlanta australia austria azerbaijan bangkok \
    barcelona beijing belarus belgium berlin birmingham boston brazil britain brussels budapest bulgaria california canada \
    chicago copenhagen croatia cuba cyprus dallas delhi denmark denver dubai dublin edinburgh egypt england estonia \
    ethiopia europe finland florida france frankfurt geneva germany glasgow greece hamburg helsinki houston hungary iceland \
    india indonesia iran iraq ireland israel istanbul italy japan kazakhstan kenya korea latvia leeds lisbon lithuania \
    liverpool london luxembourg madrid malaysia manchester melbourne mexico miami milan moldova montreal morocco moscow \
    mumbai munich netherlands nigeria norway oslo ottawa pakistan paris philadelphia philippines poland portugal prague \
    romania rome russia scotland seattle serbia singapore slovakia slovenia spain stockholm sweden switzerland sydney \
    taiwan texas thailand tokyo toronto ukraine vancouver venice vienna vietnam warsaw washington zurich";

/// In the nominative; the other cases follow from the ending.
const RUSSIAN: &str = "александр александра алексей алена алина алиса алла анастасия анатолий ангелина андрей \
    анжела анна антон антонина аркадий арсений артем артур ася богдан борис вадим валентин валентина валерий \
    валерия ваня варвара василий василиса вася вероника виктор виктория виталий виталик витя владимир владислав володя \
    всеволод вячеслав галина гена геннадий георгий герман глеб григорий гриша даниил данила дарина дарья даша денис дима \
    диана дмитрий евгений евгения егор екатерина елена елизавета женя жанна захар зина зинаида зоя иван игнат игорь илья \
    инга инна ира ирина катя кирилл клавдия климент константин коля кристина ксения ксюша лариса леонид лера лена леша \
    лида лидия лилия лиза люба людмила люся маргарита марина мария маша матвей милана миша михаил надя наталия наталья \
    наташа настя никита николай нина оксана олег олеся ольга оля павел паша петр петя полина раиса рита родион руслан \
    рустам савелий саша светлана семен сергей сережа соня софия софья станислав степан стас таисия тамара таня \
    тарас татьяна тимофей тимур толя ульяна федор федя филипп эдуард элина эльвира эмма юлия юля юра юрий яна ярослав \
    австралия австрия азербайджан азия албания алжир америка англия аргентина армения африка барселона барнаул белоруссия \
    беларусь бельгия берлин болгария бразилия брюссель будапешт варшава вашингтон великобритания вена венгрия владивосток \
    волгоград вологда воронеж германия голландия греция грузия дания дубай египет екатеринбург женева израиль индия \
    индонезия ирак иран ирландия иркутск исландия испания италия казань казахстан калининград калуга канада киев кипр китай \
    краснодар красноярск крым куба курск латвия липецк литва лондон мадрид мексика милан минск молдавия москва мурманск \
    мюнхен нальчик нигерия нидерланды новгород новосибирск норвегия омск оренбург осло пакистан париж пекин пенза пермь \
    петербург польша португалия прага пятигорск рига рим россия ростов румыния рязань самара саратов севастополь сербия \
    сибирь сингапур словакия словения смоленск сочи стамбул стокгольм сургут сша таганрог таиланд тамбов ташкент тверь \
    тольятти томск тула турция тюмень узбекистан украина урал ульяновск уфа финляндия франция хабаровск хельсинки хорватия \
    чебоксары челябинск чехия чили швейцария швеция шотландия эстония япония ярославль";

static ENGLISH_SET: LazyLock<HashSet<String>> = LazyLock::new(|| {
    ENGLISH.split_whitespace().filter(|name| !is_known(Tongue::English, name)).map(str::to_owned).collect()
});
static RUSSIAN_SET: LazyLock<HashSet<String>> = LazyLock::new(|| {
    let forms = RUSSIAN.split_whitespace().flat_map(|name| declined(&name.replace('ё', "е")));
    forms.filter(|form| !is_known(Tongue::Russian, form)).collect()
});

/// A name in all cases of the singular.
fn declined(name: &str) -> Vec<String> {
    let Some(last) = name.chars().next_back() else { return Vec::new() };
    let stem = &name[..name.len() - last.len_utf8()];
    let (base, endings): (&str, &[&str]) = match last {
        'а' => (stem, &["а", "ы", "и", "е", "у", "ой", "ей"]),
        'я' => (stem, &["я", "и", "е", "ю", "ей"]),
        'й' => (stem, &["й", "я", "ю", "ем", "е", "и"]),
        'ь' => (stem, &["ь", "я", "ю", "ем", "е", "и", "ью"]),
        'о' | 'и' | 'ы' | 'е' => (name, &[""]),
        _ => (name, &["", "а", "у", "ом", "ем", "е"]),
    };
    endings.iter().map(|ending| format!("{base}{ending}")).collect()
}

/// Whether the (normalised) word is a name and nothing else.
pub(crate) fn is_proper(tongue: Tongue, word: &str) -> bool {
    match tongue {
        Tongue::English => ENGLISH_SET.contains(word.strip_suffix("'s").unwrap_or(word)),
        Tongue::Russian => RUSSIAN_SET.contains(word),
        Tongue::Other => false,
    }
}

/// Whether the word, standing right behind a given name, is the rest of somebody's name.
pub(crate) fn is_surname(tongue: Tongue, word: &str) -> bool {
    #[rustfmt::skip]
    const ENDINGS: [&str; 25] = [
        "ович", "евич", "овича", "евича", "овичу", "евичу", "овичем", "евичем", "овна", "евна", "овны", "евны", "овне", "евне",
        "овну", "евну", "ов", "ова", "ову", "овым", "ев", "ева", "ин", "ский", "енко",
    ];
    if word.chars().count() < 4 || !word.chars().all(char::is_alphabetic) || is_known(tongue, word) {
        return false;
    }
    match tongue {
        // "Anna strayed": what may be a verb or an adverb is left alone.
        Tongue::English => !["ed", "ing", "ly"].iter().any(|ending| word.ends_with(ending)),
        Tongue::Russian => ENDINGS.iter().any(|ending| word.ends_with(ending)),
        Tongue::Other => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_known_in_every_case_and_words_are_not_names() {
        for name in ["anna", "london", "john's"] {
            assert!(is_proper(Tongue::English, name), "{name}");
        }
        for name in ["анна", "анне", "олей", "игорем", "россии", "москве", "сергею"]
        {
            assert!(is_proper(Tongue::Russian, name), "{name}");
        }
        for word in ["will", "mark", "may", "the"] {
            assert!(!is_proper(Tongue::English, word), "{word}");
        }
        for word in ["роман", "вера", "надежда", "клин", "мили"] {
            assert!(!is_proper(Tongue::Russian, word), "{word}");
        }
        assert!(is_surname(Tongue::Russian, "петрович") && !is_surname(Tongue::Russian, "столов"));
    }
}
