/**
 * Brings an export back: the button, the file, and what came of it.
 *
 * It does not know how messages are learned.
 */

import { byId, inputById, setText } from "page/dom.js";
import { counted } from "page/written.js";
import type { Engine, Export } from "../engine/index.js";

/** Wire the button. `changed` follows what was brought in; it draws the list anew. Errors are thrown into `attempt`. */
export function watchImport(engine: Engine, attempt: (action: () => Promise<void>) => Promise<void>, changed: () => Promise<void>): void {
  byId("import").addEventListener("click", () => byId("import-file").click());
  byId("import-file").addEventListener("change", () => void attempt(() => bring(engine, changed)));
}

async function bring(engine: Engine, changed: () => Promise<void>): Promise<void> {
  const field = inputById("import-file");
  const file = field.files?.[0];
  if (!file) return;
  const told = read(await file.text().finally(() => (field.value = "")));
  const { messages, words, known } = await engine.importUser(told);
  await changed();
  const again = known ? `, ${counted(known, "message")} known already` : "";
  setText(byId("phrases-note"), `${counted(words, "word")} learned from ${counted(messages, "message")}${again}.`);
}

function read(text: string): Export {
  try {
    return JSON.parse(text) as Export;
  } catch (error) {
    throw new Error("This file is no JSON; choose one that Export made.", { cause: error });
  }
}
