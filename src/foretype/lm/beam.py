"""Beam search for phrases, as Smart Compose had it, for many places at once.

The best paths are kept, each is lengthened by its likeliest words, and the best of those are kept again. A phrase is
complete at the end of a sentence or at its longest. Its confidence is its log probability divided by its number of
tokens. Where letters of a word are typed already, the first step knows only words that begin so. It does
not know whether a phrase is worth showing (evals/exact_match.py).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from foretype.lm.contextual import Beginning, ContextualLm
from foretype.lm.timed_training import autocast
from foretype.lm.windows import Batch
from foretype.lm.word_vocabulary import END_ID, WordVocabulary
from foretype.text.words import is_break

MAX_WORDS = 15  # Smart Compose's longest phrase
NUM_BEAMS = 8  # not published; design: what a CPU step takes at once
BRANCHING = 8  # words by which each path is lengthened
NOTHING = -1  # behind the end of a phrase

Range = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Phrases:
    """The best phrase of each place: ids (places, MAX_WORDS), NOTHING behind its end; its words, its confidence.

    A place where no word fits the letters has confidence -inf and no words.
    """

    ids: NDArray[np.int64]
    num_words: NDArray[np.int64]
    confidence: NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Rules:
    """Ids that end a phrase, ids that are not shown though they may end one, and ids below which none is proposed."""

    ends: Tensor
    unshown: Tensor
    num_silent: int

    @staticmethod
    def of(vocabulary: WordVocabulary, device: torch.device) -> Rules:
        ends = vocabulary.sentence_ends
        unshown = [id for id in ends if id == END_ID or is_break(vocabulary.word(id))]
        return Rules(
            torch.tensor(ends, device=device), torch.tensor(unshown, device=device), vocabulary.num_silent
        )


@torch.inference_mode()
def search(
    network: ContextualLm,
    batch: Batch,
    first: list[Range | None],
    rules: Rules,
    *,
    max_words: int = MAX_WORDS,
    num_beams: int = NUM_BEAMS,
) -> Phrases:
    """The best phrase behind each row of `batch`; `first`: ids that the first word may have, None for any word."""
    network.eval()
    with autocast(batch.inputs.device):
        last, beginning = network.begin(batch)
        beams = _Beams(network.logits(last), first, rules, num_beams=num_beams, max_words=max_words)
        beginning = beginning.take(beams.origin)
        for _ in range(max_words - 1):
            last, beginning = _advance(network, beams, beginning)
            beams.lengthen(network.logits(last))
            beginning = beginning.take(beams.origin)
    return beams.best()


def _advance(network: ContextualLm, beams: _Beams, beginning: Beginning) -> tuple[Tensor, Beginning]:
    return network.step(beams.last_tokens, beginning)


class _Beams:
    """Live paths of every place, and the best complete one.

    Invariant: `_paths` (places, beams, words so far) and `_scores` (places, beams) hold live paths, sums of log p,
    -inf for a dead one; `_best_scores` (places,) is divided by the number of tokens already.
    """

    def __init__(
        self, logits: Tensor, first: list[Range | None], rules: Rules, *, num_beams: int, max_words: int
    ) -> None:
        self._rules, self._num_beams, self._max_words = rules, num_beams, max_words
        places = len(logits)
        log_probs = _restricted(logits.float(), first, rules)
        self._scores, tokens = log_probs.topk(num_beams)
        self._paths = tokens[..., None]
        self._best_scores = torch.full((places,), -torch.inf, device=logits.device)
        self._best_paths = torch.full((places, max_words), NOTHING, device=logits.device)
        self.origin = torch.arange(places, device=logits.device).repeat_interleave(num_beams)

    @property
    def last_tokens(self) -> Tensor:
        return self._paths[..., -1].flatten()

    def lengthen(self, logits: Tensor) -> None:
        """One more word for every path; phrases that end here are compared with the best so far."""
        places, beams = self._scores.shape
        log_probs = logits.float().log_softmax(-1)
        log_probs[:, self._silent(log_probs.shape[1])] = -torch.inf
        found, tokens = log_probs.topk(BRANCHING)
        scores = (self._scores[..., None] + found.view(places, beams, BRANCHING)).flatten(1)
        tokens = tokens.view(places, beams * BRANCHING)
        ending = torch.isin(tokens, self._rules.ends)
        self._complete(scores.masked_fill(~ending, -torch.inf), tokens)
        self._keep(scores.masked_fill(ending, -torch.inf), tokens)

    def best(self) -> Phrases:
        """The best phrases; paths that reached the longest length compete with those that ended before."""
        scores, at = (self._scores / self._paths.shape[-1]).max(1)
        rows = torch.arange(len(at), device=at.device)
        self._remember(scores, self._paths[rows, at])
        shown = (self._best_paths != NOTHING) & ~torch.isin(self._best_paths, self._rules.unshown)
        ids = self._best_paths.masked_fill(~shown, NOTHING)
        return Phrases(ids.cpu().numpy(), shown.sum(1).cpu().numpy(), self._best_scores.cpu().numpy())

    def _silent(self, num_tokens: int) -> Tensor:
        ids = torch.arange(num_tokens, device=self._rules.ends.device)
        return (ids < self._rules.num_silent) & ~torch.isin(ids, self._rules.ends)

    def _complete(self, scores: Tensor, tokens: Tensor) -> None:
        length = self._paths.shape[-1] + 1
        best, at = (scores / length).max(1)
        rows = torch.arange(len(at), device=at.device)
        paths = self._paths[rows, at // BRANCHING]
        self._remember(best, torch.cat([paths, tokens[rows, at][:, None]], dim=1))

    def _remember(self, scores: Tensor, paths: Tensor) -> None:
        better = scores > self._best_scores
        self._best_scores = torch.where(better, scores, self._best_scores)
        padded = torch.full_like(self._best_paths, NOTHING)
        padded[:, : paths.shape[1]] = paths
        self._best_paths = torch.where(better[:, None], padded, self._best_paths)

    def _keep(self, scores: Tensor, tokens: Tensor) -> None:
        self._scores, at = scores.topk(self._num_beams)
        parents = at // BRANCHING
        rows = torch.arange(len(at), device=at.device)[:, None]
        self._paths = torch.cat([self._paths[rows, parents], tokens.gather(1, at)[..., None]], dim=-1)
        self.origin = (rows * self._num_beams + parents).flatten()


def _restricted(logits: Tensor, first: list[Range | None], rules: Rules) -> Tensor:
    """Log p of the first word among those that may stand there; -inf for all others."""
    ids = torch.arange(logits.shape[1], device=logits.device)
    ranges = [(rules.num_silent, logits.shape[1]) if span is None else span for span in first]
    low, high = torch.tensor(ranges, device=logits.device).T[..., None]
    allowed = (ids >= low) & (ids < high) & ~torch.isin(ids, rules.ends)
    masked = logits.masked_fill(~allowed, -torch.inf)
    return masked.log_softmax(-1).nan_to_num(nan=-torch.inf, neginf=-torch.inf)
