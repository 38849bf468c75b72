// Search over the files that the generator wrote under /search/ (their formats: index.rs).
// Without this script the form still leads to the page named in its `action`.
//
// <form role="search" action="/paieska/" data-index="/search/" data-one="Rastas {n} puslapis" data-few="Rasti {n}
//   puslapiai" data-many="Rasta {n} puslapių" data-none="Nieko nerasta"
//   data-more="Rodyti daugiau" data-failed="Paieška šiuo metu neveikia">
//   <input type="search" name="q"> <select name="type"> <select name="year"> <select name="unit">
// </form>
// <div data-search-results></div>  (optional: otherwise results follow the form)
//
// Nothing from the index is ever parsed as HTML: text goes in by textContent only.

const SHOWN = 10, FIRST = 3;
const IDLE = 600; // ms without a key after which the address in the address bar follows
const RANGES = 8; // most files fetched for the words that begin with what was typed
// Points of a word by place: text, text often, summary, title. A guess never beats the word itself in a better place.
const EXACT = [2, 3, 8, 24], BEGINS = [1, 2, 7, 22], GUESSED = [1, 1, 6, 20];

class Language {
  constructor({ endings, softened, suffixes, aliases, stop, shortest }) {
    const rules = (text) => new Map(text.split(" ").map((rule) => [rule.split("=")[0], rule.split("=")[1] || ""]));
    [this.endings, this.softened, this.suffixes, this.aliases, this.stop] =
      [endings, softened, suffixes, aliases, stop].map(rules);
    [this.shortest, this.shortestOfLong, this.long] = shortest;
    this.begun = new Set(); // beginnings of endings, for a word that is still being typed
    for (const ending of this.endings.keys()) for (let k = 1; k <= ending.length; k++) this.begun.add(ending.slice(0, k));
  }

  words(text) {
    return (text.match(/[\p{L}\p{N}\u0300-\u036f\u00ad]+/gu) || []).map((word) => word.toLowerCase()
      .replace(/[\u00c0-\u017f]/g, (letter) => letter.normalize("NFD")[0]).replace(/[\u0300-\u036f\u00ad]/g, ""))
      .filter((word) => (word.length > 1 || /^[0-9]$/.test(word)) && !this.stop.has(word));
  }

  term(word) {
    if (!/^[a-z]+$/.test(word)) return word;
    const stem = this.root(this.cut(word, this.endings, this.shortest));
    return this.aliases.get(stem) || stem;
  }

  root(stem) {
    return this.cut(this.cut(stem, this.softened, this.shortest), this.suffixes, this.shortestOfLong);
  }

  cut(word, rules, shortest) {
    for (let k = 0; k < word.length; k++) {
      const stem = word.slice(0, k) + (rules.get(word.slice(k)) ?? "");
      if (rules.has(word.slice(k)) && stem.length >= (word.length - k >= this.long ? this.shortestOfLong : shortest))
        return stem;
    }
    return word;
  }

  // Terms that an unfinished word may lead to, likeliest first: "savivaldybėm" on the way to "savivaldybėms".
  unfinished(word) {
    const terms = [];
    for (let k = word.length - 1; k > this.shortest; k--)
      if (this.begun.has(word.slice(k))) terms.push(this.root(word.slice(0, k)));
    return terms;
  }
}

// Whether one letter was added, dropped or changed, or two neighbours swapped. `open`: `term` may go on after that.
function near(word, term, open) {
  let k = 0;
  while (k < word.length && word[k] === term[k]) k++;
  const same = (left, right) => (open ? right.startsWith(left) : left === right);
  const [w, t] = [word.slice(k), term.slice(k)];
  return same(w.slice(1), t.slice(1)) || same(w, t.slice(1)) || same(w.slice(1), t) ||
    (w.length > 1 && w[0] === t[1] && w[1] === t[0] && same(w.slice(2), t.slice(2)));
}

class Index {
  constructor(base) {
    this.base = base;
    this.files = new Map();
    this.utf8 = new TextDecoder();
  }

  async get(name, kind, options) {
    const response = await fetch(this.base + name, options);
    if (!response.ok) throw new Error(name + ": " + response.status);
    return kind === "json" ? response.json() : new Uint8Array(await response.arrayBuffer());
  }

  // A file is fetched and taken apart once; a failure is forgotten, so the next keystroke tries again.
  once(name, load) {
    if (!this.files.has(name)) this.files.set(name, load().catch((error) => { this.files.delete(name); throw error; }));
    return this.files.get(name);
  }

  open() {
    return this.once("", async () => {
      const { terms, words, ...directory } = await this.get("index.json", "json", { cache: "no-cache" });
      Object.assign(this, directory, { termRanges: terms, wordRanges: words });
      this.lang = new Language(this.language);
      this.year = new Uint16Array(this.pages);
      let page = 0;
      for (const [year, count] of this.years) { this.year.fill(year, page, page + count); page += count; }
      const bytes = await this.get(this.columns);
      const column = (start) => Uint16Array.from({ length: this.pages }, (_, k) => bytes[start + 2 * k] | bytes[start + 2 * k + 1] << 8);
      this.kind = column(0);
      this.unit = column(2 * this.pages);
    });
  }

