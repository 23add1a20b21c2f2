"""What is seen of the code exercise of notebook 01."""

from collections.abc import Iterator

from exercises.judges.trial import BATCHES, Lambda, callback_class, fit, tiny_model


def counter(answer: object) -> Iterator[tuple]:
    yield from callback_class(answer)
    callback, model, seen = answer(), tiny_model(), []

    def look(_logs: dict) -> None:
        seen.append(getattr(callback, "count", None))

    probe = Lambda(on_train_begin=look, on_train_end=look)
    for epochs in (2, 3):
        fit(model, epochs, [callback, probe])
        before, after = seen[-2:]
        yield "has_count", before is not None and after is not None
        yield "counts_batches", after == epochs * BATCHES
        yield "before", before
        yield "after", after, {"wanted": epochs}
