"""How long it takes to read one text, how much memory a process that reads holds, how soon it is ready.

Each gazetteer is measured in a process of its own. Beside the best one of this machine stands the same
one grown with made-up villages, to show what a larger country costs.
"""

import dataclasses
import itertools
import json
import random
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from mbiu.bench import machine

SHORTEST, LONGEST = 20, 1_000
WARM = 100
GROWN_TO = 1_000_000
_SYLLABLES = tuple(a + b for a in "bgklmnprstwyz" for b in "aiou")
_PEAK = re.compile(r"VmHWM:\s*(\d+) kB")


def measure(messages: int, names: int = GROWN_TO) -> dict[str, object]:
    """CPU microseconds a text (median, 99th percentile), MB held, seconds until the first text is read.

    With ``names`` above the gazetteer's own number the same texts are read with that many as well.
    """
    from mbiu.gazetteer.best import best_file, gazetteer

    before, path = machine(), best_file()
    found: dict[str, object] = {"bench": "reading", "machine": before, "messages": messages}
    found["built"] = _apart(path, messages)
    if names > len(gazetteer()):
        with tempfile.TemporaryDirectory() as folder:
            grown = Path(folder) / "grown.sqlite"
            grow(grown, names)
            found["grown"] = _apart(grown, messages)
        found["grown_to_built"] = round(_median(found["grown"]) / _median(found["built"]), 2)
    return found


def _median(result: object) -> float:
    return float(result["p50_us"]) if isinstance(result, dict) else 0.0


def _apart(path: Path | None, messages: int) -> object:
    """The figures of a fresh process."""
    code = "import sys; from mbiu.bench.reading import alone; alone(*sys.argv[1:])"
    begun = time.time()
    call = [sys.executable, "-c", code, str(path or ""), str(messages), str(begun)]
    return json.loads(subprocess.run(call, check=True, capture_output=True, text=True).stdout)


def alone(path: str, messages: str, begun: str) -> None:
    """What the process does: get ready, read, print the figures as JSON."""
    from mbiu import analysis
    from mbiu.gazetteer.best import gazetteer

    places = gazetteer(Path(path)) if path else gazetteer()
    analysis.warm()
    analysis.read("Watu watatu wameuawa karibu na soko jana usiku", places, country="UG")
    ready = time.time() - float(begun)
    times = []
    for number, text in enumerate(texts(int(messages) + WARM)):
        start = time.process_time()
        analysis.read(text, places, country="UG")
        if number >= WARM:
            times.append((time.process_time() - start) * 1e6)
    cuts = statistics.quantiles(times, n=100)
    figures = {
        "places": len(places),
        "p50_us": round(cuts[49]),
        "p99_us": round(cuts[98]),
        "held_mb": _held_mb(),
        "ready_s": round(ready, 2),
    }
    sys.stdout.write(json.dumps(figures))


def _held_mb() -> int | None:
    """The most memory this process has held so far, where the system tells it of this process alone."""
    status = Path("/proc/self/status")
    found = _PEAK.search(status.read_text()) if status.is_file() else None
    return round(int(found[1]) * 1024 / 1e6) if found else None


def texts(count: int) -> Iterator[str]:
    """Made-up reports of 20 to 1,000 characters, short ones as often as long ones by powers of two."""
    from mbiu.simulate import Stream

    chance = random.Random(5)  # noqa: S311 - texts to measure with
    words = (message.text for message in Stream(seed=5))
    for _ in range(count):
        length = round(SHORTEST * (LONGEST / SHORTEST) ** chance.random())
        text = next(words)
        while len(text) < length:
            text += ". " + next(words)
        yield text[:length]


def grow(path: Path, names: int) -> None:
    """Write the best gazetteer with made-up villages in its districts, ``names`` places in all."""
    from mbiu.gazetteer.best import gazetteer
    from mbiu.gazetteer.shelve import write

    places, chance = list(gazetteer()), random.Random(7)  # noqa: S311
    districts = [one for one in places if one.admin_level == 2]
    models = itertools.cycle(districts)
    for number in range(len(places), names):
        parent = next(models)
        name = "".join(chance.choices(_SYLLABLES, k=chance.choice((2, 3, 3, 4)))).title()
        places.append(
            dataclasses.replace(
                parent,
                place_id=f"{parent.place_id}-{number}",
                name=name,
                aliases=(),
                kind="adm",
                admin_level=5,
                parent_id=parent.place_id,
                pcode="",
                match_policy="cue",
            )
        )
    write(path, places)
