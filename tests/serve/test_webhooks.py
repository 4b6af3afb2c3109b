"""Claims about /v1/webhooks, /v1/alarms and /v1/drift: what an administrator does with them, and who may."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any, TypeVar

import httpx
import pytest

from foretype.monitor.station import Station, open_station
from foretype.monitor.webhooks.book import FILE_NAME
from foretype.serve.service import Service
from log_lines import logged
from receiver import Receiver, receiving
from serving import client_of, settings_for, with_client, with_service

T = TypeVar("T")


@pytest.fixture
def station(tmp_path: Path) -> Iterator[Station]:
    with closing(open_station(settings_for(tmp_path, webhook_networks=("127.0.0.0/8",)))) as station:
        yield station


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as running:
        yield running


def played(station: Station, scene: Callable[[httpx.AsyncClient], Awaitable[T]], **changes: Any) -> T:
    async def play(service: Service) -> T:
        service.desk = station.desk
        async with client_of(service) as client:
            return await scene(client)

    return with_service(play, **changes)


def test_a_webhook_is_added_tried_looked_at_sent_again_and_removed(
    station: Station, receiver: Receiver
) -> None:
    async def scene(client: httpx.AsyncClient) -> None:
        added = (await client.post("/v1/webhooks", json={"url": receiver.url, "description": "ours"})).json()
        at = f"/v1/webhooks/{added['webhook']['id']}"
        assert added["secret"].startswith("whsec_")
        tested = (await client.post(f"{at}/test")).json()
        assert (tested["state"], tested["attempts"][0]["status"]) == ("delivered", 200)
        assert tested["attempts"][0]["excerpt"] == "thanks"
        [listed] = (await client.get(f"{at}/deliveries?state=delivered&limit=5")).json()["deliveries"]
        assert listed["id"] == tested["id"] == receiver.got[0].headers["webhook-id"]
        shown = (await client.get(f"{at}/deliveries/{listed['id']}")).json()
        assert shown["payload"].encode() == receiver.got[0].body
        again = (await client.post(f"{at}/deliveries/{listed['id']}/send")).json()
        assert again["num_attempts"] == 2 and len(receiver.got) == 2
        assert (await client.delete(at)).json() == {"removed": True}
        assert (await client.get("/v1/webhooks")).json() == {"webhooks": []}
        assert (await client.get(at)).status_code == 404

    played(station, scene)


def test_it_is_changed_and_switched_off(station: Station, receiver: Receiver) -> None:
    async def scene(client: httpx.AsyncClient) -> None:
        added = (await client.post("/v1/webhooks", json={"url": receiver.url})).json()["webhook"]
        assert added["events"] == ["alarm.raised", "alarm.resolved", "webhook.disabled"]
        changed = await client.patch(
            f"/v1/webhooks/{added['id']}", json={"enabled": False, "events": ["alarm.raised"]}
        )
        assert (changed.json()["enabled"], changed.json()["events"]) == (False, ["alarm.raised"])
        assert changed.json()["url"] == receiver.url

    played(station, scene)


def test_a_secret_is_shown_when_it_is_made_and_never_again(station: Station, receiver: Receiver) -> None:
    async def scene(client: httpx.AsyncClient) -> tuple[list[str], str]:
        added = (await client.post("/v1/webhooks", json={"url": receiver.url})).json()
        at = f"/v1/webhooks/{added['webhook']['id']}"
        rotated = (await client.post(f"{at}/secret")).json()
        sent = (await client.post(f"{at}/test")).json()["id"]
        paths = ("/v1/webhooks", at, f"{at}/deliveries", f"{at}/deliveries/{sent}", "/v1/alarms", "/metrics")
        shown = [(await client.get(path)).text for path in paths]
        shown.append((await client.post(f"{at}/deliveries/{sent}/send")).text)
        return [added["secret"], rotated["secret"]], "".join(shown)

    with logged() as lines:
        secrets, shown = played(station, scene)
    assert "webhook attempt" in lines.getvalue()
    for secret in secrets:
        assert secret.removeprefix("whsec_") not in shown + lines.getvalue()


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ({"url": "http://10.0.0.1/"}, "webhook_networks"),
        ({"url": "https://169.254.169.254/"}, "webhook_networks"),
        ({"url": "not one"}, "url"),
        ({"url": "https://example.org/", "events": ["everything"]}, "events"),
        ({"url": "https://example.org/", "events": []}, "events"),
        ({"url": "https://example.org/", "colour": "red"}, "colour"),
        ({}, "url"),
    ],
)
def test_what_cannot_be_a_webhook_is_told(station: Station, body: dict[str, Any], told: str) -> None:
    async def scene(client: httpx.AsyncClient) -> httpx.Response:
        return await client.post("/v1/webhooks", json=body)

    reply = played(station, scene)
    assert reply.status_code == 422 and told in reply.text
    assert reply.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize("way", ["", "/deliveries", "/deliveries/none"])
def test_what_is_not_there_is_told(station: Station, way: str) -> None:
    async def scene(client: httpx.AsyncClient) -> httpx.Response:
        return await client.get(f"/v1/webhooks/wh_none{way}")

    assert played(station, scene).status_code == 404


def test_only_who_has_the_token_administers(station: Station) -> None:
    async def scene(client: httpx.AsyncClient) -> list[int]:
        headers = [{}, {"Authorization": "Bearer wrong"}, {"Authorization": "Bearer right"}]
        return [(await client.get("/v1/webhooks", headers=each)).status_code for each in headers]

    assert played(station, scene, token="right") == [401, 401, 200]


def test_a_page_of_another_origin_adds_none(station: Station) -> None:
    async def scene(client: httpx.AsyncClient) -> httpx.Response:
        body = {"url": "https://example.org/"}
        return await client.post("/v1/webhooks", json=body, headers={"Origin": "https://evil.example"})

    assert played(station, scene).status_code == 403 and station.desk.list() == []


def test_alarms_and_drift_are_told_from_the_first_minute_on(station: Station) -> None:
    async def play(service: Service) -> tuple[Any, Any]:
        service.desk = station.desk
        service.monitor.turn_minute(60.0)
        async with client_of(service) as client:
            return (await client.get("/v1/alarms")).json(), (await client.get("/v1/drift")).json()

    alarms, drift = with_service(play)
    assert alarms == {"firing": [], "history": []}
    assert drift["learning"] and {each["level"] for each in drift["features"]} == {"learning"}


def test_an_alarm_that_fires_is_told_with_its_figures(station: Station) -> None:
    async def play(service: Service) -> Any:
        service.desk = station.desk
        service.note_failure(OSError("the disk"))
        for _ in range(9):
            service.note_failure(ValueError("a bug"))
        for minute in (1, 2):
            service.monitor.turn_minute(60.0 * minute)
        async with client_of(service) as client:
            return (await client.get("/v1/alarms")).json()

    [alarm] = with_service(play)["firing"]
    assert (alarm["rule"], alarm["severity"], alarm["found"], alarm["unit"]) == (
        "errors",
        "critical",
        1.0,
        "share of requests",
    )


def test_a_server_without_a_book_says_so() -> None:
    async def scene(client: httpx.AsyncClient) -> list[int]:
        return [(await client.get(path)).status_code for path in ("/v1/webhooks", "/v1/alarms", "/v1/drift")]

    assert with_client(scene) == [404, 200, 200]


def test_secrets_lie_in_a_file_for_its_owner_only(station: Station, tmp_path: Path) -> None:
    station.desk.add("https://example.org/")
    assert (tmp_path / FILE_NAME).stat().st_mode & 0o077 == 0
