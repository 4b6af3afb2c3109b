/** What the engine keeps of a person, as the view of it wants it. It does not know what is drawn. */

import type { Memory } from "page/learned.js";
import type { Engine } from "../engine/index.js";

export function engineMemory(engine: Engine): Memory {
  return {
    get user() {
      return engine.user;
    },
    get lasting() {
      return engine.state.memory === "kept" ? "in this browser only" : "until this page is closed";
    },
    place: "this browser",
    summary: () => engine.summary(),
    phrases: (wanted) => engine.phrases(wanted),
    forgetPhrase: (phrase) => engine.forgetPhrase(phrase),
    forget: () => engine.forget(),
    exportUser: () => engine.exportUser(),
  };
}
