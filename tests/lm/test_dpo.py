"""The loss of preferences: equal to the paper's formula over whole distributions, untouched by what stands beside it."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

from foretype.corpus.documents import Document
from foretype.runtime.checkpoint import Checkpoint
from small_training import ARCH, TOKENIZER

pytestmark = pytest.mark.train
torch = pytest.importorskip("torch")

if TYPE_CHECKING:
    from foretype.lm.curve import Point
    from foretype.lm.gpt import Gpt
    from foretype.lm.preference_pairs import Paired

WORDS = ("the", "other", "in", "there", "again", "er")


def network(seed: int) -> Gpt:
    from foretype.lm.gpt import Gpt

    torch.manual_seed(seed)
    return Gpt(ARCH)


def checkpoint_of(gpt: Gpt) -> Checkpoint:
    from foretype.runtime.vocabulary import special_tokens
    from foretype.text.prompt import find_markers

    state = gpt.state_dict()
    return Checkpoint(
        "small",
        ARCH,
        lambda name: state[name].numpy(),
        TOKENIZER,
        (0,),
        None,
        find_markers(special_tokens(TOKENIZER, where="small")),
    )


def examples(number: int = 12) -> list[Paired]:
    """Messages in which " in" always follows " the", though " a" was shown."""
    from foretype.lm.preference_pairs import Judged, Wrong, paired

    found = []
    for index in range(number):
        text = " ".join(WORDS[(index + at) % len(WORDS)] for at in range(3 + index % 4)) + " the in er"
        found.append(Judged(Document("ann", text, subject="er"), (Wrong(len(text) - 6, " a"),)))
    return paired(found, checkpoint_of(network(0)), max_tokens=128)


def by_the_paper(policy: Gpt, reference: Gpt, example: Paired, beta: float) -> float:
    """-log sigmoid(beta log(pi(c)/ref(c)) - beta log(pi(r)/ref(r))), summed over pairs; the slow twin."""
    total = 0.0
    for place, rejected in zip(example.written.tolist(), example.rejected.tolist(), strict=True):
        ids = torch.from_numpy(example.tokens[None, :place])
        with torch.no_grad():
            mine, theirs = (net(ids)[0, -1].double().log_softmax(-1) for net in (policy, reference))
        chosen = example.tokens[place]
        gain = float((mine[chosen] - theirs[chosen]) - (mine[rejected] - theirs[rejected]))
        total += math.log1p(math.exp(-beta * gain))
    return total


@pytest.mark.parametrize("beta", [0.05, 0.3, 2.0])
def test_the_loss_is_the_papers(beta: float) -> None:
    from foretype.lm.dpo import Dpo, referred
    from foretype.lm.preference_pairs import batch_of

    policy, reference = network(1), network(2)
    referenced = referred(reference, examples())
    loss = Dpo(beta)(policy, batch_of(referenced))
    wanted = sum(by_the_paper(policy, reference, example, beta) for example in referenced)
    assert loss.num_targets == len(referenced)
    np.testing.assert_allclose(float(loss.total.detach()), wanted, rtol=1e-4)


def test_before_anything_is_learned_every_pair_costs_one_bit() -> None:
    from foretype.lm.dpo import Dpo, referred
    from foretype.lm.preference_pairs import batch_of

    loss = Dpo(0.1)(network(1), batch_of(referred(network(1), examples())))
    np.testing.assert_allclose(float(loss.mean.detach()), math.log(2), rtol=1e-5)


def test_what_was_written_weighs_as_much_as_it_is_given() -> None:
    from foretype.lm.dpo import Chosen, Dpo
    from foretype.lm.preference_pairs import batch_of

    batch, policy = batch_of(examples()), network(1)
    both, preference, plain = (
        float(objective(policy, batch).total.detach())
        for objective in (Dpo(0.3, chosen_weight=0.5), Dpo(0.3), Chosen())
    )
    np.testing.assert_allclose(both, preference + 0.5 * plain, rtol=1e-5)


def test_messages_beside_a_message_change_nothing() -> None:
    from foretype.lm.dpo import Chosen, Dpo
    from foretype.lm.objective import NextToken, Objective
    from foretype.lm.preference_pairs import batch_of

    found, policy = examples(), network(1)
    objectives: tuple[Objective, ...] = (Dpo(0.3), Chosen(), NextToken())
    for objective in objectives:
        together = float(objective(policy, batch_of(found)).total.detach())
        apart = [float(objective(policy, batch_of([each])).total.detach()) for each in found]
        np.testing.assert_allclose(together, sum(apart), rtol=1e-5)


class Heard:
    """Keeps the shares that a training tells of."""

    def __init__(self) -> None:
        self.shares: list[float] = []

    def __call__(self, point: Point, share: float) -> None:
        self.shares.append(share)


def test_every_recipe_learns_what_it_aims_at(tmp_path: Path) -> None:
    from foretype.lm.preference_run import Aim, Recipe, refer, train_on_pairs

    checkpoint = checkpoint_of(network(0))
    learn = refer(checkpoint, examples(24))
    for aim in Aim:
        recipe, heard = Recipe(aim, beta=0.3, learning_rate=3e-2, passes=3), Heard()
        tuned = train_on_pairs(checkpoint, learn, learn, tmp_path / recipe.name, recipe, on_point=heard)
        assert heard.shares == sorted(heard.shares) and heard.shares[-1] == 1.0
        assert tuned.steps == len(heard.shares) == 9
        assert tuned.after.ranked >= tuned.before.ranked
        if aim in (Aim.DPO, Aim.DPO_CHOSEN):
            assert tuned.after.ranked == 1.0
        if aim is Aim.MESSAGES:
            assert tuned.after.token_nats < tuned.before.token_nats


def test_recipes_in_one_table_have_names_of_their_own() -> None:
    from foretype.lm.preference_run import Aim, Recipe

    names = [Recipe(aim, beta=beta).name for aim in Aim for beta in (0.1, 0.3)]
    assert names[:2] == ["dpo:0.1", "dpo:0.3"] and names[-2:] == ["messages", "messages"]


def test_a_reference_is_the_networks_own_and_leaves_the_pairs_alone() -> None:
    from foretype.lm.dpo import referred

    before = examples(3)
    after = referred(network(2), before)
    for one, other in zip(before, after, strict=True):
        assert not one.reference.any() and other.reference.all()
        np.testing.assert_array_equal(replace(other, reference=one.reference).tokens, one.tokens)
