"""A language model that may be given a mail's context, in one of three ways or none; LSTM or Transformer.

    way             context reaches the network
    none            never
    A               each field's embeddings averaged, projected together, added to every token's embedding
    B               as tokens before the text, in the same sequence
    encoder-decoder through an encoder whose states the decoder attends to

Embedding and output share one matrix. It does not know words, nor how it is trained.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, Protocol, Self, TypeAlias, cast

from torch import Tensor, nn
from torch.nn import functional

from foretype.lm.fields import Field
from foretype.lm.lstm import LstmBody
from foretype.lm.seq2seq import LstmEncoder, TransformerEncoder
from foretype.lm.source import Source
from foretype.lm.transformer import TransformerBody
from foretype.lm.windows import IGNORE, Batch, Way
from foretype.lm.word_vocabulary import PAD_ID

INIT_STD = 0.02  # of embeddings; logits begin near zero

Kind: TypeAlias = Literal["lstm", "transformer"]


class State(Protocol):
    """Where each row of a body stands."""

    def take(self, rows: Tensor) -> Self: ...


class Body(Protocol):
    """What LstmBody and TransformerBody have in common."""

    def __call__(self, states: Tensor, source: Source | None = None) -> Tensor: ...
    def begin(
        self, states: Tensor, lengths: Tensor, source: Source | None = None
    ) -> tuple[Tensor, State]: ...
    def step(self, states: Tensor, state: State) -> tuple[Tensor, State]: ...


@dataclass(frozen=True, slots=True)
class Shape:
    """Sizes of a network. `inner` is an LSTM's hidden size or a Transformer's MLP size."""

    kind: Kind
    width: int
    inner: int
    num_layers: int
    num_heads: int
    encoder_layers: int = 1
    dropout: float = 0.1


class ContextualLm(nn.Module):
    """`hidden` reads whole batches, `begin` and `step` read on; `logits` says what may follow.

    The words `log p` are natural logarithms everywhere.
    """

    def __init__(self, shape: Shape, way: Way, *, vocab_size: int) -> None:
        super().__init__()
        self.way = way
        self.embedding = nn.Embedding(vocab_size, shape.width)
        nn.init.normal_(self.embedding.weight, std=INIT_STD)
        self.averages = FieldAverages(shape.width) if way is Way.AVERAGED else None
        self.encoder = _encoder(shape) if way is Way.ENCODED else None
        self.body = _body(shape, attends=way is Way.ENCODED)
        self.dropout = nn.Dropout(shape.dropout)

    @property
    def num_parameters(self) -> int:
        return sum(weight.numel() for weight in self.parameters())

    @property
    def num_body_parameters(self) -> int:
        """All weights but the vocabulary's."""
        return self.num_parameters - self.embedding.weight.numel()

    def hidden(self, batch: Batch) -> Tensor:
        """What the head reads at every place; (rows, width of the batch, width)."""
        states, source = self._read(batch)
        return self._body(states, source)

    def begin(self, batch: Batch) -> tuple[Tensor, Beginning]:
        """What the head reads behind each row's last place, (rows, width), and where to read on."""
        states, source = self._read(batch)
        last, state = self._body.begin(states, batch.lengths, source)
        return last, Beginning(state, self._every_step(batch))

    def step(self, tokens: Tensor, beginning: Beginning) -> tuple[Tensor, Beginning]:
        """One more token of each row, (rows,)."""
        states = self.embedding(tokens)
        if beginning.added is not None:
            states = states + beginning.added
        last, state = self._body.step(states, beginning.state)
        return last, Beginning(state, beginning.added)

    def logits(self, states: Tensor) -> Tensor:
        """Unnormalised log p of every token, behind states of any shape (..., width)."""
        return functional.linear(states, self.embedding.weight)

    def nats(self, batch: Batch) -> Tensor:
        """Negative log p of each target that counts, row after row; one-dimensional."""
        counts = batch.targets != IGNORE
        states = self.hidden(batch)[counts]
        return functional.cross_entropy(self.logits(states), batch.targets[counts], reduction="none")

    def _read(self, batch: Batch) -> tuple[Tensor, Source | None]:
        states = self.embedding(batch.inputs)
        added = self._every_step(batch)
        if added is not None:
            states = states + added[:, None]
        return self.dropout(states), self._source(batch)

    def _every_step(self, batch: Batch) -> Tensor | None:
        if self.averages is None:
            return None
        added: Tensor = self.averages(self.embedding(batch.context), batch.fields)
        return added

    def _source(self, batch: Batch) -> Source | None:
        if self.encoder is None:
            return None
        states = self.dropout(self.embedding(batch.context))
        source: Source = self.encoder(states, batch.context != PAD_ID)
        return source

    @property
    def _body(self) -> Body:
        return cast(Body, self.body)


@dataclass(frozen=True, slots=True)
class Beginning:
    """A body's state, and what is added to every token of a row."""

    state: State
    added: Tensor | None

    def take(self, rows: Tensor) -> Beginning:
        return Beginning(self.state.take(rows), None if self.added is None else self.added[rows])


class FieldAverages(nn.Module):
    """The mean embedding of every field, side by side, projected to one vector a row."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.project = nn.Linear((len(Field) - 1) * width, width, bias=False)

    def forward(self, embedded: Tensor, fields: Tensor) -> Tensor:
        """(rows, places, width) and (rows, places) to (rows, width); an empty field is zero."""
        member = functional.one_hot(fields, len(Field))[..., 1:].to(embedded.dtype)
        sums = member.transpose(1, 2) @ embedded
        means = sums / member.sum(1).clamp(min=1)[..., None]
        projected: Tensor = self.project(means.flatten(1))
        return projected


def _body(shape: Shape, *, attends: bool) -> nn.Module:
    if shape.kind == "lstm":
        return LstmBody(
            shape.width,
            hidden=shape.inner,
            num_layers=shape.num_layers,
            dropout=shape.dropout,
            attends=attends,
            num_heads=shape.num_heads,
        )
    return TransformerBody(
        shape.width,
        mlp=shape.inner,
        num_layers=shape.num_layers,
        num_heads=shape.num_heads,
        dropout=shape.dropout,
        attends=attends,
    )


def _encoder(shape: Shape) -> nn.Module:
    if shape.kind == "lstm":
        return LstmEncoder(
            shape.width, hidden=shape.inner, num_layers=shape.encoder_layers, dropout=shape.dropout
        )
    return TransformerEncoder(
        shape.width,
        mlp=shape.inner,
        num_layers=shape.encoder_layers,
        num_heads=shape.num_heads,
        dropout=shape.dropout,
    )
