/**
 * VS Code's inline completions from the suggester: documents in, items out.
 *
 * It does not know how suggestions are found. VS Code says nothing of a suggestion that was taken in part; the server
 * reads that off the text of the next question.
 */

import * as vscode from "vscode";
import { ACCEPTED } from "./names.js";
import { kindOf, MAX_CHARS } from "./reading/reading.js";
import type { Sessions } from "./sessions.js";
import { nameOf } from "./settings.js";
import type { Found, Suggester } from "./suggester.js";

export class Provider implements vscode.InlineCompletionItemProvider {
  readonly #suggester: Suggester;
  readonly #sessions: Sessions;
  readonly #languages: () => readonly string[];

  constructor(suggester: Suggester, sessions: Sessions, languages: () => readonly string[]) {
    this.#suggester = suggester;
    this.#sessions = sessions;
    this.#languages = languages;
  }

  async provideInlineCompletionItems(
    document: vscode.TextDocument,
    position: vscode.Position,
    context: vscode.InlineCompletionContext,
    token: vscode.CancellationToken,
  ): Promise<vscode.InlineCompletionItem[]> {
    const kind = kindOf({ name: nameOf(document), language: document.languageId }, this.#languages());
    const offset = document.offsetAt(position);
    if (!kind || context.selectedCompletionInfo || lengthOf(document) > MAX_CHARS) return [];
    const isAsked = context.triggerKind === vscode.InlineCompletionTriggerKind.Invoke;
    const place = { session: this.#sessions.of(document), kind, text: document.getText(), offset, isAsked };
    const found = await this.#suggester.suggest(place, signalOf(token));
    return found && !token.isCancellationRequested ? itemsOf(found, position) : [];
  }
}

/** The suggestions as items; only of the first the server follows what becomes. */
function itemsOf({ id, typed, texts }: Found, position: vscode.Position): vscode.InlineCompletionItem[] {
  const range = new vscode.Range(position.translate(0, -typed.length), position);
  return texts.map((text, number) => {
    const taken = { command: ACCEPTED, title: "Suggestion taken", arguments: [id] };
    return new vscode.InlineCompletionItem(text, range, number === 0 ? taken : undefined);
  });
}

/** Characters of a document, without putting it together. */
function lengthOf(document: vscode.TextDocument): number {
  return document.offsetAt(document.lineAt(document.lineCount - 1).range.end);
}

function signalOf(token: vscode.CancellationToken): AbortSignal {
  const controller = new AbortController();
  if (token.isCancellationRequested) controller.abort();
  else token.onCancellationRequested(() => controller.abort());
  return controller.signal;
}
