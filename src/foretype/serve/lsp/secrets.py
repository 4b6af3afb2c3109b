"""Files that hold secrets by their name, whatever language an editor gives them.

It does not look inside.
"""

from __future__ import annotations

_NAMES = frozenset(
    {
        ".netrc",
        "_netrc",
        ".pgpass",
        ".npmrc",
        ".pypirc",
        ".htpasswd",
        ".git-credentials",
        "credentials",
        "shadow",
        "secrets.txt",
        "passwords.txt",
        "authorized_keys",
    }
)
_ENDINGS = (
    ".pem",
    ".key",
    ".p12",
    ".pfx",
    ".jks",
    ".keystore",
    ".kdbx",
    ".kdb",
    ".asc",
    ".gpg",
    ".pgp",
    ".age",
    ".ovpn",
    ".env",
)
_BEGINNINGS = (".env.", "id_rsa", "id_dsa", "id_ecdsa", "id_ed25519")


def holds_secrets(name: str) -> bool:
    """Whether a file of this name, without its folder, is left alone.

    >>> holds_secrets(".env.local"), holds_secrets("server.PEM"), holds_secrets("environment.md")
    (True, True, False)
    """
    plain = name.lower()
    return plain in _NAMES or plain.endswith(_ENDINGS) or plain.startswith(_BEGINNINGS)
