"""Mail: handed to a server that takes it, with a subject, files, and an id that a repeat keeps."""

import socket
from collections.abc import Iterator

import pytest

from mbiu.channels.email import Email, Server
from mbiu.messages import ChannelError, File, OutgoingMessage
from tests.doubles.mail import MailDouble

GRACE = "grace@peace.example"


@pytest.fixture
def mail() -> Iterator[MailDouble]:
    with MailDouble() as running:
        yield running


def send(url: str, **more: object) -> str:
    values = {"text": "What: cattle raid\n\nWhere: Kasese", "reference": "d-1", "subject": "A7K3QX9"} | more
    channel = Email(Server.read(url), "The Centre <centre@example.org>", timeout=2)
    return channel.send(OutgoingMessage(to=GRACE, **values)).provider_id  # type: ignore[arg-type]


def why(url: str, **more: object) -> ChannelError:
    with pytest.raises(ChannelError) as refused:
        send(url, **more)
    return refused.value


def test_a_mail_has_sender_subject_text_and_an_id_of_ours(mail: MailDouble) -> None:
    assert send(mail.url) == "<d-1@example.org>"
    (got,) = mail.to(GRACE)
    assert (got["From"], got["To"], got["Subject"]) == ("The Centre <centre@example.org>", GRACE, "A7K3QX9")
    assert (got["Message-ID"], got["Auto-Submitted"]) == ("<d-1@example.org>", "auto-generated")
    assert got.get_content().split() == ["What:", "cattle", "raid", "Where:", "Kasese"]
    assert mail.envelopes[0].mail_from == "centre@example.org"


def test_every_script_arrives_as_it_was_written(mail: MailDouble) -> None:
    text = "ماذا: نهب أبقار\nŋŋenda, à Kasese " + "x" * 1200
    send(mail.url, text=text, subject="A7K3QX9: نرجو الرد")
    (got,) = mail.mails
    assert got["Subject"] == "A7K3QX9: نرجو الرد"
    assert got.get_content().splitlines() == text.splitlines()


def test_a_file_goes_along(mail: MailDouble) -> None:
    send(mail.url, attachments=(File("brief.pdf", "application/pdf", b"%PDF-1.7 \0\xff"),))
    (got,) = mail.mails
    (file,) = got.iter_attachments()
    assert (file.get_filename(), file.get_content_type()) == ("brief.pdf", "application/pdf")
    assert file.get_content() == b"%PDF-1.7 \0\xff"


def test_a_subject_brings_no_header_of_its_own(mail: MailDouble) -> None:
    send(mail.url, subject="A7K3QX9\r\nBcc: everybody@example.org")
    assert mail.mails[0]["Bcc"] is None
    assert mail.envelopes[0].rcpt_tos == [GRACE]


def test_the_server_is_logged_in_to() -> None:
    with MailDouble(password="a-long-password") as guarded:
        send(guarded.url)
        assert len(guarded.mails) == 1
        error = why(guarded.url.replace("a-long-password", "wrong"))
    assert (error.reason, error.permanent) == ("unauthorised", False)


@pytest.mark.parametrize(
    ("answer", "reason", "permanent", "blocked"),
    [
        ("550 No such mailbox", "no_mailbox", True, True),
        ("550 5.1.1 No such mailbox", "no_mailbox", True, True),
        ("552 5.2.1 Mailbox closed", "no_mailbox", True, True),
        ("550 5.7.1 Your server is on a list", "smtp_550", True, False),
        ("554 5.7.1 Relay access denied", "smtp_554", True, False),
        ("554 Not from you", "smtp_554", True, False),
        ("452 Mailbox full", "smtp_452", False, False),
        ("450 4.2.1 Try again", "smtp_450", False, False),
    ],
)
def test_what_a_refusal_means(
    mail: MailDouble, answer: str, reason: str, *, permanent: bool, blocked: bool
) -> None:
    mail.refuse.append(answer)
    error = why(mail.url)
    assert (error.reason, error.permanent, error.blocked) == (reason, permanent, blocked)


def test_a_server_that_is_away_is_unreachable() -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    assert why(f"smtp://127.0.0.1:{port}").reason == "unreachable"


def test_no_word_goes_over_an_open_line_to_another_machine() -> None:
    with MailDouble(host="127.0.0.2") as bare:
        assert why(bare.url).reason == "not_encrypted"
        assert bare.mails == []
