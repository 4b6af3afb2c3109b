"""Counts of days in the data folder: read at the start, written once a minute and at the end.

A kill loses a minute of them. It does not know what is counted.
"""

from __future__ import annotations

import asyncio
from pathlib import Path

from foretype.errors import InputError, StoreError
from foretype.monitor import logs
from foretype.serve.panel.pulse import Pulse
from foretype.serve.panel.whole_file import read_whole, write_whole

FILE_NAME = "days.json"
SAVE_EVERY_S = 60.0


class PulseFile:
    """The file of one service's pulse."""

    def __init__(self, pulse: Pulse, folder: Path) -> None:
        self._pulse = pulse
        self._path = folder / FILE_NAME

    def restore(self) -> None:
        """Go on where the last run ended. What cannot be read is told in the log, and counting begins anew."""
        try:
            saved = read_whole(self._path)
            if saved is not None:
                self._pulse.restore(saved)
        except (StoreError, InputError) as error:
            logs.error("counts of days could not be read", error)

    def save(self) -> None:
        """Write what was counted, if anything was. A full disk is told in the log."""
        if not self._pulse.days():
            return
        try:
            write_whole(self._path, self._pulse.saved())
        except StoreError as error:
            logs.error("counts of days could not be written", error)

    async def keep_saving(self) -> None:
        """Until it is cancelled."""
        while True:
            await asyncio.sleep(SAVE_EVERY_S)
            await asyncio.to_thread(self.save)
