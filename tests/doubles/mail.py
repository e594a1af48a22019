"""A mail server on this machine: keeps what it takes, and refuses when told to."""

from collections import deque
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any, Self

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from mbiu.launch import home


class MailDouble:
    """``mails`` are those taken. ``refuse`` holds answers to the next recipients, ``550 No such mailbox``."""

    def __init__(self, password: str = "", host: str = "127.0.0.1") -> None:
        self.mails: list[EmailMessage] = []
        self.envelopes: list[Envelope] = []
        self.refuse: deque[str] = deque()
        self._password, self._host, self._port = password, host, home.free_port()
        extra: dict[str, Any] = {"ready_timeout": 10}
        if password:
            extra |= {"authenticator": self._knows, "auth_require_tls": False}
        self._controller = Controller(self, hostname=host, port=self._port, **extra)

    def __enter__(self) -> Self:
        self._controller.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._controller.stop()

    @property
    def url(self) -> str:
        """Its address as the settings take it."""
        user = f"mbiu:{self._password}@" if self._password else ""
        return f"smtp://{user}{self._host}:{self._port}"

    def to(self, address: str) -> list[EmailMessage]:
        """The mails to one mailbox."""
        return [
            mail
            for mail, envelope in zip(self.mails, self.envelopes, strict=True)
            if address in envelope.rcpt_tos
        ]

    def _knows(self, _: SMTP, __: Session, ___: Envelope, ____: str, data: LoginPassword) -> AuthResult:
        return AuthResult(success=data.password == self._password.encode(), handled=False)

    async def handle_RCPT(  # noqa: N802 - the library's name
        self, _: SMTP, __: Session, envelope: Envelope, address: str, ___: list[str]
    ) -> str:
        if self.refuse:
            return self.refuse.popleft()
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _: SMTP, __: Session, envelope: Envelope) -> str:  # noqa: N802
        if self.refuse:
            return self.refuse.popleft()
        found = message_from_bytes(envelope.original_content or b"", policy=policy.default)
        assert isinstance(found, EmailMessage)
        self.mails.append(found)
        self.envelopes.append(envelope)
        return "250 OK"
