"""Files as they come from phones, and as somebody makes them who means harm."""

import array
import base64
import io
import math
import struct
import zipfile
import zlib
from fractions import Fraction
from typing import Any

import av
from PIL import Image

CANARY = "CANARY-Moroto-4711"

#: A photo of 64 × 48 pixels as an iPhone writes it, with CANARY and a position. Encoded once with
#: pillow-heif 1.8, because what Mbiu installs only decodes.
HEIC = base64.b64decode(
    "AAAAHGZ0eXBoZWljAAAAAG1pZjFoZWljbWlhZgAAAb5tZXRhAAAAAAAAACFoZGxyAAAAAAAAAABwaWN0AAAAAAAAAAAAAAAAAAAA"
    "ADRpbG9jAAAAAERAAAIAAQAAAAAB4gABAAAAAAAAAGEAAgAAAAACQwABAAAAAAAAAKoAAAA4aWluZgAAAAAAAgAAABVpbmZlAgAA"
    "AAABAABodmMxAAAAABVpbmZlAgAAAQACAABFeGlmAAAAAA5waXRtAAAAAAABAAAA/WlwcnAAAADdaXBjbwAAAHZodmNDAQNwAAAA"
    "kAAAAAAAHvAA/P34+AAADwNgAAEAGEABDAH//wNwAAADAJAAAAMAAAMAHroCQGEAAQAqQgEBA3AAAAMAkAAAAwAAAwAeoCCBBZbq"
    "5Ka5uAhoMCAAAAMDIAAAAwAhYgABAAZEAcFzwIkAAAATY29scm5jbHgAAQANAAaAAAAAFGlzcGUAAAAAAAAAQAAAAEAAAAAoY2xh"
    "cAAAAEAAAAABAAAAMAAAAAEAAAAAAAAAAv////AAAAACAAAAEHBpeGkAAAAAAwgICAAAABhpcG1hAAAAAAAAAAEAAQWBAgMFhAAA"
    "ABppcmVmAAAAAAAAAA5jZHNjAAIAAQABAAABE21kYXQAAABdKAGvE4D1J4E//+ClR/+61nh+Dw0xP/7zxiP6BrH/4vV3bgMdiygM"
    "J4lEU3iO7ljLFNYaUrPcCpWjq9JqvZNoUv4TaP/gI8J4HyBD3iexvjxR23q/Wu+qMpQuModuAAAABkV4aWYAAE1NACoAAAAIAAIB"
    "DgACAAAAEwAAACaIJQAEAAAAAQAAADoAAAAAQ0FOQVJZLU1vcm90by00NzExAAAABAABAAIAAAACTgAAAAACAAUAAAADAAAAcAAD"
    "AAIAAAACRQAAAAAEAAUAAAADAAAAiAAAAAAAAAACAAAAAQAAAB8AAAABAAAAMAAAAAEAAAAiAAAAAQAAACcAAAABAAAAJAAAAAE="
)


def photo(size: tuple[int, int] = (640, 480), turned: int = 1, form: str = "JPEG") -> bytes:
    """A picture, red left of blue, that tells where and with what it was taken in every way it can."""
    picture = Image.new("RGB", size, (200, 30, 30))
    picture.paste((30, 30, 200), (size[0] // 2, 0, *size))
    exif = Image.Exif()
    exif[0x010E] = exif[0x010F] = exif[0x013B] = CANARY
    exif[0x0112] = turned
    place = exif.get_ifd(0x8825)
    place[1], place[2], place[3], place[4] = "N", (2.0, 31.0, 48.0), "E", (34.0, 39.0, 36.0)
    out = io.BytesIO()
    words = CANARY.encode()
    more: dict[str, Any] = {"comment": words, "xmp": words, "icc_profile": words} if form == "JPEG" else {}
    picture.save(out, form, exif=exif, **more)
    return out.getvalue()


def polyglot() -> bytes:
    """A photo that is an archive with a page of script as well."""
    return photo() + zipped(f"<html><script>{CANARY}</script></html>".encode())


def zipped(content: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(f"{CANARY}.html", content)
    return out.getvalue()


def bomb(side: int) -> bytes:
    """A PNG of side × side pixels in a few thousand bytes."""
    row = b"\0" + bytes((side + 7) // 8)
    packer = zlib.compressobj(9)
    body = b"".join([packer.compress(row) for _ in range(side)]) + packer.flush()
    head = struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", head) + _chunk(b"IDAT", body) + _chunk(b"IEND", b"")


def _chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def voice(seconds: int = 3, form: str = "ogg", codec: str = "libopus", rate: int = 48_000) -> bytes:
    """A tone of 440 Hz with tags that name person and place."""
    out = io.BytesIO()
    target: Any
    with av.open(out, "w", format=form) as target:
        target.metadata.update({"title": CANARY, "artist": CANARY, "location": "+02.53+034.66/"})
        stream = target.add_stream(codec, rate=rate, layout="mono")
        wave = array.array("h", (int(9000 * math.sin(math.tau * 440 * n / rate)) for n in range(960)))
        for number in range(seconds * rate // 960):
            frame = av.AudioFrame(format="s16", layout="mono", samples=960)
            frame.planes[0].update(wave.tobytes())
            frame.sample_rate, frame.pts, frame.time_base = rate, number * 960, Fraction(1, rate)
            target.mux(stream.encode(frame))
        target.mux(stream.encode(None))
    return out.getvalue()


def film(seconds: int = 2, size: tuple[int, int] = (320, 240), *, sideways: bool = False) -> bytes:
    """A film, red left of blue, without sound; ``sideways`` as phones hold it, to be turned by the player."""
    out = io.BytesIO()
    still = Image.new("RGB", size, (200, 30, 30))
    still.paste((30, 30, 200), (size[0] // 2, 0, *size))
    target: Any
    with av.open(out, "w", format="mp4") as target:
        target.metadata.update({"title": CANARY, "location": "+02.53+034.66/"})
        stream = target.add_stream("libx264", rate=30)
        stream.width, stream.height, stream.pix_fmt = *size, "yuv420p"
        for number in range(seconds * 30):
            frame = av.VideoFrame.from_image(still)
            frame.pts, frame.time_base = number, Fraction(1, 30)
            target.mux(stream.encode(frame))
        target.mux(stream.encode(None))
    return _turned(out.getvalue()) if sideways else out.getvalue()


def _turned(data: bytes) -> bytes:
    """The film with a matrix in its track's head that turns it a quarter clockwise."""
    upright = struct.pack(">9i", 0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000)
    clockwise = struct.pack(">9i", 0, 0x10000, 0, -0x10000, 0, 0, 0, 0, 0x40000000)
    at = data.index(upright, data.index(b"tkhd"))
    return data[:at] + clockwise + data[at + len(upright) :]


def has_position(data: bytes) -> bool:
    with Image.open(io.BytesIO(data)) as opened:
        return bool(opened.getexif().get_ifd(0x8825))


def seconds_of(data: bytes) -> float:
    """How long a recording is by its own head."""
    with av.open(io.BytesIO(data)) as opened:
        return (opened.duration or 0) / 1_000_000
