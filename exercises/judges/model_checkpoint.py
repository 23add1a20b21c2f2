"""What is seen of the code exercises of notebook 03."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from exercises.judges.trial import an, fit_scripted, function, scratch_folder, tiny_model
from helpers.start import keras

import numpy as np
import tensorflow as tf

ModelCheckpoint = keras.callbacks.ModelCheckpoint
# the last is no record: a checkpoint that keeps only the best is found out
ACCURACIES = (0.5, 0.75, 0.6)
NAMES = [f"{epoch:02d}-{value:.2f}.weights.h5" for epoch, value in enumerate(ACCURACIES, 1)]


def every_epoch(answer: object) -> Iterator[tuple]:
    yield from function(answer)
    with scratch_folder() as folder:
        checkpoint = answer(folder)
        yield from an(ModelCheckpoint, checkpoint)
        yield "in_folder", Path(checkpoint.filepath).parent == folder
        try:
            _run(checkpoint, val_accuracy=ACCURACIES)
        except KeyError as error:
            yield "unknown_key", str(error.args[0]).rpartition("Reason: ")[2]
        found = sorted(file.name for file in folder.iterdir())
    if found != NAMES:
        yield "weights_only", checkpoint.save_weights_only, {"last": found[-1]}
        yield "best_only", checkpoint.save_best_only
        yield "count", len(found), {"found": found}
        yield "names", found, {"wanted": NAMES}


# Asked for zeros, a model that always says GUESS has val_loss 0.25 and accuracy 1.
GUESS = 0.5


def careful(answer: object) -> Iterator[tuple]:
    yield from function(answer)
    with scratch_folder() as folder:
        file = folder / "best.keras"
        zeros = np.zeros((4, 1), "float32")
        val_ds = tf.data.Dataset.from_tensor_slices((zeros, zeros)).batch(4)
        try:
            checkpoint = answer(file, val_ds)
        except (OSError, ValueError) as error:
            if file.name not in str(error):
                raise
            yield "opened_no_file", True
        yield from an(ModelCheckpoint, checkpoint)
        path = Path(checkpoint.filepath)
        yield "file", path == file, {"name": path.name}
        yield "monitor", checkpoint.monitor
        _run(checkpoint, val_loss=[5.0])
        yield "first_saved", file.exists()

        model = tiny_model(metrics=["accuracy"])
        model.layers[0].bias.assign([GUESS])
        model.save(file)
        checkpoint = answer(file, val_ds)
        record = checkpoint.best
        yield "one_number", not isinstance(record, list | tuple | dict)
        _run(checkpoint, val_loss=[0.30])
        if _guess(file) != GUESS:
            yield "always_saves", checkpoint.save_best_only
            yield "mode", checkpoint.mode
            yield "record", record
        _run(checkpoint, val_loss=[0.20])
        yield "better_saved", _guess(file) != GUESS


def _guess(file: Path) -> float:
    return float(keras.models.load_model(file).layers[0].bias.numpy()[0])


def _run(checkpoint: ModelCheckpoint, **curve: Sequence[float]) -> None:
    """As many epochs as the curve has values; the model of the first says 0."""
    fit_scripted([checkpoint], tiny_model(metrics=["accuracy"]), **curve)
