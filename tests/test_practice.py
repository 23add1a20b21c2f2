"""check() and quiz(): every answer is met in Bengali, and nothing raises for a learner."""

import json
import random
import re
import signal
import tomllib

from exercises import bank, cell, checking, values
from helpers import check, quiz
from helpers.bengali import digits

import jsonschema
import keras
import numpy as np
import pandas as pd
import pytest
import tensorflow as tf
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from IPython.core.interactiveshell import InteractiveShell
from traitlets.config import Config

SAYS = 'todo = "বাকি"\nhint = "ইঙ্গিত"\nright = "কারণ"\n'
DEMO = f"""
[check.epoch]
expected = 23
{SAYS}
wrong = {{ "18" = "`18` হলো **সেরা** epoch।", "-1" = "বিয়োগ কেন?" }}

[check.rate]
expected = 0.001
tolerance = 0.0001
{SAYS}
[check.metric]
expected = "val_loss"
{SAYS}
wrong = {{ "loss" = "ওটা ট্রেনিংয়ের।" }}

[check.order]
expected = ["fit", 2, 0.5]
{SAYS}
wrong = {{ "2, fit, 0.5" = "ক্রম উল্টে গেছে।" }}

[check.files]
expected = ["best.keras", "log.csv"]
any_order = true
{SAYS}
[check.code]
{SAYS}
seen.waited = {{ expected = 4, wrong.5 = "এক বেশি।", otherwise = "`{{given}}` নয়, {{wanted}}।" }}
seen.mode = {{ story = "একটি রানে", wrong.min = "কম হলে ভালো?" }}
seen.rows = {{ expected = [0, 1], wrong."0" = "একটিই।", otherwise = "`{{given}}`, {{why}}।" }}
seen.crash = {{ otherwise = "`{{given}}` হলো।" }}

[[quiz]]
question = "`a < b` হলে?"
options = [
  {{ text = "`x & y`", feedback = "`<b>` নয়।" }},
  {{ text = "দ্বিতীয়", feedback = "বেশ।", correct = true }},
]

[[quiz]]
question = "পরেরটি"
options = [
  {{ text = "এক", feedback = "বেশ।", correct = true }},
  {{ text = "দুই", feedback = "না।" }},
]
"""


@pytest.fixture
def say(capsys, tmp_path, monkeypatch):
    """What check() says of an answer to an exercise of DEMO, lines joined."""
    (tmp_path / "04_demo.toml").write_text(DEMO, encoding="utf-8")
    monkeypatch.setattr(bank, "FOLDER", tmp_path)

    def answer(name, value):
        check(f"04_demo/{name}", value)
        out, err = capsys.readouterr()
        assert err == "" and all(len(line) <= 88 for line in out.splitlines())
        return " ".join(out.split())

    return answer


@pytest.fixture
def judged(say, monkeypatch):
    """What check() says when this judge is given this answer."""

    def by(judge, answer=5):
        monkeypatch.setattr(checking, "_judge", lambda name: judge)
        return say("code", answer)

    return by


# ---- an answer's own value -----------------------------------------------------------------------


class OnlyStubs(keras.callbacks.Callback):
    def on_epoch_end(self, epoch, logs=None):
        """এখানে লেখো।"""
        ...


STUBS = [..., None, " ", "…", [], {}, set(), [3, ...], OnlyStubs, OnlyStubs.on_epoch_end]


@pytest.mark.parametrize("name", ["epoch", "order", "code"])
def test_an_undone_exercise_says_what_is_missing_and_gives_the_hint(name, say):
    assert {say(name, stub) for stub in STUBS} == {"○ এখনো বাকি। বাকি ইঙ্গিত: ইঙ্গিত"}


