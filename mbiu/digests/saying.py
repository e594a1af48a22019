"""A brief in words: counts for a phone, counts by type for a chat, and what a printed one says."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from mbiu import texts
from mbiu.channels.text import compose, segments
from mbiu.digests.news import COUNTS, Happening, News

#: So many incidents are listed one by one.
LISTED = 40
#: So many types stand in a chat; the rest are in the sums.
TYPES = 8
_SHORTEST = 8


@dataclass(frozen=True)
class Scene:
    """What the words need beside the news: the area's name, districts by path, days that are near, a zone.

    ``days`` are of the calendar, as ``(from, to, title)`` with days written out.
    """

    area: str
    since: str
    until: str
    names: Mapping[str, str] = field(default_factory=dict)
    days: Sequence[tuple[str, str, str]] = ()
    exercise: bool = False


@dataclass(frozen=True)
class Paper:
    """A printed brief in one language, cell by cell; ``direction`` is ltr or rtl."""

    language: str
    direction: str
    title: str
    period: str
    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    list_title: str
    list_heads: tuple[str, ...]
    items: tuple[tuple[str, ...], ...]
    days_title: str
    days: tuple[tuple[str, ...], ...]
    nothing: str
    careful: str


def sms(news: News, scene: Scene, language: str) -> str:
    """One SMS with counts, and nothing that shows a stranger what they count."""
    name = scene.area
    while segments(compose(text := _counted(news, scene, language, name))) > 1 and name:
        name = name[:-1].rstrip()
    return text.strip()


def chat(news: News, scene: Scene, language: str) -> str:
    """The same with a line for each type."""
    lines = [_counted(news, scene, language, scene.area)]
    for kind in news.types[:TYPES]:
        counts = {name: news.counts[name][kind] for name in COUNTS}
        lines.append(texts.say(language, "digest.line", type=_type(kind, language), **counts))
    return "\n".join(lines)


def mail(news: News, scene: Scene, language: str, *, attached: bool) -> str:
    """What stands in the mail itself."""
    parts = [chat(news, scene, language)]
    if attached:
        parts.append(texts.say(language, "digest.attached"))
    return "\n\n".join([*parts, texts.say(language, "digest.careful")])


def subject(scene: Scene, language: str) -> str:
    """What stands above the mail, where others may see it."""
    return texts.say(
        language, "digest.subject", mark=_mark(scene, language), area=scene.area, since=scene.since,
        until=scene.until,
    )  # fmt: skip


def paper(news: News, scene: Scene, language: str) -> Paper:
    """What a printed brief says."""

    def say(key: str, **values: object) -> str:
        return texts.say(language, f"digest.{key}", **values)

    sums = (say("all"), *(str(news.total(name)) for name in COUNTS))
    kinds = [
        (_capital(_type(kind, language)), *(str(news.counts[name][kind]) for name in COUNTS))
        for kind in news.types
    ]
    return Paper(
        language=language,
        direction=texts.wordings(language)["direction"],
        title=_mark(scene, language) + say("title", area=scene.area),
        period=f"{scene.since} – {scene.until}",
        heads=(say("type"), *(say(name) for name in COUNTS)),
        rows=(*kinds, sums) if kinds else (),
        list_title=say("list"),
        list_heads=tuple(say(name) for name in ("ref", "day", "type", "where", "state")),
        items=tuple(_item(one, scene, language) for one in news.items[:LISTED]),
        days_title=say("days"),
        days=tuple((_span(first, last), title) for first, last, title in scene.days),
        nothing=say("nothing"),
        careful=say("careful"),
    )


def _counted(news: News, scene: Scene, language: str, area: str) -> str:
    counts = {name: news.total(name) for name in COUNTS}
    period = {"since": scene.since, "until": scene.until}
    return texts.say(
        language, "digest.counts", mark=_mark(scene, language), area=area, **period, **counts
    )  # fmt: skip


def _mark(scene: Scene, language: str) -> str:
    return texts.say(language, "alert.exercise") if scene.exercise else ""


def _type(kind: str, language: str) -> str:
    return texts.say(language, f"event_type.{kind}")


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _span(first: str, last: str) -> str:
    return first if first == last else f"{first} – {last}"


def _item(one: Happening, scene: Scene, language: str) -> tuple[str, ...]:
    where = scene.names.get(one.area, "–")
    return (
        one.ref,
        f"{one.happened_at:%d/%m}",
        _capital(_type(one.event_type, language)),
        where,
        _state(one, language),
    )


def _state(one: Happening, language: str) -> str:
    if not one.is_open:
        done = [texts.say(language, f"outcome.{deed}") for deed in one.done]
        return ", ".join([texts.say(language, "digest.ended"), *done])
    return texts.say(language, "digest.answered" if one.answered_at else "digest.open")
