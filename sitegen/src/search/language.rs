//! How a word becomes a term: folding (no capitals, no diacritics) and light stemming.
//!
//! There is one table, [`ENDINGS`] with its companions. Rust uses it here and the index carries it to the browser in
//! its directory file ([`as_json`]), so the two sides cannot disagree about a word.
//!
//! The table is light on purpose: it joins the forms of a noun, an adjective and the commonest forms of a verb, but not
//! a verb with its noun ("sprendė", "sprendimas"). A term stays close to what people type, so that the letters typed so
//! far are nearly always the beginning of the term they lead to.

use rustc_hash::FxHashMap;
use serde_json::{Value, json};
use std::sync::LazyLock;

/// Endings without diacritics, separated by spaces; `x=y` replaces `x` by `y`, a plain `x` is cut off.
///
/// The longest ending that leaves a stem wins. So a longer entry can protect a stem from a shorter one: "tojo=toj" is
/// there because "gyventojo" would otherwise lose "-ojo", which "gyventojas" does not have.
pub const ENDINGS: &[&str] = &[
    // Nouns, hard stems: darbas, diena, gatvė, turgus.
    "as o ui a u e ai ams us ais uose os oje oms omis ose es ei eje ems emis ese aus umi uje ums umis au",
    // Nouns, soft stems: kelias, medis, pavyzdys, žinia, skyrius, šalis.
    "ias io iui ia iu iai iams ius iais iuose ios ioje ioms iomis iose is ys i y yje yse ies imi ims imis",
    "iaus iumi iuje iums iumis iau",
    // vanduo, asmuo; and vandens, moters, obels, with the future tense (patvirtins) and English plurals (documents).
    "uo=en uos=uo ns=n rs=r ls=l ms=m ks=k ts=t ds=d gs=g bs=b ps=p vs=v",
    // Adjectives and participles.
    "am ame iam iame iems",
    // Definite forms: viešasis, viešoji, didysis.
    "asis iasis usis ysis ojo iojo ajam iajam ajame iajame aji uji iji uoju iuoju ieji uju iuju iesiems uosius iuosius",
    "aisiais iaisiais uosiuose iuosiuose oji ioji osios iosios ajai iajai aja iaja ojoje iojoje osioms iosioms",
    "asias iasias osiomis iosiomis osiose iosiose",
    // gyventojas, vartotojas: their own "-oj-" is no ending.
    "tojo=toj tojoje=toj",
    // Whole words that end like something else: naujų is no "naų-jų", mėnesį no "(jis) mėnėsi".
    "suo=sun sesuo=seser nauju=nauj nauji=nauj menesi=menes debesi=debes",
    // Reflexive: mokymosi, kreipiasi.
    "osi asi iasi esi uisi",
    // We ask: prašome, kviečiame.
    "ome",
];

/// Palatalisation, undone once the ending is gone and before [`SUFFIXES`]: medžio → medis, švenčių → šventė.
pub const SOFTENED: &[&str] = &["dz=d c=t"];

/// What happens at the end of a stem once its ending is gone; written like [`ENDINGS`].
///
/// A rule here sees only the stem, so it can join words but never separate two forms of one.
pub const SUFFIXES: &[&str] = &[
    // patvirtinti, planuoti, skelbti, statyti with their finite forms.
    "int=in ent=en uot=uo uoj=uo uojam=uo zav=zuo tav=tuo rav=ruo nsav=nsuo gt=g bt=b pt=p yt",
    // naujesnis, naujausias, svarbiausias.
    "esn iausi iaus aus ciaus=t dziaus=d",
];

/// Stems of one word that no ending joins: žmogus and žmonės, mėnuo and mėnesio.
pub const ALIASES: &[&str] = &["zmog=zmon menen=menes dukt=dukter"];

/// Words, folded, that stand on every page and so find nothing.
pub const STOP_WORDS: &[&str] = &[
    "ir bei ar arba su be is iki nuo per po prie ant uz del apie pagal kad kaip kai nes bet tai jei jeigu yra buvo bus",
    "the of and in to for on at by is are an or with from",
];

/// The fewest letters a stem may have.
const SHORTEST_STEM: usize = 2;
/// The fewest letters that a long ending (at least [`LONG_ENDING`] letters) and a suffix rule must leave.
const SHORTEST_STEM_OF_LONG: usize = 3;
/// From how many letters on an ending counts as long.
const LONG_ENDING: usize = 4;

/// The longest entry of [`SOFTENED`].
const LONGEST_SOFTENED: usize = 2;

type Rules = FxHashMap<&'static str, &'static str>;

struct Tables {
    endings: Rules,
    longest_ending: usize,
    softened: Rules,
    suffixes: Rules,
    longest_suffix: usize,
    aliases: Rules,
    stop_words: Rules,
}

