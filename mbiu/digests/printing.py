"""A brief as a PDF of one or a few pages, in the script and direction of its language."""

import datetime as dt
from collections.abc import Sequence
from typing import TypeVar

from fpdf import FPDF
from fpdf.fonts import FontFace

from mbiu.digests import fonts
from mbiu.digests.saying import Paper

Cell = TypeVar("Cell")

_FONT = "DejaVu"
_GREY = (236, 236, 232)
_RULE = (150, 150, 145)
_INK = (25, 25, 25)
_SCRIPTS = {"rtl": "arab", "ltr": "latn"}


def pdf(paper: Paper, made_at: dt.datetime) -> bytes:
    """The file. Needs the fonts (`mbiu.digests.fonts.there`)."""
    page = _Sheet(paper)
    page.set_creation_date(made_at)
    page.add_page()
    page.heading(paper.title, 16)
    page.line_of(paper.period)
    if paper.rows:
        page.grid(paper.heads, paper.rows, (5, 2, 2, 2, 2), bold_last=True)
    else:
        page.line_of(paper.nothing)
    if paper.items:
        page.heading(paper.list_title, 12)
        page.grid(paper.list_heads, paper.items, (3, 2, 4, 4, 6))
    if paper.days:
        page.heading(paper.days_title, 12)
        for when, title in paper.days:
            page.line_of(f"{when}: {title}")
    return bytes(page.output())


class _Sheet(FPDF):
    """A page of A4 that writes from the side where its language begins."""

    def __init__(self, paper: Paper) -> None:
        super().__init__(format="A4")
        self.paper = paper
        self.rtl = paper.direction == "rtl"
        for style, name in zip(("", "B"), fonts.NAMES, strict=True):
            self.add_font(_FONT, style, fonts.FOLDER / name)
        self.set_text_shaping(
            use_shaping_engine=True, direction=paper.direction, script=_SCRIPTS[paper.direction]
        )
        self.set_title(paper.title)
        self.set_lang(paper.language)
        self.set_margins(18, 16, 18)
        self.set_auto_page_break(auto=True, margin=22)
        self.set_draw_color(*_RULE)
        self.set_text_color(*_INK)

    def footer(self) -> None:
        """What the reader should mind, and the number of the page."""
        self.set_y(-16)
        self.set_font(_FONT, "", 8)
        self.multi_cell(0, 4, f"{self.paper.careful}  {self.page_no()}/{{nb}}", align="C")

    def heading(self, text: str, size: int) -> None:
        self.ln(3)
        self.set_font(_FONT, "B", size)
        self.multi_cell(0, size / 2, text, align=self._begin, new_x="LMARGIN", new_y="NEXT")

    def line_of(self, text: str) -> None:
        self.set_font(_FONT, "", 10)
        self.multi_cell(0, 6, text, align=self._begin, new_x="LMARGIN", new_y="NEXT")

    def grid(
        self,
        heads: Sequence[str],
        rows: Sequence[Sequence[str]],
        widths: Sequence[int],
        *,
        bold_last: bool = False,
    ) -> None:
        """A table that begins anew under its heads on each page."""
        self.ln(2)
        self.set_font(_FONT, "", 9)
        strong = FontFace(emphasis="BOLD", fill_color=_GREY)
        with self.table(
            col_widths=self._turned(widths), text_align=self._begin, headings_style=strong, line_height=5.5,
            borders_layout="HORIZONTAL_LINES",
        ) as table:  # fmt: skip
            table.row(self._turned(heads))
            for number, cells in enumerate(rows, start=1):
                last = bold_last and number == len(rows)
                table.row(self._turned(cells), style=FontFace(emphasis="BOLD") if last else None)

    def _turned(self, cells: Sequence[Cell]) -> tuple[Cell, ...]:
        return tuple(reversed(cells)) if self.rtl else tuple(cells)

    @property
    def _begin(self) -> str:
        return "RIGHT" if self.rtl else "LEFT"
