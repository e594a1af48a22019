"""All fields of all cases, scored."""

from collections import Counter
from collections.abc import Callable
from typing import Any

from mbiu.evaluation import judging, scores
from mbiu.evaluation.judging import Case, PlaceMark
from mbiu.evaluation.labelled import CODES, NUMBERS, SETS
from mbiu.gazetteer.lookup import Gazetteer

LONG_ENOUGH = 20
THRESHOLDS = (0.0, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9)


def measure(cases: list[Case], gazetteer: Gazetteer) -> dict[str, Any]:
    """The scores of each field that has labels by its name, and the most telling ones by language."""
    groups: dict[str, list[Case]] = {}
    for case in cases:
        groups.setdefault(case.label.expect.get("language", (scores.UNKNOWN,))[0], []).append(case)
    return {
        "messages": len(cases),
        "fields": _fields(cases, gazetteer),
        "by_language": {code: _telling(group, gazetteer) for code, group in sorted(groups.items())},
    }


def _fields(cases: list[Case], gazetteer: Gazetteer) -> dict[str, Any]:
    labelled = {name: [case for case in cases if name in case.label.expect] for name in _scorers(gazetteer)}
    return {name: score(labelled[name]) for name, score in _scorers(gazetteer).items() if labelled[name]}


TELLING = (("event_type", "accuracy"), ("place", "district"), ("place", "invented"), ("killed", "accuracy"))


def _telling(cases: list[Case], gazetteer: Gazetteer) -> dict[str, Any]:
    fields = _fields(cases, gazetteer)
    told = {f"{name}.{figure}": fields.get(name, {}).get(figure) for name, figure in TELLING}
    return {"n": len(cases), **told}


def _scorers(gazetteer: Gazetteer) -> dict[str, Callable[[list[Case]], dict[str, Any]]]:
    found: dict[str, Callable[[list[Case]], dict[str, Any]]] = {}
    for name in CODES:
        found[name] = lambda cases, name=name: scores.codes(pairs(name, cases))  # type: ignore[misc]
    found["language"], found["event_type"] = _language, _event_type
    for name in SETS:
        found[name] = lambda cases, name=name: scores.sets(set_pairs(name, cases))  # type: ignore[misc]
    found["actors"], found["when"] = _actors, _when
    found["place"] = lambda cases: _place(cases, gazetteer)
    for name in NUMBERS:
        found[name] = lambda cases, name=name: _number(name, cases)  # type: ignore[misc]
    return found


def pairs(name: str, cases: list[Case]) -> list[tuple[str, str]]:
    """What is true and what was read of a field with one code."""
    read = [getattr(case.reading, name) or scores.UNKNOWN for case in cases]
    return [
        (judging.code(case.label.expect[name], found), found) for case, found in zip(cases, read, strict=True)
    ]


def set_pairs(name: str, cases: list[Case]) -> list[tuple[frozenset[str], frozenset[str]]]:
    return [(case.label.expect[name], judging.found_set(name, case.reading)) for case in cases]


def _language(cases: list[Case]) -> dict[str, Any]:
    long = [case for case in cases if len(case.label.text) >= LONG_ENOUGH]
    whole, of_long = scores.codes(pairs("language", cases)), scores.codes(pairs("language", long))
    return {**whole, "n_long": len(long), "accuracy_long": of_long["accuracy"]}


def _event_type(cases: list[Case]) -> dict[str, Any]:
    both = pairs("event_type", cases)
    judged = [
        (case.reading.event_confidence, true == found)
        for case, (true, found) in zip(cases, both, strict=True)
        if found != scores.UNKNOWN
    ]
    return {**scores.codes(both), "coverage": scores.coverage(judged, THRESHOLDS, len(cases))}


def _actors(cases: list[Case]) -> dict[str, Any]:
    named = scores.sets([judging.actor_names(case.label.expect["actors"], case.reading) for case in cases])
    sides = [side for case in cases for side in judging.sides(case.label.expect["actors"], case.reading)]
    return {**named, "side": scores.share(sum(sides), len(sides)), "n_side": len(sides)}


