"""The composer: one key in, a suggestion or silence out. Read this file first.

    request -> draft (what is settled, what is being typed)
            -> place (who knows what follows: background, tenant, user, this message, language model)
            -> hypotheses (words that agree with the letters) -> paths (how they go on)
            -> gate (worth a look?) -> answer

It knows no sockets, no storage and no torch: models and stores come in through protocols.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable, Mapping, Sequence

from foretype.compose.gate import Gate, Path
from foretype.compose.growth import grow
from foretype.compose.place import Hypothesis
from foretype.compose.protocols import Adapters, LanguageModel, Learned, PersonalModels
from foretype.compose.request import NOTHING, Answer, Context, OutcomeKind, Request, Silence, Suggestion
from foretype.compose.session import Session
from foretype.compose.sessions import Sessions
from foretype.compose.strengths import Strengths
from foretype.compose.suffix import without_suffix
from foretype.ngram.automaton import Automaton
from foretype.text.words import wants_space

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
        gate: Gate | None = None,
        tenant: str | None = None,
        adapter: str | None = None,
        adapters: Adapters | None = None,
        clock: Callable[[], float] = time.perf_counter,
        new_id: Callable[[], str] = lambda: uuid.uuid4().hex,
    ) -> None:
        """`adapter` is the language model's for requests that name none; `adapters` are for whoever administers."""
        self.store = store
        self.adapters = adapters
        self.gate = gate or Gate()
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
            chosen = self._choose(session, request, deadline=deadline)
            session.read_ahead(chosen[0] if chosen else None)
            silence = self._silence_after(request, deadline=deadline)
            lm_steps = session.take_lm_steps()
            return self._answer(chosen, silence, model=model, began=began, lm_steps=lm_steps)

    def learn(self, text: str, *, user: str, context: Context | None = None) -> Learned:
        """Keep what the user sent; the very next answer knows it. Durable when it returns."""
        return self.store.learn(user, text, context=context or Context())

    def forget(self, user: str) -> bool:
        """Delete all that is kept of the user, at once and for good; False if there was nothing."""
        forgotten = self.store.forget(user)
        self._sessions.forget(user)
        return forgotten

    def release(self, session: str) -> None:
        """A message is finished: free what its session holds."""
        self._sessions.release(session)

    def feedback(self, answer_id: str, outcome: OutcomeKind, *, characters: int) -> bool:
        """Tell what became of an answer; False for an id that is not among the recent ones."""
        return self._sessions.outcome(answer_id, outcome, characters=characters)

    def close(self) -> None:
        """Stop the language model and close the store."""
        if self._lm is not None:
            self._lm.close()
        self.store.close()

    def _choose(self, session: Session, request: Request, *, deadline: float) -> list[Path]:
        """Paths worth showing, the best first."""
        draft = session.draft
        hypotheses = session.place(deadline=deadline).hypotheses(
            draft.typed, marks=not draft.after_space, limit=PATHS_PER_SUGGESTION * request.n
        )
        chosen: list[Path] = []
        # likeliest first: ranking by length as well lost keys (experiments/LOG.md, 3)
        for first in hypotheses:
            grown = grow(session, first, gate=self.gate, max_words=request.max_words, deadline=deadline)
            path = without_suffix(grown, request.suffix)
            if path is None or path.text in (other.text for other in chosen):
                continue
            if self.gate.is_worth_showing(path):
                chosen.append(path)
            if len(chosen) == request.n:
                break
        return chosen

    def _model_for(self, request: Request) -> str:
        adapter = request.adapter or self._adapter
        return self.model if adapter is None else f"{self.model}/{adapter}"

    def _answer(
        self, paths: list[Path], silence: Silence | None, *, model: str, began: float, lm_steps: int = 0
    ) -> Answer:
        id = self._new_id()
        self._sessions.remember(id)
        return Answer(
            id=id,
            suggestions=tuple(_suggestion(path) for path in paths),
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


def _suggestion(path: Path) -> Suggestion:
    num_words = len(path.text.split())
    words = _whole_words(path.hypotheses)[-num_words:]  # without a first word that was typed already
    return Suggestion(
        text=path.text,
        confidence=path.prob,
        words=num_words,
        sources=_mean([hypothesis.sources for hypothesis in path.hypotheses]),
        word_confidences=tuple(path.probs[last] for _, last in words),
        word_sources=tuple(
            _mean([hypothesis.sources for hypothesis in path.hypotheses[first : last + 1]])
            for first, last in words
        ),
    )


def _whole_words(hypotheses: Sequence[Hypothesis]) -> list[tuple[int, int]]:
    """First and last hypothesis of each word as it is read: marks belong to the word they stick to."""
    words: list[tuple[int, int]] = []
    for at, hypothesis in enumerate(hypotheses):
        begins = at == 0 or wants_space(hypothesis.word, before=hypotheses[at - 1].word)
        words[-1:] = [*words[-1:], (at, at)] if begins else [(words[-1][0], at)]
    return words


def _mean(sources: Sequence[Mapping[str, float]]) -> Mapping[str, float]:
    names = dict.fromkeys(name for each in sources for name in each)
    return {name: sum(each.get(name, 0.0) for each in sources) / len(sources) for name in names} or NOTHING
