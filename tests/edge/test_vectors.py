"""The vectors that the browser's composer is held to are what the Python composer says today.

clients/edge/test compares TypeScript with the same files, so neither side can drift alone. It does not know TypeScript.
"""

from __future__ import annotations

import importlib
import json
import math
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

FOLDER = Path(__file__).parent.parent.parent / "clients" / "edge" / "vectors"
# sums of 64-bit floats differ in their last digits between processors, the 32-bit exponentials of a network's voice sooner
RELATIVE, ABSOLUTE = 1e-6, 1e-7
UNICODE = "14.0.0"  # of the Python that made them: another one has other letters
REMEDY = "python clients/edge/vectors/make.py writes them anew; then mend the TypeScript until clients/edge/test is green"


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> Mapping[str, Any]:
    return {name: _as_kept(found) for name, found in _module(monkeypatch).made().items()}


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Any]:
    found: Callable[[str], Any] = _module(monkeypatch).read
    return found


def test_the_python_composer_says_what_the_vectors_hold(
    made: Mapping[str, Any], read: Callable[[str], Any]
) -> None:
    for name, found in made.items():
        kept = _comparable(read(name))
        difference = next(_differences(_comparable(found), kept, where=name), None)
        assert difference is None, f"{difference}; {REMEDY}"


def test_the_vectors_hold_many_keys_with_and_without_suggestions(read: Callable[[str], Any]) -> None:
    answers = [answer for scenario in read("answers.json.gz") for _, answer in scenario["steps"]]
    silences = {answer for answer in answers if isinstance(answer, str)}
    assert len(answers) > 2000
    assert silences == {"unsure", "empty", "sensitive", "inside-word"}


def _comparable(vectors: Any) -> Any:
    """Without what depends on the Unicode of this Python."""
    if not isinstance(vectors, dict) or unicodedata.unidata_version == UNICODE:
        return vectors
    return {name: value for name, value in vectors.items() if name != "letters"}


def _as_kept(found: Any) -> Any:
    """Through JSON and back, as the files are."""
    return json.loads(json.dumps(found))


def _differences(found: Any, kept: Any, *, where: str) -> Iterator[str]:
    """Where two values differ: numbers by more than floats may."""
    if isinstance(found, float) and isinstance(kept, float | int):
        if not math.isclose(found, kept, rel_tol=RELATIVE, abs_tol=ABSOLUTE):
            yield f"{where}: found {found}, kept {kept}"
    elif type(found) is not type(kept) or not isinstance(found, list | dict):
        if found != kept:
            yield f"{where}: found {found!r}, kept {kept!r}"
    elif len(found) != len(kept) or (isinstance(found, dict) and found.keys() != kept.keys()):
        yield f"{where}: found {len(found)} members, kept {len(kept)}, or others"
    else:
        for key in range(len(found)) if isinstance(found, list) else found:
            yield from _differences(found[key], kept[key], where=f"{where}, {key}")


def _module(monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.syspath_prepend(str(FOLDER))
    return importlib.import_module("make")
