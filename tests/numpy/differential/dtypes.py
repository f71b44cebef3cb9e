"""Random dtypes, the ways to spell them, and values worth testing."""

import random
from dataclasses import dataclass

import numpy as np

try:
    import ml_dtypes
except ImportError:
    ml_dtypes = None

NUMBERS = {
    "?": ["bool", "?", "b1", "bool_"],
    "i1": ["int8", "i1", "b", "byte"],
    "u1": ["uint8", "u1", "B", "ubyte"],
    "i2": ["int16", "i2", "h", "short"],
    "u2": ["uint16", "u2", "H", "ushort"],
    "i4": ["int32", "i4", "i", "intc"],
    "u4": ["uint32", "u4", "I", "uintc"],
    "i8": ["int64", "i8", "l", "q", "p", "int", "longlong", "intp"],
    "u8": ["uint64", "u8", "L", "Q", "P", "uint", "ulonglong", "uintp"],
    "f2": ["float16", "f2", "e", "half"],
    "f4": ["float32", "f4", "f", "single"],
    "f8": ["float64", "f8", "d", "double", "float"],
    "f16": ["float128", "f16", "g", "longdouble"],
    "c8": ["complex64", "c8", "F", "csingle"],
    "c16": ["complex128", "c16", "D", "complex", "cdouble"],
    "c32": ["complex256", "c32", "G", "clongdouble"],
}
# NumPy's own code for the extended double, where this machine has it.
HAS_LONGDOUBLE = np.dtype("g").itemsize == 16
MINI = {"bfloat16": ["bfloat16", "bf16"], "float8_e4m3fn": ["float8_e4m3fn"], "float8_e5m2": ["float8_e5m2"]}
# Steps of each unit in the 50 years around 1970 that every date here stays within (less for the finest units).
UNIT_SPAN = {
    "Y": 50, "M": 600, "W": 2600, "D": 18000, "h": 430_000, "m": 26_000_000, "s": 1_500_000_000,
    "ms": 15 * 10**11, "us": 15 * 10**14, "ns": 15 * 10**17, "ps": 9 * 10**18, "fs": 9 * 10**18, "as": 9 * 10**18,
}
NAT = -(2**63)


@dataclass(frozen=True)
class Spelled:
    """A dtype and one way to write it for `--dtype`."""

    dtype: np.dtype
    text: str

    @property
    def fits_a_spec(self):
        """Whether the text can stand in `--spec`: a descr list has colons and brackets of its own."""
        return not self.text.startswith("[")

    @property
    def spec_text(self):
        return "{" + self.text + "}" if self.dtype.names else self.text


def is_mini(dtype):
    """bfloat16 and the float8s: NumPy has them only through ml_dtypes."""
    return dtype.name in MINI


def is_float(dtype):
    return dtype.kind == "f" or is_mini(dtype)


def is_extended(dtype):
    """Whether a part is an extended double."""
    return dtype.kind in "fc" and dtype.itemsize == {"f": 16, "c": 32}[dtype.kind]


def is_number(dtype):
    return dtype.kind in "?biufc" or is_mini(dtype)


def native(dtype):
    return dtype.newbyteorder("=") if not is_mini(dtype) else dtype


def number(rng):
    codes = [code for code in NUMBERS if HAS_LONGDOUBLE or code not in ("f16", "c32")]
    if ml_dtypes and rng.random() < 0.08:
        name = rng.choice(list(MINI))
        return Spelled(np.dtype(getattr(ml_dtypes, name)), rng.choice(MINI[name]))
    code = "f8" if rng.random() < 0.1 else rng.choice(codes)
    order = rng.choice(["", "", "<", ">", ">", "="])
    numpy_code = {"f16": "g", "c32": "G"}.get(code, code)
    dtype = np.dtype(order + numpy_code if order else numpy_code)
    # NumPy takes a byte order before a code only.
    return Spelled(dtype, order + code if order else rng.choice(NUMBERS[code]))


