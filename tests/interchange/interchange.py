#!/usr/bin/env python3
"""Each side reads what the other writes: NRRD, MetaImage and ENVI headers between rmm and the programs that use them.

    python3 tests/interchange/interchange.py --rmm target/debug/rmm unu gdal pynrrd simpleitk rasterio spectral

A peer has `read(header)`, which gives the array as NumPy has it, slowest axis first, and `write(...)`, which yields the
headers that it has written and the array that each stands for. Exits 1 at the first difference, and says which files.
"""

import argparse
import io
import itertools
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np

NRRD_TYPES = ["i1", "u1", "i2", "u2", "i4", "u4", "i8", "u8", "f4", "f8"]
ENVI_TYPES = ["u1", "i2", "u2", "i4", "u4", "f4", "f8", "c8", "c16"]
UNU_NAMES = {
    "i1": "int8", "u1": "uint8", "i2": "int16", "u2": "uint16", "i4": "int32", "u4": "uint32",
    "i8": "int64", "u8": "uint64", "f4": "float", "f8": "double",
}


def run(*words, **more):
    done = subprocess.run([str(word) for word in words], capture_output=True, check=False, **more)
    if done.returncode != 0:
        raise AssertionError(f"{' '.join(map(str, words))}: exit {done.returncode}\n{done.stderr.decode()}")
    return done.stdout


class Rmm:
    """The program under test."""

    def __init__(self, path):
        self.path = path

    def read(self, header):
        return np.load(io.BytesIO(run(self.path, "slice", header, "-f", "npy", "-o", "-")))

    def write(self, folder, form, array, offset):
        """A raw file behind `offset` other bytes, and the header that rmm makes for it."""
        data = folder / "own.img"
        data.write_bytes(b"\xa5" * offset + array.tobytes())
        spec = f"{array.dtype.str.lstrip('|')}:{','.join(map(str, array.shape))}@{offset}"
        header = folder / f"own.{ {'nhdr': 'nhdr', 'mhd': 'mhd', 'envi': 'hdr'}[form] }"
        header.write_bytes(run(self.path, "info", data, "--spec", spec, "--emit", form))
        return header


class Unu:
    forms, types = ["nhdr"], NRRD_TYPES

    def __init__(self):
        self.unu = shutil.which("unu") or shutil.which("teem-unu")

    def read(self, header):
        copy = header.parent / "unu.nhdr"
        run(self.unu, "save", "-f", "nrrd", "-e", "raw", "-en", "little", "-i", header, "-o", copy)
        words = dict(line.split(": ", 1) for line in copy.read_text().splitlines() if ": " in line)
        dtype = {name: code for code, name in UNU_NAMES.items()}
        short = {"signed char": "i1", "unsigned char": "u1", "short": "i2", "unsigned short": "u2", "int": "i4",
                 "unsigned int": "u4", "long long int": "i8", "unsigned long long int": "u8"}
        code = dtype.get(words["type"]) or short[words["type"]]
        shape = [int(size) for size in words["sizes"].split()][::-1]
        return np.fromfile(copy.with_suffix(".raw"), "<" + code).reshape(shape)

    def write(self, folder, array):
        plain = folder / "plain.raw"
        array.astype(array.dtype.newbyteorder("<")).tofile(plain)
        make = [self.unu, "make", "-i", plain, "-t", UNU_NAMES[array.dtype.str[1:]], "-s", *array.shape[::-1],
                "-e", "raw", "-en", "little"]
        whole = folder / "whole.nrrd"
        run(*make, "-o", whole)
        yield whole, array
        for endian in ["little", "big"]:
            detached = folder / f"{endian}.nhdr"
            run(self.unu, "save", "-f", "nrrd", "-e", "raw", "-en", endian, "-i", whole, "-o", detached)
            yield detached, array
        # A header for bytes that are there already, behind two lines and three bytes.
        front = b"line one\nline two\nabc"
        (folder / "behind.raw").write_bytes(front + plain.read_bytes())
        behind = folder / "behind.nhdr"
        header = run(self.unu, "make", "-h", "-i", "behind.raw", *make[4:], "-ls", 2, "-bs", 3, cwd=folder)
        behind.write_bytes(header)
        yield behind, array


