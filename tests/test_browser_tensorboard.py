"""TensorBoard in a real browser: started as notebook 08 starts it, it shows real trainings."""

from helpers import open_tensorboard

import keras
import numpy as np
import pytest
from chromium import is_ours, keep_screenshot, new_page

pytestmark = pytest.mark.browser

RATES = (0.01, 0.1)


@pytest.fixture
def logs(tmp_path):
    """Two runs in one folder, each written by the callback in a training."""
    x = np.arange(64, dtype="float32")[:, None] / 64
    for rate in RATES:
        model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)], name="line")
        model.compile(optimizer=keras.optimizers.SGD(rate), loss="mse")
        board = keras.callbacks.TensorBoard(tmp_path / f"lr-{rate}")
        model.fit(x, 3 * x, validation_split=0.25, epochs=6, verbose=0, callbacks=[board])
    return tmp_path


def test_it_shows_a_curve_of_every_run_and_the_layers_of_the_model(logs):
    board, asked = open_tensorboard(logs), []
    with new_page(height=1000) as page:
        page.on("request", lambda request: asked.append(request.url))
        page.goto(f"{board.address}#scalars")
        losses = page.locator("tf-scalar-card").nth(1)  # the first is that of the learning rate
        curves = losses.locator("path.line[d*='L']")
        curves.nth(7).wait_for(state="attached", timeout=30_000)
        assert curves.count() == 8  # training and validation of two runs, smoothed and as it was
        for run in (f"lr-{rate}/{part}" for rate in RATES for part in ("train", "validation")):
            # has_text looks into the shadow roots of the page, which inner_text() leaves out
            assert page.locator("tf-runs-selector", has_text=run).count() == 1
        keep_screenshot(page, "08_tensorboard")
    with new_page(height=1000) as page:
        page.goto(f"{board.address}#graphs")
        page.get_by_text("Graph visualization failed").wait_for(timeout=30_000)
        page.get_by_text("Conceptual graph").click()
        page.locator("tf-graph-scene text", has_text="line").first.wait_for(timeout=30_000)
        keep_screenshot(page, "08_tensorboard_graph")
    board.stop()
    assert [url for url in asked if not is_ours(url)] == []
