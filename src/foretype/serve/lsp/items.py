"""A composer's answer as the protocol's inline completions.

Each replaces the word that is being typed, so that an editor can go on showing it while the next letters agree, and names
the command to run once it is taken. It does not know documents.
"""

from __future__ import annotations

from lsprotocol import types

from foretype.compose.request import Answer
from foretype.serve.lsp.positions import Encoding, Place, num_units
from foretype.text.words import read_caret

ACCEPTED = "foretype.accepted"  # the command, with the answer's id


def items_of(
    answer: Answer, *, text: str, place: Place, encoding: Encoding
) -> list[types.InlineCompletionItem]:
    """The suggestions of an answer to `text`, the best first; the caret stands at `place`."""
    typed = read_caret(text).typed
    end = types.Position(place.line, place.column)
    begin = types.Position(place.line, place.column - num_units(typed, encoding))
    return [
        types.InlineCompletionItem(
            insert_text=typed + suggestion.text,
            filter_text=typed + suggestion.text,
            range=types.Range(begin, end),
            command=_accepting(answer) if number == 0 else None,
        )
        for number, suggestion in enumerate(answer.suggestions)
    ]


def _accepting(answer: Answer) -> types.Command:
    """Only of the first: the composer follows no other."""
    return types.Command(title="Suggestion taken", command=ACCEPTED, arguments=[answer.id])