class Pynrrd:
    forms, types = ["nhdr"], NRRD_TYPES

    def __init__(self):
        import nrrd

        self.nrrd = nrrd

    def read(self, header):
        return self.nrrd.read(str(header), index_order="C")[0]

    def write(self, folder, array):
        for name, order in itertools.product(["py.nhdr", "py.nrrd"], "<>"):
            path = folder / name
            swapped = array.astype(array.dtype.newbyteorder(order))
            self.nrrd.write(str(path), swapped, {"encoding": "raw", "mine": "x: y"}, index_order="C")
            yield path, array


class SimpleItk:
    forms, types = ["nhdr", "mhd"], NRRD_TYPES

    def __init__(self):
        import SimpleITK

        self.sitk = SimpleITK

    def read(self, header):
        return self.sitk.GetArrayFromImage(self.sitk.ReadImage(str(header)))

    def write(self, folder, array):
        if not 2 <= array.ndim <= 3:
            return
        native = array.astype(array.dtype.newbyteorder("="))
        for name in ["itk.mhd", "itk.mha", "itk.nhdr", "itk.nrrd"]:
            path = folder / name
            self.sitk.WriteImage(self.sitk.GetImageFromArray(native), str(path), useCompression=False)
            yield path, array
        # Channels are the fastest axis.
        if array.ndim == 3:
            for name in ["colours.mhd", "colours.nhdr"]:
                path = folder / name
                self.sitk.WriteImage(self.sitk.GetImageFromArray(native, isVector=True), str(path), useCompression=False)
                yield path, array


def interleaved(bands, interleave):
    """A (bands, lines, samples) array as it lies in a file."""
    return bands.transpose({"bsq": (0, 1, 2), "bil": (1, 0, 2), "bip": (1, 2, 0)}[interleave])


class Gdal:
    forms, types = ["envi"], ENVI_TYPES

    def __init__(self):
        self.translate = shutil.which("gdal_translate")

    def read(self, header):
        copy = header.parent / "gdal.img"
        self.convert(header.with_suffix(".img"), copy)
        text = (header.parent / "gdal.hdr").read_text().splitlines()
        words = {key.strip(): value.strip() for key, _, value in (line.partition("=") for line in text)}
        codes = {"1": "u1", "2": "i2", "3": "i4", "4": "f4", "5": "f8", "6": "c8", "9": "c16", "12": "u2", "13": "u4"}
        order = "<>"[int(words["byte order"])]
        shape = [int(words[key]) for key in ["bands", "lines", "samples"]]
        return np.fromfile(copy, order + codes[words["data type"]]).reshape(shape)

    def write(self, folder, array):
        if array.ndim != 3:
            return
        source = RMM.write(folder, "envi", array, 0).with_suffix(".img")
        for interleave in ["bsq", "bil", "bip"]:
            path = folder / f"{interleave}.dat"
            self.convert(source, path, f"INTERLEAVE={interleave}")
            yield path.with_suffix(".hdr"), interleaved(array, interleave)
            # GDAL's other way to name a header.
            path = folder / f"added-{interleave}.img"
            self.convert(source, path, f"INTERLEAVE={interleave}", "SUFFIX=ADD")
            yield folder / f"added-{interleave}.img.hdr", interleaved(array, interleave)

    def convert(self, source, path, *options):
        # The format is named, since bytes that begin as those of a JPEG are numbers here.
        options = [word for option in options for word in ("-co", option)]
        run(self.translate, "-q", "-if", "ENVI", "-of", "ENVI", *options, source, path)


