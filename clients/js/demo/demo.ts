/**
 * The demo page: a field of every kind side by side, each attached with one line.
 *
 * Answers come from the server named by ?server=ADDRESS, else from one on this machine, or with ?engine=FOLDER from an
 * engine in this page. It does not know how either finds them.
 */

import type { Link, Options, Transport } from "../src/index.js";
import { makeCodeMirror } from "./editors/codemirror.js";
import { makeLexical } from "./editors/lexical.js";
import { makeProseMirror } from "./editors/prosemirror.js";
import { makeTiptap } from "./editors/tiptap.js";
import { makeEditable, makeLine, makeTextArea, type Maker } from "./plain.js";

const FIELDS: readonly (readonly [string, string, Maker])[] = [
  ["Text area", "attach(textarea, options)", makeTextArea],
  ["One line", "attach(input, options)", makeLine],
  ["Contenteditable", "attach(div, options)", makeEditable],
  ["CodeMirror", "attachCodeMirror(view, options)", makeCodeMirror],
  ["ProseMirror", "attachProseMirror(view, options)", makeProseMirror],
  ["Tiptap", "attachProseMirror(editor.view, options)", makeTiptap],
  ["Lexical", "attachLexical(editor, { ...options, $getSelection })", makeLexical],
];

const LINKS: Readonly<Record<Link, (server: string) => string>> = {
  live: (server) => `Connected to ${server}`,
  http: (server) => `Connected to ${server}, by single calls`,
  off: (server) => `Nobody answers at ${server}. Start it with: FORETYPE_ALLOWED_ORIGINS=${location.origin} foretype serve`,
};
const OWN_SERVER = "http://127.0.0.1:8765";
const NEAR = new Set(["localhost", "127.0.0.1", "[::1]", location.hostname]);

interface EngineModule {
  openEngine(folder: string): { transport(): Transport };
}

const asked = new URLSearchParams(location.search);
const status = document.querySelector<HTMLElement>("#link");

try {
  const options = asked.has("engine") ? await ownEngine(asked.get("engine") ?? "") : aServer(asked.get("server"));
  const attached = FIELDS.map(([title, code, make]) =>
    make(frameFor(title, code), { id: idOf(title), label: title }).attach(options()));
  attached[0]?.connect(); // so that the page says at once whether anybody is there
} catch (error) {
  tell("off", error instanceof Error ? error.message : String(error));
}

/** Options for fields that a server on this machine, or that of this page, answers: a link must not send text elsewhere. */
function aServer(given: string | null): () => Options {
  const server = given ?? OWN_SERVER;
  if (!URL.canParse(server)) throw new Error(`?server=: found ${server}, wanted an address such as ${OWN_SERVER}`);
  const { hostname, origin } = new URL(server);
  if (!NEAR.has(hostname)) throw new Error(`?server=: found ${hostname}, wanted this machine or ${location.hostname}`);
  return () => ({
    server: origin,
    onLink: (link) => tell(link, LINKS[link](origin)),
    onProblem: ({ detail }) => tell("off", detail),
  });
}

/** Options for fields that an engine in this page answers, from a folder that lies beside the page. */
async function ownEngine(folder: string): Promise<() => Options> {
  const address = new URL(`${folder.replace(/\/$/, "")}/`, location.href);
  if (address.origin !== location.origin) throw new Error(`?engine=: found ${address.origin}, wanted a folder on ${location.origin}`);
  const engine = (await moduleIn(address)).openEngine(address.href);
  tell("live", `In this page, from ${address.pathname}`);
  return () => ({ transport: engine.transport(), onProblem: ({ detail }) => tell("off", detail) });
}

async function moduleIn(address: URL): Promise<EngineModule> {
  try {
    return (await import(new URL("engine.js", address).href)) as EngineModule;
  } catch (error) {
    const wanted = "a folder that foretype edge build made";
    throw new Error(`?engine=: found no engine.js that can be loaded in ${address.pathname}, wanted ${wanted}`, { cause: error });
  }
}

function frameFor(title: string, code: string): HTMLElement {
  const card = document.createElement("section");
  const heading = document.createElement("h2");
  const line = document.createElement("code");
  const frame = document.createElement("div");
  heading.textContent = title;
  line.textContent = code;
  frame.className = "frame";
  card.append(heading, line, frame);
  document.querySelector("#fields")?.append(card);
  return frame;
}

function idOf(title: string): string {
  return title.toLowerCase().replaceAll(" ", "-");
}

function tell(link: Link, sentence: string): void {
  if (!status) return;
  status.dataset["link"] = link;
  status.textContent = sentence;
}
