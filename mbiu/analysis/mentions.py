"""Names of places in a text, each with its role and with what speaks for its being a name at all."""

from collections.abc import Iterator
from dataclasses import dataclass

from mbiu.analysis.common import is_common, languages
from mbiu.analysis.roles import Roles
from mbiu.analysis.scan import Scan
from mbiu.analysis.spelling import Spelt, altered
from mbiu.analysis.writing import Writing
from mbiu.gazetteer.lookup import Gazetteer
from mbiu.gazetteer.place import Place

MOST_NAMES = 60
WARD = 3
ANNOUNCING = frozenset(("huko", "hapa", "pale", "huku", "kule", "wano", "eno"))


@dataclass(frozen=True)
class Named:
    """A name found in tokens ``first`` to ``last`` and what it may mean.

    ``role`` is near, at, between, fled, from, to, lives, group, people, name, person, org, site or empty;
    ``level`` the word of level beside it. ``common`` marks a word of everyday speech. ``cued`` says that a
    cue stands right before it; ``strong`` that a word of level beside it makes it a name even if common;
    ``foreign`` that it is common in another language than that of its cue (*near Hindi*), or announced
    (*hapa Bute*); ``titled`` that it has a capital and is common, but not in English;
    ``capital`` that it is written as names are, in a text where that tells something; ``lower`` the
    contrary. ``key`` is the folded name where it is spelt right.
    """

    first: int
    last: int
    places: tuple[Place, ...]
    exactness: float
    how: str
    role: str = ""
    level: str = ""
    common: bool = False
    cued: bool = False
    strong: bool = False
    foreign: bool = False
    titled: bool = False
    capital: bool = False
    lower: bool = False
    key: str = ""


def named(
    scan: Scan, gazetteer: Gazetteer, skipped: frozenset[int] = frozenset(), roles: Roles | None = None
) -> Iterator[Named]:
    """Names of places in a text, left to right, longest first, none inside another, at most 60.

    ``skipped`` are tokens that are no words: of links, codes and positions.
    """
    text = Writing.of(scan, roles or Roles.of(scan), gazetteer, skipped)
    index = count = 0
    while index < len(scan.tokens) and count < MOST_NAMES:
        found = None if index in skipped else _exact(text, index) or altered(text, index)
        if found and found.places and not text.roles.is_person(index):
            count += 1
            yield _named(text, found)
        index = found.last + 1 if found else index + 1


def _exact(text: Writing, first: int) -> Spelt | None:
    """The longest name that begins with a word; without places for a common word that nothing supports."""
    tokens = text.scan.tokens
    longest = text.gazetteer.words_after(tokens[first].folded)
    for last in range(min(first + longest, len(tokens)) - 1, first - 1, -1):
        places = text.gazetteer.named(text.key(first, last)) if text.unbroken(first, last) else ()
        if text.acronym(first, last):
            places = tuple(place for place in places if place.is_upper or not place.is_unit)
        if places:
            idle = _is_common(text, first, last, places) and not text.supported(first, last)
            return None if idle else Spelt(first, last, places, 1.0, "the name")
    return None


def _is_common(text: Writing, first: int, last: int, places: tuple[Place, ...]) -> bool:
    if first < last and any(_stands(place) for place in places):
        return False
    words = [token.folded for token in text.scan.tokens[first : last + 1]]
    return len("".join(words)) < 3 or all(is_common(word, whole=True) for word in words)


def _stands(place: Place) -> bool:
    """Whether a name of ordinary words (*Burnt Forest*) is believed all the same."""
    return place.match_policy == "auto" and place.admin_level != WARD


def _named(text: Writing, spelt: Spelt) -> Named:
    first, last, roles = spelt.first, spelt.last, text.roles
    exact = spelt.exactness == 1.0
    common = exact and _is_common(text, first, last, spelt.places)
    level = roles.level(first, last)[0]
    own = languages(text.scan, first) if common and first == last else frozenset()
    return Named(
        first,
        last,
        spelt.places,
        spelt.exactness,
        spelt.how,
        role=_role(text, spelt, level),
        level=level,
        common=common,
        cued=roles.cued(first, strongly=True) or (roles.cued(first) and text.capital(first)),
        strong=_is_strong(text, first, last),
        foreign=bool(own) and "en" not in own and _is_foreign(text, first, own),
        titled=bool(own) and "en" not in own and text.capital(first),
        capital=any(text.capital(index) for index in range(first, last + 1)),
        lower=all(text.lower(index) for index in range(first, last + 1)),
        key=text.key(first, last) if exact else "",
    )


def _role(text: Writing, spelt: Spelt, level: str) -> str:
    first, last, roles = spelt.first, spelt.last, text.roles
    if roles.beside(first, last, "org"):
        return "org"
    if group := roles.group(first, last):
        return group
    role = roles.role(first) or spelt.role
    site = not level and roles.beside(first, last, "site")
    if (role or level) and not (site and role in ("to", "from")):
        return role
    if any(place.admin_level == 0 for place in spelt.places) and text.goes_on_as_name(last):
        return "org"
    if site:
        return "site"
    return "person" if text.beside_a_name(first, last) else ""


def _is_foreign(text: Writing, first: int, own: frozenset[str]) -> bool:
    if text.lower(first):
        return False
    hits = text.roles.ending.get(first - 1, ())
    if text.capital(first) and any(text.scan.tokens[hit.last].folded in ANNOUNCING for hit in hits):
        return True
    cues = (
        hit.entry.language.replace("sheng", "sw") for hit in hits if hit.entry.code in ("at", "near", "from")
    )
    return any(language not in own for language in cues)


def _is_strong(text: Writing, first: int, last: int) -> bool:
    """Whether a word of level beside it makes a name of a common word: *kijiji cha Soko*, *soko village*.

    A phrase in one language (*border town*, *kijiji cha jirani*) needs capitals to be a name.
    """
    code, hit, _ = text.roles.level(first, last)
    if hit is None or code == "feature" or text.roles.determined(first):
        return False
    if text.capital(first):
        return True
    own = languages(text.scan, first)
    return not text.lower(first) and bool(own) and hit.entry.language not in own
