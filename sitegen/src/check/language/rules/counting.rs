//! Agreement with numbers: "priimti 22 sprendimai", "priimta 20 sprendimų", "priimtas 21 sprendimas".

use std::sync::LazyLock;

use rustc_hash::FxHashMap;

use super::super::words::Word;
use super::{Finding, MistakeKind, Reading};

/// Masculine nouns: nominative and genitive of the singular, then of the plural.
const MASCULINE: &[&str] = &[
    "sprendimas sprendimo sprendimai sprendimų",
    "klausimas klausimo klausimai klausimų",
    "projektas projekto projektai projektų",
    "renginys renginio renginiai renginių",
    "dalyvis dalyvio dalyviai dalyvių",
    "gyventojas gyventojo gyventojai gyventojų",
    "euras euro eurai eurų",
    "narys nario nariai narių",
    "mokinys mokinio mokiniai mokinių",
    "vaikas vaiko vaikai vaikų",
    "darbuotojas darbuotojo darbuotojai darbuotojų",
    "balsas balso balsai balsų",
    "prašymas prašymo prašymai prašymų",
    "skundas skundo skundai skundų",
    "leidimas leidimo leidimai leidimų",
    "įsakymas įsakymo įsakymai įsakymų",
    "potvarkis potvarkio potvarkiai potvarkių",
    "dokumentas dokumento dokumentai dokumentų",
    "pasiūlymas pasiūlymo pasiūlymai pasiūlymų",
    "posėdis posėdžio posėdžiai posėdžių",
    "kandidatas kandidato kandidatai kandidatų",
    "lankytojas lankytojo lankytojai lankytojų",
    "savanoris savanorio savanoriai savanorių",
    "medis medžio medžiai medžių",
    "objektas objekto objektai objektų",
    "kilometras kilometro kilometrai kilometrų",
    "metras metro metrai metrų",
    "hektaras hektaro hektarai hektarų",
    "procentas procento procentai procentų",
    "mėnuo mėnesio mėnesiai mėnesių",
    "autobusas autobuso autobusai autobusų",
    "maršrutas maršruto maršrutai maršrutų",
    "sklypas sklypo sklypai sklypų",
    "pastatas pastato pastatai pastatų",
    "būstas būsto būstai būstų",
    "butas buto butai butų",
    "asmuo asmens asmenys asmenų",
    "žmogus žmogaus žmonės žmonių",
    "pareiškėjas pareiškėjo pareiškėjai pareiškėjų",
    "specialistas specialisto specialistai specialistų",
    "mokytojas mokytojo mokytojai mokytojų",
    "rinkėjas rinkėjo rinkėjai rinkėjų",
    "konkursas konkurso konkursai konkursų",
    "susitikimas susitikimo susitikimai susitikimų",
    "pranešimas pranešimo pranešimai pranešimų",
    "atsakymas atsakymo atsakymai atsakymų",
    "kelias kelio keliai kelių",
    "tiltas tilto tiltai tiltų",
    "kartas karto kartai kartų",
    "milijonas milijono milijonai milijonų",
    "tūkstantis tūkstančio tūkstančiai tūkstančių",
];
/// Feminine ones.
const FEMININE: &[&str] = &[
    "diena dienos dienos dienų",
    "valanda valandos valandos valandų",
    "minutė minutės minutės minučių",
    "savaitė savaitės savaitės savaičių",
    "paraiška paraiškos paraiškos paraiškų",
    "sutartis sutarties sutartys sutarčių",
    "vieta vietos vietos vietų",
    "seniūnija seniūnijos seniūnijos seniūnijų",
    "įstaiga įstaigos įstaigos įstaigų",
    "rezoliucija rezoliucijos rezoliucijos rezoliucijų",
    "paslauga paslaugos paslaugos paslaugų",
    "programa programos programos programų",
    "priemonė priemonės priemonės priemonių",
    "šeima šeimos šeimos šeimų",
    "įmonė įmonės įmonės įmonių",
    "organizacija organizacijos organizacijos organizacijų",
    "mokykla mokyklos mokyklos mokyklų",
    "gatvė gatvės gatvės gatvių",
    "knyga knygos knygos knygų",
    "pažyma pažymos pažymos pažymų",
    "komisija komisijos komisijos komisijų",
    "išmoka išmokos išmokos išmokų",
    "stipendija stipendijos stipendijos stipendijų",
    "licencija licencijos licencijos licencijų",
    "apklausa apklausos apklausos apklausų",
    "moteris moters moterys moterų",
    "tona tonos tonos tonų",
];
/// Passive participles of what a municipality does, without their endings.
const PARTICIPLES: &[&str] = &[
    "priimt",
    "patvirtint",
    "apsvarstyt",
    "pateikt",
    "gaut",
    "skirt",
    "išduot",
    "pasirašyt",
    "užregistruot",
    "surinkt",
    "pakeist",
    "panaikint",
    "nupirkt",
    "parengt",
    "surengt",
    "suorganizuot",
    "atnaujint",
    "išnagrinėt",
    "įvertint",
    "finansuot",
    "paskelbt",
    "įsigyt",
    "išleist",
    "nustatyt",
    "atlikt",
    "įrengt",
    "sutvarkyt",
    "suteikt",
    "paskirt",
    "atmest",
    "įregistruot",
    "svarstyt",
    "aptart",
    "išmokėt",
    "apdovanot",
    "pakviest",
    "sukurt",
    "įgyvendint",
    "pastatyt",
    "pasodint",
    "išdalyt",
    "išspręst",
    "sudaryt",
    "suremontuot",
    "įdarbint",
    "apklaust",
    "planuojam",
    "numatom",
    "svarstom",
    "teikiam",
    "skelbiam",
    "rengiam",
    "organizuojam",
    "tvarkom",
    "finansuojam",
    "registruojam",
];
/// After these a number is a name, not an amount.
const BEFORE_CODE: &[&str] = &[
    "nr",
    "no",
    "punkto",
    "punkte",
    "straipsnio",
    "str",
    "p",
    "d",
    "m",
    "sausio",
    "vasario",
    "kovo",
    "balandžio",
    "gegužės",
    "birželio",
    "liepos",
    "rugpjūčio",
    "rugsėjo",
    "spalio",
    "lapkričio",
    "gruodžio",
    "tel",
    "g",
    "a",
    "iki",
];
/// What may stand after a noun that is itself counted; before any other word it could belong to that word: "22 gyventojų
/// prašymai".
const FUNCTION_WORDS: &[&str] = &[
    "ir", "bei", "ar", "arba", "o", "bet", "dėl", "su", "iš", "už", "per", "į", "nuo", "iki", "apie", "prie", "po",
    "pagal", "kurie", "kurios", "kad",
];

