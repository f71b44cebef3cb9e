"""Random text: what `rmm create --from` makes of it beside numpy.loadtxt, and Python's csv and json.

    python3 tests/numpy/text.py --rmm target/debug/rmm --cases 300 --seed 1

Both must refuse the same, or give the same bits. The last line is `N passed, N failed`.
"""

import argparse
import csv
import io
import json
import math
import random
import struct
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np

FLOATS = ["0", "-0.0", "1", "-1.5", ".5", "5.", "1e5", "1E-300", "nan", "inf", "-Infinity", "+7", "4.9e-324", "0.1",
          "1.7976931348623157e308", "9007199254740993", "2.2250738585072011e-308", "0" * 30 + "1", "1" * 40]
WRONG = ["", "x", "1..2", "--1", "1e", "0x", "1 2", "nano", "1-"]
WORDS = ["", "a", "it's", 'say "hi"', "a,b", "é日本", " blank ", "#no", "two\nlines", "tab\there", "-"]


def number(rng):
    """A number as text, mostly any 64 bits."""
    if rng.random() < 0.3:
        return rng.choice(FLOATS)
    if rng.random() < 0.3:
        return str(rng.randint(-(10**6), 10**6))
    value = struct.unpack("d", rng.randbytes(8))[0]
    return repr(value) if math.isfinite(value) else "nan"


class Rmm:
    def __init__(self, path, folder):
        self.path, self.out = path, str(Path(folder) / "out.npy")

    def create(self, text, *words):
        """The array, or None where it is refused."""
        argv = [self.path, "create", self.out, "--force", "--quiet", "--from", "-", *words]
        ran = subprocess.run(argv, input=text.encode(), capture_output=True)
        if ran.returncode not in (0, 2):
            raise AssertionError(f"exit {ran.returncode}: {ran.stderr.decode()}")
        return np.load(self.out) if ran.returncode == 0 else None


def same(expected, found):
    if expected is None or found is None:
        return expected is None and found is None
    if expected.dtype != found.dtype or expected.shape != found.shape:
        return False
    # A NaN is a NaN, whatever its sign.
    equal = (expected == found) & (np.signbit(expected) == np.signbit(found)) if expected.dtype.kind == "f" else expected == found
    return bool(np.all(equal | ((expected != expected) & (found != found))))


def loadtxt(rng, rmm):
    """Lines of fields, with comments and blank lines, some of them wrong."""
    delimiter = rng.choice([None, ",", ";", "\t"])
    columns, rows = rng.randint(1, 4), rng.randint(1, 6)
    between = lambda: delimiter or rng.choice([" ", "\t", "  "])
    blank = lambda: rng.choice(["", "", " "])
    lines = []
    for _ in range(rows):
        width = columns + (rng.random() < 0.03)
        fields = [rng.choice(WRONG) if rng.random() < 0.02 else number(rng) for _ in range(width)]
        line = fields[0]
        for field in fields[1:]:
            line += blank() + between() + blank() + field
        lines.append(blank() + line + rng.choice(["", "", " # c", "#"]))
        if rng.random() < 0.2:
            lines.append(rng.choice(["", "# 1 2", "  # x" if delimiter is None else "#"]))
    text = rng.choice(["\n", "\r\n"]).join(lines) + rng.choice(["", "\n"])
    skip = rng.choice([0, 0, 0, 1])
    use = rng.sample(range(columns), rng.randint(1, columns)) if rng.random() < 0.3 else None
    dtype = rng.choice(["f8", "f8", "f4"])
    words = ["-d", dtype, "--comments", "#", "--skip-rows", str(skip), "--from-format", "text"]
    words += ["--delimiter", delimiter] if delimiter else []
    words += ["--columns", ",".join(map(str, use))] if use else []
    try:
        expected = np.loadtxt(io.StringIO(text), dtype, delimiter=delimiter, skiprows=skip, usecols=use, ndmin=2)
    except ValueError:
        expected = None
    found = rmm.create(text, *words)
    if expected is not None and np.isinf(expected).any() and found is None:
        return True, text, expected, found  # out of range: NumPy gives an infinity, which rmm says
    if found is not None:
        found = found.reshape(len(found), -1) if found.size else found.reshape(expected.shape)
    return same(expected, found), (text, words), expected, found


def quoted(rng, rmm):
    """Rows that Python's csv writes: strings, quoted where they must be."""
    columns, rows = rng.randint(1, 3), rng.randint(1, 5)
    table = [[rng.choice(WORDS) for _ in range(columns)] for _ in range(rows)]
    text = io.StringIO()
    csv.writer(text, lineterminator=rng.choice(["\n", "\r\n"])).writerows(table)
    width = max(1, max(len(word) for row in table for word in row))
    found = rmm.create(text.getvalue(), "--from-format", "csv", "-d", f"U{width}")
    expected = np.array(table, f"U{width}")
    return same(expected, found.reshape(expected.shape) if found is not None and found.size == expected.size else found), text.getvalue(), expected, found


def guessed(rng, rmm):
    """The dtype of all fields: what NumPy makes of Python's own values."""
    kind = rng.choice(["int", "float", "bool", "word", "big"])
    make = {
        "int": lambda: rng.randint(-(2**63), 2**63 - 1),
        "float": lambda: struct.unpack("d", rng.randbytes(8))[0],
        "bool": lambda: rng.random() < 0.5,
        "word": lambda: rng.choice(["a", "bcd", "é", "x1"]),
        "big": lambda: rng.choice([2**64 - 1, 2**63, 7]),
    }[kind]
    table = [[make() for _ in range(2)] for _ in range(rng.randint(1, 5))]
    # NumPy makes floats of whole numbers that only uint64 holds; here they stay exact.
    expected = np.array(table, "u8" if kind == "big" and any(max(row) >= 2**63 for row in table) else None)
    text = "".join(f"{a},{b}\n" for a, b in table)
    return same(expected, found := rmm.create(text, "--from-format", "csv")), text, expected, found


def jsons(rng, rmm):
    """Nested lists, as Python's json writes and reads them."""
    shape = [rng.randint(0, 3) for _ in range(rng.randint(0, 3))]
    size = int(np.prod(shape))
    kind = rng.choice(["f8", "i8", "?"])
    if kind == "f8":
        items = [struct.unpack("d", rng.randbytes(8))[0] for _ in range(size)]
    else:
        items = [rng.randint(-(2**63), 2**63 - 1) if kind == "i8" else rng.random() < 0.5 for _ in range(size)]
    value = np.array(items, kind).reshape(shape)
    text = json.dumps(value.tolist(), indent=rng.choice([None, 1]))
    expected = np.array(json.loads(text), kind)
    return same(expected, found := rmm.create(text, "--from-format", "json", "-d", kind)), text, expected, found


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rmm", required=True)
    parser.add_argument("--cases", type=int, default=300)
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    rng, passed, failed = random.Random(args.seed), 0, 0
    with tempfile.TemporaryDirectory() as folder:
        rmm = Rmm(str(Path(args.rmm).resolve()), folder)
        for case in range(args.cases):
            way = [loadtxt, quoted, guessed, jsons][case % 4]
            agrees, text, expected, found = way(rng, rmm)
            if agrees:
                passed += 1
                continue
            failed += 1
            if failed <= 5:
                print(f"case {case}, seed {args.seed}, {way.__name__}: {text!r}\n  NumPy: {expected!r}\n  rmm:   {found!r}")
    print(f"{passed} passed, {failed} failed")
    sys.exit(failed > 0)


if __name__ == "__main__":
    main()
