/**
 * Words that announce a secret, and words that only seem to. All case-folded.
 *
 * English first, then the commonest of other languages: the lists of src/foretype/privacy/cues.py, which a vector compares.
 * It does not know where in a sentence they stand.
 */

const words = (listed: string): ReadonlySet<string> => new Set(listed.trim().split(/\s+/));

export const PASSWORD = words(`
    password passwords passwort passwörter kennwort passwd passcode pwd pw pswd contraseña wachtwoord senha
    mdp motdepasse lösenord hasło пароль 密码 パスワード
`);
export const PHRASE = words("passphrase mnemonic");
/** Announce only before a colon or "=", and only words with digits, signs or odd capitals. */
export const NAMED_ONLY = words("secret token key login pass credentials apikey api-key access-key psk cookie");
export const ONE_TIME = words("pin otp passcode cvv cvc cvv2 2fa tan mtan einmalcode sicherheitscode totp");
export const CODE = words("code codes código codice codigo");
/** Before "code": no secret follows. */
export const PLAIN_CODE = words(`
    area zip postal post tax dress country building bar source error status http penal civil legal city exit
    color colour u.s revenue internal fire
`);
export const ACCOUNT = words("account acct konto kontonummer routing ssn iban card visa mastercard amex");
export const ACCOUNT_FILL = words("number no nr num # ending in ⁀. ⁀:");
export const SIGNS = words("= : := -> → ⁀: ⁀=");
export const TELLS: ReadonlySet<string> = new Set([...SIGNS, ...words("is was be ist lautet war est es as")]);
/** Between "is" and the value: "is now set to". */
export const SKIPPED = words("it now just still currently simply set changed reset going to be all again only jetzt nur");
/** After "password is": the sentence is about the password and does not tell it. */
export const NO_VALUE = words(`
    your my the our their his her a an this that deine dein mein ihr not required expire expired
    same in on being been case correct incorrect wrong invalid needed protected no blank empty too
    very already working for sensitive one of and or so what sent used available provided given
    every each nicht falsch abgelaufen attached below above there here good known important valid
    entered assigned by at from with
`);
