"""Settings: environment over file over default, checked once at the door.

It does not know what the settings are used for.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import platformdirs

from foretype.errors import ConfigError

ENV_PREFIX = "FORETYPE_"


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything a person can set. Each field is also FORETYPE_<NAME> and a key of foretype.toml."""

    data_dir: Path  # personal memories; kept
    cache_dir: Path  # models; can be made again
    host: str = "127.0.0.1"
    port: int = 8765
    token: str | None = None  # bearer token; needed to bind anywhere but to this machine
    allowed_origins: tuple[str, ...] = ()  # foreign web origins that may call, beside our own extension
    model: str | None = None  # a model's name, "none", or None: the best one installed
    tenant: str | None = (
        None  # a team whose memory speaks to all its users; `foretype learn --user NAME` fills it
    )
    adapter: str | None = None  # the language model's, for requests that name none
    ranker: str | None = (
        None  # a folder of `foretype rank train`, "none" for the fixed gate, or None: the package's
    )
    coverage: float | None = (
        None  # share of keys, above 0 and up to 1, at which something is shown; None: the ranker's own
    )
    learning: str = (
        "on"  # whether the ranker goes on learning from outcomes while it serves; "off" leaves it as it is
    )
    learning_redis: str | None = (
        None  # a Redis database through which many servers learn together; None: this one learns alone
    )
    max_body_bytes: int = 1_000_000
    max_text_chars: int = 200_000
    max_waiting: int = 64  # requests in the house before 429
    log_level: str = "info"
    latency_budget_ms: int = 100  # nine answers in ten come sooner, or an alarm is raised
    min_free_disk_mb: int = 500  # on the data folder's disk, or an alarm is raised
    webhook_networks: tuple[str, ...] = ()  # not of the open internet, where webhooks may go: "10.0.0.0/8"
    outcome_days: int = 30  # that outcomes of suggestions are kept, in numbers; 0 keeps none
    statistics_to: str | None = None  # where a private report goes each day; None: nowhere
    statistics_token: str | None = None  # that server's bearer token
    statistics_dir: Path | None = None  # keep sums of others' private reports here; None: take none

    @property
    def is_local(self) -> bool:
        return self.host in ("127.0.0.1", "::1", "localhost")


def load_settings(
    *, env: Mapping[str, str] | None = None, file: Path | None = None, **overrides: Any
) -> Settings:
    """Settings from `overrides`, then the environment, then the file, then defaults.

    `file` defaults to foretype.toml in the user's configuration folder. Raises ConfigError for unknown
    keys and for values of the wrong type.
    """
    env = os.environ if env is None else env
    values: dict[str, Any] = {
        "data_dir": platformdirs.user_data_path("foretype"),
        "cache_dir": platformdirs.user_cache_path("foretype"),
    }
    path = file or platformdirs.user_config_path("foretype") / "foretype.toml"
    values |= _from_file(path, required=file is not None)
    values |= _from_env(env)
    values |= {key: value for key, value in overrides.items() if value is not None}
    return _checked(values)


def _from_file(path: Path, *, required: bool) -> dict[str, Any]:
    if not path.exists():
        if required:
            raise ConfigError(f"{path}: there is no such settings file; make it or leave out --config")
        return {}
    try:
        found = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: not valid TOML ({error}); mend that line") from error
    _refuse_unknown(found, where=str(path))
    return found


def _from_env(env: Mapping[str, str]) -> dict[str, Any]:
    names = {field.name for field in fields(Settings)}
    return {name: env[ENV_PREFIX + name.upper()] for name in names if ENV_PREFIX + name.upper() in env}


def _refuse_unknown(found: Mapping[str, Any], *, where: str) -> None:
    known = {field.name for field in fields(Settings)}
    unknown = sorted(set(found) - known)
    if unknown:
        raise ConfigError(f"{where}: unknown setting {unknown[0]!r}; known are {', '.join(sorted(known))}")


def _checked(values: Mapping[str, Any]) -> Settings:
    _refuse_unknown(values, where="settings")
    return Settings(**{name: _convert(name, value) for name, value in values.items()})


def _convert(name: str, value: Any) -> Any:
    kind = Settings.__annotations__[name]
    try:
        match kind:
            case "Path" | "Path | None":
                return Path(value).expanduser()
            case "int":
                return _whole(value)
            case "float | None":
                return None if value is None else float(value)
            case "tuple[str, ...]":
                parts = value.split(",") if isinstance(value, str) else value
                return tuple(part.strip() for part in parts if part.strip())
            case _:
                return None if value is None else str(value)
    except (TypeError, ValueError) as error:
        raise ConfigError(
            f"setting {name}: found {value!r}, wanted {kind}; mend it or leave it out"
        ) from error


def _whole(value: Any) -> int:
    if isinstance(value, bool) or (isinstance(value, float) and value != int(value)):
        raise ValueError(value)
    number = int(value)
    if number < 0:
        raise ValueError(value)
    return number
