"""What an adapter brings: the same messages typed with and without it, and bits per character of the network alone.

It does not know how the adapter was trained.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

from foretype.assemble import ADAPTERS_FOLDER, open_composer, open_with_adapters
from foretype.config import Settings
from foretype.corpus.documents import Document
from foretype.evals.bits import Foresight, foresee
from foretype.evals.doors import ComposerDoor
from foretype.evals.held_out_streams import Stream
from foretype.evals.messages import Message
from foretype.evals.metrics import Estimate, Summary, savings_gained, summarise
from foretype.evals.preference_pairs import beginning, document_of
from foretype.evals.replay import Limits, Replayed, replay
from foretype.evals.writer import Writer
from foretype.lm.lora import LoraLearner
from foretype.runtime.adapter_shelf import AdapterShelf
from foretype.runtime.model_dir import read_card

TRIED = "tried"  # name of model and adapter meanwhile
PATIENCE_MS = 10_000.0  # for an answer: what else the machine does must not decide which adapter is better
SCORED_CHARS = 400  # of each message, for bits


@dataclass(frozen=True, slots=True)
class Held:
    """Messages of one corpus to judge by, `warm` ones among them."""

    name: str
    messages: tuple[Message, ...]

    @property
    def num_typed(self) -> int:
        return sum(not message.warm for message in self.messages)


@dataclass(frozen=True, slots=True)
class Trial:
    """One network, by set: what it saved, and how well it foresees."""

    name: str
    replayed: Mapping[str, tuple[Replayed, ...]]
    bits: Mapping[str, Foresight]

    @property
    def all(self) -> tuple[Replayed, ...]:
        return tuple(result for results in self.replayed.values() for result in results)

    def summary(self) -> Summary:
        return summarise(self.name, self.all)

    def gain_over(self, other: Trial, writer: Writer = Writer.WORD) -> Estimate:
        """Savings gained on all messages together."""
        return savings_gained(self.all, other.all, writer)


def hold(name: str, streams: Sequence[Stream], *, limit: int) -> Held:
    """At most `limit` messages to be typed, and what their authors wrote before them."""
    found: list[Message] = []
    left = limit
    for stream in streams:
        for at, message in enumerate(stream.messages):
            if left == 0:
                return Held(name, tuple(found))
            left -= at in stream.typed
            found.append(replace(message, warm=at not in stream.typed))
    return Held(name, tuple(found))


def save(learner: LoraLearner, folder: Path) -> Path:
    """The corrections as peft keeps them, in `folder`, which need not be there."""
    folder.mkdir(parents=True, exist_ok=True)
    learner.save(folder)
    return folder


def try_out(
    name: str,
    settings: Settings,
    sets: Sequence[Held],
    *,
    model: Path,
    adapter: Path | None,
    chars: int,
    advance: Callable[[], None] = lambda: None,
) -> Trial:
    """Type and read all sets with the model, and with the adapter in that folder beside it; nothing here is changed."""
    with TemporaryDirectory(prefix="foretype-prefer-") as scratch:
        tried = alone(settings, Path(scratch), model=model, adapter=adapter)
        replayed = {
            held.name: _typed(replace(tried, data_dir=Path(scratch) / held.name), held, chars, advance)
            for held in sets
        }
        return Trial(name, replayed, _bits(tried, sets, model=model))


def alone(settings: Settings, folder: Path, *, model: Path, adapter: Path | None) -> Settings:
    """Settings under which this model serves with this adapter, or with none, and all that it keeps is in `folder`.

    Raises ModelError for an adapter of other weights.
    """
    cache = folder / "cache"
    (cache / "models").mkdir(parents=True)
    (cache / "models" / TRIED).symlink_to(model.resolve())
    if adapter is not None:
        AdapterShelf(cache / ADAPTERS_FOLDER).add(adapter, name=TRIED, base=read_card(model))
    return replace(
        settings,
        data_dir=folder / "data",
        cache_dir=cache,
        model=TRIED,
        adapter=None if adapter is None else TRIED,
        tenant=None,
        outcome_days=0,
    )


def _typed(settings: Settings, held: Held, chars: int, advance: Callable[[], None]) -> tuple[Replayed, ...]:
    found = []
    limits = Limits(held.num_typed, chars=chars)
    with closing(ComposerDoor(open_composer(settings), deadline_ms=PATIENCE_MS)) as door:
        for result in replay(door, held.messages, limits=limits, learn=True):
            found.append(result)
            advance()
    return tuple(found)


def _bits(settings: Settings, sets: Sequence[Held], *, model: Path) -> dict[str, Foresight]:
    lm, _ = open_with_adapters(model, settings)
    assert lm is not None, "a folder is always opened"
    with closing(lm):
        speaks = lm if settings.adapter is None else lm.adapted(settings.adapter)
        return {held.name: foresee(_documents(held), speaks) for held in sets}


def _documents(held: Held) -> list[Document]:
    return [
        document_of(message, beginning(message.body, SCORED_CHARS))
        for message in held.messages
        if not message.warm
    ]
