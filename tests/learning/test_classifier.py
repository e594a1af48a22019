"""A fitted classifier: the same figures as scikit-learn's, kept without pickle, without anybody's name."""

import io
import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy.sparse import csr_matrix, hstack
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression

from mbiu.analysis.events import Event
from mbiu.learning import fit as fitting
from mbiu.learning import grams
from mbiu.learning.classifier import MAIN, BadModel, Learned, rules_features
from mbiu.learning.fit import CODES, Example, fit, shared_grams
from tests.learning.centre import Centre

RULES = Event("attack", 0.6, ("threat",), ())
NOTHING = Event("unknown", 0.0, (), ())


@pytest.fixture(scope="module")
def examples() -> list[Example]:
    return Centre(seed=4).examples(240)


@pytest.fixture(scope="module")
def learned(examples: list[Example]) -> Learned:
    found = fit(examples)
    assert found is not None
    return found


def by_scikit_learn(examples: Sequence[Example], learned: Learned, code: str) -> Any:
    """The probability of a code by scikit-learn's own classes from end to end."""
    counter = TfidfVectorizer(analyzer=grams.grams, vocabulary=list(learned.vocabulary), sublinear_tf=True)

    def table(rows: Sequence[Example], counted: Any) -> Any:
        said = np.zeros((len(rows), 2 * len(CODES)))
        for number, one in enumerate(rows):
            for column, value in rules_features(one.rules, CODES):
                said[number, column] = value
        return hstack([counted, csr_matrix(said)]).tocsr()

    features = table(examples, counter.fit_transform([one.text for one in examples]))
    model = LogisticRegression(C=fitting.STRENGTH, solver="liblinear", max_iter=200, random_state=0)
    model.fit(features, [one.main == code for one in examples])
    return model.predict_proba(features)[:, 1]


def test_its_probabilities_are_those_of_scikit_learn(examples: list[Example], learned: Learned) -> None:
    codes = [code for kind, code in learned.heads if kind == MAIN]
    assert len(codes) >= 4
    for code in codes[:2]:
        theirs = by_scikit_learn(examples, learned, code)
        mine = [learned.scores(one.text, one.rules).main[code] for one in examples]
        assert mine == pytest.approx(theirs, abs=1e-4)


def test_words_that_people_used_for_a_type_speak_for_it(examples: list[Example], learned: Learned) -> None:
    right = sum(
        max(scores := learned.scores(one.text, NOTHING).main, key=lambda code: scores[code]) == one.main
        for one in examples
    )
    assert right / len(examples) > 0.9


def test_the_reason_is_a_word_of_the_text(examples: list[Example], learned: Learned) -> None:
    centre = Centre(seed=4)
    word = max(centre.slang["attack"], key=lambda one: sum(one in example.text for example in examples))
    start, end = learned.reason(f"habari {word} sana", "attack")
    assert f"habari {word} sana"[start:end] == word
    assert learned.reason("", "attack") == (0, 0)


@pytest.mark.parametrize("text", ["", "\x00", "\ud800 x", "🔥" * 5000, "a" * 100_000, "ab " * 40_000])
def test_it_has_probabilities_for_any_text(learned: Learned, text: str) -> None:
    scores = learned.scores(text, NOTHING)
    assert all(0.0 <= score <= 1.0 for score in scores.main.values())
    assert learned.scores(text, RULES).main.keys() == scores.main.keys()


def test_a_type_with_few_examples_is_not_learned(examples: list[Example]) -> None:
    rare = [one for one in examples if one.main == "attack"][: fitting.POSITIVES - 1]
    found = fit([one for one in examples if one.main != "attack"] + rare)
    assert found is not None
    assert (MAIN, "attack") not in found.heads
    assert "attack" not in found.scores("anything", NOTHING).main


def test_nothing_is_learned_of_a_single_type(examples: list[Example]) -> None:
    assert fit([one for one in examples if one.main == "attack"]) is None


# --- keeping -----------------------------------------------------------------------------------


def test_what_was_kept_is_the_same_classifier(examples: list[Example], learned: Learned) -> None:
    again = Learned.from_bytes(learned.to_bytes())
    for one in examples[:20]:
        assert again.scores(one.text, one.rules) == learned.scores(one.text, one.rules)
    assert (again.decisions, again.heads, again.vocabulary) == (240, learned.heads, learned.vocabulary)


