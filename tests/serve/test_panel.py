"""The panel's addresses: what they count, what they take, who may come, and that no text is in any of it."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, cast

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from foretype.compose.composer import Composer
from foretype.compose.dials import Dials
from foretype.compose.gate import Gate
from foretype.compose.request import Answer, Suggestion
from foretype.compose.strengths import Strengths
from foretype.errors import ConfigError, InputError, StoreError
from foretype.ngram.automaton import Automaton
from foretype.rank.journal import Journal
from foretype.serve.door import Composer as ServedComposer
from foretype.serve.panel.choices import FILE_NAME, Choices, KeptChoices
from foretype.serve.panel.pulse import KEPT_DAYS, Pulse
from foretype.serve.panel.pulse_file import PulseFile
from foretype.serve.service import Service
from four_weeks import NUM_DAYS, SHOWN_A_DAY, live_four_weeks
from serving import ScriptedComposer, Wire, with_client, with_service
from small_world import Memories, small_background

SHOWN = Answer("a1", (Suggestion("onward ", 0.5, 1),), "m", 1.0, lm_steps=2)
SILENT = Answer("a2", (), "m", 1.0)
SETTINGS = "/v1/panel/settings"
LETTERS = "qzxjvkw"  # four of these stand side by side in no word of ours
words = st.text(LETTERS, min_size=4, max_size=9)


@pytest.fixture(scope="module")
def background(tmp_path_factory: pytest.TempPathFactory) -> Automaton:
    return small_background(tmp_path_factory.mktemp("world") / "background.ngram")


def real_composer(background: Automaton, folder: Path) -> Composer:
    return Composer(
        background,
        store=Memories(background),
        strengths=Strengths(),
        gate=Gate(wrong_look=0.0, right_look=0.0, min_prob=0.0),
        outcomes=Journal(folder),
    )


def ask(scene: Callable[[httpx.AsyncClient], Awaitable[Any]], **how: Any) -> Any:
    return with_client(scene, **how)


def call(method: str, path: str, body: Any = None, *, headers: Any = None, **how: Any) -> httpx.Response:
    async def scene(client: httpx.AsyncClient) -> httpx.Response:
        return await client.request(method, path, json=body, headers=headers)

    return with_client(scene, **how)


def test_live_counts_keys_coverage_and_times(tmp_path: Path) -> None:
    async def scene(client: httpx.AsyncClient) -> Any:
        for text in ("Thanks", "Thanks for", ""):
            await client.post("/v1/suggest", json={"text": text, "context": {"kind": "chat"}})
        return (await client.get("/v1/panel/live")).json()

    live = ask(scene, data_dir=tmp_path)
    [chat] = live["by_writing"]
    assert (chat["kind"], chat["locale"], chat["answers"], chat["shown"]) == ("chat", "en-US", 3, 2)
    assert (live["hour"]["answers"], live["hour"]["shown"], live["silences"]["empty"]) == (3, 2, 1)
    assert live["hour"]["p99_ms"] >= live["hour"]["p50_ms"] > 0
    assert len(live["minutes"]) == 60 and live["minutes"][0]["counts"]["p50_ms"] is None
    assert (live["model"], live["ready"], live["users"]) == ("scripted", True, 0)
    assert live["memory_bytes"] is None or live["memory_bytes"] > 1_000_000


def test_weeks_are_told_by_day_kind_locale_and_model(tmp_path: Path) -> None:
    live_four_weeks(tmp_path, until=datetime.now().astimezone())
    composer = ScriptedComposer()
    composer.outcomes = Journal(tmp_path)
    weeks = call("GET", "/v1/panel/weeks?days=28", composer=composer, data_dir=tmp_path).json()
    composer.outcomes.close()
    assert NUM_DAYS - 6 <= len(weeks["days"]) <= NUM_DAYS
    shown = sum(day["shown"] for day in weeks["days"])
    assert shown > 10 * SHOWN_A_DAY and weeks["kept_days"] == 30
    for by in ("kinds", "locales", "models", "hours", "lengths"):
        assert sum(group["shown"] for group in weeks[by]) == shown
    assert {group["name"] for group in weeks["kinds"]} == {"email", "chat", "note"}
    assert 0 < weeks["calibration_error"] < 0.1 and len(weeks["calibration"]) >= 8


def test_weeks_of_a_server_that_keeps_no_outcomes_are_empty_and_say_so(tmp_path: Path) -> None:
    weeks = call("GET", "/v1/panel/weeks", data_dir=tmp_path, outcome_days=0).json()
    assert (weeks["days"], weeks["kept_days"], weeks["calibration_error"]) == ([], 0, 0.0)


@pytest.mark.parametrize("days", ["0", "367", "x"])
def test_a_stretch_that_cannot_be_told_is_refused(tmp_path: Path, days: str) -> None:
    response = call("GET", f"/v1/panel/weeks?days={days}", data_dir=tmp_path)
    assert response.status_code == 422 and response.json()["errors"][0]["where"] == "$.days"


def test_settings_act_at_once_and_survive_a_restart(tmp_path: Path, background: Automaton) -> None:
    chosen = {"coverage": 0.3, "delay_ms": 250, "blocked": ["sending"]}
    asked = {"text": "Thanks for se"}

    async def scene(client: httpx.AsyncClient) -> tuple[Any, ...]:
        before = (await client.post("/v1/suggest", json=asked)).json()
        told = (await client.put(SETTINGS, json=chosen)).json()
        return before, told, (await client.post("/v1/suggest", json=asked)).json()

    def served() -> ServedComposer:
        return cast(ServedComposer, real_composer(background, tmp_path))

    before, told, after = ask(scene, composer=served(), data_dir=tmp_path)
    assert before["delay_ms"] == 0 and before["suggestions"][0]["text"].startswith("nding")
    assert told == {"choices": chosen, "has_dial": True}
    assert after["delay_ms"] == 250
    assert not any(each["text"].startswith("nding") for each in after["suggestions"])
    again = call("POST", "/v1/suggest", asked, composer=served(), data_dir=tmp_path).json()
    assert (again["delay_ms"], again["suggestions"]) == (250, after["suggestions"])
    assert call("GET", SETTINGS, composer=served(), data_dir=tmp_path).json()["choices"] == chosen


def test_a_block_list_is_for_its_owner_to_read(tmp_path: Path) -> None:
    for blocked in ("a client's name",), ("another",):
        KeptChoices(tmp_path).choose(Choices(blocked=blocked))
        assert (tmp_path / FILE_NAME).stat().st_mode & 0o777 == 0o600


def test_a_socket_hears_the_delay_with_the_next_answer(tmp_path: Path) -> None:
    async def scene(service: Service) -> list[int]:
        async with Wire.connected(service) as wire:
            await wire.say(type="open")
            await wire.hear()
            found = []
            for seq in range(2):
                await wire.say(type="edit", seq=seq, text="Thanks")
                found.append((await wire.hear())["delay_ms"])
                await service.choose(Choices(delay_ms=400))
            return found

    assert with_service(scene, data_dir=tmp_path) == [0, 400]


def test_what_cannot_be_written_does_not_act(tmp_path: Path) -> None:
    composer = ScriptedComposer()
    (tmp_path / f"{FILE_NAME}.partial").mkdir()  # stands where the file would be written
    response = call("PUT", SETTINGS, {"delay_ms": 5}, composer=composer, data_dir=tmp_path)
    assert response.status_code == 507
    assert composer.dials == Dials()
    assert call("GET", SETTINGS, data_dir=tmp_path).json()["choices"]["delay_ms"] == 0


@pytest.mark.parametrize(
    ("body", "where"),
    [
        ({"coverage": 0.0}, "$.coverage"),
        ({"coverage": 1.5}, "$.coverage"),
        ({"delay_ms": -1}, "$.delay_ms"),
        ({"delay_ms": 2.5}, "$.delay_ms"),
        ({"delay_ms": 60_000}, "$.delay_ms"),
        ({"blocked": "word"}, "$.blocked"),
        ({"blocked": [" "]}, "$.blocked[0]"),
        ({"blocked": ["x" * 101]}, "$.blocked[0]"),
        ({"blocked": ["x"] * 1001}, "$.blocked"),
        ({"colour": "blue"}, "$.colour"),
    ],
)
def test_settings_out_of_range_are_refused_with_the_place(tmp_path: Path, body: Any, where: str) -> None:
    response = call("PUT", SETTINGS, body, data_dir=tmp_path)
    assert (response.status_code, response.json()["errors"][0]["where"]) == (422, where)
    assert not (tmp_path / FILE_NAME).exists()


def test_versions_of_the_ranker_and_experiments_are_told(tmp_path: Path) -> None:
    live_four_weeks(tmp_path, until=datetime.now().astimezone())
    models = call("GET", "/v1/panel/models", data_dir=tmp_path).json()
    states = [(each["name"], each["state"]) for each in models["rankers"]]
    assert states == [("built-in", "current"), ("r0001", "rejected"), ("r0002", "shadow")]
    [bolder] = models["experiments"]
    assert (bolder["name"], bolder["arms"], bolder["stopped"]) == ("bolder", ["control", "bold"], None)
    said = {(each["arm"], each["metric"]): each["says"] for each in bolder["readings"]}
    assert "worse" in said.values() and "better" in said.values()
    assert "salt" not in bolder


def test_a_folder_without_rankers_and_experiments_tells_of_none_and_makes_none(tmp_path: Path) -> None:
    assert call("GET", "/v1/panel/models", data_dir=tmp_path).json() == {"rankers": [], "experiments": []}
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("path", ["/v1/panel/live", "/v1/panel/weeks", "/v1/panel/models", SETTINGS])
def test_the_panel_wants_the_servers_token(tmp_path: Path, path: str) -> None:
    assert call("GET", path, data_dir=tmp_path, token="secret").status_code == 401
    told = call("GET", path, headers={"Authorization": "Bearer secret"}, data_dir=tmp_path, token="secret")
    assert told.status_code == 200 and told.headers["cache-control"] == "no-store"


def test_a_foreign_page_changes_no_setting(tmp_path: Path) -> None:
    headers = {"Origin": "https://evil.example"}
    assert call("PUT", SETTINGS, {"delay_ms": 5}, headers=headers, data_dir=tmp_path).status_code == 403


@pytest.mark.parametrize(
    ("content", "error"),
    [("{", StoreError), ("[]", StoreError), ('{"delay_ms": -4}', ConfigError), ('{"odd": 1}', ConfigError)],
)
def test_a_damaged_settings_file_is_named_with_what_to_do(
    tmp_path: Path, content: str, error: type[Exception]
) -> None:
    (tmp_path / FILE_NAME).write_text(content, encoding="utf-8")
    with pytest.raises(error, match=f"{FILE_NAME}.*delete it to begin anew"):
        KeptChoices(tmp_path)


def test_days_are_counted_on_after_a_restart(tmp_path: Path) -> None:
    now_s = [datetime(2026, 3, 2, 12, tzinfo=UTC).timestamp()]
    first = Pulse(clock=lambda: now_s[0])
    first.answered(SHOWN, elapsed_s=0.004)
    first.answered(SILENT, elapsed_s=0.03)
    PulseFile(first, tmp_path).save()
    second = Pulse(clock=lambda: now_s[0])
    PulseFile(second, tmp_path).restore()
    second.answered(SHOWN, elapsed_s=0.004)
    [(_, day)] = second.days()
    assert (day.answers, day.shown, day.lm_steps, day.without_lm_step) == (3, 2, 4, 1)


def test_a_damaged_file_of_days_begins_anew_and_keeps_what_was_counted(tmp_path: Path) -> None:
    pulse = Pulse()
    damaged: list[dict[str, Any]] = [{}, {"days": {"2026-01-01": [1]}}, {"days": {"x": []}}, {"days": []}]
    for saved in damaged:
        with pytest.raises(InputError, match="counts of days"):
            pulse.restore(saved)
    (tmp_path / "days.json").write_text("{", encoding="utf-8")
    PulseFile(pulse, tmp_path).restore()
    assert pulse.days() == []


@given(st.lists(st.integers(0, 4000), min_size=1, max_size=40))
def test_the_last_hour_holds_each_answer_once_and_nothing_older(minutes_ago: list[int]) -> None:
    now_s = [1_800_000_000.0]
    pulse = Pulse(clock=lambda: now_s[0])
    for minutes in sorted(minutes_ago, reverse=True):
        now_s[0] = 1_800_000_000.0 - 60 * minutes
        pulse.answered(SHOWN, elapsed_s=0.01)
    now_s[0] = 1_800_000_000.0
    counts = [stretch.answers for _, stretch in pulse.minutes()]
    assert (len(counts), sum(counts)) == (60, sum(minutes < 60 for minutes in minutes_ago))
    assert sum(stretch.answers for _, stretch in pulse.days()) == len(minutes_ago)


def test_a_year_of_days_is_kept_and_no_more() -> None:
    day_s = [datetime(2026, 1, 1, 12, tzinfo=UTC)]
    pulse = Pulse(clock=lambda: day_s[0].timestamp())
    for _ in range(KEPT_DAYS + 5):
        pulse.answered(SILENT, elapsed_s=0.01)
        day_s[0] += timedelta(days=1)
    assert len(pulse.days()) == KEPT_DAYS


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(message=st.lists(words, min_size=3, max_size=6, unique=True))
def test_no_payload_of_the_panel_holds_text(
    background: Automaton, tmp_path_factory: pytest.TempPathFactory, message: list[str]
) -> None:
    folder = tmp_path_factory.mktemp("no-text")
    composer = real_composer(background, folder)
    text, user = " ".join(message), message[0]
    context = {"subject": message[1], "to": [f"{message[2]}@example.org"], "locale": message[-1]}

    async def scene(client: httpx.AsyncClient) -> str:
        for _ in range(2):
            await client.post("/v1/learn", json={"text": text, "user": user})
        for at in range(len(text)):
            asked = {"text": text[:at], "user": user, "session": message[1], "context": context}
            answer = (await client.post("/v1/suggest", json=asked)).json()
            if answer["suggestions"]:
                told = {"id": answer["id"], "outcome": "accepted", "characters": 3}
                await client.post("/v1/feedback", json=told)
        paths = ("live", "weeks", "settings", "models")
        replies = [(await client.get(f"/v1/panel/{path}")).text for path in paths]
        replies += [(await client.get(path)).text for path in ("/v1/drift", "/v1/alarms")]
        assert json.loads(replies[1])["days"][0]["shown"] > 0
        return "\n".join(replies)

    told = ask(scene, composer=cast(ServedComposer, composer), data_dir=folder)
    assert not [word for word in message if word[:4] in told]
