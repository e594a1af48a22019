"""One printed page for each language: the words and what they do, from the tables that the dialogue uses."""

from html import escape

from mbiu import texts
from mbiu.cards.parts import page, says, table, talk, title
from mbiu.cards.responders import ANSWERS, responder
from mbiu.channels.text import compose, is_gsm7

#: The words that a page teaches: all that a reporter needs without having been shown more.
TAUGHT = ("help", "status", "new", "add", "withdraw", "lang", "stop", "start", "my_data", "delete")
#: Everything the table of all words explains.
EXPLAINED = (*TAUGHT, "join", "vouch")
_REF, _CODE, _PIN = "R7K3QX9", "KAS07", "4821"
#: What follows a word in an example.
_BEHIND = {"status": _REF, "add": _REF, "withdraw": _REF}


def card(language: str) -> str:
    """The page of a language as HTML that needs nothing else; it fits one sheet of A4."""

    def say(key: str, **values: object) -> str:
        return escape(texts.shipped(language, key, **values), quote=False)

    sections = (
        (_talk(language), says(say("card.ref"), say("card.asked"))),
        (title(say("card.words")), _words(language), says(say("card.words_how"))),
        (title(say("card.cost")), says(say("card.cost_how", letters=_letters(language)))),
        (title(say("card.act")), says(say("card.act_how")), _answers(language)),
        (title(say("card.quiet")), says(say("reply.safe_how"), say("card.secret"))),
        (title(say("card.borrowed")), _borrowed(language)),
        (title(say("card.kept")), says(say("card.kept_how"), say("card.seen"), say("card.chat"))),
    )
    return page(language, say("card.title"), say("card.tell"), sections)


def files() -> dict[str, str]:
    """Name of file -> content, for all languages: ``sw.html``, ``responder-sw.html`` and, with the words of
    all, ``words.md``.
    """
    return {
        **{f"{code}.html": card(code) for code in texts.languages()},
        **{f"responder-{code}.html": responder(code) for code in texts.languages()},
        "words.md": words(),
    }


def _letters(language: str) -> int:
    """How many letters of this language one SMS holds."""
    return 160 if is_gsm7(compose(texts.wordings(language)["card.tell"])) else 70


def _talk(language: str) -> str:
    """A report, its receipt and a question about it, as they stand on the telephone."""
    status = f"{texts.spoken(language, 'status')[0]} {_REF}"
    turns = (
        ("you", texts.shipped(language, "card.example")),
        ("we", texts.shipped(language, "reply.receipt", ref=_REF)),
        ("you", status),
        ("we", texts.shipped(language, "reply.status_open", ref=_REF)),
    )
    return talk(language, turns)


def _words(language: str) -> str:
    return table(
        (f"{texts.spoken(language, command)[0]} {_BEHIND.get(command, '')}".strip(), _does(language, command))
        for command in TAUGHT
    )


def _does(language: str, command: str) -> str:
    return texts.shipped(language, f"card.does_{command}")


def _borrowed(language: str) -> str:
    first, then = (texts.shipped(language, f"card.borrowed_{step}") for step in ("first", "then"))
    pin = texts.spoken(language, "pin")[0]
    return (
        f"<p>{escape(first, quote=False)} <b><bdi>{escape(pin)} {_PIN}</bdi></b></p>\n"
        f'<p>{escape(then, quote=False)} <b><bdi dir="ltr">#{_CODE} {_PIN} …</bdi></b></p>'
    )


def _answers(language: str) -> str:
    rows = (
        (f"{number} / {texts.spoken(language, answer)[0]}", texts.shipped(language, f"button.{answer}"))
        for number, answer in enumerate(ANSWERS, 1)
    )
    return table(rows)


def words() -> str:
    """All words of all languages and what they do, in Markdown."""
    title = "# The words that can be sent, in every language\n\nWritten by `mbiu cards`.\n\n"
    codes, english = texts.languages(), texts.FALLBACK
    head = ["", *(texts.names()[code] for code in codes)]
    rows = [[_does(english, command), *(_all(code, command) for code in codes)] for command in EXPLAINED]
    rows += [
        [texts.shipped(english, f"button.{answer}"), *(_all(code, answer) for code in codes)]
        for answer in (*ANSWERS, "info")
    ]
    lines = [head, ["---"] * len(head), *rows]
    return title + "\n".join(f"| {' | '.join(line)} |" for line in lines) + "\n"


def _all(language: str, command: str) -> str:
    return ", ".join(f"`{word}`" for word in texts.spoken(language, command))
