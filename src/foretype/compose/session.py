"""A session: what consecutive keys of one message share, so that most keys ask no model.

It holds the draft, the place of the word under the caret and the places that may come next, and what became of what was
shown. To the fixed gate it changes no result, only speed: an unknown session id, or none, gives the same answer; a decider
that has learned may heed what was shown before. It does not choose what is shown.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from foretype.compose.history import History
from foretype.compose.lm_reader import LmReader
from foretype.compose.lm_voice import LmVoice
from foretype.compose.message import Draft, message_memory, read_draft
from foretype.compose.path import Path
from foretype.compose.place import Hypothesis, Place, Voices
from foretype.compose.protocols import LanguageModel
from foretype.compose.request import Context, Request
from foretype.compose.situation import UNKNOWN_RATES, Rates, Situation, position_of
from foretype.compose.strengths import MAX_CONTEXT, Strengths
from foretype.ngram.automaton import Automaton
from foretype.ngram.memory import Memory
from foretype.text.words import ends_sentence, last_words, wants_space

DRAFT_FROM = 0.5  # probability of each word of a draft that is worth a pass of the model
MAX_DRAFT_WORDS = 4
READ_AHEAD_FROM = 0.4  # probability of a word from which its successor is read ahead (experiments/LOG.md)


@dataclass(frozen=True, slots=True)
class _Known:
    """What a session's places were built from; a difference in any of it makes new ones."""

    words: tuple[str, ...]
    settled_text: str  # texts that differ in capitals or numbers can have the same words
    context: Context
    speaker: str | None  # of the language model
    memories: tuple[tuple[str, Memory, int], ...]  # a memory by what it is, not what is in it; and its tokens
    capitalises: bool


class Session:
    """One message being written."""

    def __init__(self, background: Automaton, strengths: Strengths, lm: LmReader | None) -> None:
        self._background = background
        self._strengths = strengths
        self._lm = lm
        self.lock = threading.Lock()  # one key at a time; a later one finds what an earlier one asked for
        self.history = History()
        self._known: _Known | None = None
        self._places: dict[tuple[tuple[str, ...], str], Place] = {}
        self._heard: Mapping[str, LmVoice | None] = {}  # behind the path that grows now, by its text
        self._voices: Voices | None = None
        self.draft = Draft((), "", space_due=False, after_space=False, capitalises=True, settled_text="")

    def read(self, request: Request, memories: Mapping[str, Memory], lm: LanguageModel | None) -> None:
        """Take in the text and its surroundings as they are now, and the language model to be asked."""
        self.draft = read_draft(request.text, background=self._background)
        sized = tuple((voice, memory, len(memory)) for voice, memory in memories.items())
        draft = self.draft
        speaker = None if lm is None else lm.speaker
        known = _Known(draft.words, draft.settled_text, request.context, speaker, sized, draft.capitalises)
        if known == self._known:
            return
        self._known, self._places = known, {}
        message = message_memory(self.draft, request.context, background=self._background)
        self._voices = Voices(self._background, {**memories, "message": message}, self._strengths)
        if self._lm is not None and lm is not None:
            self._lm.speak_as(lm)
            self._lm.read(self.draft.settled_text, request.context)

    def place(self, *, deadline: float) -> Place:
        """The place of the word under the caret."""
        place = self._place((), last_words(self.draft.words, MAX_CONTEXT))
        if self._lm is not None and place.lm is None:
            place.lm = self._lm.voice("", deadline=deadline)
        return place

    def situation(
        self,
        place: Place,
        hypotheses: Sequence[Hypothesis],
        request: Request,
        *,
        elapsed_ms: float,
        rates: Rates = UNKNOWN_RATES,
    ) -> Situation:
        """What is known at this key, with the words that may stand at `place`."""
        draft = self.draft
        assert self._known is not None, "read() comes first"
        return Situation(
            num_typed=len(draft.typed),
            is_after_space=draft.after_space,
            is_space_due=draft.space_due,
            is_sentence_start=ends_sentence(draft.words[-1]),
            capitalises=draft.capitalises,
            position=position_of(draft, num_chars=len(request.text)),
            context=request.context,
            has_user=request.user is not None,
            has_suffix=bool(request.suffix.strip()),
            first_probs=tuple(hypothesis.prob for hypothesis in hypotheses),
            known=place.known(),
            has_lm=self._lm is not None,
            memory_sizes={voice: num_tokens for voice, _, num_tokens in self._known.memories},
            past=self.history.past,
            rates=rates,
            elapsed_ms=elapsed_ms,
            user=request.user,
        )

    def after(self, place: Place, hypothesis: Hypothesis) -> Place:
        """The place behind a hypothesis at `place`; the language model speaks there if `verify` asked it to."""
        found = self._follower(place, hypothesis)
        found.lm = self._heard.get(found.text)
        return found

    def verify(self, place: Place, first: Hypothesis, *, deadline: float) -> None:
        """Let the language model read how the counts would go on after `first`, in one pass.

        What it read ahead for other reasons is not heard here: an answer must not depend on the keys before.
        """
        self._heard = {}
        if self._lm is None or first.prob < DRAFT_FROM:
            return
        drafts = self._drafts(place, first)
        if len(drafts) > 1:
            self._heard = dict(zip(drafts, self._lm.read_draft(drafts, deadline=deadline), strict=True))

    def _drafts(self, place: Place, first: Hypothesis) -> list[str]:
        """Texts that the counts are sure of, each the beginning of the next."""
        place = self._follower(place, first)
        drafts = [place.text]
        while len(drafts) < MAX_DRAFT_WORDS:
            likely = place.hypotheses("", marks=True, limit=1)
            if not likely or likely[0].prob < DRAFT_FROM:
                break
            place = self._follower(place, likely[0])
            drafts.append(place.text)
        return drafts

    def read_ahead(self, path: Path | None) -> None:
        """Let the language model read on as if the path's first word had been taken."""
        if self._lm is None or path is None or path.probs[0] < READ_AHEAD_FROM:
            return
        self._lm.read_ahead(shown_after(path.hypotheses[0], self.draft.words[-1]))

    def take_lm_steps(self) -> int:
        """Model steps waited for since this was last asked."""
        return 0 if self._lm is None else self._lm.take_steps()

    def close(self) -> None:
        """The message is over: free what the language model holds for it."""
        if self._lm is not None:
            self._lm.close()

    def _follower(self, place: Place, hypothesis: Hypothesis) -> Place:
        """The place behind a hypothesis, where only counts speak."""
        found = self._place(
            (*place.path, hypothesis.word),
            (*place.context, hypothesis.word)[-MAX_CONTEXT:],
            text=place.text + shown_after(hypothesis, place.before),
        )
        found.lm = None
        return found

    def _place(self, path: tuple[str, ...], context: tuple[str, ...], *, text: str = "") -> Place:
        found = self._places.get((path, text))
        if found is None:
            assert self._voices is not None, "read() comes first"
            found = Place(context, self._voices, path=path, text=text, capitalises=self.draft.capitalises)
            self._places[path, text] = found
        return found


def shown_after(hypothesis: Hypothesis, before: str) -> str:
    """A hypothesis as it stands in the text after the word `before`."""
    return " " + hypothesis.shown if wants_space(hypothesis.word, before=before) else hypothesis.shown
