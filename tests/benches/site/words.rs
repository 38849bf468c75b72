//! Words of a municipality that does not exist.

/// Nouns, in whatever case.
pub(crate) const NOUNS: &str = "\
    savivaldybė savivaldybės taryba tarybos meras mero potvarkis sprendimas sprendimo projektas projekto biudžetas \
    biudžeto gyventojas gyventojai gyventojų bendruomenė bendruomenės seniūnija seniūnijos seniūnas mokykla mokyklos \
    darželis gimnazija mokinys mokiniai mokinių mokytojas biblioteka muziejus kultūros centras šventė šventės koncertas \
    paroda renginys renginiai sportas stadionas kelias kelio gatvė gatvės šaligatvis apšvietimas tiltas rekonstrukcija \
    remontas statyba statinys pastatas sklypas žemė žemės vanduo nuotekos tinklai šildymas šiluma atliekos atliekų \
    rūšiavimas konteineris aplinka aplinkos parkas miškas ežeras upė paplūdimys paslauga paslaugos paslaugų prašymas \
    prašymo dokumentas dokumentai pažyma leidimas licencija mokestis rinkliava kompensacija pašalpa parama finansavimas \
    konkursas pirkimas sutartis rangovas paraiška komisija posėdis posėdžio darbotvarkė skyrius skyriaus vedėjas \
    specialistas administracija direktorius direktoriaus įsakymas įstatymas tvarka tvarkos aprašas nuostatai strategija \
    planas plano ataskaita rodiklis duomenys rinkinys registras sistema svetainė prieiga sveikata sveikatos ligoninė \
    poliklinika gydytojas senjorai jaunimas jaunimo šeima vaikai vaikų globa savanoris policija ugniagesiai sauga eismas \
    eismo autobusas maršrutas tvarkaraštis stotis turizmas verslas verslo įmonė įmonės darbas darbo investicija plėtra \
    regionas kaimas miestas miestelis rajonas Lietuva ministerija agentūra fondas premija apdovanojimas istorija \
    paveldas paminklas biržė turgus mugė ūkininkas derlius gyvūnas želdinys medis gėlynas aikštė fontanas";

/// What people do.
pub(crate) const VERBS: &str = "\
    patvirtino pritarė nusprendė skelbia kviečia informuoja primena įgyvendina rengia planuoja skyrė gavo pasirašė \
    atnaujino užbaigė pradėjo tęsia organizuoja svarstė pateikė parengė įvertino sutvarkė įrengė pakeitė nustatė pavedė \
    siūlo ragina dalyvavo aptarė pristatė atidarė apdovanojo pasveikino";

/// Adjectives, in whatever case.
pub(crate) const ADJECTIVES: &str = "\
    naujas nauja nauji viešas viešoji viešųjų rajono miesto kaimo bendras bendra socialinė socialinių kultūrinis \
    švietimo sporto ekonominis tvarus tvari saugus saugi skaitmeninis elektroninė nemokamas metinis trimetis strateginis \
    ilgalaikis neatidėliotinas svarbus svarbiausi vietos tarptautinis europinis valstybinis savarankiškas papildomas \
    esamas būsimas modernus patogus prieinamas šiuolaikinis tradicinis gražiausias didžiausias pirmasis antrasis";

/// Adverbs and prepositions.
pub(crate) const ADVERBS: &str = "\
    šiandien rytoj netrukus kasmet nuolat viešai papildomai iki rudens šiemet pernai kartu bendrai tvarkingai laiku \
    nuosekliai aktyviai daugiau mažiau apie dėl pagal per prie už su iš nuo kartu";

/// Places.
pub(crate) const PLACES: &str = "\
    Šilupė Ąžuolynė Beržupiai Čiobiškė Dvariškės Eglynai Gojus Ilgežeriai Jurbarė Kalnynai Liepupė Mažupė Naujasodė \
    Obelynė Paežerė Raudonė Šventupė Tytuvė Upytėlė Vilkija Žaliakalnis Žibuoklė";

/// What joins clauses.
pub(crate) const CONJUNCTIONS: [&str; 14] =
    ["ir", "bei", "kad", "nes", "kuris", "kuri", "todėl", "o", "tačiau", "taip pat", "jeigu", "kai", "dėl", "pagal"];

/// Terms of the taxonomy `kategorija`.
pub(crate) const CATEGORIES: [&str; 12] = [
    "Savivaldybės žinios",
    "Kultūra ir šventės",
    "Švietimas",
    "Sportas",
    "Socialinė parama",
    "Sveikata",
    "Aplinka ir atliekos",
    "Keliai ir eismas",
    "Verslas ir investicijos",
    "Saugumas",
    "Jaunimas",
    "Turizmas",
];

/// Terms of the taxonomy `padalinys`.
pub(crate) const UNITS: [&str; 12] = [
    "Administracija",
    "Mero kabinetas",
    "Tarybos sekretoriatas",
    "Finansų skyrius",
    "Švietimo skyrius",
    "Socialinės paramos skyrius",
    "Architektūros skyrius",
    "Viešųjų pirkimų skyrius",
    "Civilinė metrikacija",
    "Žemės ūkio skyrius",
    "Statybos ir infrastruktūros skyrius",
    "Ryšių su visuomene skyrius",
];
