//! What may have been meant by a word that no dictionary has: cheap guesses, each looked up.

use messages::Language;

/// How many guesses are shown.
const MOST: usize = 5;
/// How many letters of a word may have lost their diacritics before guessing becomes endless.
const MOST_VARIANTS: usize = 4096;
/// Longer words are not guessed: nobody can have meant them.
const LONGEST: usize = 40;

/// Words near `word` that `knows` confirms, the likeliest first.
pub(super) fn likely(word: &str, language: Language, knows: impl Fn(&str) -> bool) -> Vec<String> {
    let letters: Vec<char> = word.chars().collect();
    let mut found = Vec::new();
    if letters.len() > LONGEST {
        return found;
    }
    let mut keep = |candidate: String| {
        if found.len() < MOST && candidate != word && !found.contains(&candidate) && knows(&candidate) {
            found.push(candidate);
        }
        found.len() < MOST
    };
    if language == Language::Lithuanian && !with_diacritics(&letters, &mut keep) {
        return found;
    }
    one_edit(&letters, language, &mut keep);
    found
}

/// The letters that a keyboard without Lithuanian ones leaves bare.
fn dressed(letter: char) -> &'static [char] {
    match letter {
        'a' => &['ą'],
        'c' => &['č'],
        'e' => &['ė', 'ę'],
        'i' => &['į'],
        's' => &['š'],
        'u' => &['ų', 'ū'],
        'z' => &['ž'],
        'A' => &['Ą'],
        'C' => &['Č'],
        'E' => &['Ė', 'Ę'],
        'I' => &['Į'],
        'S' => &['Š'],
        'U' => &['Ų', 'Ū'],
        'Z' => &['Ž'],
        _ => &[],
    }
}

/// Every way to dress letters of the word, few at first: most words lost one or two diacritics.
fn with_diacritics(letters: &[char], keep: &mut impl FnMut(String) -> bool) -> bool {
    let mut last: Vec<(Vec<char>, usize)> = vec![(letters.to_vec(), 0)];
    let mut variants = 0;
    while !last.is_empty() && variants < MOST_VARIANTS {
        let mut next = Vec::new();
        for (word, from) in &last {
            for at in *from..word.len() {
                for letter in word.get(at).map_or(&[][..], |letter| dressed(*letter)) {
                    let mut variant = word.clone();
                    variant.splice(at..=at, [*letter]);
                    variants += 1;
                    if !keep(variant.iter().collect()) {
                        return false;
                    }
                    next.push((variant, at + 1));
                }
            }
            if variants >= MOST_VARIANTS {
                break;
            }
        }
        last = next;
    }
    true
}

/// Every word that one slip of a finger makes of this one: letters swapped, one too many, another one, one missing.
fn one_edit(letters: &[char], language: Language, keep: &mut impl FnMut(String) -> bool) {
    let alphabet = match language {
        Language::Lithuanian => "aąbcčdeęėfghiįyjklmnoprsštuųūvzž",
        Language::English => "abcdefghijklmnopqrstuvwxyz",
    };
    let splice = |at: usize, removed: usize, inserted: &[char]| -> String {
        let rest = letters.iter().skip(at + removed);
        letters.iter().take(at).chain(inserted).chain(rest).collect()
    };
    let swapped = letters.windows(2).enumerate().filter_map(|(at, pair)| match pair {
        [first, second] => Some(splice(at, 2, &[*second, *first])),
        _ => None,
    });
    let shortened = (0..letters.len()).map(|at| splice(at, 1, &[]));
    let replaced = (0..letters.len()).flat_map(|at| alphabet.chars().map(move |c| (at, c))).map(|(at, c)| {
        let is_capital = letters.get(at).is_some_and(|letter| letter.is_uppercase());
        let c = if is_capital { c.to_uppercase().next().unwrap_or(c) } else { c };
        splice(at, 1, &[c])
    });
    let lengthened =
        (0..=letters.len()).flat_map(|at| alphabet.chars().map(move |c| (at, c))).map(|(at, c)| splice(at, 0, &[c]));
    for candidate in swapped.chain(shortened).chain(lengthened).chain(replaced) {
        if !keep(candidate) {
            return;
        }
    }
}
