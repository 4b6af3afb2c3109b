"""Problems in the shape that OpenAI's clients read: one `error` with message, type, param and code.

It does not know where a problem came from, nor how it is sent.
"""

from __future__ import annotations

from msgspec import Struct

from foretype.serve.problem import Fault, Problem

PATHS = frozenset({"/v1/completions", "/v1/models", "/infill"})  # addresses whose errors have this shape

_TYPES = {
    Fault.NO_TOKEN.status: "authentication_error",
    Fault.NOT_FOUND.status: "not_found_error",
    Fault.BUSY.status: "rate_limit_error",
}


class ErrorDetail(Struct, frozen=True):
    """`param` is the member at fault, where it is one; `code` the last part of the problem's type."""

    message: str
    type: str
    param: str | None
    code: str


class ErrorReply(Struct, frozen=True):
    """What is sent with every status from 400 on."""

    error: ErrorDetail


def status_of(problem: Problem) -> int:
    """The HTTP status: OpenAI's servers say 400 where ours say 422."""
    return Fault.MALFORMED.status if problem.status == Fault.INVALID.status else problem.status


def error_of(problem: Problem) -> ErrorReply:
    """The same problem as OpenAI's clients read it.

    >>> from foretype.serve.problem import refuse
    >>> error_of(refuse(Fault.NOT_FOUND, "model 'x': not here").problem).error.type
    'not_found_error'
    """
    where = problem.errors[0].where if problem.errors else ""
    return ErrorReply(
        ErrorDetail(
            message=problem.detail,
            type=_type(problem.status),
            param=where.removeprefix("$.") if where.startswith("$.") else None,
            code=problem.type.rpartition(":")[2],
        )
    )


def _type(status: int) -> str:
    return _TYPES.get(status, "invalid_request_error" if status < Fault.INTERNAL.status else "server_error")
