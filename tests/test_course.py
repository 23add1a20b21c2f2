"""The notebooks keep the rules of the course, and every rule finds what it is there to find."""

import ast
import inspect
import re
from pathlib import Path

from notebooks import ROOT, Notebook, glossary, headings, links, notebook_files, read_notebook, table

import keras
import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output
from rules import RULES, broken_links

# Which notebook teaches which class. A class that Keras adds has to be given its place here.
TAUGHT_IN = {
    "Callback": "01_what_is_a_callback",
    "ModelCheckpoint": "03_model_checkpoint",
    "EarlyStopping": "04_early_stopping",
    "ReduceLROnPlateau": "05_reduce_lr_on_plateau",
    "CSVLogger": "07_csv_logger",
    "TensorBoard": "08_tensorboard",
    "LearningRateScheduler": "09_learning_rate_scheduler",
    "TerminateOnNaN": "10_terminate_on_nan",
    "BackupAndRestore": "11_backup_and_restore",
    "ProgbarLogger": "12_progress_and_small_ones",
    "History": "12_progress_and_small_ones",
    "CallbackList": "12_progress_and_small_ones",
    "LambdaCallback": "12_progress_and_small_ones",
    "RemoteMonitor": "12_progress_and_small_ones",
    "SwapEMAWeights": "13_ema_and_orbax",
    "OrbaxCheckpoint": "13_ema_and_orbax",
}
TABLE_OF = re.compile(r"###+ `(\w+)`")
DOCUMENTS = [
    path for path in (ROOT / "README.md", ROOT / "CONTRIBUTING.md", ROOT / "data/README.md") if path.exists()
]

each_notebook = pytest.mark.parametrize("path", notebook_files(), ids=lambda path: path.stem)


@each_notebook
def test_notebook_keeps_the_rules(path):
    notebook = read_notebook(path)
    problems = [f"{rule.__name__}: {problem}" for rule in RULES for problem in rule(notebook)]
    assert not problems, "\n".join([path.name, *problems])


def test_notebook_numbers_are_unique_and_the_map_in_the_readme_lists_all_in_order():
    names = [path.name for path in notebook_files()]
    assert all(re.fullmatch(r"\d\d_[a-z0-9_]+\.ipynb", name) for name in names), names
    assert len({name[:2] for name in names}) == len(names), names
    in_readme = [Path(link).name for link in links(_read("README.md")) if link.startswith("notebooks/")]
    assert list(dict.fromkeys(name for name in in_readme if name in names)) == names


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_links_of_the_documents_lead_somewhere(path):
    assert not list(broken_links(path.read_text(encoding="utf-8"), path))


# ---- Keras ---------------------------------------------------------------------------------------


def callback_classes() -> dict[str, type]:
    return {name: member for name, member in vars(keras.callbacks).items() if inspect.isclass(member)}


def untaught(name: str, notebooks: dict[str, Notebook]) -> str | None:
    """What is missing for a class of keras.callbacks to be taught, or None."""
    if name not in TAUGHT_IN:
        return f"no notebook teaches {name}: give it a place in TAUGHT_IN"
    if TAUGHT_IN[name] not in notebooks:
        return f"{TAUGHT_IN[name]}, which teaches {name}, is missing"
    notebook = notebooks[TAUGHT_IN[name]]
    if not any(_has_word(name, heading) for cell in notebook.markdown for heading in headings(cell.source)):
        return f"{notebook.path.stem} has no heading with {name}"
    if not any(_has_word(name, cell.source) for cell in notebook.code):
        return f"no cell of {notebook.path.stem} runs {name}"
    with_table = [m[1] for cell in notebook.section("parameters") if (m := TABLE_OF.match(cell.source))]
    if name not in with_table and inspect.signature(callback_classes()[name]).parameters:
        return f"{notebook.path.stem} has no table of the parameters of {name}"
    return None


@pytest.fixture(scope="module")
def notebooks() -> dict[str, Notebook]:
    return {path.stem: read_notebook(path) for path in notebook_files()}


