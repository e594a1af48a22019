"""From the merged tree to the gazetteer's rows: other spellings, policy, id, and a point for each."""

from collections.abc import Iterator

from mbiu.gazetteer.ids import new_id
from mbiu.gazetteer.merge import spelling
from mbiu.gazetteer.merge.tree import Node, Tree
from mbiu.gazetteer.merge.words import is_ordinary
from mbiu.gazetteer.names import fold_name
from mbiu.gazetteer.place import Place
from mbiu.gazetteer.points import inherited

_WARD = 3
_SHORT = 4
_SHORTEST = 3
_SEAT_KM = {2: 35.0, 3: 8.0}


def places(tree: Tree) -> Iterator[Place]:
    """Every place of the tree as a row, with what it lacks taken from what holds it."""
    _retire(tree)
    _name_again(tree)
    _identify(tree)
    for node in tree.nodes:
        _seat(node)
    return inherited(_place(node) for node in tree.nodes)


def _retire(tree: Tree) -> None:
    """A former unit whose name the present unit inside the same holder bears leaves it to that one."""
    for node in tree.nodes:
        if node.seed is None or not node.seed.valid_to or node.parent is None:
            continue
        heirs = [one for one in node.parent.children.get(spelling.joined(node.name), ()) if one.level == 2]
        for heir in heirs[:1]:
            heir.aliases += [alias for alias in node.aliases if alias not in heir.aliases]
            if heir.lat is None and node.lat is not None and node.lon is not None:
                heir.put(node.lat, node.lon, node.radius_km, node.precision)
            node.policy, node.aliases = "never", []


def _name_again(tree: Tree) -> None:
    """Add what people leave off a name, where no other unit there has the shorter name."""
    for node in tree.nodes:
        if node.seed is None and node.is_unit and node.parent is not None and node.level != 1:
            node.aliases += [name for name in _shorter(node) if not _is_taken(node, name)]


def _shorter(node: Node) -> list[str]:
    plain, found = spelling.stem(node.name), []
    if plain != fold_name(node.name) and len(plain) >= _SHORT and not is_ordinary(plain):
        found.append(node.name[: len(node.name) - (len(fold_name(node.name)) - len(plain))].strip())
    if node.type_local == "Town Council":
        found += [f"{node.name.removesuffix(' Town Council')} TC"]
    base = spelling.unnumbered(node.name)
    if (node.level or 0) > _WARD and base != fold_name(node.name) and len(base) > _SHORT:
        found.append(node.name.rpartition(" ")[0])
    return [name for name in found if name and name not in (node.name, *node.aliases)]


def _is_taken(node: Node, name: str) -> bool:
    """Whether a brother, or a unit that holds it, bears the name; a number is left off the first one only."""
    key = fold_name(name)
    if any(key == fold_name(held) for one in node.up() for held in (one.name, *one.aliases)):
        return True
    brothers = node.held_by.children.setdefault(key.replace(" ", ""), [])
    if any(one is not node for one in brothers):
        return True
    brothers.append(node)
    return False


def _identify(tree: Tree) -> None:
    taken = {node.place_id for node in tree.nodes if node.place_id}
    for node in tree.nodes:
        if not node.place_id and node.parent is not None:
            kind, holder = node.type_local, node.held_by.place_id
            node.place_id = new_id(node.country, holder, node.level, node.name, kind, taken)
            taken.add(node.place_id)


def _seat(node: Node) -> None:
    """A unit that bears the name of the one that holds it lies where that one has its seat."""
    holder = node.parent
    if holder is None or not node.is_unit or node.lat is not None or holder.precision != "seat":
        return
    same = spelling.joined(node.name) in {spelling.joined(name) for name in (holder.name, *holder.aliases)}
    if same and holder.lat is not None and holder.lon is not None:
        node.put(holder.lat, holder.lon, min(holder.radius_km, _SEAT_KM.get(node.level or 0, 3.0)), "seat")


def _place(node: Node) -> Place:
    return Place(
        place_id=node.place_id,
        name=node.name,
        aliases=tuple(dict.fromkeys(node.aliases)),
        kind=node.kind,
        admin_level=node.level,
        type_local=node.type_local,
        country=node.country,
        parent_id=node.parent.place_id if node.parent else "",
        pcode=node.pcode,
        lat=node.lat,
        lon=node.lon,
        coord_precision=node.precision,
        radius_km=node.radius_km,
        population=node.population,
        match_policy=node.policy or policy(node.name, node.level),
        valid_to=node.seed.valid_to if node.seed else "",
        replaced_by=node.seed.replaced_by if node.seed else "",
        source=node.source,
        source_id=node.source_id,
    )


def policy(name: str, level: int | None) -> str:
    """How a name may be matched.

    Villages, short names and ordinary words need a cue or their parent beside them; a letter or a
    number alone is never a name.
    """
    key = fold_name(name)
    if len(key.replace(" ", "")) < _SHORTEST:
        return "never"
    if level is not None and level > _WARD:
        return "cue"
    short = len(key) <= (_SHORTEST if level in (1, 2) else _SHORT)
    return "cue" if short or is_ordinary(key) else "auto"
