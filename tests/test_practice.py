"""The exercises and quizzes: every answer is met in Bengali, and nothing raises for a learner."""

import importlib
import json
import random
import re
import tomllib

from helpers import check, checks, practice, quiz

import jsonschema
import keras
import numpy as np
import pandas as pd
import pytest
import tensorflow as tf
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

PRACTICE = """
[check.stop_epoch]
expected = 23
todo = "বাকি-সংখ্যা"
hint = "ইঙ্গিত-সংখ্যা"
right = "কারণ-সংখ্যা"
wrong = { "18" = "১৮ হলো সেরা epoch।", "-1" = "বিয়োগ কেন?" }

[check.rate]
expected = 0.001
tolerance = 0.0001
todo = "বাকি"
hint = "ইঙ্গিত"
right = "কারণ"

[check.metric]
expected = "val_loss"
todo = "বাকি"
hint = "ইঙ্গিত"
right = "কারণ"
wrong = { "loss" = "ওটা ট্রেনিংয়ের।" }

[check.order]
expected = ["fit", 2, 0.5]
todo = "বাকি"
hint = "ইঙ্গিত"
right = "কারণ"
wrong = { "2, fit, 0.5" = "ক্রম উল্টে গেছে।" }

[check.files]
expected = ["best.keras", "log.csv"]
any_order = true
todo = "বাকি"
hint = "ইঙ্গিত"
right = "কারণ"

[check.code]
python = true
todo = "বাকি"
hint = "ইঙ্গিত"
right = "কারণ"

[[quiz]]
question = "`a < b` হলে?"
options = [
  { text = "`x & y`", feedback = "`<b>` নয়।" },
  { text = "দ্বিতীয়", feedback = "বেশ।", correct = true },
]

[[quiz]]
question = "পরেরটি"
options = [
  { text = "এক", feedback = "বেশ।", correct = true },
  { text = "দুই", feedback = "না।" },
  { text = "তিন", feedback = "না।" },
]
"""


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    (tmp_path / "04_demo.toml").write_text(PRACTICE, encoding="utf-8")
    monkeypatch.setattr(practice, "FOLDER", tmp_path)
    return tmp_path


@pytest.fixture
def say(capsys):
    def answer(name, value):
        check(name if "/" in name else f"04_demo/{name}", value)
        out, err = capsys.readouterr()
        assert err == ""
        return " ".join(out.split())  # where the lines end is a test of its own

    return answer


@pytest.fixture
def judged_by(monkeypatch):
    def register(function):
        monkeypatch.setitem(checks.JUDGES, "04_demo/code", function)

    return register


# ---- an exercise not yet done --------------------------------------------------------------------


class Empty(keras.callbacks.Callback): ...


class OnlyStubs(keras.callbacks.Callback):
    def __init__(self):
        pass

    def on_epoch_end(self, epoch, logs=None):
        """এখানে লেখো।"""
        ...


def empty(epoch, learning_rate): ...


def kind(answer: object) -> str:
    # repr() may hold an address or a set's order, and two xdist workers must collect the same names
    return getattr(answer, "__name__", type(answer).__name__)


UNDONE = [..., None, "", "  ", "...", "…", [], (), {}, set(), [3, ...], [..., ...], Empty, OnlyStubs, empty]


@pytest.mark.parametrize("answer", UNDONE, ids=kind)
@pytest.mark.parametrize("name", ["stop_epoch", "order", "code"])
def test_an_undone_exercise_says_what_is_missing_and_gives_the_hint(name, answer, say):
    said = say(name, answer)
    assert said.startswith("○ এখনো বাকি। বাকি")
    assert "ইঙ্গিত: ইঙ্গিত" in said


def test_zero_and_a_function_that_returns_something_are_answers(say, judged_by):
    assert say("stop_epoch", 0).startswith("✗")
    judged_by(lambda answer: None)
    assert say("code", lambda: 5).startswith("✓")
    assert say("code", np.zeros(0)).startswith("✓")


# ---- numbers -------------------------------------------------------------------------------------

RIGHT = [23, 23.0, "23", "২৩", " ২৩.০ ", np.int64(23), np.float32(23), np.array(23), keras.Variable(23.0)]


@pytest.mark.parametrize("answer", [*RIGHT, tf.constant(23), tf.constant(23.0)], ids=kind)
def test_a_right_number_is_right_in_every_form_and_the_reason_is_given(answer, say):
    assert say("stop_epoch", answer) == "✓ ঠিক। কারণ-সংখ্যা"


