"""Random arrays in files: raw or .npy, any order and offset, and the flags that name them."""

import io
import math
from dataclasses import dataclass, field

import numpy as np

from . import dtypes


@dataclass
class Stored:
    """An array in a file. `array` is a view into `data`: what is assigned to it is what the file should become."""

    name: str
    data: bytearray
    array: np.ndarray
    order: str
    offset: int
    spelled: dtypes.Spelled
    flags: list = field(default_factory=list)
    is_npy: bool = False

    @property
    def tail(self):
        """Bytes behind the array."""
        return len(self.data) - self.offset - self.array.nbytes


def random_shape(rng, limit=400):
    if rng.random() < 0.01:
        # More than one block of any width; dear to compare as text.
        return (rng.randint(2000, 6000), rng.choice([1, 3, 4]))
    ndim = rng.choices(range(7), [4, 25, 30, 20, 8, 3, 2])[0]
    while True:
        shape = tuple(rng.choice([1, 2, 3, 4, 5, 7, 12 if ndim < 4 else 2]) for _ in range(ndim))
        if ndim and rng.random() < 0.05:
            axis = rng.randrange(ndim)
            shape = shape[:axis] + (0,) + shape[axis + 1 :]
        if ndim == 1 and rng.random() < 0.2:
            shape = (rng.randint(1, 300),)
        if math.prod(shape) <= limit:
            return shape


def dims(rng, shape, may_infer=False):
    """`2,3`, `2x3`, `()`, perhaps with one axis left to be inferred."""
    if not shape:
        return "()"
    words = [str(length) for length in shape]
    if may_infer and 0 not in shape and rng.random() < 0.3:
        words[rng.randrange(len(words))] = "-1"
    return rng.choice([",", ",", "x"]).join(words)



def random_stored(rng, np_rng, name="a", spelled=None, shape=None, npy_share=0.4):
    """A random array in a file."""
    spelled = spelled or dtypes.any_dtype(rng)
    shape = random_shape(rng) if shape is None else shape
    order = rng.choice("CCF")
    content = dtypes.values(rng, np_rng, spelled.dtype, math.prod(shape)).reshape(shape)
    make = npy if rng.random() < npy_share and spelled.dtype.itemsize else raw
    return make(rng, name, spelled, content, order)


def npy(rng, name, spelled, content, order):
    """As numpy.save or open_memmap writes it; bfloat16 and float8 are named beside the header."""
    dtype, flags = spelled.dtype, []
    stored_dtype = dtype
    if dtypes.is_mini(dtype):
        stored_dtype = np.dtype(f"V{dtype.itemsize}")
        flags = [rng.choice(["-d", "--dtype"]), spelled.text]
    buffer = io.BytesIO()
    if rng.random() < 0.5:
        laid_out = content.view(stored_dtype).copy(order=order)
        np.save(buffer, laid_out)
        # numpy.save calls an array of both orders C.
        order = "F" if laid_out.flags.f_contiguous and not laid_out.flags.c_contiguous else "C"
        header = buffer.tell() - content.nbytes
    else:
        np.lib.format.write_array_header_1_0(buffer, {
            "descr": np.lib.format.dtype_to_descr(stored_dtype), "fortran_order": order == "F", "shape": content.shape,
        })
        header = buffer.tell()
    data = bytearray(buffer.getvalue()[:header]) + elements(content, order)
    if rng.random() < 0.05:
        data += b"tail"
    suffix = rng.choice([".npy", ".npy", "", ".dat"])
    return placed(name + suffix, data, content, order, header, spelled, flags, True)


def raw(rng, name, spelled, content, order):
    """Bytes without a header, and flags, a SPEC or nothing to name them."""
    offset = rng.choice([0, 0, 0, 1, 3, 7, 8, 13, 16, 128])
    trailing = rng.choice([1, 5, 16]) if rng.random() < 0.08 else 0
    shape, itemsize = content.shape, spelled.dtype.itemsize
    plain = spelled.text == "float64" and content.ndim == 1 and order == "C"
    flags = ["--allow-trailing"] if trailing else []
    if spelled.fits_a_spec and rng.random() < 0.35:
        word = f"{spelled.spec_text}:{dims(rng, shape, not trailing)}"
        word += f":{order}" if order == "F" or rng.random() < 0.2 else ""
        word += f"@{offset}" if offset or rng.random() < 0.2 else ""
        flags += ["--spec", word]
    else:
        if not plain or rng.random() < 0.5:
            flags += [rng.choice(["-d", "--dtype"]), spelled.text]
        if content.ndim != 1 or trailing or rng.random() < 0.6:
            flags += [rng.choice(["-s", "--shape"]), dims(rng, shape, not trailing)]
        if order == "F" or rng.random() < 0.1:
            flags += ["--order", order]
        if offset or rng.random() < 0.1:
            flags += ["--offset", rng.choice([str(offset), hex(offset)])]
    data = bytearray((7 * i + 1) % 256 for i in range(offset)) + elements(content, order)
    data += b"\x5a" * trailing
    assert itemsize or not content.size
    suffix = rng.choice([".bin", ".dat", ".raw", "", ".f32", ".npy.bak"])
    return placed(name + suffix, data, content, order, offset, spelled, flags, False)


def elements(content, order):
    """The bytes of an array, zero where they mean nothing: NumPy leaves there what the memory held before, once even
    the magic of a .npy file at the beginning of a raw one."""
    data = bytearray(content.tobytes(order))
    if content.nbytes:
        items = np.frombuffer(data, "u1").reshape(-1, content.itemsize)
        items[:, ~dtypes.meaningful(content.dtype)] = 0
    return data


def placed(name, data, content, order, offset, spelled, flags, is_npy):
    array = np.ndarray(content.shape, spelled.dtype, buffer=data, offset=offset, order=order) if content.size else (
        np.zeros(content.shape, spelled.dtype, order=order))
    return Stored(name, data, array, order, offset, spelled, flags, is_npy)


def spoil(rng, stored):
    """Makes the file too short or too long; the exit code that must follow, or None where it cannot be spoiled."""
    explicit = stored.is_npy or ("-1" not in " ".join(stored.flags) and any(
        flag in ("-s", "--shape", "--spec") for flag in stored.flags))
    if not explicit or stored.tail or not stored.array.nbytes:
        return None
    data = bytes(stored.data)
    if stored.is_npy:
        stored.data = bytearray(data[: -rng.randint(1, stored.array.nbytes)])
        return 5
    stored.data = bytearray(data[:-1] if rng.random() < 0.5 else data + b"x" * rng.randint(1, 9))
    return 2
