/**
 * A webhook's delivery log: each delivery with its payload, and every attempt with what came back.
 *
 * It does not know how anything is delivered.
 */

import { make } from "../dom.js";
import { moment } from "./alarms.js";
import { written } from "./figures.js";

/** Draw the log of `webhook` into `place`; `ask(method, path)` calls the server and tells a problem by null. */
export async function drawDeliveries(place, webhook, ask) {
  const found = await ask("GET", `/v1/webhooks/${webhook}/deliveries?limit=25`);
  if (!found) return;
  const rows = found.deliveries.map((each) => row(each, webhook, ask));
  const none = make("p", { class: "note" }, "Nothing was sent yet. “Send a test” does.");
  place.replaceChildren(...(rows.length ? rows : [none]));
}

function row(delivery, webhook, ask) {
  const inside = make("div", { class: "delivery" });
  const details = make("details", { "data-delivery": delivery.id }, make("summary", {}, heading(delivery)), inside);
  details.addEventListener("toggle", async () => {
    if (!details.open || inside.firstChild) return;
    const whole = await ask("GET", `/v1/webhooks/${webhook}/deliveries/${delivery.id}`);
    if (whole) fill(details, whole, webhook, ask);
  });
  return details;
}

function fill(details, delivery, webhook, ask) {
  const again = make("button", { type: "button", class: "quiet" }, "Send again");
  again.addEventListener("click", async () => {
    again.disabled = true;
    const sent = await ask("POST", `/v1/webhooks/${webhook}/deliveries/${delivery.id}/send`);
    again.disabled = false;
    if (!sent) return;
    details.querySelector("summary").replaceChildren(heading(sent));
    fill(details, sent, webhook, ask);
    details.querySelector("button").focus();
  });
  const attempts = delivery.attempts.map(attempt);
  details.lastElementChild.replaceChildren(
    labelled("Payload", pretty(delivery.payload)),
    make("h3", {}, delivery.attempts.length ? "Attempts" : "No attempt yet"),
    make("ol", { class: "attempts" }, ...attempts),
    again,
  );
}

function heading({ type, state, created, num_attempts: tries, due }) {
  const then = state === "pending" && due ? `, next try ${moment(due)}` : "";
  const told = `${type}, ${moment(created)}, ${tries} ${tries === 1 ? "attempt" : "attempts"}${then}`;
  return make("span", {}, make("span", { class: "state", "data-level": LEVEL[state] }, state), ` ${told}`);
}

const LEVEL = { delivered: "steady", pending: "moving", failed: "drifted" };

function attempt({ at, status, elapsed_ms: elapsed, headers, excerpt, error }) {
  const outcome = status === null ? `no answer: ${error}` : `HTTP ${status}${error ? `, ${error}` : ""}`;
  const told = make("p", {}, `${moment(at)}: ${outcome}, after ${written.ms(elapsed)}`);
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
  const reply = [...lines, ...(excerpt ? ["", excerpt] : [])].join("\n");
  return make("li", {}, told, ...(reply ? [labelled("What came back", reply)] : []));
}

function labelled(name, text) {
  return make("div", {}, make("h3", {}, name), make("pre", { tabindex: "0", "aria-label": name }, text));
}

function pretty(json) {
  return JSON.stringify(JSON.parse(json), null, 2);
}
