"""A composer out of settings: on empty folders, with a model named, missing or damaged."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from foretype.assemble import (
    BUILT_IN,
    STRENGTHS_FILE,
    built_in_model,
    installed_models,
    installed_strengths,
    model_path,
    open_background,
    open_composer,
)
from foretype.compose.strengths import VOICES, Strengths, load_strengths, save_strengths
from foretype.config import Settings
from foretype.errors import ForetypeError, ModelError
from foretype.runtime.model_dir import verify


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(data_dir=tmp_path / "data", cache_dir=tmp_path / "cache")


@pytest.fixture
def two_models(settings: Settings) -> Iterator[Settings]:
    """Folders that look like models, the second added later."""

    for age, name in ((2, "older"), (1, "newer")):
        folder = settings.cache_dir / "models" / name
        folder.mkdir(parents=True)
        (folder / "model.json").write_text("{}")
        os.utime(folder / "model.json", (1_000_000 - age, 1_000_000 - age))
    yield settings


def test_empty_folders_give_a_composer_that_suggests_and_learns(settings: Settings) -> None:
    with closing(open_composer(settings)) as composer:
        assert composer.model == f"background+{BUILT_IN}"
        assert composer.suggest("Please let me kn").suggestions[0].text.startswith("ow")
        assert composer.learn("The quokka sends regards.", user="u1").num_words == 4
        assert composer.suggest("The qu", user="u1").suggestions[0].text.startswith("okka")


def test_what_was_learned_is_there_after_a_restart(settings: Settings) -> None:
    for times in range(2):
        with closing(open_composer(settings)) as composer:
            if times == 0:
                composer.learn("The quokka sends regards.", user="u1")
            assert composer.suggest("The qu", user="u1").suggestions[0].text.startswith("okka")


def test_a_team_speaks_to_its_people(settings: Settings) -> None:
    with closing(open_composer(replace(settings, tenant="team"))) as composer:
        composer.learn("The quokka sends regards.", user="team")
        [best] = composer.suggest("The quok", user="u2").suggestions
        assert best.text.startswith("ka") and best.sources["tenant"] > 0.5


def test_none_means_counts_alone_whatever_is_installed(two_models: Settings) -> None:
    with closing(open_composer(replace(two_models, model="none"))) as composer:
        assert composer.model == "background"


def test_the_model_added_last_is_taken_unless_one_is_named(two_models: Settings) -> None:
    assert installed_models(two_models) == ["newer", "older"]
    for asked, name in ((None, "newer"), ("older", "older")):
        found = model_path(replace(two_models, model=asked))
        assert found is not None and found.name == name
    assert model_path(replace(two_models, model="none")) is None


@pytest.mark.parametrize("name", ["smollm2-135m", "../../etc", "", "olde"])
def test_an_unknown_model_is_told_with_what_to_do(two_models: Settings, name: str) -> None:
    with pytest.raises(ModelError, match=r"found newer, older.*foretype model add"):
        open_composer(replace(two_models, model=name))


def test_the_packages_model_is_taken_where_none_was_added(settings: Settings) -> None:
    assert model_path(settings) == model_path(replace(settings, model=BUILT_IN)) == built_in_model()


def test_what_the_package_ships_is_sound_and_small(settings: Settings) -> None:
    verify(built_in_model())
    weights = [path for path in built_in_model().parent.rglob("*") if path.is_file()]
    assert sum(path.stat().st_size for path in weights) <= 24_000_000  # with the background


def test_a_model_of_nothing_is_refused_before_anything_is_stored(two_models: Settings) -> None:
    with pytest.raises(ForetypeError, match=r"model\.json"):
        open_composer(two_models)
    assert not two_models.data_dir.exists()


def test_the_packages_strengths_are_whole() -> None:
    strengths = installed_strengths(None)
    lists = [strengths.floor, strengths.scale, *(strengths.of(voice) for voice in VOICES)]
    assert all(len(each) == len(Strengths().floor) and min(each) > 0 for each in lists)
    assert len(strengths.lm) == len(Strengths().lm)
    assert 0 < strengths.discount < 1 and 0 < strengths.power < 1


def test_a_models_own_strengths_go_before_the_packages(tmp_path: Path) -> None:
    own = replace(Strengths(), discount=0.123)
    save_strengths(tmp_path / STRENGTHS_FILE, own, card={"places": 7})
    assert installed_strengths(tmp_path) == own
    assert json.loads((tmp_path / STRENGTHS_FILE).read_text())["card"] == {"places": 7}
    assert [path.name for path in tmp_path.iterdir()] == [STRENGTHS_FILE], "nothing half-written is left"


GOOD = {"strengths": {"discount": 0.5}}


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        "{}",
        "\ud800".encode("utf-8", "surrogatepass").decode("latin-1"),
        json.dumps({"strengths": {"unheard_of": 1.0}}),
        json.dumps({"strengths": {"floor": [1.0, 2.0]}}),
        json.dumps({"strengths": {"user": [1.0, 2.0, 3.0, 4.0, "five"]}}),
        json.dumps({"strengths": {"discount": [0.5]}}),
        json.dumps({"strengths": {"discount": "much"}}),
        json.dumps({"strengths": {"floor": [1, 1, 1, 1, float("nan")]}}),
        json.dumps({"strengths": {"tenant": [1, 1, 1, 1, -1]}}),
        json.dumps({"strengths": {"lm": [0.5]}}),
        json.dumps({"strengths": []}),
        json.dumps({"strengths": {"discount": 1.5}}),
    ],
)
def test_damaged_strengths_are_refused_with_what_to_do(tmp_path: Path, text: str) -> None:
    path = tmp_path / "strengths.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ModelError, match=r"strengths\.json.*foretype blend fit"):
        load_strengths(path)


def test_missing_strengths_are_refused_with_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="foretype blend fit"):
        load_strengths(tmp_path / "nowhere.json")


def test_strengths_left_out_of_a_file_keep_their_defaults(tmp_path: Path) -> None:
    path = tmp_path / "strengths.json"
    path.write_text(json.dumps(GOOD))
    assert load_strengths(path) == replace(Strengths(), discount=0.5)


def test_the_background_that_comes_along_opens() -> None:
    assert open_background().order == 5
