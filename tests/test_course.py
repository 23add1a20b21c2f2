"""The notebooks keep the course's rules, agree with Keras, and introduce the glossary's terms."""

import ast
import inspect
import re
from pathlib import Path

from helpers.cheatsheet import ENTRIES
from notebooks import (
    ROOT,
    TEMPLATE,
    Notebook,
    glossary,
    headings,
    links,
    notebook_files,
    read_notebook,
    table,
)

import keras
import pytest
from rules import OF_THE_TEMPLATE, RULES, broken_links

TAUGHT_IN = {name: one["notebook"] for name, one in ENTRIES.items()}
TAUGHT_IN["Callback"] = "01_what_is_a_callback"
TABLE_OF = re.compile(r"###+ `(\w+)`")
DOCUMENTS = ["README.md", "SYMPTOMS.md", "TEACHING.md", "CONTRIBUTING.md", "data/README.md"]
DOCUMENTS += ["tools/FIGURES.md"]

each_notebook = pytest.mark.parametrize("path", notebook_files(), ids=lambda path: path.stem)


@each_notebook
def test_notebook_keeps_the_rules(path):
    notebook = read_notebook(path)
    problems = [f"{rule.__name__}: {problem}" for rule in RULES for problem in rule(notebook)]
    assert not problems, "\n".join([path.name, *problems])


def test_the_template_has_the_shape_of_a_notebook():
    assert [problem for rule in OF_THE_TEMPLATE for problem in rule(read_notebook(TEMPLATE))] == []


def test_notebook_numbers_are_unique_and_the_map_in_the_readme_lists_all_in_order():
    names = [path.name for path in notebook_files()]
    assert all(re.fullmatch(r"\d\d_[a-z0-9_]+\.ipynb", name) for name in names), names
    assert len({name[:2] for name in names}) == len(names), names
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    linked = [Path(link).name for link in links(readme) if link.startswith("notebooks/")]
    assert list(dict.fromkeys(name for name in linked if name in names)) == names


@pytest.mark.parametrize("name", DOCUMENTS)
def test_links_of_the_documents_lead_somewhere(name):
    assert not list(broken_links((ROOT / name).read_text(encoding="utf-8"), ROOT / name))


# ---- Keras ---------------------------------------------------------------------------------------


def untaught(name: str, notebook: Notebook) -> str | None:
    """What is missing for a class of keras.callbacks to be taught, or None."""
    word = re.compile(rf"\b{name}\b")
    if not any(word.search(title) for cell in notebook.markdown for title in headings(cell.source)):
        return "no heading"
    if not any(word.search(cell.source) for cell in notebook.code):
        return "no cell that runs it"
    tables = [
        match[1]
        for cell in notebook.section("parameters")
        if (match := TABLE_OF.match(cell.source))
    ]
    if name not in tables and inspect.signature(getattr(keras.callbacks, name)).parameters:
        return "no table of its parameters"
    return None


@pytest.mark.parametrize(
    "name", [n for n, one in vars(keras.callbacks).items() if inspect.isclass(one)]
)
def test_every_callback_class_of_keras_is_taught(name):
    assert not untaught(name, read_notebook(ROOT / "notebooks" / f"{TAUGHT_IN[name]}.ipynb"))


@each_notebook
def test_parameter_tables_agree_with_keras(path):
    for cell in read_notebook(path).section("parameters"):
        assert not parameter_problems(cell.source)


def parameter_problems(markdown: str) -> str | None:
    """How a `### `Class`` text with a table of parameters and defaults differs from Keras."""
    rows = [(row[0], row[1] and repr(ast.literal_eval(row[1]))) for row in table(markdown)]
    if not rows:
        return None
    name = TABLE_OF.match(markdown)
    if not name:
        return "a table of parameters begins with ### `Class`"
    parameters = inspect.signature(getattr(keras.callbacks, name[1])).parameters.values()
    expected = [(str(p).split(":")[0].split("=")[0], _default(p)) for p in parameters]
    return (
        None
        if rows == expected
        else f"{name[1]}: the table says\n  {rows}\nand Keras\n  {expected}"
    )


def _default(parameter: inspect.Parameter) -> str | None:
    return None if parameter.default is parameter.empty else repr(parameter.default)


# ---- glossary ------------------------------------------------------------------------------------


def test_the_glossary_is_complete_and_says_each_term_once():
    rows = glossary()
    assert all(
        row[column].strip() for row in rows for column in ("term", "written", "meaning", "first")
    )
    terms = [row["term"] for row in rows]
    assert len(set(terms)) == len(terms)


@each_notebook
def test_a_term_of_the_glossary_stands_in_the_notebook_said_to_introduce_it(path):
    text = "\n".join(cell.source for cell in read_notebook(path).markdown).lower()
    introduced = [row["written"] for row in glossary() if row["first"] == path.stem]
    assert not [term for term in introduced if term.lower() not in text]
