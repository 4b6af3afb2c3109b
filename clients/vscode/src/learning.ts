/**
 * What is learned of documents: when they are closed, as they were last saved, the lines that were not in them when they were
 * opened. Only what the user switched on.
 *
 * Not at each save: the fifth save of a draft would count its sentences five times, and so would a draft that is opened five
 * times. It does not know how learning works.
 */

import * as vscode from "vscode";
import type { Engine } from "./engine.js";
import { kindOf, MAX_CHARS, ownText, type Kind } from "./reading/reading.js";
import { languages, learned, nameOf } from "./settings.js";

export class Learning {
  readonly #engine: Engine;
  readonly #opened = new Map<string, string>();
  readonly #saved = new Map<string, { readonly kind: Kind; readonly text: string }>();

  /** What is open already counts as written before. */
  constructor(engine: Engine) {
    this.#engine = engine;
    vscode.workspace.textDocuments.forEach((document) => this.opened(document));
  }

  /** The document is opened: what stands in it was written before, but where it gets its name only now. */
  opened(document: vscode.TextDocument): void {
    if (!kindOf({ name: nameOf(document), language: document.languageId }, languages())) return;
    const text = document.getText();
    if (text.length > MAX_CHARS) return;
    const draft = vscode.workspace.textDocuments.find((each) => each.isUntitled && each !== document && each.getText() === text);
    const known = draft && this.#opened.get(draft.uri.toString());
    this.#opened.set(document.uri.toString(), known ?? text);
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
    const opened = this.#opened.get(uri);
    this.#saved.delete(uri);
    this.#opened.delete(uri);
    if (!found) return;
    const { text, context } = ownText(found.kind, found.text, opened);
    await this.#engine.learn(text, context);
  }
}
