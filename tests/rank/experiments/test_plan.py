"""Who is in which arm: stable, even, apart within a layer and independent between layers."""

from __future__ import annotations

from collections import Counter

import pytest

from foretype.errors import InputError
from foretype.rank.experiments.plan import (
    NUM_SLOTS,
    Arm,
    Experiment,
    Treatment,
    checked_arms,
    free_slots,
    slot_of,
)

BOLD = Arm("bold", Treatment(coverage=0.9))
USERS = [f"user-{number}" for number in range(20_000)]


def experiment(
    name: str, *, layer: str = "a", slots: tuple[int, int] = (0, NUM_SLOTS), salt: str = "s"
) -> Experiment:
    return Experiment(name, layer, checked_arms([BOLD]), slots, salt, 0.0)


def arms(one: Experiment) -> list[str | None]:
    return [None if (arm := one.arm_of(user)) is None else arm.name for user in USERS]


def test_a_user_stays_in_an_arm() -> None:
    assert arms(experiment("one")) == arms(experiment("one"))


def test_arms_are_even() -> None:
    counts = Counter(arms(experiment("one")))
    assert abs(counts["bold"] - len(USERS) / 2) < 4 * (len(USERS) / 4) ** 0.5


def test_a_share_of_the_users_takes_part() -> None:
    in_it = sum(arm is not None for arm in arms(experiment("one", slots=(100, 150))))
    assert in_it == pytest.approx(0.05 * len(USERS), rel=0.15)


def test_experiments_of_a_layer_share_nobody() -> None:
    first, second = experiment("one", slots=(0, 500)), experiment("two", slots=(500, 1000))
    pairs = list(zip(arms(first), arms(second), strict=True))
    assert all((one is None) != (two is None) for one, two in pairs)


@pytest.mark.parametrize("layer", ["a", "b"])
def test_two_experiments_on_the_same_users_are_independent(layer: str) -> None:
    """Also one after the other in the same slots: who was bold before is bold again as often as not."""
    both = Counter(zip(arms(experiment("one")), arms(experiment("two", layer=layer)), strict=True))
    assert all(abs(count - len(USERS) / 4) < 4 * (len(USERS) * 3 / 16) ** 0.5 for count in both.values())


def test_another_installation_draws_otherwise() -> None:
    same = sum(
        a == b for a, b in zip(arms(experiment("one")), arms(experiment("one", salt="t")), strict=True)
    )
    assert abs(same - len(USERS) / 2) < 4 * (len(USERS) / 4) ** 0.5


def test_slots_are_even() -> None:
    counts = Counter(slot_of(user, layer="a", salt="s") for user in USERS)
    assert len(counts) == NUM_SLOTS and max(counts.values()) < 50


def test_free_slots_are_found_between_others() -> None:
    running = [experiment("one", slots=(0, 300)), experiment("two", slots=(400, 1000))]
    assert free_slots(running, layer="a", percent=10) == (300, 400)
    assert free_slots(running, layer="b", percent=100) == (0, 1000)
    with pytest.raises(InputError, match="found 10 % of the users free, wanted 20"):
        free_slots(running, layer="a", percent=20)
    with pytest.raises(InputError, match=r"wanted 0.1 to 100"):
        free_slots([], layer="a", percent=0)


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ([], "wanted 1 to 7 besides control"),
        ([BOLD, BOLD], "each of its own name"),
        ([Arm("control", Treatment(coverage=0.5))], "each of its own name"),
        ([Arm("a", Treatment())], "found nothing changed"),
        ([Arm("a", Treatment(coverage=1.5))], "found coverage 1.5"),
        ([Arm("a", Treatment(delay_ms=9_000))], "found a delay of 9000 ms"),
    ],
)
def test_arms_that_cannot_be_compared_are_refused(given: list[Arm], told: str) -> None:
    with pytest.raises(InputError, match=told):
        checked_arms(given)
