"""`foretype compress` without the command line: a checkpoint and what is wanted of it in, models and the best of them out.

    found, chosen = make_smaller(checkpoint, order, folder, report, stored=None)

It does not know where a model comes from, nor where the chosen one goes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Protocol

from foretype.corpus.documents import Document, read_documents
from foretype.corpus.splits import train_part, valid_part
from foretype.errors import InputError, ModelError
from foretype.lm.checkpoint_folder import gpt_of
from foretype.lm.compress.healing import TEXTS_A_MINUTE, Healer
from foretype.lm.compress.own_texts import write_own
from foretype.lm.compress.search import Candidate, Measured, Search, choose, promising
from foretype.lm.compress.texts import Text, read_texts
from foretype.lm.compress.vocabulary import with_vocabulary
from foretype.runtime.adding import UNKNOWN_DATA, Progress, store_checkpoint
from foretype.runtime.checkpoint import Checkpoint
from foretype.runtime.layout import Precision

MAX_VOCABULARY_TEXTS = 20_000  # to count tokens in
OWN_TOKENS = 64  # that a network writes in place of one text; 60 texts are then half of the 8,000 tokens that rounding likes


@dataclass(frozen=True, slots=True)
class Order:
    """What is wanted. Without `texts` the network writes its own, and neither learns nor loses tokens by them."""

    texts: tuple[Path, ...]
    target_mb: float
    latency_ms: float  # a token on one core
    num_candidates: int
    num_texts: int  # to measure activations on, and as many to judge by
    vocabulary: int | None = None
    heal_minutes: float | None = None


class Report(Protocol):
    """Who looks on: calls are shares of a stage, `say` is a line that stays."""

    def __call__(self, stage: str, share: float) -> None: ...

    def say(self, line: str) -> None: ...


def make_smaller(
    checkpoint: Checkpoint, order: Order, folder: Path, report: Report, *, stored: Path | None
) -> tuple[list[Measured], Measured]:
    """Models made in `folder`, and the best that is small and fast enough; `stored`: where the network is stored already.

    Raises InputError for what cannot be reached and texts that do not do, ModelError where no candidate is sound.
    """
    made = _with_texts(checkpoint, order, folder) if order.texts else None
    prepared = made or _Prepared(checkpoint, *_own_texts(checkpoint, order, folder, report, stored), None)
    search = Search(
        prepared.checkpoint, learn=prepared.learn, judge=prepared.judge, folder=folder, heal=prepared.heal
    )
    candidates = search.candidates(lambda share: report("shapes", share))
    chosen = promising(candidates, target_mb=order.target_mb, count=order.num_candidates)
    found = _made(search, chosen, report)
    return found, choose(found, target_mb=order.target_mb, latency_ms=order.latency_ms)


@dataclass(frozen=True, slots=True)
class _Prepared:
    """The network, its vocabulary pruned already, and what it is measured and judged on."""

    checkpoint: Checkpoint
    learn: Sequence[Text]
    judge: Sequence[Text]
    heal: Healer | None


def _with_texts(checkpoint: Checkpoint, order: Order, folder: Path) -> _Prepared:
    documents = [document for file in order.texts for document in read_documents(file)]
    learned, judged = list(train_part(documents)), list(valid_part(documents))
    if not learned or not judged:
        raise InputError(
            f"--texts: found {len(learned)} texts to learn from and {len(judged)} of held-out authors, wanted both; "
            "name a file of more authors"
        )
    if order.vocabulary is not None:
        counted = (document.text for document in learned[:: -(-len(learned) // MAX_VOCABULARY_TEXTS)])
        checkpoint = with_vocabulary(checkpoint, counted, order.vocabulary)
    learn, judge = (read_texts(checkpoint, part, limit=order.num_texts) for part in (learned, judged))
    return _Prepared(checkpoint, learn, judge, _healer(checkpoint, order, learned, folder))


def _healer(checkpoint: Checkpoint, order: Order, learned: Sequence[Document], folder: Path) -> Healer | None:
    """Trains candidates on what the whole network thinks of as many texts as a candidate can read in its time."""
    if order.heal_minutes is None:
        return None
    limit = max(order.num_texts, int(order.heal_minutes * TEXTS_A_MINUTE))
    texts = read_texts(checkpoint, learned, limit=limit)
    seconds = 60 * order.heal_minutes
    return Healer(gpt_of(checkpoint), checkpoint.tokenizer_json, texts, folder, seconds=seconds)


def _own_texts(
    checkpoint: Checkpoint, order: Order, folder: Path, report: Report, stored: Path | None
) -> tuple[Sequence[Text], Sequence[Text]]:
    """Texts to measure on and texts to judge by, written by the network."""
    if stored is None:
        stored = folder / "whole"
        store_checkpoint(
            checkpoint,
            stored,
            digest="",
            precision=Precision(8),
            data_card=checkpoint.data_card or UNKNOWN_DATA,
            progress=report,
        )
    num_tokens = OWN_TOKENS * order.num_texts
    learn, judge = (
        write_own(
            checkpoint,
            stored,
            num_tokens=num_tokens,
            seed=seed,
            progress=partial(report, stage),
        )
        for seed, stage in enumerate(("writing texts", "writing more"))
    )
    return learn, judge


def _made(search: Search, chosen: Sequence[Candidate], report: Report) -> list[Measured]:
    """Those of the candidates that became sound models; ModelError when none did."""
    found, refused = [], None
    for number, candidate in enumerate(chosen, 1):
        try:
            found.append(search.measure(candidate, _below(report, f"{number}/{len(chosen)}")))
        except ModelError as error:  # rounded too far off: another may do
            report.say(str(error))
            refused = error
    if not found and refused is not None:
        raise refused
    return found


def _below(report: Report, name: str) -> Progress:
    """For the stages of one part of the work."""
    return lambda stage, share: report(f"{name} {stage}", share)