@pytest.mark.parametrize("answer", [18, "১৮", np.int32(18), 18.0], ids=kind)
def test_a_foreseen_wrong_number_gets_its_own_feedback_in_every_form(answer, say):
    assert say("stop_epoch", answer) == "✗ এখনো ঠিক হয়নি। ১৮ হলো সেরা epoch। ইঙ্গিত: ইঙ্গিত-সংখ্যা"


def test_an_unforeseen_wrong_number_gets_the_hint_but_not_the_answer(say):
    said = say("stop_epoch", 99)
    assert said.startswith("✗ এখনো ঠিক হয়নি।") and "ইঙ্গিত-সংখ্যা" in said
    assert "23" not in said and "২৩" not in said


@pytest.mark.parametrize(("answer", "sign"), [(0.00105, "✓"), (0.0012, "✗"), (float("nan"), "✗")])
def test_tolerance_decides_how_far_a_number_may_be_off(answer, sign, say):
    assert say("rate", answer).startswith(sign)


def test_without_tolerance_only_the_rounding_of_float32_is_forgiven(folder, say):
    exercise = '[check.x]\nexpected = 0.1\ntodo = "ক"\nhint = "খ"\nright = "গ"\n'
    (folder / "05.toml").write_text(exercise, encoding="utf-8")
    assert say("05/x", np.float32(0.1)).startswith("✓")
    assert say("05/x", 0.1001).startswith("✗")


@pytest.mark.parametrize(
    "answer", [[23], "তেইশ", True, np.True_, {"a": 23}, object(), 23 + 0j, keras.Input(()), 10**400], ids=kind
)
def test_what_is_no_number_is_told_so_and_named(answer, say):
    said = say("stop_epoch", answer)
    assert "এখানে চাই একটি সংখ্যা" in said
    assert (answer if isinstance(answer, str) else type(answer).__name__) in said


@given(st.integers() | st.floats(allow_nan=False, allow_infinity=False))
def test_bengali_and_ascii_digits_are_judged_alike(number):
    exercise = {"expected": number}
    bengali = str(number).translate(str.maketrans("0123456789", "০১২৩৪৫৬৭৮৯"))
    assert checks.problem(exercise, number) is None
    assert checks.problem(exercise, str(number)) is None
    assert checks.problem(exercise, bengali) is None
    for answer in (number + 1 + abs(number), 0.5 - number):
        assert checks.problem(exercise, answer) is not None or answer == number


# ---- text ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("answer", ["val_loss", " VAL_LOSS ", "val_loss\u200b"])
def test_text_is_compared_without_case_spaces_and_invisible_letters(answer, say):
    assert say("metric", answer).startswith("✓")


def test_a_wrong_text_gets_its_feedback_and_another_kind_is_told_so(say):
    assert "ওটা ট্রেনিংয়ের।" in say("metric", "loss")
    assert "এখানে চাই একটি লেখা" in say("metric", 5) and "`int`" in say("metric", 5)
    assert "এখানে চাই" not in say("metric", "5")


# ---- lists ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "answer", [["fit", 2, 0.5], ("FIT", "২", np.float32(0.5)), np.array(["fit", "2", "0.5"])]
)
def test_a_right_list_is_right_as_list_tuple_or_array(answer, say):
    assert say("order", answer).startswith("✓")


def test_the_wrong_places_of_a_list_are_counted_from_one_and_no_answer_is_given_away(say):
    said = say("order", ["fit", 3, "x"])
    assert "২, ৩ নম্বরে" in said and "১" not in said
    assert "0.5" not in said and "০.৫" not in said


def test_a_list_of_another_length_and_a_foreseen_list_are_told(say):
    assert "৩টি উত্তর চাই; তুমি দিয়েছ ২টি" in say("order", ["fit", 2])
    assert "৩টি উত্তর চাই; তুমি দিয়েছ ৪টি" in say("order", ["fit", 2, 0.5, 1])
    assert "ক্রম উল্টে গেছে।" in say("order", [2, "fit", 0.5])


@pytest.mark.parametrize(
    "answer", ["fit, 2, 0.5", 5, {"fit", 2, 0.5}, np.zeros((2, 2)), keras.Input(())], ids=kind
)
def test_what_is_no_list_is_told_so(answer, say):
    assert "এখানে চাই একটি `list`" in say("order", answer)


