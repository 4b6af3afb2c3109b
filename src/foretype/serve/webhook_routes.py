"""Which address of webhooks and alarms leads where, and its shapes for the OpenAPI document.

It does not know what the addresses do.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from foretype.serve import webhook_messages as messages
from foretype.serve.problem import Fault
from foretype.serve.webhooks import WebhookEndpoints

SHAPES: tuple[Any, ...] = (
    messages.WebhookBody,
    messages.WebhookChange,
    messages.WebhookReply,
    messages.WebhooksReply,
    messages.SecretReply,
    messages.RemovedReply,
    messages.DeliveryReply,
    messages.DeliveriesReply,
    messages.AlarmsReply,
    messages.DriftReply,
)

READING = (Fault.NOT_FOUND, Fault.INVALID, Fault.STORE)
CHANGING = (*READING, Fault.FOREIGN_ORIGIN)
TAKING = (*CHANGING, Fault.MALFORMED, Fault.TOO_LONG, Fault.WRONG_MEDIA_TYPE)
ONE = "/v1/webhooks/{webhook}"
DELIVERIES = f"{ONE}/deliveries"
DELIVERY = f"{DELIVERIES}/{{delivery}}"


def add_webhooks(add: Callable[..., None], to: WebhookEndpoints) -> None:
    """Register all of them with `add(method, path, endpoint, **shapes)`."""
    named = {"names": ("webhook",)}
    add("GET", "/v1/webhooks", to.list, reply=messages.WebhooksReply, faults=READING)
    add(
        "POST",
        "/v1/webhooks",
        to.add,
        body=messages.WebhookBody,
        reply=messages.SecretReply,
        faults=TAKING,
    )
    add("GET", ONE, to.show, reply=messages.WebhookReply, faults=READING, **named)
    add(
        "PATCH",
        ONE,
        to.change,
        body=messages.WebhookChange,
        reply=messages.WebhookReply,
        faults=TAKING,
        **named,
    )
    add("DELETE", ONE, to.remove, reply=messages.RemovedReply, faults=CHANGING, **named)
    _add_log(add, to)
    add(
        "GET",
        "/v1/alarms",
        to.alarms,
        query=messages.HistoryQuery,
        reply=messages.AlarmsReply,
        faults=READING,
    )
    add("GET", "/v1/drift", to.drift, reply=messages.DriftReply)


def _add_log(add: Callable[..., None], to: WebhookEndpoints) -> None:
    named = {"names": ("webhook",)}
    both = {"names": ("webhook", "delivery")}
    add("POST", f"{ONE}/secret", to.rotate, reply=messages.SecretReply, faults=CHANGING, **named)
    add("POST", f"{ONE}/test", to.test, reply=messages.DeliveryReply, faults=CHANGING, **named)
    add(
        "GET",
        DELIVERIES,
        to.deliveries,
        query=messages.DeliveryQuery,
        reply=messages.DeliveriesReply,
        faults=READING,
        **named,
    )
    add("GET", DELIVERY, to.delivery, reply=messages.DeliveryReply, faults=READING, **both)
    add("POST", f"{DELIVERY}/send", to.redeliver, reply=messages.DeliveryReply, faults=CHANGING, **both)