@pytest.mark.parametrize("name", sorted(callback_classes()))
def test_every_callback_class_of_keras_is_taught(name, notebooks):
    assert not untaught(name, notebooks)


@pytest.mark.parametrize("name", sorted(TAUGHT_IN))
def test_a_class_whose_section_is_gone_is_missed(name, notebooks):
    whole = notebooks[TAUGHT_IN[name]]
    for kind in ("markdown", "code"):
        cells = [cell for cell in whole.cells if cell.cell_type != kind or not _has_word(name, cell.source)]
        left = Notebook(whole.path, nbformat.from_dict({**whole.node, "cells": cells}))
        assert untaught(name, {**notebooks, TAUGHT_IN[name]: left})


def test_a_class_that_is_new_in_keras_and_a_lost_notebook_are_named(notebooks):
    assert "no notebook teaches NewLogger" in untaught("NewLogger", notebooks)
    others = {stem: notebook for stem, notebook in notebooks.items() if stem != "07_csv_logger"}
    assert "07_csv_logger, which teaches CSVLogger, is missing" in untaught("CSVLogger", others)


@each_notebook
def test_parameter_tables_agree_with_keras(path):
    problems = [
        p for cell in read_notebook(path).section("parameters") for p in parameter_problems(cell.source)
    ]
    assert not problems, "\n".join(problems)


def parameter_problems(markdown: str) -> list[str]:
    """How a `### `Class`` text with a table of parameters and defaults differs from the class in Keras."""
    rows = [(row[0], _value(row[1])) for row in table(markdown)]
    name = TABLE_OF.match(markdown)
    if not name or not hasattr(keras.callbacks, name[1]):
        return ["a table of parameters begins with ### `Class`"] if rows else []
    parameters = inspect.signature(getattr(keras.callbacks, name[1])).parameters.values()
    expected = [(str(p).split(":")[0].split("=")[0], _default(p)) for p in parameters]
    return [] if rows == expected else [f"{name[1]}: the table says\n  {rows}\nand Keras\n  {expected}"]


def _default(parameter: inspect.Parameter) -> str | None:
    return None if parameter.default is parameter.empty else repr(parameter.default)


def _value(code: str | None) -> str | None:
    return code and repr(ast.literal_eval(code))


# ---- glossary ------------------------------------------------------------------------------------


def test_the_glossary_is_complete_and_says_each_term_once():
    rows = glossary()
    assert all(row[column].strip() for row in rows for column in ("term", "written", "meaning", "first"))
    terms = [row["term"] for row in rows]
    assert len(set(terms)) == len(terms)


@each_notebook
def test_a_term_of_the_glossary_stands_in_the_notebook_said_to_introduce_it(path):
    text = "\n".join(cell.source for cell in read_notebook(path).markdown).lower()
    introduced = [row["written"] for row in glossary() if row["first"] == path.stem]
    assert not [term for term in introduced if term.lower() not in text]


# ---- the rules themselves ------------------------------------------------------------------------


OBJECTIVES = """# শুরু

**এই নোটবুক শেষে তুমি পারবে**
* চালাতে;

সময়: ২৫ মিনিট (তার মধ্যে মেশিনের কাজ ২০ সেকেন্ড) · আগে দেখে এসো: """


@pytest.fixture
def course(tmp_path) -> Path:
    """A course of two notebooks that keeps every rule."""
    for folder in ("notebooks", "exercises"):
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / "README.md").write_text("# কোর্স\n\n## নোটবুকের তালিকা\n", encoding="utf-8")
    for stem in ("00_start", "01_next"):
        nbformat.write(_notebook(stem), tmp_path / "notebooks" / f"{stem}.ipynb")
        practice = (
            '[check.a]\n[check.b]\n[[quiz]]\nquestion="ক"\n[[quiz]]\nquestion="খ"\n[[quiz]]\nquestion="গ"\n'
        )
        (tmp_path / "exercises" / f"{stem}.toml").write_text(practice, encoding="utf-8")
    return tmp_path


