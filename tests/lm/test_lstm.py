"""An LSTM sees nothing ahead, reads on from where it stands, and neither padding nor other rows reach a row."""

from __future__ import annotations

import pytest

torch = pytest.importorskip("torch")

from torch import Tensor  # noqa: E402

from foretype.lm.lstm import LstmBody  # noqa: E402
from foretype.lm.source import Source  # noqa: E402

pytestmark = pytest.mark.train
WIDTH, HIDDEN, ROWS, LENGTH = 12, 20, 3, 9
LENGTHS = torch.tensor([4, 9, 1])


def body(*, attends: bool = False, dropout: float = 0.0) -> LstmBody:
    torch.manual_seed(0)
    made = LstmBody(WIDTH, hidden=HIDDEN, num_layers=2, attends=attends, num_heads=2, dropout=dropout)
    return made.eval()


def states(seed: int = 1) -> Tensor:
    return torch.randn(ROWS, LENGTH, WIDTH, generator=torch.Generator().manual_seed(seed))


def source(seed: int = 2) -> Source:
    random = torch.Generator().manual_seed(seed)
    there = torch.tensor([[True, True, False], [True, True, True], [True, False, False]])
    return Source(torch.randn(ROWS, 3, WIDTH, generator=random), there)


@pytest.mark.parametrize("place", range(1, LENGTH))
@torch.inference_mode()
def test_what_stands_before_a_place_does_not_depend_on_it(place: int) -> None:
    changed = states()
    changed[:, place:] = 5.0
    before, after = body()(states()), body()(changed)
    torch.testing.assert_close(before[:, :place], after[:, :place])
    assert (before[:, place:] != after[:, place:]).any(-1).all()


@torch.inference_mode()
def test_every_earlier_place_reaches_the_last_one() -> None:
    whole = body()(states())[:, -1]
    for place in range(LENGTH - 1):
        changed = states()
        changed[:, place] += 3.0
        assert not torch.equal(body()(changed)[:, -1], whole), place


@torch.inference_mode()
def test_a_row_is_read_to_its_own_end_whatever_padding_holds() -> None:
    padded = states()
    padded[torch.arange(LENGTH)[None] >= LENGTHS[:, None]] = 1e6
    last, state = body().begin(padded, LENGTHS)
    for row, length in enumerate(LENGTHS.tolist()):
        alone, own = body().begin(states()[row : row + 1, :length], torch.tensor([length]))
        torch.testing.assert_close(last[row : row + 1], alone)
        for (hidden, cell), (wanted, other) in zip(state.memories, own.memories, strict=True):
            torch.testing.assert_close(hidden[:, row : row + 1], wanted)
            torch.testing.assert_close(cell[:, row : row + 1], other)


@pytest.mark.parametrize("attends", [False, True])
@torch.inference_mode()
def test_steps_give_what_reading_at_once_gives(attends: bool) -> None:
    read, seen = body(attends=attends), source() if attends else None
    whole = read(states(), seen)
    last, state = read.begin(states()[:, :3], torch.full((ROWS,), 3), seen)
    torch.testing.assert_close(last, whole[:, 2])
    for place in range(3, LENGTH):
        last, state = read.step(states()[:, place], state)
        torch.testing.assert_close(last, whole[:, place])


@torch.inference_mode()
def test_a_taken_state_goes_on_as_the_row_it_was_taken_of() -> None:
    read = body(attends=True)
    _, state = read.begin(states(), LENGTHS, source())
    rows = torch.tensor([2, 0, 2])
    following = states(seed=7)[:, 0]
    plain, _ = read.step(following, state)
    taken, _ = read.step(following[rows], state.take(rows))
    torch.testing.assert_close(taken, plain[rows])


@torch.inference_mode()
def test_the_source_reaches_every_place_and_its_padding_none() -> None:
    read = body(attends=True)
    plain = read(states(), source())
    seen = source()
    seen.states[:, 0] += 1.0
    assert (read(states(), seen) != plain).any(-1).all()
    hidden = source()
    hidden.states[~hidden.there] = 1e6
    torch.testing.assert_close(read(states(), hidden), plain)


def test_dropout_is_for_training_alone() -> None:
    read = body(dropout=0.5)
    assert torch.equal(read(states()), read(states()))
    read.train()
    assert not torch.equal(read(states()), read(states()))


def test_a_longing_for_the_place_before_is_learned() -> None:
    """The target of a place is the input before it: only the memory can know that."""
    read = body().train()
    wanted = torch.roll(states(), 1, dims=1)
    optimizer = torch.optim.AdamW(read.parameters(), lr=0.01)
    losses = []
    for _ in range(60):
        loss = (read(states())[:, 1:] - wanted[:, 1:]).square().mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(float(loss.detach()))
    assert losses[-1] < 0.3 * losses[0]
