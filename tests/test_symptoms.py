"""The symptoms: each line of check tells its fault from a sound run, each link lands."""

import re
from urllib.parse import unquote

from helpers import symptoms
from helpers.cheatsheet import SYMPTOMS, cheat_table, where
from notebooks import ROOT, links

import pytest
import symptoms_page
from faults import FAULTS, happens
from rules import broken_links
from test_language import Text, unnatural

ROWS = {row["id"]: row for row in SYMPTOMS["symptom"]}
STAGED = [name for name, row in ROWS.items() if "unstaged" not in row]
PAGE = symptoms_page.PAGE.read_text(encoding="utf-8")
# what somebody types at five o'clock
SEARCHED = [
    *("loss: nan", "KeyError: 'val_acc'", "has no attribute 'lr'", "accuracy stuck at 0.5"),
    *("must end in .keras", "unexpected keyword argument 'period'", "ran out of data"),
    *("Can save best model only with val_loss available", "restore_best_weights", "overfitting"),
    *("No dashboards are active for the current data set", "learning rate কমে না", "থামে না"),
    *("continue training from epoch", "IOPub data rate exceeded", "একটি epoch-ও চলেনি"),
]


def test_every_row_is_whole():
    assert len(ROWS) == len(SYMPTOMS["symptom"]) >= 60
    assert {row["group"] for row in ROWS.values()} == SYMPTOMS["group"].keys()
    for row in ROWS.values():
        assert all(row[key] for key in ("sees", "types", "check", "shows", "cure", "where")), row
        assert "\n" not in row["check"] and compile(row["check"], row["id"], "eval"), row
        assert "|" not in row["sees"] + row["check"] + row["shows"] + row["cure"], row  # a table
    assert set(STAGED) == FAULTS.keys() and len(ROWS) - len(STAGED) < 10
    assert len({row["sees"] for row in ROWS.values()}) == len(ROWS)


@pytest.mark.parametrize("name", STAGED)
@pytest.mark.filterwarnings("ignore")
def test_the_check_shows_the_fault_and_only_the_fault(name, tmp_path, monkeypatch):
    row, runs = ROWS[name], []
    for ok in (False, True):
        (folder := tmp_path / str(ok)).mkdir()
        monkeypatch.chdir(folder)
        said, shown = happens(name, ok, row["check"])
        runs.append(("\n".join(said), shown))
    (faulty, shown), (sound, shown_when_sound) = runs
    assert shown == row["shows"]
    assert (shown_when_sound == shown) == row.get("spelling", False)
    assert not re.match(r"\w+Error", sound), sound
    foreseen = "message" in row or "■" in row["sees"]
    assert foreseen or not re.match(r"\w+(Error|Interrupt)", faulty)
    for message in row.get("message", []):
        assert message in faulty and message not in sound


def test_every_link_lands_on_a_heading():
    assert not list(broken_links(PAGE, symptoms_page.PAGE))
    shown = cheat_table("symptoms").data
    printed = sum("print" in row for row in ROWS.values())
    assert len(links(shown)) == shown.count("\n") - 1 == printed
    assert not list(broken_links(shown, ROOT / "notebooks" / "17_cheatsheet.ipynb"))
    linked = {unquote(where(row)) for row in ROWS.values()}
    assert len(linked) > 60


def test_the_page_is_today_s_and_keeps_the_ten_rules():
    assert symptoms_page.page() == PAGE, "uv run python tools/symptoms_page.py"
    assert unnatural(Text("SYMPTOMS.md", PAGE, is_markdown=True)) == []


@pytest.mark.parametrize("words", SEARCHED)
def test_what_one_types_is_found_on_the_page_and_in_the_notebook(words):
    assert words.casefold() in PAGE.casefold()
    assert 0 < symptoms(words).data.count("[নোটবুক") < 20 < symptoms().data.count("[নোটবুক")
