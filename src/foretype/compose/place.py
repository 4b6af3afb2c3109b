"""A place where a word may follow, and the words that may stand there given the letters typed so far.

Counts and, where one is installed, the language model answer for the same words; both are normalised by what
agrees with the letters, so that a word's probability grows as it is typed. It does not know what is worth showing.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from foretype.compose.blend import SOURCES, Anchor, Scored
from foretype.compose.columns import Row, column_sums, gathered, summed
from foretype.compose.lm_voice import LmVoice
from foretype.compose.spelling import Reading, fallback_readings, readings
from foretype.compose.strengths import Strengths
from foretype.ngram.automaton import Automaton
from foretype.ngram.largest import first_largest
from foretype.ngram.memory import Memory
from foretype.ngram.tokens import UNKNOWN
from foretype.text.words import END, LINE, PARAGRAPH, TIE, bare, ends_sentence, is_break, wants_space

PER_VOICE = 8  # candidates a voice puts forward for each length of context
ENDS = (LINE, PARAGRAPH, END)
LM_CANDIDATES = 24  # words the language model may add

LEAST = 1e-12  # of what is divided by

Question: TypeAlias = tuple[str, bool, int, LmVoice | None]  # letters typed, marks, limit, and who speaks


@dataclass(frozen=True, slots=True)
class Hypothesis:
    """A word that may stand here: as models count it, as it is shown, how likely, and whose it is."""

    word: str
    shown: str
    prob: float
    sources: Mapping[str, float]  # shares that add up to 1


@dataclass(frozen=True, slots=True)
class Voices:
    """Everybody who is asked: the background, people's memories by role, and how much each counts."""

    background: Automaton
    memories: Mapping[str, Memory]
    strengths: Strengths


@dataclass(frozen=True, slots=True)
class Known:
    """How much is known of one context: times it was counted, words of it that somebody has seen, the model's share."""

    evidence: Mapping[str, float]  # by voice, "background" included
    order: int
    lm_share: float  # of the blend; 0 where the language model does not speak


@dataclass(frozen=True, slots=True)
class Counted:
    """Words, how they are shown, each source's shares of them, their sums, and what those are shares of."""

    words: Sequence[str]
    shown: Mapping[str, str]
    shares: Sequence[Row]
    counted: Row
    total: float


class Place:
    """One context. Building it looks the context up; `hypotheses` is cheap and asked for each letter."""

    def __init__(
        self,
        context: Sequence[str],
        voices: Voices,
        *,
        capitalises: bool,
        path: tuple[str, ...] = (),
        text: str = "",
    ) -> None:
        self.before = context[-1]
        self.path = path  # words from the word under the caret to here
        self.text = text  # the same as they are shown
        self.context = tuple(context)
        self._voices = voices
        self._capitalises = capitalises
        self._lexicon = voices.background.lexicon
        self._anchor = Anchor(
            self._lexicon.ids(context),
            background=voices.background,
            memories=voices.memories,
            strengths=voices.strengths,
        )
        self.lm: LmVoice | None = None
        self._told: dict[Question, tuple[Hypothesis, ...]] = {}
        self._going_on: tuple[float, float] | None = None

    def hypotheses(self, typed: str, *, marks: bool = False, limit: int = 8) -> tuple[Hypothesis, ...]:
        """Words that agree with the letters `typed`, likeliest first, at most `limit`.

        `marks`: punctuation may come as well. There are fewer, or none, where little agrees. What was asked before is
        remembered: the keys of a word ask again and again what follows its likeliest ends.
        """
        question = (typed, marks, limit, self.lm)
        told = self._told.get(question)
        if told is None:
            told = self._told[question] = tuple(self._hypotheses(typed, marks=marks, limit=limit))
        return told

    def _hypotheses(self, typed: str, *, marks: bool, limit: int) -> list[Hypothesis]:
        asked = readings(
            typed,
            starts_sentence=ends_sentence(self.before),
            capitalises=self._capitalises,
            is_lower=self._voices.background.is_lower,
            marks=marks,
        )
        found = self._ranked(asked, typed, limit)
        return found or self._ranked(fallback_readings(typed), typed, limit)

    def known(self) -> Known:
        """How much anybody knows here."""
        voices = {voice: self._anchor.voice_evidence(voice) for voice in self._voices.memories}
        return Known({"background": self._anchor.evidence} | voices, self._anchor.order, self.lm_share())

    def goes_on(self) -> tuple[float, float]:
        """Probabilities that a word, with a space before it, follows here, and that the line or text ends."""
        if self._going_on is None:
            self._going_on = self._goes_on()
        return self._going_on

    def _goes_on(self) -> tuple[float, float]:
        ids = [self._lexicon.id(word) for word in ENDS]
        line, paragraph, text, marks = self._anchor.score(
            ids, masses=[[self._lexicon.prefix_range(TIE)]]
        ).probs
        end = line + paragraph + text
        return max(0.0, 1.0 - end - marks), end

    def _ranked(self, asked: Sequence[Reading], typed: str, limit: int) -> list[Hypothesis]:
        if not asked:
            return []
        ranges = [self._lexicon.prefix_range(reading.prefix) for reading in asked]
        shown = self._candidates(asked, ranges, typed, per_voice=min(PER_VOICE, limit + 2))
        if not shown:
            return []
        scored = self._anchor.score([self._lexicon.id(word) for word in (*shown, UNKNOWN)], masses=[ranges])
        words, shares = _merged(shown, scored)
        counted = column_sums(shares)
        unknown, mass = scored.probs[len(shown) :]
        total = max(mass + unknown * self._unknown_share(typed), summed(counted), LEAST)
        if self.lm is None:
            return _listed(words, shown, [prob / total for prob in counted], shares, limit)
        return self._with_lm(self.lm, typed, Counted(words, shown, shares, counted, total), limit)

    def _with_lm(self, lm: LmVoice, typed: str, found: Counted, limit: int) -> list[Hypothesis]:
        """The same words with the language model's voice in them."""
        space = [wants_space(word, before=self.before) for word in found.words]
        spoken = lm.probs([found.shown[word] for word in found.words], found.counted, space=space)
        said = lm.mass(typed, space=wants_space("word", before=self.before))
        share = self.lm_share()
        shares = [[each * (1 - share) for each in row] for row in found.shares]
        shares.append([each * share for each in spoken])
        total = (1 - share) * found.total + share * max(said, summed(spoken), LEAST)
        probs = _agreed([each / total for each in column_sums(shares)], found.counted, spoken)
        return _listed(found.words, found.shown, probs, shares, limit)

    def lm_share(self) -> float:
        """The language model's share of the blend here, by how much the counts know."""
        if self.lm is None:
            return 0.0
        weights = self._voices.strengths.lm
        logit = sum(
            weight * feature for weight, feature in zip(weights, lm_features(self._anchor), strict=True)
        )
        return 1 / (1 + math.exp(-logit))

    def _candidates(
        self, asked: Sequence[Reading], ranges: Sequence[tuple[int, int]], typed: str, *, per_voice: int
    ) -> dict[str, str]:
        """Words that agree with some reading, each with the way it is shown by the first that it agrees with."""
        ids = self._anchor.candidates(ranges, limit=per_voice) + self._anchor.strange_followers()
        words = [word for id in ids if (word := self._word(id)) is not None]
        if typed:
            for memory in self._voices.memories.values():
                words += [word for reading in asked for word in memory.strange_with_prefix(reading.prefix)]
        if self.lm is not None:
            words += self._lm_words(typed)
        return _shown_by_first(words, asked, typed)

    def _lm_words(self, typed: str) -> list[str]:
        assert self.lm is not None
        space = wants_space("word", before=self.before)
        found = []
        for text in self.lm.top_words(typed, space=space, limit=LM_CANDIDATES):
            found.append(text)
            if ends_sentence(self.before) and self._voices.background.is_lower(text[0].lower() + text[1:]):
                found.append(text[0].lower() + text[1:])
        return [word for word in found if self._lexicon.knows(word)]

    def _word(self, id: int) -> str | None:
        word = self._lexicon.word(id)
        if word is not None:
            return word
        for memory in self._voices.memories.values():
            if (word := memory.word(id)) is not None:
                return word
        return None

    def _unknown_share(self, typed: str) -> float:
        """The share of words that nobody knows that agrees with the letters."""
        strengths = self._voices.strengths
        return strengths.unknown * math.exp(-strengths.unknown_per_letter * len(typed))


