"""The ranker as a decider: the most useful proposal or silence; and its folder, whole or refused."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from foretype.assemble import open_decider
from foretype.compose.decider import Decider, Dial, Versioned
from foretype.compose.gate import Gate
from foretype.compose.path import Path as Proposal
from foretype.compose.situation import Situation
from foretype.config import load_settings
from foretype.errors import ConfigError, InputError, ModelError
from foretype.rank.bundle import CARD_FILE, NETWORK_FILE, Bundle, load_bundle, open_ranker, save_bundle
from foretype.rank.dial import Dial as Turns
from foretype.rank.dial import Turn
from foretype.rank.features import proposals
from foretype.rank.logistic import fit_logistic
from foretype.rank.ranker import Ranker
from foretype.rank.schema import FEATURES, NAMES
from foretype.rank.training import IDENTITY, kept_aside, train_ranker
from foretype.rank.trees import TreeOptions, trees_to_onnx
from ranking import MadeBooster, made_rows, true_probs
from situations import a_situation, paths

TURNS = (Turn(0.2, 4.0, 1.0), Turn(1.0, 0.1, -1.0))


class Blend:
    """Scores a proposal as the blend does."""

    def score_many(self, features: NDArray[np.float32]) -> NDArray[np.float32]:
        probs: NDArray[np.float32] = np.exp(features[:, NAMES.index("log_prob")])
        return np.clip(probs, 1e-4, 0.999).astype(np.float32)


class Shift:
    def __init__(self, logit: float) -> None:
        self._logit = logit

    def shift_many(self, features: NDArray[np.float32], situation: Situation) -> NDArray[np.float32]:
        return np.full(len(features), self._logit, np.float32)


def a_bundle() -> Bundle:
    network = trees_to_onnx(MadeBooster(), num_features=len(FEATURES))
    return Bundle("v1", network, IDENTITY, TURNS, 0.9, {"rows": 3})


@given(st.lists(paths(), max_size=4))
def test_what_is_chosen_is_a_beginning_of_what_was_given_and_the_most_useful_one(
    given_paths: list[Proposal],
) -> None:
    ranker, situation = Ranker(Blend(), Turns(TURNS), coverage=0.5), a_situation()
    chosen = ranker.choose(given_paths, situation, n=1)
    found = proposals(given_paths, situation)
    worths = []
    for path, prob in zip(
        found.paths, ranker.probs(found.rows, situation) if found.paths else (), strict=True
    ):
        turn = Turns(TURNS).at(0.5)
        worths.append(prob * (len(path.text) - 1.05) - (1 - prob) * turn.wrong_look)
    if not worths or max(worths) < Turns(TURNS).at(0.5).least - 1e-5:
        assert chosen == []
    elif chosen:
        assert replace(chosen[0], belief=None) in found.paths
        best = found.paths[int(np.argmax(worths))]
        assert len(chosen) == 1 and chosen[0].text == best.text


@given(st.lists(paths(), min_size=2, max_size=4), st.integers(1, 4))
def test_several_are_of_different_paths_and_texts(given_paths: list[Proposal], n: int) -> None:
    ranker = Ranker(Blend(), Turns(TURNS), coverage=1.0)
    chosen = ranker.choose(given_paths, a_situation(), n=n)
    assert len(chosen) <= n and len({path.text for path in chosen}) == len(chosen)


@given(paths())
def test_confidences_fall_along_the_words_and_end_in_the_belief(path: Proposal) -> None:
    told = replace(path, belief=0.4).confidences
    assert all(first >= second - 1e-9 for first, second in pairwise(told))
    assert told[-1] == pytest.approx(0.4) or not path.prob


@given(paths())
def test_what_was_learned_since_moves_the_probability_and_the_choice(path: Proposal) -> None:
    situation = a_situation()
    rows = proposals([path], situation).rows
    plain, lifted, lowered = (
        Ranker(Blend(), Turns(TURNS), coverage=1.0, correction=shift).probs(rows, situation)
        for shift in (None, Shift(1.0), Shift(-1.0))
    )
    assert (lowered < plain).all() and (plain < lifted).all()


def test_the_dial_turns_while_it_decides_and_refuses_what_is_no_share() -> None:
    ranker = Ranker(Blend(), Turns(TURNS), coverage=1.0)
    assert isinstance(ranker, Dial)
    ranker.coverage = 0.2
    assert ranker.coverage == 0.2
    with pytest.raises(InputError):
        ranker.coverage = 0.0
    decider: Decider = ranker
    assert decider.phrase_from == 0.25


def test_a_bundle_comes_back_as_it_was_and_serves(tmp_path: Path) -> None:
    save_bundle(tmp_path / "ranker", a_bundle())
    assert load_bundle(tmp_path / "ranker") == a_bundle()
    assert open_ranker(tmp_path / "ranker").coverage == 0.9
    assert open_ranker(tmp_path / "ranker", coverage=0.3).coverage == 0.3


def _cut_network(folder: Path) -> None:
    (folder / NETWORK_FILE).write_bytes((folder / NETWORK_FILE).read_bytes()[:-1])


def _other_schema(folder: Path) -> None:
    card = json.loads((folder / CARD_FILE).read_text())
    (folder / CARD_FILE).write_text(json.dumps(card | {"schema": "0" * 16}))


def _half_card(folder: Path) -> None:
    (folder / CARD_FILE).write_text((folder / CARD_FILE).read_text()[:100])


def _no_network(folder: Path) -> None:
    (folder / NETWORK_FILE).unlink()


@pytest.mark.parametrize("harm", [_cut_network, _other_schema, _half_card, _no_network])
def test_a_harmed_folder_is_refused_with_a_remedy(tmp_path: Path, harm: Callable[[Path], None]) -> None:
    save_bundle(tmp_path / "ranker", a_bundle())
    harm(tmp_path / "ranker")
    with pytest.raises(ModelError, match="train it again"):
        open_ranker(tmp_path / "ranker")


def test_the_packaged_ranker_decides_unless_a_setting_says_otherwise(tmp_path: Path) -> None:
    folders = {"data_dir": tmp_path, "cache_dir": tmp_path}
    assert isinstance(open_decider(load_settings(env={}, **folders)), Ranker)
    assert open_decider(load_settings(env={}, ranker="none", **folders)) == Gate()
    turned = open_decider(load_settings(env={"FORETYPE_COVERAGE": "0.4"}, **folders))
    assert isinstance(turned, Ranker) and turned.coverage == 0.4
    with pytest.raises(ConfigError, match="share of keys"):
        open_decider(load_settings(env={}, coverage=1.5, **folders))
    with pytest.raises(ModelError, match="no whole ranker"):
        open_decider(load_settings(env={}, ranker=str(tmp_path / "none-here"), **folders))


def test_logistic_regression_finds_the_truth_back() -> None:
    rows = made_rows()
    logits = fit_logistic(rows.features, rows.is_right, used=list(range(len(FEATURES)))).raw_logits(
        rows.features
    )
    truth = true_probs(rows.features)
    assert np.corrcoef(logits, np.log(truth / (1 - truth)))[0, 1] > 0.98


def test_authors_kept_aside_are_whole_and_too_few_are_refused() -> None:
    rows = made_rows()
    aside = kept_aside(rows)
    assert not set(rows.author[aside].tolist()) & set(rows.author[~aside].tolist())
    assert 0 < aside.mean() < 0.5
    with pytest.raises(InputError, match="of 10"):
        kept_aside(made_rows(authors=3))


@pytest.mark.train
def test_a_trained_ranker_foresees_and_is_calibrated(tmp_path: Path) -> None:
    pytest.importorskip("lightgbm")
    bundle = train_ranker(made_rows(12_000), facts={"files": ["made"]}, options=TreeOptions(num_trees=60))
    save_bundle(tmp_path / "ranker", bundle)
    ranker, fresh = open_ranker(tmp_path / "ranker"), made_rows(4000, seed=1)
    probs = ranker.scorer.score_many(fresh.features)
    assert np.abs(probs - true_probs(fresh.features)).mean() < 0.08
    assert bundle.card["files"] == ["made"] and "locale" not in bundle.card["features"]


def test_an_opened_ranker_tells_its_version_and_what_its_features_were(tmp_path: Path) -> None:
    save_bundle(tmp_path / "ranker", replace(a_bundle(), reference={"names": []}))
    ranker = open_ranker(tmp_path / "ranker")
    assert isinstance(ranker, Versioned)
    assert (ranker.version, ranker.reference) == ("v1", {"names": []})
