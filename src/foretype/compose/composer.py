"""The composer: one key in, a suggestion or silence out. Read this file first.

    request -> draft (what is settled, what is being typed)
            -> place (who knows what follows: background, tenant, user, this message, language model)
            -> hypotheses (words that agree with the letters) -> paths (how they go on)
            -> gate (worth a look, how much of it?) -> answer
    what became of it -> outcomes

It knows no sockets, no storage and no torch: models and stores come in through protocols.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress

from foretype.compose.blocked import NOTHING_BLOCKED, Blocked
from foretype.compose.decider import Decider
from foretype.compose.dials import Dials
from foretype.compose.gate import Gate
from foretype.compose.growth import grow
from foretype.compose.outcomes import Ended, Outcomes
from foretype.compose.path import Path
from foretype.compose.place import Hypothesis
from foretype.compose.protocols import Adapters, LanguageModel, Learned, PersonalModels
from foretype.compose.request import Answer, Context, OutcomeKind, Request, Silence
from foretype.compose.session import Session
from foretype.compose.sessions import Sessions
from foretype.compose.situation import UNKNOWN_RATES, Rates, Situation
from foretype.compose.strengths import Strengths
from foretype.compose.suffix import without_suffix
from foretype.compose.turning import Turning
from foretype.compose.wording import suggestion_of
from foretype.ngram.automaton import Automaton

PATHS_PER_SUGGESTION = 3  # first words tried for each suggestion asked for


class Composer:
    """Suggests how texts go on, and learns from what was sent. Safe for threads."""

    def __init__(
        self,
        background: Automaton,
        *,
        store: PersonalModels,
        strengths: Strengths,
        lm: LanguageModel | None = None,
        gate: Decider | None = None,
        outcomes: Outcomes | None = None,
        tenant: str | None = None,
        adapter: str | None = None,
        adapters: Adapters | None = None,
        clock: Callable[[], float] = time.perf_counter,
        new_id: Callable[[], str] = lambda: uuid.uuid4().hex,
    ) -> None:
        """`gate` decides what is shown, `outcomes` hears what became of it; `adapter` is the language model's for requests
        that name none; `adapters` are for whoever administers."""
        self.store = store
        self.adapters = adapters
        self.gate = gate or Gate()
        self._turning = Turning(self.gate)
        self._blocked = NOTHING_BLOCKED
        self.outcomes = outcomes
        self._clock = clock
        self._new_id = new_id
        self._lm = lm
        self._adapter = adapter
        self._sessions = Sessions(
            background, store=store, strengths=strengths, lm=lm, tenant=tenant, adapter=adapter
        )
        self.model = "background" if lm is None else f"background+{lm.name}"

    def suggest(
        self,
        text: str,
        *,
        suffix: str = "",
        user: str | None = None,
        context: Context | None = None,
        adapter: str | None = None,
        n: int = 1,
    ) -> Answer:
        """`answer` without a Request around it."""
        surroundings = context or Context()
        return self.answer(
            Request(text, suffix=suffix, user=user, adapter=adapter, context=surroundings, n=n)
        )

    def answer(self, request: Request) -> Answer:
        """Suggest how the text goes on, or say why not. Returns by the request's deadline.

        Raises InputError for an adapter that is not loaded.
        """
        began = self._clock()
        model = self._model_for(request)
        silence = _silence_before(request)
        if silence is not None:
            return self._answer([], silence, model=model, began=began)
        with self._sessions.opened(request) as session:
            deadline = began + request.deadline_ms / 1000
            chosen, situation = self._choose(session, request, began=began, deadline=deadline)
            session.read_ahead(chosen[0] if chosen else None)
            silence = self._silence_after(request, deadline=deadline)
            lm_steps = session.take_lm_steps()
            answer = self._answer(chosen, silence, model=model, began=began, lm_steps=lm_steps)
            self._watch(session, request, answer, chosen, situation)
            return answer

    def learn(self, text: str, *, user: str, context: Context | None = None) -> Learned:
        """Keep what the user sent; the very next answer knows it. Durable when it returns."""
        return self.store.learn(user, text, context=context or Context())

    def forget(self, user: str) -> bool:
        """Delete all that is kept of the user, at once and for good; False if there was nothing."""
        forgotten = self.store.forget(user)
        self._sessions.forget(user)
        counted = self.outcomes is not None and self.outcomes.forget(user)
        return forgotten or counted

    @property
    def has_dial(self) -> bool:
        """Whether what decides can show more or less."""
        return self._turning.has_dial

    def turn(self, dials: Dials) -> None:
        """From the next answer on, show as much as the dials say, and nothing that they block."""
        self.gate = self._turning.at(dials.coverage)
        self._blocked = Blocked(dials.blocked)

    def release(self, session: str) -> None:
        """A message is finished: free what its session holds."""
        self._sessions.release(session)

    def feedback(
        self, answer_id: str, outcome: OutcomeKind, *, characters: int, persisted: bool | None = None
    ) -> bool:
        """Tell what became of an answer, and half a minute later whether it `persisted` in the text.

        False for an id that is not among the recent ones. What has been told once is not told anew.
        """
        try:
            shown = self._sessions.shown(answer_id)
        except KeyError:
            return False
        if shown is not None:
            history, key = shown
            history.told(key, outcome, characters=characters)
            if self.outcomes is not None and persisted is not None:
                self.outcomes.settle(key, persisted=persisted)
        return True

    def withdraw(self, answer_id: str) -> None:
        """An answer never reached the writer, since a newer key overtook it: nothing became of it."""
        with suppress(KeyError):  # long ago
            shown = self._sessions.shown(answer_id)
            if shown is not None and shown[1] == answer_id:
                shown[0].withdraw(answer_id)

    def close(self) -> None:
        """Stop the language model, write the outcomes and close the store."""
        self._sessions.close()
        if self._lm is not None:
            self._lm.close()
        if self.outcomes is not None:
            self.outcomes.close()
        self.store.close()

    def _choose(
        self, session: Session, request: Request, *, began: float, deadline: float
    ) -> tuple[list[Path], Situation]:
        """Paths worth showing, the best first; and what was known when they were chosen."""
        draft = session.draft
        place = session.place(deadline=deadline)
        hypotheses = place.hypotheses(
            draft.typed, marks=not draft.after_space, limit=PATHS_PER_SUGGESTION * request.n
        )
        elapsed_ms = (self._clock() - began) * 1000
        situation = session.situation(
            place, hypotheses, request, elapsed_ms=elapsed_ms, rates=self._rates(request.user)
        )
        paths = self._grown(session, hypotheses, request, deadline=deadline)
        return self.gate.choose(paths, situation, n=request.n), situation

    def _grown(
        self, session: Session, hypotheses: Sequence[Hypothesis], request: Request, *, deadline: float
    ) -> Iterator[Path]:
        """Each first word grown into a path that says something new."""
        for first in hypotheses:
            grown = grow(session, first, reach=self.gate, max_words=request.max_words, deadline=deadline)
            allowed = self._blocked.without(grown, before=request.text)
            path = None if allowed is None else without_suffix(allowed, request.suffix)
            if path is not None:
                yield path

    def _rates(self, user: str | None) -> Rates:
        return UNKNOWN_RATES if user is None or self.outcomes is None else self.outcomes.rates(user)

    def _watch(
        self,
        session: Session,
        request: Request,
        answer: Answer,
        chosen: Sequence[Path],
        situation: Situation,
    ) -> None:
        """Remember what stands on the screen now, and tell the outcomes when it ends."""
        if not chosen:
            session.history.leave()
            return

        def end(outcome: OutcomeKind, characters: int) -> None:
            if self.outcomes is not None:
                ended = Ended(
                    answer_id=answer.id,
                    user=request.user,
                    outcome=outcome,
                    characters=characters,
                    path=chosen[0],
                    situation=situation,
                    model=answer.model,
                    elapsed_ms=answer.elapsed_ms,
                )
                self.outcomes.record(ended)

        key = session.history.show(chosen[0].text, key=answer.id, after=request.text, end=end)
        self._sessions.remember(answer.id, (session.history, key))

    def _model_for(self, request: Request) -> str:
        adapter = request.adapter or self._adapter
        return self.model if adapter is None else f"{self.model}/{adapter}"

    def _answer(
        self, paths: list[Path], silence: Silence | None, *, model: str, began: float, lm_steps: int = 0
    ) -> Answer:
        id = self._new_id()
        self._sessions.remember(id, None)
        return Answer(
            id=id,
            suggestions=tuple(suggestion_of(path) for path in paths),
            model=model,
            elapsed_ms=(self._clock() - began) * 1000,
            silence=None if paths else silence,
            lm_steps=lm_steps,
        )

    def _silence_after(self, request: Request, *, deadline: float) -> Silence:
        """Why nothing was worth showing, if nothing was."""
        if not request.text.strip():
            return Silence.EMPTY
        return Silence.DEADLINE if self._clock() > deadline else Silence.UNSURE


def _silence_before(request: Request) -> Silence | None:
    """Reasons that need no model."""
    if request.context.sensitive:
        return Silence.SENSITIVE
    if request.suffix[:1].isalnum():
        return Silence.INSIDE_WORD
    return None
