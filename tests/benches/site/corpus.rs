//! The pages of a municipality that does not exist: Lithuanian-looking Markdown, the same for every generator.
//!
//! Page `n` depends on `n` alone, so that a corpus is part of every larger one. Links lead to pages of lower numbers, so that
//! none dangles.

use crate::words::{ADJECTIVES, ADVERBS, CATEGORIES, CONJUNCTIONS, NOUNS, PLACES, UNITS, VERBS};

/// What a page is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    News,
    Event,
    Decision,
    Decree,
    Service,
    Contact,
    Dataset,
}

impl Kind {
    /// With how many of a hundred pages are of it, the folder, and whether that has one for each year.
    const SHARES: [(Self, u64, &'static str, bool); 7] = [
        (Self::News, 55, "naujienos", true),
        (Self::Event, 14, "renginiai", true),
        (Self::Decision, 14, "teises-aktai/tarybos-sprendimai", true),
        (Self::Decree, 10, "teises-aktai/mero-potvarkiai", true),
        (Self::Service, 4, "paslaugos", false),
        (Self::Contact, 2, "struktura", false),
        (Self::Dataset, 1, "atviri-duomenys", false),
    ];

    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::News => "naujiena",
            Self::Event => "renginys",
            Self::Decision => "sprendimas",
            Self::Decree => "potvarkis",
            Self::Service => "paslauga",
            Self::Contact => "kontaktas",
            Self::Dataset => "duomenys",
        }
    }
}

/// The sections that have no number of a year for a name, with their titles.
pub(crate) const SECTIONS: [(&str, &str); 8] = [
    ("naujienos", "Naujienos"),
    ("renginiai", "Renginiai"),
    ("teises-aktai", "Teisės aktai"),
    ("teises-aktai/tarybos-sprendimai", "Tarybos sprendimai"),
    ("teises-aktai/mero-potvarkiai", "Mero potvarkiai"),
    ("paslaugos", "Paslaugos"),
    ("struktura", "Struktūra ir kontaktai"),
    ("atviri-duomenys", "Atviri duomenys"),
];

/// The sections with feeds.
pub(crate) const WITH_FEED: [&str; 2] = ["naujienos", "teises-aktai/tarybos-sprendimai"];

/// Everything but the text of a page.
#[derive(Debug)]
pub(crate) struct Page {
    pub(crate) number: u64,
    pub(crate) kind: Kind,
    pub(crate) title: String,
    /// As TOML and ISO 8601 write it.
    pub(crate) date: String,
    pub(crate) description: String,
    /// Inside `content/`.
    pub(crate) folder: String,
    /// Inside `content/`.
    pub(crate) file: String,
    pub(crate) place: &'static str,
    pub(crate) category: &'static str,
    pub(crate) tags: Vec<&'static str>,
    pub(crate) unit: &'static str,
}

/// Numbers that look like chance and are the same each time (splitmix64).
struct Dice(u64);

impl Dice {
    /// Of a page; `part` tells its head from its text.
    fn of(page: u64, part: u64) -> Self {
        const SEED: u64 = 0x5369_6c75_7065;
        let mut dice = Self(SEED ^ (page << 8) ^ part);
        Self(dice.throw())
    }

    fn throw(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, limit: u64) -> u64 {
        self.throw() % limit
    }

    /// Both ends belong to it.
    fn between(&mut self, low: u64, high: u64) -> u64 {
        low + self.below(high - low + 1)
    }

    fn happens(&mut self, percent: u64) -> bool {
        self.below(100) < percent
    }

    fn pick<T: Copy>(&mut self, among: &[T]) -> T {
        among[usize::try_from(self.below(among.len() as u64)).unwrap()]
    }
}

/// Makes pages.
pub(crate) struct Corpus {
    nouns: Vec<&'static str>,
    verbs: Vec<&'static str>,
    adjectives: Vec<&'static str>,
    adverbs: Vec<&'static str>,
    places: Vec<&'static str>,
    tags: Vec<&'static str>,
}

