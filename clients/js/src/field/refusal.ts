/**
 * Which fields are left alone: those that hold secrets, and those that do not want to be written for.
 *
 * It reads what the page says of a field, each time anew, for a "show the password" switch turns a field into another.
 * It does not know the text.
 */

export type Refusal = "password" | "card" | "one-time-code" | "autocomplete-off" | "not-text" | "read-only" | "switched-off"
  | "code";

const TEXT_TYPES = new Set(["text", "search"]);
const SECRET_NAMES: readonly (readonly [RegExp, Refusal])[] = [
  [/pass ?(?:word|wort|code|phrase|wd)|\bpwd\b|kennwort|mot de passe|contraseña|\bsenha\b|wachtwoord|lösenord|\bhasło\b|парол/i, "password"],
  [/secret|api ?key|\btoken\b|\bssn\b|social security|パスワード|密[码碼]|비밀번호/i, "password"],
  [/\b(?:cvv|cvc|csc|iban)\d?\b|(?:card|\bcc) ?(?:number|no|num|cvc|cvv)\b|credit ?card|kreditkarte|carte (?:bancaire|de crédit)/i, "card"],
  [/tarjeta de crédito|security ?code|^mm ?\/ ?(?:yy|jj|aa)/i, "card"],
  [/\b(?:otp|totp|pin|2fa|mfa)\b|one ?time|verification ?code/i, "one-time-code"],
];

/** Why nothing is suggested in this field, or null when it may be. */
export function refusalOf(field: HTMLElement): Refusal | null {
  if (field.closest('[data-foretype="off"]')) return "switched-off";
  return refusalOfKind(field) ?? refusalOfAutocomplete(field) ?? refusalOfName(field);
}

/** Whether a field of this name, or with this label, holds a secret. */
export function isSecretName(name: string): boolean {
  return secretOf(name) !== null;
}

function refusalOfKind(field: HTMLElement): Refusal | null {
  if (field instanceof HTMLInputElement) {
    if (field.type === "password") return "password";
    if (!TEXT_TYPES.has(field.type)) return "not-text";
  }
  const isClosed = field instanceof HTMLInputElement || field instanceof HTMLTextAreaElement
    ? field.readOnly || field.disabled
    : !field.isContentEditable;
  return isClosed ? "read-only" : null;
}

function refusalOfAutocomplete(field: HTMLElement): Refusal | null {
  const tokens = (field.getAttribute("autocomplete") ?? "").toLowerCase().split(/\s+/);
  if (tokens.some((token) => token.endsWith("-password") || token === "webauthn")) return "password";
  if (tokens.some((token) => token.startsWith("cc-"))) return "card";
  if (tokens.includes("one-time-code")) return "one-time-code";
  return tokens.includes("off") ? "autocomplete-off" : null;
}

function refusalOfName(field: HTMLElement): Refusal | null {
  const names = ["name", "id", "aria-label", "placeholder"].map((name) => field.getAttribute(name) ?? "");
  return names.map(secretOf).find((secret) => secret !== null) ?? null;
}

/** What a name says that its field holds. Scripts write userPin, user_pin and user-pin; people write words. */
function secretOf(name: string): Refusal | null {
  const words = name.replace(/([a-z])([A-Z])/g, "$1 $2").replace(/[-_]+/g, " ");
  return SECRET_NAMES.find(([pattern]) => pattern.test(words))?.[1] ?? null;
}
