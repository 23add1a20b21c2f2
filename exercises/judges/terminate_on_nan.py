"""What is seen of the code exercises of notebook 10."""

from collections.abc import Callable, Iterator

from exercises.judges.trial import Callback, Lambda, callback_class, fit, function, tiny_model

import numpy as np

# x: a NaN, two infinities whose sum is NaN; y: a NaN, an infinity; x: one infinity
BAD = [1, 4, 5, 6, 8]


def bad_rows(answer: object) -> Iterator[tuple]:
    yield from function(answer)
    x, y = np.ones((10, 3)), np.ones(10)
    given = yield from _found(answer, x, y)
    yield "healthy", given
    x[1, 2], x[4, :2], x[8, 0] = np.nan, (np.inf, -np.inf), -np.inf
    y[5], y[6] = np.nan, np.inf
    rows = yield from _found(answer, x, y)
    missing = [row for row in BAD if row not in rows]
    yield "missing", missing
    yield "infinities", bool(missing) and {4, 6, 8}.issuperset(missing)
    yield "nans", bool(missing) and {1, 5}.issuperset(missing)
    yield "same_rows", set(rows) == set(BAD), {"bad": BAD, "rows": rows}
    yield "twice", len(rows) > len(BAD)
    yield "rows", rows


def _found(answer: Callable, x: np.ndarray, y: np.ndarray) -> Iterator[tuple]:
    """Sees that the learner's function returns numbers and changes nothing; returns the numbers."""
    before = x.copy(), y.copy()
    given = answer(x, y)
    for name, values, old in zip("xy", (x, y), before, strict=True):
        yield "unchanged", np.array_equal(values, old, equal_nan=True), {"name": name}
    yield "returned", given is not None
    yield "tuple", isinstance(given, tuple)
    found = np.asarray(given)
    yield "mask", found.dtype == bool
    yield "dimensions", found.ndim
    return found.tolist()


SPOILED = [("প্রথম", "NaN", 0, np.nan), ("শেষ", "inf", -1, np.inf)]  # a kernel, then a bias


def weight_guard(answer: object) -> Iterator[tuple]:
    yield from callback_class(answer)
    guard = answer()
    epochs = _train(guard)
    yield "has_bad_epoch", hasattr(guard, "bad_epoch")
    quiet = epochs == 4 and guard.bad_epoch is None
    yield "quiet", quiet, {"epochs": epochs, "bad_epoch": guard.bad_epoch}
    for place, name, array, value in SPOILED:
        epochs = _train(guard, array, value)
        words = {"place": place, "bad": name}
        late = "late_inf" if np.isinf(value) else "late_nan"
        yield "not_stopped", guard.bad_epoch == 1 and epochs > 2, words
        if guard.bad_epoch is None:
            yield "unnoted", epochs, words
        yield late if epochs > 2 else "noted", guard.bad_epoch, words
    _train(guard)
    yield "quiet_again", guard.bad_epoch is None


def _train(guard: Callback, array: int = 0, value: float | None = None) -> int:
    """Four epochs at most; at the end of epoch 1 one number of an array becomes the value."""
    model = tiny_model(width=2, depth=2)

    def spoil(epoch: int, logs: dict) -> None:
        if epoch == 1 and value is not None:
            weights = model.get_weights()
            weights[array].flat[1] = value
            model.set_weights(weights)

    x = np.ones((1, 2), "float32")
    return len(fit(model, 4, [Lambda(on_epoch_end=spoil), guard], x).epoch)