#[derive(Clone, Copy, PartialEq, Eq)]
enum Gender {
    Masculine,
    Feminine,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
    NominativeSingular,
    GenitiveSingular,
    NominativePlural,
    GenitivePlural,
    /// The genitive of the plural without its ogonek, "sprendimu".
    Bare,
}

/// How a number counts.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Count {
    /// 1, 21: the singular.
    One,
    /// 2 to 9, 22: the plural.
    Few,
    /// 0, 10 to 20, 30: the genitive of the plural.
    Many,
    /// 2,5: the genitive of the singular.
    Part,
}

struct Noun {
    gender: Gender,
    /// In the order of [`Form`].
    forms: [&'static str; 4],
}

impl Noun {
    fn after(&self, count: Count) -> &'static str {
        let [one, part, few, many] = self.forms;
        match count {
            Count::One => one,
            Count::Few => few,
            Count::Many => many,
            Count::Part => part,
        }
    }
}

/// By each form of a noun: which nouns, and which forms they may be.
static NOUNS: LazyLock<FxHashMap<String, Vec<(&'static Noun, Form)>>> = LazyLock::new(|| {
    const FORMS: [Form; 4] =
        [Form::NominativeSingular, Form::GenitiveSingular, Form::NominativePlural, Form::GenitivePlural];
    let mut nouns: FxHashMap<String, Vec<(&'static Noun, Form)>> = FxHashMap::default();
    for noun in ALL_NOUNS.iter() {
        for (text, form) in noun.forms.iter().zip(FORMS) {
            nouns.entry((*text).to_owned()).or_default().push((noun, form));
        }
        if let [.., many] = noun.forms
            && let Some(stem) = many.strip_suffix('ų')
        {
            nouns.entry(format!("{stem}u")).or_default().push((noun, Form::Bare));
        }
    }
    nouns
});