static TABLES: LazyLock<Tables> = LazyLock::new(|| {
    let (endings, suffixes) = (rules(ENDINGS), rules(SUFFIXES));
    let longest = |table: &Rules| table.keys().map(|key| key.len()).max().unwrap_or(0);
    Tables {
        longest_ending: longest(&endings),
        longest_suffix: longest(&suffixes),
        endings,
        softened: rules(SOFTENED),
        suffixes,
        aliases: rules(ALIASES),
        stop_words: rules(STOP_WORDS),
    }
});

fn rules(lines: &'static [&'static str]) -> Rules {
    let split = |rule: &'static str| rule.split_once('=').unwrap_or((rule, ""));
    lines.iter().flat_map(|line| line.split_whitespace()).map(split).collect()
}

/// The tables as the browser needs them; the format is that of [`ENDINGS`].
pub fn as_json() -> Value {
    json!({
        "endings": ENDINGS.join(" "),
        "softened": SOFTENED.join(" "),
        "suffixes": SUFFIXES.join(" "),
        "aliases": ALIASES.join(" "),
        "stop": STOP_WORDS.join(" "),
        "shortest": [SHORTEST_STEM, SHORTEST_STEM_OF_LONG, LONG_ENDING],
    })
}

/// Lower case without diacritics: "Šiaulių" → "siauliu". Soft hyphens and combining marks vanish.
pub fn fold(word: &str) -> String {
    let mut folded = String::with_capacity(word.len());
    for letter in word.chars().flat_map(char::to_lowercase) {
        match letter {
            '\u{300}'..='\u{36f}' | '\u{ad}' => {}
            '\u{c0}'..='\u{17f}' => folded.push(base_letter(letter)),
            _ => folded.push(letter),
        }
    }
    folded
}

/// The letter under the diacritic, for exactly those letters that Unicode decomposes: the browser folds the same block
/// by normalisation, and "ø", "ł" or "ß", which do not decompose, stay on both sides.
fn base_letter(letter: char) -> char {
    match letter {
        'à'..='å' | 'ā' | 'ă' | 'ą' => 'a',
        'ç' | 'ć' | 'ĉ' | 'ċ' | 'č' => 'c',
        'ď' => 'd',
        'è'..='ë' | 'ē' | 'ĕ' | 'ė' | 'ę' | 'ě' => 'e',
        'ĝ' | 'ğ' | 'ġ' | 'ģ' => 'g',
        'ĥ' => 'h',
        'ì'..='ï' | 'ĩ' | 'ī' | 'ĭ' | 'į' => 'i',
        'ĵ' => 'j',
        'ķ' => 'k',
        'ĺ' | 'ļ' | 'ľ' => 'l',
        'ñ' | 'ń' | 'ņ' | 'ň' => 'n',
        'ò'..='ö' | 'ō' | 'ŏ' | 'ő' => 'o',
        'ŕ' | 'ŗ' | 'ř' => 'r',
        'ś' | 'ŝ' | 'ş' | 'š' => 's',
        'ţ' | 'ť' => 't',
        'ù'..='ü' | 'ũ' | 'ū' | 'ŭ' | 'ů' | 'ű' | 'ų' => 'u',
        'ŵ' => 'w',
        'ý' | 'ÿ' | 'ŷ' => 'y',
        'ź' | 'ż' | 'ž' => 'z',
        other => other,
    }
}

/// The term of a folded word; `None` for a word that is not worth finding (a single letter, a stop word).
///
/// Only words of plain letters are stemmed: numbers, "T1" and other alphabets stay whole.
pub fn term(folded: &str) -> Option<String> {
    let single = folded.chars().nth(1).is_none() && !folded.bytes().all(|byte| byte.is_ascii_digit());
    if single || folded.is_empty() || TABLES.stop_words.contains_key(folded) {
        return None;
    }
    let mut term = folded.to_owned();
    if folded.bytes().all(|byte| byte.is_ascii_lowercase()) {
        replace_end(&mut term, &TABLES.endings, TABLES.longest_ending, SHORTEST_STEM);
        replace_end(&mut term, &TABLES.softened, LONGEST_SOFTENED, SHORTEST_STEM);
        replace_end(&mut term, &TABLES.suffixes, TABLES.longest_suffix, SHORTEST_STEM_OF_LONG);
        if let Some(alias) = TABLES.aliases.get(term.as_str()) {
            term.replace_range(.., alias);
        }
    }
    Some(term)
}

