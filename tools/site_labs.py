"""The living labs of the site: each lab's pictures for a grid of settings, through its own code."""

import contextlib
import html
import io
import json
import re
from pathlib import Path

from helpers.labs.base import Lab

import nbformat
from PIL import Image

# notebook: the controls that live on the page, and their values; the others keep their first value
GRIDS = {
    "02_lifecycle": {"slider": None},  # None: every value the control has
    "04_early_stopping": {
        "monitor": ["val_loss", "loss", "val_accuracy"],
        "patience": [0, 1, 2, 3, 4, 5, 6, 8, 10, 15, 20],
    },
    "05_reduce_lr_on_plateau": {"min_lr": [1e-6, 0.1], "patience": [1, 2, 3, 5, 8, 15]},
    "06_three_together": {"stop_patience": [*range(3, 11)], "drop_patience": [1, 2, 3, 4, 5]},
    "09_learning_rate_scheduler": {
        "kind": ["cosine", "step", "line", "constant"],
        "warm": [0, 3, 5, 10],
    },
}
_COLOURS = 32


def of_page(notebook: nbformat.NotebookNode, path: Path, folder: Path) -> str:
    """The notebook's living lab, its pictures in `folder`; empty where it has none."""
    if path.stem not in GRIDS:
        return ""
    return living(lab_of(notebook, path.parent), GRIDS[path.stem], folder, path.stem[:2])


def lab_of(notebook: nbformat.NotebookNode, folder: Path) -> Lab:
    """The lab that the notebook's cell with the tag `lab` shows, after the cells before it ran."""
    names: dict = {}
    for cell in notebook.cells:
        if cell.cell_type != "code":
            continue
        *body, last = cell.source.rstrip().rsplit("\n", 1)
        with contextlib.chdir(folder), contextlib.redirect_stdout(io.StringIO()):
            if "lab" in cell.metadata.get("tags", []):
                exec("\n".join(body), names)
                return eval(last, names)  # noqa: S307
            exec(cell.source, names)
    raise ValueError("the notebook has no lab")


def living(lab: Lab, choices: dict[str, list | None], folder: Path, name: str) -> str:
    """Draws the grid into `folder`; the HTML in which a slider shows its pictures."""
    for key, one in lab.controls.items():
        if key in choices and choices[key] is None:
            choices = choices | {key: [*range(one.min, one.max + 1)]}
    first = [lab.controls[key].value for key in choices]
    states = []
    for number, state in enumerate(lab.grid(choices)):
        picture = Image.open(io.BytesIO(state.pop("picture")))
        width, height = picture.size
        picture.quantize(_COLOURS).save(folder / f"{name}-{number}.png", optimize=True)
        states.append(state)
    start = next(number for number, state in enumerate(states) if state["values"] == first)
    controls = "".join(
        _control(lab.words[key], lab.controls[key], values, now)
        for (key, values), now in zip(choices.items(), first, strict=True)
    )
    shown = [{"said": state["said"], "code": state["code"]} for state in states]
    return (
        f'<div class="living" data-name="{name}" data-start="{start}">{controls}'
        f'<div class="said">{states[start]["said"]}</div>'
        f'<img src="../_static/labs/{name}-{start}.png" width="{width}" height="{height}" '
        f'alt="{_plain(states[start]["said"])}">'
        f'<div class="code">{states[start]["code"]}</div>'
        f'<script type="application/json">{json.dumps(shown, ensure_ascii=False)}</script></div>'
    )


def _control(words: str, control: object, values: list, now: object) -> str:
    """A slider over the places of the values, or a choice where they are words."""
    words = html.escape(words)
    place = values.index(now)
    if isinstance(values[0], str):
        options = control.options
        pairs = options.items() if isinstance(options, dict) else options
        named = dict((one if isinstance(one, tuple) else (one, one))[::-1] for one in pairs)
        options = "".join(
            f"<option{' selected' if value == now else ''}>{html.escape(named[value])}</option>"
            for value in values
        )
        return f"<label>{words}<select>{options}</select></label>"
    shown = html.escape(json.dumps([f"{value:g}" for value in values]))
    return (
        f'<label>{words} <output>{now:g}</output><input type="range" min="0" '
        f'max="{len(values) - 1}" value="{place}" data-values="{shown}"></label>'
    )


def _plain(said: str) -> str:
    return html.escape(re.sub("<[^>]*>", "", said).strip())