def text(rng):
    kind, length = rng.choice("SSUUV"), rng.choice([1, 2, 3, 5, 8, 17])
    order = rng.choice(["", "<", ">"]) if kind == "U" else ""
    return Spelled(np.dtype(f"{order}{kind}{length}"), f"{order}{kind}{length}")


def time(rng):
    step = rng.choice(["", "", "", "25" if rng.random() < 0.5 else "10"])
    unit = rng.choice(list(UNIT_SPAN))
    word = f"{rng.choice(['', '<', '>'])}{rng.choice('Mm')}8[{step}{unit}]"
    return Spelled(np.dtype(word), word)


def record(rng, depth=0):
    """Named, numbered, padded, nested and subarray fields, spelled in every way that can express them."""
    plain = lambda: rng.choice([number, number, number, text, time])(rng)
    members = []
    while len(members) < rng.choice([1, 2, 3, 3, 5]):
        member = plain()
        # Extended doubles carry padding of their own; bfloat16 has no descr.
        if member.dtype.itemsize not in (16, 32) and not is_mini(member.dtype):
            members.append(member)
    style = rng.choice(["named", "numbered", "descr", "descr"])
    if style == "numbered" and len(members) > 1:
        codes = [member.dtype.str for member in members]
        return Spelled(np.dtype(",".join(codes)), ",".join(codes))
    names = rng.sample(["x", "y", "n", "id", "time", "a_b", "Vx", "f9"], len(members))
    if style != "descr":
        text_ = ",".join(f"{name}:{member.text}" for name, member in zip(names, members))
        return Spelled(np.dtype([(name, member.dtype) for name, member in zip(names, members)]), text_)
    entries = []
    for name, member in zip(names, members):
        if rng.random() < 0.2:
            entries.append(("", f"|V{rng.randint(1, 7)}"))
        entry = (name, member.dtype.str)
        if rng.random() < 0.25:
            entry += (rng.choice([(2,), (3,), (2, 2), (1, 3)]),)
        elif rng.random() < 0.1 and depth == 0:
            inner = record(rng, depth + 1)
            if inner.dtype.names:
                entry = (name, np.lib.format.dtype_to_descr(inner.dtype))
        entries.append(entry)
    if rng.random() < 0.2:
        entries.append(("", f"|V{rng.randint(1, 7)}"))
    return Spelled(np.lib.format.descr_to_dtype(entries), repr(entries))


def any_dtype(rng):
    return rng.choices([number, text, time, record], [70, 10, 8, 12])[0](rng)


def has_subarrays(dtype):
    if not dtype.names:
        return dtype.subdtype is not None
    return any(has_subarrays(dtype[name]) or dtype[name].names for name in dtype.names)


def values(rng, np_rng, dtype, count):
    """`count` elements: ordinary ones, extremes, specials and random bits."""
    dtype_in, dtype = dtype, native(dtype)
    if dtype.names:
        out = np.zeros(count, dtype_in)
        for name in dtype.names:
            field = dtype_in[name]
            base, shape = field.subdtype or (field, ())
            size = count * int(np.prod(shape, dtype=int))
            out[name] = values(rng, np_rng, base, size).reshape((count, *shape))
        return out
    made = {"b": bools, "i": integers, "u": integers, "f": floats, "c": complexes, "S": strings, "U": strings,
            "V": floats if is_mini(dtype) else voids, "M": times, "m": times}[dtype.kind]
    return made(rng, np_rng, dtype, count).astype(dtype_in, copy=False)


def bools(_, np_rng, dtype, count):
    return np_rng.integers(0, 2, count).astype(dtype)


def integers(rng, np_rng, dtype, count):
    info = np.iinfo(dtype)
    style = rng.random()
    if style < 0.5:
        return np_rng.integers(max(info.min, -100), 101, count).astype(dtype)
    out = np_rng.integers(info.min, info.max, count, dtype=dtype, endpoint=True)
    if style < 0.8:
        edges = np.array([info.min, info.max, 0, 1, info.max - 1], dtype)
        spots = np_rng.random(count) < 0.3
        out[spots] = np_rng.choice(edges, int(spots.sum()))
    return out


