"""The process that forks: loads what all programs load, then begins them on request, one fork each."""

import gc
import json
import os
import runpy
import socket
import sys
import time
import warnings
from importlib import import_module
from typing import Any

from mbiu.launch.process import die_with_parent

#: What the programs load for themselves before they are of use. None of it reads a setting.
_MODULES = (
    "bot.polling", "celery.apps.beat", "celery.apps.worker", "celery.bin.celery",
    "celery.concurrency.prefork",
    "gunicorn.app.wsgiapp", "gunicorn.workers.sync", "kombu.transport.redis", "mbiu.admin", "mbiu.analysis",
    "mbiu.demo.command", "mbiu.gazetteer.refining", "mbiu.launch.gunicorn", "mbiu.launch.weblog",
    "mbiu.metrics",
    "mbiu.registry", "review", "sqlalchemy.dialects.postgresql.psycopg", "webhooks.africastalking",
    "webhooks.errors", "webhooks.gateway", "webhooks.health", "webhooks.telegram", "webhooks.twilio",
    "workers.housekeeping", "workers.schedule",
)  # fmt: skip


def main(number: int) -> list[str]:
    """Serve until nobody asks any more; in a fork, the program to become: module and words."""
    _load()
    us = os.getpid()
    ended: dict[int, int] = {}
    with socket.socket(fileno=number) as link:
        while True:
            data, pipes, *_ = socket.recv_fds(link, 1 << 20, 2)
            if not data:
                return []
            question = json.loads(data)
            if "pid" in question:
                _send(link, _code(question["pid"], ended))
                continue
            pid = os.fork()
            if not pid:
                break
            for pipe in pipes:
                os.close(pipe)
            ended.pop(pid, None)
            _send(link, pid)
    die_with_parent(us, question["farewell"])
    return _become(question, pipes)


def _load() -> None:
    from mbiu.analysis import tables, warm
    from mbiu.settings import settings

    for name in _MODULES:
        import_module(name)
    tables.use(None)
    warm()
    if settings.cache_info().currsize:
        raise RuntimeError("a module reads settings while it is imported: its program cannot be forked")
    gc.collect()
    gc.freeze()


def _send(link: socket.socket, answer: Any) -> None:
    link.send(json.dumps(answer).encode())


def _code(pid: int, ended: dict[int, int]) -> int | None:
    """The exit code of a program, or None while it runs."""
    if pid not in ended:
        found, status = os.waitpid(pid, os.WNOHANG)
        if not found:
            return None
        ended[pid] = os.waitstatus_to_exitcode(status)
    return ended[pid]


def _become(question: dict[str, Any], pipes: list[int]) -> list[str]:
    os.setsid()
    os.environ.clear()
    os.environ.update(question["env"])
    os.chdir(question["cwd"])
    for pipe, number in zip(pipes, (1, 2), strict=True):
        os.dup2(pipe, number)
        os.close(pipe)
    sys.path[0] = question["cwd"]
    time.tzset()
    for option in filter(None, os.environ.get("PYTHONWARNINGS", "").split(",")):
        action, _, message = option.partition(":")
        warnings.filterwarnings(action, message)  # type: ignore[arg-type]
    return list(question["argv"])


if __name__ == "__main__":
    program = main(int(sys.argv[1]))
    if program:
        sys.argv = program
        runpy.run_module(program[0], run_name="__main__", alter_sys=True)
