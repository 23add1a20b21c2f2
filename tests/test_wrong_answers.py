"""Likely wrong answers to every exercise get replies that differ and fit."""

import tomllib
from collections import defaultdict

from exercises.bank import FOLDER
from helpers import check

import pytest

LEAST = 3


def _tables(folder, key):
    for path in sorted(folder.glob("*.toml")):
        yield path.stem, tomllib.loads(path.read_text(encoding="utf-8")).get(key, {})


CHECKS, WRONG = _tables(FOLDER, "check"), _tables(FOLDER / "wrong", "answer")
EXERCISES = {f"{stem}/{name}": one for stem, found in CHECKS for name, one in found.items()}
IN_CODE = [(f"{stem}/{one['exercise']}", one) for stem, found in WRONG for one in found]
IDS = [f"{name}-{place}" for place, (name, _) in enumerate(IN_CODE)]


def test_every_exercise_foresees_at_least_three_wrong_answers_with_replies_of_their_own():
    replies = defaultdict(set)
    for name, exercise in EXERCISES.items():
        replies[name].update(exercise.get("wrong", {}).values())
    for name, one in IN_CODE:
        replies[name].add(one["says"])
    assert not {name: len(said) for name, said in replies.items() if len(said) < LEAST}
    assert set(replies) == set(EXERCISES)


def printed(text):
    """As it is printed: Markdown's signs gone, and lines ended wherever they are."""
    return " ".join(text.replace("`", "").replace("**", "").split())


@pytest.mark.parametrize(("name", "wrong"), IN_CODE, ids=IDS)
def test_wrong_code_is_told_what_is_wrong_with_it(name, wrong, capsys, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    names = {"__name__": "notebook"}
    exec(compile(wrong["code"], "<answer>", "exec"), names)
    check(name, names["answer"])
    said = printed(capsys.readouterr().out)
    assert said.startswith("✗"), said
    assert printed(wrong["says"]) in said, said
