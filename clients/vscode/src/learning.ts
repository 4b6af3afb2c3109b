/**
 * What is learned of documents: once each, when they are closed, as they were last saved. Only what the user switched on.
 *
 * Not at each save: the fifth save of a draft would count its sentences five times. It does not know how learning works.
 */

import type * as vscode from "vscode";
import type { Engine } from "./engine.js";
import { kindOf, MAX_CHARS, ownText, type Kind } from "./reading/reading.js";
import { languages, learned, nameOf } from "./settings.js";

export class Learning {
  readonly #engine: Engine;
  readonly #saved = new Map<string, { readonly kind: Kind; readonly text: string }>();

  constructor(engine: Engine) {
    this.#engine = engine;
  }

  /** The document was written to disk as it stands. */
  saved(document: vscode.TextDocument): void {
    const kind = kindOf({ name: nameOf(document), language: document.languageId }, languages());
    const text = document.getText();
    if (kind && learned().includes(kind) && text.length <= MAX_CHARS) this.#saved.set(document.uri.toString(), { kind, text });
  }

  /** The document is closed. */
  async closed({ uri }: vscode.TextDocument): Promise<void> {
    await this.#learn(uri.toString());
  }

  /** The editor goes; what it leaves open is over too. */
  async end(): Promise<void> {
    await Promise.all([...this.#saved.keys()].map((uri) => this.#learn(uri)));
  }

  async #learn(uri: string): Promise<void> {
    const found = this.#saved.get(uri);
    this.#saved.delete(uri);
    if (!found) return;
    const { text, context } = ownText(found.kind, found.text);
    await this.#engine.learn(text, context);
  }
}
