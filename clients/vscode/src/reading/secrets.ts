/**
 * Files that hold secrets by their name, whatever language an editor gives them.
 *
 * It does not look inside. The same as src/foretype/serve/lsp/secrets.py; tests/serve/reading_cases.json holds both to it.
 */

const NAMES = new Set([
  ".netrc", "_netrc", ".pgpass", ".npmrc", ".pypirc", ".htpasswd", ".git-credentials",
  "credentials", "shadow", "secrets.txt", "passwords.txt", "authorized_keys",
]);
const ENDINGS = [".pem", ".key", ".p12", ".pfx", ".jks", ".keystore", ".kdbx", ".kdb", ".asc", ".gpg", ".pgp", ".age", ".ovpn", ".env"];
const BEGINNINGS = [".env.", "id_rsa", "id_dsa", "id_ecdsa", "id_ed25519"];

/** Whether a file of this name, without its folder, is left alone. */
export function holdsSecrets(name: string): boolean {
  const plain = name.toLowerCase();
  return NAMES.has(plain)
    || ENDINGS.some((ending) => plain.endsWith(ending))
    || BEGINNINGS.some((beginning) => plain.startsWith(beginning));
}
