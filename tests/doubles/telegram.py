"""The Telegram Bot API: sending with its limits, changing, deleting, files."""

import asyncio
import json
import math
import time
from collections import deque
from collections.abc import Iterable
from typing import Any

from aiohttp import web

from tests.doubles.base import Failure, suffer
from tests.doubles.markup import buttons_of, keys_of, menu_key, text_of
from tests.doubles.people import BOT_ID, ChatMessage
from tests.doubles.updates import Refused, Updates

TOKEN = f"{BOT_ID}:AAE-only-for-the-double-0123456789abcd"
MAX_FILE = 20 * 1024 * 1024
TWO_DAYS = 48 * 3600


class TelegramDouble(Updates):
    """One bot. With ``limits`` it holds 30 messages/s, 1/s a chat and 20/min a group."""

    shown = ("sent", "answered", "deleted", "menus", "profile", "told", "hook", "hook_answers", "pending")

    def __init__(self, token: str = TOKEN, *, limits: bool = False) -> None:
        super().__init__()
        self.token = token
        self.limits = limits
        self.sent: list[ChatMessage] = []
        self.answered: list[str] = []
        self.deleted: list[tuple[int, int]] = []
        #: Menus by ``scope:language``, words about the bot by ``name:language``, and each call that set one.
        self.menus: dict[str, list[dict[str, str]]] = {}
        self.profile: dict[str, str] = {}
        self.told: list[str] = []
        self._times: deque[tuple[float, int]] = deque()

    def routes(self) -> Iterable[web.RouteDef]:
        return [
            web.route("*", "/bot{token}/{method}", self._call),
            web.get("/file/bot{token}/{path:.+}", self._download),
        ]

    def texts(self, chat_id: int) -> list[str]:
        """What the bot wrote to a chat, in order."""
        with self.lock:
            return [message.text for message in self.sent if message.chat_id == chat_id]

    async def _call(self, request: web.Request) -> web.Response:
        if request.match_info["token"] != self.token:
            return _refused(Refused(401, "Unauthorized"))
        method = getattr(self, "api_" + request.match_info["method"].lower(), None)
        if method is None:
            return _refused(Refused(404, "Not Found"))
        try:
            return await self._answer(request, method)
        except Refused as refusal:
            return _refused(refusal)

    async def _answer(self, request: web.Request, method: Any) -> web.Response:
        parameters = await _parameters(request)
        sends = method.__name__ in ("api_sendmessage", "api_editmessagetext")
        failure = await self.next_failure(request) if sends else None
        if failure and not failure.after:
            return _refused(_scripted(failure))
        result = method(parameters)
        result = await result if asyncio.iscoroutine(result) else result
        if failure:
            await suffer(request, failure)
            return _refused(_scripted(failure))
        return web.json_response({"ok": True, "result": result})

    def api_getme(self, _: dict[str, Any]) -> dict[str, Any]:
        rights = {
            "can_join_groups": True,
            "can_read_all_group_messages": False,
            "supports_inline_queries": False,
        }
        return self.bot_json() | rights

    def api_sendmessage(self, given: dict[str, Any]) -> dict[str, Any]:
        chat_id = self._reachable(given)
        text, buttons = text_of(given), buttons_of(given)
        topic = self._thread(chat_id, given)
        self._spend(chat_id)
        with self.lock:
            number, now = self.number(chat_id), time.time()
            message = ChatMessage(
                chat_id, number, text, buttons, at=now, topic=topic, keys=keys_of(given, chat_id)
            )
            self.messages[chat_id, message.message_id] = message
            self.sent.append(message)
        return self.message_json(message)

    def _reachable(self, given: dict[str, Any]) -> int:
        try:
            chat_id = int(given.get("chat_id", ""))
        except ValueError:
            raise Refused(400, "Bad Request: chat not found") from None
        if chat_id in self.groups:
            return self._reachable_group(chat_id)
        person = self.people.get(chat_id)
        if person is None:
            raise Refused(400, "Bad Request: chat not found")
        if person.blocked:
            raise Refused(403, "Forbidden: bot was blocked by the user")
        return chat_id

    def _reachable_group(self, chat_id: int) -> int:
        group = self.groups[chat_id]
        if group.moved_to:
            text = "Bad Request: group chat was upgraded to a supergroup chat"
            raise Refused(400, text, moved_to=group.moved_to)
        if group.kicked:
            raise Refused(403, f"Forbidden: bot was kicked from the {group.kind} chat")
        return chat_id

    def _thread(self, chat_id: int, given: dict[str, Any]) -> int | None:
        if not given.get("message_thread_id"):
            return None
        topic, group = int(given["message_thread_id"]), self.groups.get(chat_id)
        if group is None or topic not in group.topics:
            raise Refused(400, "Bad Request: message thread not found")
        if topic in group.closed:
            raise Refused(400, "Bad Request: TOPIC_CLOSED")
        return topic

    def _spend(self, chat_id: int) -> None:
        if not self.limits:
            return
        now = time.monotonic()
        while self._times and now - self._times[0][0] > 60:
            self._times.popleft()
        second = [chat for at, chat in self._times if now - at < 1]
        if len(second) >= 30 or chat_id in second:
            raise Refused(429, "Too Many Requests: retry after 1", 1)
        in_minute = [at for at, chat in self._times if chat == chat_id]
        if chat_id < 0 and len(in_minute) >= 20:
            wait = math.ceil(60 - (now - in_minute[-20]))
            raise Refused(429, f"Too Many Requests: retry after {wait}", wait)
        self._times.append((now, chat_id))

    def api_editmessagetext(self, given: dict[str, Any]) -> dict[str, Any]:
        message = self._own(given, "edit")
        text, buttons = text_of(given), buttons_of(given)
        if (text, buttons) == (message.text, message.buttons):
            raise Refused(400, "Bad Request: message is not modified")
        message.text, message.buttons, message.edits = text, buttons, message.edits + 1
        return self.message_json(message) | {"edit_date": int(time.time())}

    def api_editmessagereplymarkup(self, given: dict[str, Any]) -> dict[str, Any]:
        message = self._own(given, "edit")
        message.buttons, message.edits = buttons_of(given), message.edits + 1
        return self.message_json(message) | {"edit_date": int(time.time())}

    def _own(self, given: dict[str, Any], act: str) -> ChatMessage:
        message = self.messages.get((self._reachable(given), int(given.get("message_id", 0))))
        if message is None:
            raise Refused(400, f"Bad Request: message to {act} not found")
        if act == "edit" and not message.from_bot:
            raise Refused(400, "Bad Request: message can't be edited")
        return message

    def api_answercallbackquery(self, given: dict[str, Any]) -> bool:
        press = str(given.get("callback_query_id", ""))
        if press not in self.open_presses:
            raise Refused(
                400, "Bad Request: query is too old and response timeout expired or query ID is invalid"
            )
        self.open_presses.discard(press)
        self.answered.append(press)
        return True

    def api_deletemessage(self, given: dict[str, Any]) -> bool:
        message = self._own(given, "delete")
        if time.time() - message.at > TWO_DAYS:
            raise Refused(400, "Bad Request: message can't be deleted for everyone")
        self._delete(message)
        return True

    def api_deletemessages(self, given: dict[str, Any]) -> bool:
        chat_id = self._reachable(given)
        for number in given.get("message_ids", []):
            message = self.messages.get((chat_id, int(number)))
            if message and time.time() - message.at <= TWO_DAYS:
                self._delete(message)
        return True

    def _delete(self, message: ChatMessage) -> None:
        with self.lock:
            del self.messages[message.chat_id, message.message_id]
            self.deleted.append((message.chat_id, message.message_id))

    def api_getfile(self, given: dict[str, Any]) -> dict[str, Any]:
        name = str(given.get("file_id", ""))
        if name not in self.files:
            raise Refused(400, "Bad Request: wrong file_id or the file is temporarily unavailable")
        path, content = self.files[name]
        if len(content) > MAX_FILE:
            raise Refused(400, "Bad Request: file is too big")
        return {"file_id": name, "file_unique_id": name[-12:], "file_size": len(content), "file_path": path}

    async def _download(self, request: web.Request) -> web.Response:
        if request.match_info["token"] != self.token:
            raise web.HTTPUnauthorized
        for path, content in self.files.values():
            if path == request.match_info["path"]:
                return web.Response(body=content, content_type="application/octet-stream")
        raise web.HTTPNotFound

    def api_setmycommands(self, given: dict[str, Any]) -> bool:
        self.menus[menu_key(given)] = given["commands"]
        self.told.append("setMyCommands")
        return True

    def api_getmycommands(self, given: dict[str, Any]) -> list[dict[str, str]]:
        return self.menus.get(menu_key(given), [])

    def _set_profile(self, given: dict[str, Any]) -> bool:
        language = given.pop("language_code", "")
        self.profile |= {f"{key}:{language}": str(value) for key, value in given.items()}
        self.told.append("profile")
        return True

    api_setmydescription = api_setmyshortdescription = api_setmyname = _set_profile

    def api_getmydescription(self, given: dict[str, Any]) -> dict[str, str]:
        return self._shown("description", given)

    def api_getmyshortdescription(self, given: dict[str, Any]) -> dict[str, str]:
        return self._shown("short_description", given)

    def _shown(self, name: str, given: dict[str, Any]) -> dict[str, str]:
        language = given.get("language_code", "")
        return {name: self.profile.get(f"{name}:{language}") or self.profile.get(f"{name}:", "")}

    def api_sendchataction(self, given: dict[str, Any]) -> bool:
        return bool(self._reachable(given))

    def api_setchatmenubutton(self, _: dict[str, Any]) -> bool:
        return True

    api_logout = api_close = api_setchatmenubutton


async def _parameters(request: web.Request) -> dict[str, Any]:
    given: dict[str, Any] = dict(request.query)
    if request.content_type == "application/json":
        return given | dict(await request.json())
    given |= dict(await request.post())
    for name in ("reply_markup", "commands", "allowed_updates", "message_ids", "scope"):
        if isinstance(given.get(name), str):
            given[name] = json.loads(given[name])
    return given


def _scripted(failure: Failure) -> Refused:
    texts = {403: "Forbidden: user is deactivated", 429: "Too Many Requests: retry later", 502: "Bad Gateway"}
    return Refused(
        failure.status,
        failure.text or texts.get(failure.status, "Internal Server Error"),
        failure.retry_after,
    )


def _refused(refusal: Refused) -> web.Response:
    body: dict[str, Any] = {"ok": False, "error_code": refusal.status, "description": refusal.text}
    if parameters := {name: value for name, value in refusal.parameters.items() if value is not None}:
        body["parameters"] = parameters
    return web.json_response(body, status=refusal.status)
