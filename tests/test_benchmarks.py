"""What the benchmarks measured is what the README and the notebooks' titles say."""

import importlib.util

from notebooks import ROOT, notebook_files

import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell

# Titles that say otherwise than the formula of minutes, and why.
OTHER_MINUTES = {
    "16_common_mistakes": "traps in seven groups, one a day, as its first cell says",
    "17_cheatsheet": "recipes and tables to look things up in, which nobody reads to the end in one go",
}

each_notebook = pytest.mark.parametrize("path", notebook_files(), ids=lambda path: path.stem)


def _load(name: str):
    spec = importlib.util.spec_from_file_location(name, ROOT / "benchmarks" / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


report = _load("report")
MEASURED = {row["notebook"]: row for row in report.read("notebooks.csv")}


@pytest.mark.parametrize("name", ["machine", "figures", "notebooks"])
def test_the_readme_says_what_the_csv_files_hold(name):
    found = report.between(name).search(report.README.read_text(encoding="utf-8"))
    assert found[2] == report.tables()[name], "uv run python benchmarks/figures.py table"


def test_every_notebook_and_every_figure_has_its_row():
    assert list(MEASURED) == [path.stem for path in notebook_files()]
    assert [row["figure"] for row in report.read("figures.csv")] == list(report.ALL)


def test_the_kept_figures_were_held_against_the_limits_of_today():
    for row in report.read("figures.csv"):
        figure = report.ALL[row["figure"]]
        assert (row["unit"], row["limit"]) == (figure.unit, figure.limit)


@each_notebook
def test_a_title_promises_no_less_machine_time_than_was_measured(path):
    measured, promised = MEASURED[path.stem], report.promised(path)
    assert promised["title_seconds"] >= 5 * round(float(measured["seconds"]) / 5)
    for name in ("title_seconds", "title_minutes"):
        assert promised[name] == int(measured[name]), "uv run python benchmarks/figures.py table"


@each_notebook
def test_a_title_promises_about_the_minutes_that_text_code_and_exercises_take(path):
    promised = report.promised(path)
    said, computed = promised["title_minutes"], promised["formula_minutes"]
    is_near = abs(said - computed) <= 0.2 * computed + 5
    assert is_near or path.stem in OTHER_MINUTES, f"title {said}, formula {computed}"


def test_minutes_count_text_code_exercises_questions_and_the_lab_but_no_solution():
    cells = [
        new_markdown_cell("শব্দ " * 240),  # 4 minutes
        new_code_cell("x = 1\n" * 40, metadata={"tags": ["lab"]}),  # 2 and 5
        new_code_cell("check()", metadata={"tags": ["check"]}),  # 4
        new_markdown_cell("আগে ভাবো " * 4),  # 2
        new_markdown_cell("শব্দ " * 600, metadata={"tags": ["solution"]}),
        new_markdown_cell("শব্দ " * 600, metadata={"tags": ["nav"]}),
    ]
    assert report.minutes(cells) == 20
    assert report.minutes(cells[:1]) == 5


@pytest.mark.parametrize(
    ("name", "value", "reached"),
    [
        ("epoch_vs_guide", 0.8, True),
        ("epoch_vs_guide", 0.81, False),
        ("interact_vs_three_lab", 2.5, True),
        ("interact_vs_three_lab", 2.4, False),
    ],
)
def test_a_figure_is_reached_up_to_its_limit(name, value, reached):
    assert report.ALL[name].reached(value) is reached


def test_a_new_row_takes_the_place_of_the_old_one_and_what_is_not_measured_says_so(tmp_path, monkeypatch):
    monkeypatch.setattr(report, "HERE", tmp_path)
    where = dict.fromkeys(report.MACHINE, "1")
    report.keep_figures(report.figure_rows("install_size", {"download_mb": 430}, where))
    report.keep_figures(report.figure_rows("install_size", {"download_mb": 381.4}, where))
    rows = {row["figure"]: row for row in report.read("figures.csv")}
    assert list(rows) == list(report.ALL)
    assert (rows["download_mb"]["value"], rows["download_mb"]["reached"]) == ("381.4", "yes")
    assert rows["tests_s"]["value"] == report.NOT_MEASURED
    assert "| ৩৮১.৪ MB | বড়জোর ৪২০ MB | ✓ |" in report.tables()["figures"]
    assert "| এখানে মাপা হয়নি | বড়জোর ৬০০ সেকেন্ড |  |" in report.tables()["figures"]
