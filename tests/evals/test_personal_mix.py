"""An author's own words help where they repeat themselves, and nobody's future is looked at."""

from __future__ import annotations

import numpy as np
import pytest

from foretype.errors import InputError
from foretype.evals.personal_mix import FEATURES, Mixed, collect, learned_share, word_probability
from foretype.lm.mail_arrays import MailArrays
from foretype.ngram.follow import Follow

ANN, BOB = 1, 2
END = 1


def mails(*texts: tuple[int, list[int]]) -> MailArrays:
    """(holder, ids) as arrays without contexts."""
    lengths = [len(ids) for _, ids in texts]
    nothing = np.zeros(0, np.uint16)
    return MailArrays(
        text=np.array([id for _, ids in texts for id in ids], np.uint16),
        text_starts=np.cumsum([0, *lengths]),
        context=nothing,
        fields=nothing.astype(np.uint8),
        context_starts=np.zeros(len(texts) + 1, np.int64),
        chars=np.array(lengths, np.int32),
        words=np.array(lengths, np.int32),
        unknown_nats=np.zeros(len(texts), np.float32),
        holders=np.array([holder for holder, _ in texts], np.uint32),
    )


def collected(read: MailArrays, earlier: MailArrays) -> Mixed:
    even = np.full(len(read.text), -3.0)
    return collect(read, earlier, log_probs=even, surest=even)


def test_a_phrase_is_likelier_for_the_author_who_wrote_it() -> None:
    read, earlier = mails((ANN, [5, 6, END]), (BOB, [5, 6, END])), mails((ANN, [5, 6, END]))
    mixed = collected(read, earlier)
    assert (mixed.author[:3] > 10 * mixed.author[3:]).all()
    assert mixed.features.shape == (6, len(FEATURES))


def test_a_mail_knows_the_ones_before_it_and_none_behind() -> None:
    text = [5, 6, 7, END]
    mixed = collected(mails((ANN, text), (ANN, text)), mails((BOB, text)))
    unseen = 1 / (1 << 16)
    assert mixed.author[:4] == pytest.approx(unseen)
    assert (mixed.author[4:] > 0.1).all()


def test_probabilities_of_all_words_add_up_to_one() -> None:
    follows = [
        Follow([0, 2, 3], [4.0, 1.0, 1.0], 6.0),
        Follow([2], [2.0], 2.0),
    ]
    assert sum(word_probability(follows, word, vocab_size=8) for word in range(8)) == pytest.approx(1.0)


def test_log_probs_of_other_mails_are_refused() -> None:
    read = mails((ANN, [5, END]))
    with pytest.raises(InputError, match="3 log p for 2 tokens"):
        collect(read, read, log_probs=np.zeros(3), surest=np.zeros(3))


def test_the_learned_share_trusts_whom_it_should() -> None:
    pytest.importorskip("scipy")
    from foretype.evals.personal_mix import in_turn, mean_nats

    seen = np.tile([True, False], 50)
    features = np.zeros((100, len(FEATURES)))
    features[:, 0], features[:, 3] = 1.0, seen
    mixed = Mixed(
        np.where(seen, 0.05, 0.5), np.where(seen, 0.6, 0.01), features, np.repeat([1, 2, 3, 4, 5], 20)
    )
    share = in_turn(mixed)
    assert share[seen].min() > 0.9 and share[~seen].max() < 0.1
    assert mean_nats(mixed, share) < min(mean_nats(mixed, tenth / 10) for tenth in range(11))
    assert learned_share(mixed, np.zeros(len(FEATURES))) == pytest.approx(0.5)
