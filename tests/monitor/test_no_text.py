"""No metric, payload, log line or file of the watch holds text, whatever is written."""

from __future__ import annotations

import json
import tempfile
from contextlib import closing
from pathlib import Path
from random import Random

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from foretype.compose.outcomes import Ended
from foretype.compose.path import Path as Words
from foretype.compose.request import Answer, Context, OutcomeKind, Suggestion
from foretype.monitor.listening import Listener
from foretype.monitor.metrics import Metrics
from foretype.monitor.rules import make_rules
from foretype.monitor.standing import Surroundings
from foretype.monitor.watch import Watch
from foretype.monitor.watchman import Watchman
from foretype.monitor.webhooks.book import FILE_NAME, Book
from foretype.monitor.webhooks.courier import Courier
from foretype.monitor.webhooks.events import SUBSCRIBED
from foretype.monitor.webhooks.records import Webhook
from foretype.monitor.webhooks.sending import Result
from log_lines import logged
from situations import a_situation

NUM_LETTERS = 4  # of a text in a row: shorter pieces stand in any file by chance
WEBHOOK = Webhook("wh_1", "https://example.org/", "", SUBSCRIBED, True, 0.0, None, None, None)
CANARIES = st.text("qxzjvkwyß", min_size=8, max_size=24)  # letters that our own words seldom put side by side


class Post:
    def __init__(self) -> None:
        self.sent = b""

    def post(self, url: str, body: bytes, headers: dict[str, str]) -> Result:
        self.sent += body + json.dumps(headers).encode()
        return Result(1.0, 500)


def pieces(text: str) -> set[bytes]:
    return {text[at : at + NUM_LETTERS].encode() for at in range(len(text) - NUM_LETTERS + 1)}


@settings(deadline=None, max_examples=25, suppress_health_check=[HealthCheck.too_slow])
@given(canary=CANARIES, outcomes=st.lists(st.sampled_from(OutcomeKind), min_size=1, max_size=5))
def test_nothing_that_leaves_the_watch_holds_text(canary: str, outcomes: list[OutcomeKind]) -> None:
    context = Context(subject=canary, previous=canary, to=(canary,), locale=canary)
    suggestion = Suggestion(canary, 0.9, 1)
    answer = Answer("a1", (suggestion,), "m", 500.0)
    post, metrics = Post(), Metrics()
    watch = Watch(
        metrics,
        make_rules(latency_budget_ms=1, min_free_disk_mb=10**9),
        around=Surroundings(lambda: 1.0, lambda: True, lambda: True),
        new_id=lambda: "a1",
    )
    listener = Listener(None, watch)
    with logged() as stream, tempfile.TemporaryDirectory() as folder, closing(Book(Path(folder))) as book:
        book.add(WEBHOOK, secret="whsec_AAAA")
        now = iter(range(60, 10**6, 60))
        clock = lambda: float(next(now))  # noqa: E731
        courier = Courier(book, post, clock=clock, random=Random(1))
        watchman = Watchman(watch, book, courier, clock=clock)
        for _ in range(8):
            for outcome in outcomes:
                watch.answered(answer, context=context, elapsed_s=0.5)
                situation = a_situation(context=context)
                listener.record(
                    Ended("a1", canary, outcome, 5, Words((), canary, (0.9,)), situation, "m", 500.0)
                )
                watch.failed(is_store=True)
            watchman.turn_minute()
            courier.deliver_due()
        left = b"".join(path.read_bytes() for path in Path(folder).glob(f"{FILE_NAME}*"))
    assert b"alarm.raised" in post.sent and b"alarm.raised" in left and "alarm.raised" in stream.getvalue()
    for piece in pieces(canary):
        for found in (left, metrics.page(), post.sent, stream.getvalue().encode()):
            assert piece not in found
