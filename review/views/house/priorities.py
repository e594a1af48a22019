"""What comes first and when it is due: the centre's own table, tried out on what waits before it holds."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from mbiu import priority
from mbiu.codes import Priority, Severity, Urgency
from mbiu.db import transaction
from mbiu.house import reranking, settings
from mbiu.refusals import NotAllowed, NotPossible
from review.doors import Permission, actor, door
from review.views.house.blueprint import pages, whole
from review.words import told

#: The gravest first, as the table is read.
SEVERITIES = tuple(sorted(Severity, key=lambda one: -one.rank))


@pages.get("/priorities")
@door(Permission.HOUSE)
def priorities() -> ResponseReturnValue:
    """The table and the due times as they hold."""
    with transaction() as db:
        table, minutes = settings.value(db, "priority_table"), settings.value(db, "due_minutes")
    return _page(table, minutes)


@pages.post("/priorities")
@door(Permission.HOUSE)
def save_priorities() -> ResponseReturnValue:
    """See what would change, or let it hold."""
    shipped = "shipped" in request.form
    table, minutes = (priority.table(), priority.minutes()) if shipped else (_table(), _minutes())
    try:
        for key, value in (("priority_table", table), ("due_minutes", minutes)):
            settings.SPECS[key].check(value)
        if "save" not in request.form:
            with transaction() as db:
                moves = reranking.preview(db, table, minutes)
            return _page(table, minutes, moves)
        with transaction() as db:
            count = reranking.save(db, actor(), table, minutes)
    except (NotPossible, NotAllowed) as refused:
        flash(told(refused.why), "bad")
        return _page(table, minutes)
    flash(
        ngettext("Saved. %(num)s incident moved.", "Saved. %(num)s incidents moved.", count)
        if count
        else _("Saved. Nothing that waits moved."),
        "ok",
    )
    return redirect(url_for("house.priorities"))


def _table() -> dict[str, dict[str, str]]:
    form = request.form
    return {
        severity.value: {urgency.value: form.get(f"{severity}.{urgency}", "") for urgency in Urgency}
        for severity in Severity
    }


def _minutes() -> dict[str, Any]:
    return {level.value: whole(request.form.get(f"minutes.{level}", "")) for level in Priority}


def _page(
    table: dict[str, dict[str, str]], minutes: dict[str, Any], moves: list[reranking.Move] | None = None
) -> str:
    return render_template(
        "pages/house/priorities.html",
        table=table,
        minutes=minutes,
        moves=moves,
        severities=SEVERITIES,
        urgencies=list(Urgency),
        levels=[(level.value, level.value) for level in Priority],
    )
