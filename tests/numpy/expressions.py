"""Random expressions: what `rmm map-chunks --expr` makes of arrays beside what NumPy makes of them.

    python3 tests/numpy/expressions.py --rmm target/debug/rmm --cases 500 --seed 1

First the complex functions of all pairs of special values, then random expressions. Both must refuse the same, or give the same dtype and values: the same bits, but for functions whose last bit is free.
The last line is `N passed, N failed`.
"""

import argparse
import os
import random
import re
import subprocess
import sys
import tempfile
import warnings

import numpy as np

DTYPES = "bool int8 uint8 int16 uint16 int32 uint32 int64 uint64 float16 float32 float64 complex64 complex128".split()
EXACT = "negative positive absolute sign floor ceil trunc rint round isnan isinf isfinite signbit real imag conj square".split()
FREE = "sqrt cbrt exp exp2 expm1 log log2 log10 log1p sin cos tan arcsin arccos arctan sinh cosh tanh".split()
PAIRS = "add multiply mod fmod minimum maximum fmin fmax copysign less logical_and logical_xor".split()
FREE_PAIRS = "hypot arctan2 power".split()
OPERATORS = "+ - * / // % & | ^ << >> == != < <= > >=".split()
LITERALS = "0 1 2 3 7 100 300 -1 0.5 1.5 2.0 1e10 1j True pi inf nan".split()
# Beyond 64 bits NumPy computes with Python objects.
LARGE = "9223372036854775808 18446744073709551615 -9223372036854775808".split()
CASTS = "bool int8 uint8 int16 int64 uint64 float16 float32 float64 complex64 complex128".split()
# Operators that Python does not have: what stands for them, how NumPy writes them, and how rmm does.
NEW_OPERATORS = [("⟨", "logical_and(", "("), ("⟪", "logical_or(", "("), ("∧", ",", " && "), ("∨", ",", " || "), ("⟩", ")", ")"), ("¬", "logical_not", "!")]
COMPLEX_FUNCTIONS = "sqrt exp exp2 expm1 log log2 log10 log1p sin cos tan arcsin arccos arctan sinh cosh tanh arcsinh arccosh arctanh".split()
# Near the ends of both ranges too, and where exponentials pass them.
SPECIAL = [0.0, -0.0, 1.0, -1.0, 0.5, 3.0, np.pi, np.inf, -np.inf, np.nan, 100.0, -100.0, 710.0, -745.0]
SPECIAL += [1e300, 1e308, -1e308, 1.7e308, 3e38, 1e-310, 1e-200, 5e-324]
# Where a function has no result that is rounded one way only, so many times the epsilon of its type are allowed: complex
# powers of some dozens are that far off in NumPy itself.
FREE_STEPS, COMPLEX_STEPS = 8, 256


def values(rng, name, shape):
    """Small, large and special values of a dtype."""
    dtype, size = np.dtype(name), int(np.prod(shape))
    if dtype.kind == "b":
        items = [rng.random() < 0.5 for _ in range(size)]
    elif dtype.kind in "iu":
        limits = np.iinfo(dtype)
        items = [rng.choice([0, 1, 2, 3, 7, limits.max, limits.min, rng.randint(limits.min, limits.max)]) for _ in range(size)]
    else:
        some = [0.0, -0.0, 1.0, -1.5, 2.5, 0.1, 1e3, -7.0, np.inf, -np.inf, np.nan]
        items = [rng.choice([*some, rng.uniform(-50, 50)]) for _ in range(size)]
        if dtype.kind == "c":
            items = [complex(item, rng.choice([0.0, 1.0, -2.5])) if np.isfinite(item) else item for item in items]
    # Of either byte order and memory order.
    return np.array(items, dtype.newbyteorder(rng.choice("==>"))).reshape(shape, order=rng.choice("CCF"))


def literal(rng, depth):
    """An expression of literals alone: Python's operators and NumPy's functions."""
    if depth == 0 or rng.random() < 0.6:
        return rng.choice(LARGE if rng.random() < 0.05 else LITERALS)
    a, b, chance = literal(rng, depth - 1), literal(rng, 0), rng.random()
    if chance < 0.2:
        return f"{rng.choice(EXACT + FREE)}({a})"
    if chance < 0.35:
        return f"{rng.choice(PAIRS + FREE_PAIRS)}({a}, {b})"
    if chance < 0.45:
        return f"(¬({a}))"
    if chance < 0.6:
        return rng.choice([f"clip({a}, {b}, 3)", f"where({a}, {b}, 2)", f"⟨{a}∧{b}⟩", f"⟪{a}∨{b}⟩"])
    # Python's integers have any size, rmm's have 127 bits.
    return f"({a} {rng.choice([operator for operator in OPERATORS if operator != '<<'])} {b})"


