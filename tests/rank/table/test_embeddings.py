"""Embeddings: zeros for whoever is unknown, steps as on paper, and no name in any byte."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from foretype.errors import InputError
from foretype.rank.table.embeddings import Embeddings, Ids, TaughtEmbeddings
from foretype.rank.table.entries import Rows
from foretype.rank.table.filters import ExactFilter
from foretype.rank.table.kept import KeptTable
from foretype.rank.table.optimizer import Adagrad, Optimizer, RowAdagrad, Sgd
from foretype.rank.table.table import Table

SALT = b"a salt of an installation"
DIM = 3


def taught(optimizer: Optimizer, **options: ExactFilter) -> TaughtEmbeddings:
    table = Table(width=DIM + optimizer.num_slots(DIM))
    return TaughtEmbeddings(table, dim=DIM, salt=SALT, optimizer=optimizer, **options)


def gradients(*rows: list[float]) -> Rows:
    """Each row is the gradient of one id's vector, of the four."""
    return np.array(rows, np.float32).repeat(DIM, axis=1)


def test_unknown_and_absent_ids_are_zeros() -> None:
    found = taught(Sgd(rate=1.0)).lookup(user="anna", domain="example.org")
    assert found.dtype == np.float32 and found.tolist() == [0.0] * 4 * DIM


def test_each_id_has_its_own_place_in_the_vector() -> None:
    embeddings = taught(Sgd(rate=1.0))
    ids = Ids(user="a", tenant="a", domain="a", context="a")
    embeddings.learn([ids], gradients([-1, -2, -3, -4]), now_min=1)
    assert embeddings.lookup(user="a", tenant="a", domain="a", context="a").tolist() == [
        *[1.0] * DIM, *[2.0] * DIM, *[3.0] * DIM, *[4.0] * DIM
    ]  # fmt: skip
    assert embeddings.lookup(domain="a").reshape(4, DIM)[:, 0].tolist() == [0, 0, 3, 0]


def test_gradients_of_an_id_named_twice_add_up() -> None:
    embeddings = taught(Sgd(rate=1.0))
    embeddings.learn(
        [Ids(user="a"), Ids(user="b"), Ids(user="a")],
        gradients([-1, 9, 9, 9], [-2, 9, 9, 9], [-4, 9, 9, 9]),
        now_min=1,
    )
    assert embeddings.lookup_many([Ids(user="a"), Ids(user="b")])[:, 0].tolist() == [5, 2]
    assert not embeddings.lookup_many([Ids(user="a")])[0, DIM:].any()


@pytest.mark.parametrize("optimizer", [Adagrad(rate=0.1), RowAdagrad(rate=0.1)])
def test_adagrad_is_its_formula(optimizer: Optimizer) -> None:
    embeddings = taught(optimizer)
    given = np.random.default_rng(1).normal(size=(5, 1, 4 * DIM)).astype(np.float32)
    vector, sums = np.zeros(DIM), np.zeros(DIM)
    for step in given:
        embeddings.learn([Ids(user="a")], step, now_min=1)
        gradient = step[0, :DIM].astype(np.float64)
        sums += gradient**2 if isinstance(optimizer, Adagrad) else np.mean(gradient**2)
        vector -= 0.1 * gradient / np.sqrt(sums)
    assert np.allclose(embeddings.lookup(user="a")[:DIM], vector, atol=1e-6)


def test_a_filtered_id_learns_from_its_threshold_on() -> None:
    embeddings = taught(Sgd(rate=1.0), filter=ExactFilter(3, window_min=100))
    for shown in (0, 0, 1, 2):
        embeddings.learn([Ids(user="a")], gradients([-1, 0, 0, 0]), now_min=1)
        assert embeddings.lookup(user="a")[0] == shown


def test_a_forgotten_user_is_unknown_and_others_are_not() -> None:
    embeddings = taught(Sgd(rate=1.0))
    embeddings.learn([Ids(user="a", tenant="t"), Ids(user="b")], gradients([-1] * 4, [-1] * 4), now_min=1)
    assert embeddings.forget(user="a") and not embeddings.forget(user="a")
    assert embeddings.lookup(user="a", tenant="t").reshape(4, DIM)[:, 0].tolist() == [0, 1, 0, 0]
    assert embeddings.lookup(user="b")[0] == 1
    with pytest.raises(InputError, match="name whom to forget"):
        embeddings.forget(user="")


def test_no_file_holds_a_name(tmp_path: Path) -> None:
    canary = "anna.canary@example.org"
    with KeptTable(tmp_path, width=DIM + 1) as kept:
        embeddings = TaughtEmbeddings(kept, dim=DIM, salt=SALT)
        for _ in range(2):
            embeddings.learn([Ids(canary, canary, canary, canary)], gradients([1, 1, 1, 1]), now_min=1)
            kept.sync()
            kept.checkpoint()
    for path in tmp_path.iterdir():
        assert not any(part.encode() in path.read_bytes() for part in (canary, "canary", "anna", "example"))


def test_a_forgotten_row_is_in_no_file_after_a_checkpoint(tmp_path: Path) -> None:
    with KeptTable(tmp_path, width=DIM) as kept:
        embeddings = TaughtEmbeddings(kept, dim=DIM, salt=SALT, optimizer=Sgd(rate=1.0))
        embeddings.learn([Ids(user="a")], gradients([-1.2345678, 0, 0, 0]), now_min=1)
        row = kept.rows(embeddings._keys([Ids(user="a")])[0])[0][0].tobytes()
        kept.checkpoint()
        assert any(row in path.read_bytes() for path in tmp_path.iterdir())
        embeddings.forget(user="a")
        kept.checkpoint()
        assert not any(row in path.read_bytes() for path in tmp_path.iterdir())


def test_serving_reads_a_wider_table_by_its_first_columns() -> None:
    table = Table(width=DIM + 1)
    trained = TaughtEmbeddings(table, dim=DIM, salt=SALT)
    trained.learn([Ids(user="a")], gradients([1, 0, 0, 0]), now_min=1)
    served = Embeddings(table, dim=DIM, salt=SALT)
    assert served.lookup(user="a").tolist() == trained.lookup(user="a").tolist()
    assert served.width == 4 * DIM


def test_wrong_gradients_and_salts_are_refused() -> None:
    embeddings = taught(Sgd(rate=1.0))
    with pytest.raises(InputError, match=r"wanted \(1, 12\)"):
        embeddings.learn([Ids(user="a")], np.zeros((1, 4)), now_min=1)
    with pytest.raises(InputError, match="salt"):
        Embeddings(Table(width=1), dim=1, salt=b"short")


def test_a_step_without_any_name_changes_nothing() -> None:
    embeddings = taught(Sgd(rate=1.0))
    embeddings.learn([Ids()], gradients([1, 1, 1, 1]), now_min=1)
    embeddings.learn([], np.zeros((0, 4 * DIM)), now_min=1)
    assert embeddings.lookup_many([]).shape == (0, 4 * DIM)
