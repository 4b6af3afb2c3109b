/**
 * The view over days and weeks, from /v1/panel/weeks: what the journal of outcomes tells, and answers day by day.
 *
 * It does not know how outcomes are kept.
 */

import { byId, setText } from "../dom.js";
import { Chart } from "./chart.js";
import { aligned, byNumber, dayMonth, daysBetween, rightShare, share, sum, summed, takenShare, written } from "./figures.js";
import { drawModels } from "./models.js";
import { drawFacts, drawTable } from "./table.js";

const HOURS = [...Array(24).keys()];
const DAYS = [1, 2, 4, 7, 14, 28, 56, 84].map((days) => days * 86_400); // between ticks
const WHOLE = () => [0, 1];

export class Weeks {
  #call;
  #charts = null;

  constructor(call) {
    this.#call = call;
    byId("weeks-days").addEventListener("change", () => this.show());
  }

  /** Fetch and draw. */
  async show() {
    const days = byId("weeks-days").value;
    const [weeks, models] = await Promise.all([this.#call("GET", `/v1/panel/weeks?days=${days}`), this.#call("GET", "/v1/panel/models")]);
    this.#charts ??= openCharts();
    const all = summed(weeks.days);
    setText(byId("weeks-note"), noteOn(weeks, all));
    drawFacts(byId("weeks-tiles"), tiles(weeks, all));
    this.#drawDays(weeks);
    this.#drawCalibration(weeks.calibration);
    const hours = aligned(HOURS.map(String), weeks.hours, "name");
    this.#charts.hours.draw(HOURS, [hours.map((hour) => hour?.keys_saved ?? 0)], HOURS.map((hour) => `${hour}:00`));
    drawGroups(weeks);
    drawModels(models);
  }

  #drawDays(weeks) {
    const days = daysBetween(weeks.since, new Date());
    const at = days.map((day) => Date.parse(`${day}T12:00:00`) / 1000);
    const ended = aligned(days, weeks.days, "name");
    const answered = aligned(days, weeks.answered, "day").map((day) => day?.counts ?? null);
    const { saved, shares, coverage, latency } = this.#charts;
    saved.draw(at, [ended.map((day) => day?.keys_saved ?? null)], days);
    shares.draw(at, [takenShare, rightShare].map((of) => ended.map((day) => (day ? of(day) : null))), days);
    coverage.draw(at, [answered.map((day) => (day ? share(day.shown, day.answers) : null)), answered.map((day) => (day ? share(day.without_lm_step, day.answers) : null))], days);
    latency.draw(at, ["p50_ms", "p90_ms"].map((name) => answered.map((day) => day?.[name] ?? null)), days);
  }

  #drawCalibration(bins) {
    const believed = bins.map((bin) => bin.mean_prob);
    const labels = bins.map((bin) => `of ${written.count(bin.shown)} at ${written.percent(bin.mean_prob)}`);
    this.#charts.calibration.draw(believed, [bins.map((bin) => bin.right_share), believed], labels);
  }
}

function openCharts() {
  const line = (label, color, how, rest = {}) => ({ label, color, written: how, points: true, ...rest });
  const chart = (id, title, note, rest) => new Chart(byId(id), { title, note, x: "Day", tick: dayMonth, short: dayMonth, steps: DAYS, ...rest });
  const { count, percent, ms } = written;
  return {
    saved: chart("chart-saved", "Keys saved", "a day", { bars: true, series: [line("Keys saved", "--accent", count)] }),
    shares: chart("chart-shares", "Taken, and right", "of suggestions shown", {
      range: WHOLE,
      series: [line("Taken", "--accent", percent), line("Right when shown", "--from-lm", percent)],
    }),
    coverage: chart("chart-coverage", "Coverage, and known already", "of keys asked", {
      range: WHOLE,
      series: [line("Something shown", "--accent", percent), line("Without a model step", "--from-background", percent)],
    }),
    latency: chart("chart-days-latency", "Time to an answer", "waiting included", {
      series: [line("Half", "--accent", ms), line("Nine in ten", "--from-background", ms)],
    }),
    calibration: chart("chart-calibration", "Calibration", "came true, by what was believed", {
      x: "Believed",
      short: undefined,
      tick: written.percent,
      steps: [0.25],
      range: WHOLE,
      xRange: WHOLE,
      series: [line("Came true", "--accent", percent), line("As believed", "--from-background", percent, { dashed: true, points: false })],
    }),
    hours: chart("chart-hours", "Keys saved by the hour", "of the writer's clock", {
      x: "Hour",
      short: undefined,
      tick: (hour) => `${hour}:00`,
      steps: [4, 8],
      bars: true,
      series: [line("Keys saved", "--accent", count)],
    }),
  };
}

function noteOn({ kept_days: kept }, { shown }) {
  if (!kept) return "This server keeps no outcomes (its setting outcome_days is 0), so only coverage and times can be told.";
  return shown ? `Outcomes are kept for ${kept} days, as numbers.` : `Nothing was shown yet in this time. Outcomes are kept for ${kept} days, as numbers.`;
}

function tiles(weeks, all) {
  const keys = sum(weeks.answered, (day) => day.counts.answers);
  const steps = sum(weeks.answered, (day) => day.counts.lm_steps);
  return [
    ["Keys saved", written.count(all.saved), `over ${written.count(all.shown)} suggestions`],
    ["Taken", written.percent(all.taken), "of suggestions shown"],
    ["Right when shown", written.percent(all.right), "taken whole, or typed through"],
    ["Coverage", written.percent(share(sum(weeks.answered, (day) => day.counts.shown), keys)), `of ${written.count(keys)} keys`],
    ["Rejected", written.percent(all.rejected), "sent away with Escape"],
    ["Still there", written.percent(all.stayed), "half a minute after being taken"],
    ["Calibration error", written.percent(all.shown ? weeks.calibration_error : null), "believed against came true"],
    ["Model steps a key", written.number(share(steps, keys)), "that an answer waited for"],
  ];
}

function drawGroups(weeks) {
  const words = (group) => ({ ...group, name: `${group.name} ${group.name === "1" ? "word" : "words"}` });
  const rows = [...weeks.kinds, ...weeks.locales, ...weeks.models, ...byNumber(weeks.lengths).map(words)];
  const columns = [
    { name: "Group", of: (row) => row.name },
    { name: "Shown", number: true, of: (row) => written.count(row.shown) },
    { name: "Taken", number: true, of: (row) => written.percent(takenShare(row)) },
    { name: "Right", number: true, of: (row) => written.percent(rightShare(row)) },
    { name: "Believed", number: true, of: (row) => written.percent(row.mean_prob) },
    { name: "Keys saved", number: true, of: (row) => written.count(row.keys_saved) },
    { name: "Time", number: true, of: (row) => written.ms(row.mean_latency_ms) },
  ];
  drawTable(byId("groups"), "By kind, locale, model and length", columns, rows, "Nothing was shown yet in this time.");
}
