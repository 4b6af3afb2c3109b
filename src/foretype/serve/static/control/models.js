/**
 * Versions of the ranker and experiments, below the weeks; nothing where there are none.
 *
 * It does not know how a version is judged: the server does.
 */

import { byId, make } from "../dom.js";
import { moment } from "./alarms.js";
import { written } from "./figures.js";
import { drawTable, tableOf } from "./table.js";

const LEVEL = { current: "steady", shadow: "moving", rejected: "drifted", better: "steady", worse: "drifted" };

export function drawModels({ rankers, experiments }) {
  byId("rankers-card").hidden = !rankers.length;
  const columns = [
    { name: "Version", of: (row) => row.name },
    { name: "State", of: (row) => state(row.state) },
    { name: "Added", of: (row) => (row.added ? moment(row.added) : "with the package") },
    { name: "Why", of: (row) => row.why },
  ];
  drawTable(byId("rankers"), "Versions of the ranker", columns, [...rankers].reverse(), "");
  byId("experiments").replaceChildren(...experiments.map(card).reverse());
}

function card({ name, layer, started, stopped, stopped_why: why, uneven, readings }) {
  const when = stopped ? `stopped ${moment(stopped)}${why ? `: ${why}` : ""}` : `runs since ${moment(started)}`;
  const warning = uneven ? [make("p", {}, "Users fall into the arms unevenly: do not believe the figures below.")] : [];
  const columns = [
    { name: "Arm", of: (row) => row.arm },
    { name: "Metric", of: (row) => row.metric.replaceAll("_", " ") },
    { name: "Users", number: true, of: (row) => written.count(row.num_users) },
    { name: "Value", number: true, of: (row) => Number(row.value.toPrecision(3)).toLocaleString("en-US") },
    { name: "Against control", number: true, of: change },
    { name: "Says", of: (row) => state(row.says) },
  ];
  const title = `Experiment ${name}`;
  const table = make("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": title }, tableOf(title, columns, readings));
  return make("article", { class: "card" }, make("h2", {}, title), make("p", { class: "note" }, `Layer ${layer}, ${when}`), ...warning, table);
}

function state(words) {
  return make("span", { class: "state", "data-level": LEVEL[words] ?? "learning" }, words);
}

function change({ change: middle, low, high }) {
  return middle === null ? "" : `${signed(middle)} (${signed(low)} to ${signed(high)})`;
}

const signed = (value) => `${value < 0 ? "−" : "+"}${(100 * Math.abs(value)).toFixed(1)} %`;
