/**
 * The view of webhooks: list, add, try out, switch off, rotate the secret, delete.
 *
 * A secret passes through here twice, when it is made; it is shown once and kept nowhere. It does not know what is sent.
 */

import { byId, make, setText } from "../dom.js";
import { moment } from "./alarms.js";
import { confirmed } from "./confirm.js";
import { drawDeliveries } from "./deliveries.js";

const EVENTS = {
  "alarm.raised": "an alarm is raised",
  "alarm.resolved": "an alarm is over",
  "webhook.disabled": "a webhook is switched off because it kept failing",
};

export class Webhooks {
  #call;
  #say;

  constructor(call, say) {
    this.#call = call;
    this.#say = say;
    byId("hook-events").append(...Object.entries(EVENTS).map(eventBox));
    byId("new-hook").addEventListener("submit", (event) => this.#add(event));
    byId("copy-secret").addEventListener("click", copySecret);
    byId("secret-dialog").addEventListener("close", forgetSecret);
  }

  /** Fetch and draw. */
  async show() {
    const { webhooks } = await this.#call("GET", "/v1/webhooks");
    const none = make("li", { class: "card note" }, "No webhook yet. Add one below, then send it a test.");
    byId("hooks").replaceChildren(...(webhooks.length ? webhooks.map((hook) => this.#card(hook)) : [none]));
  }

  async #add(event) {
    event.preventDefault();
    const events = [...byId("hook-events").querySelectorAll("input:checked")].map((box) => box.value);
    const body = { url: byId("hook-url").value, description: byId("hook-description").value, events };
    const made = await this.#ask("POST", "/v1/webhooks", body, byId("hook-said"));
    if (!made) return;
    byId("new-hook").reset();
    setText(byId("hook-said"), "");
    await this.show();
    showSecret(made.secret);
  }

  #card(hook) {
    const said = make("p", { class: "said", role: "status" });
    const log = make("div", { class: "log" });
    const ask = (method, path, body) => this.#ask(method, path, body, said);
    const address = make("h2", { class: "url" }, hook.url);
    const card = make("li", { class: "card hook", "data-webhook": hook.id }, address, ...(hook.description ? [make("p", {}, hook.description)] : []), stateOf(hook), this.#buttons(hook, ask, said, log), said, log);
    return card;
  }

  #buttons(hook, ask, said, log) {
    const path = `/v1/webhooks/${hook.id}`;
    const refresh = () => drawDeliveries(log, hook.id, ask);
    const test = async () => {
      setText(said, "Sending…");
      const sent = await ask("POST", `${path}/test`);
      if (!sent) return;
      setText(said, verdict(sent));
      await refresh();
    };
    const actions = [
      ["Send a test", test],
      ["Delivery log", () => (log.firstChild ? log.replaceChildren() : refresh())],
      ["New secret", () => this.#rotate(path, ask)],
      [hook.enabled ? "Switch off" : "Switch on", async () => (await ask("PATCH", path, { enabled: !hook.enabled })) && this.show()],
      ["Delete", () => this.#remove(path, ask), "danger"],
    ];
    return make("div", { class: "hook-buttons" }, ...actions.map(([name, act, kind]) => button(name, act, kind, hook.url)));
  }

  async #rotate(path, ask) {
    if (!(await confirmed("Make a new secret?", "For a day the one before it signs too, so that you can bring the new one to the receiver.", "Make it"))) return;
    const made = await ask("POST", `${path}/secret`);
    if (!made) return;
    await this.show();
    showSecret(made.secret);
  }

  async #remove(path, ask) {
    if (!(await confirmed("Delete this webhook?", "Its secret and its delivery log go with it.", "Delete it"))) return;
    if (!(await ask("DELETE", path))) return;
    this.#say("Webhook deleted.");
    await this.show();
    byId("hook-url").focus();
  }

  /** The reply; null when the server refused, which is then told in `said`. */
  async #ask(method, path, body, said) {
    try {
      return await this.#call(method, path, body);
    } catch (problem) {
      setText(said, problem.message);
      return null;
    }
  }
}

function eventBox([name, words]) {
  const box = make("input", { type: "checkbox", value: name, checked: "" });
  return make("label", { class: "switch" }, box, make("span", {}, words));
}

function button(name, act, kind, url) {
  const made = make("button", { type: "button", class: `quiet ${kind ?? ""}`.trim(), "aria-label": `${name}: ${url}` }, name);
  made.addEventListener("click", act);
  return made;
}

function stateOf({ enabled, off_reason: why, failing_since: since, old_secret_until: old, events }) {
  const [level, words] = !enabled ? ["drifted", "off"] : since ? ["moving", "failing"] : ["steady", "on"];
  const facts = [
    why ? `switched off: ${why}` : "",
    since ? `failing since ${moment(since)}` : "",
    old ? `the secret before signs too until ${moment(old)}` : "",
    `told when ${events.map((event) => EVENTS[event] ?? event).join(", ")}`,
  ].filter(Boolean);
  return make("p", { class: "hook-state" }, make("span", { class: "state", "data-level": level }, words), ` ${facts.join("; ")}`);
}

function verdict({ state, attempts }) {
  const last = attempts.at(-1);
  if (!last) return "It waits to be sent.";
  const again = state === "pending" ? " It is tried again." : "";
  return state === "delivered" ? `Taken with HTTP ${last.status}.` : `Not taken: ${last.error ?? `HTTP ${last.status}`}.${again}`;
}

function showSecret(secret) {
  byId("secret").value = secret;
  byId("secret-dialog").showModal();
  byId("secret").select();
}

function forgetSecret() {
  byId("secret").value = "";
  setText(byId("copied"), "");
}

async function copySecret() {
  byId("secret").select();
  const copied = await navigator.clipboard?.writeText(byId("secret").value).then(() => true, () => false);
  setText(byId("copied"), copied ? "Copied." : "Copy it with the keyboard; this browser does not let the page do it.");
}
