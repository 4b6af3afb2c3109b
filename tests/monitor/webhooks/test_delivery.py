"""Claims about delivery: signed, once where all goes well, again where it does not, and all of it written down."""

from __future__ import annotations

import hashlib
import json
import sqlite3
import subprocess
import sys
from itertools import pairwise
from pathlib import Path
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foretype.errors import StoreError
from foretype.monitor.webhooks.backoff import GIVE_UP_S, LONGEST_S, MAX_ATTEMPTS, pause_s
from foretype.monitor.webhooks.book import CLAIM_S, FILE_NAME, KEPT_S, Book
from foretype.monitor.webhooks.records import State
from foretype.monitor.webhooks.signing import signature
from receiver import Receiver

from .conftest import NOW_S, Office


def test_an_event_is_sent_once_and_signed(office: Office, receiver: Receiver) -> None:
    webhook, secret = office.desk.add(receiver.url)
    office.record(office.raised())
    assert office.courier.deliver_due() == 1
    assert office.courier.deliver_due() == 0
    [got] = receiver.got
    id, at_s = got.headers["webhook-id"], got.headers["webhook-timestamp"]
    assert int(at_s) == NOW_S
    assert got.headers["webhook-signature"] == signature(secret, id, int(at_s), got.body)
    assert json.loads(got.body)["type"] == "alarm.raised"
    [delivery] = office.desk.deliveries(webhook.id)
    assert (delivery.id, delivery.state, delivery.num_attempts) == (id, State.DELIVERED, 1)


def test_the_log_holds_what_came_back(office: Office, receiver: Receiver) -> None:
    receiver.statuses, receiver.reply = [500], b"x" * 5000
    receiver.headers = {"X-Where": "here", "Set-Cookie": "hidden"}
    webhook, _ = office.desk.add(receiver.url)
    office.record(office.raised())
    office.courier.deliver_due()
    delivery, [attempt] = office.desk.delivery(webhook.id, office.desk.deliveries(webhook.id)[0].id)
    assert (attempt.status, attempt.error, attempt.excerpt) == (500, None, "x" * 1024)
    assert attempt.headers["x-where"] == "here" and "set-cookie" not in attempt.headers
    assert attempt.elapsed_ms > 0 and json.loads(delivery.body)["data"]["rule"] == "errors"
    assert office.desk.get(webhook.id).failing_since_s == NOW_S


def test_it_is_tried_again_later_and_later_under_the_same_id(office: Office, receiver: Receiver) -> None:
    receiver.statuses = [500] * (MAX_ATTEMPTS - 1)
    webhook, _ = office.desk.add(receiver.url)
    office.record(office.raised())
    at_s = []
    while wait_s := office.courier.wait_s(1e9) if not office.courier.deliver_due() else 1e-9:
        if wait_s == 1e9:
            break
        at_s.append(office.clock.now_s)
        office.clock.now_s += wait_s
    times = [attempt.at_s for attempt in office.book.attempts(office.desk.deliveries(webhook.id)[0].id)]
    pauses = [later - earlier for earlier, later in pairwise(times)]
    assert len(times) == MAX_ATTEMPTS and len({got.headers["webhook-id"] for got in receiver.got}) == 1
    assert all(later > 2 * earlier for earlier, later in pairwise(pauses[:6])) and pauses[0] >= 4
    assert office.desk.deliveries(webhook.id)[0].state is State.DELIVERED
    assert office.desk.get(webhook.id).failing_since_s is None


def test_after_the_last_attempt_it_is_given_up_until_somebody_sends_it_again(
    office: Office, receiver: Receiver
) -> None:
    receiver.statuses = [500] * MAX_ATTEMPTS
    webhook, _ = office.desk.add(receiver.url)
    office.record(office.raised())
    for _ in range(MAX_ATTEMPTS):
        assert office.courier.deliver_due() == 1
        office.clock.now_s += office.courier.wait_s(1e6)
    [delivery] = office.desk.deliveries(webhook.id)
    assert delivery.state is State.FAILED and office.book.next_due_s() is None
    sent, attempts = office.desk.redeliver(webhook.id, delivery.id)
    assert sent.state is State.DELIVERED and len(attempts) == MAX_ATTEMPTS + 1
    assert receiver.got[-1].headers["webhook-id"] == delivery.id


def test_a_receiver_may_ask_for_patience(office: Office, receiver: Receiver) -> None:
    receiver.statuses, receiver.headers = [503], {"Retry-After": "900"}
    office.desk.add(receiver.url)
    office.record(office.raised())
    office.courier.deliver_due()
    assert office.courier.wait_s(1e6) == 900


def test_one_who_takes_nothing_for_days_is_switched_off_and_the_others_hear_of_it(
    office: Office, receiver: Receiver
) -> None:
    bad, _ = office.desk.add("http://127.0.0.1:1/nobody")
    good, _ = office.desk.add(receiver.url)
    for day in range(5):
        office.record(office.raised(f"a{day}-raised"))
        office.courier.deliver_due()
        office.clock.now_s += GIVE_UP_S / 3
    office.courier.deliver_due()
    off = office.desk.get(bad.id)
    assert not off.is_enabled and off.off_reason == "it took nothing for 3 days"
    told = [json.loads(got.body) for got in receiver.got]
    assert [each["data"]["webhook"] for each in told if each["type"] == "webhook.disabled"] == [bad.id]
    assert office.desk.get(good.id).is_enabled
    assert office.desk.change(bad.id, is_enabled=True).off_reason is None