def expression(rng, depth):
    """An expression of x and y, as text that Python and rmm both read but for the new operators."""
    if depth == 0:
        return rng.choice("xy")
    inner = lambda: expression(rng, rng.randrange(depth))
    # Beside an array: numbers among themselves are Python's own, and NumPy's scalars have rules of their own.
    other = lambda: literal(rng, 2) if rng.random() < 0.4 else inner()
    deep, chance = expression(rng, depth - 1), rng.random()
    # The sign of a NaN that was computed means nothing.
    if chance < 0.2:
        function = rng.choice(EXACT)
        return f"{function}({rng.choice('xy') if function == 'signbit' else deep})"
    if chance < 0.35:
        return f"{rng.choice(FREE)}({deep})"
    if chance < 0.45:
        function = rng.choice(PAIRS + FREE_PAIRS)
        return f"{function}({', '.join(rng.sample([deep, other()], 2))})" if function != "copysign" else f"copysign({deep}, {rng.choice('xy')})"
    if chance < 0.48:
        return f"where({rng.choice(['x > 1', inner()])}, {other()}, {other()})"
    if chance < 0.51:
        return f"clip({', '.join(rng.sample([deep, other(), other()], 3))})"
    if chance < 0.54:
        return rng.choice([f"(¬({deep}))", f"⟨{deep}∧{other()}⟩", f"⟪{other()}∨{deep}⟩"])
    if chance < 0.59:
        return f"{rng.choice(CASTS)}({deep})"
    if chance < 0.63:
        return f"({rng.choice('-~')}{deep})"
    if chance < 0.65:
        return f"round({deep}, {rng.choice([-300, -25, -2, -1, 1, 2, 5, 25, 40, 308, 400])})"
    if chance < 0.7:
        return f"({deep})**{rng.choice(['2', '3', '0.5'])}"
    return f"({deep} {rng.choice(OPERATORS)} {other()})"



def numpy_result(text, x, y):
    """The array that NumPy gives, or the reason why it refuses; None where it gives what C leaves undefined."""
    others = "where clip logical_not logical_or pi inf nan".split()
    names = {name: getattr(np, name) for name in [*EXACT, *FREE, *PAIRS, *FREE_PAIRS, *others]}
    for name in CASTS:
        names[name] = lambda value, name=name: np.asarray(value).astype(name)[()]
    try:
        with warnings.catch_warnings(record=True) as caught, np.errstate(invalid="warn"):
            warnings.simplefilter("always")
            result = np.asarray(eval(text, names, {"x": x, "y": y}))
    except Exception as error:
        return f"{type(error).__name__}: {error}"
    if any("invalid value encountered in cast" in str(warning.message) for warning in caught):
        # What is no integer becomes whatever the processor makes of it.
        return None
    if result.dtype == object:
        return "an object"
    return np.broadcast_to(result.astype(result.dtype.newbyteorder("=")), x.shape)


def free_names(text, *arrays):
    """The functions in it of which the last bit is free; the root of a real number is rounded one way only."""
    is_complex = "complex" in text or "1j" in text or any(array.dtype.kind == "c" for array in arrays)
    return [name for name in FREE + FREE_PAIRS if name in text and (is_complex or name != "sqrt")]


def same(text, expected, found, x, y):
    if expected.dtype != found.dtype or expected.shape != found.shape:
        return False
    free = free_names(text, x, y, expected)
    if free and re.search("%|//|mod|sign|floor|ceil|trunc|rint|==|!=|<|>", text):
        # A last bit that is free decides on which side of a step a value lies, and the sign of a NaN means nothing.
        return True
    if "complex" in text or "c" in (x.dtype.kind, y.dtype.kind):
        # Signs that C99 leaves open spread through what is computed of them; specials() has the functions alone.
        finite = np.isfinite(x) & np.isfinite(np.broadcast_to(y, x.shape)) & np.isfinite(expected)
        expected, found = expected[finite], found[finite]
    if expected.dtype.kind not in "fc":
        return np.array_equal(expected, found)
    free = free or re.search(r"\*\*|absolute|sign", text) or expected.dtype.kind == "c"
    if free:
        # A value may have been computed in a narrower type than the result has.
        steps = [np.finfo(dtype).eps for dtype in (x.dtype, y.dtype, expected.dtype) if dtype.kind in "fc"]
        steps += [np.finfo(np.float16).eps for dtype in (x.dtype, y.dtype) if dtype.kind in "biu"]
        return np.allclose(expected, found, rtol=(COMPLEX_STEPS if expected.dtype.kind == "c" else FREE_STEPS) * max(steps), atol=0, equal_nan=True)
    equal = expected == found
    if not re.search("min|max", text):
        # Which of two zeros is the smaller is not said.
        equal &= np.signbit(expected) == np.signbit(found)
    return bool((equal | (np.isnan(expected) & np.isnan(found))).all())


