/**
 * The status bar's item: whether suggestions are on, whether they are in this document, and what keeps them away.
 *
 * It does not know how any of that comes about.
 */

import * as vscode from "vscode";
import type { Trouble } from "./engine.js";
import { TOGGLE } from "./names.js";
import { kindOf } from "./reading/reading.js";
import { holdsSecrets } from "./reading/secrets.js";
import { isEnabled, languages, nameOf } from "./settings.js";

const RIGHT_OF_LANGUAGE = 90; // beside the language's name, which stands at 100
const ON = "$(sparkle) foretype";
const OFF = "$(circle-slash) foretype";
const TROUBLE = "$(warning) foretype";

export class Status {
  readonly #item = vscode.window.createStatusBarItem("foretype", vscode.StatusBarAlignment.Right, RIGHT_OF_LANGUAGE);
  #trouble: Trouble = null;

  constructor() {
    this.#item.name = "foretype";
    this.#item.command = TOGGLE;
    this.draw();
    this.#item.show();
  }

  /** The server answered, or did not. */
  heard(trouble: Trouble): void {
    if (trouble === this.#trouble) return;
    this.#trouble = trouble;
    this.draw();
  }

  /** The settings or the document in front changed. */
  draw(): void {
    const [text, tooltip] = this.#state(vscode.window.activeTextEditor?.document);
    this.#item.text = text;
    this.#item.tooltip = tooltip;
    this.#item.accessibilityInformation = { label: `foretype: ${tooltip}`, role: "button" };
  }

  dispose(): void {
    this.#item.dispose();
  }

  #state(document: vscode.TextDocument | undefined): readonly [string, string] {
    if (!isEnabled()) return [OFF, "Suggestions are off. Click to switch them on."];
    if (this.#trouble) return [TROUBLE, `${this.#trouble} Click to switch suggestions off.`];
    const silence = document && silenceIn(document);
    return silence ? [OFF, `${silence} Click to switch suggestions off everywhere.`] : [ON, "Suggestions are on. Click to switch them off."];
  }
}

/** Why nothing is suggested in a document, or "" where it is. */
function silenceIn(document: vscode.TextDocument): string {
  const name = nameOf(document);
  if (holdsSecrets(name)) return "Nothing is suggested here: files of this name hold secrets.";
  if (kindOf({ name, language: document.languageId }, languages())) return "";
  return `Nothing is suggested in ${document.languageId}: it is not in foretype.languages.`;
}
