"""GeoNames dumps of a country (``KE.txt``, plain, zipped or gzipped): 19 tab-separated columns."""

from pathlib import Path

from mbiu.gazetteer.bring.files import text
from mbiu.gazetteer.bring.incoming import BadImport, Faults, Incoming, Step, Wish, located, number

COLUMNS = 19
_UNITS = {"ADM1": 1, "ADM2": 2, "ADM3": 3, "ADM4": 4}
_SITES = frozenset(("MKT", "SCH", "HSP", "MSSN", "EST", "FRM"))
_KINDS = {"P": "locality", "A": "locality", "L": "feature", "T": "feature", "H": "feature", "V": "feature"}
_RADIUS = {"P": 3.0, "A": 10.0, "L": 8.0, "T": 6.0, "H": 6.0, "V": 10.0, "S": 1.0}
_TYPES = {
    "PPL": "Village", "PPLX": "Quarter", "PPLL": "Village", "PPLA": "Town", "PPLA2": "Town",
    "ADMD": "Area", "MKT": "Market", "SCH": "School", "HSP": "Hospital", "MSSN": "Mission", "EST": "Estate",
    "FRM": "Farm", "HLL": "Hill", "HLLS": "Hills", "MT": "Mountain", "MTS": "Mountains", "VAL": "Valley",
    "STM": "River", "STMI": "Seasonal river", "LK": "Lake", "FRST": "Forest", "ISL": "Island", "PLN": "Plain",
}  # fmt: skip
_MAX_ALIASES = 8


def read(path: Path, wish: Wish) -> list[Incoming]:
    """Places and features of the classes that reports speak of. Raises BadImport."""
    faults, found, seen = Faults(), [], set()
    provinces = {}
    for row, line in enumerate(text(path, f"{wish.country}.txt").splitlines(), 1):
        cells = line.split("\t")
        if len(cells) != COLUMNS:
            faults.add(row, f"{len(cells)} columns, want {COLUMNS}: is this a GeoNames dump of one country?")
            continue
        with faults.row(row):
            if cells[0] in seen:
                raise ValueError(f"the id {cells[0]} stands twice")
            seen.add(cells[0])
            if cells[7] == "ADM1":
                provinces[cells[10]] = cells[1]
            if place := _place(row, cells, wish):
                found.append(place)
    faults.settle()
    if not found:
        raise BadImport(f"{path.name}: no place of the classes P, A, L, T, H, V")
    for place in found:
        name = provinces.get(place.province, "")
        place.chain = (Step(1, name),) if name and place.level != 1 else ()
    return found


def _place(row: int, cells: list[str], wish: Wish) -> Incoming | None:
    """The place of one line; None for one that is left out. Raises ValueError, saying what is wrong."""
    ident, name, _, others, lat, lon, group, code, country = cells[:9]
    if country and country != wish.country:
        raise ValueError(f"the country is {country}, not {wish.country}")
    if not name.strip() or not ident.isdigit():
        raise ValueError("no id or no name")
    position = located(wish.country, number("latitude", lat), number("longitude", lon))
    if not _is_wanted(group, code):
        return None
    population = int(number("population", cells[14] or "0"))
    place = Incoming(row, name.strip(), _UNITS.get(code), kind="adm" if code in _UNITS else _kind(group))
    place.lat, place.lon = position
    place.precision, place.radius_km = "point", _RADIUS[group]
    place.aliases, place.type_local = _aliases(name, others), _TYPES.get(code, "")
    place.population, place.source_id, place.province = population, ident, cells[10]
    place.policy = "auto" if place.level or population or code.startswith(("PPLA", "PPLC")) else "cue"
    return place


def _is_wanted(group: str, code: str) -> bool:
    """No former units and places (``ADM1H``, ``PPLQ``), no sites but those that reports name."""
    if group == "S":
        return code in _SITES
    former = group in "PA" and (code.endswith("H") or code in ("PPLQ", "PPLW"))
    return group in _KINDS and not former


def _kind(group: str) -> str:
    return "facility" if group == "S" else _KINDS[group]


def _aliases(name: str, others: str) -> tuple[str, ...]:
    """Other names in Latin or Arabic script."""
    found = [
        other
        for other in others.split(",")
        if len(other) > 2 and other != name and "|" not in other and _is_readable(other)
    ]
    return tuple(dict.fromkeys(found))[:_MAX_ALIASES]


def _is_readable(name: str) -> bool:
    return all(c < "\u0250" or "\u0600" <= c <= "\u06ff" for c in name)