def lm_features(anchor: Anchor) -> tuple[float, ...]:
    """What the language model's share of the blend depends on, a number for each of `Strengths.lm`: always one, how
    much the background and the user have seen of the context, and how long that is."""
    user = anchor.voice_evidence("user")
    return 1.0, math.log1p(anchor.evidence), math.log1p(user), float(anchor.order)


def _agreed(probs: Row, counted: Row, spoken: Row) -> Row:
    """Half the mixture as it is, half its mass shared out by the geometric mean of the two voices.

    A word that both voices like gains on one that a single voice shouts for: 0.6 points of keys saved on the
    validation sets over the mixture alone, 0.7 over the geometric mean alone (experiments/LOG.md, 4).
    """
    geometric = [
        math.sqrt(max(count, LEAST) * max(word, LEAST)) for count, word in zip(counted, spoken, strict=True)
    ]
    scale = summed(probs) / summed(geometric)
    return [(prob + mean * scale) / 2 for prob, mean in zip(probs, geometric, strict=True)]


def _listed(
    words: Sequence[str], shown: Mapping[str, str], probs: Row, shares: Sequence[Row], limit: int
) -> list[Hypothesis]:
    """The likeliest words, at most `limit`."""
    order = first_largest(range(len(words)), probs.__getitem__, limit)
    return [_hypothesis(words[at], shown[words[at]], probs[at], [row[at] for row in shares]) for at in order]


def _shown_by_first(words: Sequence[str], asked: Sequence[Reading], typed: str) -> dict[str, str]:
    """How each word is shown; only those that show the letters typed as they are."""
    shown: dict[str, str] = {}
    for word in words:
        if word in shown or is_break(word) or word == UNKNOWN:
            continue
        for reading in asked:
            if word.startswith(reading.prefix) and reading.applies(word):
                text = reading.show(bare(word))
                if text.startswith(typed):  # "ß" in capitals is two letters
                    shown[word] = text
                break
    return shown


def _merged(shown: Mapping[str, str], scored: Scored) -> tuple[list[str], list[Row]]:
    """Words shown alike ("thanks" and "Thanks" at a sentence's start) as one: the likeliest, with all their shares."""
    words = list(shown)
    kept: dict[str, list[int]] = {}
    for at in first_largest(range(len(words)), scored.probs.__getitem__, len(words)):
        kept.setdefault(shown[words[at]], []).append(at)
    columns = list(kept.values())
    return [words[first] for first, *_ in columns], [gathered(row, columns) for row in scored.shares]


def _hypothesis(word: str, shown: str, prob: float, shares: Row) -> Hypothesis:
    whole = max(summed(shares), LEAST)
    names = (*SOURCES, "lm")
    sources = {name: share / whole for name, share in zip(names, shares, strict=False) if share > 0}
    return Hypothesis(word, shown, min(1.0, prob), sources)
