"""The drawn dog-cat photos: the same every time, never half-done, and different in shape alone."""

from pathlib import Path

from helpers import drawing
from helpers.drawing import draw_one, draw_photos

import numpy as np
import pytest
from PIL import Image


def contents(folder):
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*.jpg")}


@pytest.fixture(scope="module")
def photos(tmp_path_factory):
    """A set of 320, as (pixels of 32×32, is it in the dog folder), cat and dog by turns."""
    folder = draw_photos(tmp_path_factory.mktemp("drawn") / "set", count=320)
    paths = sorted(folder.rglob("*.jpg"), key=lambda path: (path.stem, path.parent.name))
    pixels = [np.asarray(Image.open(path).resize((32, 32), Image.Resampling.BOX)) / 255 for path in paths]
    return np.array(pixels), np.array([path.parent.name == "dog" for path in paths])


def test_half_of_the_photos_lie_in_each_folder_as_128_pixel_jpegs(tmp_path):
    folder = draw_photos(tmp_path / "new" / "set", count=6)
    assert sorted(contents(folder)) == [f"{kind}/000{n}.jpg" for kind in ("cat", "dog") for n in range(3)]
    with Image.open(folder / "dog" / "0002.jpg") as photo:
        assert (photo.format, photo.size, photo.mode) == ("JPEG", (128, 128), "RGB")


def test_the_same_seed_gives_the_same_photos_and_another_seed_others(tmp_path):
    first, again = (contents(draw_photos(tmp_path / name, count=6)) for name in ("first", "again"))
    other = contents(draw_photos(tmp_path / "other", count=6, seed=2))
    assert first == again
    assert not set(first.values()) & set(other.values())


def test_a_smaller_set_is_the_beginning_of_a_larger_one(tmp_path):
    small, large = (
        contents(draw_photos(tmp_path / "4", count=4)),
        contents(draw_photos(tmp_path / "8", count=8)),
    )
    assert small.items() <= large.items()


def test_a_finished_set_is_returned_untouched(tmp_path):
    folder = draw_photos(tmp_path / "set", count=4)
    (folder / "cat" / "0000.jpg").unlink()
    (folder / "dog" / "mine.jpg").write_bytes(b"the learner's own")
    before = contents(folder)
    assert draw_photos(folder, count=8) == folder
    assert contents(folder) == before


def test_a_folder_with_something_else_in_it_is_refused_and_kept(tmp_path):
    (tmp_path / "notes.txt").write_text("mine")
    with pytest.raises(FileExistsError, match=tmp_path.name):
        draw_photos(tmp_path, count=4)
    assert [path.name for path in tmp_path.iterdir()] == ["notes.txt"]


@pytest.mark.parametrize("interruption", [KeyboardInterrupt, OSError])
def test_an_interruption_leaves_nothing_and_the_next_call_draws_everything(
    tmp_path, monkeypatch, interruption
):
    drawn = []

    def stop_at_the_third(kind, rng):
        if len(drawn) == 2:
            raise interruption
        drawn.append(kind)
        return draw_one(kind, rng)

    with monkeypatch.context() as patch:
        patch.setattr(drawing, "draw_one", stop_at_the_third)
        with pytest.raises(interruption):
            draw_photos(tmp_path / "set", count=4)
    assert list(tmp_path.iterdir()) == []
    assert len(contents(draw_photos(tmp_path / "set", count=4))) == 4


def test_a_set_finished_by_another_notebook_meanwhile_is_kept(tmp_path, monkeypatch):
    def draw_while_another_finishes(kind, rng):
        for name in ("cat", "dog"):
            (tmp_path / "set" / name).mkdir(parents=True, exist_ok=True)
            (tmp_path / "set" / name / "theirs.jpg").write_bytes(b"")
        return draw_one(kind, rng)

    monkeypatch.setattr(drawing, "draw_one", draw_while_another_finishes)
    folder = draw_photos(tmp_path / "set", count=2)
    assert sorted(contents(folder)) == ["cat/theirs.jpg", "dog/theirs.jpg"]
    assert list(tmp_path.iterdir()) == [folder]


@pytest.mark.parametrize("refusals", [2, 9])
def test_a_folder_that_a_virus_scanner_holds_is_waited_for(refusals, tmp_path, monkeypatch):
    rename, refused = Path.rename, []

    def refuse_at_first(path, target):
        if len(refused) == refusals:
            return rename(path, target)
        refused.append(path)
        raise PermissionError(13, "Access is denied")

    monkeypatch.setattr("pathlib.Path.rename", refuse_at_first)
    monkeypatch.setattr(drawing.time, "sleep", lambda _: None)
    if refusals == 2:
        assert len(contents(draw_photos(tmp_path / "set", count=2))) == 2
    else:
        with pytest.raises(PermissionError):
            draw_photos(tmp_path / "set", count=2)
        assert list(tmp_path.iterdir()) == []


def test_the_progress_bar_goes_to_stdout_and_stderr_stays_empty(tmp_path, capfd):
    draw_photos(tmp_path / "set", count=2)
    printed = capfd.readouterr()
    assert "ছবি আঁকছি" in printed.out
    assert printed.err == ""


def test_about_four_labels_in_a_hundred_are_wrong(tmp_path, monkeypatch):
    kinds = []
    blank = Image.new("RGB", (128, 128))
    monkeypatch.setattr(drawing, "draw_one", lambda kind, rng: kinds.append(kind) or blank)
    draw_photos(tmp_path / "set")
    wrong = sum(kind != ("cat", "dog")[index % 2] for index, kind in enumerate(kinds))
    assert 0.02 < wrong / len(kinds) < 0.06


def test_cat_and_dog_of_one_seed_are_two_different_pictures():
    cat, dog = (np.asarray(draw_one(kind, np.random.default_rng(3)), float) for kind in ("cat", "dog"))
    assert np.abs(cat - dog).mean() > 2


def test_neither_brightness_nor_a_colour_tells_the_kinds_apart(photos):
    pixels, is_dog = photos
    means = pixels.mean(axis=(1, 2))
    for values in (means.mean(axis=1), *means.T):
        above = values[:, None] > np.quantile(values, np.linspace(0.02, 0.98, 49))
        right = (above == is_dog[:, None]).mean(axis=0)
        assert max(right.max(), 1 - right.min()) <= 0.6


def test_a_linear_model_on_the_pixels_hardly_beats_a_guess(photos):
    pixels, is_dog = photos
    x = (pixels - pixels.mean(axis=0)).reshape(len(pixels), -1)
    sign = np.where(is_dog, 1, -1)
    alike = x @ x.T
    right = []
    for part in np.array_split(np.random.default_rng(0).permutation(len(x)), 5):
        rest = np.setdiff1d(np.arange(len(x)), part)
        weights = np.linalg.solve(alike[np.ix_(rest, rest)] + 10 * np.eye(len(rest)), sign[rest])
        right.extend((alike[np.ix_(part, rest)] @ weights > 0) == is_dog[part])
    assert np.mean(right) <= 0.65