def test_gone_is_taken_at_its_word(office: Office, receiver: Receiver) -> None:
    receiver.statuses = [410]
    webhook, _ = office.desk.add(receiver.url)
    office.record(office.raised())
    office.courier.deliver_due()
    assert office.desk.get(webhook.id).off_reason == "it answered 410: gone"
    assert office.book.next_due_s() is None


def test_an_event_is_recorded_once_however_often_it_is_told(office: Office, receiver: Receiver) -> None:
    office.desk.add(receiver.url)
    office.record(office.raised(), office.raised())
    office.record(office.raised())
    assert office.courier.deliver_due() == 1 and len(office.desk.history()) == 1


def test_webhooks_get_what_they_subscribed_to(office: Office, receiver: Receiver) -> None:
    office.desk.add(receiver.url, events=["alarm.resolved"])
    off, _ = office.desk.add(receiver.url)
    office.desk.change(off.id, is_enabled=False)
    office.record(office.raised())
    assert office.courier.deliver_due() == 0


def test_while_a_secret_is_replaced_both_sign(office: Office, receiver: Receiver) -> None:
    webhook, old = office.desk.add(receiver.url)
    changed, new = office.desk.rotate(webhook.id)
    assert changed.old_secret_until_s == NOW_S + 86400 and old != new
    office.desk.test(webhook.id)
    office.clock.now_s += 86401
    office.desk.test(webhook.id)
    during, after = receiver.got
    for secret, got, is_there in (
        (old, during, True),
        (new, during, True),
        (old, after, False),
        (new, after, True),
    ):
        headers = got.headers
        wanted = signature(secret, headers["webhook-id"], int(headers["webhook-timestamp"]), got.body)
        assert (wanted in headers["webhook-signature"].split()) == is_there


def test_a_claim_of_a_process_that_died_runs_out(office: Office, receiver: Receiver) -> None:
    office.desk.add(receiver.url)
    office.record(office.raised())
    assert office.book.claim(office.clock()) is not None
    assert office.courier.deliver_due() == 0  # another has it
    assert office.courier.wait_s(1e6) == CLAIM_S
    office.clock.now_s += CLAIM_S
    assert office.courier.deliver_due() == 1


def test_a_kill_in_the_middle_of_sending_loses_nothing(tmp_path: Path, receiver: Receiver) -> None:
    receiver.gate.clear()  # the receiver never answers the first one
    code = (
        "import sys; sys.path[:0] = [sys.argv[3]]; from pathlib import Path\n"
        "from monitor.webhooks.conftest import Office\n"
        "office = Office(Path(sys.argv[1])); office.desk.add(sys.argv[2]); office.record(office.raised())\n"
        "office.courier.deliver_due()\n"
    )
    tests = str(Path(__file__).parent.parent.parent)
    process = subprocess.Popen([sys.executable, "-c", code, str(tmp_path), receiver.url, tests])
    assert receiver.arrived.wait(20)
    process.kill()
    process.wait(20)
    receiver.gate.set()
    office = Office(tmp_path)
    office.clock.now_s += CLAIM_S
    assert office.courier.deliver_due() == 1
    first, second = receiver.got
    assert first.body == second.body and first.headers["webhook-id"] == second.headers["webhook-id"]
    office.book.close()


def test_old_deliveries_and_history_are_forgotten(office: Office, receiver: Receiver) -> None:
    webhook, _ = office.desk.add(receiver.url)
    office.record(office.raised())
    office.courier.deliver_due()
    office.clock.now_s += KEPT_S + 1
    office.record()
    assert office.desk.deliveries(webhook.id) == [] and office.desk.history() == []


def test_removing_takes_secrets_and_log_with_it(office: Office, receiver: Receiver, tmp_path: Path) -> None:
    webhook, secret = office.desk.add(receiver.url)
    office.desk.test(webhook.id)
    office.desk.remove(webhook.id)
    with sqlite3.connect(tmp_path / FILE_NAME) as file:
        for table in ("webhooks", "deliveries", "attempts"):
            assert file.execute(f"SELECT count(*) FROM {table}").fetchone() == (0,)
    file.close()
    assert secret not in repr(webhook)


def test_a_file_that_is_not_ours_is_refused_and_left_alone(tmp_path: Path) -> None:
    (tmp_path / FILE_NAME).write_bytes(b"something else entirely" * 100)
    before = hashlib.sha256((tmp_path / FILE_NAME).read_bytes()).hexdigest()
    with pytest.raises(StoreError, match="not ours"):
        Book(tmp_path)
    assert hashlib.sha256((tmp_path / FILE_NAME).read_bytes()).hexdigest() == before


@given(st.integers(1, 40), st.integers(0, 10**9), st.floats(0, 1e9))
def test_pauses_are_never_negative_nor_longer_than_promised(number: int, seed: int, asked_s: float) -> None:
    assert 4.0 <= pause_s(number, Random(seed), asked_s=asked_s) <= LONGEST_S * 1.2