class Rasterio:
    forms, types = ["envi"], ENVI_TYPES

    def __init__(self):
        import rasterio
        import rasterio.errors
        import warnings

        self.rasterio = rasterio
        warnings.simplefilter("ignore", rasterio.errors.NotGeoreferencedWarning)

    def read(self, header):
        with self.rasterio.open(header.with_suffix(".img"), driver="ENVI") as file:
            return file.read()

    def write(self, folder, array):
        if array.ndim != 3:
            return
        count, height, width = array.shape
        native = array.astype(array.dtype.newbyteorder("="))
        for interleave in ["bsq", "bil", "bip"]:
            path = folder / f"rio-{interleave}.img"
            more = dict(count=count, height=height, width=width, dtype=native.dtype, interleave=interleave)
            with self.rasterio.open(path, "w", driver="ENVI", **more) as file:
                file.write(native)
            yield path.with_suffix(".hdr"), interleaved(array, interleave)


class Spectral:
    forms, types = ["envi"], ENVI_TYPES

    def __init__(self):
        from spectral.io import envi

        self.envi = envi

    def read(self, header):
        # Lines, samples, bands.
        return np.asarray(self.envi.open(str(header), str(header.with_suffix(".img"))).open_memmap()).transpose(2, 0, 1)

    def write(self, folder, array):
        if array.ndim != 3:
            return
        native = array.astype(array.dtype.newbyteorder("="))
        for interleave, order in itertools.product(["bsq", "bil", "bip"], [0, 1]):
            path = folder / f"spectral-{interleave}{order}.hdr"
            image = native.transpose(1, 2, 0)
            self.envi.save_image(str(path), image, interleave=interleave, byteorder=order, dtype=native.dtype, ext="img")
            yield path, interleaved(array, interleave)


PEERS = {
    "unu": Unu, "gdal": Gdal, "pynrrd": Pynrrd, "simpleitk": SimpleItk, "rasterio": Rasterio, "spectral": Spectral,
}


def compare(what, found, expected):
    if found.shape != expected.shape:
        raise AssertionError(f"{what}: shape {found.shape}, not {expected.shape}")
    if found.dtype.str[1:] != expected.dtype.str[1:]:
        raise AssertionError(f"{what}: dtype {found.dtype}, not {expected.dtype}")
    if not np.array_equal(found, expected):
        raise AssertionError(f"{what}: other values\n{found.ravel()[:8]}\n{expected.ravel()[:8]}")


def check(peer):
    """The number of headers that were read."""
    count = 0
    cases = [*itertools.product(peer.types, "<>", [(2, 3, 5)]), (peer.types[1], ">", (4, 7))]
    for code, order, shape in cases:
        values = np.arange(np.prod(shape)) * 5 - (0 if code[0] == "u" else 40)
        array = values.reshape(shape).astype(order + code)
        if code[0] == "c":
            array += 1j * values.reshape(shape)[..., ::-1]
        for form, offset in itertools.product(peer.forms, [0, 7]):
            with tempfile.TemporaryDirectory() as name:
                header = RMM.write(Path(name), form, array, offset)
                expected = array.reshape((1, *shape)) if form == "envi" and len(shape) == 2 else array
                compare(f"{header.name} of {array.dtype.str} at {offset}", peer.read(header), expected)
                compare(f"{header.name}, by rmm", RMM.read(header), expected)
                count += 1
        with tempfile.TemporaryDirectory() as name:
            for header, expected in peer.write(Path(name), array):
                compare(f"{header.name} of {array.dtype.str}, by the peer", RMM.read(header), expected)
                count += 1
    return count


def main():
    global RMM
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rmm", required=True)
    parser.add_argument("peers", nargs="+", choices=PEERS)
    args = parser.parse_args()
    RMM = Rmm(args.rmm)
    for name in args.peers:
        try:
            print(f"{name}: {check(PEERS[name]())} headers read alike")
        except AssertionError as error:
            sys.exit(f"{name}: {error}")


if __name__ == "__main__":
    main()
