"""How long read_log takes for a million epochs of four metrics, in one run and in many appended runs.

    uv run python benchmarks/read_log.py

CPU seconds of this process, the best of three. The last file's second run has one column more, which
makes read_log go through it line by line; it has a tenth of the rows.
"""

import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from helpers import read_log

import numpy as np
from report import show

ROWS = 10**6
HEADER = "epoch,accuracy,loss,val_accuracy,val_loss\r\n"


def logs() -> Iterator[tuple[str, str]]:
    """(figure, content) of each file."""
    values = np.random.default_rng(1337).random((ROWS, 5)).tolist()

    def lines(rows: int, run_length: int, columns: int = 4) -> str:
        cells = (
            [str(place % run_length), *map(str, row[:columns])] for place, row in enumerate(values[:rows])
        )
        return "".join(",".join(row) + "\r\n" for row in cells)

    yield "read_log_one_run_s", HEADER + lines(ROWS, ROWS)
    yield "read_log_10000_runs_s", HEADER + lines(ROWS, 100)
    yield "read_log_other_columns_s", HEADER + lines(ROWS // 20, ROWS) + lines(ROWS // 20, ROWS, 5)


def figures() -> dict[str, float]:
    found = {}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "log.csv"
        for name, content in logs():
            path.write_text(content, encoding="utf-8", newline="")
            seconds = []
            for _ in range(3):
                before = time.process_time()
                read_log(path)
                seconds.append(time.process_time() - before)
            found[name] = min(seconds)
    return found


if __name__ == "__main__":
    show(figures())
