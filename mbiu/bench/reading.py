"""How long it takes to read one text."""

import itertools
import statistics
import time

from mbiu import analysis
from mbiu.bench import machine
from mbiu.gazetteer.lookup import Gazetteer
from mbiu.simulate import Stream


def measure(messages: int) -> dict[str, object]:
    """Microseconds a text: median and 99th percentile."""
    before, gazetteer = machine(), Gazetteer.seed()
    texts = [message.text for message in itertools.islice(Stream(seed=5), messages)]
    for text in texts[:100]:
        analysis.read(text, gazetteer, country="UG")
    times = []
    for text in texts:
        begun = time.perf_counter()
        analysis.read(text, gazetteer, country="UG")
        times.append((time.perf_counter() - begun) * 1e6)
    cuts = statistics.quantiles(times, n=100)
    return {
        "bench": "reading",
        "machine": before,
        "messages": messages,
        "p50_us": round(cuts[49]),
        "p99_us": round(cuts[98]),
        "places": len(gazetteer),
    }
