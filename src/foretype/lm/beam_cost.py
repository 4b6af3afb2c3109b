"""What a phrase costs: beam searches of several lengths, one place after another, against one step of a network.

Processor time, so that neighbours on a machine count little; weights are not trained, as a search takes the same steps
whatever they say. It does not know caches that a server keeps between keys: every search reads its text anew.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

import numpy as np
import torch

from foretype.lm.beam import Rules, search
from foretype.lm.contextual import ContextualLm, Shape
from foretype.lm.mail_arrays import MailArrays
from foretype.lm.phrase_places import choose_places
from foretype.lm.windows import MailWindows, Way
from foretype.lm.word_vocabulary import WordVocabulary

LENGTHS = (5, 10, 15)  # longest phrases, in words: the ends of Smart Compose's columns
NUM_STEPS = 20  # for the time of one step

CPU = torch.device("cpu")


def search_seconds(
    shape: Shape,
    way: Way,
    *,
    vocabulary: WordVocabulary,
    mails: MailArrays,
    num_places: int,
    clock: Callable[[], float] = time.process_time,
) -> dict[str, float]:
    """Mean seconds of one step ("step") and of a search for phrases of each of LENGTHS ("5", "10", "15")."""
    network = ContextualLm(shape, way, vocab_size=len(vocabulary)).eval()
    windows, rules = MailWindows(mails, way, device=CPU), Rules.of(vocabulary, CPU)
    places = choose_places(mails, vocabulary, count=num_places + 1)
    search(network, windows.batch(places.cuts.take(np.array([0]))), [places.first[0]], rules)  # warms up
    found = {"step": _step_seconds(network, windows, clock)}
    for longest in LENGTHS:
        started = clock()
        for at in range(1, len(places)):
            batch = windows.batch(places.cuts.take(np.array([at])))
            search(network, batch, [places.first[at]], rules, max_words=longest)
        found[str(longest)] = (clock() - started) / (len(places) - 1)
    return found


def relative(seconds: Sequence[dict[str, float]], unit_s: float) -> list[dict[str, float]]:
    """Every time as a multiple of `unit_s`.

    >>> relative([{"step": 0.5, "5": 2.0}], 0.25)
    [{'step': 2.0, '5': 8.0}]
    """
    return [{name: round(value / unit_s, 2) for name, value in row.items()} for row in seconds]


@torch.inference_mode()
def _step_seconds(network: ContextualLm, windows: MailWindows, clock: Callable[[], float]) -> float:
    """One more word behind a text, and what may follow it."""
    batch = windows.batch(windows.cuts.take(np.array([0])))
    _, beginning = network.begin(batch)
    token = torch.tensor([len(network.embedding.weight) - 1])
    started = clock()
    for _ in range(NUM_STEPS):
        last, _ = network.step(token, beginning)
        network.logits(last).log_softmax(-1)
    return (clock() - started) / NUM_STEPS
