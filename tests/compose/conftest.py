"""The small world's background, and composers in it with and without a language model."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

import pytest

from foretype.compose.composer import Composer
from foretype.compose.gate import Gate
from foretype.compose.strengths import Strengths
from foretype.ngram.automaton import Automaton
from scripted_lm import ScriptedLm
from small_world import Memories, small_background

MakeComposer: TypeAlias = Callable[..., Composer]

# shows whatever saves a key, so that tests have much to look at
TALKATIVE = Gate(wrong_look=0.0, right_look=0.0, min_prob=0.0)


@pytest.fixture(scope="session")
def background(tmp_path_factory: pytest.TempPathFactory) -> Automaton:
    return small_background(tmp_path_factory.mktemp("world") / "background.ngram")


@pytest.fixture
def memories(background: Automaton) -> Memories:
    return Memories(background)


@pytest.fixture
def lm() -> ScriptedLm:
    return ScriptedLm()


@pytest.fixture
def make_composer(background: Automaton, memories: Memories) -> MakeComposer:
    """A composer over `memories`; options are Composer's."""

    def make(**options: Any) -> Composer:
        given: dict[str, Any] = {"store": memories, "strengths": Strengths(), "gate": TALKATIVE} | options
        return Composer(background, **given)

    return make


@pytest.fixture
def composer(make_composer: MakeComposer) -> Composer:
    """Counts alone."""
    return make_composer()


@pytest.fixture
def with_lm(make_composer: MakeComposer, lm: ScriptedLm) -> Composer:
    """Counts and `lm`."""
    return make_composer(lm=lm)
