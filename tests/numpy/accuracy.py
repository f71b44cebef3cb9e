#!/usr/bin/env python3
"""How far the elementary functions of `rmm map-chunks --expr` are from the exact results, in units in the last place.

    python3 tests/numpy/accuracy.py --rmm target/release/rmm                                 10^6 inputs a function
    python3 tests/numpy/accuracy.py --rmm target/release/rmm --full --write                  all that docs/accuracy.md promises
    python3 tests/numpy/accuracy.py --rmm target/release/rmm --full --write --functions exp,log --dtypes float32

The exact result of a float64 function is that of NumPy's longdouble, of a float32 function that of its float64. Fails
where an error is above what is promised. --write puts the rows that were measured into docs/accuracy.md and leaves the
others, so that the full run, which takes two hours, can be made in parts; --step 16 takes every sixteenth float32 only.
The last line is `N passed, N failed`.
"""

import argparse
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parent.parent.parent
PAGE = ROOT / "docs/accuracy.md"
BEGIN, END = "<!-- accuracy: begin -->", "<!-- accuracy: end -->"
HEAD = ["| function | dtype | inputs | greatest error, ulp | at | promised |", "|---|---|---:|---:|---|---:|"]

# What is promised of each function in float64. In float32 it is half a unit and a trace for all of them.
ONE = {"sqrt": 0.0}
ONE |= {name: 1.0 for name in "exp exp2 expm1 log log2 log10 log1p sin cos tan cbrt".split()}
ONE |= {name: 2.0 for name in "arcsin arccos arctan sinh cosh tanh arcsinh arccosh arctanh".split()}
TWO = {"power": 1.0, "arctan2": 2.0, "hypot": 1.0, "fmod": 0.0, "mod": 0.0, "floor_divide": 0.0}
SINGLE = 0.5001
TEXT = {"power": "x**y", "floor_divide": "x//y"}

SPECIALS = [0.0, 5e-324, 1e-310, 2.2250738585072014e-308, 1.1754943508222875e-38, 1e-45, 1e-20, 2.0**-53, 0.25, 0.5,
            1 - 2.0**-53, 1.0, 1 + 2.0**-52, 1.5, 2.0, 3.0, np.pi / 2, np.pi, 10.0, 88.72, 127.0, 128.0, 149.0, 709.78,
            745.13, 1022.0, 1023.0, 1024.0, 1074.0, 1075.0, 2.0**24, 2.0**31, 2.0**52, 2.0**53 - 1, 2.0**53, 2.0**64,
            1e22, 1e154, 1e155, 3.4028234663852886e38, 1e300, 1.7976931348623157e308, np.inf, np.nan]
# Where results overflow, become subnormal or vanish.
EDGES = [709.782712893384, 745.1332191019411, 708.3964185322641, 710.4758600739439, 1024.0, 1022.0, 1074.5, 88.722839,
         87.336548, 103.97208, 89.415985, 128.0, 126.0, 149.5]


def specials(dtype):
    both = [value for size in SPECIALS for value in (size, -size)]
    return np.array(both).astype(dtype)


def hard(rng, dtype, count):
    """Random bits, and numbers from where functions are hard to compute: `count` of them."""
    whole = {"float64": np.uint64, "float32": np.uint32}[dtype]
    digits = np.finfo(dtype).nmant
    n = count // 16 + 1
    random_bits = rng.integers(0, np.iinfo(whole).max, 4 * n, dtype=whole, endpoint=True).view(dtype)
    subnormal = rng.integers(0, 1 << digits, n, dtype=whole).view(dtype) * rng.choice([-1, 1], n).astype(dtype)
    turns = rng.integers(-1 << 24, 1 << 24, n) * (np.pi / 2) * (1 + rng.integers(-4, 5, n) * 2.0**-digits)
    near_one = (1 + rng.normal(size=n) * 2.0 ** rng.uniform(-digits, 0, n)) * rng.choice([-1, 1], n)
    edges = rng.choice(EDGES, n) * (1 + rng.normal(size=n) * 2.0 ** rng.uniform(-digits, -3, n)) * rng.choice([-1, 1], n)
    small = rng.uniform(-1, 1, n) * 2.0 ** rng.uniform(-digits - 8, 3, n)
    parts = [rng.uniform(-1.5, 1.5, 3 * n), rng.uniform(-12, 12, 2 * n), rng.uniform(-760, 760, 2 * n),
             turns, near_one, edges, small]
    values = np.concatenate([random_bits, subnormal, *[part.astype(dtype) for part in parts]])
    return values[rng.permutation(len(values))[:count]]


