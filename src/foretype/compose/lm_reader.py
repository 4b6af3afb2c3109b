"""Reading a message with the language model: which tokens to ask about, which answers are there already.

One reader a session. An answer that is late is used by the next key: a question is asked once, and what was read
ahead is found again when the text gets there. It does not know words, counts or what is shown.
"""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable, Sequence
from concurrent.futures import CancelledError, Future
from concurrent.futures import TimeoutError as FutureTimeout
from functools import partial
from typing import TypeAlias

from foretype.compose.lm_voice import LmVoice, VoiceCache, encoded
from foretype.compose.protocols import LanguageModel, LogProbs
from foretype.compose.request import Context
from foretype.errors import BusyError
from foretype.text.prompt import context_tokens, context_words, recent, text_tokens

Tokens: TypeAlias = tuple[int, ...]

MAX_QUESTIONS = 8  # of a session that nobody has fetched the answer of yet


class LmReader:
    """Questions about one message, and their answers. Invariant: all that are open were put to `_model`."""

    def __init__(
        self,
        model: LanguageModel,
        voices: VoiceCache,
        *,
        session: str,
        clock: Callable[[], float] = time.perf_counter,
    ) -> None:
        self._model = model
        self._cache = voices
        self._table = voices.table
        self._session = session
        self._clock = clock
        self._asked: OrderedDict[Tokens, Future[LogProbs]] = OrderedDict()
        self._base: Tokens = ()
        self._waited: set[Tokens] = set()

    def speak_as(self, model: LanguageModel) -> None:
        """From the next `read` on, the answers of `model`: the same network with another adapter, or with none."""
        if model.speaker != self._model.speaker:
            self._drop_all()
        self._model = model

    def read(self, text: str, context: Context) -> None:
        """The settled text before the caret is now `text`; questions about other texts are dropped."""
        self._base = document_tokens(self._model, recent(text), context)
        for tokens in [tokens for tokens in self._asked if tokens[: len(self._base)] != self._base]:
            self._asked.pop(tokens).cancel()  # answered or not: 0.2 MB that nobody will ask for

    def voice(self, more: str, *, deadline: float) -> LmVoice | None:
        """What follows the text and `more`; None when the deadline comes first."""
        tokens = self._after(more)
        known = self._known(tokens)
        if known is not None:
            return known
        future = self._ask(tokens, num_wanted=1)
        if future is None:
            return None
        return self._keep(tokens, future, wait_s=max(0.0, deadline - self._clock()))

    def read_draft(self, drafts: Sequence[str], *, deadline: float) -> list[LmVoice | None]:
        """What follows the text and each of `drafts`, every one the beginning of the next, in one pass of the model.

        None where the deadline came first, and where a draft's tokens do not begin the last one's.
        """
        paths = [self._after(more) for more in drafts]
        last = paths[-1]
        paths = [path if path == last[: len(path)] else () for path in paths]
        missing = [path for path in paths if path and self._known(path) is None]
        if missing:
            self._read_path(last, missing, wait_s=max(0.0, deadline - self._clock()))
        return [self._known(path) if path else None for path in paths]

    def _read_path(self, last: Tokens, wanted: Sequence[Tokens], *, wait_s: float) -> None:
        """Ask for what follows `last` and its beginnings from the shortest of `wanted` on."""
        future = self._ask(last, num_wanted=len(last) - len(wanted[0]) + 1)
        found = self._result(last, future, wait_s=wait_s) if future is not None else None
        if found is None:
            return
        for path in wanted:
            row = len(path) - len(last) - 1  # the last row follows all of `last`
            if -row <= len(found):  # it was asked for less, read ahead
                self._cache.put(path, found[row], speaker=self._model.speaker)

    def read_ahead(self, more: str) -> None:
        """Ask what follows the text and `more`, without waiting."""
        tokens = self._after(more)
        if self._known(tokens) is None:
            self._ask(tokens, num_wanted=1)

    def take_steps(self) -> int:
        """Questions waited for since this was last called."""
        waited, self._waited = self._waited, set()
        return len(waited)

    def close(self) -> None:
        """Drop what waits, and the model's cache for this session."""
        self._drop_all()
        self._model.release(self._session)

    def _drop_all(self) -> None:
        for future in self._asked.values():
            future.cancel()
        self._asked.clear()

    def _known(self, tokens: Tokens) -> LmVoice | None:
        return self._cache.get(tokens, speaker=self._model.speaker)

    def _after(self, more: str) -> Tokens:
        return self._base + self._table.encode(more) if more else self._base

    def _ask(self, tokens: Tokens, *, num_wanted: int) -> Future[LogProbs] | None:
        future = self._asked.get(tokens)
        if future is not None and not future.cancelled():
            return future
        if not tokens:
            return None
        try:
            future = self._model.submit(tokens, session=self._session, num_wanted=num_wanted)
        except BusyError:
            return None  # counts answer alone; the next key asks again
        self._asked[tokens] = future
        while len(self._asked) > MAX_QUESTIONS:
            self._asked.popitem(last=False)[1].cancel()
        return future

    def _keep(self, tokens: Tokens, future: Future[LogProbs], *, wait_s: float) -> LmVoice | None:
        found = self._result(tokens, future, wait_s=wait_s)
        return None if found is None else self._cache.put(tokens, found[-1], speaker=self._model.speaker)

    def _result(self, tokens: Tokens, future: Future[LogProbs], *, wait_s: float) -> LogProbs | None:
        """The answer, or None if it is late or nobody wants it any more. An error is asked about again."""
        if not future.done():
            self._waited.add(tokens)
        try:
            found = future.result(timeout=wait_s)
        except (FutureTimeout, CancelledError):
            return None
        except Exception:
            self._asked.pop(tokens, None)
            raise
        self._asked.pop(tokens, None)
        return found


def document_tokens(model: LanguageModel, text: str, context: Context) -> Tokens:
    """Everything that the model reads up to the end of `text`, which goes on.

    Special tokens tell a model of our own what is what; any other reads words.
    """
    encode = partial(encoded, model)
    if model.markers is not None:
        before = context_tokens(
            encode, model.markers, kind=context.kind, previous=context.previous, subject=context.subject
        )
        return (*before, *text_tokens(encode, text))
    around = context_words(previous=context.previous, subject=context.subject)
    return (*model.prelude, *text_tokens(encode, around + text))