@pytest.mark.parametrize(
    "answer",
    [
        {"log.csv", "best.keras"},
        ["log.csv", "best.keras"],
        {"log.csv": 1, "best.keras": 2}.keys(),
        pd.Series(["best.keras", "log.csv"]),
    ],
)
def test_where_order_does_not_matter_lists_sets_and_keys_are_right_in_any_order(answer, say):
    assert say("files", answer).startswith("✓")


def test_where_order_does_not_matter_the_item_that_does_not_belong_is_pointed_out(say):
    assert "২ নম্বরে" in say("files", ["log.csv", "last.keras"])
    assert "২ নম্বরে" in say("files", ["log.csv", "log.csv"])


JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.complex_numbers() | st.text() | st.binary(),
    lambda inner: st.lists(inner) | st.tuples(inner) | st.dictionaries(st.text(), inner),
)
ODD = [
    object(),
    int,
    len,
    keras.Input((3,)),
    np.array([[1], [2]]),
    pd.DataFrame({"a": [1]}),
    tf.constant("ক"),
]
ODD += [
    np.array(["ক", None], dtype=object),
    pd.NaT,
    pd.NA,
    iter([1]),
    np.array([]),
    tf.ragged.constant([[1], []]),
]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(answer=JUNK | st.sampled_from(ODD), name=st.sampled_from(["stop_epoch", "metric", "order", "files"]))
def test_no_junk_makes_a_check_raise_or_pass(answer, name, capsys):
    check(f"04_demo/{name}", answer)
    said = capsys.readouterr().out
    assert said.startswith(("○", "✗")) or answer in (23, "val_loss")


# ---- lines ---------------------------------------------------------------------------------------


def lines_of(reply, judged_by, capsys):
    judged_by(lambda answer: reply)
    check("04_demo/code", 5)
    return capsys.readouterr().out.splitlines()


@given(st.lists(st.text("কষ্য`ab- ", min_size=1, max_size=150), max_size=4))
def test_wrapping_keeps_every_word_every_line_and_every_blank_line(lines):
    text = "\n".join(lines)
    wrapped = practice._wrapped(text)
    assert wrapped.split() == text.split()
    given_lines, wrapped_lines = iter(text.split("\n")), iter(wrapped.split("\n"))
    for line in given_lines:
        words = line.split()
        taken = next(wrapped_lines).split()
        while taken != words:
            assert words[: len(taken)] == taken
            taken += next(wrapped_lines).split()
    assert not list(wrapped_lines)


def test_a_long_reply_ends_its_lines_between_words_and_keeps_its_indent(judged_by, capsys):
    first, *more = lines_of("মডেলটা পুরো শিখেছে। " * 12 + "\n\n  " + "স্তম্ভ " * 20, judged_by, capsys)
    assert first.startswith("✗ এখনো ঠিক হয়নি। মডেলটা")
    assert all(len(line) <= 88 for line in [first, *more])
    blank = more.index("")
    assert all(line.startswith("  স্তম্ভ") for line in more[blank + 1 : -1]) and len(more[blank + 1 :]) > 2
    assert more[-1] == "  ইঙ্গিত: ইঙ্গিত"


def test_code_in_a_reply_stays_in_one_piece(judged_by, capsys):
    for code in ("`monitor = 'val_loss'`", f"`list-of({', '.join(map(str, range(40)))})`"):
        for before in range(60, 90):
            said = lines_of("ক" * before + f" {code} এখানে", judged_by, capsys)
            assert sum(code in line for line in said) == 1, said


# ---- code ----------------------------------------------------------------------------------------


def test_the_behaviour_is_given_the_answer_and_its_sentence_is_shown(say, judged_by):
    judged_by(lambda answer: None if answer == 7 else f"{answer} নয়।")
    assert say("code", 7) == "✓ ঠিক। কারণ"
    assert say("code", 8) == "✗ এখনো ঠিক হয়নি। 8 নয়। ইঙ্গিত: ইঙ্গিত"


def test_an_exception_in_the_learners_code_is_told_with_its_line_and_no_traceback(say, judged_by):
    def learners(values):
        return sorted(values, key=lambda value: value["loss"])  # the line

    judged_by(lambda answer: answer([{"acc": 1}]))
    said = say("code", learners)
    line = learners.__code__.co_firstlineno + 1
    number = str(line).translate(str.maketrans("0123456789", "০১২৩৪৫৬৭৮৯"))
    assert "`KeyError` হলো: 'loss'" in said
    assert f'লাইন {number}: `return sorted(values, key=lambda value: value["loss"]) # the line`' in said
    assert "Traceback" not in said and "checks.py" not in said