def _notebook(stem: str) -> nbformat.NotebookNode:
    before = "কিছু না" if stem == "00_start" else "০০"
    neighbour = "[পরেরটি](01_next.ipynb)" if stem == "00_start" else ""
    neighbour_before = "[আগেরটি](00_start.ipynb)" if stem == "01_next" else ""
    cells = [
        _text("objectives", OBJECTIVES + before),
        _code("setup", "from helpers import setup\n\nsetup()"),
        _text("problem", "## সমস্যা\n\n[তালিকা](../README.md#নোটবুকের-তালিকা), [এখানে](#সমস্যা)"),
        _code("callback", "print(1)", "nbval-check-output"),
        _code("picture", "print(2)", "nbval-check-output"),
        _text("trap", "## ফাঁদ"),
    ]
    for number, name in enumerate("ab", start=1):
        cells += [
            _text("exercise", "কাজ", cell_id=f"task-{number}"),
            _code("exercise", "answer = ...", cell_id=f"exercise-{number}"),
            _code("check", f'check("{stem}/{name}", answer)', cell_id=f"check-{number}"),
            _text(
                "solution",
                "<details><summary>সমাধান</summary>\n\n```python\nanswer = 1\n```\n</details>",
                cell_id=f"solution-{number}",
            ),
        ]
    cells += [_code("quiz", f'quiz("{stem}")'), _text("summary", "শেষ")]
    cells += [_text("nav", f"{neighbour_before} [সূচি](../README.md) {neighbour}")]
    for count, cell in enumerate((cell for cell in cells if cell.cell_type == "code"), start=1):
        cell.execution_count = count
    return new_notebook(cells=cells)


def _text(section, source, cell_id=None):
    return new_markdown_cell(source, id=cell_id or section, metadata={"tags": [section]})


def _code(section, source, *more_tags, cell_id=None):
    return new_code_cell(source, id=cell_id or section, metadata={"tags": [section, *more_tags]})


def test_a_good_notebook_has_no_problems(course):
    good = [read_notebook(path) for path in notebook_files(course / "notebooks")]
    assert [problem for notebook in good for rule in RULES for problem in rule(notebook)] == []
    assert len(good) == 2


def _set(cell_id, old, new):
    def spoil(notebook: Notebook):
        cell = next(cell for cell in notebook.cells if cell.id == cell_id)
        assert old in cell.source
        cell.source = cell.source.replace(old, new)

    return spoil


def _change(cell_id, **attributes):
    return lambda notebook: next(cell for cell in notebook.cells if cell.id == cell_id).update(attributes)


def _output(cell_id, **output):
    return _change(cell_id, outputs=[new_output(**output)])


