/**
 * Hit and miss counts of a browser, as noisy answers under local differential privacy: the twin of privacy/ldp/ in Python.
 *
 * Everything here is a function of values handed in: `word()` gives 32 random bits (secureWord in use, a list in tests), a
 * ledger and a day are plain objects that JSON can keep. Given the same words both languages make the same report.
 *
 * It does not know where ledgers are kept, nor who sends a report. docs/why/private-statistics.md tells what is guaranteed.
 */

export const VERSION = 1;
export const SEASON_DAYS = 28;
export const SEASON_EPSILON = 2;
export const ALLOWED_SEASONS = 13;
export const MILLISECONDS_A_DAY = 86_400_000;
const ONE = 2 ** 32; // a chance of 1
const DAYS_BEFORE = 2; // until a whole day has been counted
const SPREAD_DAYS = 7; // of first days, so that no weekday is asked about more than another
const NONE = "none";
const NUM_ROWS = 16;
const WIDTH = 128; // bits of a row
const TAKEN = ["accepted", "partly"];

/** The questions in order; `season` and `report` are chances to keep a symbol, of 2 ** 32. */
export const STATISTICS = [
  choice("taken", ["no", "yes"], 3271021992, 2606083649),
  choice("shown", ["0", "1-9", "10-49", "50-199", "200+"], 2409399581, 1958155022),
  choice("share", [NONE, "0%", "under 10%", "10-29%", "30%+"], 2409399581, 1958155022),
  choice("outcome", [NONE, "accepted", "partly", "typed", "rejected", "ignored"], 2214921522, 1854108494),
  choice("kind", [NONE, "email", "chat", "note"], 2641316663, 2098592384),
  choice("hour", [NONE, "0-3", "4-7", "8-11", "12-15", "16-19", "20-23"], 2049493765, 1773930553),
  choice("length", [NONE, "1", "2", "3-4", "5+"], 2409399581, 1958155022),
  choice("client", [NONE, "server", "browser", "editor"], 2641316663, 2098592384),
  { name: "locale", values: null, size: 2, rows: NUM_ROWS, season: 1984778077, report: 2276300779 },
];

export const EMPTY_DAY = { shown: 0, taken: 0, drawn: null };

/** 32 bits of the browser's generator. */
export function secureWord() {
  return crypto.getRandomValues(new Uint32Array(1))[0];
}

/** Days since 1970-01-01, UTC. */
export function dayNumber(date) {
  return Math.floor(date.getTime() / MILLISECONDS_A_DAY);
}

/** The day with one suggestion more: {outcome, kind, hour, words, locale, client}. One of all is drawn, each as likely. */
export function count(day, seen, word = secureWord) {
  const shown = day.shown + 1;
  const isDrawn = below(shown, word) === 0;
  const drawn = isDrawn || day.drawn === null ? seen : day.drawn;
  return { shown, taken: day.taken + Number(TAKEN.includes(seen.outcome)), drawn };
}

/** The ledger of a browser that was opted in today; its first report is made two to eight days later. */
export function enrol(today, word = secureWord) {
  const beginsDay = today + DAYS_BEFORE + below(SPREAD_DAYS, word);
  return { beginsDay, seasonsLeft: ALLOWED_SEASONS, seasonsBegun: 0, season: null, lastDay: null };
}

/**
 * {ledger, report} of `today`; keep the ledger before the report is sent. `yesterday` gives the last whole day's counts and is
 * called only when a season begins. Throws a RangeError, and spends nothing, before the first day, for a second report of a day and a spent budget.
 */
export function answer(ledger, today, yesterday, word = secureWord) {
  if (today < ledger.beginsDay) throw new RangeError("private statistics: no whole day has been counted yet");
  if (ledger.lastDay !== null && today <= ledger.lastDay) {
    throw new RangeError("private statistics: this day was reported already; one report a day is all that is allowed");
  }
  const isOver = ledger.season === null || today >= ledger.season.firstDay + SEASON_DAYS;
  const now = isOver ? begun(ledger, today, yesterday, word) : ledger;
  return { ledger: { ...now, lastDay: today }, report: reportOf(now.season, today, word) };
}

/** The ledger with a whole allowance again, after a person said yes again. */
export function renewed(ledger) {
  return { ...ledger, seasonsLeft: ALLOWED_SEASONS };
}

/** A season that answers `statistic` for `day`: the one place where a true answer meets noise. */
export function begin(statistic, day, firstDay, word) {
  const row = below(statistic.rows, word);
  const permanent = drawn(statistic, symbols(statistic, day, row), statistic.season, word);
  return { firstDay, statistic: statistic.name, row, permanent };
}