  // The files of sorted `ranges` that may hold words beginning with `from` (or `from` alone).
  async read(ranges, from, begins, postings) {
    let first = ranges.findLastIndex(([start]) => start <= from), last = Math.max(first, 0);
    first = last;
    while (begins && last + 1 < ranges.length && last - first < RANGES && ranges[last + 1][0].startsWith(from)) last++;
    const files = ranges.slice(first, last + 1).map(([, name]) =>
      this.once(name, async () => this.records(await this.get(name), postings)));
    return (await Promise.all(files)).flat();
  }

  records(bytes, postings) {
    const list = [], word = [];
    for (let at = 0; at < bytes.length;) {
      word.length = bytes[at++];
      for (let own = bytes[at++]; own > 0; own--) word.push(bytes[at++]);
      const record = { term: this.utf8.decode(Uint8Array.from(word)) };
      if (postings) {
        let length = 0, shift = 0, byte;
        do { byte = bytes[at++]; length |= (byte & 127) << shift; shift += 7; } while (byte > 127);
        record.pages = bytes.subarray(at, at += length);
      }
      list.push(record);
    }
    return list;
  }

  async terms(term, begins = false) {
    const records = await this.read(this.termRanges, term, begins, true);
    return records.filter((record) => (begins ? record.term.startsWith(term) : record.term === term));
  }

  // Points of every page for one word. Kept: the words before the one being typed stay the same from key to key.
  points(word, last) {
    if (this.files.size > 400) this.files.clear(); // hours of searching on one page; the browser's cache has them still
    return this.once(word + (last ? "*" : " "), () => this.count(word, last));
  }

  async count(word, last) {
    const points = new Uint8Array(this.pages), term = this.lang.term(word);
    const add = (records, worth) => {
      for (const { pages } of records)
        for (let at = 0, page = 0; at < pages.length;) {
          let value = 0, shift = 0, byte;
          do { byte = pages[at++]; value |= (byte & 127) << shift; shift += 7; } while (byte > 127);
          page += value >> 2;
          const worthy = worth[value & 3];
          if (points[page] < worthy) points[page] = worthy;
        }
      return records.length;
    };
    const begins = word.length > 2 ? this.terms(word, true) : [];
    let found = add(await this.terms(term), EXACT);
    if (last || !found) found += add(await begins, BEGINS);
    if (found) return points;
    for (const other of last ? this.lang.unfinished(word) : []) if (add(await this.terms(other), EXACT)) return points;
    // Two letters say too little to find nothing: they wait for the third.
    if (last && word.length < 3) return null;
    if (word.length < 5 || /[0-9]/.test(word)) return points;
    const all = (await this.read(this.wordRanges, word[0], true, false)).map((record) => record.term)
      .filter((other) => other[0] === word[0]);
    let guesses = all.filter((other) => near(term, other) || near(word, other));
    if (last && !guesses.length) guesses = all.filter((other) => near(word, other, true));
    guesses = guesses.slice(0, 6);
    for (const guess of guesses) add(await this.terms(guess), GUESSED);
    return points;
  }

  // Numbers of the pages found, best first; null when there is nothing to ask yet. When no page has all words, those that have most of them count.
  async find(text, filter) {
    await this.open();
    const words = [...new Set(this.lang.words(text))].slice(0, 8);
    const typing = /[\p{L}\p{N}]$/u.test(text);
    const points = words.map((word, k) => this.points(word, typing && k === words.length - 1));
    const found = (await Promise.all(points)).filter(Boolean);
    if (!found.length) return null;
    const [kind, unit, year] = [this.kinds.indexOf(filter.type) + 1, this.units.indexOf(filter.unit) + 1, +filter.year];
    let most = 1, ranks = [];
    // Newest first, so pages with the same points stay in that order. An undated page is current.
    for (let page = this.pages - 1; page >= 0; page--) {
      if ((filter.type && this.kind[page] !== kind) || (filter.unit && this.unit[page] !== unit) || (year && this.year[page] !== year)) continue;
      let matched = 0, sum = 0;
      for (const word of found) if (word[page]) { matched++; sum += word[page]; }
      if (matched < most) continue;
      if (matched > most) { ranks = []; most = matched; }
      (ranks[2 * sum + (this.year[page] ? 0 : 1)] ??= []).push(page);
    }
    return ranks.reverse().flat();
  }

