"""The errors that foretype raises on purpose.

Each message tells where, what was found, what was wanted and what to do. The tree is the whole story:

    ForetypeError
      InputError      a request, file or option that we cannot take as it is
      ConfigError     settings that contradict each other or the machine (a port in use, no token)
      ModelError      a model folder that is missing, truncated, foreign or of another tokenizer
      StoreError      the personal store cannot read or keep what it was given
      BusyError       more work than the queue holds; try again after `retry_after_s`

It does not know how an error is shown: the command line prints one line, HTTP a problem document.
"""

from __future__ import annotations


class ForetypeError(Exception):
    """Base of every error that foretype raises on purpose."""


class InputError(ForetypeError):
    """Input that cannot be taken as it is; nothing was changed."""


class ConfigError(ForetypeError):
    """Settings that contradict each other or this machine."""


class ModelError(ForetypeError):
    """A model that is missing, truncated, foreign or that does not fit its tokenizer."""


class StoreError(ForetypeError):
    """The personal store cannot read or keep what it was given; what was there is unharmed."""


class BusyError(ForetypeError):
    """The queue is full."""

    def __init__(self, message: str, *, retry_after_s: float) -> None:
        super().__init__(message)
        self.retry_after_s = retry_after_s
