"""What a conversion gives, or that it must be refused."""

import numpy as np

from .dtypes import NAT, is_float, is_mini, native


class Refused(Exception):
    """A value does not fit and rmm must say so."""


class Undecided(Exception):
    """Neither the documentation nor NumPy decides; the case is made without this conversion."""


def convert(array, target, overflow="error"):
    """`array` as `target` (fractions truncated), under an overflow rule."""
    source = array.astype(native(array.dtype))
    wanted = native(target)
    if overflow == "nan" and wanted != source.dtype and not (is_float(wanted) or wanted.kind == "c"):
        raise Refused
    with np.errstate(all="ignore"):
        if "m" in (source.dtype.kind + wanted.kind).lower():
            out = of_times(source, wanted, overflow)
        elif wanted.kind == "b":
            out = source.astype(bool)
        elif wanted.kind in "iu":
            out = to_integers(real_of(source), wanted, overflow)
        elif is_float(wanted):
            out = to_floats(real_of(source), wanted, overflow)
        else:
            part = np.dtype({8: "f4", 16: "f8", 32: "g"}[wanted.itemsize])
            out = np.zeros(source.shape, wanted)
            out.real = to_floats(real_of(source), part, overflow)
            if source.dtype.kind == "c":
                out.imag = to_floats(source.imag, part, overflow)
    return out.astype(target)


# Seconds of each unit, a year being the mean of 400.
SECONDS = {"Y": 31_556_952, "M": 2_629_746, "W": 604_800, "D": 86_400, "h": 3600, "m": 60, "s": 1,
           "ms": 1e-3, "us": 1e-6, "ns": 1e-9, "ps": 1e-12, "fs": 1e-15, "as": 1e-18}


def of_times(source, wanted, overflow):
    """To, from and between times, which are their count of steps to numbers."""
    if wanted.kind not in "mM":
        return convert(source.view("i8"), wanted, overflow)
    if source.dtype.kind not in "mM":
        counted = real_of(source)
        is_nan = np.isnan(counted.astype("f8")) if is_float(counted.dtype) else np.zeros(counted.shape, bool)
        out = to_integers(np.where(is_nan, np.zeros((), counted.dtype), counted), np.dtype("i8"), overflow)
        if np.any(np.abs(out.astype("f8")) * np.datetime_data(wanted)[1] > 2.0**62):
            # NumPy prints these modulo 2^64 units.
            raise Undecided
        out[is_nan] = NAT
        return out.view(wanted)
    if source.dtype == wanted:
        return source
    if source.dtype.kind != wanted.kind:
        # NumPy would take seconds for days.
        if np.datetime_data(source.dtype) != np.datetime_data(wanted):
            raise Refused
        return source.view(wanted)
    counts = source.view("i8")[~np.isnat(source)].astype("f8")
    (unit, step), (other, other_step) = np.datetime_data(source.dtype), np.datetime_data(wanted)
    largest = np.abs(counts).max(initial=0) * SECONDS[unit] * step / (SECONDS[other] * other_step)
    if largest > 1.1 * 2.0**63 and overflow == "error":
        raise Refused
    if largest > 0.9 * 2.0**63:
        raise Undecided
    try:
        return source.astype(wanted)
    except OverflowError as error:
        raise Undecided from error


def real_of(source):
    return source.real if source.dtype.kind == "c" else source


def to_integers(source, target, overflow):
    info = np.iinfo(target)
    if source.dtype.kind in "biu":
        numbers = [int(item) for item in source.reshape(-1)]
        finite = numbers
    else:
        floats = source.astype("f8").reshape(-1)
        numbers = [int(item) if np.isfinite(item) else item for item in floats]
        finite = [item for item in numbers if isinstance(item, int)]
    fits = all(info.min <= item <= info.max for item in finite) and len(finite) == len(numbers)
    if overflow == "error" and not fits:
        raise Refused
    out = np.zeros(len(numbers), target)
    for spot, item in enumerate(numbers):
        out[spot] = fit_integer(item, info, overflow)
    return out.reshape(source.shape)


def fit_integer(item, info, overflow):
    if isinstance(item, int):
        if overflow == "wrap":
            span = info.max - info.min + 1
            return (item - info.min) % span + info.min
        return min(max(item, info.min), info.max)
    if np.isnan(item):
        return 0
    if overflow == "wrap":
        raise Undecided
    return info.max if item > 0 else info.min


def to_floats(source, target, overflow):
    source = source.astype("f8") if source.dtype.kind == "f" and source.dtype.itemsize > 8 else source
    rounds_once_only_through = is_mini(target) or (target.itemsize == 2 and source.dtype.kind in "iu")
    if rounds_once_only_through and np.any(finite(source) & (source.astype("f4").astype("f8") != source.astype("f8"))):
        raise Undecided
    if target.itemsize > 8 and source.dtype.kind in "iu" and np.any(np.abs(source.astype("f8")) > 2.0**53):
        raise Undecided
    out = source.astype(target)
    lost = finite(source) & ~finite(out)
    if target.name == "float8_e4m3fn" and np.any(~finite(source)):
        raise Undecided
    if not lost.any():
        return out
    if overflow == "error":
        raise Refused
    if overflow == "nan":
        return np.where(lost, np.array(np.nan, target), out)
    raise Undecided


def finite(array):
    return np.isfinite(array.astype("f8")) if is_mini(array.dtype) else np.isfinite(array)


def canonical(array):
    """One NaN for all: a conversion need not keep which."""
    array = array.astype(native(array.dtype))
    if is_float(array.dtype):
        array[np.isnan(array.astype("f8"))] = np.nan
    elif array.dtype.kind == "c":
        array.real, array.imag = canonical(array.real), canonical(array.imag)
    return array
