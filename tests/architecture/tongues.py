"""Finding what the console would show in one language only: in templates and in the code of its pages."""

import ast
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

from jinja2 import Environment, nodes

from review.catalogues import REFUSALS

REVIEW = Path(__file__).parents[2] / "review"
#: Attributes that are read out or shown.
SHOWN = frozenset({"title", "aria-label", "aria-description", "placeholder", "alt"})
#: Names and marks that are the same in every language.
NAMES = re.compile(r"\b(Mbiu|SHA-256|KB|MB|GB|SMS|CSV|JSON|API|URL|TOTP|OpenAPI|EAT|km)\b")
WORD = re.compile(r"[^\W\d_]{2,}")
TRANSLATORS = frozenset({"_", "gettext", "ngettext", "pgettext", "lazy_gettext", "lazy_ngettext", "_l"})
_MARK = re.compile("\ue000(\\d+)\ue001")
_SILENT = frozenset({"script", "style", "kbd", "code"})


def has_words(text: str) -> bool:
    return bool(WORD.search(NAMES.sub("", text)))


def in_template(source: str) -> list[str]:
    """Texts and attributes of a template that no catalogue can translate, as they stand there."""
    env = Environment(extensions=["jinja2.ext.i18n"], autoescape=True)
    page, outputs = _marked(env, source)
    reader = _Reader()
    reader.feed(page)
    reader.close()
    found = [_MARK.sub(" … ", text).strip() for text in reader.shown if has_words(_MARK.sub("", text))]
    for text in reader.shown:
        for number in _MARK.findall(text):
            found += _literals(env, outputs[int(number)])
    return found


def _marked(env: Environment, source: str) -> tuple[str, list[str]]:
    """The page with a mark for each expression, and the expressions. Translated blocks are left out."""
    page, outputs, inside, unseen = "", [], "", False
    for _line, kind, text in env.lex(source):
        if kind == "data":
            page += "" if unseen else text
        elif kind in ("variable_begin", "block_begin"):
            inside = ""
        elif kind == "variable_end":
            page += f"\ue000{len(outputs)}\ue001"
            outputs.append(inside)
        elif kind == "block_end":
            word = inside.split(None, 1)[0] if inside.strip() else ""
            unseen = _unseen(inside.strip()) or (unseen and word not in ("endtrans", "endblock"))
            page += " "
        else:
            inside += text
    return page, outputs


def _unseen(block: str) -> bool:
    """Whether what follows is translated as a block, or is no text: a class name for the layout."""
    return block.startswith("trans") or bool(re.match(r"block\s+width", block))


class _Reader(HTMLParser):
    """Collects what is shown or read out."""

    def __init__(self) -> None:
        super().__init__()
        self.shown: list[str] = []
        self._silent: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.shown += [value for name, value in attrs if name in SHOWN and value]
        if tag in _SILENT or ("translate", "no") in attrs:
            self._silent.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if self._silent and self._silent[-1] == tag:
            self._silent.pop()

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self.shown.append(data)


def _literals(env: Environment, expression: str) -> list[str]:
    tree = env.parse("{{" + expression + "}}")
    return [
        text
        for output in tree.find_all(nodes.Output)
        for text in map(str, _said(output.nodes))
        if has_words(text)
    ]


def _said(given: list[nodes.Expr]) -> Iterator[object]:
    """The string constants that an expression would show, and none that it only asks or passes on."""
    for node in given:
        if isinstance(node, nodes.Const):
            yield node.value if isinstance(node.value, str) else ""
        elif isinstance(node, nodes.CondExpr):
            yield from _said([node.expr1, *([node.expr2] if node.expr2 else [])])
        elif isinstance(node, nodes.Concat):
            yield from _said(node.nodes)
        elif isinstance(node, nodes.Or | nodes.And | nodes.Add):
            yield from _said([node.left, node.right])
        elif isinstance(node, nodes.Filter) and node.node and node.name != "label":
            yield from _said([node.node])


def in_code(source: str) -> list[str]:
    """Sentences in the code of a page that are not marked for translation."""
    found: list[str] = []
    _Sentences(found).visit(ast.parse(source))
    return found


class _Sentences(ast.NodeVisitor):
    """Sentences outside docstrings, annotations, translated calls, logs and errors nobody is shown."""

    _QUIET = TRANSLATORS | {
        "NotFound",
        "text",
        "getLogger",
        "TypeError",
        "ValueError",
        "RuntimeError",
        "LookupError",
    }
    _SENTENCE = re.compile(r"^[A-Z«“][^\W\d_]*[’']?[^\W\d_]* .*[^\W\d_]{2,}", re.DOTALL)

    _FILLED = re.compile(r"\b[^\W\d_]{2,} [^\W\d_]{2,}\b")

    def __init__(self, found: list[str]) -> None:
        self._found = found

    def visit_Call(self, node: ast.Call) -> None:
        called = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
        refused = called in REFUSALS and node.args and isinstance(node.args[0], ast.Constant)
        if called not in self._QUIET and not refused:
            self.generic_visit(node)

    def visit_arg(self, node: ast.arg) -> None:
        """Types are no words."""

    def visit_FunctionDef(self, node: ast.FunctionDef) -> None:
        node.returns = None
        self.generic_visit(node)

    def visit_Expr(self, node: ast.Expr) -> None:
        if not isinstance(node.value, ast.Constant):
            self.generic_visit(node)

    def visit_JoinedStr(self, node: ast.JoinedStr) -> None:
        self._note(
            "".join(str(part.value) if isinstance(part, ast.Constant) else "…" for part in node.values)
        )

    def visit_Constant(self, node: ast.Constant) -> None:
        if isinstance(node.value, str):
            self._note(node.value)

    def _note(self, text: str) -> None:
        if self._SENTENCE.match(text):
            self._found.append(text)
