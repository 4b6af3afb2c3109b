"""The figures of a replay: savings with their uncertainty, rightness when shown, times by stage, steps,
silences.

Intervals are bootstrapped over messages, since keys of one message are not independent. They tell how much
another draw of such messages would move a figure, not how another kind of writing would.

It does not know how figures are printed or drawn.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass

import numpy as np
from numpy.typing import NDArray

from foretype.evals.replay import Ask, Replayed, Stage
from foretype.evals.writer import Writer

NUM_RESAMPLES = 2000  # a 95 % limit is then good to about 0.001 on 96 messages
SEED = 20190725
MIN_EXACT_ASKS = 20  # fewer suggestions of a length say nothing about it
DIGITS = 4


@dataclass(frozen=True, slots=True)
class Estimate:
    """A figure and its 95 % interval."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Times:
    """Percentiles in milliseconds of `count` answers."""

    count: int
    p50: float
    p90: float
    p99: float
    worst: float


@dataclass(frozen=True, slots=True)
class Exact:
    """Suggestions of one length: how many, and what share was right in full."""

    count: int
    share: float


@dataclass(frozen=True, slots=True)
class Split:
    """Savings of the writer WORD on one part of the text, and how many characters it has."""

    chars: int
    ksr: float


@dataclass(frozen=True, slots=True)
class Summary:
    """All figures of one system on one set of messages. Shares are of 1; absent means unknown."""

    system: str
    messages: int
    chars: int
    asks: int
    ksr_word: Estimate
    ksr_full: Estimate
    keys_per_char: float  # of the writer WORD
    shown: float  # share of asks
    right_when_shown: float
    wrong_show: float  # share of asks that showed something whose first word already was wrong
    exact_match: Mapping[int, Exact]  # by words shown
    times: Mapping[str, Times]  # "all" and by stage
    lm_steps_per_request: float | None
    lm_steps_per_key: float | None  # of the writer WORD
    silences: Mapping[str, float]  # share of asks by reason
    seen: Split | None
    unseen: Split | None


def summarise(system: str, results: Sequence[Replayed]) -> Summary:
    """The figures of one system's replay. Raises ValueError when nothing was replayed."""
    if not results:
        raise ValueError("no message was replayed")
    asks = [ask for result in results for ask in result.asks]
    shown = [ask for ask in asks if ask.num_words]
    return Summary(
        system=system,
        messages=len(results),
        chars=sum(result.num_chars for result in results),
        asks=len(asks),
        ksr_word=savings(results, Writer.WORD),
        ksr_full=savings(results, Writer.FULL),
        keys_per_char=1 - savings(results, Writer.WORD).value,
        shown=len(shown) / len(asks),
        right_when_shown=sum(ask.is_right for ask in shown) / max(1, len(shown)),
        wrong_show=sum(not ask.is_useful for ask in shown) / len(asks),
        exact_match=_exact_match(shown),
        times=times_by_stage(asks),
        lm_steps_per_request=_steps_per_request(asks),
        lm_steps_per_key=_steps_per_key(results),
        silences=_silences(asks),
        seen=_split(results, seen=True),
        unseen=_split(results, seen=False),
    )


def savings(results: Sequence[Replayed], writer: Writer) -> Estimate:
    """Keystroke savings over all messages together, 1 - keys / characters."""
    keys, chars = _counts(results, writer)
    draws = _draws(len(results))
    resampled = 1 - keys[draws].sum(axis=1) / chars[draws].sum(axis=1)
    return _estimate(1 - keys.sum() / chars.sum(), resampled)


def savings_gained(ours: Sequence[Replayed], theirs: Sequence[Replayed], writer: Writer) -> Estimate:
    """Our savings minus theirs on the messages both wrote; one draw of messages serves both sides."""
    num_both = min(len(ours), len(theirs))
    our_keys, chars = _counts(ours[:num_both], writer)
    their_keys, _ = _counts(theirs[:num_both], writer)
    draws = _draws(num_both)
    resampled = (their_keys - our_keys)[draws].sum(axis=1) / chars[draws].sum(axis=1)
    return _estimate((their_keys - our_keys).sum() / chars.sum(), resampled)


