"""The responder's card: how to answer, what a yes means, and what may come afterwards."""

import datetime as dt
from html import escape

from mbiu import escalation, texts
from mbiu.cards.parts import page, says, table, talk, title, typed

ANSWERS = ("ack", "go", "done", "cannot")
_REF, _PLACE = "A7K3QX9", "Panyangara, Kotido"
_HOUR = dt.timedelta(hours=1)


def responder(language: str) -> str:
    """The page of a language as HTML that needs nothing else; it fits one sheet of A4."""

    def say(key: str, **values: object) -> str:
        return escape(texts.shipped(language, key, **values), quote=False)

    def words(key: str) -> str:
        return texts.spoken(language, key)[0]

    hours = escalation.PROMISE // _HOUR
    update = texts.shipped(language, "alert.update")
    sections = (
        (title(say("rcard.answers")), _answers(language), says(say("rcard.ref"))),
        (_example(language),),
        (
            title(say("rcard.promise")),
            says(say("rcard.promise_how", hours=hours)),
            _typed(language, f"{words('go')} 2h", f"2 {_REF} 30 min", f"{words('cannot')} {_REF}"),
        ),
        (
            title(say("rcard.words")),
            says(say("rcard.words_how")),
            _typed(language, f"3 {_REF} {texts.shipped(language, 'rcard.example')}", f"{_REF} …"),
        ),
        (title(say("rcard.after")), says(say("rcard.after_how", update=update)), _after(language)),
        (title(say("rcard.mail")), says(say("rcard.mail_how"))),
        (title(say("rcard.care")), says(say("rcard.care_how"))),
    )
    return page(language, say("rcard.title"), say("rcard.tell"), sections)


def _answers(language: str) -> str:
    """The figures and every word of the language, and what they say."""
    rows = [
        (f"{number} / {_every(language, answer)}", texts.shipped(language, f"rcard.means_{answer}"))
        for number, answer in enumerate(ANSWERS, 1)
    ]
    return table([*rows, (_every(language, "info"), texts.shipped(language, "rcard.means_info"))])


def _every(language: str, answer: str) -> str:
    spoken = " / ".join(texts.spoken(language, answer)[:2])
    return f"{spoken} 2h" if answer == "go" else spoken


def _example(language: str) -> str:
    """A message, a promise and what was done, about a bridge: the page must not show what it is for."""
    turns = (
        ("we", _message(language)),
        ("you", "2 2h"),
        ("we", texts.shipped(language, "reply.alert.go", ref=_REF)),
        ("you", f"3 {_REF} {texts.shipped(language, 'rcard.example')}"),
        ("we", texts.shipped(language, "reply.alert.done", ref=_REF)),
    )
    return talk(language, turns)


def _message(language: str) -> str:
    text = texts.shipped(
        language,
        "alert.sms",
        mark="",
        ref=_REF,
        certainty=texts.shipped(language, "certainty.likely"),
        severity="",
        type=texts.shipped(language, "event_type.hazard"),
        place=_PLACE,
        when="22/11 06:00",
        numbers="",
        ask=texts.shipped(language, "alert.ask", ref=_REF),
    )
    return " ".join(text.split()).replace(" ,", ",").replace(" ،", "،")


def _after(language: str) -> str:
    ended = (texts.shipped(language, f"alert.{kind}", ref=_REF) for kind in ("recall", "all_clear"))
    return talk(language, (("we", text) for text in ended))


def _typed(language: str, *lines: str) -> str:
    """What can be written, each in a line of its own."""
    return "\n".join(f"<p><b>{typed(language, line)}</b></p>" for line in lines)
