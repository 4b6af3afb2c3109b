/**
 * The view of how the service stands now, drawn anew with every reply of /v1/panel/live.
 *
 * It only draws; it does not know when it is called.
 */

import { byId, setText } from "../dom.js";
import { Chart } from "./chart.js";
import { clock, share, sinceStart, sum, written } from "./figures.js";
import { drawFacts, drawTable } from "./table.js";

const SILENCES = {
  unsure: "Not worth a look",
  empty: "Nothing written yet",
  sensitive: "Looks like a secret",
  "inside-word": "Inside a word",
  deadline: "Out of time",
  stale: "Overtaken by a newer key",
};

const HOUR = { tick: clock, steps: [600, 1200, 1800] };

export class Now {
  #keys = new Chart(byId("chart-keys"), {
    title: "Keys in the last hour",
    note: "a minute",
    x: "Minute",
    ...HOUR,
    series: [
      { label: "Answered", color: "--from-background", written: written.count },
      { label: "Something shown", color: "--accent", written: written.count },
    ],
  });
  #latency = new Chart(byId("chart-latency"), {
    title: "Time to an answer in the last hour",
    note: "waiting included",
    x: "Minute",
    ...HOUR,
    series: [
      { label: "Half", color: "--accent", written: written.ms, points: true },
      { label: "Nine in ten", color: "--from-background", written: written.ms, points: true },
      { label: "99 of 100", color: "--from-lm", written: written.ms, points: true, dashed: true },
    ],
  });

  draw(live) {
    const now = sinceStart(live);
    byId("welcome").hidden = now.answers > 0;
    setText(byId("now-note"), `Counts since the start, ${written.duration(live.uptime_s)} ago`);
    drawFacts(byId("now-tiles"), tiles(live, now));
    this.#drawCharts(live.minutes);
    drawWritings(live.by_writing);
    drawSilences(live);
    drawFacts(byId("runs"), runs(live));
  }

  #drawCharts(minutes) {
    const at = minutes.map((minute) => Date.parse(minute.at) / 1000);
    const labels = at.map(clock);
    const counts = minutes.map((minute) => minute.counts);
    this.#keys.draw(at, [counts.map((each) => each.answers), counts.map((each) => each.shown)], labels);
    this.#latency.draw(at, ["p50_ms", "p90_ms", "p99_ms"].map((name) => counts.map((each) => each[name])), labels);
  }
}

function tiles(live, now) {
  const { p50_ms: p50, p90_ms: p90, p99_ms: p99 } = live.hour;
  return [
    ["Keys saved", written.count(now.saved), `${written.count(now.answers)} keys asked`],
    ["Taken", written.percent(now.taken), "of suggestions shown"],
    ["Right when shown", written.percent(now.right), "taken whole, or typed through"],
    ["Coverage", written.percent(now.coverage), "of keys show something"],
    ["Time to an answer", written.ms(p50), `90 %: ${written.ms(p90)}, 99 %: ${written.ms(p99)}`],
    ["Model steps a key", written.number(now.stepsPerKey), "that an answer waited for"],
    ["Known already", written.percent(now.withoutStep), "of keys, without a model step"],
    ["Users", written.count(live.users), `memory of the server: ${written.megabytes(live.memory_bytes)}`],
  ];
}

function drawWritings(rows) {
  const columns = [
    { name: "Kind, locale", of: (row) => `${row.kind}, ${row.locale}` },
    { name: "Keys", number: true, of: (row) => written.count(row.answers) },
    { name: "Coverage", number: true, of: (row) => written.percent(share(row.shown, row.answers)) },
    { name: "Taken", number: true, of: (row) => written.percent(ended(row, ["accepted", "partly"])) },
    { name: "Right", number: true, of: (row) => written.percent(ended(row, ["accepted", "typed"])) },
    { name: "Saved", number: true, of: (row) => written.count(row.keys_saved) },
  ];
  drawTable(byId("writings"), "By kind and locale", columns, rows, "Nothing was written yet.");
}

function ended({ outcomes }, names) {
  return share(sum(names, (name) => outcomes[name] ?? 0), sum(Object.values(outcomes), (count) => count));
}

function drawSilences(live) {
  const all = sum(Object.values(live.silences), (count) => count);
  const rows = Object.entries(live.silences).filter(([, count]) => count).sort(([, one], [, two]) => two - one);
  const columns = [
    { name: "Reason", of: ([reason]) => SILENCES[reason] ?? reason },
    { name: "Keys", number: true, of: ([, count]) => written.count(count) },
    { name: "Share", number: true, of: ([, count]) => written.percent(share(count, all)) },
  ];
  drawTable(byId("silences"), "Why nothing was shown", columns, rows, "There was something to show each time.");
}

function runs(live) {
  const failures = sum(Object.values(live.failures), (count) => count);
  const parts = Object.entries({ package: live.version, ...live.versions });
  return [
    ["Model", live.model ?? "being opened"],
    ...parts.map(([part, version]) => [part[0].toUpperCase() + part.slice(1), version]),
    ["Words learned", written.count(live.learned_words)],
    ["Overtaken by a newer key", written.count(live.superseded)],
    ["Refused, the queue was full", written.count(live.refused)],
    ["Client went away", written.count(live.abandoned)],
    ["Failed by our own fault", written.count(failures)],
  ];
}
