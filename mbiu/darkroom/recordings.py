"""Voice notes and films made anew from their samples and frames: Opus, and for films VP8, in WebM.

Nothing of the old file is copied, so no tag, cover, position or second track comes along. A film is
made small: enough to see what happened, cheap enough for an old laptop.
"""

import io
from collections.abc import Callable, Iterator
from fractions import Fraction
from importlib import import_module
from pkgutil import walk_packages
from typing import Any

import av
from av.audio.frame import AudioFrame
from av.audio.resampler import AudioResampler
from av.filter import Graph
from av.stream import Disposition
from av.video.frame import VideoFrame

from mbiu.darkroom import NotShown

#: Seconds of a recording that is made anew at all.
MAX_SECONDS = 600
MAX_FILM_SECONDS = 180
#: Pixels of a film's frame that is opened at all, and of the longer side that is kept.
MAX_PIXELS = 4096 * 2304
MAX_SIDE = 640
#: Frames a second that are kept.
FRAMES = 10
SAMPLES = 48_000
_TURNS: dict[int, tuple[str, ...]] = {90: ("cclock",), 180: ("clock", "clock"), 270: ("clock",)}


def warm_up() -> None:
    """Load what is loaded late, while files can still be opened; FFmpeg's log quotes tags, so it is shut."""
    for module in walk_packages(av.__path__, "av."):
        if not module.name.endswith("__main__"):
            import_module(module.name)
    av.logging.set_level(None)


def remake(data: bytes, decoder: str) -> tuple[bytes, str]:
    """A recording in a fresh file, and its content type, audio/webm or video/webm. Raises NotShown."""
    try:
        return _remake(data, decoder)
    except NotShown:
        raise
    except Exception:  # noqa: BLE001 - decoders raise anything over a mangled file
        raise NotShown("no recording that can be played") from None


def _remake(data: bytes, decoder: str) -> tuple[bytes, str]:
    out = io.BytesIO()
    source: Any
    target: Any
    # One named format and no protocol: a playlist inside a file leads nowhere.
    limits = {"protocol_whitelist": "none", "enable_drefs": "0"}
    with (
        av.open(io.BytesIO(data), format=decoder, container_options=limits) as source,
        av.open(out, "w", format="webm", options={"fflags": "+bitexact"}) as target,
    ):
        picture = _picture(source)
        most = MAX_FILM_SECONDS if picture else MAX_SECONDS
        _require_short((source.duration or 0) / av.time_base, most)
        done = _copy(source, target, picture, most)
    if not done:
        raise NotShown("nothing to hear or see in it")
    return out.getvalue(), "video/webm" if picture else "audio/webm"


def _picture(source: Any) -> Any:
    """The stream of moving pictures, if there is one; the cover of a song is none. Raises NotShown."""
    moving = [one for one in source.streams.video if not one.disposition & Disposition.attached_pic]
    if not moving:
        return None
    if moving[0].codec_context.width * moving[0].codec_context.height > MAX_PIXELS:
        raise NotShown("too many pixels")
    return moving[0]


def _copy(source: Any, target: Any, picture: Any, most: int) -> int:
    """Decode and encode everything; how many samples and frames came out."""
    writers: dict[int, Callable[[Any], int]] = {}
    if picture:
        writers[picture.index] = _film(target, most)
    if source.streams.audio:
        writers[source.streams.audio[0].index] = _sound(target, most)
    done = 0
    for packet in source.demux([source.streams[index] for index in writers]):
        write = writers[packet.stream.index]
        done += sum(write(frame) for frame in packet.decode())
    return done + sum(write(None) for write in writers.values())


def _sound(target: Any, most: int) -> Callable[[AudioFrame | None], int]:
    """What takes decoded sound, and None at its end; it answers how many samples it wrote."""
    stream = target.add_stream("libopus", rate=SAMPLES, layout="mono", bit_rate=24_000)
    stream.codec_context.options = {"application": "voip", "compression_level": "5"}
    even = AudioResampler(format="s16", layout="mono", rate=SAMPLES, frame_size=960)
    written = 0

    def write(frame: AudioFrame | None) -> int:
        nonlocal written
        before = written
        for piece in even.resample(frame):
            # Counted, not copied: a file may claim any time for any frame.
            piece.pts, piece.time_base = written, Fraction(1, SAMPLES)
            written += piece.samples
            _require_short(written / SAMPLES, most)
            target.mux(stream.encode(piece))
        if frame is None:
            target.mux(stream.encode(None))
        return written - before

    return write


def _film(target: Any, most: int) -> Callable[[VideoFrame | None], int]:
    """What takes decoded frames, and None at their end; it answers how many frames it wrote."""
    stream: Any = None
    graph: Graph | None = None
    written = 0

    def write(frame: VideoFrame | None) -> int:
        nonlocal stream, graph, written
        if graph is None:
            if frame is None:
                return 0
            graph = _smaller(frame)
        before = written
        for piece in _through(graph, frame):
            stream = stream or _pictures(target, piece)
            piece.pts, piece.time_base = written, Fraction(1, FRAMES)
            written += 1
            _require_short(written / FRAMES, most)
            target.mux(stream.encode(piece))
        if frame is None and stream:
            target.mux(stream.encode(None))
        return written - before

    return write


def _smaller(frame: VideoFrame) -> Graph:
    """Fewer and smaller frames, turned upright."""
    graph = Graph()
    turns = [("transpose", way) for way in _TURNS.get(round(frame.rotation) % 360, ())]
    side = f"min({MAX_SIDE},iw):min({MAX_SIDE},ih):force_original_aspect_ratio=decrease:force_divisible_by=2"
    steps = [("fps", str(FRAMES)), ("scale", side), *turns, ("setsar", "1"), ("format", "yuv420p")]
    last: Any = graph.add_buffer(
        width=frame.width, height=frame.height, format=frame.format, time_base=frame.time_base
    )
    for name, arguments in steps:
        following = graph.add(name, arguments)
        last.link_to(following)
        last = following
    last.link_to(graph.add("buffersink"))
    graph.configure()
    return graph


def _through(graph: Graph, frame: VideoFrame | None) -> Iterator[Any]:
    graph.vpush(frame)
    while True:
        try:
            yield graph.vpull()
        except (av.error.BlockingIOError, av.error.EOFError):
            return


def _pictures(target: Any, first: Any) -> Any:
    stream = target.add_stream("libvpx", rate=FRAMES)
    stream.width, stream.height, stream.pix_fmt = first.width, first.height, "yuv420p"
    stream.bit_rate = 300_000
    stream.codec_context.thread_count = 1
    stream.codec_context.options = {"deadline": "realtime", "cpu-used": "8"}
    return stream


def _require_short(seconds: float, most: int) -> None:
    if seconds > most:
        raise NotShown(f"longer than {most // 60} minutes")
