"""A file of a message as its card shows it."""

from dataclasses import dataclass
from uuid import UUID

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from mbiu.models import Media

#: Digits of a hash that are shown: enough to find it in the audit chain, short enough to read out.
SHORT = 12
_STATES = {"pending": _l("on its way"), "erased": _l("erased")}


@dataclass(frozen=True)
class File:
    """``way`` is how the clean copy is shown: picture, sound, film, or not at all; then ``words`` say why."""

    id: UUID
    kind: str
    way: str
    words: str
    kept: bool
    content_type: str
    size: int
    digest: str

    @property
    def short(self) -> str:
        return self.digest[:SHORT]


def shown(media: Media) -> File:
    """What the page tells of a file."""
    return File(
        media.id,
        media.kind,
        _way(media),
        _words(media),
        media.original is not None,
        media.original_type,
        media.size or 0,
        (media.sha256 or b"").hex(),
    )


def _way(media: Media) -> str:
    if not media.clean:
        return ""
    kinds = {"image": "picture", "audio": "sound", "video": "film"}
    return kinds.get(media.content_type.partition("/")[0], "")


def _words(media: Media) -> str:
    if media.state in _STATES and not media.reason:
        return str(_STATES[media.state])
    reason = _(media.reason) if media.reason else _("not kept")
    shown_not = media.original and not media.clean
    return _("kept, not shown: %(reason)s", reason=reason) if shown_not else reason
