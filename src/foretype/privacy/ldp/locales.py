"""Locales that a table looks for in the sketch unless it is told others: widely used ones of the CLDR.

It does not know which are in use; whoever reads a sketch can ask for any.
"""

from __future__ import annotations

from foretype.privacy.ldp.day import OTHER_LOCALE
from foretype.privacy.ldp.plan import NONE

COMMON_LOCALES: tuple[str, ...] = (
    NONE,
    OTHER_LOCALE,
    *("en", "en-AU", "en-CA", "en-GB", "en-IE", "en-IN", "en-NZ", "en-PH", "en-SG", "en-US", "en-ZA"),
    *("de", "de-AT", "de-CH", "de-DE", "es", "es-AR", "es-CL", "es-CO", "es-ES", "es-MX", "es-US"),
    *(
        "fr",
        "fr-BE",
        "fr-CA",
        "fr-CH",
        "fr-FR",
        "it",
        "it-IT",
        "nl",
        "nl-BE",
        "nl-NL",
        "pt",
        "pt-BR",
        "pt-PT",
    ),
    *("cs-CZ", "da-DK", "el-GR", "fi-FI", "hu-HU", "nb-NO", "pl-PL", "ro-RO", "ru-RU", "sk-SK", "sv-SE"),
    *("ar-EG", "ar-SA", "bn-IN", "he-IL", "hi-IN", "id-ID", "ja-JP", "ko-KR", "th-TH", "tr-TR", "uk-UA"),
    *("vi-VN", "zh", "zh-CN", "zh-HK", "zh-TW"),
)
