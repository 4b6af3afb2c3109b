"""A handful of invented messages in the form of the held-out sets."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

BODIES = (
    "Hi Susan,\n\nThanks for sending the report. I will look at it this afternoon and call you.",
    "Hi Susan,\n\nThanks for sending the slides. I will look at them tomorrow and call you back.",
    "Please find attached the report for May. Let me know if you have any questions.",
    "Thanks for the call today. Let me know if you have any questions about the report.",
)


def rows() -> list[dict[str, Any]]:
    """Two authors, each with a warm line and messages, in the order of time."""
    found: list[dict[str, Any]] = []
    for number, body in enumerate(BODIES * 3):
        author = f"author-{number % 2}"
        found.append(
            {
                "id": f"m{number}",
                "author": author,
                "date": f"2001-05-{number + 1:02}T09:00:00+00:00",
                "subject": "Report",
                "to": ["susan@example.org"],
                "reply_to_text": None,
                "body": body,
                "warm": number < 2,
            }
        )
    return found


def write_rows(path: Path, *, lines: list[dict[str, Any]] | None = None) -> Path:
    path.write_text("".join(json.dumps(row) + "\n" for row in lines or rows()), encoding="utf-8")
    return path