_PNG = {"output_type": "display_data", "data": {"image/png": ""}}
SPOILED = [
    ("cell_ids", _change("trap", id="Trap"), "lower-case"),
    ("cell_ids", _change("trap", id="0a1b2c3d"), "random"),
    ("cell_ids", _change("trap", id="6f1c1b1e-2f0a-4b43-9f0e-8d6f3f0a1b2c"), "random"),
    ("cell_ids", _change("trap", id="problem"), "more than once"),
    ("sections", lambda notebook: notebook.cells.pop(5), "sections are"),
    ("sections", lambda notebook: notebook.cells.reverse(), "sections are"),
    ("sections", _change("trap", metadata=nbformat.from_dict({"tags": ["trap", "lab"]})), "exactly one"),
    ("objectives", _set("objectives", "তুমি পারবে", "পারা যাবে"), "not of the form"),
    ("objectives", _set("objectives", "২৫ মিনিট", "25 মিনিট"), "not of the form"),
    ("objectives", _set("objectives", "কিছু না", "০১"), "০১ is no earlier notebook"),
    ("setup_cell", _set("setup", "setup()", "setup\n" * 6), "at most 6 lines"),
    ("setup_cell", _change("problem", metadata=nbformat.from_dict({"tags": ["setup"]})), "one code cell"),
    ("exercises", _set("exercise-1", "...", "5"), "code cell with ..."),
    ("exercises", _set("check-1", "00_start/a", "00_start/c"), r"no \[check.c\]"),
    ("exercises", _set("check-1", "00_start/a", "01_next/a"), r"no \[check.a\]"),
    ("exercises", _set("solution-2", "```python", "```"), "<details>"),
    ("exercises", _change("exercise-2", id="exercise-two"), "should be exercise-2"),
    ("quiz", _set("quiz", "00_start", "01_next"), "one code cell"),
    ("navigation", _set("nav", "../README.md", "README.md"), "should be"),
    ("navigation", _set("nav", "01_next", "02_after"), "should be"),
    ("short_text", _set("trap", "ফাঁদ", "শব্দ " * 121), "121 words"),
    ("link_targets", _set("trap", "ফাঁদ", "[ছবি](nothing.png)"), "leads nowhere"),
    ("link_targets", _set("problem", "#নোটবুকের-তালিকা", "#আরেক-তালিকা"), "no heading makes"),
    ("link_targets", _set("trap", "ফাঁদ", "![ছবি](attachment:a.png)"), "not attached"),
    ("alt_text", _set("trap", "ফাঁদ", "![](../README.md)"), "no Bengali alt text"),
    ("alt_text", _output("picture", **_PNG), "no Bengali alt text"),
    ("alt_text", _output("picture", **_PNG, metadata={"image/png": {"alt": "a plot"}}), "'a plot'"),
    ("run_in_order", _change("quiz", execution_count=9), "restart the kernel"),
    ("run_in_order", _change("quiz", execution_count=None), "restart the kernel"),
    ("no_errors", _output("setup", output_type="stream", name="stderr", text="সাবধান"), "stderr"),
    ("no_errors", _output("setup", output_type="stream", name="stdout", text="১\r২"), "progress bar"),
    ("no_errors", _output("setup", output_type="error", ename="ValueError"), "raises-exception"),
    (
        "behaviour_is_compared",
        _change("picture", metadata=nbformat.from_dict({"tags": ["picture"]})),
        "two cells",
    ),
    ("no_widget_state", lambda notebook: notebook.node.metadata.update(widgets={}), "widget state"),
]


@pytest.mark.parametrize(("name", "spoil", "complaint"), SPOILED)
def test_a_broken_rule_is_noticed_and_said(course, name, spoil, complaint):
    notebook = read_notebook(course / "notebooks" / "00_start.ipynb")
    spoil(notebook)
    rule = next(rule for rule in RULES if rule.__name__ == name)
    assert re.search(complaint, "\n".join(rule(notebook)))


def test_every_rule_is_seen_to_fail():
    assert {name for name, _, _ in SPOILED} == {rule.__name__ for rule in RULES}


def test_too_few_quiz_questions_are_noticed(course):
    (course / "exercises/00_start.toml").write_text("[[quiz]]\n", encoding="utf-8")
    notebook = read_notebook(course / "notebooks" / "00_start.ipynb")
    rule = next(rule for rule in RULES if rule.__name__ == "quiz")
    assert "1 questions" in "\n".join(rule(notebook))


@pytest.mark.parametrize(
    ("rows", "agrees"),
    [
        ("| `swap_on_epoch` | `False` | কখন |", True),
        ("| `swap_on_epoch` | `True` | কখন |", False),
        ("| `swap` | `False` | কখন |", False),
        ("| `swap_on_epoch` | `False` | কখন |\n| `more` | `1` | কী |", False),
    ],
)
def test_a_parameter_table_that_differs_from_keras_is_noticed(rows, agrees):
    text = f"### `SwapEMAWeights`\n\n| নাম | স্বাভাবিক মান | কী করে |\n|---|---|---|\n{rows}\n"
    assert (parameter_problems(text) == []) == agrees


def test_required_and_open_ended_parameters_have_no_default_in_the_table():
    head = "| নাম | স্বাভাবিক মান |\n|---|---|\n"
    schedule = f"### `LearningRateScheduler`\n\n{head}| `schedule` | দিতেই হয় |\n| `verbose` | `0` |\n"
    assert parameter_problems(schedule) == []
    assert parameter_problems(schedule.replace("দিতেই হয়", "`None`"))


def _has_word(word: str, text: str) -> bool:
    return bool(re.search(rf"\b{word}\b", text))


def _read(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")
