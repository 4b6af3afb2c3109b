"""`foretype webhooks` as a person types it, against a receiver that runs."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from receiver import Receiver, receiving

from .conftest import Terminal


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as running:
        yield running


@pytest.fixture(autouse=True)
def loopback(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FORETYPE_WEBHOOK_NETWORKS", "127.0.0.0/8")


def found(pattern: str, text: str) -> str:
    match = re.search(pattern, text)
    assert match is not None, text
    return match[0]


def test_a_webhook_is_added_tried_looked_at_and_removed(foretype: Terminal, receiver: Receiver) -> None:
    assert "there is no webhook" in foretype("webhooks", "list").out
    added = foretype("webhooks", "add", receiver.url, "--event", "alarm.raised", "--description", "ours")
    id = found(r"wh_\w+", added.out)
    assert "whsec_" in added.out and "not shown again" in added.out
    assert "(alarm.raised)  ours" in foretype("webhooks", "list").out
    tested = foretype("webhooks", "test", id)
    assert (tested.status, "status 200" in tested.out) == (0, True)
    delivery = found(r"msg_[\w-]+", foretype("webhooks", "log", id).out)
    shown = foretype("webhooks", "show", id, delivery).out
    assert '"type": "webhook.test"' in shown and "'thanks'" in shown
    receiver.statuses = [503]
    again = foretype("webhooks", "send", id, delivery)
    assert (again.status, "attempt 2" in again.out, "status 503" in again.out) == (1, True, True)
    assert len(receiver.got) == 2
    assert "removed" in foretype("webhooks", "remove", id).out
    assert foretype("webhooks", "log", id).status == 2


def test_it_is_switched_off_on_and_changed(foretype: Terminal, receiver: Receiver) -> None:
    id = found(r"wh_\w+", foretype("webhooks", "add", receiver.url).out)
    assert foretype("webhooks", "disable", id).status == 0
    assert f"{id}  off" in foretype("webhooks", "list").out
    assert foretype("webhooks", "enable", id).status == 0
    assert "(all)" in foretype("webhooks", "list").out
    changed = foretype("webhooks", "change", id, "--url", f"{receiver.url}/2", "--event", "alarm.resolved")
    assert f"{receiver.url}/2, alarm.resolved, on" in changed.out


def test_a_new_secret_is_another_one_and_lists_show_none(foretype: Terminal, receiver: Receiver) -> None:
    added = foretype("webhooks", "add", receiver.url).out
    id, old = found(r"wh_\w+", added), found(r"whsec_\S+", added)
    rotated = foretype("webhooks", "rotate", id).out
    assert found(r"whsec_\S+", rotated) != old and "signs too until" in rotated
    foretype("webhooks", "test", id)
    assert "whsec_" not in foretype("webhooks", "list").out + foretype("webhooks", "log", id).out


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("add", "http://10.0.0.1/"), "webhook_networks"),
        (("test", "wh_none"), "wanted the id"),
        (("log", "wh_none", "--limit", "0"), "--limit"),
        (("add", "https://example.org/", "--description", "x" * 300), "description"),
    ],
)
def test_what_cannot_be_done_is_one_line(foretype: Terminal, words: tuple[str, ...], told: str) -> None:
    printed = foretype("webhooks", *words)
    assert (printed.status, printed.out, printed.err.count("\n")) == (2, "", 1) and told in printed.err