/** A report of the season: its permanent answer, drawn again. */
export function reportOf(season, today, word) {
  const statistic = STATISTICS.find(({ name }) => name === season.statistic);
  const found = drawn(statistic, season.permanent, statistic.report, word);
  const id = [0, 1, 2, 3].map(() => word().toString(16).padStart(8, "0")).join("");
  const day = new Date(today * MILLISECONDS_A_DAY).toISOString().slice(0, 10);
  return { version: VERSION, id, day, statistic: statistic.name, answer: written(statistic, found, season.row) };
}

/** What the day answers, before any noise: never to be stored or sent. */
export function trueAnswer(name, day) {
  if (name === "taken") return day.taken ? "yes" : "no";
  if (name === "shown") return shownBucket(day.shown);
  if (name === "share") return shareBucket(day);
  return day.drawn === null ? NONE : ofDrawn(name, day.drawn);
}

/** Language and region of a locale's tag; nothing else of what an application may have put there. */
export function localeOf(tag) {
  const found = /^([A-Za-z]{2,3})(?:[-_][A-Za-z]{4})?(?:[-_]([A-Za-z]{2}))?(?:[-_.@].*)?$/.exec(tag);
  if (!found) return "other";
  const language = found[1].toLowerCase();
  return found[2] ? `${language}-${found[2].toUpperCase()}` : language;
}

/** Where `value` stands in a row of the sketch: FNV-1a of "row:value" in UTF-8, mixed as Murmur3 ends. */
export function position(row, value) {
  let state = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(`${row}:${value}`)) state = Math.imul(state ^ byte, 0x01000193);
  state = Math.imul(state ^ (state >>> 16), 0x85ebca6b);
  state = Math.imul(state ^ (state >>> 13), 0xc2b2ae35);
  return ((state ^ (state >>> 16)) >>> 0) % WIDTH;
}

/** A number from 0 to `size` - 1, each exactly as likely: words of the last, incomplete round are thrown away. */
export function below(size, word) {
  const limit = ONE - (ONE % size);
  let found = word();
  while (found >= limit) found = word();
  return found % size;
}

function choice(name, values, season, report) {
  return { name, values, size: values.length, rows: 1, season, report };
}

function begun(ledger, today, yesterday, word) {
  if (ledger.seasonsLeft <= 0) {
    throw new RangeError("private statistics: the allowance is spent; nothing more is sent unless a person renews it");
  }
  const statistic = STATISTICS[below(STATISTICS.length, word)];
  const season = begin(statistic, yesterday(), today, word);
  return { ...ledger, seasonsLeft: ledger.seasonsLeft - 1, seasonsBegun: ledger.seasonsBegun + 1, season };
}

function symbols(statistic, day, row) {
  const truth = trueAnswer(statistic.name, day);
  if (statistic.values) return [statistic.values.indexOf(truth)];
  const place = position(row, truth);
  return Array.from({ length: WIDTH }, (_, at) => Number(at === place));
}

function drawn(statistic, truth, keep, word) {
  return truth.map((symbol) => {
    const isKept = word() < keep;
    const other = below(statistic.size, word); // drawn in any case: a draw takes as long whatever it gives
    return isKept ? symbol : other;
  });
}

function written(statistic, found, row) {
  return statistic.values ? statistic.values[found[0]] : `${row}:${toHex(found)}`;
}

function toHex(bits) {
  return bits.join("").replace(/.{4}/g, (four) => Number.parseInt(four, 2).toString(16));
}

function shownBucket(shown) {
  if (shown === 0) return "0";
  return shown < 10 ? "1-9" : shown < 50 ? "10-49" : shown < 200 ? "50-199" : "200+";
}

function shareBucket({ shown, taken }) {
  if (shown === 0) return NONE;
  if (taken === 0) return "0%";
  const percent = Math.floor((100 * taken) / shown);
  return percent < 10 ? "under 10%" : percent < 30 ? "10-29%" : "30%+";
}

function ofDrawn(name, seen) {
  if (name === "hour") return `${seen.hour - (seen.hour % 4)}-${seen.hour - (seen.hour % 4) + 3}`;
  if (name === "length") return seen.words < 3 ? String(Math.max(1, seen.words)) : seen.words < 5 ? "3-4" : "5+";
  return name === "locale" ? localeOf(seen.locale) : seen[name];
}
