"""Labels that cannot grow, nor carry a word: a kind, and a locale from a list.

A client may send any text as a locale; what is not on the list is counted as "other". It does not know languages that
fewer people write in: add yours.
"""

from __future__ import annotations

OTHER = "other"
_LISTED = (
    "ar bg bn ca cs da de de-AT de-CH de-DE el en en-AU en-CA en-GB en-IE en-IN en-US es es-ES es-MX et fa fi fr fr-CA "
    "fr-CH fr-FR he hi hr hu id it it-IT ja ko lt lv ms nb nl nl-BE nl-NL no pl pt pt-BR pt-PT ro ru sk sl sr sv sw ta te "
    "th tr uk ur vi zh zh-CN zh-TW"
)
LOCALES = frozenset(_LISTED.split())
_FOLDED = {locale.lower(): locale for locale in LOCALES}


def locale_label(locale: str) -> str:
    """The label of a locale: itself, its language, or "other".

    >>> locale_label("en_us"), locale_label("de-LI"), locale_label("Dear Susan")
    ('en-US', 'de', 'other')
    """
    folded = locale.replace("_", "-").lower()
    return _FOLDED.get(folded) or _FOLDED.get(folded.partition("-")[0]) or OTHER
