"""`mbiu run`: starts database, broker and programs, watches them, and stops them all together."""

import os
import queue
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path

from mbiu.launch import programs
from mbiu.launch.checks import check
from mbiu.launch.greeting import greet
from mbiu.launch.home import lock, open_home, port
from mbiu.launch.keys import Keys, keep
from mbiu.launch.postgres import APP, OWNER, Postgres, StartFailed
from mbiu.launch.process import Begin, Child, die_with_parent, stop_all
from mbiu.launch.readiness import wait_for_health
from mbiu.launch.valkey import Valkey
from mbiu.settings import Settings, load

_TICK = 0.2
_START_SECONDS = 90.0
#: Those that bring work in are asked first, then those that do it, then the pages; the data go last.
_FAREWELLS = (("bot", "beat", "worker", "hooks", "console"), ("valkey",), ("postgres",))


class Stopped(Exception):
    """Somebody asked us to stop. ``number`` is the signal."""

    def __init__(self, number: int) -> None:
        super().__init__(signal.Signals(number).name)
        self.number = number


class Supervisor:
    """One run of one installation. Children are made by the main thread and never outlive it."""

    def __init__(self, *, with_parent: bool = False) -> None:
        self.settings: Settings = load()
        self.children: list[Child] = []
        self._signals: queue.SimpleQueue[int] = queue.SimpleQueue()
        self._with_parent = with_parent

    def run(self) -> int:
        """Start, watch, stop: 0 after a signal, 1 after a death. Raises BadSetting, StartFailed."""
        check(self.settings)
        home = self.settings.home_dir = open_home(self.settings.home_dir)
        held = lock(home)
        self._listen()
        try:
            self._start(home)
            return self._watch()
        except Stopped as stopped:
            _say(f"stopping ({stopped})")
            return 0
        finally:
            self._stop()
            os.close(held)

    def _listen(self) -> None:
        # nohup has us ignore the end of the terminal, and so it stays.
        kept = [signal.SIGHUP] if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN else []
        for number in (signal.SIGINT, signal.SIGTERM, *kept):
            signal.signal(number, lambda caught, _frame: self._signals.put(caught))
        if self._with_parent:
            die_with_parent(os.getppid())

    def _start(self, home: Path) -> None:
        keys = keep(home)
        env = self._environment(home, keys)
        env |= self._services(home, keys)
        self._step("migrate", "migrate", env=env)
        env.pop("MBIU_DATABASE_OWNER_URL", None)
        self._step("gazetteer", "gazetteer", "load", env=env)
        if env["MBIU_DEMO"] == "1":
            self._step("demo", "demo", env=env)
        self._programs(env)
        greet(self.settings, home, demo=env["MBIU_DEMO"] == "1")

    def _environment(self, home: Path, keys: Keys) -> dict[str, str]:
        """What children need beside our own environment; a key the operator sets is not overridden."""
        ours = {
            name: value
            for name, value in keys.as_environment().items()
            if not getattr(self.settings, name.removeprefix("MBIU_").lower()).get_secret_value()
        }
        return {
            **os.environ,
            **ours,
            "MBIU_HOME_DIR": str(home),
            "MBIU_DEMO": "1" if self._wants_demo() else "0",
            "PYTHONUNBUFFERED": "1",
        }

    def _wants_demo(self) -> bool:
        """A database of our own shows the demonstration unless told not to; one that was given does not."""
        if "demo" in self.settings.model_fields_set:
            return self.settings.demo
        return not self.settings.database_url.get_secret_value()

    def _services(self, home: Path, keys: Keys) -> dict[str, str]:
        """Start what was not given, and say where it is."""
        addresses = {}
        if not self.settings.database_url.get_secret_value():
            server = Postgres(home, keys, port(home, "postgres"))
            self._launch(server.start)
            server.prepare()
            addresses = {"MBIU_DATABASE_URL": server.url(APP), "MBIU_DATABASE_OWNER_URL": server.url(OWNER)}
        if not self.settings.redis_url.get_secret_value():
            broker = Valkey(home, keys, port(home, "valkey"))
            self._launch(broker.start)
            addresses["MBIU_REDIS_URL"] = broker.url
        return addresses

    def _launch(self, start: Callable[[Begin], Child]) -> None:
        self._raise_if_asked()
        start(self._begin)

    def _begin(self, child: Child) -> None:
        """Start ``child`` and answer for its end from now on."""
        child.start(_show)
        self.children.append(child)

    def _step(self, name: str, *words: str, env: dict[str, str]) -> None:
        """Run a command of ours to its end. Raises StartFailed if it fails."""
        child = programs.step(name, *words, env=env)
        self._begin(child)
        while child.is_alive:
            self._check(unless=child)
        self.children.remove(child)
        code = child.finish()
        if code != 0:
            raise StartFailed(
                "Mbiu", f"`mbiu {' '.join(words)}` failed with exit code {code}; see its lines above"
            )

    def _programs(self, env: dict[str, str]) -> None:
        names = ["console", "hooks", "worker", "beat"]
        if self.settings.telegram_token.get_secret_value() and not self._has_telegram_hook():
            names.append("bot")
        for name in names:
            self._begin(programs.named(name, self.settings, env))
        ports = {"console": self.settings.console_port, "hooks": self.settings.hooks_port}
        wait_for_health(ports, self.settings.host, self._check, _START_SECONDS)

    def _has_telegram_hook(self) -> bool:
        """Whether Telegram calls the hooks; a bot that polls would end that."""
        return bool(self.settings.telegram_hook_secret.get_secret_value())

    def _watch(self) -> int:
        try:
            while True:
                self._check()
        except StartFailed as died:
            print(
                f"mbiu: {died.service} ended unexpectedly ({died.why}); stopping the others", file=sys.stderr
            )
            return 1

    def _check(self, unless: Child | None = None) -> None:
        """Wait a moment. Raises Stopped if asked to stop, StartFailed if a child has died."""
        self._raise_if_asked(_TICK)
        for child in self.children:
            if child is not unless and not child.is_alive:
                raise StartFailed(child.name, child.how_it_ended())

    def _raise_if_asked(self, seconds: float = 0.0) -> None:
        try:
            number = self._signals.get(timeout=seconds) if seconds else self._signals.get_nowait()
        except queue.Empty:
            return
        raise Stopped(number)

    def _stop(self) -> None:
        """Stop all, in order; a second signal ends the waiting."""
        for names in _FAREWELLS:
            group = [child for name in names for child in self.children if child.name == name]
            stop_all(group, hurry=self._is_hurried)
        stop_all(self.children, hurry=lambda: True)

    def _is_hurried(self) -> bool:
        return not self._signals.empty()


def _show(name: str, line: str) -> None:
    print(f"{time.strftime('%H:%M:%S')} {name:9} {line}", flush=True)


def _say(words: str) -> None:
    _show("mbiu", words)
