"""Random histograms: what `rmm info --histogram` makes of arrays beside what `numpy.histogram` makes of them.

    python3 tests/numpy/histograms.py --rmm target/debug/rmm --cases 500 --seed 1

Both must refuse the same, or give the same edges and counts. rmm counts what is finite, where NumPy refuses all. The last
line is `N passed, N failed`.
"""

import argparse
import json
import os
import random
import subprocess
import sys
import tempfile
import warnings

import numpy as np

DTYPES = "? i1 u1 i2 u2 i4 u4 i8 u8 f2 f4 f8 >i2 >f4 >f8".split()


def values(rng, name):
    """Values near and far, few and many of each, and all the same."""
    dtype, size = np.dtype(name), rng.choice([1, 2, 7, 100, 3000])
    random_state = np.random.default_rng(rng.randrange(2**32))
    if dtype.kind == "b":
        return random_state.random(size) < rng.choice([0, 0.5, 1])
    if dtype.kind in "iu":
        limits = np.iinfo(dtype)
        low, high = rng.choice([(limits.min, limits.max), (0, 10), (limits.max - 30, limits.max), (7, 7)])
        return random_state.integers(low, high, size, dtype=dtype.newbyteorder("="), endpoint=True).astype(dtype)
    eps, largest = float(np.finfo(dtype).eps), float(np.finfo(dtype).max)
    kinds = [
        lambda: random_state.random(size),
        lambda: random_state.normal(size=size),
        lambda: random_state.integers(0, 20, size) / 10,
        lambda: np.full(size, 2.5),
        lambda: 1 + eps * random_state.integers(0, 6, size),
        lambda: random_state.uniform(-1, 1, size) * largest / 4,
    ]
    result = rng.choice(kinds)()
    if rng.random() < 0.2:
        result[random_state.random(size) < 0.3] = rng.choice([np.nan, np.inf, -np.inf])
    return result.astype(dtype)


def numpy_result(x, bins):
    """Counts and edges of what is finite, or the reason why NumPy refuses."""
    finite = x[np.isfinite(x)] if x.dtype.kind == "f" else x
    try:
        counts, edges = np.histogram(finite, bins)
    except (ValueError, IndexError) as error:
        return f"{type(error).__name__}: {error}"
    # Of nothing, rmm's edges are of float64.
    return counts.tolist(), edges if finite.size else np.linspace(0, 1, bins + 1)


def run(rmm, bins, folder):
    words = [rmm, "info", "x.npy", "--histogram", str(bins), "--json"]
    done = subprocess.run(words, cwd=folder, capture_output=True, text=True, stdin=subprocess.DEVNULL)
    if done.returncode:
        return f"exit {done.returncode}: {done.stderr.strip()}"
    found = json.loads(done.stdout)["histogram"]
    return found["counts"], np.array(found["edges"])


def same(expected, found):
    if isinstance(expected, str) or isinstance(found, str):
        return isinstance(expected, str) and isinstance(found, str) and found.startswith("exit 2")
    # Printed are the digits that tell an edge from others of its dtype.
    return expected[0] == found[0] and np.array_equal(found[1].astype(expected[1].dtype), expected[1])


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rmm", required=True)
    parser.add_argument("--cases", type=int, default=500)
    parser.add_argument("--seed", default="1")
    options = parser.parse_args()
    warnings.simplefilter("ignore")
    np.seterr(all="ignore")
    failed = 0
    with tempfile.TemporaryDirectory() as folder:
        for number in range(options.cases):
            rng = random.Random(f"{options.seed} {number}")
            x, bins = values(rng, rng.choice(DTYPES)), rng.choice([1, 2, 3, 10, rng.randint(1, 400)])
            np.save(os.path.join(folder, "x.npy"), x)
            expected, found = numpy_result(x, bins), run(os.path.abspath(options.rmm), bins, folder)
            if not same(expected, found):
                failed += 1
                print(f"--- FAILED: seed {options.seed} case {number}: {bins} bins of {x.size} {x.dtype}, {x[:20].tolist()}")
                print(f"  expected: {expected}\n  found:    {found}")
    print(f"{options.cases - failed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
