"""Claims about reading documents that hold for the language server and for clients/vscode alike, from one file of cases.

clients/vscode/test/reading.test.ts reads the same file. A caret is written as a broken bar.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from foretype.serve.lsp.documents import Document
from foretype.serve.lsp.reading import kind_of, own_text, passage_at

CASES: list[dict[str, Any]] = json.loads(
    Path(__file__).with_name("reading_cases.json").read_text(encoding="utf-8")
)


@pytest.mark.parametrize("case", CASES, ids=[case["claim"] for case in CASES])
def test_as_the_cases_say(case: dict[str, Any]) -> None:
    before, _, after = case["text"].partition("¦")
    document = Document(f"file:///folder/{case['name']}", case["language"], 1, before + after)
    kind = kind_of(document)
    assert kind == case["kind"]
    assert told(document, len(before)) == case["passage"]
    if kind is not None:
        assert own_text(kind, document.text, opened=case.get("opened", "")).text == case["own"]


def told(document: Document, offset: int) -> dict[str, Any] | None:
    found = passage_at(document, offset)
    if found is None:
        return None
    context: dict[str, Any] = {"kind": found.context.kind.value}
    if found.context.kind == "email":
        context |= {
            "subject": found.context.subject,
            "previous": found.context.previous,
            "to": list(found.context.to),
        }
    return {"text": found.text, "suffix": found.suffix, "context": context}
