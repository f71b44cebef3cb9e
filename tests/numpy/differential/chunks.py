"""map-chunks --exec: each chunk through a child."""

import numpy as np

from . import arrays, dtypes
from .case import file_equals, lines_equal, npy_equals, only_files, raw_equals, silent
from .index import random_index
from .reading import EVERYTHING, split_tab

# Adds one to every byte; `tr` is in POSIX.
ADD_ONE = r"tr '\000-\377' '\001-\377\000'"
FAILURES = ["false", "exit 3", "head -c 1 > /dev/null", "cat; exit 1", "cat; printf x", "kill -9 $$",
            "no-such-command-at-all"]


def exec_case(case):
    rng = case.rng
    spelled = dtypes.Spelled(np.dtype("u1"), "uint8") if rng.random() < 0.4 else dtypes.any_dtype(rng)
    stored = case.store(arrays.random_stored(rng, case.np_rng, spelled=spelled))
    index = EVERYTHING if rng.random() < 0.5 else random_index(rng, stored.array.shape, 0.04)
    selected = index.selects_from(stored.array)
    chunk = rng.choice([[], ["--chunk", "1"], ["--chunk", "2"], ["--chunk", "3"], ["--chunk", "1KiB"]])
    # Children are dear: chunks of one row only where rows are few.
    if selected is not None and selected.ndim and selected.shape[0] > 12:
        chunk = []
    case.argv = ["map-chunks", stored.name, *([index.text] if index.text else []), *stored.flags, *chunk]
    if selected is None:
        case.argv += ["--exec", "cat", "-i"]
        case.expect_refusal(2, note="bad INDEX")
    elif rng.random() < 0.15 and selected.size:
        case.argv += ["--exec", rng.choice(FAILURES), *rng.choice([["-i", "--no-journal"], ["-o", "out.npy"], []])]
        case.expect_refusal(6, note="the child fails")
    elif rng.random() < 0.45:
        in_place(case, stored, index)
    else:
        elsewhere(case, selected)


def in_place(case, stored, index):
    rng = case.rng
    if stored.array.dtype == np.uint8 and rng.random() < 0.7:
        case.argv += ["--exec", ADD_ONE, rng.choice(["-i", "--in-place"])]
        if stored.array.size:
            stored.array[index.key] = stored.array[index.key] + np.uint8(1)
    else:
        case.argv += ["--exec", "cat", rng.choice(["-i", "--in-place"])]
        if rng.random() < 0.2 and dtypes.is_number(stored.array.dtype) and not dtypes.is_mini(stored.array.dtype):
            case.argv += ["--exec-format", "npy"]
    case.expect(silent)
    case.expect(file_equals(stored))
    case.expect(only_files(*case.files))


def elsewhere(case, selected):
    """To standard output as slice prints it, or to a file: C order, native, of the result's dtype."""
    rng = case.rng
    result = selected.astype(dtypes.native(selected.dtype)).copy(order="C")
    command = "cat"
    if selected.dtype == np.uint8 and rng.random() < 0.5:
        command, result = ADD_ONE, result + np.uint8(1)
    case.argv += ["--exec", command]
    if dtypes.is_number(result.dtype) and not dtypes.is_mini(result.dtype) and rng.random() < 0.25:
        same_size = {1: ["i1", "u1"], 2: ["i2", "f2"], 4: ["u4", "f4"], 8: ["i8", "c8"]}.get(result.dtype.itemsize)
        if same_size:
            other = rng.choice(same_size)
            case.argv += ["--astype", other]
            result = result.view(other) if result.ndim else result.reshape(1).view(other).reshape(())
    style = rng.choice(["npy", "raw", "tsv"])
    if style == "npy":
        case.argv += ["-o", "out.npy"]
        case.expect(npy_equals(result, "out.npy"))
    elif style == "raw":
        case.argv += ["-o", "out.bin"]
        case.expect(raw_equals(result, "out.bin"))
    else:
        case.expect(lines_equal(result, split_tab))
