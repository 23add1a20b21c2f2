"""The notebooks keep the course's rules, agree with Keras, and introduce the glossary's terms."""

import ast
import inspect
import re
from pathlib import Path

from helpers.cheatsheet import ENTRIES
from notebooks import (
    ROOT,
    TEMPLATE,
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
NOTEBOOKS = ROOT / "notebooks"
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


CLASSES = {name: one for name, one in vars(keras.callbacks).items() if inspect.isclass(one)}


@pytest.mark.parametrize("name", CLASSES)
def test_every_callback_class_of_keras_is_taught(name):
    notebook, word = read_notebook(NOTEBOOKS / f"{TAUGHT_IN[name]}.ipynb"), rf"\b{name}\b"
    titles = [title for cell in notebook.markdown for title in headings(cell.source)]
    assert any(re.search(word, title) for title in titles), "no heading"
    assert any(re.search(word, cell.source) for cell in notebook.code), "no cell that runs it"
    tables = [TABLE_OF.match(cell.source) for cell in notebook.section("parameters")]
    is_in_table = name in [match[1] for match in tables if match]
    assert is_in_table or not inspect.signature(CLASSES[name]).parameters, "no table"


@each_notebook
def test_parameter_tables_agree_with_keras(path):
    """Each begins with ### `Class` and has its parameters and defaults in their order."""
    for cell in read_notebook(path).section("parameters"):
        rows = table(cell.source)
        if rows:
            name = TABLE_OF.match(cell.source)[1]
            written = [(row[0], row[1] and repr(ast.literal_eval(row[1]))) for row in rows]
            parameters = inspect.signature(CLASSES[name]).parameters.values()
            names = [str(one).split(":")[0].split("=")[0] for one in parameters]
            defaults = [None if p.default is p.empty else repr(p.default) for p in parameters]
            assert written == [*zip(names, defaults, strict=True)], name


# ---- glossary ------------------------------------------------------------------------------------


def test_the_glossary_is_complete_and_says_each_term_once():
    rows = glossary()
    assert not any(None in row or None in row.values() for row in rows), "a comma without quotes"
    needed = [row[column] for row in rows for column in ("term", "written", "meaning", "first")]
    assert all(map(str.strip, needed))
    assert len({row["term"] for row in rows}) == len(rows)


@each_notebook
def test_a_term_of_the_glossary_stands_in_the_notebook_said_to_introduce_it(path):
    text = "\n".join(cell.source for cell in read_notebook(path).markdown).lower()
    introduced = [row["written"] for row in glossary() if row["first"] == path.stem]
    assert not [term for term in introduced if term.lower() not in text]
