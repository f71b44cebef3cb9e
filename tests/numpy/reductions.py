"""Random reductions: what `rmm map-chunks --reduce` makes of a selection beside what NumPy makes of it.

    python3 tests/numpy/reductions.py --rmm target/debug/rmm --cases 500 --seed 1

First integers beyond 64 bits in types that hold them, then random reductions. Both must refuse the same, or give the same dtype, shape and values: integers, ends and positions exactly, float sums
within the rounding that NumPy's own order of adding has. Each case runs on one thread or more, and must not differ.
The last line is `N passed, N failed`.
"""

import argparse
import os
import random
import subprocess
import sys
import tempfile
import warnings

import numpy as np

DTYPES = "bool i1 u1 i2 u2 i4 u4 i8 u8 f2 f4 f8 f16 c8 c16 M8[s] m8[ms] S2 U1".split()
OPS = ("sum prod min max mean std var any all count_nonzero argmin argmax nansum nanmin nanmax nanmean nanstd").split()
EXACT = "min max any all count_nonzero argmin argmax nanmin nanmax".split()
EXPRESSIONS = {"x*2": lambda x: x * 2, "x > 1": lambda x: x > 1, "isnan(x)": np.isnan, "x - 1": lambda x: x - 1}
# What rmm does without, and NumPy has: text that is counted and compared, and arithmetic in 80 bits that needs a division.
MISSING = [("SU", "any all count_nonzero argmin argmax".split()), ("f16", "mean std var nanmean nanstd".split())]


def values(rng, name, shape):
    """Small values, so that sums fit and ties are common, with NaN and infinities now and then."""
    dtype, size = np.dtype(name), int(np.prod(shape))
    items = np.array([rng.randint(-4, 4) for _ in range(size)], "i8").reshape(shape)
    if dtype.kind == "b":
        return items > 0
    if dtype.kind == "u":
        return np.abs(items).astype(dtype)
    if dtype.kind in "SU":
        return items.astype(dtype)
    if dtype.kind in "mM":
        return np.where(items == 4, np.iinfo("i8").min if rng.random() < 0.5 else 4, items).astype(dtype)
    if dtype.kind in "fc":
        result = (items * rng.choice([1, 0.1, 1e3])).astype(dtype)
        if dtype.kind == "c":
            result += 1j * rng.choice([0, 1, 0.3]) * items[..., ::-1] if items.ndim else 0
        special = np.array([rng.choice([np.nan, np.nan, np.inf]) if rng.random() < 0.15 else 0 for _ in range(size)])
        with_special = special.reshape(shape) != 0
        if rng.random() < 0.5:
            result = np.where(with_special, special.reshape(shape), result).astype(dtype)
        return result
    return items.astype(dtype)


def index(rng, shape):
    """A subscript as text, the same in both."""
    some = lambda: rng.choice([":", ":", "::-1", "1:", "::2", "0:0" if rng.random() < 0.1 else ":", "0"])
    parts = [some() if length else ":" for length in shape]
    return ",".join(parts) if parts else "()"


def numpy_result(op, x, axis, keepdims, ddof):
    options = {"axis": axis, "keepdims": keepdims}
    if op in ("std", "var", "nanstd"):
        options["ddof"] = ddof
    # NumPy squares float16 in float16, which overflows from 256 on; rmm does not.
    wide = op in ("std", "var", "nanstd") and x.dtype == np.float16
    try:
        return np.asarray(getattr(np, op)(x.astype("f4") if wide else x, **options), x.dtype if wide else None)
    except Exception as error:
        return f"{type(error).__name__}: {error}"


def run(rmm, op, subscript, expression, axis, keepdims, ddof, threads, folder):
    words = [rmm, "-q", "-j", str(threads), "map-chunks", "x.npy", subscript, "--reduce", op, "-o", "out.npy", "--force"]
    words += ["--expr", expression] if expression else []
    words += ["--axis", ",".join(map(str, axis if isinstance(axis, tuple) else [axis]))] if axis is not None else []
    words += ["--keepdims"] if keepdims else []
    words += ["--ddof", str(ddof)] if op in ("std", "var", "nanstd") else []
    # What does not fit is an error where NumPy takes it modulo 2^64.
    words += ["--chunk", str(threads), "--overflow", "wrap"]
    done = subprocess.run(words, cwd=folder, capture_output=True, text=True, stdin=subprocess.DEVNULL)
    if done.returncode == 0:
        return np.load(os.path.join(folder, "out.npy"))
    return f"exit {done.returncode}: {done.stderr.strip()}"


def same(op, x, expected, found):
    if isinstance(expected, str) or isinstance(found, str):
        return isinstance(expected, str) and isinstance(found, str) and found.startswith("exit 2")
    if expected.dtype != found.dtype.newbyteorder("=") or expected.shape != found.shape:
        return False
    if expected.dtype.kind in "biumM":
        return np.array_equal(expected.view("i8") if expected.dtype.kind in "mM" else expected,
                              found.view("i8") if found.dtype.kind in "mM" else found)
    if expected.dtype.kind == "c":
        # The parts of a complex number that is NaN are the order's own.
        expected, found = np.atleast_1d(expected), np.atleast_1d(found)
        finite = np.isfinite(expected)
        if not np.array_equal(finite, np.isfinite(found)):
            return False
        expected, found = expected[finite], found[finite]
    if op in EXACT:
        return np.array_equal(expected, found, equal_nan=True)
    # NumPy adds float16 in float32 and float32 in itself, so its own error is that of as many steps.
    eps = np.finfo(expected.dtype).eps
    finite = np.abs(x[np.isfinite(x)]) if x.dtype.kind in "fc" else np.abs(x.astype("f8"))
    scale = float(finite.max(initial=0))
    scale = scale * scale if op == "var" else scale
    # Cancelling costs NumPy digits that the size of the result does not show; products only multiply.
    atol = 0 if op == "prod" else scale * max(x.size, 1) * eps
    if op in ("std", "nanstd"):
        atol = max(atol, scale * eps**0.5) if np.any(np.abs(found) < scale * eps**0.5) else atol
    return np.allclose(expected, found, rtol=16 * max(x.size, 1) * eps, atol=atol, equal_nan=True)


