"""Mail, by one SMTP server that takes it for us.

What the server took is on its way: no mail server tells when it was read, and one that comes back later
comes back to the sender's mailbox and not to us.
"""

import re
import smtplib
import ssl
from dataclasses import dataclass
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import formatdate, parseaddr
from typing import Self
from urllib.parse import unquote, urlsplit

import httpx

from mbiu.channels import web
from mbiu.codes import AddressKind
from mbiu.messages import ChannelError, OutgoingMessage, Sent

NAME = "email"
_STATUS = re.compile(rb"5\.(\d{1,3})\.\d{1,3}\b")
_NO_MAILBOX = frozenset({550, 551, 553})
_PORTS = {"smtp": 587, "smtps": 465}
#: Machines to which an unencrypted line is no danger: this one.
_HERE = frozenset({"127.0.0.1", "::1", "localhost"})


@dataclass(frozen=True)
class Server:
    """Where mail is handed in, from ``smtp://user:password@host:587`` or ``smtps://…:465``."""

    host: str
    port: int
    user: str
    password: str
    wrapped: bool

    @classmethod
    def read(cls, url: str) -> Self:
        """Of an address that the settings took."""
        parts = urlsplit(url)
        return cls(
            parts.hostname or "",
            parts.port or _PORTS[parts.scheme],
            unquote(parts.username or ""),
            unquote(parts.password or ""),
            parts.scheme == "smtps",
        )


class Email:
    """Hands mails to the server, over a line of its own each, encrypted unless the server is this machine."""

    name = NAME
    kind = AddressKind.EMAIL

    def __init__(self, server: Server, sender: str, *, timeout: float = web.TIMEOUT) -> None:
        self._server, self._sender, self._timeout = server, sender, timeout

    def send(self, message: OutgoingMessage) -> Sent:
        """Hand one mail over. Its id is made of ours, so that a repeat can be told. Raises ChannelError."""
        mail = self._mail(message)
        try:
            with self._line() as line:
                self._greet(line)
                line.send_message(mail, parseaddr(self._sender)[1], [message.to])
        except smtplib.SMTPRecipientsRefused as refused:
            raise _refused(*next(iter(refused.recipients.values()))) from None
        except smtplib.SMTPAuthenticationError:
            raise ChannelError("unauthorised") from None
        except smtplib.SMTPResponseException as error:
            raise ChannelError(f"smtp_{error.smtp_code}", permanent=error.smtp_code >= 500) from None
        except TimeoutError:
            raise ChannelError("timeout") from None
        except (smtplib.SMTPException, OSError):
            raise ChannelError("cut") from None
        return Sent(str(mail["Message-ID"]))

    def _line(self) -> smtplib.SMTP:
        server = self._server
        try:
            if server.wrapped:
                line: smtplib.SMTP = smtplib.SMTP_SSL(
                    server.host, server.port, timeout=self._timeout, context=_context()
                )
            else:
                line = smtplib.SMTP(server.host, server.port, timeout=self._timeout)
        except (OSError, smtplib.SMTPException):
            raise ChannelError("unreachable") from None
        return line

    def _greet(self, line: smtplib.SMTP) -> None:
        server = self._server
        line.ehlo()
        if not server.wrapped and line.has_extn("starttls"):
            line.starttls(context=_context())
            line.ehlo()
        elif not server.wrapped and server.host not in _HERE:
            raise ChannelError("not_encrypted")
        if server.user:
            line.login(server.user, server.password)

    def _mail(self, message: OutgoingMessage) -> EmailMessage:
        name, sender = parseaddr(self._sender)
        mail = EmailMessage()
        mail["From"] = Address(name, addr_spec=sender)
        mail["To"] = Address(addr_spec=message.to)
        mail["Subject"] = " ".join(message.subject.split()) or name or sender
        mail["Date"] = formatdate()
        mail["Message-ID"] = f"<{message.reference}@{sender.rpartition('@')[2]}>"
        mail["Auto-Submitted"] = "auto-generated"
        mail.set_content(message.text, cte="quoted-printable")
        for file in message.attachments:
            main, _, sub = file.content_type.partition("/")
            mail.add_attachment(file.content, maintype=main, subtype=sub, filename=file.name)
        return mail


def _context() -> ssl.SSLContext:
    return httpx.create_ssl_context()


def _refused(code: int, words: bytes) -> ChannelError:
    """A mailbox that there is not, a server that wants nothing of ours, or one that takes nothing just now.

    The status after the code tells which (RFC 3463): the second number is 1 or 2 for the address and its
    mailbox. Servers that give none mean the mailbox by 550, 551 and 553.
    """
    if code < 500:
        return ChannelError(f"smtp_{code}")
    status = _STATUS.match(words)
    if status[1] in b"12" if status else code in _NO_MAILBOX:
        return ChannelError("no_mailbox", permanent=True, blocked=True)
    return ChannelError(f"smtp_{code}", permanent=True)
