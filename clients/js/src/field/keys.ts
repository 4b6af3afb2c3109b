/**
 * Which key means what while a field is written in: a pure table from a keyboard event to an intent, or null.
 *
 * Null leaves the key to the page and the browser. It does not know what an intent does.
 */

const REPEATED_TAB_MS = 250; // a second Tab this soon after an accept was meant for grey text, not for leaving
const MODIFIERS = ["Ctrl", "Alt", "Shift", "Meta"] as const;
const BY_CODE: Readonly<Record<string, string>> = { BracketRight: "]", BracketLeft: "[", Backslash: "\\" };

export type Intent = "accept" | "word" | "dismiss" | "next" | "previous" | "ask";

/** Chords by intent, such as {accept: ["Tab", "Forward"], word: ["Ctrl+Forward"]}; Forward is the arrow in the
 *  direction of writing. An empty list leaves an intent without a key. */
export type Keys = Readonly<Record<Intent, readonly string[]>>;

/** What a key meets. */
export interface Surroundings {
  readonly grey: string;
  readonly atEnd: boolean; // nothing but white space follows the caret
  readonly rtl: boolean;
  readonly sinceAcceptMs: number;
}

/** The keys of a platform: Option walks words on a Mac, Ctrl elsewhere. */
export function defaultKeys(isMac: boolean): Keys {
  return {
    accept: ["Tab", "Forward"],
    word: [isMac ? "Alt+Forward" : "Ctrl+Forward"],
    dismiss: ["Escape"],
    next: ["Alt+]"],
    previous: ["Alt+["],
    ask: ["Alt+\\"],
  };
}

/** The default keys with some changed. Throws a TypeError for an intent or a modifier that does not exist. */
export function withKeys(defaults: Keys, changes: Partial<Keys> = {}): Keys {
  for (const [intent, chords] of Object.entries(changes)) {
    if (!(intent in defaults)) throw new TypeError(`keys: found ${intent}, wanted one of ${Object.keys(defaults).join(", ")}`);
    for (const chord of chords) checkChord(chord);
  }
  return { ...defaults, ...changes };
}

/** The intent of a key, "swallow" for one that is taken and does nothing, or null. */
export function intentOf(event: KeyboardEvent, keys: Keys, now: Surroundings): Intent | "swallow" | null {
  if (event.isComposing || event.keyCode === 229) return null;
  const names = namesOf(event, now.rtl);
  const has = (intent: Intent): boolean => keys[intent].some((chord) => names.includes(chord));
  if (has("ask")) return "ask";
  if (!now.grey) return bare(has, names, now);
  if (has("accept")) return names.includes("Forward") && !now.atEnd ? null : "accept";
  return (["word", "dismiss", "next", "previous"] as const).find(has) ?? null;
}

function bare(has: (intent: Intent) => boolean, names: readonly string[], now: Surroundings): Intent | "swallow" | null {
  if (has("dismiss")) return "dismiss";
  return names.includes("Tab") && has("accept") && now.sinceAcceptMs < REPEATED_TAB_MS ? "swallow" : null;
}

/** The names a chord may go by: as it is written on the key, where it lies, and along the direction of writing. */
function namesOf(event: KeyboardEvent, rtl: boolean): string[] {
  const held = [event.ctrlKey, event.altKey, event.shiftKey, event.metaKey];
  const prefix = MODIFIERS.filter((_, i) => held[i]).map((name) => `${name}+`).join("");
  const forward = event.key === (rtl ? "ArrowLeft" : "ArrowRight") ? "Forward" : undefined;
  return [event.key, BY_CODE[event.code], forward].flatMap((name) => (name ? [prefix + name] : []));
}

function checkChord(chord: string): void {
  const modifiers = chord.slice(0, -1).split("+").slice(0, -1);
  const order = modifiers.map((name) => MODIFIERS.findIndex((known) => known === name));
  const isSorted = order.every((place, i) => place > (order[i - 1] ?? -1));
  if (!chord || !isSorted) {
    throw new TypeError(`keys: found ${JSON.stringify(chord)}, wanted a key's name after ${MODIFIERS.join("+, ")}+, in this order`);
  }
}
