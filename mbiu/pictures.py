"""Pictures made anew from their pixels: no position, no camera, no preview, nothing behind the end."""

import io
import warnings

from PIL import Image, ImageOps

#: Pixels of a picture that is opened at all: four bytes each in memory, whatever the file's size.
MAX_PIXELS = 50_000_000
#: Pixels of the longer side that is kept.
MAX_SIDE = 2048
_FORMATS = ("JPEG", "PNG", "WEBP")
_QUALITY = 85


class NotShown(Exception):
    """A file that could not be made anew. ``reason`` is for analysts, in a few words."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def remake(data: bytes) -> tuple[bytes, str]:
    """A picture's pixels in a fresh file, and its content type, JPEG or PNG. Raises NotShown.

    What it is says its content, never its name. Pillow only warns between one and two times its
    pixel limit, so the warning counts as an error here.
    """
    Image.MAX_IMAGE_PIXELS = MAX_PIXELS
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            return _remake(data)
    except (Image.DecompressionBombWarning, Image.DecompressionBombError):
        raise NotShown("too many pixels") from None
    except Exception:  # noqa: BLE001 - decoders raise anything over a mangled file
        raise NotShown("no picture that can be shown") from None


def _remake(data: bytes) -> tuple[bytes, str]:
    with Image.open(io.BytesIO(data), formats=_FORMATS) as opened:
        # In place, and before anything else, so that a large picture is in memory once.
        opened.thumbnail((MAX_SIDE, MAX_SIDE))
        upright = ImageOps.exif_transpose(opened)
        is_clear = upright.has_transparency_data
        pixels = upright.convert("RGBA" if is_clear else "RGB")
    # A copy would take comments and colour profiles along; bare pixels cannot.
    bare = Image.frombytes(pixels.mode, pixels.size, pixels.tobytes())
    return (_file(bare, "PNG"), "image/png") if is_clear else (_file(bare, "JPEG"), "image/jpeg")


def _file(picture: Image.Image, form: str) -> bytes:
    out = io.BytesIO()
    picture.save(out, form, optimize=True, **({"quality": _QUALITY} if form == "JPEG" else {}))
    return out.getvalue()
