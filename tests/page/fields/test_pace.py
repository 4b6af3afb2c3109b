"""Grey text is there in the frame after its answer, and typing through it never makes it flicker: frame by frame.

Frames are counted, for a busy machine's milliseconds prove nothing; `pytest -s` prints them. It does not know the
transports of the product: the page answers itself.
"""

from __future__ import annotations

from pathlib import Path
from statistics import median, quantiles

import pytest
from playwright.sync_api import Page

from page.fields.steps import TEXT, write, write_and_see
from page.scripted import ScriptedServer

pytestmark = pytest.mark.browser
every_field = pytest.mark.parametrize(
    "field", ["area", "line", "rich", "codemirror", "prosemirror", "tiptap", "lexical"]
)

PACE = (Path(__file__).parent / "pace.js").read_text(encoding="utf-8")
NUM_ANSWERS = 40
SENTENCE = "Thanks for sending the report. "


@every_field
def test_grey_text_is_painted_in_the_frame_after_its_answer(fields: Page, field: str) -> None:
    write(fields, field, "Thanks for ")
    found = fields.evaluate(
        f"([id, rounds]) => {{ {PACE}; return framesUntilGrey(id, rounds); }}", [field, NUM_ANSWERS]
    )
    times_ms = sorted(each["ms"] for each in found)
    print(f"{field}: median {median(times_ms):.1f} ms, 95 % within {quantiles(times_ms, n=20)[-1]:.1f} ms")
    assert [each["frames"] for each in found] == [1] * NUM_ANSWERS


@every_field
def test_in_no_frame_do_text_and_grey_text_disagree_while_it_is_typed(
    fields: Page, server: ScriptedServer, field: str
) -> None:
    server.script.sentences = [SENTENCE]
    write_and_see(fields, field, SENTENCE[:13], SENTENCE[13:])
    asked = len(server.script.asked)
    fields.evaluate(f"(id) => {{ {PACE}; watchFrames(id, {TEXT}); }}", field)
    fields.keyboard.type(SENTENCE[13:-2], delay=20)
    seen = fields.evaluate("seen()")
    shown = [text.removesuffix("\n") + grey for text, grey in seen["frames"]]
    assert len(shown) > 10 and set(shown) == {SENTENCE}
    assert seen["hidden"] == 0
    assert len(server.script.asked) == asked
