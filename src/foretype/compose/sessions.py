"""All messages being written now, each in its session; who speaks in them; and the answers that feedback may name.

To the fixed gate a session id changes no result, only speed: an unknown one, or none, gives the same answer. It does not
know how a session finds what it says.
"""

from __future__ import annotations

import itertools
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from foretype.compose.history import History
from foretype.compose.lm_reader import LmReader
from foretype.compose.lm_voice import VoiceCache
from foretype.compose.protocols import LanguageModel, PersonalModels
from foretype.compose.request import Request
from foretype.compose.session import Session
from foretype.compose.strengths import Strengths
from foretype.errors import InputError
from foretype.ngram.automaton import Automaton
from foretype.ngram.memory import Memory

MAX_SESSIONS = 32  # each holds the language model's voices of a few places, 0.2 MB each
MAX_ANSWERS = 4096  # recent answers that feedback may name


class Sessions:
    """All messages being written now, the most recent ones; and the answers that feedback may name."""

    def __init__(
        self,
        background: Automaton,
        *,
        store: PersonalModels,
        strengths: Strengths,
        lm: LanguageModel | None,
        tenant: str | None,
        adapter: str | None = None,
    ) -> None:
        self._background = background
        self._store = store
        self._strengths = strengths
        self._tenant = tenant
        self._adapter = adapter
        self._lm = lm
        self._lm_voices = None if lm is None else VoiceCache(lm)
        self._sessions: OrderedDict[tuple[str, str], Session] = OrderedDict()
        self._answers: OrderedDict[str, tuple[History, str] | None] = OrderedDict()
        self._numbers = itertools.count()
        self._lock = threading.Lock()

    @contextmanager
    def opened(self, request: Request) -> Iterator[Session]:
        """The request's session, up to date with its text, for this caller alone.

        Raises InputError for an adapter that is not loaded.
        """
        lm = self._speaking(request)
        session = self._session(request)
        try:
            with session.lock:
                session.read(request, self._memories(request.user), lm)
                session.history.read(request.text)
                yield session
        finally:
            if request.session is None:
                session.close()

    def release(self, session: str) -> None:
        self._drop(lambda key: key[1] == session)

    def forget(self, user: str) -> None:
        """Drop what the user's sessions remember."""
        self._drop(lambda key: key[0] == user)

    def remember(self, answer_id: str, shown: tuple[History, str] | None) -> None:
        """An answer that feedback may name; `shown`: the message's history, and the key of the suggestion there."""
        with self._lock:
            self._answers[answer_id] = shown
            while len(self._answers) > MAX_ANSWERS:
                self._answers.popitem(last=False)

    def shown(self, answer_id: str) -> tuple[History, str] | None:
        """What an answer showed; None for silence. Raises KeyError for an id that is not among the recent ones."""
        with self._lock:
            return self._answers[answer_id]

    def close(self) -> None:
        """All messages are over."""
        self._drop(lambda key: True)

    def _session(self, request: Request) -> Session:
        if request.session is None:
            return self._new(f"once-{next(self._numbers)}")
        key = (request.user or "", request.session)
        with self._lock:
            session = self._sessions.pop(key, None)
            if session is None:
                session = self._new("\x1f".join(key))
            self._sessions[key] = session
            while len(self._sessions) > MAX_SESSIONS:
                _end(self._sessions.popitem(last=False)[1])
            return session

    def _drop(self, is_dropped: Callable[[tuple[str, str]], bool]) -> None:
        with self._lock:
            for key in [key for key in self._sessions if is_dropped(key)]:
                _end(self._sessions.pop(key))

    def _new(self, name: str) -> Session:
        if self._lm is None or self._lm_voices is None:
            return Session(self._background, self._strengths, None)
        return Session(self._background, self._strengths, LmReader(self._lm, self._lm_voices, session=name))

    def _speaking(self, request: Request) -> LanguageModel | None:
        """The language model with the adapter that the request names, or with the composer's own."""
        name = request.adapter or self._adapter
        if name is None:
            return self._lm
        if self._lm is None:
            raise InputError(f"adapter {name!r}: there is no language model to adapt; ask without one")
        return self._lm.adapted(name)

    def _memories(self, user: str | None) -> dict[str, Memory]:
        found = {}
        for voice, name in (("tenant", self._tenant), ("user", user)):
            memory = self._store.memory(name) if name is not None else None
            if memory is not None:
                found[voice] = memory
        return found


def _end(session: Session) -> None:
    """The message is over: what still stands on the screen was not wanted."""
    session.history.leave()
    session.close()
