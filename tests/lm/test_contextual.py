"""Networks read on token by token what they read at once, see nothing ahead, and see the context they are given."""

from __future__ import annotations

import pytest

torch = pytest.importorskip("torch")

from torch import Tensor  # noqa: E402

from experiment_world import random_mails  # noqa: E402
from foretype.lm.contextual import ContextualLm, FieldAverages, Kind, Shape  # noqa: E402
from foretype.lm.windows import IGNORE, Batch, MailWindows, Way  # noqa: E402

pytestmark = pytest.mark.train
CPU = torch.device("cpu")
KINDS: tuple[Kind, ...] = ("lstm", "transformer")
VOCABULARY = 300

each_network = pytest.mark.parametrize(("kind", "way"), [(kind, way) for kind in KINDS for way in Way])


def network(kind: Kind, way: Way) -> ContextualLm:
    torch.manual_seed(0)
    shape = Shape(kind, width=16, inner=24, num_layers=2, num_heads=2)
    return ContextualLm(shape, way, vocab_size=VOCABULARY).eval()


def whole_batch(way: Way) -> Batch:
    windows = MailWindows(random_mails(3, count=4, longest=30), way, device=CPU)
    return windows.batch(windows.cuts)


def shortened(batch: Batch, lengths: Tensor) -> Batch:
    """The same rows up to `lengths`."""
    width = int(lengths.max())
    return Batch(batch.inputs[:, :width], batch.targets[:, :width], batch.context, batch.fields, lengths)


@each_network
@torch.inference_mode()
def test_reading_on_gives_what_reading_at_once_gives(kind: Kind, way: Way) -> None:
    lm, batch = network(kind, way), whole_batch(way)
    at_once = lm.hidden(batch)
    half = batch.lengths // 2 + 1
    last, beginning = lm.begin(shortened(batch, half))
    rows = torch.arange(len(half))
    torch.testing.assert_close(last, at_once[rows, half - 1], rtol=1e-4, atol=1e-5)
    for step in range(3):
        there = half + step < batch.lengths
        place = torch.minimum(half + step, batch.lengths - 1)
        last, beginning = lm.step(batch.inputs[rows, place], beginning)
        torch.testing.assert_close(last[there], at_once[rows, place][there], rtol=1e-4, atol=1e-5)


@each_network
@torch.inference_mode()
def test_no_place_sees_what_follows(kind: Kind, way: Way) -> None:
    lm, batch = network(kind, way), whole_batch(way)
    other = batch.inputs.clone()
    other[:, -1] = 7
    changed = Batch(other, batch.targets, batch.context, batch.fields, batch.lengths)
    torch.testing.assert_close(lm.hidden(batch)[:, :-1], lm.hidden(changed)[:, :-1])


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("way", [Way.AVERAGED, Way.ENCODED])
@torch.inference_mode()
def test_context_changes_every_place_and_its_padding_none(kind: Kind, way: Way) -> None:
    lm, batch = network(kind, way), whole_batch(way)
    plain = lm.hidden(batch)
    fields = batch.fields.clone()
    fields[:, 0] = 1
    context = batch.context.clone()
    context[:, 0] = 9
    changed = lm.hidden(Batch(batch.inputs, batch.targets, context, fields, batch.lengths))
    assert ((plain - changed).abs().amax(-1) > 0).all()
    wider = torch.nn.functional.pad(batch.context, (0, 3)), torch.nn.functional.pad(batch.fields, (0, 3))
    padded = lm.hidden(Batch(batch.inputs, batch.targets, *wider, batch.lengths))
    torch.testing.assert_close(plain, padded)


@each_network
def test_a_batch_can_be_learned_by_heart(kind: Kind, way: Way) -> None:
    lm, batch = network(kind, way).train(), whole_batch(way)
    optimizer = torch.optim.AdamW(lm.parameters(), lr=0.02)
    first = float(lm.nats(batch).mean().detach())
    for _ in range(25):
        optimizer.zero_grad()
        lm.nats(batch).mean().backward()
        optimizer.step()
    assert float(lm.nats(batch).mean().detach()) < first - 1.0
    assert len(lm.nats(batch)) == int((batch.targets != IGNORE).sum())


def test_a_field_is_the_mean_of_its_tokens_and_an_empty_one_nothing() -> None:
    averages = FieldAverages(4)
    embedded = torch.randn(1, 3, 4)
    fields = torch.tensor([[6, 6, 0]])
    by_hand = torch.zeros(1, 6, 4)
    by_hand[0, 5] = embedded[0, :2].mean(0)
    torch.testing.assert_close(averages(embedded, fields), averages.project(by_hand.flatten(1)))