/// Applies the longest rule of `table` that leaves at least `shortest` letters; `word` is ASCII.
fn replace_end(word: &mut String, table: &Rules, longest: usize, shortest: usize) {
    for length in (1..=longest.min(word.len())).rev() {
        let kept = word.len() - length;
        let least = if length >= LONG_ENDING { SHORTEST_STEM_OF_LONG } else { shortest };
        if let Some(replacement) = word.get(kept..).and_then(|end| table.get(end))
            && kept + replacement.len() >= least
        {
            word.truncate(kept);
            word.push_str(replacement);
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stem(word: &str) -> String {
        term(&fold(word)).unwrap_or_default()
    }

    /// Each line holds forms of one word; all must have one term.
    const FORMS: &[&str] = &[
        // First declension.
        "sprendimas sprendimo sprendimui sprendimą sprendimu sprendime sprendimai sprendimų sprendimams sprendimus sprendimais sprendimuose",
        "kelias kelio keliui kelią keliu kelyje keliai kelių keliams kelius keliais keliuose",
        "medis medžio medžiui medį medžiu medyje medžiai medžių medžiams medžius medžiais medžiuose",
        "pavyzdys pavyzdžio pavyzdžiui pavyzdį pavyzdžiu pavyzdyje pavyzdžiai pavyzdžių pavyzdžiams pavyzdžiais",
        "tvarkaraštis tvarkaraščio tvarkaraščiui tvarkaraštį tvarkaraštyje tvarkaraščiai tvarkaraščių tvarkaraščiuose",
        "gyventojas gyventojo gyventojui gyventoją gyventoju gyventojai gyventojų gyventojams gyventojus gyventojais",
        "posėdis posėdžio posėdžiui posėdį posėdyje posėdžiai posėdžių posėdžiuose",
        "miestas miesto miestui miestą miestu mieste miestai miestų miestuose",
        "meras mero merui merą meru merai merų merams",
        "vėjas vėjo vėjui vėją vėju vėjai vėjų",
        "namas namo namui namą name namai namų namams namuose",
        "mokymasis mokymosi mokymuisi mokymąsi",
        // Second declension.
        "seniūnija seniūnijos seniūnijai seniūniją seniūnijoje seniūnijų seniūnijoms seniūnijas seniūnijomis seniūnijose",
        "savivaldybė savivaldybės savivaldybei savivaldybę savivaldybe savivaldybėje savivaldybių savivaldybėms savivaldybes savivaldybėmis savivaldybėse",
        "gatvė gatvės gatvei gatvę gatvėje gatvių gatvėms gatves gatvėmis gatvėse",
        "šventė šventės šventei šventę šventėje švenčių šventėms šventes šventėse",
        "atlieka atliekos atliekų atliekoms atliekas atliekomis atliekose",
        "rinkliava rinkliavos rinkliavai rinkliavą rinkliavų rinkliavoms rinkliavas",
        "žinia žinios žiniai žinią žinioje žinių žinioms žinias žiniomis žiniose",
        "upė upės upei upę upėje upių upėms upes upėse",
        // Third.
        "šalis šalies šaliai šalį šalimi šalyje šalys šalių šalims šalimis šalyse",
        "sutartis sutarties sutarčiai sutartį sutartimi sutartyje sutartys sutarčių sutartims sutartyse",
        "stotis stoties stočiai stotį stotyje stotys stočių stotims stotyse",
        "moteris moters moteriai moterį moterimi moterys moterų moterims moteris moterimis",
        // Fourth.
        "turgus turgaus turgui turgų turgumi turguje turgūs turgums turgumis",
        "skyrius skyriaus skyriui skyrių skyriumi skyriuje skyriai skyriams skyriais skyriuose",
        "sūnus sūnaus sūnui sūnų sūnumi sūnums",
        "žmogus žmogaus žmogui žmogų žmogumi žmonės žmonių žmonėms žmones žmonėmis",
        // Fifth.
        "vanduo vandens vandeniui vandenį vandeniu vandenyje vandenys vandenų vandenims vandenimis",
        "asmuo asmens asmeniui asmenį asmeniu asmenys asmenų asmenims asmenis asmenimis",
        "akmuo akmens akmeniui akmenį akmenys akmenų akmenims",
        "mėnuo mėnesio mėnesiui mėnesį mėnesiu mėnesiai mėnesių mėnesiams",
        "sesuo sesers seseriai seserį seserys seserų seserims",
        // Adjectives, with degrees and definite forms.
        "naujas naujo naujam naują nauju naujame nauji naujų naujiems naujus naujais naujuose nauja naujos naujai naujoje naujoms naujomis naujose naujasis naujojo naujajam naująjį naujuoju naujajame naujieji naujųjų naujiesiems naujuosius naujaisiais naujuosiuose naujoji naujosios naujajai naująją naująja naujojoje naujosioms naujesnis naujesnio naujesnė naujesnių naujausias naujausia naujausi naujausių naujausius naujausioms",
        "viešas viešo viešasis viešojo viešajam viešoji viešosios viešųjų viešuosius viešiesiems",
        "svarbus svarbaus svarbiam svarbų svarbūs svarbių svarbiems svarbiais svarbi svarbios svarbią svarbiai svarbesnis svarbiausias svarbiausi svarbiausių",
        "metinis metinio metiniam metinį metiniai metinių metinė metinės metinę metinėje",
        "didelis didelio dideliam didelį dideli didelių didelė didelės didelę",
        "didysis didžiojo didžiajam didįjį didžioji didžiosios didžiąją didžiųjų",
        "socialinė socialinės socialinių socialinei socialinis socialiniai socialines socialinėms",
        // Verbs.
        "patvirtinti patvirtino patvirtina patvirtins patvirtintas patvirtinta patvirtintų patvirtinus patvirtinęs",
        "skelbti skelbia skelbė skelbs skelbiu skelbtas skelbiama",
        "planuoti planuoja planuos planuotas planuotų",
        "vykdyti vykdo vykdė vykdys vykdytas",
        "statyti stato statė statys statytas",
        "kviečia kviečiame kvietė",
        "organizuoti organizuoja organizavo organizuotas organizuos",
        "kreiptis kreipiasi kreipėsi kreiptųsi",
        // English.
        "meeting meetings",
        "document documents",
        "service services",
        "city cities",
        "school schools",
        "decision decisions",
        "tax taxes",
        "house houses",
    ];

    /// Forms that we know are not joined, with the reason; the test fails when one of them starts to work.
    const KNOWN_MISSES: &[(&str, &str)] = &[
        ("skelbti", "skelbiama"),  // "-am-" is too often a noun: programa, reklama
        ("kreiptis", "kreiptųsi"), // conditional
        ("šeštas", "šeštojo"),     // pays for gyventojo
        ("sprendimas", "sprendė"), // a verb and its noun stay apart
        ("rinkti", "renka"),       // the root itself changes
    ];

    #[test]
    fn the_forms_of_a_word_have_one_term() {
        let known = |word: &str| KNOWN_MISSES.iter().any(|(_, miss)| *miss == word);
        let (mut forms, mut wrong) = (0, Vec::new());
        for line in FORMS {
            let first = line.split(' ').next().unwrap();
            for word in line.split(' ').filter(|word| !known(word)) {
                forms += 1;
                if stem(word) != stem(first) {
                    wrong.push(format!("{first} {} {word} {}", stem(first), stem(word)));
                }
            }
        }
        assert!(wrong.is_empty(), "{} of {forms} forms: {wrong:#?}", wrong.len());
        assert!(forms > 300);
    }

    #[test]
    fn what_we_do_not_join_is_written_down() {
        for (left, right) in KNOWN_MISSES {
            assert_ne!(stem(left), stem(right));
        }
    }

    #[test]
    fn different_words_keep_different_terms() {
        let groups = [
            "sprendimas sprendinys",
            "meras metai",
            "taryba tarnyba",
            "seniūnas seniūnija",
            "keliai kelionė",
            "mokykla mokytojas mokinys mokestis mokslas",
            "parama paroda",
            "šalis šaligatvis",
            "gydytojas gyventojas",
            "savivalda savivaldybė",
            "projektas prokuroras",
            "darbas darbotvarkė darželis",
            "renginys rengimas",
            "vanduo vadovas",
            "planas plotas",
            "statinys statyba",
            "žemė žiema",
            "turizmas turgus",
        ];
        for group in &groups {
            let stems: Vec<String> = group.split(' ').map(stem).collect();
            let mut distinct = stems.clone();
            distinct.sort();
            distinct.dedup();
            assert_eq!(distinct.len(), stems.len(), "{stems:?}");
        }
    }

    #[test]
    fn diacritics_and_capitals_do_not_matter() {
        assert_eq!(stem("SENIŪNIJA"), stem("seniunija"));
        assert_eq!(fold("ĄČĘĖĮŠŲŪŽ ąčęėįšųūž"), "aceeisuuz aceeisuuz");
        assert_eq!(fold("e\u{307}kra\u{ad}nas"), "ekranas");
    }

    #[test]
    fn numbers_and_single_letters_are_left_alone() {
        assert_eq!(term("2024"), Some("2024".into()));
        assert_eq!(term("7"), Some("7".into()));
        assert_eq!(term("t1"), Some("t1".into()));
        assert_eq!(term("o"), None);
        assert_eq!(term("ø"), None);
        assert_eq!(term("ir"), None);
    }
}