  async title(page) {
    const chunk = this.titles[Math.floor(page / this.chunk)];
    const [url, title, summary] = (await this.once(chunk, () => this.get(chunk, "json")))[page % this.chunk];
    const about = [this.kinds[this.kind[page] - 1], this.year[page] || "", this.units[this.unit[page] - 1]];
    return { url, title, summary, about: about.filter(Boolean).join(" · ") };
  }
}

function element(name, text, place) {
  const made = document.createElement(name);
  if (text) made.textContent = text;
  place.append(made);
  return made;
}

function start(form) {
  const index = new Index(form.dataset.index || "/search/"), field = form.elements.q;
  let place = document.querySelector("[data-search-results]");
  if (!place) form.after(place = document.createElement("div"));
  const status = element("p", "", place), list = element("ol", "", place), more = element("button", form.dataset.more, place);
  status.setAttribute("role", "status");
  status.setAttribute("aria-live", "polite");
  more.type = "button";
  more.hidden = true;
  const plural = new Intl.PluralRules(document.documentElement.lang || "lt");
  let query = 0, idle = 0, busy = false, waiting = false, pages = [];

  const filters = ["type", "year", "unit"].map((name) => form.elements[name]).filter(Boolean);
  const state = () => Object.fromEntries(filters.map((select) => [select.name, select.value]));

  async function show(current, from) {
    const rows = pages.slice(from, from + SHOWN).map((page) => index.title(page));
    rows.forEach((row) => row.catch(() => {})); // told below, in its turn
    // What a phone's screen holds does not wait for the rest.
    for (const [first, end] of [[0, FIRST], [FIRST, SHOWN]]) {
      const ready = await Promise.all(rows.slice(first, end));
      if (current !== query) return;
      const items = document.createDocumentFragment();
      for (const { url, title, summary, about } of ready) {
        const item = element("li", "", items);
        element("a", title, item).href = url;
        if (summary) element("p", summary, item);
        if (about) element("small", about, item);
      }
      if (from + first) list.append(items);
      else { list.replaceChildren(items); count(); }
    }
    more.hidden = pages.length <= from + SHOWN;
    if (from) list.children[from]?.firstChild.focus();
  }

  function count() {
    const { one, few, many, none } = form.dataset, shapes = { one, few };
    const words = pages.length ? shapes[plural.select(pages.length)] || many : none;
    status.textContent = pages.asked ? words.replace("{n}", pages.length) : "";
    form.dispatchEvent(new CustomEvent("search-shown", { detail: { count: pages.length } }));
  }

  function follow() {
    const address = new URLSearchParams(Object.entries({ q: field.value.trim(), ...state() }).filter(([, value]) => value));
    history.replaceState(history.state, "", String(address) ? "?" + address : location.pathname);
  }

  async function run() {
    const current = ++query, text = field.value.trimStart();
    clearTimeout(idle);
    idle = setTimeout(follow, IDLE);
    try {
      const found = await index.find(text, state());
      if (current !== query) return;
      pages = Object.assign(found || [], { asked: Boolean(found) });
      await show(current, 0);
    } catch (error) {
      console.error(error);
      if (current === query) status.textContent = form.dataset.failed;
    }
  }

  // No fixed pause: a query starts at once, and keys pressed while it runs become one query after it. So a fast phone
  // answers every key and a slow one fewer.
  async function soon() {
    waiting = true;
    if (busy) return;
    busy = true;
    while (waiting) {
      waiting = false;
      await run();
    }
    busy = false;
  }

  async function open() {
    await index.open().catch(() => {}); // told when a query needs it
    const values = { type: index.kinds, year: index.years?.map(([year]) => year).filter(Boolean).reverse(), unit: index.units };
    for (const select of filters)
      if (select.options.length < 2) for (const value of values[select.name] || []) element("option", String(value), select).value = value;
  }

  field.addEventListener("focus", open, { once: true });
  field.addEventListener("input", soon);
  for (const select of filters) select.addEventListener("change", soon);
  more.addEventListener("click", () => show(query, list.children.length).catch(() => { status.textContent = form.dataset.failed; }));
  form.addEventListener("submit", (event) => { event.preventDefault(); soon().then(follow); });
  // Arrows walk from the field through the results and back; Escape returns to the field.
  const walk = (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key], links = [field, ...list.querySelectorAll("a")];
    const at = links.indexOf(document.activeElement);
    if (event.key === "Escape" && at > 0) field.focus();
    else if (step && at >= 0 && links[at + step]) links[at + step].focus();
    else return;
    event.preventDefault();
  };
  form.addEventListener("keydown", walk);
  list.addEventListener("keydown", walk);

  const asked = new URLSearchParams(location.search);
  if (asked.get("q")) {
    field.value = asked.get("q");
    open().then(() => {
      for (const select of filters) if (asked.get(select.name)) select.value = asked.get(select.name);
      soon();
    });
  }
}

export { Language, Index, near };
if (globalThis.document) for (const form of document.querySelectorAll('form[role="search"]')) start(form);
