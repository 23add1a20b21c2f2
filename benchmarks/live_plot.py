"""What the live plot of notebook 15 costs a training of half a minute.

    uv run python benchmarks/live_plot.py               # two trainings with it, two without, in turn
    uv run python benchmarks/live_plot.py --seconds 20

The cells that define the model and LivePlot are taken out of the notebook and run in a kernel of their own,
so that every picture goes the whole way: drawn, packed as PNG with its alt text, sent to the page. The share
is what LivePlot's own hooks take of the training they stand in; how long a training takes with and without it
says the same more coarsely, as whatever else the machine does falls on it too.
"""

import argparse
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbformat.v4 import new_code_cell, new_notebook
from report import show

NOTEBOOK = Path(__file__).resolve().parents[1] / "notebooks" / "15_custom_callbacks.ipynb"
CELLS = ("setup", "model", "live-cost", "live-picture", "live")
LEAST_SECONDS = 30

MEASURE = """
class Timed(LivePlot):
    in_hooks = 0.0

    def on_train_begin(self, logs=None):
        self.timed(super().on_train_begin, logs)

    def on_epoch_end(self, epoch, logs=None):
        self.timed(super().on_epoch_end, epoch, logs)

    def on_train_end(self, logs=None):
        self.timed(super().on_train_end, logs)

    def timed(self, hook, *arguments):
        start = time.perf_counter()
        hook(*arguments)
        self.in_hooks += time.perf_counter() - start


def seconds(callbacks, epochs):
    model = build_model()
    train([], epochs=2, model=model)
    start = time.perf_counter()
    train(callbacks, epochs=epochs, model=model)
    return time.perf_counter() - start


epochs = int(1.2 * ASKED / (seconds([], 50) / 50))
for _ in range(ROUNDS):
    live = Timed()
    alone, watched = seconds([], epochs), seconds([live], epochs)
    print(alone, watched, live.in_hooks, live.drawn)
"""


def source(cell_id: str) -> str:
    cells = nbformat.read(NOTEBOOK, as_version=4).cells
    return next(cell.source for cell in cells if cell.id == cell_id)


def measured(seconds: float, rounds: int) -> list[tuple[float, float, float, int]]:
    """(seconds without it, seconds with it, seconds in its hooks, pictures) of each round."""
    code = MEASURE.replace("ASKED", str(seconds)).replace("ROUNDS", str(rounds))
    # what notebook 15 has defined by then, with a run of its own in place of the one that stands in between
    history = 'history = train([], epochs=2)\nhistory.history["loss"]'
    cells = [
        new_code_cell(text) for text in (*map(source, CELLS[:2]), history, *map(source, CELLS[2:]), code)
    ]
    played = new_notebook(cells=cells)
    NotebookClient(played, timeout=600, resources={"metadata": {"path": str(NOTEBOOK.parent)}}).execute()
    said = "".join(output.get("text", "") for output in played.cells[-1].outputs)
    rows = (map(float, line.split()) for line in said.splitlines())
    return [(alone, watched, in_hooks, int(drawn)) for alone, watched, in_hooks, drawn in rows]


def figures(seconds: float = LEAST_SECONDS, rounds: int = 2) -> dict[str, float]:
    worst = 0.0
    for alone, watched, in_hooks, drawn in measured(seconds, rounds):
        print(f"  training {watched:.1f} s with the plot, {alone:.1f} s without, {drawn} pictures")
        worst = max(worst, 100 * in_hooks / watched)
    return {"live_plot_percent": worst}


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--seconds", type=float, default=LEAST_SECONDS)
    parser.add_argument("--rounds", type=int, default=2)
    asked = parser.parse_args()
    show(figures(asked.seconds, asked.rounds))


if __name__ == "__main__":
    main()
