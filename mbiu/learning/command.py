"""``mbiu train``: learn from what was decided."""

import json
from typing import Any

import click

from mbiu.models import LearnedModel
from mbiu.refusals import NotFound, NotPossible


@click.command()
@click.option("--dry-run", is_flag=True, help="Fit and try, but write nothing.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.option("--list", "as_list", is_flag=True, help="Show what was learned so far.")
@click.option("--use", metavar="NUMBER|rules", help="Read with an earlier model, or by the rules alone.")
def train(*, dry_run: bool, as_json: bool, as_list: bool, use: str | None) -> None:
    """Learn the types of events from corrected and verified reports; keep it only if the rules do worse."""
    if as_list:
        _list(as_json=as_json)
    elif use:
        _use(use)
    else:
        _train(dry=dry_run, as_json=as_json)


def _train(*, dry: bool, as_json: bool) -> None:
    from mbiu.learning.train import run

    result = run(dry=dry)
    click.echo(json.dumps(vars(result)) if as_json else f"train: {result.words}")


def _list(*, as_json: bool) -> None:
    from mbiu.db import transaction
    from mbiu.learning import keep

    with transaction() as session:
        used = keep.in_use(session)
        found = [_shown(row, used=row.id == used, kept=kept) for row, kept in keep.listed(session)]
    if as_json:
        click.echo(json.dumps(found))
        return
    for one in found:
        figures = f"rules {one['rules']}, learned {one['learned']}"
        click.echo(
            f"{one['number']}\t{one['at'][:16]}\t{one['decisions']} decisions\t{figures}\t{one['state']}"
        )
    if used is None:
        click.echo("rules\tin use")


def _shown(row: LearnedModel, *, used: bool, kept: bool) -> dict[str, Any]:
    state = "in use" if used else "kept" if kept else "gone" if row.promoted else row.scores.get("why", "")
    return {
        "number": row.number,
        "at": row.created_at.isoformat(),
        "from": row.data_from.isoformat(),
        "to": row.data_to.isoformat(),
        "decisions": row.decisions,
        "rules": row.scores.get("rules", {}).get("macro_f1"),
        "learned": row.scores.get("learned", {}).get("macro_f1"),
        "promoted": row.promoted,
        "state": state,
    }


def _use(which: str) -> None:
    from mbiu.db import transaction
    from mbiu.learning import keep

    if which != "rules" and not which.isdecimal():
        raise click.BadParameter("want the number of a model, or rules", param_hint="--use")
    try:
        with transaction() as session:
            if which == "rules":
                keep.use_rules(session)
            else:
                keep.use(session, int(which))
    except (NotFound, NotPossible) as error:
        raise click.ClickException(str(error)) from None
    click.echo(f"train: {which if which == 'rules' else 'model ' + which} in use")
