"""Encoders read both ways; padding is neither read nor seen, and a decoder learns to fetch what stands in the source."""

from __future__ import annotations

from collections.abc import Callable

import pytest

torch = pytest.importorskip("torch")

from torch import Tensor, nn  # noqa: E402

from foretype.lm.lstm import LstmBody  # noqa: E402
from foretype.lm.seq2seq import LstmEncoder, TransformerEncoder  # noqa: E402
from foretype.lm.source import Source, SourceAttention  # noqa: E402

pytestmark = pytest.mark.train
WIDTH, ROWS, PLACES = 16, 3, 6
THERE = torch.arange(PLACES)[None] < torch.tensor([6, 2, 1])[:, None]


def lstm() -> nn.Module:
    torch.manual_seed(0)
    return LstmEncoder(WIDTH, hidden=20, num_layers=2).eval()


def transformer() -> nn.Module:
    torch.manual_seed(0)
    return TransformerEncoder(WIDTH, mlp=24, num_layers=2, num_heads=2).eval()


each_encoder = pytest.mark.parametrize("make", [lstm, transformer])
Make = Callable[[], nn.Module]


def states() -> Tensor:
    return torch.randn(ROWS, PLACES, WIDTH, generator=torch.Generator().manual_seed(1))


@each_encoder
@torch.inference_mode()
def test_every_place_sees_every_other(make: Make) -> None:
    whole = make()(states(), THERE).states
    for place in range(PLACES):
        changed = states()
        changed[0, place] += 3.0
        seen = (make()(changed, THERE).states[0] - whole[0]).abs().amax(-1)
        assert (seen > 1e-6).all(), place


@each_encoder
@torch.inference_mode()
def test_padding_and_other_rows_reach_no_place(make: Make) -> None:
    whole = make()(states(), THERE)
    padded = states()
    padded[~THERE] = 1e3
    found = make()(padded, THERE)
    torch.testing.assert_close(found.states[THERE], whole.states[THERE])
    for row in range(ROWS):
        length = int(THERE[row].sum())
        alone = make()(states()[row : row + 1, :length], THERE[row : row + 1, :length])
        torch.testing.assert_close(alone.states[0], whole.states[row, :length], rtol=1e-4, atol=1e-5)


@each_encoder
def test_a_source_says_where_its_padding_is(make: Make) -> None:
    found = make()(states(), THERE)
    assert isinstance(found, Source)
    assert torch.equal(found.there, THERE) and found.states.shape == (ROWS, PLACES, WIDTH)
    taken = found.take(torch.tensor([2, 0]))
    assert torch.equal(taken.there, THERE[[2, 0]]) and torch.equal(taken.states, found.states[[2, 0]])


@torch.inference_mode()
def test_attention_to_a_source_of_one_place_is_that_place_projected() -> None:
    torch.manual_seed(0)
    attention = SourceAttention(WIDTH, num_heads=2)
    only = Source(states()[:, :1], THERE[:, :1])
    value = attention.key_value(only.states).chunk(2, dim=-1)[1]
    torch.testing.assert_close(
        attention(states(), only), attention.output(value).expand(ROWS, PLACES, WIDTH), rtol=1e-4, atol=1e-5
    )


@each_encoder
def test_what_only_the_source_knows_is_learned(make: Make) -> None:
    """The decoder reads nothing but ones, and must say the source's first place."""
    encoder, decoder = make(), LstmBody(WIDTH, hidden=24, num_layers=1, attends=True, num_heads=2)
    source, blank = torch.randn(8, 4, WIDTH), torch.ones(8, 2, WIDTH)
    there = torch.ones(8, 4, dtype=torch.bool)
    read_out = nn.Linear(WIDTH, WIDTH)
    learned = nn.ModuleList([encoder, decoder, read_out]).train()
    optimizer = torch.optim.AdamW(learned.parameters(), lr=0.01)
    losses = []
    for _ in range(120):
        loss = (read_out(decoder(blank, encoder(source, there))) - source[:, :1]).square().mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(float(loss.detach()))
    assert losses[-1] < 0.3 * losses[0]
