"""One web server for all doubles, in a thread or as a process."""

import asyncio
import threading
from typing import Any, Self

from aiohttp import web

from tests.doubles.africastalking import AfricasTalkingDouble
from tests.doubles.base import Double, Failure
from tests.doubles.gateway import GatewayDouble
from tests.doubles.telegram import TelegramDouble
from tests.doubles.twilio import TwilioDouble

__all__ = ["Doubles", "Failure"]


class Doubles:
    """All providers at ``url``. A context manager; ``serve`` runs it in the foreground instead."""

    def __init__(self, port: int = 0, host: str = "127.0.0.1", *, limits: bool = False) -> None:
        self.telegram = TelegramDouble(limits=limits)
        self.twilio = TwilioDouble()
        self.africastalking = AfricasTalkingDouble()
        self.gateway = GatewayDouble()
        self.second_gateway = GatewayDouble("second_gateway")
        phones = (self.gateway, self.second_gateway)
        self.all: tuple[Double, ...] = (self.telegram, self.twilio, self.africastalking, *phones)
        self.url = ""
        self._address = (host, port)
        self._ready = threading.Event()
        self._end: asyncio.Event | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._failed: BaseException | None = None
        self._thread = threading.Thread(target=self._run, name="doubles", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        self._ready.wait(10)
        if self._failed:
            raise self._failed
        return self

    def __exit__(self, *_: object) -> None:
        if self._loop and self._end:
            self._loop.call_soon_threadsafe(self._end.set)
        self._thread.join(10)

    def _run(self) -> None:
        try:
            asyncio.run(self.serve())
        except BaseException as error:  # noqa: BLE001 - handed to the thread that waits
            self._failed = error
            self._ready.set()

    async def serve(self) -> None:
        """Serve until stopped."""
        self._loop, self._end = asyncio.get_running_loop(), asyncio.Event()
        runner = web.AppRunner(self._application(), access_log=None, shutdown_timeout=1.0)
        await runner.setup()
        try:
            await self._listen(runner)
            await self._end.wait()
        finally:
            for double in self.all:
                await double.stopped()
            await runner.cleanup()

    async def _listen(self, runner: web.AppRunner) -> None:
        host, port = self._address
        await web.TCPSite(runner, host, port).start()
        self.url = f"http://{host}:{runner.addresses[0][1]}"
        for double in self.all:
            double.base_url = self.url
            await double.started()
        self._ready.set()

    def _application(self) -> web.Application:
        app = web.Application(client_max_size=32 * 1024 * 1024)
        for double in self.all:
            app.add_routes(double.routes())
        app.add_routes(
            [
                web.get("/_double/{name}/{item}", self._show),
                web.post("/_double/{name}/{item}", self._order),
            ]
        )
        return app

    def _named(self, request: web.Request) -> Double:
        for double in self.all:
            if double.name == request.match_info["name"]:
                return double
        raise web.HTTPNotFound

    async def _show(self, request: web.Request) -> web.Response:
        double, item = self._named(request), request.match_info["item"]
        if item not in double.shown:
            raise web.HTTPNotFound
        return web.json_response(double.show(item))

    async def _order(self, request: web.Request) -> web.Response:
        double, item = self._named(request), request.match_info["item"]
        if item not in double.commands:
            raise web.HTTPNotFound
        arguments: dict[str, Any] = await request.json() if request.can_read_body else {}
        return web.json_response(await asyncio.to_thread(double.order, item, arguments))
