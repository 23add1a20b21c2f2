"""How long read_log takes for a million epochs of four metrics, in one run and in many appended runs.

    uv run python benchmarks/read_log.py

CPU seconds of this process, the best of three. The last file's second run has one column more, which
makes read_log go through it line by line; it has a tenth of the rows.
"""

import tempfile
import time
from pathlib import Path

from helpers import read_log

import numpy as np

ROWS, LIMIT_S = 10**6, 2
HEADER = "epoch,accuracy,loss,val_accuracy,val_loss\r\n"
values = np.random.default_rng(1337).random((ROWS, 5)).tolist()


def lines(rows: int, run_length: int, columns: int = 4) -> str:
    cells = ([str(place % run_length), *map(str, row[:columns])] for place, row in enumerate(values[:rows]))
    return "".join(",".join(row) + "\r\n" for row in cells)


files = {
    "one run": HEADER + lines(ROWS, ROWS),
    "10,000 runs of 100 epochs": HEADER + lines(ROWS, 100),
    "a second run with a learning rate": HEADER + lines(ROWS // 20, ROWS) + lines(ROWS // 20, ROWS, 5),
}
with tempfile.TemporaryDirectory() as folder:
    for name, content in files.items():
        path = Path(folder) / "log.csv"
        path.write_text(content, newline="")
        seconds = []
        for _ in range(3):
            before = time.process_time()
            table = read_log(path)
            seconds.append(time.process_time() - before)
        limit = f"; at most {LIMIT_S}" if len(table) == ROWS else ""
        print(f"{name}: {len(table):,} rows, {len(content) / 1e6:.0f} MB, {min(seconds):.2f} s{limit}")
