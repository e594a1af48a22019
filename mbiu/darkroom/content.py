"""What a file is, by its first bytes: never by its name, nor by what its sender or the provider says.

The answer picks the one decoder that may open the file; that decoder then has to agree.
"""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Kind:
    """A type of content. ``decoder`` is empty for what is kept but never opened here."""

    content_type: str
    way: Literal["picture", "recording", ""] = ""
    decoder: str = ""


UNKNOWN = Kind("application/octet-stream")
_HEIC = Kind("image/heic", "picture", "HEIF")
_FILM = Kind("video/mp4", "recording", "mov")

_STARTS: tuple[tuple[bytes, Kind], ...] = (
    (b"\xff\xd8\xff", Kind("image/jpeg", "picture", "JPEG")),
    (b"\x89PNG\r\n\x1a\n", Kind("image/png", "picture", "PNG")),
    (b"OggS", Kind("audio/ogg", "recording", "ogg")),
    (b"ID3", Kind("audio/mpeg", "recording", "mp3")),
    (b"#!AMR", Kind("audio/amr", "recording", "amr")),
    (b"fLaC", Kind("audio/flac", "recording", "flac")),
    (b"\x1aE\xdf\xa3", Kind("video/webm", "recording", "matroska")),
    (b"%PDF-", Kind("application/pdf")),
    (b"PK\x03\x04", Kind("application/zip")),
    (b"GIF8", Kind("image/gif")),
)
_RIFF = {
    b"WEBP": Kind("image/webp", "picture", "WEBP"),
    b"WAVE": Kind("audio/wav", "recording", "wav"),
}
_BRANDS = dict.fromkeys((b"heic", b"heix", b"heim", b"heis", b"hevc", b"mif1", b"msf1"), _HEIC) | {
    b"M4A ": Kind("audio/mp4", "recording", "mov"),
    **{b"3gp%d" % number: Kind("video/3gpp", "recording", "mov") for number in range(4, 8)},
}
_MP3 = Kind("audio/mpeg", "recording", "mp3")
_AAC = Kind("audio/aac", "recording", "aac")
#: The second byte of a frame that begins with 11 set bits, without and with a checksum.
_FRAMES = dict.fromkeys((0xFB, 0xFA, 0xF3, 0xF2), _MP3) | dict.fromkeys((0xF1, 0xF9), _AAC)
_MARKUP = (
    (b"<svg", Kind("image/svg+xml")),
    (b"<!doctype html", Kind("text/html")),
    (b"<html", Kind("text/html")),
    (b"<script", Kind("text/html")),
)


def kind_of(data: bytes) -> Kind:
    """The kind of a file; UNKNOWN where its start says nothing."""
    for start, kind in _STARTS:
        if data.startswith(start):
            return kind
    return _boxed(data) or _framed(data) or _marked_up(data) or UNKNOWN


def _boxed(data: bytes) -> Kind | None:
    if data[:4] == b"RIFF":
        return _RIFF.get(data[8:12])
    return _BRANDS.get(data[8:12], _FILM) if data[4:8] == b"ftyp" else None


def _framed(data: bytes) -> Kind | None:
    return _FRAMES.get(data[1]) if data[:1] == b"\xff" and len(data) > 1 else None


def _marked_up(data: bytes) -> Kind | None:
    text = data[:1024].lower()
    return next((kind for mark, kind in _MARKUP if mark in text), None)
