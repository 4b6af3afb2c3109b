"""Vectors for whole suggestions: scenarios typed key by key into the Python composer, with what it said at each key.

A scenario's members: `text`, typed up to every `every`th letter (or by a writer who `takes` what is right); `decider` "gate"
or "ranker", at a `coverage`; `lm` "markers" or "words", a fake one; `user`, who `sent` messages before, in a team that
wrote `tenant`; one `session` or none; `suffix`, `context`, `n`, `max_words`, `blocked` as they are asked; at the steps in
`rejects` Esc is pressed. Time stands still. It does not know how suggestions are found.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, TypeAlias

from fake_lm import FakeLm

from foretype.assemble import installed_strengths
from foretype.compose.composer import Composer
from foretype.compose.decider import Decider
from foretype.compose.dials import Dials
from foretype.compose.gate import Gate
from foretype.compose.request import Answer, Context, Kind, OutcomeKind, Request, Suggestion
from foretype.ngram.automaton import Automaton
from foretype.personal.store import open_store
from foretype.rank.bundle import open_ranker
from foretype.rank.tally import TalliedOutcomes
from foretype.text.casing import fold_words

Scenario: TypeAlias = Mapping[str, Any]

TEAM = "team"
MIN_TAKEN = 4  # letters of a suggestion that a writer takes, as long as it is right


def answer_vectors(
    scenarios: Sequence[Scenario], background: Automaton, ranker: Path
) -> list[dict[str, Any]]:
    """Every scenario's steps: [letters typed, suggestions or why there are none]. Ready for json.dumps."""
    return [
        {"name": scenario["name"], "steps": list(_steps(scenario, background, ranker))}
        for scenario in scenarios
    ]


def _steps(scenario: Scenario, background: Automaton, ranker: Path) -> Iterator[list[Any]]:
    with TemporaryDirectory() as folder:
        composer = _composer(scenario, background, ranker, Path(folder))
        typed, rejects = 0, scenario.get("rejects", [])
        for step in itertools.count():
            answer = composer.answer(_request(scenario, typed))
            if step in rejects:
                composer.feedback(answer.id, OutcomeKind.REJECTED, characters=0)
            yield [typed, _answered(answer)]
            if typed >= len(scenario["text"]):
                break
            typed = min(len(scenario["text"]), typed + _letters(scenario, typed, answer))
        composer.close()


def _composer(scenario: Scenario, background: Automaton, ranker: Path, folder: Path) -> Composer:
    store = open_store(
        folder, background.lexicon, fold=lambda words: fold_words(words, is_lower=background.is_lower)
    )
    for name, texts in (
        (scenario.get("user", ""), scenario.get("sent", ())),
        (TEAM, scenario.get("tenant", ())),
    ):
        for text in texts:
            store.learn(name, text, context=Context(sent_at=datetime(2026, 5, 1)))
    decider: Decider = Gate() if scenario["decider"] == "gate" else open_ranker(ranker)
    kind = scenario.get("lm")
    composer = Composer(
        background,
        store=store,
        strengths=installed_strengths(None),
        lm=None if kind is None else FakeLm(has_markers=kind == "markers"),
        gate=decider,
        outcomes=TalliedOutcomes(),
        tenant=TEAM if "tenant" in scenario else None,
        clock=lambda: 0.0,
    )
    composer.turn(Dials(scenario.get("coverage"), tuple(scenario.get("blocked", ()))))
    return composer


def _request(scenario: Scenario, typed: int) -> Request:
    return Request(
        scenario["text"][:typed],
        suffix=scenario.get("suffix", ""),
        user=scenario.get("user"),
        session="s" if scenario.get("session") else None,
        context=_context(scenario.get("context", {})),
        n=scenario.get("n", 1),
        max_words=scenario.get("max_words", 12),
    )


def _context(given: Mapping[str, Any]) -> Context:
    sent_at = given.get("sent_at")
    return Context(
        kind=Kind(given.get("kind", "email")),
        subject=given.get("subject", ""),
        previous=given.get("previous", ""),
        to=tuple(given.get("to", ())),
        sent_at=None if sent_at is None else datetime.fromisoformat(sent_at),
        locale=given.get("locale", "en-US"),
        sensitive=given.get("sensitive", False),
    )


def _letters(scenario: Scenario, typed: int, answer: Answer) -> int:
    """How many letters come next: one step, or a suggestion that is what the writer was going to write."""
    if scenario.get("takes") and answer.suggestions:
        text = answer.suggestions[0].text
        if len(text) >= MIN_TAKEN and scenario["text"].startswith(text, typed):
            return len(text)
    every: int = scenario.get("every", 1)
    return every


def _answered(answer: Answer) -> Any:
    if not answer.suggestions:
        assert answer.silence is not None
        return answer.silence.value
    return [_suggested(suggestion) for suggestion in answer.suggestions]


def _suggested(suggestion: Suggestion) -> list[Any]:
    """Text, confidence in its first 1, 2, ... words, and shares; its own confidence is the last one's."""
    assert suggestion.confidence == suggestion.word_confidences[-1]
    sources = {name: round(share, 8) for name, share in suggestion.sources.items()}
    return [suggestion.text, [float(f"{each:.12g}") for each in suggestion.word_confidences], sources]
