"""The shapes of webhooks, alarms and drift as JSON, and how they are made of what the monitor knows.

No shape but SecretReply has a place for a secret. It does not know which address sends which.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Annotated, TypeAlias

import msgspec
from msgspec import Meta, Struct

from foretype.monitor.alarms import Alarm
from foretype.monitor.standing import Standing
from foretype.monitor.webhooks.desk import MAX_DESCRIPTION_CHARS
from foretype.monitor.webhooks.events import SUBSCRIBED, EventType
from foretype.monitor.webhooks.records import Attempt, Delivery, State, Told, Webhook
from foretype.serve.messages import Time

MAX_LISTED = 500

Url: TypeAlias = Annotated[str, Meta(min_length=1, max_length=2000)]
Description: TypeAlias = Annotated[str, Meta(max_length=MAX_DESCRIPTION_CHARS)]
Events: TypeAlias = Annotated[tuple[EventType, ...], Meta(min_length=1, max_length=len(SUBSCRIBED))]
Limit: TypeAlias = Annotated[int, Meta(ge=1, le=MAX_LISTED)]


class WebhookBody(Struct, frozen=True, forbid_unknown_fields=True):
    """A new webhook."""

    url: Url
    description: Description = ""
    events: Events = SUBSCRIBED


class WebhookChange(Struct, frozen=True, forbid_unknown_fields=True):
    """What to change; what is left out, or null, stays."""

    url: Url | None = None
    description: Description | None = None
    events: Events | None = None
    enabled: bool | None = None


class DeliveryQuery(Struct, frozen=True, forbid_unknown_fields=True):
    limit: Limit = 50
    state: State | None = None


class HistoryQuery(Struct, frozen=True, forbid_unknown_fields=True):
    limit: Limit = 100


class WebhookReply(Struct, frozen=True):
    id: str
    url: str
    description: str
    events: tuple[EventType, ...]
    enabled: bool
    created: Time
    failing_since: Time | None  # null: the last attempt was taken, or there was none
    off_reason: str | None  # why it was switched off, where no person did it
    old_secret_until: Time | None  # until then the secret before this one signs too


class WebhooksReply(Struct, frozen=True):
    webhooks: tuple[WebhookReply, ...]


class SecretReply(Struct, frozen=True):
    """A webhook and its secret, which is not shown again."""

    webhook: WebhookReply
    secret: str


class RemovedReply(Struct, frozen=True):
    removed: bool


class AttemptReply(Struct, frozen=True):
    """One attempt: what came back, or in `error` why nothing did."""

    number: int
    at: Time
    elapsed_ms: float
    status: int | None
    headers: dict[str, str]
    excerpt: str
    error: str | None


class DeliveryReply(Struct, frozen=True):
    """One event on its way; `id` is the header webhook-id, `payload` the body as it was signed."""

    id: str
    type: str
    state: State
    created: Time
    due: Time | None
    num_attempts: int
    payload: str
    attempts: tuple[AttemptReply, ...]


class DeliveriesReply(Struct, frozen=True):
    deliveries: tuple[DeliveryReply, ...]


class AlarmReply(Struct, frozen=True):
    id: str
    rule: str
    severity: str
    summary: str
    since: Time
    found: float
    wanted: float
    unit: str


class ToldReply(Struct, frozen=True):
    """Something that was told: the payload is what webhooks got."""

    id: str
    type: str
    at: Time
    payload: str


class AlarmsReply(Struct, frozen=True):
    firing: tuple[AlarmReply, ...]
    history: tuple[ToldReply, ...]


class FeatureReply(Struct, frozen=True):
    feature: str
    psi: float | None
    level: str


class ReliabilityReply(Struct, frozen=True):
    """Outcomes of one bin: how sure suggestions were, and how often they were right."""

    confidence: float
    right: float
    outcomes: int


class ChangesReply(Struct, frozen=True):
    """What an adaptive window saw in one stream of outcomes."""

    stream: str
    changes: int
    last: Time | None


class DriftReply(Struct, frozen=True):
    """`learning` is true while there is not enough past to judge acceptance by."""

    learning: bool
    acceptance: float | None
    acceptance_usual: float | None
    calibration_error: float | None
    features: tuple[FeatureReply, ...]
    reliability: tuple[ReliabilityReply, ...]
    changes: tuple[ChangesReply, ...]


Reply: TypeAlias = (
    WebhookReply
    | WebhooksReply
    | SecretReply
    | RemovedReply
    | DeliveryReply
    | DeliveriesReply
    | AlarmsReply
    | DriftReply
)


def webhook_reply(found: Webhook) -> WebhookReply:
    return WebhookReply(
        id=found.id,
        url=found.url,
        description=found.description,
        events=found.events,
        enabled=found.is_enabled,
        created=_time(found.created_s),
        failing_since=_maybe_time(found.failing_since_s),
        off_reason=found.off_reason,
        old_secret_until=_maybe_time(found.old_secret_until_s),
    )


def delivery_reply(found: Delivery, attempts: Sequence[Attempt] = ()) -> DeliveryReply:
    return DeliveryReply(
        id=found.id,
        type=found.type,
        state=found.state,
        created=_time(found.created_s),
        due=_maybe_time(found.due_s),
        num_attempts=found.num_attempts,
        payload=found.body,
        attempts=tuple(map(_attempt_reply, attempts)),
    )


def alarms_reply(standing: Standing, past: Sequence[Told]) -> AlarmsReply:
    told = (ToldReply(id=each.id, type=each.type, at=_time(each.at_s), payload=each.body) for each in past)
    return AlarmsReply(firing=tuple(map(_alarm_reply, standing.firing)), history=tuple(told))


def drift_reply(standing: Standing) -> DriftReply:
    seen = standing.reading
    return DriftReply(
        learning=not standing.is_acceptance_armed,
        acceptance=None if seen is None else seen.acceptance,
        acceptance_usual=None if seen is None else seen.acceptance_usual,
        calibration_error=None if seen is None else seen.calibration_error,
        features=tuple(
            FeatureReply(feature=each.feature, psi=each.psi, level=each.level) for each in standing.features
        ),
        reliability=tuple(
            ReliabilityReply(confidence=said, right=right, outcomes=num)
            for said, right, num in standing.reliability
        ),
        changes=tuple(
            ChangesReply(stream=name, changes=num, last=_maybe_time(last_s))
            for name, (num, last_s) in standing.changes.items()
        ),
    )


def _attempt_reply(found: Attempt) -> AttemptReply:
    return AttemptReply(
        number=found.number,
        at=_time(found.at_s),
        elapsed_ms=found.elapsed_ms,
        status=found.status,
        headers=dict(found.headers),
        excerpt=found.excerpt,
        error=found.error,
    )


def _alarm_reply(alarm: Alarm) -> AlarmReply:
    members = {name: getattr(alarm, name) for name in alarm.__slots__}
    return msgspec.convert(members | {"since": _time(members.pop("since_s"))}, AlarmReply)


def _time(at_s: float) -> datetime:
    return datetime.fromtimestamp(at_s, UTC)


def _maybe_time(at_s: float | None) -> datetime | None:
    return None if at_s is None else _time(at_s)