def test_an_exception_outside_the_learners_code_is_told_without_a_line(say, judged_by):
    judged_by(lambda answer: len(answer))
    said = say("code", 5)
    assert "`TypeError` হলো" in said and "লাইন" not in said


COUNTER = "01_what_is_a_callback/counter"


class Good(keras.callbacks.Callback):
    def on_train_begin(self, logs=None):
        self.count = 0

    def on_epoch_end(self, epoch, logs=None):
        self.count += 1


class CountsAtTheBeginning(Good):
    on_epoch_end = keras.callbacks.Callback.on_epoch_end

    def on_epoch_begin(self, epoch, logs=None):
        self.count += 1


@pytest.fixture
def course(monkeypatch):
    monkeypatch.setattr(practice, "FOLDER", practice.COURSE / "data" / "practice")


@pytest.mark.parametrize("answer", [Good, CountsAtTheBeginning])
def test_a_callback_that_counts_epochs_anew_in_each_fit_passes(answer, course, say):
    assert say(COUNTER, answer).startswith("✓ ঠিক।")


def test_a_check_that_trains_leaves_random_numbers_and_layer_names_alone(course, say):
    def draws():
        drawn = (
            random.random(),
            np.random.rand(),
            keras.random.uniform(()).numpy(),
            tf.random.uniform(()).numpy(),
        )
        return *drawn, keras.layers.Dense(1).name

    keras.utils.set_random_seed(1)
    keras.backend.clear_session()
    untouched = draws()
    keras.utils.set_random_seed(1)
    keras.backend.clear_session()
    say(COUNTER, Good)
    assert draws() == untouched


@pytest.mark.parametrize("mode", ["auto", "min"])
def test_a_checkpoint_passes_whether_it_names_the_direction_or_not(mode, course, say):
    answer = keras.callbacks.ModelCheckpoint("lowest_loss.keras", "val_loss", save_best_only=True, mode=mode)
    assert say("14_dog_cat/checkpoint", answer).startswith("✓ ঠিক।")


# ---- names and files -----------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["04_demo/stop_epochs", "stop_epoch", "04_demo", "", 5])
def test_an_unknown_exercise_is_named_and_the_nearest_names_are_listed(name):
    with pytest.raises(ValueError, match=r"এই নামে কিছু নেই। কাছাকাছি নাম: .*04_demo/"):
        check(name, 23)


def test_the_nearest_name_comes_first():
    with pytest.raises(ValueError, match="কাছাকাছি নাম: 04_demo/stop_epoch,"):
        check("04_demo/stop_epock", 23)


def test_an_unknown_quiz_is_told_with_the_near_names(folder):
    (folder / "05_no_quiz.toml").write_text("", encoding="utf-8")
    for name in ("04_dem", "05_no_quiz"):
        with pytest.raises(ValueError, match="কাছাকাছি নাম: 04_demo।"):
            quiz(name)


SCHEMA = json.loads((practice.COURSE / "data" / "practice" / "schema.json").read_text(encoding="utf-8"))
EXERCISE = 'todo = "ক"\nhint = "খ"\nright = "গ"\n'
A, B, RIGHT_ONE = (
    '{ text = "ক", feedback = "না" }',
    '{ text = "খ", feedback = "না" }',
    '{ text = "গ", feedback = "বেশ", correct = true }',
)


def question(*options):
    return f'[[quiz]]\nquestion = "কী?"\noptions = [{", ".join(options)}]\n'


@pytest.mark.parametrize(
    ("toml", "where"),
    [
        ("[check.x]\nexpected = 5\nhint = 'ক'\nright = 'খ'", r"check\.x.*'todo' is a required"),
        (f"[check.x]\n{EXERCISE}", r"check\.x"),
        (f"[check.x]\nexpected = 5\npython = true\n{EXERCISE}", r"check\.x"),
        (f"[check.x]\nexpected = true\n{EXERCISE}", r"check\.x\.expected"),
        (f"[check.x]\nexpected = []\n{EXERCISE}", r"check\.x\.expected"),
        (f"[check.x]\nexpected = 5\ntollerance = 1\n{EXERCISE}", "'tollerance' was unexpected"),
        (question(RIGHT_ONE), r"quiz\[0\]\.options.*too short"),
        (question(A, B), r"quiz\[0\]\.options.*does not contain"),
        (question(A, RIGHT_ONE, RIGHT_ONE), r"quiz\[0\]\.options.*Too many"),
        (question(A, RIGHT_ONE, *[B] * 5), r"quiz\[0\]\.options.*too long"),
        (question(A, '{ text = "ক", feedback = "ঠিক। খ", correct = true }'), r"feedback.*does not match"),
        (question(RIGHT_ONE, '{ text = "ক" }'), r"quiz\[0\]\.options\[1\].*'feedback' is a required"),
    ],
)
def test_the_schema_finds_the_flaws_of_a_practice_file(toml, where):
    with pytest.raises(jsonschema.ValidationError) as raised:
        jsonschema.validate(tomllib.loads(toml), SCHEMA)
    assert re.search(where, f"{raised.value.json_path}: {raised.value.message}")


