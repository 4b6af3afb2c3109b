"""Pairs as tokens: the first word in which what was shown leaves what was written, and batches that lose none of them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import tiny_llama
from foretype.corpus.documents import Document
from foretype.errors import InputError
from foretype.runtime.checkpoint import Checkpoint
from foretype.runtime.containers import read_checkpoint
from foretype.runtime.vocabulary import Vocabulary

pytestmark = pytest.mark.train
torch = pytest.importorskip("torch")

if TYPE_CHECKING:
    from foretype.lm.preference_pairs import Judged, Paired

LETTER = Document("ann", "in the other, there", subject="er")


@pytest.fixture(scope="module")
def checkpoint(tmp_path_factory: pytest.TempPathFactory) -> Checkpoint:
    shape = tiny_llama.config(vocab_size=len(tiny_llama.vocabulary()) + len(tiny_llama.MARKERS))
    folder = tmp_path_factory.mktemp("pairs") / "tiny"
    return read_checkpoint(
        tiny_llama.write_folder(folder, shape, tiny_llama.weights(shape), more_tokens=tiny_llama.MARKERS)
    )


def judged(*wrong: tuple[int, str], text: str = LETTER.text) -> Judged:
    from foretype.lm.preference_pairs import Judged, Wrong

    return Judged(replace(LETTER, text=text), tuple(Wrong(at, shown) for at, shown in wrong))


def pairs_of(message: Judged, checkpoint: Checkpoint, *, max_tokens: int = 64) -> Paired:
    from foretype.lm.preference_pairs import paired

    [example] = paired([message], checkpoint, max_tokens=max_tokens)
    return example


def spelled(checkpoint: Checkpoint, tokens: list[int]) -> str:
    vocabulary = Vocabulary(
        checkpoint.tokenizer_json, num_tokens=checkpoint.architecture.vocab_size, where="tiny"
    )
    return b"".join(vocabulary.token_bytes[token] for token in tokens).decode()


def test_a_pair_is_what_was_written_and_what_was_shown_there(checkpoint: Checkpoint) -> None:
    example = pairs_of(judged((2, " a"), (3, "a"), (4, "x")), checkpoint)
    assert [spelled(checkpoint, [token]) for token in example.tokens[example.written]] == [" the"] * 3
    assert [spelled(checkpoint, [token]) for token in example.rejected] == [" a", " a", " "]
    assert spelled(checkpoint, example.tokens[example.num_context :].tolist()) == LETTER.text


def test_of_a_phrase_the_first_wrong_word_counts(checkpoint: Checkpoint) -> None:
    example = pairs_of(judged((2, " the again is")), checkpoint)
    [at] = example.written
    assert spelled(checkpoint, example.tokens[at:].tolist()) == " other, there"
    assert spelled(checkpoint, example.rejected.tolist()) == " a"


@pytest.mark.parametrize(
    "shown",
    [(2, " the"), (2, " the other"), (2, " the order"), (3, "then")],
    ids=["right", "two words right", "the same first token", "a word that begins with the right one"],
)
def test_where_the_network_has_no_say_there_is_no_pair(
    checkpoint: Checkpoint, shown: tuple[int, str]
) -> None:
    with pytest.raises(InputError, match="found 1 messages and no pair"):
        pairs_of(judged(shown), checkpoint)


def test_what_does_not_fit_is_cut_with_its_pairs(checkpoint: Checkpoint) -> None:
    whole = pairs_of(judged((2, " a"), (13, " a")), checkpoint)
    short = pairs_of(judged((2, " a"), (13, " a")), checkpoint, max_tokens=int(whole.written[1]))
    assert len(whole.written) == 2 and len(short.written) == 1
    assert len(short.tokens) == whole.written[1]


@given(text=st.text("the inar,\n", min_size=1, max_size=40), at=st.integers(0, 40), shown=st.text("the ina"))
def test_both_sides_of_a_pair_follow_the_same_text(
    checkpoint: Checkpoint, text: str, at: int, shown: str
) -> None:
    """The slow twin: what was written up to the pair, and the rejected token behind it, begins what stood on the screen."""
    at = min(at, len(text))
    try:
        example = pairs_of(judged((at, shown), text=text), checkpoint, max_tokens=128)
    except InputError:
        return
    [place] = example.written
    common = spelled(checkpoint, example.tokens[example.num_context : place].tolist())
    screen = text[:at] + shown
    assert screen.startswith(common + spelled(checkpoint, example.rejected.tolist()))
    assert text.startswith(common + spelled(checkpoint, [example.tokens[place]]))
    assert example.tokens[place] != example.rejected[0]
    assert not (common[-1:].isalnum() and text[len(common)].isalnum())


def many(checkpoint: Checkpoint) -> list[Paired]:
    from foretype.lm.preference_pairs import paired

    texts = [f"in the other{' thing' * number}, there" for number in range(11)]
    return paired([judged((2, " a"), text=text) for text in texts], checkpoint, max_tokens=128)


def test_a_pass_reads_every_message_once_and_another_pass_in_another_order(checkpoint: Checkpoint) -> None:
    from foretype.lm.preference_pairs import PairStream

    stream = PairStream(many(checkpoint), rows=2, seed=3)
    passes = [[next(stream) for _ in range(stream.batches_a_pass)] for _ in range(2)]
    learned = [[len(batch.places) for batch in each] for each in passes]
    assert [sum(len(batch.told) for batch in each) for each in passes] == [11, 11]
    assert sum(learned[0]) == sum(learned[1]) and learned[0] != learned[1]


def test_a_stream_goes_on_where_it_stood(checkpoint: Checkpoint) -> None:
    from foretype.lm.preference_pairs import PairStream

    stream, again = (PairStream(many(checkpoint), rows=2, seed=3) for _ in range(2))
    for _ in range(8):
        next(stream)
    again.load_state_dict(stream.state_dict())
    assert torch.equal(next(stream).ids, next(again).ids)


def test_a_batch_tells_each_pair_from_the_place_before_it(checkpoint: Checkpoint) -> None:
    from foretype.lm.preference_pairs import batch_of

    examples = many(checkpoint)[:3]
    batch = batch_of(examples)
    read, targets = batch.ids.flatten(), batch.targets.flatten()
    assert torch.equal(targets[batch.told], batch.chosen)
    np.testing.assert_array_equal(
        read[batch.told].numpy(), [example.tokens[example.written[0] - 1] for example in examples]
    )
    assert len(batch.places) == sum(len(example.tokens) - example.num_context for example in examples)
