"""A server's composer learns on unless it is told not to, and one process of a data folder at a time."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from foretype.assemble import open_learning_composer
from foretype.config import Settings, load_settings
from foretype.errors import ConfigError
from foretype.rank.experiments.book import FILE_NAME
from foretype.rank.experiments.deciding import TrialDecider
from foretype.rank.online.versions import RANKERS


def settings(folder: Path, **given: Any) -> Settings:
    return load_settings(env={}, data_dir=folder, cache_dir=folder, model="none", **given)


def test_a_servers_composer_answers_with_a_ranker_that_learns(tmp_path: Path) -> None:
    composer = open_learning_composer(settings(tmp_path))
    assert isinstance(composer.gate, TrialDecider) and (tmp_path / RANKERS).is_dir()
    assert composer.suggest("Please let me kn", user="ann").suggestions
    second = open_learning_composer(settings(tmp_path))
    assert not isinstance(second.gate, TrialDecider) and second.suggest("Please let me kn").suggestions
    second.close()
    composer.close()


@pytest.mark.parametrize("given", [{"learning": "off"}, {"ranker": "none"}, {"outcome_days": 0}])
def test_without_learning_nothing_of_it_is_kept(tmp_path: Path, given: dict[str, Any]) -> None:
    composer = open_learning_composer(settings(tmp_path, **given))
    assert not isinstance(composer.gate, TrialDecider)
    composer.close()
    assert not (tmp_path / RANKERS).exists() and not (tmp_path / FILE_NAME).exists()


def test_another_word_than_on_or_off_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="wanted 'on' or 'off'"):
        open_learning_composer(settings(tmp_path, learning="maybe"))