def _when(cases: list[Case]) -> dict[str, Any]:
    told = [case for case in cases if case.label.expect["when"] is not None]
    silent = [case for case in cases if case.label.expect["when"] is None]
    both = [(case.label.expect["when"], case.reading.when) for case in told]
    return {
        "n": len(cases),
        "told": len(told),
        "exact": scores.share(sum(judging.same_days(*pair) for pair in both), len(told)),
        "overlap": scores.share(sum(judging.days_overlap(*pair) for pair in both), len(told)),
        "missed": sum(found is None for _, found in both),
        "silent": len(silent),
        "wrongly_given": sum(case.reading.when is not None for case in silent),
    }


def _number(name: str, cases: list[Case]) -> dict[str, Any]:
    both = [(case.label.expect[name], getattr(case.reading, name)) for case in cases]
    told = [pair for pair in both if pair[0] is not None]
    right = sum(judging.same_number(*pair) for pair in both)
    return {
        "n": len(both),
        "accuracy": scores.share(right, len(both)),
        "told": len(told),
        "exact": scores.share(sum(judging.same_number(*pair) for pair in told), len(told)),
        "overlap": scores.share(sum(judging.overlaps(*pair) for pair in told), len(told)),
        "missed": sum(found is None for _, found in told),
        "wrongly_given": sum(label is None and found is not None for label, found in both),
    }


def _place(cases: list[Case], gazetteer: Gazetteer) -> dict[str, Any]:
    marks = [judging.judge_place(case.label.expect["place"], case.reading, gazetteer) for case in cases]
    told, silent = [mark for mark in marks if mark.told], [mark for mark in marks if not mark.told]
    districts = [mark for mark in told if mark.district is not None]
    given = [mark for mark in marks if mark.given and (mark.district is not None or not mark.told)]
    counts = {
        name: Counter(getattr(mark, name) for mark in told)
        for name in ("name", "district", "name_in_first", "district_in_first")
    }
    return {
        "n": len(marks),
        "told": len(told),
        **{name: scores.share(seen[True], seen[True] + seen[False]) for name, seen in counts.items()},
        "n_name": counts["name"][True] + counts["name"][False],
        "n_district": len(districts),
        "precision_given": scores.share(sum(mark.district is True for mark in given), len(given)),
        "n_given": len(given),
        "missed": sum(not mark.given for mark in told),
        "silent": len(silent),
        "invented": sum(mark.invented for mark in silent),
        "coverage": scores.coverage(_answers(cases, marks), THRESHOLDS, len(districts)),
    }


def _answers(cases: list[Case], marks: list[PlaceMark]) -> list[tuple[float, bool]]:
    """The confidence of each place that was given for a labelled district, and whether it is right."""
    return [
        (case.reading.place.confidence, bool(mark.district))
        for case, mark in zip(cases, marks, strict=True)
        if case.reading.place is not None and mark.district is not None
    ]


def errors(cases: list[Case], gazetteer: Gazetteer) -> list[dict[str, Any]]:
    """Each field that was not read as labelled: id, field, what was expected and read, the text."""
    found = []
    for case in cases:
        for name, label in case.label.expect.items():
            if not _right(name, label, case, gazetteer):
                read = judging.found_set(name, case.reading) if name in SETS else getattr(case.reading, name)
                found.append(
                    {
                        "id": case.label.id,
                        "field": name,
                        "expected": _plain(label),
                        "read": _plain(read),
                        "text": case.label.text,
                    }
                )
    return found


def _right(name: str, label: Any, case: Case, gazetteer: Gazetteer) -> bool:
    reading = case.reading
    if name in CODES:
        return getattr(reading, name) in label
    if name in NUMBERS:
        return judging.same_number(label, getattr(reading, name))
    if name == "when":
        return judging.same_days(label, reading.when)
    if name == "place":
        mark = judging.judge_place(label, reading, gazetteer)
        return not mark.invented and mark.district is not False and mark.name is not False
    if name == "actors":
        wanted, found = judging.actor_names(label, reading)
        return wanted == found and all(judging.sides(label, reading))
    return bool(label == judging.found_set(name, reading))


def _plain(value: Any) -> Any:
    short = judging.shown(value)
    if isinstance(short, tuple):
        return [_plain(one) for one in short]
    return short if isinstance(short, str | int | float | list | dict | None) else str(short)
