"""A training killed at any moment resumes as the course says; where Keras can't keep that, it is known where.

benchmarks/backup_chaos.py does the killing and says what is promised and what a finished epoch is. It runs in
a process of its own, so that nothing of it is left when the tests go on. In a row it kills three times here;
BACKUP_CHAOS_KILLS=20 makes that twenty.
"""

import importlib.util
import os
import subprocess
import sys

from notebooks import ROOT

import pytest

BENCHMARK = ROOT / "benchmarks" / "backup_chaos.py"
KILLS = int(os.environ.get("BACKUP_CHAOS_KILLS", "3"))


@pytest.fixture(scope="module")
def report():
    done = subprocess.run(
        [sys.executable, str(BENCHMARK), "--kills", str(KILLS)],
        capture_output=True,
        encoding="utf-8",
        timeout=240 + 20 * KILLS,
    )
    assert done.returncode == 0, done.stderr
    return dict(line.split(": ", 1) for line in done.stdout.splitlines())


@pytest.mark.parametrize("way", ["double", "one file"])
def test_killed_again_and_again_it_ends_as_if_uninterrupted(report, way):
    assert report[f"{way}, killed in a row"].startswith(f"{KILLS} of {KILLS} resumed; as if uninterrupted")


@pytest.mark.parametrize(
    ("death", "found"),
    [
        ("keras, batch 1 in epoch 2", "as if uninterrupted"),
        ("keras, tensor 4 in epoch 2", "life 1 ended in OSError"),
        ("double, tensor 4 in epoch 2", "as if uninterrupted"),
        # what double_checkpoint can't mend: once Keras can, notebook 11 has to say so
        ("double, tensor 4 in epoch 0", "life 1 ended in OSError"),
        ("double, weights in epoch 2", "the final weights differ"),
        ("double, empty number in epoch 2", "life 1 ended in JSONDecodeError"),
        ("double, no index in epoch 2", "life 1 ended in RuntimeError"),
        ("one file, tensor 4 in epoch 0", "as if uninterrupted"),
        ("one file, tensor 4 in epoch 2", "as if uninterrupted"),
        ("one file, renamed in epoch 2", "as if uninterrupted"),
    ],
)
def test_killed_once_it_resumes_or_fails_as_the_notebook_shows(report, death, found):
    assert report[death].startswith(found)


# ---- the benchmark itself ----------------------------------------------------------------------------


@pytest.fixture(scope="module")
def chaos():
    spec = importlib.util.spec_from_file_location(BENCHMARK.stem, BENCHMARK)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize(
    ("second", "wrong"),
    [
        ({"began": 2, "finished": [2, 3], "weights": [b"1"]}, []),
        (
            {"began": 1, "finished": [1, 2, 3], "weights": [b"1"]},
            ["life 1 began with epoch 1, 2 were finished"],
        ),
        ({"began": 3, "finished": [3], "weights": [b"1"]}, ["life 1 began with epoch 3, 2 were finished"]),
        ({"began": None, "error": "OSError: torn"}, ["life 1 ended in OSError: torn"]),
        ({"began": 2, "finished": [2], "weights": [b"1"]}, ["finished epochs: [0, 1, 2]"]),
        ({"began": 2, "finished": [2, 3], "weights": [b"2"]}, ["the final weights differ"]),
    ],
)
def test_a_broken_promise_is_noticed(chaos, second, wrong):
    whole = chaos.Life(began=0, finished=[0, 1, 2, 3], weights=[b"1"])
    first = chaos.Life(began=0, finished=[0, 1], killed=True)
    assert chaos.problems([first, chaos.Life(**second)], whole) == wrong


def test_every_other_death_falls_within_a_backup_and_all_its_moments_come(chaos):
    for way, moments in chaos.SURVIVED.items():
        drawn = [moment for _, (_, moment) in zip(range(200), chaos.deaths(way, seed=1), strict=False)]
        assert set(drawn[::2]) == set(moments)
        assert set(drawn[1::2]) == set(chaos.BATCHES)


def test_even_a_few_kills_hit_the_writing(chaos):
    for way in chaos.SURVIVED:
        drawn = [moment for _, (_, moment) in zip(range(3), chaos.deaths(way, chaos.SEED), strict=False)]
        assert len(set(drawn).intersection(chaos.WRITING)) == 2
