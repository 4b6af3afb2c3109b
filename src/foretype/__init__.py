"""foretype: an open, self-hosted Smart Compose.

>>> from foretype import Context, Request
>>> Request("Thanks for se", context=Context(subject="Report")).n
1
"""

from foretype.compose.request import Answer, Context, Kind, Request, Suggestion
from foretype.errors import ForetypeError

__all__ = [
    "Answer",
    "Composer",
    "Context",
    "ForetypeError",
    "Kind",
    "Request",
    "Suggestion",
    "open_composer",
]


def __getattr__(name: str) -> object:
    """Load the composer and its models' readers when they are first asked for: `foretype --help` needs neither."""
    if name == "open_composer":
        from foretype.assemble import open_composer

        return open_composer
    if name == "Composer":
        from foretype.compose.composer import Composer

        return Composer
    raise AttributeError(f"module 'foretype' has no attribute {name!r}")