def pairs(rng, name, dtype, count):
    x, y = hard(rng, dtype, count), hard(rng, dtype, count)
    if name == "power":
        # Positive bases, most with exponents that leave a finite result.
        x[: count * 3 // 4] = np.abs(x[: count * 3 // 4])
        size = np.log2(np.abs(x[: count // 2]).astype("f8"))
        most = np.finfo(dtype).maxexp + 30
        y[: count // 2] = (rng.uniform(-most, most, count // 2) / np.where(np.abs(size) > 1e-300, size, 1)).astype(dtype)
        y[: count // 8] = np.rint(y[: count // 8])
    elif name in ("arctan2", "hypot"):
        # Of like size, where both of them count.
        x[: count // 2] = (y[: count // 2].astype("f8") * rng.normal(size=count // 2)).astype(dtype)
    else:
        x[: count // 2] = (y[: count // 2].astype("f8") * np.rint(rng.normal(size=count // 2) * 1e3)).astype(dtype)
    return x, y


def batches(args, rng, name, dtype):
    """The inputs of a function, in pieces: tuples of arrays."""
    if name in TWO:
        x, y = np.meshgrid(specials(dtype), specials(dtype))
        yield x.ravel(), y.ravel()
        # Neighbours of whole powers, and all signs.
        for start in range(0, args.pairs, args.piece):
            yield pairs(rng, name, dtype, min(args.piece, args.pairs - start))
    elif dtype == "float32" and args.step:
        offset = int(rng.integers(args.step))
        for start in range(0, 1 << 32, args.piece * args.step):
            bits = np.arange(start + offset, min(start + args.piece * args.step, 1 << 32), args.step, dtype=np.uint64)
            yield (bits.astype(np.uint32).view(dtype),)
    else:
        yield (specials(dtype),)
        for start in range(0, args.count, args.piece):
            yield (hard(rng, dtype, min(args.piece, args.count - start)),)


def computed(args, folder, name, inputs):
    """What rmm makes of them."""
    for letter, values in zip("xy", inputs):
        np.save(os.path.join(folder, f"{letter}.npy"), values)
    text = TEXT.get(name, f"{name}({', '.join('xy'[: len(inputs)])})")
    words = [args.rmm, "map-chunks", "x.npy", "--expr", text, "-o", "out.npy", "--force", "--quiet"]
    words += ["--with", "y=y.npy"] if len(inputs) > 1 else []
    done = subprocess.run(words, cwd=folder, capture_output=True, text=True, stdin=subprocess.DEVNULL)
    if done.returncode:
        sys.exit(f"{' '.join(words)}\nexit {done.returncode}: {done.stderr.strip()}")
    return np.load(os.path.join(folder, "out.npy"))


def wrong(name, found, inputs):
    """Where results are not the exact ones, rounded; and how far from these, in units in their last place."""
    dtype = found.dtype
    wide = np.longdouble if dtype == np.float64 else np.float64
    # What is exact needs no wider type.
    is_exact = (ONE | TWO)[name] == 0.0
    exact = getattr(np, name)(*[values if is_exact else values.astype(wide) for values in inputs])
    bits = {8: np.uint64, 4: np.uint32}[dtype.itemsize]
    differ = exact.astype(dtype).view(bits) != found.view(bits)
    at = np.flatnonzero(differ & ~(np.isnan(found) & np.isnan(exact)))
    if is_exact:
        return at, np.full(len(at), np.inf)
    return at, distances(found[at], exact[at])


def distances(found, exact):
    """The distance of each result from the exact one, in units in the last place of the exact one."""
    wide, info = exact.dtype.type, np.finfo(found.dtype)
    # What overflows is the power of 2 behind the greatest number.
    top = np.ldexp(wide(1), info.maxexp)
    _, exponent = np.frexp(exact)
    unit = np.ldexp(wide(1), np.maximum(exponent, info.minexp + 1) - 1 - info.nmant)
    distance = np.abs(np.clip(found.astype(wide), -top, top) - np.clip(exact, -top, top)) / unit
    distance = np.where(np.abs(exact) >= top, np.where(np.isinf(found) & (found * np.sign(exact) > 0), 0, distance), distance)
    distance = np.where(np.isnan(found) | np.isnan(exact), np.inf, distance)
    # Zeros have signs, unless the exact result is a number that vanishes.
    lost = (found == 0) & (np.signbit(found) != np.signbit(exact))
    return np.where(lost, np.inf, distance).astype(np.float64)


def measure(args, name, dtype):
    """How many inputs, the greatest error, and where."""
    rng = np.random.default_rng([args.seed, *name.encode(), *dtype.encode()])
    # What is rounded right is within half a unit.
    total, worst, where = 0, 0.0 if (ONE | TWO)[name] == 0.0 else 0.5, ()
    with tempfile.TemporaryDirectory(dir=args.folder) as folder:
        for inputs in batches(args, rng, name, dtype):
            found = computed(args, folder, name, inputs)
            total += len(found)
            at, distance = wrong(name, found, inputs)
            if len(at) and distance.max() > worst:
                farthest = int(np.argmax(distance))
                worst, where = float(distance[farthest]), tuple(values[at[farthest]] for values in inputs)
    return total, worst, where


def amount(total, name, dtype):
    if name in ONE and dtype == "float32" and total == 1 << 32:
        return "all 2³²"
    return f"{total:,}".replace(",", " ")


def row(name, dtype, total, worst, where, bound):
    digits = f"{worst:.5f}" if dtype == "float32" else f"{worst:.3f}"
    error = "0, exact" if bound == 0 == worst else digits
    at = ", ".join(repr(value.item()) if dtype == "float64" else str(value) for value in where)
    return f"| {name} | {dtype} | {amount(total, name, dtype)} | {error} | {'' if bound == 0 else at} | {bound:g} |"


def write(rows):
    """Puts the rows in the place of those of the same function and dtype."""
    page = PAGE.read_text(encoding="utf-8")
    head, rest = page.split(BEGIN)
    table, tail = rest.split(END)
    old = {tuple(cell.strip() for cell in line.split("|")[1:3]): line for line in table.strip().splitlines()[2:]}
    every = [(name, dtype) for dtype in ("float64", "float32") for name in [*ONE, *TWO]]
    lines = [(old | rows)[key] for key in every if key in old | rows]
    PAGE.write_text("\n".join([head + BEGIN, *HEAD, *lines, END + tail]), encoding="utf-8")


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rmm", required=True, type=os.path.abspath)
    parser.add_argument("--functions", default=",".join([*ONE, *TWO]), help="names with commas between (default: all)")
    parser.add_argument("--dtypes", default="float64,float32")
    parser.add_argument("--count", type=lambda text: int(float(text)), help="inputs of a function of one number (default 1e6)")
    parser.add_argument("--pairs", type=lambda text: int(float(text)), help="those of a function of two (default 1e6)")
    parser.add_argument("--step", type=int, help="of float32, every so many-th bit pattern instead of --count inputs")
    parser.add_argument("--full", action="store_true", help="--count 1e8 --pairs 1e9 --step 1, where they are not given")
    parser.add_argument("--piece", type=lambda text: int(float(text)), default=1 << 22, help="inputs of one run of rmm")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--folder", help="where the arrays of a piece go (default: the system's)")
    parser.add_argument("--write", action="store_true", help="write the rows into docs/accuracy.md")
    args = parser.parse_args()
    args.count = args.count or (10**8 if args.full else 10**6)
    args.pairs = args.pairs or (10**9 if args.full else 10**6)
    args.step = args.step or (1 if args.full else None)
    args.functions = args.functions.split(",")
    unknown = set(args.functions) - set(ONE) - set(TWO)
    if unknown:
        parser.error(f"no such function: {', '.join(sorted(unknown))}; there are {', '.join([*ONE, *TWO])}")
    return args


def main():
    args = arguments()
    np.seterr(all="ignore")
    if np.finfo(np.longdouble).nmant < 63:
        print("longdouble is no wider than float64 here: only float32 is measured")
        args.dtypes = "float32"
    passed, failed = 0, 0
    print("\n".join(HEAD), flush=True)
    for dtype in args.dtypes.split(","):
        for name in args.functions:
            bound = {**ONE, **TWO}[name]
            bound = min(bound, SINGLE) if dtype == "float32" else bound
            total, worst, where = measure(args, name, dtype)
            line = row(name, dtype, total, worst, where, bound)
            print(line, flush=True)
            if args.write:
                write({(name, dtype): line})
            if worst <= bound:
                passed += 1
            else:
                failed += 1
                print(f"--- FAILED: {name} of {dtype} at {where}: {worst} ulp, promised {bound}")
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