def floats(rng, np_rng, dtype, count):
    if is_mini(dtype) or dtype.itemsize == 2:
        source = np_rng.integers(0, 256**dtype.itemsize, count).astype(f"u{dtype.itemsize}").view(dtype)
        small = np_rng.integers(-32, 33, count).astype(np.float32) / 4
        return source if rng.random() < 0.5 else small.astype(dtype)
    # An extended double is made from doubles, so that its text has an exact counterpart.
    width = 4 if dtype.itemsize == 4 else 8
    style = rng.random()
    if style < 0.35:
        out = np_rng.integers(-400, 401, count).astype(f"f{width}") / rng.choice([1, 4, 10])
    elif style < 0.6:
        with np.errstate(over="ignore"):
            out = (np_rng.standard_normal(count) * 10.0 ** np_rng.integers(-9, 20, count)).astype(f"f{width}")
    elif style < 0.8:
        out = np_rng.integers(0, 2 ** (8 * width), count, dtype=f"u{width}" if width == 4 else "u8").view(f"f{width}")
    else:
        out = np_rng.standard_normal(count).astype(f"f{width}")
        specials = [0.0, -0.0, np.nan, np.inf, -np.inf, 1e-4, 9.999e-5, 1e16, 1e15, 123456.0, 0.1, 2.0**24]
        spots = np_rng.random(count) < 0.4
        out[spots] = np_rng.choice(np.array(specials, out.dtype), int(spots.sum()))
    return out.astype(dtype)


def complexes(rng, np_rng, dtype, count):
    part = np.dtype({8: "f4", 16: "f8", 32: "g"}[dtype.itemsize])
    out = np.zeros(count, dtype)
    out.real, out.imag = floats(rng, np_rng, part, count), floats(rng, np_rng, part, count)
    return out


LETTERS = "abcXYZ0159 _-.,:;'\"()[]{}#%"
ODD = "\\\t\n\r\x01\x1b\x7fé日😀"


def strings(rng, np_rng, dtype, count):
    length = dtype.itemsize // (4 if dtype.kind == "U" else 1)
    alphabet = LETTERS + (ODD if rng.random() < 0.4 else "")
    words = ["".join(rng.choices(alphabet, k=rng.randint(0, length))) for _ in range(count)]
    if dtype.kind == "U":
        return np.array(words, dtype)
    junk = [b"\xff", b"a\0b", b"\xc3"] if rng.random() < 0.2 else []
    data = [rng.choice(junk) if junk and rng.random() < 0.3 else word.encode() for word in words]
    return np.array([word[:length] for word in data], dtype)


def voids(_, np_rng, dtype, count):
    return np_rng.integers(0, 256, count * dtype.itemsize, dtype="u1").view(dtype)


def times(rng, np_rng, dtype, count):
    unit, step = np.datetime_data(dtype)
    span = UNIT_SPAN[unit] // (step if dtype.kind == "M" else 1)
    out = np_rng.integers(-span, span, count, dtype="i8", endpoint=True)
    if rng.random() < 0.3:
        out[np_rng.random(count) < 0.3] = NAT
    return out.view(dtype)


def meaningful(dtype):
    """One bool a byte of the element: False where it is padding that a copy need not keep."""
    mask = np.zeros(dtype.itemsize, bool)
    if dtype.names:
        for name in dtype.names:
            field, offset = dtype.fields[name][:2]
            mask[offset : offset + field.itemsize] = meaningful(field)
        return mask
    if dtype.subdtype:
        base = dtype.subdtype[0]
        return np.tile(meaningful(base), dtype.itemsize // base.itemsize)
    mask[:] = True
    if is_extended(dtype):
        part = mask.reshape(-1, 16)
        part[:, slice(0, 6) if dtype.byteorder == ">" else slice(10, 16)] = False
    return mask
