"""Which groups a name stands for, and whether two names mean the same party. Pure.

A group is one of the table ``actors`` (`mbiu.analysis.tables`), with what the centre has added to it. A part
stands for its whole and a whole for its parts: who belongs to the police is of the GSU's side, and of that
of the security forces.
"""

from collections.abc import Iterable

from mbiu.analysis import tables
from mbiu.analysis.overlay import split
from mbiu.gazetteer.names import fold_name

#: The whole that each part belongs to, by the names of the table.
WHOLE = {
    **dict.fromkeys(("GSU", "Administration Police", "police reservists"), "police"),
    **dict.fromkeys(
        (
            "UPDF",
            "LDU",
            "KDF",
            "TPDF",
            "SSPDF",
            "FARDC",
            "RDF",
            "FDNB",
            "ENDF",
            "Somali National Army",
            "SAF",
        ),
        "army",
    ),
    **dict.fromkeys(
        ("police", "army", "NSS", "county askaris", "local defence", "rangers", "intelligence agents"),
        "security forces",
    ),
    "prison officers": "security forces",
    **dict.fromkeys(("Jie", "Dodoth", "Matheniko", "Bokora", "Pian", "Tepeth"), "Karamojong"),
    **dict.fromkeys(
        ("Pokot", "Marakwet", "Tugen", "Keiyo", "Nandi", "Kipsigis", "Sabaot", "Ogiek"), "Kalenjin"
    ),
    **dict.fromkeys(("Degodia", "Garre", "Ajuran", "Murulle", "Ogaden"), "Somali"),
    "Bukusu": "Luhya",
}
_COMMUNITIES = frozenset({"community", "religious"})
#: Roles such as farmers or youth say nothing of whom somebody belongs to.
_NO_GROUP = frozenset({"role", "livelihood"})


def groups(name: str, kind: str = "") -> frozenset[str]:
    """The groups of the table that a name holds, folded: «Kasese Police Station» is the police.

    An affiliation of ``kind`` community leads to communities alone, an institution or a unit never to one.
    """
    words = f" {fold_name(name)} "
    found = [
        (alias.rstrip("*"), fold_name(group))
        for group, group_kind, aliases in _table()
        if _fits(group_kind, kind)
        for alias in aliases
        if _holds(words, alias)
    ]
    # «Administration Police» is that force, although the word police is in it.
    return frozenset(group for alias, group in found if not any(_within(alias, one) for one, _ in found))


def _within(alias: str, longer: str) -> bool:
    return alias != longer and f" {alias} " in f" {longer} "


def _fits(group_kind: str, kind: str) -> bool:
    if group_kind in _NO_GROUP:
        return False
    return not kind or (group_kind in _COMMUNITIES) == (kind == "community")


def _holds(words: str, alias: str) -> bool:
    """Whole words; one that ends with a star stands for all that begin so."""
    return f" {alias[:-1]}" in words if alias.endswith("*") else f" {alias} " in words


@tables.cached
def _table() -> tuple[tuple[str, str, tuple[str, ...]], ...]:
    return tuple(
        (row["name"], row["kind"], (fold_name(row["name"]), *map(_folded, split(row["aliases"]))))
        for row in tables.rows("actors")
    )


def _folded(alias: str) -> str:
    return fold_name(alias) + ("*" if alias.rstrip().endswith("*") else "")


def keys(name: str, kind: str) -> frozenset[str]:
    """All folded names under which somebody of this affiliation may be named as a party."""
    own = groups(name, kind)
    return frozenset({fold_name(name)}) | own | _related(own)


def _related(own: Iterable[str]) -> frozenset[str]:
    """The wholes above these groups, and the parts below them."""
    wholes = {fold_name(part): fold_name(whole) for part, whole in WHOLE.items()}
    above, below = set(own), set(own)
    while more := {wholes[one] for one in above if one in wholes} - above:
        above |= more
    while more := {part for part, whole in wholes.items() if whole in below} - below:
        below |= more
    return frozenset(above | below)


def same(known: Iterable[str], party: str) -> bool:
    """Whether a party's name is one of the ``known`` keys of an affiliation, or means one of them."""
    meant = {fold_name(party)} | groups(party)
    return not meant.isdisjoint(known)
