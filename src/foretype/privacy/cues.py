"""Words that announce a secret, and words that only seem to. All in small letters (str.casefold).

English first, then the commonest of other languages. It does not know where in a sentence they stand.
"""

from __future__ import annotations


def _words(listed: str) -> frozenset[str]:
    return frozenset(listed.split())


PASSWORD = _words("""
    password passwords passwort passwörter kennwort passwd passcode pwd pw pswd contraseña wachtwoord senha
    mdp motdepasse lösenord hasło пароль 密码 パスワード
""")
PHRASE = _words("passphrase mnemonic")
# announce only before a colon or "=", and only words with digits, signs or odd capitals
NAMED_ONLY = _words("secret token key login pass credentials apikey api-key access-key psk cookie")
ONE_TIME = _words("pin otp passcode cvv cvc cvv2 2fa tan mtan einmalcode sicherheitscode totp")
CODE = _words("code codes código codice codigo")
# before "code": no secret follows
PLAIN_CODE = _words("""
    area zip postal post tax dress country building bar source error status http penal civil legal city exit
    color colour u.s revenue internal fire
""")
ACCOUNT = _words("account acct konto kontonummer routing ssn iban card visa mastercard amex")
ACCOUNT_FILL = _words("number no nr num # ending in ⁀. ⁀:")
SIGNS = _words("= : := -> → ⁀: ⁀=")
TELLS = SIGNS | _words("is was be ist lautet war est es as")
# between "is" and the value: "is now set to"
SKIPPED = _words("it now just still currently simply set changed reset going to be all again only jetzt nur")
# after "password is": the sentence is about the password and does not tell it
NO_VALUE = _words("""
    your my the our their his her a an this that deine dein mein ihr not required expire expired
    same in on being been case correct incorrect wrong invalid needed protected no blank empty too
    very already working for sensitive one of and or so what sent used available provided given
    every each nicht falsch abgelaufen attached below above there here good known important valid
    entered assigned by at from with
""")