def ratio(amounts: NDArray[np.float64], sizes: NDArray[np.float64]) -> Estimate:
    """All amounts by all sizes, a number of each a message.

    >>> ratio(np.array([1.0, 3.0]), np.array([2.0, 2.0])).value
    1.0
    """
    draws = _draws(len(sizes))
    return _estimate(amounts.sum() / sizes.sum(), amounts[draws].sum(axis=1) / sizes[draws].sum(axis=1))


def percentiles(elapsed_ms: Iterable[float]) -> Times:
    """Nearest-rank percentiles; all zero for nothing.

    >>> percentiles([3.0, 1.0, 2.0]).p50
    2.0
    """
    ranked = sorted(elapsed_ms)
    if not ranked:
        return Times(0, 0.0, 0.0, 0.0, 0.0)
    p50, p90, p99 = (ranked[min(len(ranked) - 1, int(share * len(ranked)))] for share in (0.5, 0.9, 0.99))
    return Times(len(ranked), p50, p90, p99, ranked[-1])


def times_by_stage(asks: Iterable[Ask]) -> dict[str, Times]:
    """Percentiles of all asks, then of each stage that occurred."""
    asks = list(asks)
    by_stage = {stage.value: [ask.elapsed_ms for ask in asks if ask.stage is stage] for stage in Stage}
    return {"all": percentiles(ask.elapsed_ms for ask in asks)} | {
        name: percentiles(times) for name, times in by_stage.items() if times
    }


def as_json(summary: Summary) -> dict[str, object]:
    """Flat, rounded, ready for one JSON line; the names of the main figures match the table in the docs."""
    found = asdict(summary)
    for name in ("ksr_word", "ksr_full"):
        interval = found[name]
        found[name] = interval["value"]
        found[f"{name}_95"] = [interval["low"], interval["high"]]
    found |= {f"ms_{name}": getattr(summary.times["all"], name) for name in ("p50", "p90", "p99")}
    return {name: rounded(value) for name, value in found.items()}


def rounded(value: object) -> object:
    """Floats to four digits, all the way down."""
    if isinstance(value, float):
        return round(value, DIGITS)
    if isinstance(value, Mapping):
        return {str(key): rounded(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [rounded(item) for item in value]
    return value


def _counts(results: Sequence[Replayed], writer: Writer) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    keys = np.array([result.keys(writer) for result in results], np.int64)
    return keys, np.array([result.num_chars for result in results], np.int64)


def _draws(num_messages: int) -> NDArray[np.int64]:
    """Shape (NUM_RESAMPLES, num_messages): which messages each resample holds."""
    return np.random.default_rng(SEED).integers(num_messages, size=(NUM_RESAMPLES, num_messages))


def _estimate(value: float, resampled: NDArray[np.float64]) -> Estimate:
    low, high = np.quantile(resampled, (0.025, 0.975))
    return Estimate(float(value), float(low), float(high))


def _exact_match(shown: Iterable[Ask]) -> dict[int, Exact]:
    counts, rights = Counter[int](), Counter[int]()
    for ask in shown:
        counts[ask.num_words] += 1
        rights[ask.num_words] += ask.is_right
    return {n: Exact(counts[n], rights[n] / counts[n]) for n in sorted(counts) if counts[n] >= MIN_EXACT_ASKS}


def _steps_per_request(asks: Sequence[Ask]) -> float | None:
    steps = [ask.lm_steps for ask in asks if ask.lm_steps is not None]
    return sum(steps) / len(asks) if steps else None


def _steps_per_key(results: Sequence[Replayed]) -> float | None:
    steps = keys = 0
    known = False
    for result in results:
        at = {ask.position: ask.lm_steps for ask in result.asks}
        found = [at[move.position] for move in result.moves[Writer.WORD]]
        known = known or any(step is not None for step in found)
        steps += sum(step or 0 for step in found)
        keys += result.keys(Writer.WORD)
    return steps / keys if known else None


def _silences(asks: Sequence[Ask]) -> dict[str, float]:
    counts = Counter(ask.silence or "no reason given" for ask in asks if not ask.num_words)
    return {reason: count / len(asks) for reason, count in counts.most_common()}


def _split(results: Iterable[Replayed], *, seen: bool) -> Split | None:
    chars, saved = 0, 0.0
    for result in results:
        if result.seen is None:
            return None
        for move in result.moves[Writer.WORD]:
            inside = sum(mark is seen for mark in result.seen[move.position : move.position + move.chars])
            chars += inside
            saved += inside * (1 - move.keys / move.chars)
    return Split(chars, saved / max(1, chars))
