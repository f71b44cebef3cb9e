"""Floats as text: bits that are written, piped back and read are the same bits, and as Python's repr shows them.

    python3 exact.py RMM COUNT

COUNT bit patterns of float32, spread evenly, all of them from 2**32 on; and as many random ones of float64, at most 10**8,
of which a part is held against repr. Exits 1 at the first difference.
"""

import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np

RMM, COUNT = sys.argv[1], int(sys.argv[2])
BLOCK = 1 << 24
REPR = 200_000


def back(bits, name):
    """What becomes of bit patterns as text of the float of that name, written and read in one pipe."""
    with tempfile.TemporaryDirectory() as folder:
        there, here = Path(folder) / "there", Path(folder) / "here"
        bits.tofile(there)
        line = f'"$0" slice "$1" -d {name} -f csv | "$0" create "$2" --from - --from-format csv -d {name}'
        subprocess.run(["sh", "-c", line, RMM, there, here], check=True)
        return np.fromfile(here, bits.dtype)


def compare(bits, name):
    found = back(bits, name)
    # A NaN is a NaN: no text has its sign or payload.
    with np.errstate(invalid="ignore"):
        differs = (found != bits) & ~(np.isnan(found.view(name)) & np.isnan(bits.view(name)))
    if found.shape != bits.shape or differs.any():
        at = int(differs.argmax())
        sys.exit(f"{name}: {bits[at]:#x} became {found[at]:#x}")


def singles():
    step = max(1, (1 << 32) // COUNT)
    for start in range(0, 1 << 32, BLOCK * step):
        # Odd where it can be, so that the low bits change, too.
        compare(np.arange(start, min(start + BLOCK * step, 1 << 32), step | (step > 1), dtype="u8").astype("u4"), "f4")


def doubles():
    random = np.random.Generator(np.random.Philox(1))
    left = min(COUNT, 10**8)
    while left > 0:
        compare(random.integers(0, 1 << 64, min(left, BLOCK), dtype="u8"), "f8")
        left -= BLOCK


def like_repr():
    random = np.random.Generator(np.random.Philox(2))
    bits = random.integers(0, 1 << 64, REPR, dtype="u8")
    # Those of everyday sizes, too, and whole numbers.
    values = np.concatenate([bits.view("f8"), random.normal(size=REPR), random.integers(-10**17, 10**17, REPR).astype("f8")])
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "values"
        values.tofile(path)
        lines = subprocess.run([RMM, "slice", path, "-d", "f8"], check=True, capture_output=True).stdout.decode().split("\n")
    for value, line in zip(values.tolist(), lines, strict=False):
        if repr(value) != line:
            sys.exit(f"repr gives {value!r}, rmm {line}")


singles()
doubles()
like_repr()
