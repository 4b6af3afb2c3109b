"""The language of a text, offline, where the text is long enough to tell.

It does not know languages that are mixed in one text: the stronger one wins.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any

from foretype.errors import ConfigError

MIN_LETTERS = 20  # "ok, see you" could be anything
MIN_CERTAINTY = 0.8
NO_LANGUAGE = "zxx"  # ISO 639's code for tables, code and noise
MAX_CHARS = 300  # tell as much as the whole, in a third of the time


def language_of(text: str) -> str | None:
    """The language's code (ISO 639), None where nobody can be sure.

    Raises ConfigError where py3langid, of the train extra, is not installed.
    """
    text = text[:MAX_CHARS]
    if sum(map(str.isalpha, text)) < MIN_LETTERS:
        return None
    language, certainty = _classifier()(text)
    return str(language) if certainty >= MIN_CERTAINTY and language != NO_LANGUAGE else None


@lru_cache(maxsize=1)
def _classifier() -> Callable[[str], tuple[Any, float]]:
    """Loaded once a process: half a second."""
    try:
        from py3langid.langid import MODEL_FILE, LanguageIdentifier
    except ImportError as error:
        raise ConfigError(
            "languages: the package py3langid is not installed; install foretype[train], "
            "or leave them out with --no-language"
        ) from error
    classify: Callable[[str], tuple[Any, float]] = LanguageIdentifier.from_model_file(
        MODEL_FILE, norm_probs=True
    ).classify
    return classify
