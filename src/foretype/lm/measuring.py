"""What a network makes of texts it never learned: nats, per word and per character, and what it says at every place.

Every token of a text is a target once, its end included; marks of the context never are. It does not know thresholds
or phrases (beam.py).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from foretype.lm.contextual import ContextualLm
from foretype.lm.timed_training import autocast
from foretype.lm.windows import IGNORE, MailWindows

NUM_LIKELIEST = 32  # words kept of a distribution: what a keyboard or a mixture looks at


@dataclass(frozen=True, slots=True)
class Measured:
    """Sums over a split.

    >>> round(Measured(nats=6.9, unknown_nats=0.0, words=2, chars=10).log_perplexity_per_word, 2)
    3.45
    """

    nats: float
    unknown_nats: float  # for the letters of unknown words, which only word vocabularies have
    words: int
    chars: int

    @property
    def log_perplexity_per_word(self) -> float:
        """As Smart Compose counts it: an unknown word costs its mark, and nothing for its letters."""
        return self.nats / self.words

    @property
    def bits_per_char(self) -> float:
        """Comparable between vocabularies: unknown words are spelled out."""
        return (self.nats + self.unknown_nats) / math.log(2) / self.chars


@dataclass(frozen=True, slots=True)
class Said:
    """What a network said at every place of some mails, in the order of their tokens.

    log_probs: (tokens,) of the token that was written; likeliest, likeliest_log_probs: (tokens, NUM_LIKELIEST).
    """

    log_probs: NDArray[np.float32]
    likeliest: NDArray[np.uint16]
    likeliest_log_probs: NDArray[np.float16]


@torch.inference_mode()
def measure(network: ContextualLm, windows: MailWindows, *, places_per_batch: int) -> Measured:
    """Sums over all mails of `windows`."""
    network.eval()
    total = torch.zeros((), dtype=torch.float64, device=windows.device)
    for batch in windows.pass_over(places_per_batch=places_per_batch):
        with autocast(windows.device):
            total += network.nats(batch).double().sum()
    mails = windows.mails
    return Measured(
        nats=float(total),
        unknown_nats=float(mails.unknown_nats.sum(dtype=np.float64)),
        words=int(mails.words.sum()),
        chars=int(mails.chars.sum()),
    )


@torch.inference_mode()
def said(network: ContextualLm, windows: MailWindows, *, windows_per_batch: int = 32) -> Said:
    """What the network says at every token of the mails of `windows`, in their order."""
    network.eval()
    log_probs, likeliest, likeliest_log_probs = [], [], []
    for start in range(0, len(windows.cuts), windows_per_batch):
        last = min(start + windows_per_batch, len(windows.cuts))
        batch = windows.batch(windows.cuts.take(np.arange(start, last)))
        counts = batch.targets != IGNORE
        with autocast(windows.device):
            found = network.logits(network.hidden(batch)[counts])
        distribution = found.float().log_softmax(-1)
        log_probs.append(distribution.gather(1, batch.targets[counts][:, None])[:, 0].cpu().numpy())
        top = distribution.topk(NUM_LIKELIEST)
        likeliest.append(top.indices.cpu().numpy().astype(np.uint16))
        likeliest_log_probs.append(top.values.cpu().numpy().astype(np.float16))
    return Said(*(np.concatenate(parts) for parts in (log_probs, likeliest, likeliest_log_probs)))
