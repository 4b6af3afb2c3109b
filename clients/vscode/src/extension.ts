/**
 * The extension: what VS Code tells, handed on in a line each. The file to read first.
 *
 * It does not know how suggestions are found, nor what a mail is.
 */

import * as vscode from "vscode";
import { Engine } from "./engine.js";
import { Learning } from "./learning.js";
import { ACCEPTED, SECTION, SET_TOKEN, TOGGLE } from "./names.js";
import { Provider } from "./provider.js";
import { Sessions } from "./sessions.js";
import { Access, askForToken, isEnabled, languages, setEnabled } from "./settings.js";
import { Status } from "./status.js";
import { Suggester } from "./suggester.js";

let leaving: () => Promise<void> = () => Promise.resolve();

export function activate({ secrets, subscriptions }: vscode.ExtensionContext): void {
  const status = new Status();
  const access = new Access(secrets);
  const engine = new Engine(() => access.settings(), (trouble) => status.heard(trouble));
  const suggester = new Suggester(engine);
  const sessions = new Sessions();
  const learning = new Learning(engine);
  const offer = new Offer(new Provider(suggester, sessions, languages));
  const changed = () => { engine.wake(); status.heard(null); offer.renew(); status.draw(); };
  const closed = async (document: vscode.TextDocument) => {
    const session = sessions.end(document);
    if (session) suggester.forget(session);
    await learning.closed(document);
  };
  leaving = () => learning.end();
  offer.renew();
  subscriptions.push(
    status,
    offer,
    vscode.commands.registerCommand(TOGGLE, () => setEnabled(!isEnabled())),
    vscode.commands.registerCommand(SET_TOKEN, () => askForToken(secrets)),
    secrets.onDidChange(() => { access.renew(); changed(); }),
    vscode.commands.registerCommand(ACCEPTED, (id: string) => engine.report({ id, outcome: "accepted", characters: 0 })),
    vscode.workspace.onDidChangeConfiguration((event) => event.affectsConfiguration(SECTION) && changed()),
    vscode.workspace.onDidSaveTextDocument((document) => learning.saved(document)),
    vscode.workspace.onDidCloseTextDocument(closed),
    vscode.workspace.onDidOpenTextDocument((document) => { learning.opened(document); status.draw(); }), // a new language too
    vscode.window.onDidChangeActiveTextEditor(() => status.draw()),
  );
}

/** The editor goes: what was saved and never closed is learned now. */
export function deactivate(): Promise<void> {
  return leaving();
}

/** The provider, offered for the languages that are set, or withdrawn. */
class Offer {
  readonly #provider: Provider;
  #registered: vscode.Disposable | null = null;

  constructor(provider: Provider) {
    this.#provider = provider;
  }

  renew(): void {
    this.dispose();
    const documents = [...languages().map((language) => ({ language })), { pattern: "**/*.eml" }];
    if (isEnabled()) this.#registered = vscode.languages.registerInlineCompletionItemProvider(documents, this.#provider);
  }

  dispose(): void {
    this.#registered?.dispose();
    this.#registered = null;
  }
}
