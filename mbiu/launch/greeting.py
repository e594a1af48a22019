"""What `mbiu run` says once everything answers."""

import json
from pathlib import Path

from mbiu.launch.readiness import reachable
from mbiu.settings import Settings

LOGINS = "demo-logins.json"


def greet(settings: Settings, home: Path, *, demo: bool) -> None:
    """Print the addresses, and the log-ins of the demonstration where there are some."""
    print(
        "\n".join(
            [
                "",
                *_addresses(settings, demo=demo),
                *_logins(home / LOGINS),
                "",
                "Ctrl-C stops everything.",
                "",
            ]
        ),
        flush=True,
    )


def _addresses(settings: Settings, *, demo: bool) -> list[str]:
    console, hooks = (
        f"http://{_host(settings)}:{port}" for port in (settings.console_port, settings.hooks_port)
    )
    lines = ["Mbiu is running.", "", f"  console   {console}/", f"  hooks     {hooks}/hooks/..."]
    return (
        [*lines, f"  phones    {console}/phone   (demonstration: type as a reporter or a responder)"]
        if demo
        else lines
    )


def _host(settings: Settings) -> str:
    host = reachable(settings.host)
    return f"[{host}]" if ":" in host else host


def _logins(path: Path) -> list[str]:
    try:
        people = json.loads(path.read_text())
        rows = [f"  {p['name']:9} {p['role']:12} {p['password']}{_code(p)}" for p in people]
    except (OSError, ValueError, KeyError, TypeError):
        return []
    return ["", f"Log-ins of this installation's demonstration (kept in {path}):", "", *rows]


def _code(person: dict[str, str]) -> str:
    return f"   one-time codes from {person['totp_secret']}" if person.get("totp_secret") else ""
