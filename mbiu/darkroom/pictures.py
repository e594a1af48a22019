"""Pictures made anew from their pixels: no position, no camera, no preview, nothing behind the end."""

import io
import warnings

import pi_heif
from PIL import Image, ImageOps

from mbiu.darkroom import NotShown

#: Pixels of a picture that is opened at all: four bytes each in memory, whatever the file's size.
MAX_PIXELS = 50_000_000
#: Pixels of the longer side that is kept.
MAX_SIDE = 2048
_QUALITY = 85


def warm_up() -> None:
    """Load every decoder now, while files can still be opened."""
    pi_heif.register_heif_opener(thumbnails=False, decode_threads=1)
    Image.init()


def remake(data: bytes, decoder: str) -> tuple[bytes, str]:
    """A picture's pixels in a fresh file, and its content type, JPEG or PNG. Raises NotShown.

    Pillow only warns between one and two times its pixel limit, so the warning counts as an error here.
    """
    Image.MAX_IMAGE_PIXELS = MAX_PIXELS
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            return _remake(data, decoder)
    except (Image.DecompressionBombWarning, Image.DecompressionBombError):
        raise NotShown("too many pixels") from None
    except Exception:  # noqa: BLE001 - decoders raise anything over a mangled file
        raise NotShown("no picture that can be shown") from None


def _remake(data: bytes, decoder: str) -> tuple[bytes, str]:
    with Image.open(io.BytesIO(data), formats=(decoder,)) as opened:
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
