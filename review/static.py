"""Files the console serves: addresses that change with their content, and compression."""

import gzip
import hashlib
from functools import lru_cache
from pathlib import Path

from flask import Flask, Response, request, url_for

FOLDER = Path(__file__).parent / "static"
TEXTS = ("text/", "application/json", "application/javascript", "image/svg")
WORTH = 1024


def install(app: Flask) -> None:
    """Offer ``asset()`` to the templates and compress texts among the static files.

    Pages are not compressed: they hold secrets beside words of strangers (the BREACH attack).
    """
    app.add_template_global(asset)
    app.after_request(_compress)


def asset(filename: str) -> str:
    """The address of a static file, with its content's digest."""
    path = FOLDER / filename
    return url_for("static", filename=filename, v=_digest(path, path.stat().st_mtime_ns))


@lru_cache(maxsize=256)
def _digest(path: Path, _changed: int) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()[:10]


def _compress(response: Response) -> Response:
    if request.endpoint != "static" or response.status_code != 200:
        return response
    if not (response.mimetype or "").startswith(TEXTS):
        return response
    response.headers["Vary"] = "Accept-Encoding"
    if request.accept_encodings["gzip"] <= 0:
        return response
    path = FOLDER / (request.view_args or {})["filename"]
    packed = _packed(path, path.stat().st_mtime_ns)
    if len(packed) < WORTH:
        return response
    response.direct_passthrough = False
    response.set_data(packed)
    response.headers["Content-Encoding"] = "gzip"
    return response


@lru_cache(maxsize=64)
def _packed(path: Path, _changed: int) -> bytes:
    return gzip.compress(path.read_bytes(), 6, mtime=0)
