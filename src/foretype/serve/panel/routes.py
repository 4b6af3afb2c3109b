"""Which address of the panel leads where, and its shapes for the OpenAPI document.

It does not know what the addresses do.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from foretype.serve.panel import messages
from foretype.serve.panel.choices import Choices
from foretype.serve.panel.endpoints import PanelEndpoints
from foretype.serve.panel.models import ModelsReply
from foretype.serve.problem import Fault

SHAPES: tuple[Any, ...] = (
    Choices,
    messages.LiveReply,
    messages.WeeksReply,
    ModelsReply,
    messages.ChoicesReply,
)

CROWDED = (Fault.BUSY, Fault.NOT_READY)
TAKING = (Fault.MALFORMED, Fault.TOO_LONG, Fault.WRONG_MEDIA_TYPE, Fault.INVALID, Fault.FOREIGN_ORIGIN)
SETTINGS = "/v1/panel/settings"


def add_panel(add: Callable[..., None], to: PanelEndpoints) -> None:
    """Register all of them with `add(method, path, endpoint, **shapes)`."""
    add("GET", "/v1/panel/live", to.live, reply=messages.LiveReply, faults=CROWDED)
    add(
        "GET",
        "/v1/panel/weeks",
        to.weeks,
        query=messages.WeeksQuery,
        reply=messages.WeeksReply,
        faults=(Fault.INVALID, Fault.STORE),
    )
    add("GET", "/v1/panel/models", to.models, reply=ModelsReply, faults=(Fault.STORE,))
    add("GET", SETTINGS, to.choices, reply=messages.ChoicesReply, faults=CROWDED)
    add(
        "PUT",
        SETTINGS,
        to.choose,
        body=Choices,
        reply=messages.ChoicesReply,
        faults=(*TAKING, *CROWDED, Fault.STORE),
    )
