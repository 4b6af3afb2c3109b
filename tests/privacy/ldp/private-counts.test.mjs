// The browser's private statistics: what they refuse, what they remember, and that no report holds text.
import assert from "node:assert/strict";
import { test } from "node:test";

const MODULE = new URL("../../../src/foretype/serve/static/private-counts.js", import.meta.url);
const counts = await import(MODULE);
const { ALLOWED_SEASONS, EMPTY_DAY, SEASON_DAYS, STATISTICS } = counts;
const { answer, below, begin, count, dayNumber, enrol, localeOf, renewed, reportOf, secureWord, trueAnswer } = counts;

const SEEN = { outcome: "accepted", kind: "chat", hour: 9, words: 2, locale: "de-AT", client: "browser" };
const NEW_LEDGER = { ...enrol(0), beginsDay: 0 };
const busy = () => ({ shown: 60, taken: 30, drawn: SEEN });

test("a season asks one question and looks at one day only", () => {
  let ledger = NEW_LEDGER;
  const looked = [];
  const asked = [];
  for (let today = 100; today < 100 + 2 * SEASON_DAYS; today++) {
    const made = answer(ledger, today, () => (looked.push(today), busy()));
    asked.push(made.report.statistic);
    ledger = JSON.parse(JSON.stringify(made.ledger));
  }
  assert.deepEqual(looked, [100, 100 + SEASON_DAYS]);
  assert.equal(new Set(asked.slice(0, SEASON_DAYS)).size, 1);
});

test("no report is made before a whole day was counted", () => {
  const ledger = enrol(100);
  assert.ok(ledger.beginsDay >= 102 && ledger.beginsDay <= 108);
  assert.throws(() => answer(ledger, ledger.beginsDay - 1, busy), /no whole day/);
});

test("a second report of a day is refused", () => {
  const { ledger } = answer(NEW_LEDGER, 5, busy);
  for (const today of [5, 4, 0]) assert.throws(() => answer(ledger, today, busy), /one report a day/);
});

test("a spent budget is refused until a person renews it", () => {
  let ledger = NEW_LEDGER;
  for (let season = 0; season < ALLOWED_SEASONS; season++) ledger = answer(ledger, season * SEASON_DAYS, busy).ledger;
  const after = ALLOWED_SEASONS * SEASON_DAYS;
  assert.throws(() => answer(ledger, after, busy), /allowance is spent/);
  assert.equal(answer(renewed(ledger), after, busy).ledger.seasonsBegun, ALLOWED_SEASONS + 1);
});

test("no report holds text, whatever an application puts into a locale", () => {
  const secret = "the merger is on Friday";
  for (const statistic of STATISTICS) {
    for (let run = 0; run < 20; run++) {
      const day = { shown: 1, taken: 0, drawn: { ...SEEN, locale: secret } };
      const report = reportOf(begin(statistic, day, 20_000, secureWord), 20_000, secureWord);
      assert.deepEqual(Object.keys(report), ["version", "id", "day", "statistic", "answer"]);
      assert.match(report.id, /^[0-9a-f]{32}$/);
      const closed = statistic.values ? statistic.values.includes(report.answer) : /^\d{1,2}:[0-9a-f]{32}$/.test(report.answer);
      assert.ok(closed, report.answer);
    }
  }
});

test("a quiet day answers every question too", () => {
  for (const { name, values } of STATISTICS) {
    const found = trueAnswer(name, EMPTY_DAY);
    assert.equal(found, { taken: "no", shown: "0" }[name] ?? "none");
    assert.ok(!values || values.includes(found));
  }
});

test("each suggestion of a day is drawn as often", () => {
  const drawn = [0, 0, 0];
  for (let run = 0; run < 3000; run++) {
    const day = [0, 1, 2].reduce((sofar, hour) => count(sofar, { ...SEEN, hour }), EMPTY_DAY);
    drawn[day.drawn.hour]++;
  }
  assert.ok(Math.min(...drawn) > 850 && Math.max(...drawn) < 1150, String(drawn)); // six standard deviations
});

test("words of the incomplete last round are thrown away", () => {
  const words = [2 ** 32 - 1, 7];
  assert.equal(below(5, () => words.shift()), 2);
});

test("a locale is at most a language and a region; a day is counted in UTC", () => {
  assert.equal(localeOf("en_us.UTF-8"), "en-US");
  assert.equal(localeOf("zh-Hant-TW"), "zh-TW");
  assert.equal(localeOf("call me at 5"), "other");
  assert.equal(dayNumber(new Date("1970-01-02T23:59:59Z")), 1);
});