def case(rng):
    """Everything of one case but the files."""
    name = rng.choice(DTYPES)
    shape = tuple(rng.choice([1, 2, 3, 5, 7]) for _ in range(rng.choice([0, 1, 2, 2, 3, 3, 4])))
    if rng.random() < 0.02:
        shape = (*shape, 0)
    elif rng.random() < 0.03:
        shape = rng.choice([(70_000,), (300, 301), (3, 40_000), (40_000, 3)])
    op, x = rng.choice(OPS), values(rng, name, shape)
    if rng.random() < 0.3 and x.dtype.itemsize > 1:
        x = x.astype(x.dtype.newbyteorder(">"))
    return op, np.asarray(x, order=rng.choice("CF")), index(rng, shape)


def selected(x, subscript):
    return eval(f"x[{subscript}]", {"x": x})


def beyond(rmm, folder):
    """The types that do not get the exact sum or product of integers that leave 64 bits, as text."""
    wrong = []
    for op, items in (("sum", [2**64 - 1, 2**64 - 1, 5]), ("sum", [2**63, 2**63]), ("prod", [2] * 70), ("prod", [3] * 75), ("prod", [2] * 500)):
        np.save(os.path.join(folder, "x.npy"), np.array(items, "u8"))
        exact = sum(items) if op == "sum" else int(np.prod(np.array(items, object)))
        for name in "f4 f8 f16 c8 c16 bool".split():
            words = [rmm, "map-chunks", "x.npy", "--reduce", op, "--astype", name, "--casting", "unsafe", "-o", "out.npy", "--force"]
            done = subprocess.run(words, cwd=folder, capture_output=True, text=True, stdin=subprocess.DEVNULL)
            found = np.load(os.path.join(folder, "out.npy")) if done.returncode == 0 else done.stderr.strip()
            expected = np.array(str(exact)).astype(name) if name == "f16" else np.array(float(exact)).astype(name)
            if done.returncode or found.dtype != expected.dtype or found != expected:
                wrong.append(f"{op} of {items[:3]}... as {name}: {expected}, found {found}")
    return wrong


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rmm", required=True)
    parser.add_argument("--cases", type=int, default=500)
    parser.add_argument("--seed", default="1")
    options = parser.parse_args()
    warnings.simplefilter("ignore")
    np.seterr(all="ignore")
    failed, rmm = 0, os.path.abspath(options.rmm)
    with tempfile.TemporaryDirectory() as folder:
        wrong = beyond(rmm, folder)
        print("".join(f"--- FAILED: {line}\n" for line in wrong), end="")
        failed += len(wrong)
        for number in range(options.cases):
            rng = random.Random(f"{options.seed} {number}")
            op, x, subscript = case(rng)
            np.save(os.path.join(folder, "x.npy"), x)
            part = np.asarray(selected(x, subscript))
            axes = [rng.randrange(-part.ndim, part.ndim) for _ in range(rng.choice([1, 1, 2, 3]))] if part.ndim else []
            axis = None if rng.random() < 0.4 or not axes else tuple(axes) if len(axes) > 1 else axes[0]
            if rng.random() < 0.02:
                # Axis 0 of a single element is there or not by function and dtype; rmm takes it as sum does.
                axis = part.ndim or 1
            keepdims, ddof = rng.random() < 0.3, rng.choice([0, 0, 1, 2])
            expression = rng.choice(list(EXPRESSIONS)) if rng.random() < 0.3 and x.dtype.kind in "iuf" and name_of(x) != "f16" else None
            operand = EXPRESSIONS[expression](part) if expression else part
            if any(op in ops and (name_of(x) == kinds or len(kinds) == 2 and x.dtype.kind in kinds) for kinds, ops in MISSING):
                continue
            expected = numpy_result(op, operand, axis, keepdims, ddof)
            words = (op, subscript, expression, axis, keepdims, ddof)
            found = run(rmm, *words, 1, folder)
            others = [run(rmm, *words, threads, folder) for threads in rng.sample([2, 3, 7], 1)]
            bits = lambda result: result if isinstance(result, str) else result.tobytes()
            if not same(op, np.asarray(operand), expected, found) or any(bits(other) != bits(found) for other in others):
                failed += 1
                print(f"--- FAILED: seed {options.seed} case {number}: {words} of {x.dtype.str} {x.shape} F {x.flags.fnc}")
                print(f"  x: {x.tolist() if x.size < 60 else '...'}")
                print(f"  expected: {getattr(expected, 'dtype', '')} {expected}\n  found:    {getattr(found, 'dtype', '')} {found}")
    print(f"{options.cases + 5 * 6 - failed} passed, {failed} failed")
    return 1 if failed else 0


def name_of(x):
    return f"{x.dtype.kind}{x.dtype.itemsize}"


if __name__ == "__main__":
    sys.exit(main())
