"""VALUE words and generators: what stands on the command line, and the array that NumPy makes of it."""

import numpy as np

from . import casting, dtypes, text


def has_words(dtype):
    """Whether a VALUE word for this dtype is fixed by the documentation."""
    if dtype.names:
        fields = [dtype[name] for name in dtype.names]
        return all(not field.names and not field.subdtype and dtypes.is_number(field) for field in fields)
    if dtype.kind == "m":
        # Whether a number counts steps or units is only the same where a step is one unit.
        return np.datetime_data(dtype)[1] == 1
    return dtype.kind != "V" or dtypes.is_mini(dtype)


def random_values(rng, np_rng, dtype, shape):
    """Values that can be written as words, and the words (an object array of the same shape)."""
    count = int(np.prod(shape, dtype=int))
    if dtype.names:
        out = np.zeros(count, dtype)
        words = []
        for name in dtype.names:
            out[name], found = random_values(rng, np_rng, dtype[name], (count,))
            words.append(found)
        joined = ["(" + ",".join(items) + ("," if len(items) == 1 else "") + ")" for items in zip(*words)]
        return out.reshape(shape), np.array(joined + [None], object)[:-1].reshape(shape)
    out = dtypes.values(rng, np_rng, dtype, count)
    if dtype.kind in "SU":
        size = dtype.itemsize // (4 if dtype.kind == "U" else 1)
        out = np.array(["".join(rng.choices("abcXYZ_", k=rng.randint(1, size))) for _ in range(count)], dtype)
    # A word says that a float is a NaN, not which.
    if dtypes.is_float(dtype) or dtype.kind == "c":
        out = casting.canonical(out).astype(dtype)
    words = [word(rng, item) for item in out.astype(dtypes.native(dtype))]
    if dtypes.is_extended(dtype):
        out = np.array([text.extended(item) for item in words], dtypes.native(dtype)).astype(dtype)
    return out.reshape(shape), np.array([*words, None], object)[:-1].reshape(shape)


def word(rng, value):
    """One way to write a value."""
    dtype = value.dtype
    if dtype.kind == "b":
        return rng.choice(["true", "True", "TRUE", "1"] if value else ["false", "False", "0"])
    if dtype.kind in "iu":
        plain = int(value)
        styles = [str(plain)] * 4 + ([hex(plain)] if plain >= 0 else [])
        if abs(plain) < 1000:
            styles += [f"{plain}.0", f"{plain}e0"]
        return rng.choice(styles)
    if dtypes.is_float(dtype):
        return float_word(rng, value)
    if dtype.kind == "c":
        imag = float_word(rng, value.imag)
        return float_word(rng, value.real) + (imag if imag[0] in "+-" else "+" + imag) + "j"
    if dtype.kind == "S":
        return bytes(value).decode()
    if dtype.kind == "m":
        return "NaT" if np.isnat(value) else str(int(value.view("i8")))
    return str(value)


def float_word(rng, value):
    if value.dtype.kind == "f" and value.dtype.itemsize <= 8 and not dtypes.is_mini(value.dtype):
        found = sorted(text.float_texts(value))[0]
    else:
        # bfloat16 and float8 are exact as doubles; an extended double is what the word says.
        found = repr(float(value))
    if found.endswith(".0") and rng.random() < 0.5:
        found = found[:-2]
    return found


def nested(words):
    """`[[1,2],[3,4]]`"""
    if words.ndim == 0:
        return words[()]
    return "[" + ",".join(nested(np.asarray(part, object)) for part in words) + "]"


