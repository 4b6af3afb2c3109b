"""A small JSON file that is there whole or not at all, whatever happens while it is written.

It does not know what is in it.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from foretype.errors import StoreError


def read_whole(path: Path) -> dict[str, Any] | None:
    """What `write_whole` wrote; None where there is nothing yet. Raises StoreError."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        raise StoreError(f"{path}: cannot be read ({error}); mend it, or delete it to begin anew") from error
    if not isinstance(found, dict):
        raise StoreError(
            f"{path}: found {type(found).__name__}, wanted a JSON object; delete it to begin anew"
        )
    return found


def write_whole(path: Path, content: dict[str, Any]) -> None:
    """Write it, durable on return, for its owner only: a block-list may hold names.

    Raises StoreError, and leaves what was there.
    """
    partial = path.with_name(path.name + ".partial")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with open(partial, "w", encoding="utf-8", opener=_owner_only) as file:
            json.dump(content, file, ensure_ascii=False, indent=1)
            file.flush()
            os.fsync(file.fileno())
        partial.replace(path)
    except OSError as error:
        raise StoreError(f"{path}: cannot be written ({error}); make room or mend its permissions") from error


def _owner_only(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)
