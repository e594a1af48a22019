"""What it costs to find the incidents a report may belong to, with little and with much history."""

import datetime as dt
import statistics
import time
from typing import Any

import psycopg

from mbiu.bench import machine
from mbiu.bench.house import house

# Old incidents spread over the districts and the days before the window.
_FILL = """
    INSERT INTO incident (id, ref, state, event_type, severity, urgency, certainty, priority, precision,
                          area_path, block, place_id, lat, lon, radius_km, country, reports, sources,
                          created_at, updated_at, due_at)
    SELECT gen_random_uuid(), 'I' || lpad(to_hex(n), 11, '0'), 'open', 'attack', 'severe', 'past', 'unknown',
           'P2', 'village', place.path, place.path, place.id, place.lat, place.lon, 5.0, place.country, 1, 1,
           made, made, made
    FROM generate_series(%(first)s::integer, %(last)s::integer) AS n,
         LATERAL (SELECT now() - interval '4 days' - random() * interval '400 days' AS made) AS at,
         LATERAL (SELECT * FROM unnest(%(places)s::text[]) WITH ORDINALITY AS p (id, row)
                  JOIN place USING (id) WHERE row = 1 + n %% array_length(%(places)s::text[], 1)) AS place
"""


def measure(few: int, many: int, reports: int) -> dict[str, object]:
    """Find the candidates of ``reports`` reports in batches of 50, with ``few`` and then ``many`` incidents.

    The batches are the same; each size is measured three times, the figures are medians.
    """
    before = machine()
    with house() as made, psycopg.connect(made.env["MBIU_DATABASE_OWNER_URL"], autocommit=True) as link:
        link.execute("SET mbiu.scope = '*'")
        places = _places(link)
        sizes = {}
        first = 1
        for size in (few, many):
            link.execute(_FILL, {"first": first, "last": size, "places": places})
            link.execute("ANALYZE incident")
            first = size + 1
            sizes[str(size)] = _median(link, places, reports)
    a, b = sizes.values()
    return {
        "bench": "joining",
        "machine": before,
        "reports": reports,
        "ms_a_report": {size: round(value, 3) for size, value in sizes.items()},
        "ratios": {"many_to_few": round(b / a, 2)},
    }


def _places(link: Any) -> list[str]:
    """Districts with a point, in the order of their ids."""
    query = "SELECT id FROM place WHERE level = 2 AND lat IS NOT NULL ORDER BY id LIMIT 120"
    return [row[0] for row in link.execute(query)]


def _median(link: Any, places: list[str], reports: int) -> float:
    return statistics.median(_once(link, places, reports) for _ in range(3))


def _once(link: Any, places: list[str], reports: int) -> float:
    """Milliseconds a report."""
    from mbiu import candidates
    from mbiu.db import transaction

    batches = _batches(link, places, reports)
    begun = time.perf_counter()
    for batch in batches:
        with transaction() as session:
            candidates.find(session, batch)
    return (time.perf_counter() - begun) * 1000 / reports


def _batches(link: Any, places: list[str], reports: int) -> list[list[Any]]:
    from mbiu.agreement import Facts
    from mbiu.codes import EventType, Precision
    from mbiu.search import Search

    rows = {row[0]: row for row in link.execute("SELECT id, path, lat, lon FROM place WHERE level = 2")}
    now, found = dt.datetime.now(dt.UTC), []
    for number in range(reports):
        place_id, path, lat, lon = rows[places[number % len(places)]]
        facts = Facts(EventType.ATTACK, place_id, path, lat, lon, 5.0, Precision.VILLAGE, at=now, path=path)
        found.append(Search.of(facts, number.to_bytes(32)))
    return [found[at : at + 50] for at in range(0, reports, 50)]