impl Corpus {
    pub(crate) fn new() -> Self {
        let words = |text: &'static str| text.split_whitespace().collect::<Vec<_>>();
        let mut tags = words(NOUNS);
        tags.retain(|word| word.chars().count() > 5);
        tags.sort_unstable();
        tags.dedup();
        tags.truncate(120);
        Self {
            nouns: words(NOUNS),
            verbs: words(VERBS),
            adjectives: words(ADJECTIVES),
            adverbs: words(ADVERBS),
            places: words(PLACES),
            tags,
        }
    }

    /// Everything but the text of page `number`.
    pub(crate) fn page(&self, number: u64) -> Page {
        let dice = &mut Dice::of(number, 0);
        let mut roll = dice.below(100);
        let found = Kind::SHARES.iter().find(|(_, share, ..)| {
            let is_it = roll < *share;
            roll = roll.saturating_sub(*share);
            is_it
        });
        let (kind, _, base, has_years) = *found.unwrap();
        let year = dice.between(2016, 2025);
        let date = format!("{year}-{:02}-{:02}", dice.between(1, 12), dice.between(1, 28));
        let place = dice.pick(&self.places);
        let title = match kind {
            Kind::News => capital(&self.clause(dice)),
            Kind::Event => format!("{}: {place}", self.phrase(dice, 2, 3)),
            Kind::Decision => {
                format!("Sprendimas Nr. T-{} „Dėl {}“", number + 1, self.phrase(dice, 3, 6).to_lowercase())
            }
            Kind::Decree => format!("Potvarkis Nr. M-{} dėl {}", number + 1, self.phrase(dice, 2, 5).to_lowercase()),
            Kind::Service => format!("{} (PAS-{})", self.phrase(dice, 2, 4), number + 1),
            Kind::Contact => {
                format!("{}: {} {}", dice.pick(&UNITS), self.phrase(dice, 1, 2).to_lowercase(), number + 1)
            }
            Kind::Dataset => format!("Duomenų rinkinys: {}", self.phrase(dice, 2, 4).to_lowercase()),
        };
        let folder = if has_years { format!("{base}/{year}") } else { base.to_owned() };
        let mut tags: Vec<_> = (0..dice.between(1, 4)).map(|_| dice.pick(&self.tags)).collect();
        tags.sort_unstable();
        tags.dedup();
        Page {
            number,
            kind,
            description: self.sentence(dice),
            file: format!("{folder}/{}-{number}.md", slug(&title)),
            title,
            date,
            folder,
            place,
            category: dice.pick(&CATEGORIES),
            tags,
            unit: dice.pick(&UNITS),
        }
    }

    /// The text of a page: 200 to 1,500 words. `link` says how a link to another page's file is written.
    pub(crate) fn text(&self, page: &Page, link: &dyn Fn(&str) -> String) -> String {
        let dice = &mut Dice::of(page.number, 1);
        let goal = usize::try_from(dice.between(200, 1500)).unwrap();
        let mut blocks = vec![self.paragraph(dice, page, link)];
        let mut notes = Vec::new();
        let mut words = blocks[0].split_whitespace().count();
        let mut is_heading = false;
        while words < goal {
            // Below a heading there is text.
            let roll = if is_heading { 99 } else { dice.below(100) };
            is_heading = roll < 24;
            let block = match roll {
                0..16 => format!("## {}", self.phrase(dice, 2, 5)),
                16..24 => format!("### {}", self.phrase(dice, 2, 4)),
                24..36 => self.list(dice),
                36..42 => self.table(dice),
                42..46 => format!("> {}", self.sentence(dice)),
                _ => {
                    let mut text = self.paragraph(dice, page, link);
                    if dice.happens(8) {
                        notes.push(self.sentence(dice));
                        text.push_str(&format!("[^{}]", notes.len()));
                    }
                    text
                }
            };
            words += block.split_whitespace().count();
            blocks.push(block);
        }
        blocks.extend(notes.iter().enumerate().map(|(index, note)| format!("[^{}]: {note}", index + 1)));
        blocks.join("\n\n") + "\n"
    }

