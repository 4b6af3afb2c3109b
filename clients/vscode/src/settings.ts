/**
 * What the user set, read anew each time; the token lies in the editor's secret storage, not among the settings.
 *
 * It does not know what is done with any of it.
 */

import * as vscode from "vscode";
import type { Settings } from "./engine.js";
import { SECTION, TOKEN } from "./names.js";
import type { Kind } from "./reading/reading.js";

export function isEnabled(): boolean {
  return read("enabled", true);
}

/** Languages that are suggested in, beside mails. */
export function languages(): readonly string[] {
  return read<readonly string[]>("languages", []);
}

/** Kinds of documents that are learned. */
export function learned(): readonly Kind[] {
  return read<readonly Kind[]>("learn", []);
}

export async function setEnabled(isOn: boolean): Promise<void> {
  await vscode.workspace.getConfiguration(SECTION).update("enabled", isOn, vscode.ConfigurationTarget.Global);
}

/** Where the engine is, and whose memory helps. The token is read once and when it changes: the way to it is longer than
 *  that of a key, and closed when the editor goes. */
export class Access {
  readonly #secrets: vscode.SecretStorage;
  #token: Thenable<string | undefined>;

  constructor(secrets: vscode.SecretStorage) {
    this.#secrets = secrets;
    this.#token = secrets.get(TOKEN);
  }

  async settings(): Promise<Settings> {
    return { server: read("server", ""), token: await this.#token, user: read("user", "") || null };
  }

  /** Another window may have changed it. */
  renew(): void {
    this.#token = this.#secrets.get(TOKEN);
  }
}

/** Ask for the server's token, and keep it; an empty one is thrown away. */
export async function askForToken(secrets: vscode.SecretStorage): Promise<void> {
  const prompt = `The token that ${read("server", "the server")} was started with; nothing where it has none`;
  const given = await vscode.window.showInputBox({ prompt, password: true, ignoreFocusOut: true });
  if (given) await secrets.store(TOKEN, given);
  else if (given === "") await secrets.delete(TOKEN);
}

/** The last part of a document's path, for example "COMMIT_EDITMSG". */
export function nameOf({ uri }: vscode.TextDocument): string {
  return uri.path.slice(uri.path.lastIndexOf("/") + 1);
}

function read<Value>(name: string, otherwise: Value): Value {
  return vscode.workspace.getConfiguration(SECTION).get<Value>(name, otherwise);
}
