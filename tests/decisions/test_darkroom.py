"""What comes out of the darkroom is pixels and samples; what cannot be made anew does not come out."""

import io
import subprocess
import sys
from typing import Any

import av
import pytest
from PIL import Image, PngImagePlugin

from mbiu.darkroom import NotShown, develop
from mbiu.darkroom.content import kind_of
from mbiu.darkroom.pictures import MAX_SIDE
from mbiu.darkroom.recordings import MAX_FILM_SECONDS
from tests.files import CANARY, HEIC, bomb, film, has_position, photo, polyglot, seconds_of, voice, zipped

pytestmark = pytest.mark.timeout(120)


def size_of(data: bytes) -> tuple[int, int]:
    with Image.open(io.BytesIO(data)) as opened:
        return opened.size


@pytest.mark.parametrize("data", [photo(), polyglot(), photo(form="WEBP")], ids=["JPEG", "and ZIP", "WebP"])
def test_nothing_but_the_pixels_is_left_of_a_photo(data: bytes) -> None:
    assert CANARY.encode() in data
    assert has_position(data)
    made = develop(data)
    assert made.content_type == "image/jpeg"
    assert CANARY.encode() not in made.content
    assert not has_position(made.content)
    with Image.open(io.BytesIO(made.content)) as opened:
        assert opened.size == (640, 480)
        assert not opened.getexif()
        assert opened.info.keys() <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}


def test_the_photo_of_an_iphone_is_shown_without_its_notes() -> None:
    assert CANARY.encode() in HEIC
    made = develop(HEIC)
    assert (made.content_type, size_of(made.content)) == ("image/jpeg", (64, 48))
    assert CANARY.encode() not in made.content
    assert not has_position(made.content)


def test_a_photo_is_turned_upright_before_its_notes_are_dropped() -> None:
    assert size_of(develop(photo((640, 480), turned=6)).content) == (480, 640)


def test_a_clear_picture_stays_clear_and_loses_its_words() -> None:
    words = PngImagePlugin.PngInfo()
    words.add_itxt("Comment", CANARY)
    out = io.BytesIO()
    Image.new("RGBA", (50, 50), (1, 2, 3, 0)).save(out, "PNG", pnginfo=words)
    made = develop(out.getvalue())
    assert made.content_type == "image/png"
    assert CANARY.encode() not in made.content


def test_a_large_photo_is_made_smaller() -> None:
    assert size_of(develop(photo((5000, 2500))).content) == (MAX_SIDE, MAX_SIDE // 2)


@pytest.mark.parametrize(
    ("form", "codec", "kind"),
    [
        ("ogg", "libopus", "audio/ogg"),
        ("mp3", "libmp3lame", "audio/mpeg"),
        ("ipod", "aac", "audio/mp4"),
        ("wav", "pcm_s16le", "audio/wav"),
        ("3gp", "aac", "video/3gpp"),
    ],
)
def test_nothing_but_the_sound_is_left_of_a_voice_note(form: str, codec: str, kind: str) -> None:
    data = voice(2, form, codec)
    assert kind_of(data).content_type == kind
    assert CANARY.encode() in data
    made = develop(data)
    assert made.content_type == "audio/webm"
    assert CANARY.encode() not in made.content
    assert b"034.66" not in made.content
    assert seconds_of(made.content) == pytest.approx(2, abs=0.2)
    assert loudness(made.content) > 1000


def loudness(data: bytes) -> float:
    """The mean height of the wave, 0 to 32,767."""
    total = count = 0
    opened: Any
    with av.open(io.BytesIO(data)) as opened:
        even = av.AudioResampler(format="s16", layout="mono", rate=8000)
        for frame in opened.decode(audio=0):
            for piece in even.resample(frame):
                wave = memoryview(piece.planes[0]).cast("B").cast("h")[: piece.samples]
                total, count = total + sum(map(abs, wave)), count + piece.samples
    return total / count


def test_a_film_is_made_small_turned_upright_and_loses_its_tags() -> None:
    data = film(2, (1280, 720), sideways=True)
    assert CANARY.encode() in data
    made = develop(data)
    assert made.content_type == "video/webm"
    assert CANARY.encode() not in made.content
    assert seconds_of(made.content) == pytest.approx(2, abs=0.3)
    opened: Any
    with av.open(io.BytesIO(made.content)) as opened:
        first = next(opened.decode(video=0)).to_image()
    assert first.size == (360, 640)
    above, below = first.getpixel((180, 20)), first.getpixel((180, 620))
    assert above[0] > 150 > below[0]


HOSTILE = {
    "20000 wide": (bomb(20_000), "too many pixels"),
    "between one and two limits": (bomb(8_000), "too many pixels"),
    "empty": (b"", "empty"),
    "PDF": (b"%PDF-1.7 " + b"x" * 500, "not a kind"),
    "GIF": (b"GIF89a" + b"\x00" * 100, "not a kind"),
    "zip bomb": (zipped(bytes(50_000_000)), "not a kind"),
    "SVG": (b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>", "not a kind"),
    "page called a picture": (b"<!DOCTYPE html><script>alert(1)</script>", "not a kind"),
    "playlist": (b"#EXTM3U\n#EXTINF:1,\nfile:///etc/passwd\n", "not a kind"),
    "cut photo": (photo()[:3000], "no picture"),
    "head of a photo": (b"\xff\xd8\xff\xe0" + b"\x00" * 2000, "no picture"),
    "head of a HEIC": (b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00" + b"\x00" * 2000, "no picture"),
    "head of a voice note": (voice(1)[:60], "no recording"),
    "cut film": (film(1)[:2000], "no recording"),
    "head of a film": (b"\x1aE\xdf\xa3" + b"\xff" * 2000, "no recording"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_what_cannot_be_made_anew_is_not_shown(name: str) -> None:
    data, reason = HOSTILE[name]
    with pytest.raises(NotShown, match=reason):
        develop(data)


def test_a_long_recording_is_not_shown() -> None:
    with pytest.raises(NotShown, match="longer than 10 minutes"):
        develop(voice(11 * 60, "wav", "pcm_s16le", 4000))


def test_a_long_film_is_not_shown() -> None:
    with pytest.raises(NotShown, match="longer than 3 minutes"):
        develop(film(MAX_FILM_SECONDS + 5, (32, 32)))


FENCED = """
import socket
from mbiu.darkroom import child
child.fence()
found = []
for name, act in {
    "file": lambda: open("/etc/hostname"),
    "connection": socket.socket,
    "memory": lambda: bytearray(2 * 1024**3),
}.items():
    try:
        act()
        found.append(name)
    except (OSError, MemoryError):
        pass
print(found)
"""


def test_the_process_that_opens_files_reaches_no_file_no_line_and_little_memory() -> None:
    done = subprocess.run([sys.executable, "-I", "-c", FENCED], capture_output=True, text=True, check=False)
    assert done.stdout == "[]\n", done.stderr
