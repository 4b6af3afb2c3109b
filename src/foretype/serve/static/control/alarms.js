/**
 * The view of alarms, now and before, and of drift: /v1/alarms and /v1/drift.
 *
 * It does not know when something is alarming: the server does.
 */

import { byId, make, setText } from "../dom.js";
import { written } from "./figures.js";
import { drawFacts, drawTable } from "./table.js";

const TOLD = { "alarm.raised": "raised", "alarm.resolved": "over", "webhook.disabled": "webhook switched off", "webhook.test": "test" };
const LEVELS = { learning: "learning", steady: "steady", moving: "moving", drifted: "drifted" };

export class Alarms {
  #call;

  constructor(call) {
    this.#call = call;
  }

  /** Fetch and draw. */
  async show() {
    const [alarms, drift] = await Promise.all([this.#call("GET", "/v1/alarms?limit=100"), this.#call("GET", "/v1/drift")]);
    this.drawBadge(alarms.firing);
    byId("firing").replaceChildren(...(alarms.firing.length ? alarms.firing.map(alarmCard) : [quiet()]));
    drawHistory(alarms.history);
    drawFacts(byId("drift-facts"), driftFacts(drift));
    drawFeatures(drift.features);
  }

  /** How many fire, at the tab. */
  drawBadge(firing) {
    const badge = byId("alarm-badge");
    badge.hidden = !firing.length;
    setText(badge, firing.length ? `${firing.length} now` : "");
  }
}

function quiet() {
  return make("p", { class: "card calm" }, "No alarm now.");
}

function alarmCard({ rule, severity, summary, since, found, wanted, unit }) {
  const figures = `Found ${short(found)}, wanted ${short(wanted)} (${unit}). Since ${moment(since)}.`;
  return make("article", { class: "card alarm", "data-severity": severity }, make("h2", {}, summary), make("p", {}, figures), make("p", { class: "note" }, `${severity}, rule ${rule}`));
}

function drawHistory(history) {
  const rows = history.map((told) => ({ ...told, data: JSON.parse(told.payload).data }));
  const columns = [
    { name: "When", of: (row) => moment(row.at) },
    { name: "What", of: (row) => TOLD[row.type] ?? row.type },
    { name: "Rule", of: (row) => row.data.rule ?? "" },
    { name: "Found", number: true, of: (row) => (row.data.found === undefined ? "" : `${short(row.data.found)} ${row.data.unit}`) },
    { name: "Summary", of: (row) => row.data.summary ?? row.data.reason ?? "" },
  ];
  drawTable(byId("history"), "Alarms before", columns, rows, "Nothing was ever told. May it stay so.");
}

function driftFacts({ learning, acceptance, acceptance_usual: usual, calibration_error: error, changes }) {
  const known = learning ? "still learning what is usual, three days" : `usual at this hour: ${written.percent(usual)}`;
  return [
    ["Taken lately", written.percent(acceptance), known],
    ["Calibration error", written.percent(error), "of the latest outcomes"],
    ...changes.map(({ stream, changes: times, last }) => [`Changes of ${stream}`, written.count(times), last ? `the last ${moment(last)}` : "seen by an adaptive window"]),
  ];
}

function drawFeatures(features) {
  const columns = [
    { name: "Feature", of: (row) => row.feature.replaceAll("_", " ") },
    { name: "Index", number: true, of: (row) => written.number(row.psi) },
    { name: "State", of: (row) => make("span", { class: "state", "data-level": row.level }, LEVELS[row.level] ?? row.level) },
  ];
  drawTable(byId("features"), "Drift of features", columns, features, "Nothing was counted yet.");
}

const short = (value) => Number(Number(value).toPrecision(3)).toLocaleString("en-US");

export function moment(iso) {
  return new Date(iso).toLocaleString("en-GB", { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" });
}
