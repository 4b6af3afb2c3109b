"""The files of the pages, from the package's static folder: compressed where that pays, cached by ETag.

A file that changes on disk shows at the next request. It does not know what the files do.
"""

from __future__ import annotations

import gzip
import hashlib
import mimetypes
from dataclasses import dataclass
from pathlib import Path

from fastapi import Request, Response

from foretype.serve.problem import Fault, refuse

COMPRESSIBLE = ("text/", "application/json", "image/svg+xml", "application/manifest+json")
MIN_GZIP_BYTES = 1_000  # below that it fits a packet anyway


@dataclass(frozen=True, slots=True)
class _File:
    """One file as it goes out."""

    stamp: tuple[int, int]  # time of change and size: another stamp, another file
    body: bytes
    gzipped: bytes | None
    etag: str
    media_type: str


class Pages:
    """Serves the files of one folder, and nothing outside it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder.resolve()
        self._files: dict[str, _File] = {}

    async def index(self, request: Request) -> Response:
        """The page to write on."""
        return self._reply(request, "index.html")

    async def panel(self, request: Request) -> Response:
        """The control panel."""
        return self._reply(request, "control/panel.html")

    async def client(self, request: Request) -> Response:
        """The JavaScript package as one module, at an address that stays: for pages of ours and of others."""
        return self._reply(request, "client.js")

    async def static(self, request: Request) -> Response:
        """A file of a page."""
        return self._reply(request, request.path_params["name"])

    def _reply(self, request: Request, name: str) -> Response:
        file = self._file(name)
        use_gzip = file.gzipped is not None and "gzip" in request.headers.get("accept-encoding", "")
        etag = f'"{file.etag}-gzip"' if use_gzip else f'"{file.etag}"'
        headers = {"ETag": etag, "Cache-Control": "no-cache", "Vary": "Accept-Encoding"}
        if etag in request.headers.get("if-none-match", ""):
            return Response(status_code=304, headers=headers)
        if use_gzip:
            headers["Content-Encoding"] = "gzip"
        body = file.gzipped if use_gzip else file.body
        return Response(body, headers=headers, media_type=file.media_type)

    def _file(self, name: str) -> _File:
        path = (self._folder / name).resolve()
        if not path.is_relative_to(self._folder) or not path.is_file():
            raise refuse(Fault.NOT_FOUND, "There is no such page")
        status = path.stat()
        stamp = (status.st_mtime_ns, status.st_size)
        known = self._files.get(name)
        if known is None or known.stamp != stamp:
            known = self._files[name] = _read(path, stamp)
        return known


def _read(path: Path, stamp: tuple[int, int]) -> _File:
    body = path.read_bytes()
    media_type = "text/javascript" if path.suffix == ".js" else mimetypes.guess_type(path.name)[0]
    media_type = media_type or "application/octet-stream"
    pays = media_type.startswith(COMPRESSIBLE) and len(body) >= MIN_GZIP_BYTES
    return _File(
        stamp=stamp,
        body=body,
        gzipped=gzip.compress(body, mtime=0) if pays else None,
        etag=hashlib.sha256(body).hexdigest()[:32],
        media_type=media_type,
    )