    fn clause(&self, dice: &mut Dice) -> String {
        let mut words = vec![dice.pick(&self.adjectives), dice.pick(&self.nouns), dice.pick(&self.verbs)];
        if dice.happens(50) {
            words.push(dice.pick(&self.adverbs));
        }
        words.extend([dice.pick(&self.adjectives), dice.pick(&self.nouns)]);
        if dice.happens(35) {
            words.push(dice.pick(&self.nouns));
        }
        if dice.happens(12) {
            words.push(dice.pick(&self.places));
        }
        words.join(" ")
    }

    fn sentence(&self, dice: &mut Dice) -> String {
        let mut text = self.clause(dice);
        while dice.happens(45) {
            text = format!("{text}, {} {}", dice.pick(&CONJUNCTIONS), self.clause(dice));
        }
        capital(&text) + "."
    }

    fn phrase(&self, dice: &mut Dice, low: u64, high: u64) -> String {
        let pools = [&self.nouns, &self.adjectives, &self.nouns];
        let count = usize::try_from(dice.between(low, high)).unwrap();
        let words: Vec<_> = pools.iter().cycle().take(count).map(|pool| dice.pick(pool)).collect();
        capital(&words.join(" "))
    }

    fn paragraph(&self, dice: &mut Dice, page: &Page, link: &dyn Fn(&str) -> String) -> String {
        let mut parts: Vec<String> = (0..dice.between(2, 6)).map(|_| self.sentence(dice)).collect();
        if dice.happens(35) {
            let word = dice.pick(&parts[0].split(' ').collect::<Vec<_>>()).trim_matches([',', '.']).to_owned();
            parts[0] = parts[0].replacen(&word, &format!("**{word}**"), 1);
        }
        if page.number > 0 && dice.happens(22) {
            let target = self.page(dice.below(page.number));
            parts.push(format!("Plačiau skaitykite [{}]({}).", target.title, link(&target.file)));
        }
        if dice.happens(10) {
            let words = self.phrase(dice, 2, 3).to_lowercase();
            parts.push(format!("Nuoroda: [{words}](https://www.example.org/{}).", dice.between(1, 9999)));
        }
        parts.join(" ")
    }

    fn table(&self, dice: &mut Dice) -> String {
        let columns = dice.between(3, 5);
        let head: Vec<_> = (0..columns).map(|_| self.phrase(dice, 1, 2)).collect();
        let rule = "---|".repeat(head.len() - 1);
        let mut text = format!("| {} |\n|{rule}---:|", head.join(" | "));
        for row in 1..=dice.between(3, 12) {
            let inner: Vec<_> = (2..columns).map(|_| self.phrase(dice, 1, 3)).collect();
            let (euros, cents) = (dice.between(1, 999), dice.below(100));
            text.push_str(&format!("\n| {row} | {} | {euros}.{cents:02} Eur |", inner.join(" | ")));
        }
        text
    }

    fn list(&self, dice: &mut Dice) -> String {
        let is_ordered = dice.happens(40);
        let mut lines = Vec::new();
        for number in 1..=dice.between(3, 8) {
            let mark = if is_ordered { format!("{number}. ") } else { "- ".to_owned() };
            lines.push(format!("{mark}{};", self.clause(dice)));
            if dice.happens(20) {
                let indent = " ".repeat(mark.len());
                lines.extend((0..2).map(|_| format!("{indent}- {}", self.phrase(dice, 2, 5).to_lowercase())));
            }
        }
        lines.join("\n")
    }
}

fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// The name of a file: at most 60 Latin letters, digits and dashes.
fn slug(title: &str) -> String {
    let mut slug = String::new();
    for letter in title.to_lowercase().chars() {
        let plain = match letter {
            'ą' => 'a',
            'č' => 'c',
            'ę' | 'ė' => 'e',
            'į' => 'i',
            'š' => 's',
            'ų' | 'ū' => 'u',
            'ž' => 'z',
            other => other,
        };
        match plain {
            'a'..='z' | '0'..='9' => slug.push(plain),
            _ if slug.is_empty() || slug.ends_with('-') => {}
            _ => slug.push('-'),
        }
    }
    slug.truncate(60);
    slug.trim_end_matches('-').to_owned()
}
