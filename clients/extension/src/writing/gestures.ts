/**
 * The gestures by which people send what they wrote. Pure; it does not know whether it went out.
 */

const NAMES = /^\s*(send|reply|post|submit|publish|comment|senden|antworten|absenden|envoyer|répondre|enviar|responder|invia|rispondi|verzenden|verstuur|skicka|wyślij|отправить|发送|送信|보내기)(?![\p{L}\p{M}])/iu;
const SHORTCUT = /(ctrl|⌘|cmd|strg)\s*[-+]?\s*(enter|⏎|return|eingabe)/i; // in a button's tip, in any language: this is what sends
const BUTTON = 'button, [role="button"], input[type="submit"], input[type="button"]';

/** Whether a key pressed in a field sends it: Ctrl or Cmd with Enter; in a chat, Enter alone. */
export function isSendKey({ key, ctrlKey, metaKey, shiftKey, altKey, isComposing }: KeyboardEvent, isChat: boolean): boolean {
  if (key !== "Enter" || isComposing || shiftKey || altKey) return false;
  return ctrlKey || metaKey || isChat;
}

/** Whether the way of a click goes through a button that sends. */
export function isSendButton(path: readonly EventTarget[]): boolean {
  const button = path.find((node): node is HTMLElement => node instanceof HTMLElement && node.matches(BUTTON));
  return button !== undefined && namesOf(button).some(isSendName);
}

/** Whether a button's name or tip says that it sends. */
export function isSendName(name: string): boolean {
  return NAMES.test(name) || SHORTCUT.test(name);
}

function namesOf(button: HTMLElement): string[] {
  const told = ["aria-label", "data-tooltip", "title"].map((name) => button.getAttribute(name) ?? "");
  return [...told, button instanceof HTMLInputElement ? button.value : (button.textContent ?? "")];
}
