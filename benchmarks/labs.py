"""How fast a lab answers its slider, and how much faster than ipywidgets.interact with the inline backend.

    uv run python benchmarks/labs.py

A move is timed where the learner waits for it: from the new value to the new picture, on the server. The
other way draws the same two pictures through `interact` and `plt.show()` in a kernel of its own, the figure
rebuilt at each move, as one would write it without the labs. Both run in this one call; quote the ratios.
"""

import itertools
import json
import time
from statistics import median, quantiles

from helpers import HookRecorder, hooks_lab, patience_lab, plateau_lab, schedule_lab, setup, three_lab
from helpers.start import COURSE
from helpers.toy import toy_data

import keras
import nbformat
from nbclient import NotebookClient
from report import show

MOVES = 60
RECORDED = COURSE / "data" / "runs" / "dog_cat_no_callbacks.csv"
# the same curves and marks as the labs draw, written as one would write them for interact
INTERACT = """
import json, time
from helpers import read_log, replay, setup
import ipywidgets, keras
import matplotlib.pyplot as plt

setup()
log = read_log(RECORDED)


def curve(axes, outcome):
    axes.plot(log["val_loss"], "-", label="validation")
    axes.plot(outcome.best_epoch, log["val_loss"][outcome.best_epoch], "k*", markersize=18)
    axes.axvline(outcome.stopped_epoch or 0, color="black")
    axes.axvspan((outcome.stopped_epoch or 0) + 0.5, len(log), color="0.6", alpha=0.35)
    axes.set(xlabel="epoch", ylabel="loss", title=f"epoch {outcome.stopped_epoch}-এ থামল")


def stop(patience):
    early = keras.callbacks.EarlyStopping(patience=patience, restore_best_weights=True)
    outcome = replay([early], log)
    _, axes = plt.subplots(figsize=(9, 4))
    axes.plot(log["loss"], "--", label="ট্রেনিং")
    curve(axes, outcome)
    axes.legend()
    plt.show()


def together(patience):
    early = keras.callbacks.EarlyStopping(patience=patience, restore_best_weights=True)
    rlrop = keras.callbacks.ReduceLROnPlateau(patience=2, factor=0.5)
    ckpt = keras.callbacks.ModelCheckpoint("best.keras", save_best_only=True)
    outcome = replay([ckpt, early, rlrop], log)
    _, (top, middle, bottom) = plt.subplots(3, sharex=True, figsize=(9, 6.4), height_ratios=[2.4, 1.5, 1.2])
    curve(top, outcome)
    top.plot(outcome.saved_epochs, log["val_loss"][outcome.saved_epochs], "ko")
    for line in ("-", "--"):
        middle.plot(range(outcome.epochs), line, label="সবুর")
    middle.legend()
    bottom.step(range(outcome.epochs), outcome.learning_rates)
    bottom.set(yscale="log", ylabel="learning rate")
    plt.show()


times = {}
for name, function in {"patience_lab": stop, "three_lab": together}.items():
    widget = ipywidgets.interactive(function, patience=(1, 15))
    slider = widget.children[0]
    widget.update()
    times[name] = []
    for move in range(MOVES):
        start = time.perf_counter()
        slider.value = move % 15 + 1
        times[name].append(time.perf_counter() - start)
"""


def server_times(lab: object, slider: str) -> list[float]:
    """Seconds from a new value of the slider to the new picture."""
    control, times = getattr(lab, slider), []
    values = itertools.cycle(range(int(control.min) + 1, min(int(control.max), int(control.min) + 15) + 1))
    for value in itertools.islice(values, MOVES):
        start = time.perf_counter()
        control.value = value
        times.append(time.perf_counter() - start)
    return times


def interact_times() -> dict[str, list[float]]:
    source = f"RECORDED, MOVES = {str(RECORDED)!r}, {MOVES}\n{INTERACT}"
    cells = [nbformat.v4.new_code_cell(source), nbformat.v4.new_code_cell("print(json.dumps(times))")]
    notebook = nbformat.v4.new_notebook(cells=cells)
    NotebookClient(notebook, timeout=300).execute()
    return json.loads(notebook.cells[1].outputs[0].text)


def recorded_events() -> list:
    recorder = HookRecorder()
    train, val = toy_data("overfit")
    model = keras.Sequential([keras.layers.Dense(1, activation="sigmoid")])
    model.compile("adam", "binary_crossentropy")
    model.fit(train, validation_data=val, epochs=2, verbose=0, callbacks=[recorder])
    return recorder.events


def training_seconds() -> list[float]:
    lab, times = plateau_lab(), []
    for patience in (3, 5, 8, 12, 4):
        start = time.perf_counter()
        lab.patience.value = patience
        if thread := lab.training.thread:  # None: it is through already
            thread.join()
        times.append(time.perf_counter() - start)
    return times


def figures() -> dict[str, float]:
    setup()
    labs = {
        "patience_lab": (patience_lab(RECORDED), "patience"),
        "three_lab": (three_lab(RECORDED), "stop_patience"),
        "hooks_lab": (hooks_lab(recorded_events()), "slider"),
        "schedule_lab": (schedule_lab(), "warm"),
    }
    found, theirs = {}, interact_times()
    for name, lab in labs.items():
        times = server_times(*lab)
        found[f"{name}_median_ms"] = median(times) * 1e3
        found[f"{name}_95_ms"] = quantiles(times, n=20)[-1] * 1e3
        if name in theirs:
            found[f"interact_{name}_ms"] = median(theirs[name]) * 1e3
            found[f"interact_vs_{name}"] = median(theirs[name]) / median(times)
    return found | {"plateau_lab_training_s": median(training_seconds())}


if __name__ == "__main__":
    show(figures())
