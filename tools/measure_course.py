"""What tools/measure.py measures of the notebooks, the helpers, the install and the tests."""

import itertools
import os
import subprocess
import sys
import tempfile
import time
import tomllib
from pathlib import Path
from statistics import median, quantiles

import nbformat
import save

# the slider that each lab is moved by
SLIDERS = {
    "patience_lab": "patience",
    "three_lab": "stop_patience",
    "hooks_lab": "slider",
    "schedule_lab": "warm",
}
MOVES = 60
SWEEP, DRAGGED = 0.6, 3  # seconds from one end of a slider to the other, and of it all
STARTS = 7


class NotHere(Exception):
    """What a part needs and this machine lacks."""


def cores() -> dict[str, float]:
    """Seconds of every notebook's core, from its kernel's start to its last cell's end."""
    found = {}
    for path in sorted((save.ROOT / "notebooks").glob("*.ipynb")):
        notebook = nbformat.read(path, as_version=4)
        notebook.cells = [c for c in notebook.cells if "more" not in c.metadata.get("tags", [])]
        with tempfile.TemporaryDirectory() as folder:
            course = save.copy_course(save.ROOT, Path(folder, "course"))
            began = time.perf_counter()
            save.execute(notebook, course / "notebooks")
            found[f"core {path.stem}"] = time.perf_counter() - began
        print(f"  {path.stem}: {found[f'core {path.stem}']:.1f} s", flush=True)
    return found


def install() -> dict[str, float]:
    """Megabytes of the one wheel per package in uv.lock that fits this Python and this machine."""
    from packaging.markers import Marker
    from packaging.tags import sys_tags
    from packaging.utils import parse_wheel_filename

    if not (save.ROOT / "uv.lock").exists():
        raise NotHere("first run `uv lock`")
    lock = tomllib.loads((save.ROOT / "uv.lock").read_text("utf-8"))
    packages = {(p["name"], p["version"]): p for p in lock["package"]}
    project = next(p for p in lock["package"] if "editable" in p["source"])
    rank = {tag: number for number, tag in enumerate(sys_tags())}
    sizes = []
    for need in project["dependencies"]:
        if "marker" in need and not Marker(need["marker"]).evaluate():
            continue
        only = next(v for (name, v) in packages if name == need["name"])
        fitting = []
        for wheel in packages[need["name"], need.get("version", only)]["wheels"]:
            tags = parse_wheel_filename(wheel["url"].rsplit("/", 1)[-1])[3]
            if ranks := [rank[tag] for tag in tags if tag in rank]:
                fitting.append((min(ranks), wheel["size"]))
        sizes.append(min(fitting)[1])
    return {"download": sum(sizes) / 1e6}


def start() -> dict[str, float]:
    """Both in new processes, in turn, so that what else the machine does falls on both."""
    statements = ("import keras", "import helpers; helpers.setup()")
    environment = os.environ | {"KERAS_BACKEND": "tensorflow"}
    rounds = []
    for _ in range(STARTS + 1):
        seconds = []
        for statement in statements:
            code = f"from time import perf_counter as now; t = now(); {statement}; print(now() - t)"
            settings = {"cwd": save.ROOT, "env": environment, "capture_output": True}
            done = subprocess.run([sys.executable, "-c", code], check=True, **settings)
            seconds.append(float(done.stdout))
        rounds.append(seconds)
    # the first round fetches the files from the disk
    return {"setup over keras": median(ours - keras for keras, ours in rounds[1:])}


def labs() -> dict[str, float]:
    """Milliseconds from a slider's new value to the new picture, on the server."""
    import helpers

    helpers.setup()
    log = save.ROOT / "data" / "runs" / "dog_cat_no_callbacks.csv"
    material = {"patience_lab": [log], "three_lab": [log], "hooks_lab": [_recorded_events()]}
    found = {}
    for name, slider in SLIDERS.items():
        lab = getattr(helpers, name)(*material.get(name, []))
        control, times = getattr(lab, slider), []
        least = int(control.min)
        values = itertools.cycle(range(least + 1, min(int(control.max), least + 15) + 1))
        for value in itertools.islice(values, MOVES):
            began = time.perf_counter()
            control.value = value
            times.append(1e3 * (time.perf_counter() - began))
        found |= {f"{name} median": median(times), f"{name} 95 %": quantiles(times, n=20)[-1]}
    return found


def _recorded_events() -> list:
    from helpers import HookRecorder, toy_data

    import keras

    recorder = HookRecorder()
    train, val = toy_data("overfit")
    model = keras.Sequential([keras.layers.Dense(1, activation="sigmoid")])
    model.compile("adam", "binary_crossentropy")
    model.fit(train, validation_data=val, epochs=2, verbose=0, callbacks=[recorder])
    return recorder.events


def dragging() -> dict[str, float]:
    """Milliseconds between two new pictures while a slider is dragged in a browser."""
    sys.path.append(str(save.ROOT / "tests"))
    import lab_in_browser

    if not lab_in_browser.CHROMIUM:
        raise NotHere("Chromium is not installed")
    found = {}
    with (
        tempfile.TemporaryDirectory() as home,
        lab_in_browser.served(Path(home)) as address,
        lab_in_browser.watched_page() as page,
    ):
        opened = lab_in_browser.open_labs(page, address)
        for name in SLIDERS:
            seen = _drag(page, opened[name])
            found[f"{name} dragged"] = (seen[-1] - seen[0]) / max(1, len(seen) - 2)
            found[f"{name} gap"] = max(b - a for a, b in itertools.pairwise(seen))
        page.evaluate(lab_in_browser.SHUT_DOWN)
    return found


def _drag(page, lab) -> list[float]:
    """Drags a lab's first slider to and fro: when it began, every new picture, when it ended."""
    lab.scroll_into_view_if_needed()
    image, slider = lab.locator("img"), lab.locator(".noUi-target:visible").first
    box, handle = slider.bounding_box(), slider.locator(".noUi-handle").bounding_box()
    page.mouse.move(handle["x"] + handle["width"] / 2, handle["y"] + handle["height"] / 2)
    page.mouse.down()
    image.evaluate("""image => { image.seen = [performance.now()];
        image.addEventListener('load', () => image.seen.push(performance.now())) }""")
    began = time.monotonic()
    while (now := time.monotonic() - began) < DRAGGED:
        share = abs((now / SWEEP + 1) % 2 - 1)
        page.mouse.move(box["x"] + 2 + share * (box["width"] - 4), box["y"] + box["height"] / 2)
        page.wait_for_timeout(16)  # a screen's sixty moves a second
    seen = image.evaluate("image => [...image.seen, performance.now()]")
    page.mouse.up()
    return seen


def read_log() -> dict[str, float]:
    """Ten thousand epochs of four metrics, as CSVLogger writes them: read_log's time by pandas'."""
    import helpers

    import numpy as np
    import pandas as pd

    values = np.random.default_rng(1337).random((10_000, 4))
    log = pd.DataFrame(values, columns=["accuracy", "loss", "val_accuracy", "val_loss"])
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "log.csv"
        log.to_csv(path, index_label="epoch", lineterminator="\r\n")
        ratios = []
        for _ in range(21):
            times = []
            for reader in (pd.read_csv, helpers.read_log):
                began = time.perf_counter()
                reader(path)
                times.append(time.perf_counter() - began)
            ratios.append(times[1] / times[0])
    return {"read_log over pandas": median(ratios)}


def tests() -> dict[str, float]:
    began = time.perf_counter()
    subprocess.run([sys.executable, "-m", "pytest", "-q"], cwd=save.ROOT, check=True)
    return {"tests": time.perf_counter() - began}
