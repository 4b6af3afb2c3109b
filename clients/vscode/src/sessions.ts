/**
 * A name for each open document, by which the server lets its keys share work.
 *
 * Random, since a path may tell who writes about what. It does not know what is asked.
 */

import type * as vscode from "vscode";

export class Sessions {
  readonly #names = new Map<string, string>();

  /** The document's name, the same until it is closed. */
  of({ uri }: vscode.TextDocument): string {
    const known = this.#names.get(uri.toString());
    if (known) return known;
    const name = crypto.randomUUID();
    this.#names.set(uri.toString(), name);
    return name;
  }

  /** The document is closed: the name it had, if it had one. */
  end({ uri }: vscode.TextDocument): string | undefined {
    const name = this.#names.get(uri.toString());
    this.#names.delete(uri.toString());
    return name;
  }
}
