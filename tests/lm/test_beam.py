"""Beams find what a search over all phrases finds, keep to the letters typed, and say nothing they must not."""

from __future__ import annotations

from itertools import pairwise, product

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from experiment_world import mails, vocabulary  # noqa: E402
from foretype.lm.beam import NOTHING, Phrases, Range, Rules, search  # noqa: E402
from foretype.lm.contextual import ContextualLm, Kind, Shape  # noqa: E402
from foretype.lm.phrase_places import choose_places, try_places  # noqa: E402
from foretype.lm.windows import Batch, MailWindows, Way  # noqa: E402
from foretype.lm.word_vocabulary import END_ID, SPECIAL, WordVocabulary  # noqa: E402

pytestmark = pytest.mark.train
CPU = torch.device("cpu")
KINDS: tuple[Kind, ...] = ("lstm", "transformer")


def network(vocab_size: int, kind: Kind = "lstm", way: Way = Way.NONE) -> ContextualLm:
    torch.manual_seed(1)
    lm = ContextualLm(
        Shape(kind, width=8, inner=12, num_layers=1, num_heads=1), way, vocab_size=vocab_size
    ).eval()
    torch.nn.init.normal_(lm.embedding.weight, std=2.0)  # decided opinions
    return lm


def sequences(words: WordVocabulary, first: Range | None, *, max_words: int) -> list[tuple[int, ...]]:
    """Every phrase that the rules allow: ended by an end, or of the longest length."""
    ends = set(words.sentence_ends)
    plain = [id for id in range(words.num_silent, len(words)) if id not in ends]
    starts = [id for id in plain if first is None or first[0] <= id < first[1]]
    found: list[tuple[int, ...]] = []
    for length in range(1, max_words + 1):
        middles = [starts, *([plain] * (length - 1))]
        if length == max_words:
            found += list(product(*middles))
        if length > 1:
            found += list(product(*middles[:-1], sorted(ends)))
    return found


def slow_best(
    lm: ContextualLm, batch: Batch, words: WordVocabulary, first: Range | None, *, max_words: int
) -> tuple[float, tuple[int, ...]]:
    """The most confident phrase behind the only row, each one scored by reading it from the beginning."""
    best: tuple[float, tuple[int, ...]] = (-np.inf, ())
    _, start = lm.begin(batch)
    first_state, _ = lm.begin(batch)
    first_scores = lm.logits(first_state)[0]
    allowed = {path[0] for path in sequences(words, first, max_words=1)}
    mask = torch.tensor([id in allowed for id in range(len(words))])
    first_scores = first_scores.masked_fill(~mask, -torch.inf).log_softmax(-1)
    for path in sequences(words, first, max_words=max_words):
        total, state = float(first_scores[path[0]]), start
        for before, after in pairwise(path):
            last, state = lm.step(torch.tensor([before]), state)
            total += float(lm.logits(last)[0].log_softmax(-1)[after])
        if total / len(path) > best[0]:
            best = (total / len(path), path)
    return best


def few_words() -> WordVocabulary:
    return WordVocabulary(["call", "can", "me", "⁀."])


def row(words: WordVocabulary) -> Batch:
    inputs = torch.tensor([words.ids(["me", "can"])])
    nothing = torch.zeros((1, 0), dtype=torch.long)
    return Batch(inputs, inputs, nothing, nothing, torch.tensor([2]))


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("letters", ["", "c"])
@torch.inference_mode()
def test_wide_beams_find_the_best_of_all_phrases(kind: Kind, letters: str) -> None:
    words = few_words()
    lm = network(len(words), kind)
    first = words.prefix_range(letters) if letters else None
    rules = Rules.of(words, CPU)
    found = search(lm, row(words), [first], rules, max_words=3, num_beams=40)
    confidence, path = slow_best(lm, row(words), words, first, max_words=3)
    assert found.confidence[0] == pytest.approx(confidence, abs=1e-4)
    shown = [id for id in path if id not in rules.unshown.tolist()]
    assert found.ids[0][: found.num_words[0]].tolist() == shown


@pytest.mark.parametrize("way", list(Way))
def test_phrases_keep_to_the_letters_and_show_no_marks(way: Way) -> None:
    words, arrays = vocabulary(), mails()
    lm = network(len(words), "transformer", way)
    places = choose_places(arrays, words, count=40)
    windows = MailWindows(arrays, way, device=CPU)
    rules = Rules.of(words, CPU)
    phrases = search(lm, windows.batch(places.cuts), list(places.first), rules)
    for ids, span in zip(phrases.ids, places.first, strict=True):
        shown = ids[ids != NOTHING]
        assert len(shown)
        assert (shown >= len(SPECIAL)).all()
        assert span is None or span[0] <= shown[0] < span[1]


def test_letters_that_no_word_has_give_silence() -> None:
    words = few_words()
    found: Phrases = search(network(len(words)), row(words), [words.prefix_range("zz")], Rules.of(words, CPU))
    assert found.num_words.tolist() == [0]
    assert found.confidence[0] == -np.inf


def test_places_are_words_and_their_truth_is_what_follows() -> None:
    words, arrays = vocabulary(), mails()
    places = choose_places(arrays, words, count=1000)
    assert len(places) < 1000  # every word of the mails, no more
    for at in range(len(places)):
        text = arrays.mail(int(places.cuts.mail[at])).tolist()
        place = int(places.cuts.first[at])
        follows = places.truth[at][places.truth[at] != NOTHING].tolist()
        assert follows == text[place : place + len(follows)]
        assert END_ID not in follows[:-1]


def test_a_network_that_knows_the_mails_is_right_and_a_new_one_is_not() -> None:
    words, arrays = vocabulary(), mails()
    torch.manual_seed(2)
    lm = ContextualLm(Shape("lstm", 32, 32, 1, 1, dropout=0.0), Way.NONE, vocab_size=len(words))
    windows, places = MailWindows(arrays, Way.NONE, device=CPU), choose_places(arrays, words, count=60)
    before = try_places(lm, windows, places, words)
    optimizer = torch.optim.AdamW(lm.parameters(), lr=0.02)
    for _ in range(120):
        optimizer.zero_grad()
        lm.train().nats(windows.batch(windows.cuts)).mean().backward()
        optimizer.step()
    after = try_places(lm, windows, places, words, at_once=7)
    assert after.right.mean() > 0.6 > before.right.mean()