static ALL_NOUNS: LazyLock<Vec<Noun>> = LazyLock::new(|| {
    let noun = |line: &&'static str, gender| {
        let mut forms = line.split(' ');
        Some(Noun { gender, forms: [forms.next()?, forms.next()?, forms.next()?, forms.next()?] })
    };
    let masculine = MASCULINE.iter().filter_map(|line| noun(line, Gender::Masculine));
    masculine.chain(FEMININE.iter().filter_map(|line| noun(line, Gender::Feminine))).collect()
});

/// A number with the noun after it.
struct Counted<'r> {
    /// Where the number begins, as a word of the text.
    first: usize,
    noun_at: usize,
    count: Count,
    readings: &'r [(&'static Noun, Form)],
}

/// Finds numbers whose noun or participle does not agree.
pub(super) fn check(reading: &Reading<'_>, found: &mut Vec<Finding>) {
    for at in 1..reading.words.len() {
        let Some(counted) = counted(reading, at) else { continue };
        let wrong = with_participle(reading, &counted).or_else(|| alone(reading, &counted));
        found.extend(wrong);
    }
}

/// The number that stands before the word at `at`, when that word is one of our nouns.
fn counted<'r>(reading: &Reading<'_>, at: usize) -> Option<Counted<'r>> {
    let word = reading.word(at).filter(|word| word.is_joined)?;
    let number = reading.before(at).filter(|number| number.is_number())?;
    let readings = NOUNS.get(word.lower.as_ref())?;
    let (first, count) = count(reading, at - 1, number)?;
    Some(Counted { first, noun_at: at, count, readings })
}

/// Where the number that ends with the word at `at` begins, and how it counts. None when it is a year, a code, a date.
fn count(reading: &Reading<'_>, at: usize, number: &Word<'_>) -> Option<(usize, Count)> {
    let mut first = at;
    // "1 022": the groups of one number.
    while let Some(group) = reading.before(first).filter(|group| group.is_number() && group.text.len() <= 3) {
        if reading.word(first).is_none_or(|word| word.text.len() != 3) || group.text.len() > 3 {
            break;
        }
        first -= 1;
    }
    let before = reading.word(first)?.range.start;
    let before = reading.text.get(..before)?.chars().next_back();
    let before_that = first.checked_sub(1).and_then(|place| reading.word(place));
    let is_year =
        first == at && number.text.len() == 4 && matches!(number.text.get(..2), Some("18" | "19" | "20" | "21"));
    if is_year || number.text.starts_with('0') && number.text.len() < 3 && before != Some(',') {
        return None;
    }
    match before {
        Some(',') if before_that.is_some_and(Word::is_number) => return Some((first - 1, Count::Part)),
        None | Some('(' | '„' | '–' | '\u{a0}' | '\n') => {}
        Some(c) if c.is_whitespace() => {}
        _ => return None,
    }
    if before_that.is_some_and(|word| BEFORE_CODE.contains(&word.lower.as_ref())) {
        return None;
    }
    let last = number.text.get(number.text.len().saturating_sub(2)..)?.parse::<u32>().ok()?;
    let count = match (last, last % 10) {
        (11..=19, _) | (_, 0) => Count::Many,
        (_, 1) => Count::One,
        _ => Count::Few,
    };
    Some((first, count))
}