def test_a_number_is_judged_alike_in_every_form(say):
    for kind in (int, float, str, digits, "{}.0".format, np.int64, np.float32, tf.constant):
        assert say("epoch", kind(23)) == "✓ ঠিক। কারণ"
        assert say("epoch", kind(18)) == "✗ এখনো ঠিক হয়নি। 18 হলো সেরা epoch। ইঙ্গিত: ইঙ্গিত"
        unforeseen = say("epoch", kind(99))
        assert unforeseen.startswith("✗") and "23" not in unforeseen and "২৩" not in unforeseen


@pytest.mark.parametrize(
    ("name", "answer", "reply"),
    [
        ("rate", 0.00105, "✓"),
        ("rate", 0.0012, "✗"),
        ("metric", " VAL_LOSS\u200b", "✓"),
        ("metric", "loss", "ওটা ট্রেনিংয়ের।"),
        ("epoch", True, "এখানে চাই একটি সংখ্যা; তুমি দিয়েছ bool"),
        ("order", ("FIT", "২", np.float32(0.5)), "✓"),
        ("order", ["fit", 3, "x"], "২, ৩ নম্বরে"),
        ("order", ["fit", 2], "৩টি উত্তর চাই; তুমি দিয়েছ ২টি"),
        ("order", [2, "fit", 0.5], "ক্রম উল্টে গেছে।"),
        ("files", {"log.csv": 1, "best.keras": 2}.keys(), "✓"),
        ("files", ["log.csv", "log.csv"], "২ নম্বরে"),
    ],
)
def test_texts_and_lists_are_compared_and_the_wrong_place_is_told(name, answer, reply, say):
    assert reply in say(name, answer)


ODD = [object(), int, keras.Input((3,)), np.array([[1]]), pd.NA, iter([1])]
JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.complex_numbers() | st.text(),
    lambda inner: st.lists(inner) | st.tuples(inner) | st.dictionaries(st.text(), inner),
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(JUNK | st.sampled_from(ODD), st.sampled_from(["epoch", "metric", "order", "files"]))
def test_no_junk_makes_a_check_raise_or_pass(say, answer, name):
    assert say(name, answer).startswith(("○", "✗")) or answer in (23, "val_loss")


# ---- what Keras did ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("observations", "reply"),
    [
        ([("waited", 4), ("mode", "max"), ("rows", (0, 1))], "✓ ঠিক। কারণ"),
        ([("waited", 5), ("mode", "min")], "এক বেশি। ইঙ্গিত"),
        ([("waited", None)], "None নয়, ৪।"),
        ([("waited", 4, {"wanted": 12})], "4 নয়, ১২।"),
        ([("mode", "min")], "একটি রানে কম হলে ভালো?"),
        ([("rows", [1, 0], {"why": "২ সারি"})], "[1, 0], ২ সারি।"),
        ([("crash", "KeyError")], "KeyError হলো।"),
        ([("class", 5, {"type": "int"})], "চাই একটি ক্লাস; তুমি দিয়েছ int"),
    ],
)
def test_the_first_thing_seen_wrong_gets_its_reply(observations, reply, judged):
    assert reply in judged(lambda answer: (one for one in observations))


def test_an_exception_in_the_learners_code_is_told_with_its_line_and_no_traceback(judged):
    def learners(rows):
        return sorted(rows, key=lambda row: row["loss"])  # the line

    said = judged(lambda answer: (("waited", answer(rows)) for rows in [[{"acc": 1}]]), learners)
    number = digits(learners.__code__.co_firstlineno + 1)
    assert "KeyError হলো: 'loss'" in said and "Traceback" not in said
    assert f'লাইন {number}: return sorted(rows, key=lambda row: row["loss"]) # the line' in said


def test_a_loop_without_an_end_is_stopped_and_its_line_told(judged, monkeypatch):
    def endless(_):
        while True:
            pass  # round and round

    signal.signal(signal.SIGINT, signal.default_int_handler)  # a job in the background ignores it
    monkeypatch.setattr(checking, "LIMIT", 0.2)
    said = judged(lambda answer: (answer(one) for one in [("waited", 4)]), endless)
    assert "০.২ সেকেন্ডেও শেষ হয়নি" in said and ("pass # round" in said or "while True" in said)


