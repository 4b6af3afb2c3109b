"""Claims about problem documents."""

from __future__ import annotations

import json

import pytest

from foretype.errors import BusyError, ConfigError, InputError, ModelError, StoreError
from foretype.serve.problem import Fault, Finding, encode, problem_of, refuse


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (BusyError("full", retry_after_s=1.0), 429),
        (InputError("no"), 422),
        (StoreError("disk full"), 507),
        (ModelError("truncated"), 500),
        (ConfigError("odd"), 500),
        (KeyError("somebody's words"), 500),
        (refuse(Fault.FOREIGN_HOST, "no"), 421),
    ],
)
def test_every_error_has_its_status(error: Exception, status: int) -> None:
    assert problem_of(error).status == status


def test_an_unforeseen_error_gives_nothing_away() -> None:
    assert b"somebody's words" not in encode(problem_of(KeyError("somebody's words")))


def test_a_busy_problem_says_when_to_come_again() -> None:
    assert problem_of(BusyError("full", retry_after_s=2.0)).headers["Retry-After"] == "2"


def test_a_problem_tells_type_title_status_detail_and_findings() -> None:
    problem = refuse(Fault.INVALID, "that is wrong", Finding("$.n", "0", "int >= 1")).problem
    assert json.loads(encode(problem)) == {
        "type": "urn:foretype:problem:invalid",
        "title": "The request cannot be taken as it is",
        "status": 422,
        "detail": "that is wrong",
        "errors": [{"where": "$.n", "found": "0", "wanted": "int >= 1"}],
    }
