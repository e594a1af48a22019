"""What the printed pages are made of: sections, paragraphs, lists and talks in HTML."""

from collections.abc import Iterable
from html import escape
from pathlib import Path
from string import Template

from mbiu import texts

_TEMPLATE = Template((Path(__file__).parent / "card.html").read_text(encoding="utf-8"))


def page(language: str, title: str, tell: str, sections: Iterable[Iterable[str]]) -> str:
    """A page of a language as HTML that needs nothing else, made of escaped texts and of sections."""
    return _TEMPLATE.substitute(
        language=language,
        direction=texts.wordings(language)["direction"],
        title=title,
        to=escape(texts.shipped(language, "card.to"), quote=False),
        tell=tell,
        sections="\n".join(_section(*parts) for parts in sections),
    )


def _section(*parts: str) -> str:
    return "<section>\n" + "\n".join(parts) + "\n</section>"


def title(text: str) -> str:
    """The heading of a section."""
    return f"<h2>{text}</h2>"


def says(*paragraphs: str) -> str:
    """Paragraphs of escaped text."""
    return "\n".join(f"<p>{text}</p>" for text in paragraphs)


def talk(language: str, turns: Iterable[tuple[str, str]]) -> str:
    """What was said in turn, as it stands on the telephone: ``you`` or ``we``, and the words."""
    return '<ul class="talk">\n' + "\n".join(_line(language, who, text) for who, text in turns) + "\n</ul>"


def _line(language: str, who: str, text: str) -> str:
    name = escape(texts.shipped(language, f"card.{who}"))
    return f'<li class="{who}"><b>{name}</b>{typed(language, text)}</li>'


def typed(language: str, text: str) -> str:
    """What is typed, in the direction of its own letters: «2 2h» is no Arabic even on an Arabic page."""
    direction = texts.wordings(language)["direction"]
    words = escape(text, quote=False)
    return f'<bdi dir="ltr">{words}</bdi>' if direction == "rtl" and text.isascii() else words


def table(rows: Iterable[tuple[str, str]]) -> str:
    """What is sent, and what it does."""
    lines = (f"<dt><bdi>{escape(word)}</bdi></dt><dd>{escape(does, quote=False)}</dd>" for word, does in rows)
    return "<dl>\n" + "\n".join(lines) + "\n</dl>"