def bad_word(rng, dtype):
    """A word that does not fit; None where every word does."""
    if dtype.names:
        return "(1,2,3,4,5,6,7,8,9)"
    if dtype.kind == "b":
        return rng.choice(["2", "yes", "0.5", "nan", "''", "truee"])
    if dtype.kind in "iu":
        info = np.iinfo(dtype)
        return rng.choice([str(info.max + 1), str(info.min - 1), "1.5", "nan", "inf", "x", "1e30", "1+2j", "0b", "1_"])
    if dtypes.is_float(dtype):
        too_large = {"float16": ["65520", "1e5", "-7e4"], "float32": ["1e40", "3.5e38", "-1e39"],
                     "float64": ["1e400", "-2e308"], "bfloat16": ["1e39"], "float8_e5m2": ["1e5"],
                     "float8_e4m3fn": ["500", "-1e4"]}.get(dtype.name, [])
        return rng.choice(["x", "1,5", "1+2j", "1.2.3", "0x", "--1", *too_large])
    if dtype.kind == "c":
        return rng.choice(["x", "1+2", "1+2k", "j+"] + (["1e40", "1+1e40j"] if dtype.itemsize == 8 else []))
    if dtype.kind == "S":
        return "x" * (dtype.itemsize + 1)
    if dtype.kind == "U":
        return "é" * (dtype.itemsize // 4 + 1)
    if dtype.kind == "M":
        return rng.choice(["2020-13-01", "2021-02-29", "x", "2020-01-01T25:00"])
    return None


def generator(rng, dtype, count):
    """`--arange` or `--linspace` flags, and the values that NumPy gives; None where rmm must refuse.

    Raises Undecided where NumPy itself is not the measure for this dtype.
    """
    base = dtypes.native(dtype)
    if rng.random() < 0.5:
        return arange(rng, base, count)
    return linspace(rng, base, count)


def arange(rng, base, count):
    start, step = 0, 1
    flags = ["--arange"]
    if rng.random() < 0.7:
        start = rng.randint(-20, 100) if base.kind != "u" or rng.random() < 0.1 else rng.randint(0, 100)
    if rng.random() < 0.7:
        step = rng.choice([1, 2, 3, -1, 5, 10])
    if base.kind in "fc":
        # Rounding in halves is a matter of taste.
        fractions = [1, 4] + ([10, 10, 3] if base.itemsize >= 4 else [])
        start, step = start / rng.choice(fractions), step / rng.choice(fractions)
    if start or rng.random() < 0.2:
        flags += ["--start", repr(start)]
    if step != 1 or rng.random() < 0.2:
        flags += ["--step", repr(step)]
    if base.kind in "iu":
        exact = [start + step * spot for spot in range(count)]
        info = np.iinfo(base)
        if any(not info.min <= item <= info.max for item in exact):
            return flags, None
        return flags, np.array(exact, base)
    if dtypes.is_mini(base) or base == np.float16:
        exact = np.arange(count) * float(step) + float(start)
        found = exact.astype(base)
        if np.any(found.astype("f8") != exact):
            raise casting.Undecided
        return flags, found
    if dtypes.is_extended(base):
        # Only a scalar of the dtype itself goes into the array whole.
        start, step = (base.type(np.longdouble(repr(value))) for value in (start, step))
    return flags, np.arange(start, start + step * (count + 1), step, dtype=base)[:count]


def linspace(rng, base, count):
    low, high = rng.randint(0, 50), rng.randint(0, 120)
    if base.kind != "u" and rng.random() < 0.5:
        low = -low
    if rng.random() < 0.3:
        low, high = low / 10, high / 10
    if base.kind in "iu" and rng.random() < 0.05:
        high = 1e30
    flags = ["--linspace", f"{low!r},{high!r}"]
    doubles = np.linspace(low, high, count)
    if base.kind in "iu":
        info = np.iinfo(base)
        if any(not info.min <= int(np.floor(item)) <= info.max for item in doubles):
            return flags, None
    if dtypes.is_mini(base):
        return flags, casting.to_floats(doubles, base, "error")
    return flags, np.linspace(low, high, count, dtype=base)


def random(rng, dtype, shape):
    """`--random` flags, and the whole array that NumPy's Philox makes; None where rmm must refuse.

    Raises Undecided where NumPy has no such values, or draws some of them again.
    """
    base = dtypes.native(dtype)
    seed = rng.choice([0, 1, rng.getrandbits(32), rng.getrandbits(128)])
    generator = np.random.Generator(np.random.Philox(seed))
    flags = ["--seed", str(seed)]
    if base.kind == "c" or dtypes.is_mini(base) or dtypes.is_extended(base):
        return ["--random", "uniform", *flags], None if base.kind == "c" else undecided()
    if base.kind == "f":
        if rng.random() < 0.1:
            return ["--random", "integers:0,5", *flags], None
        made = generator.random(shape, dtype=np.float64 if base.itemsize == 8 else np.float32)
        return ["--random", "uniform", *flags], np.asarray(made).astype(base)
    if rng.random() < 0.1:
        return ["--random", rng.choice(["uniform", "normal"]), *flags], None
    low, high = (0, 1) if base.kind == "b" else (int(np.iinfo(base).min), int(np.iinfo(base).max))
    if rng.random() < 0.05:
        return ["--random", f"integers:{low},{high + 2}", *flags], None
    word = "integers"
    if rng.random() < 0.8:
        # No power of two has draws that are made again.
        count = 1 << rng.randint(0, (high - low).bit_length())
        low = rng.randint(low, high + 1 - count)
        high = low + count - 1
        word = f"integers:{low},{high + 1}"
    made = generator.integers(low, high, shape, dtype=base, endpoint=True)
    return ["--random", word, *flags], np.asarray(made)


def undecided():
    raise casting.Undecided