def run(rmm, text, x, y, folder):
    """The array that rmm gives, or what it says on stderr."""
    np.save(os.path.join(folder, "x.npy"), x)
    np.save(os.path.join(folder, "y.npy"), y)
    words = [rmm, "map-chunks", "x.npy", "--with", "y=y.npy", "--expr", text, "-o", "out.npy", "--force"]
    done = subprocess.run(words, cwd=folder, capture_output=True, text=True, stdin=subprocess.DEVNULL)
    if done.returncode == 0:
        return np.load(os.path.join(folder, "out.npy"))
    return f"exit {done.returncode}: {done.stderr.strip()}"


def special_parts_agree(argument, expected, found):
    """Whether two complex numbers have the same infinities, NaN and, where C99 leaves them not open, signs."""
    is_open = np.isnan(argument) or np.isnan(expected) or (np.isinf(argument.real) and np.isinf(argument.imag))
    limits = np.finfo(expected.dtype)
    for theirs, ours in ((expected.real, found.real), (expected.imag, found.imag)):
        if np.isnan(theirs) or np.isnan(ours) or np.isinf(theirs) or np.isinf(ours):
            agree = np.array_equal(abs(theirs), abs(ours), equal_nan=True)
        else:
            agree = abs(theirs - ours) <= COMPLEX_STEPS * limits.eps * abs(theirs) + 4 * limits.smallest_subnormal
        if not agree or not (is_open or np.isnan(theirs) or np.signbit(theirs) == np.signbit(ours)):
            return False
    return True


def special_results(name, x):
    """NumPy's, but where it loses digits that rmm keeps, as docs/numpy.md says."""
    result = getattr(np, name)(x)
    wide = x.astype(np.complex128)
    if name == "exp2":
        # NumPy rounds the product with log(2) to the type of the parts, and has the sine and cosine of that.
        return np.exp2(wide).astype(x.dtype)
    if name == "log1p":
        # NumPy has log(hypot(1 + re, im)): without the digits of small arguments, and infinite where the hypot is.
        small = (abs(x.real) < 0.5) & (abs(x.imag) < 0.5)
        result.real = np.where(small, 0.5 * np.log1p(wide.real * (2 + wide.real) + wide.imag**2), result.real)
        result.real = np.where(np.isfinite(x) & ~small & np.isinf(result.real) & (result.real > 0), np.log(1 + wide).real, result.real)
    return result


def specials(rmm, folder):
    """The complex functions whose special values differ from NumPy's, as text."""
    wrong = []
    for dtype in ("complex64", "complex128"):
        x = np.array([complex(re, im) for re in SPECIAL for im in SPECIAL]).astype(dtype)
        for name in COMPLEX_FUNCTIONS:
            expected, found = special_results(name, x), run(rmm, f"{name}(x)", x, x, folder)
            for argument, theirs, ours in zip(x, expected, found):
                if not special_parts_agree(argument, theirs, ours):
                    wrong.append(f"{name}({argument}) of {dtype}: {theirs}, found {ours}")
    return wrong


def written(text, which):
    """The expression as NumPy writes it, 1, or as rmm does, 2."""
    for operator in NEW_OPERATORS:
        text = text.replace(operator[0], operator[which])
    return text


def judge(expected, found, text, x, y):
    if expected is None:
        return not isinstance(found, str)
    if isinstance(expected, str):
        return isinstance(found, str) and found.startswith("exit 2")
    return not isinstance(found, str) and same(text, expected, found, x, y)


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
        wrong = specials(os.path.abspath(options.rmm), folder)
        print("".join(f"--- FAILED: {line}\n" for line in wrong), end="")
        for number in range(options.cases):
            rng = random.Random(f"{options.seed} {number}")
            x = values(rng, rng.choice(DTYPES), (3, 4))
            y = values(rng, rng.choice(DTYPES), rng.choice([(3, 4), (4,), (3, 1), (1,)]))
            text = expression(rng, rng.choice([1, 1, 2, 3]))
            theirs, ours = (written(text, which) for which in (1, 2))
            expected, found = numpy_result(theirs, x, y), run(os.path.abspath(options.rmm), ours, x, y, folder)
            if not judge(expected, found, text, x, y):
                failed += 1
                print(f"--- FAILED: seed {options.seed} case {number}: {text}  x {x.dtype} y {y.dtype} {y.shape}")
                print(f"  x: {x.tolist()}\n  y: {y.tolist()}")
                print(f"  expected: {getattr(expected, 'dtype', '')} {expected}\n  found:    {getattr(found, 'dtype', '')} {found}")
    failed += len(wrong)
    checks = options.cases + 2 * len(COMPLEX_FUNCTIONS) * len(SPECIAL) ** 2
    print(f"{checks - failed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