def test_every_practice_file_of_the_course_is_sound(course):
    names = practice._stems()
    assert "01_what_is_a_callback" in names
    in_code = set()
    for stem in names:
        jsonschema.validate(practice._load(stem), SCHEMA)
        for key, exercise in practice._load(stem).get("check", {}).items():
            if "python" in exercise:
                in_code.add(f"{stem}/{key}")
                importlib.import_module(f"helpers.judges.{stem.partition('_')[2]}")
            else:
                assert checks.problem(exercise, exercise["expected"]) is None
                for wrong, feedback in exercise.get("wrong", {}).items():
                    answer = wrong.split(",") if isinstance(exercise["expected"], list) else wrong
                    assert checks.problem(exercise, answer) == feedback, f"{stem}/{key}: {wrong}"
    assert in_code == {name for name in checks.JUDGES if not name.startswith("04_demo/")}


# ---- the quiz ------------------------------------------------------------------------------------


def answer(question, index):
    question.choice.index = index
    question.button.click()
    return question.feedback.value


def test_nothing_is_chosen_told_or_counted_at_first():
    demo = quiz("04_demo")
    assert [one.choice.value for one in demo.questions] == [None, None]
    assert [one.feedback.value for one in demo.questions] == ["", ""]
    assert "২টির মধ্যে ০টি ঠিক" in demo.score.value


def test_the_button_without_a_choice_asks_for_one():
    first = quiz("04_demo").questions[0]
    first.button.click()
    assert "আগে একটি উত্তর বেছে নাও" in first.feedback.value
    assert not first.right


def test_each_option_has_its_feedback_told_by_word_sign_and_live_region():
    first, second = quiz("04_demo").questions
    wrong, right = answer(first, 0), answer(first, 1)
    assert "✗ ঠিক নয়।" in wrong and "<code>&lt;b&gt;</code> নয়।" in wrong
    assert "✓ ঠিক।" in right and "বেশ।" in right
    assert 'aria-live="polite"' in wrong and 'aria-live="polite"' in right
    assert "✓" in answer(second, 0) and "✗" in answer(second, 2)


def test_the_score_counts_what_is_answered_right_now():
    demo = quiz("04_demo")
    first, second = demo.questions
    answer(first, 1)
    assert "২টির মধ্যে ১টি ঠিক" in demo.score.value
    answer(second, 0)
    assert "২টির মধ্যে ২টি ঠিক" in demo.score.value
    answer(first, 0)
    assert "২টির মধ্যে ১টি ঠিক" in demo.score.value


def test_choosing_another_option_takes_the_old_feedback_away():
    first = quiz("04_demo").questions[0]
    answer(first, 1)
    first.choice.index = 0
    assert first.feedback.value == "" and not first.right


def test_options_are_lettered_plain_text_and_the_question_shows_code():
    first = quiz("04_demo").questions[0]
    assert [label for label, _ in first.choice.options] == ["ক. x & y", "খ. দ্বিতীয়"]
    assert "<code>a &lt; b</code> হলে?" in first.children[0].value


def test_without_a_kernel_the_questions_can_be_read_and_the_answers_cannot():
    bundle = quiz("04_demo")._repr_mimebundle_()
    assert "application/vnd.jupyter.widget-view+json" in bundle
    assert bundle["text/plain"].splitlines()[:3] == ["প্রশ্ন ১। `a < b` হলে?", "ক. `x & y`", "খ. দ্বিতীয়"]
    assert "<code>a &lt; b</code>" in bundle["text/html"] and "গ. তিন" in bundle["text/html"]
    for text in (bundle["text/plain"], bundle["text/html"]):
        assert "বেশ" not in text and "✓" not in text
    again = quiz("04_demo")._repr_mimebundle_()
    assert all(bundle[kind] == again[kind] for kind in ("text/plain", "text/html"))