def test_a_check_that_trains_leaves_random_numbers_and_layer_names_alone(capsys):
    class Good(keras.callbacks.Callback):
        def on_train_begin(self, logs=None):
            self.count = 0

        def on_epoch_end(self, epoch, logs=None):
            self.count += 1

    drawn = set()
    for answer in (..., Good):
        keras.utils.set_random_seed(1)
        keras.backend.clear_session()
        check("01_what_is_a_callback/counter", answer)
        draws = random.random(), np.random.rand(), keras.random.uniform(()), tf.random.uniform(())
        drawn.add((*map(float, draws), keras.layers.Dense(1).name))
    assert len(drawn) == 1
    assert "✓ ঠিক।" in capsys.readouterr().out


# ---- the cell before -----------------------------------------------------------------------------


@pytest.mark.parametrize("broken", ["answer = 1 / 0", "answer = = 5"])
def test_after_a_cell_that_failed_the_old_answer_is_not_judged(broken, say, capsys):
    shell, said = InteractiveShell(config=Config(HistoryManager={"enabled": False})), []
    cell.watch(shell)
    shell.user_ns["say"] = lambda answer: said.append(say("epoch", answer))
    for source in ("answer = 23", broken, broken, "answer = 23"):
        shell.run_cell(source)
        capsys.readouterr()  # the traceback
        shell.run_cell("say(answer)")
    (before, *failed, after) = said
    assert before.startswith("✓") and after.startswith("✓")
    for one in failed:
        assert one.startswith("○ আগের সেলটি") and "Error-এ থেমে গেছে" in one


# ---- names and files -----------------------------------------------------------------------------


def test_an_unknown_exercise_or_quiz_is_named_and_the_nearest_names_are_listed(say):
    with pytest.raises(ValueError, match=r"এই নামে কিছু নেই। কাছাকাছি নাম: .*04_demo/"):
        check("04_demo/epok", 23)
    with pytest.raises(ValueError, match="কাছাকাছি নাম: 04_demo।"):
        quiz("04_dem")


SCHEMA = json.loads((bank.FOLDER / "schema.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("stem", bank.stems())
def test_every_file_is_sound_and_every_foreseen_value_gets_its_own_reply(stem):
    found = tomllib.loads((bank.FOLDER / f"{stem}.toml").read_text(encoding="utf-8"))
    jsonschema.validate(found, SCHEMA)
    for key, one in found.get("check", {}).items():
        if "seen" in one:
            assert callable(checking._judge(f"{stem}/{key}"))
            continue
        assert values.problem(one, one["expected"]) is None
        for wrong, feedback in one.get("wrong", {}).items():
            given = wrong.split(",") if isinstance(one["expected"], list) else wrong
            assert values.problem(one, given) == feedback, f"{stem}/{key}: {wrong}"


# ---- the quiz ------------------------------------------------------------------------------------


def test_each_option_has_its_feedback_and_the_score_counts_what_stands(say):
    def told(question, index):
        question.choice.index = index
        question.button.click()
        return question.feedback.value

    demo = quiz("04_demo")
    first, second = demo.questions
    first.button.click()
    assert "আগে একটি উত্তর বেছে নাও" in first.feedback.value
    assert re.search("✗ ঠিক নয়।.*<code>&lt;b&gt;</code> নয়।", told(first, 0), re.DOTALL)
    assert re.search("✓ ঠিক।.*বেশ।", told(first, 1), re.DOTALL)
    for question, index, score in ((first, 1, 1), (second, 0, 2), (first, 0, 1)):
        told(question, index)
        assert f"২টির মধ্যে {digits(score)}টি ঠিক" in demo.score.value
    second.choice.index = 1
    assert second.feedback.value == "" and "২টির মধ্যে ০টি ঠিক" in demo.score.value