/// "priimta 22 sprendimai": with a participle before the number all three are known to be the subject.
fn with_participle(reading: &Reading<'_>, counted: &Counted<'_>) -> Option<Finding> {
    let participle = reading.before(counted.first)?;
    let (stem, ending) = PARTICIPLES.iter().find_map(|stem| Some((*stem, participle.lower.strip_prefix(stem)?)))?;
    if !matches!(ending, "a" | "as" | "i" | "os") || counted.count == Count::Part {
        return None;
    }
    let is_infinitive = ending == "i" && stem.ends_with('t');
    let noun = reading.word(counted.noun_at)?;
    let before_name =
        || reading.after(counted.noun_at).is_some_and(|next| !FUNCTION_WORDS.contains(&next.lower.as_ref()));
    let right = |noun: &Noun, form: Form| {
        let agrees = match (counted.count, noun.gender) {
            (Count::Many, _) => ending == "a" || is_infinitive,
            (Count::Few, Gender::Masculine) => ending == "i",
            (Count::Few, Gender::Feminine) => ending == "os",
            (_, Gender::Masculine) => ending == "as",
            (_, Gender::Feminine) => ending == "a",
        };
        match (counted.count, form) {
            (Count::Many, Form::GenitivePlural) | (Count::Few, Form::NominativePlural) => agrees,
            (Count::One, Form::NominativeSingular) => agrees,
            // "pateikta 22 gyventojų prašymai": the noun belongs to the word after it.
            (_, Form::GenitivePlural | Form::GenitiveSingular) if before_name() => true,
            // "nespėta priimti 21 sprendimų": after an infinitive the genitive may have a reason farther away.
            (_, Form::GenitivePlural) => is_infinitive,
            _ => false,
        }
    };
    if counted.readings.iter().any(|(noun, form)| right(noun, *form)) {
        return None;
    }
    let (counted_noun, _) = counted.readings.first()?;
    let ending = match (counted.count, counted_noun.gender) {
        (Count::Few, Gender::Masculine) => "i",
        (Count::Few, Gender::Feminine) => "os",
        (Count::One, Gender::Masculine) => "as",
        _ => "a",
    };
    let number = reading.slice(&(participle.range.end..noun.range.start));
    let is_capitalised = participle.is_capitalised();
    let mut instead = format!("{stem}{ending}{number}{}", counted_noun.after(counted.count));
    if is_capitalised && let Some(first) = participle.text.chars().next() {
        instead = instead.chars().skip(1).fold(first.to_string(), |text, c| text + c.encode_utf8(&mut [0; 4]));
    }
    let range = participle.range.start..noun.range.end;
    Some(Finding::new(range, MistakeKind::NumeralAgreement, instead, reason(counted.count)))
}

/// A noun that can be right in no case after its number: "20 sprendimai", "21 sprendimai", "2,5 eurai".
fn alone(reading: &Reading<'_>, counted: &Counted<'_>) -> Option<Finding> {
    // "10 klasės mokiniai", "gruodžio 20 dienos": a feminine noun may stand in the singular, after an ordinal.
    let is_wrong = |&(noun, form): &(&Noun, Form)| match (counted.count, form) {
        (Count::Many | Count::One, Form::NominativePlural) => noun.gender == Gender::Masculine,
        (Count::One, Form::GenitivePlural) | (Count::Part, Form::NominativePlural | Form::GenitivePlural) => true,
        (Count::Many, Form::Bare) => true,
        _ => false,
    };
    let (noun, form) = counted.readings.first()?;
    if !counted.readings.iter().all(is_wrong) {
        return None;
    }
    let kind = if *form == Form::Bare { MistakeKind::LostDiacritics } else { MistakeKind::NumeralAgreement };
    let instead = match (counted.count, form) {
        (Count::One, Form::GenitivePlural) => noun.after(Count::Part),
        (count, _) => noun.after(count),
    };
    let word = reading.word(counted.noun_at)?;
    let number = reading.word(counted.first)?.range.start;
    let text = reading.slice(&(number..word.range.start));
    Some(Finding::new(number..word.range.end, kind, format!("{text}{instead}"), reason(counted.count)))
}

const fn reason(count: Count) -> &'static str {
    match count {
        Count::One => "check-language-count-one",
        Count::Few => "check-language-count-few",
        Count::Many => "check-language-count-many",
        Count::Part => "check-language-count-part",
    }
}
