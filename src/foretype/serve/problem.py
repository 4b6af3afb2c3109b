"""Everything that can go wrong, as RFC 9457 problem details, with what was found where.

It does not know HTTP libraries or sockets; whoever sends a problem only needs `encode` and the headers.
"""

from __future__ import annotations

from enum import Enum

import msgspec

from foretype.errors import BusyError, ForetypeError, InputError, ModelError, StoreError

MEDIA_TYPE = "application/problem+json"


class Fault(Enum):
    """Each kind of problem: the last part of its type URN, its HTTP status and its title."""

    MALFORMED = ("malformed", 400, "The body is not JSON in UTF-8")
    NO_TOKEN = ("no-token", 401, "A token is needed")
    FOREIGN_ORIGIN = ("foreign-origin", 403, "This web origin may not call")
    NOT_FOUND = ("not-found", 404, "There is no such thing here")
    WRONG_METHOD = ("wrong-method", 405, "This address does not take that method")
    DUPLICATE = ("duplicate", 409, "This was sent before")
    TOO_LONG = ("too-long", 413, "The request is too long")
    WRONG_MEDIA_TYPE = ("wrong-media-type", 415, "The body has to be application/json")
    FOREIGN_HOST = ("foreign-host", 421, "This server does not go by that name")
    INVALID = ("invalid", 422, "The request cannot be taken as it is")
    BUSY = ("busy", 429, "More requests wait than the queue holds")
    INTERNAL = ("internal", 500, "Something broke on our side")
    NOT_READY = ("not-ready", 503, "The model is still being opened")
    STORE = ("store", 507, "The personal store cannot read or keep this")

    def __init__(self, slug: str, status: int, title: str) -> None:
        self.slug = slug
        self.status = status
        self.title = title


class Finding(msgspec.Struct, frozen=True):
    """One thing that is wrong: where it stands, what was found there and what was wanted."""

    where: str
    found: str
    wanted: str


class Problem(msgspec.Struct, frozen=True):
    """RFC 9457 problem details. `retry_after_s` is only there when trying again makes sense."""

    type: str
    title: str
    status: int
    detail: str
    errors: tuple[Finding, ...] = ()
    retry_after_s: float | None = None

    @property
    def headers(self) -> dict[str, str]:
        """Headers that belong to the problem, beside its media type."""
        headers = {}
        if self.retry_after_s is not None:
            headers["Retry-After"] = str(max(1, round(self.retry_after_s)))
        if self.status == Fault.NO_TOKEN.status:
            headers["WWW-Authenticate"] = "Bearer"
        if self.status == Fault.TOO_LONG.status:
            headers["Connection"] = "close"  # the rest of the body is not worth reading
        return headers


class RefusedError(InputError):
    """A request that we do not take, and the problem that says why."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.detail)
        self.problem = problem


def refuse(fault: Fault, detail: str, *findings: Finding, retry_after_s: float | None = None) -> RefusedError:
    """The error to raise for `fault`.

    >>> refuse(Fault.NOT_FOUND, "nobody of that name").problem.status
    404
    """
    return RefusedError(_problem(fault, detail, findings, retry_after_s=retry_after_s))


def problem_of(error: BaseException) -> Problem:
    """The problem that tells of any error; what nobody foresaw becomes a 500 that gives nothing away.

    >>> problem_of(ValueError("a secret")).detail
    'The server log names the place. Nothing of this request was kept.'
    """
    match error:
        case RefusedError():
            return error.problem
        case BusyError():
            return _problem(Fault.BUSY, str(error), retry_after_s=error.retry_after_s)
        case InputError():
            return _problem(Fault.INVALID, str(error))
        case StoreError():
            return _problem(Fault.STORE, str(error))
        case ModelError() | ForetypeError():
            return _problem(Fault.INTERNAL, str(error))
        case _:
            detail = "The server log names the place. Nothing of this request was kept."
            return _problem(Fault.INTERNAL, detail)


def encode(problem: Problem) -> bytes:
    """The problem document, as bytes of JSON; members that do not apply are left out."""
    members = {name: getattr(problem, name) for name in problem.__struct_fields__}
    return _ENCODER.encode({name: value for name, value in members.items() if value not in (None, ())})


def _problem(
    fault: Fault, detail: str, findings: tuple[Finding, ...] = (), *, retry_after_s: float | None = None
) -> Problem:
    return Problem(
        type=f"urn:foretype:problem:{fault.slug}",
        title=fault.title,
        status=fault.status,
        detail=detail,
        errors=findings,
        retry_after_s=retry_after_s,
    )


_ENCODER = msgspec.json.Encoder()
