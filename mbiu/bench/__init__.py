"""`mbiu bench NAME`: measures Mbiu beside plain designs of the same work, in one run; prints one JSON object.

Each run has a database and a broker of its own, with the settings that an installation has. Trust the
ratios within a run, not the figures.
"""

import json
import os
import platform

import click


def machine() -> dict[str, object]:
    """Where it was measured."""
    return {
        "cores": os.cpu_count(),
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.machine()}",
        "load_before": round(os.getloadavg()[0], 2),
    }


@click.group()
def bench() -> None:
    """Measure, beside a floor; prints JSON."""


@bench.command()
@click.option("--requests", default=1500, show_default=True, help="requests of each design and round")
@click.option("--rounds", default=3, show_default=True)
@click.option("--connections", default="8,32", show_default=True, help="how many at once, comma-separated")
def intake(requests: int, rounds: int, connections: str) -> None:
    """Signed Twilio posts against the hooks: requests per second, p50 and p99."""
    from mbiu.bench.intake import measure

    levels = [int(level) for level in connections.split(",")]
    click.echo(json.dumps(measure(requests, rounds, levels), indent=2))


@bench.command()
@click.option("--messages", default=3000, show_default=True)
@click.option("--rounds", default=3, show_default=True)
def pipeline(messages: int, rounds: int) -> None:
    """From stored to read and joined: messages per second."""
    from mbiu.bench.pipeline import measure

    click.echo(json.dumps(measure(messages, rounds), indent=2))


@bench.command()
@click.option("--messages", default=2000, show_default=True)
@click.option("--names", default=1_000_000, show_default=True, help="places of the grown gazetteer; 0: none")
def reading(messages: int, names: int) -> None:
    """Reading texts, without a database: microseconds for one, memory, start."""
    from mbiu.bench.reading import measure

    click.echo(json.dumps(measure(messages, names), indent=2))


@bench.command()
@click.option("--few", default=1_000, show_default=True, help="old incidents at first")
@click.option("--many", default=50_000, show_default=True, help="old incidents in the end")
@click.option("--reports", default=1_000, show_default=True)
def joining(few: int, many: int, reports: int) -> None:
    """Finding the incidents a report may belong to, with little and much history: milliseconds a report."""
    from mbiu.bench.joining import measure

    click.echo(json.dumps(measure(few, many, reports), indent=2))


@bench.command()
@click.option("--few", default=10_000, show_default=True, help="reports of the small installation")
@click.option("--many", default=1_000_000, show_default=True, help="reports of the large one")
@click.option("--rounds", default=30, show_default=True)
def console(few: int, many: int, rounds: int) -> None:
    """Each page of the console, with little and much history: median and 90th percentile, milliseconds."""
    from mbiu.bench.console import measure

    click.echo(json.dumps(measure(few, many, rounds), indent=2))


@bench.command()
@click.option("--alerts", default=1_000, show_default=True)
@click.option("--recipients", default=10, show_default=True, help="people told in a step of each alert")
def escalation(alerts: int, recipients: int) -> None:
    """Steps that are due, at one moment and over a minute: seconds by which a worker is late."""
    from mbiu.bench.escalation import measure

    click.echo(json.dumps(measure(alerts, recipients), indent=2))