def rewritten(learned: Learned, **changes: Any) -> bytes:
    """The kept bytes with some of their parts replaced."""
    with np.load(io.BytesIO(learned.to_bytes()), allow_pickle=False) as arrays:
        parts = {name: arrays[name] for name in arrays.files}
    head = json.loads(parts["head"].tobytes()) | changes.pop("head", {})
    parts["head"] = np.frombuffer(json.dumps(head).encode(), np.uint8)
    file = io.BytesIO()
    np.savez_compressed(file, **parts | changes)
    return file.getvalue()


def test_bytes_that_are_no_classifier_are_refused(learned: Learned) -> None:
    whole = learned.to_bytes()
    wrong = np.array([{"a": 1}], dtype=object)
    bad = [
        b"", b"garbage", whole[:-40], whole[:20] + b"\0" * 20 + whole[40:],
        rewritten(learned, head={"format": 0}),
        rewritten(learned, head={"vocabulary": ["a"]}),
        rewritten(learned, head={"heads": 7}),
        rewritten(learned, idf=learned.idf.astype(np.float64)),
        rewritten(learned, bias=np.full_like(learned.bias, np.nan)),
        rewritten(learned, bias=learned.bias[:-1]),
        rewritten(learned, bias=wrong),
    ]  # fmt: skip
    for data in bad:
        with pytest.raises(BadModel):
            Learned.from_bytes(data)


def test_an_older_format_is_named(learned: Learned) -> None:
    with pytest.raises(BadModel, match="a model of format 0"):
        Learned.from_bytes(rewritten(learned, head={"format": 0}))


def test_a_classifier_that_is_too_large_is_not_kept(learned: Learned) -> None:
    noise = np.random.default_rng(0).random((900_000, 1), np.float32)
    large = Learned(1, (), ((MAIN, "attack"),), ("x",) * 900_000, noise[:, 0], noise, learned.bias[:1])
    with pytest.raises(BadModel, match="bytes"):
        large.to_bytes()


def test_reading_with_a_kept_classifier_loads_no_scikit_learn(learned: Learned, tmp_path: Path) -> None:
    (tmp_path / "model").write_bytes(learned.to_bytes())
    code = (
        "import sys, pathlib, workers.tasks\n"
        "from mbiu import analysis\n"
        "from mbiu.gazetteer import Gazetteer\n"
        "from mbiu.learning.classifier import Learned\n"
        "learned = Learned.from_bytes(pathlib.Path(sys.argv[1]).read_bytes())\n"
        "analysis.read('They attacked Bwera', Gazetteer.seed(), classifier=learned)\n"
        "print([name for name in ('sklearn', 'scipy') if name in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path / "model")],
        capture_output=True, text=True, check=False, cwd=Path(__file__).parents[2],
    )  # fmt: skip
    assert (done.stdout.strip(), done.returncode) == ("[]", 0), done.stderr


# --- names -------------------------------------------------------------------------------------


def test_only_what_three_people_wrote_is_kept(examples: list[Example]) -> None:
    def told(text: str, *people: int) -> list[Example]:
        return [Example(text, person, "attack", None, NOTHING) for person in people]

    rare = told("Zebulon Quartzman 0772918273", 901, 902) + told("Xylophontis", *[903] * 9)
    known = told("Wijjukira", 904, 905, 906)
    found = fit(examples + rare + known)
    assert found is not None
    kept = Learned.from_bytes(found.to_bytes()).vocabulary
    assert "=wijjukira" in kept
    assert not {
        part for part in ("zebul", "ebulo", "quart", "artzm", "xylop", "=xylophontis") if part in kept
    }
    assert not any(digit in gram for gram in kept for digit in "123456789")


def test_people_are_counted_and_not_texts() -> None:
    same = [Example("kolofia", 1, "attack", None, NOTHING)] * 50
    assert shared_grams([*same, Example("kolofia", 2, "attack", None, NOTHING)]) == []
    assert "=kolofia" in shared_grams([Example("kolofia", who, None, None, NOTHING) for who in range(3)])
