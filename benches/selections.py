"""Rows of compare.py about selections: strided, in another order, converted, at random places.

Each function is one row, and makes its inputs.
"""

import random
import shutil

from bench import Row

ROW_BYTES = 512 * 8


def numbers(bench, dtype="f8"):
    """Ordinary numbers, which fit every float."""
    count = bench.args.size // int(dtype[-1])
    return bench.made(f"numbers.{dtype.replace('>', 'big-')}", lambda path: bench.run(
        [bench.rmm, "create", path, "-d", dtype, "--shape", str(count), "--random", "normal", "--seed", "1"]))


def numpy(bench, code):
    return [bench.args.python, "-c", f"import numpy as np\n{code}"]


def table(bench):
    """An array of 512 columns of float64: its path, its spec."""
    return numbers(bench), f"f8:{bench.args.size // ROW_BYTES},512"


def strided(bench, what, index, goal, subscript=None, nbytes=0):
    path, spec = table(bench)
    out = bench.path("out.raw")
    code = (f"a = np.memmap({path!r}, dtype='f8', mode='r').reshape(-1, 512)\n"
            f"a[{subscript or index}].tofile({out!r})")
    return Row(what, {"numpy": goal},
            {"rmm": [bench.rmm, "slice", path, index, "--spec", spec, "-f", "raw", "-o", out],
             "numpy": numpy(bench, code)}, out, nbytes)


def columns(bench):
    return strided(bench, "columns 2:4 of (n, 512) float64 to raw", ":,2:4", 2, nbytes=bench.args.size // 256)


def every_third(bench):
    return strided(bench, "every 3rd row, every 5th column", "::3,::5", 2, nbytes=bench.args.size // 15)


def backwards(bench):
    row = strided(bench, "`::-1` on the last axis, to a file", ":,::-1", 1.8, nbytes=bench.args.size)
    return beside_c(bench, row, ["reverse", numbers(bench), bench.path("out.raw"), str(ROW_BYTES)])


def beside_c(bench, row, words, source="pieces.c"):
    """The row with its yardstick, where there is a compiler."""
    yardstick = bench.compiled(source)
    if yardstick:
        row.commands["C"] = [yardstick, *words]
    return row


def to_fortran(bench):
    path, out = numbers(bench), bench.path("out.raw")
    rows = bench.args.size // (4096 * 8)
    code = (f"a = np.memmap({path!r}, dtype='f8', mode='r').reshape({rows}, 4096)\n"
            f"np.asfortranarray(a).T.tofile({out!r})")
    commands = {"rmm": [bench.rmm, "slice", path, "--spec", f"f8:{rows},4096", "--to-order", "F", "-f", "raw",
                        "-o", out],
                "numpy": numpy(bench, code)}
    unu = shutil.which("teem-unu") or shutil.which("unu")
    if unu:
        header = bench.path("fortran.nhdr")
        with open(header, "w", encoding="ascii") as file:
            file.write(f"NRRD0004\ntype: double\ndimension: 2\nsizes: 4096 {rows}\nendian: little\n"
                       f"encoding: raw\ndata file: {path}\n")
        commands["unu"] = [unu, "permute", "-i", header, "-p", "1", "0", "-o", bench.path("out.nrrd")]
    row = Row("C → F of (n, 4096) float64, file to file", {"numpy": 8, "unu": 8}, commands,
            [out, bench.path("out.nrrd")], bench.args.size)
    return beside_c(bench, row, [path, out, str(rows), "4096"], "to_fortran.c")


def reverse_axes(bench):
    path, out = numbers(bench, "f4"), bench.path("out.raw")
    outer = max(bench.args.size // 2 // (512 * 1024 * 4), 1)
    count = outer * 512 * 1024
    code = (f"a = np.memmap({path!r}, dtype='f4', mode='r')[:{count}].reshape({outer}, 512, 1024)\n"
            f"a.T.copy().tofile({out!r})")
    return Row("3-D axis reversal of (n, 512, 1024) float32", {"numpy": 10},
            {"rmm": [bench.rmm, "slice", path, "--spec", f"f4:{outer},512,1024", "--allow-trailing", "--transpose",
                     "-f", "raw", "-o", out],
             "numpy": numpy(bench, code)}, out, count * 4)


def narrow(bench):
    path, out = numbers(bench), bench.path("out.raw")
    code = f"np.memmap({path!r}, dtype='f8', mode='r').astype('f4').tofile({out!r})"
    return Row("float64 → float32, file to file", {"numpy": 1.4},
            {"rmm": [bench.rmm, "slice", path, "-d", "f8", "--astype", "f4", "-f", "raw", "-o", out],
             "numpy": numpy(bench, code)}, out, bench.args.size)


def swap(bench):
    path, out = numbers(bench, ">f4"), bench.path("out.raw")
    code = f"np.memmap({path!r}, dtype='>f4', mode='r').astype('<f4').tofile({out!r})"
    commands = {"rmm": [bench.rmm, "slice", path, "-d", ">f4", "--byteorder", "native", "-f", "raw", "-o", out],
                "numpy": numpy(bench, code)}
    gdal = shutil.which("gdal_translate")
    if gdal:
        width = 4096
        rows = bench.args.size // 4 // width
        header = bench.path("big.vrt")
        with open(header, "w", encoding="ascii") as file:
            file.write(f'''<VRTDataset rasterXSize="{width}" rasterYSize="{rows}">
<VRTRasterBand dataType="Float32" band="1" subClass="VRTRawRasterBand">
<SourceFilename relativeToVRT="0">{path}</SourceFilename>
<PixelOffset>4</PixelOffset><LineOffset>{width * 4}</LineOffset><ByteOrder>MSB</ByteOrder>
</VRTRasterBand></VRTDataset>''')
        commands["gdal"] = [gdal, "-q", "-of", "ENVI", header, bench.path("out.envi")]
    row = Row("big-endian float32 → native, file to file", {name: 2 for name in commands}, commands,
            [out, bench.path("out.envi")], bench.args.size)
    return beside_c(bench, row, ["swap", path, out, "4"])


def random_elements(bench):
    path, indices, out = numbers(bench), bench.path("indices.txt"), bench.path("out.txt")
    chooser = random.Random(1)
    count = bench.args.size // 8
    with open(indices, "w", encoding="ascii") as file:
        file.writelines(f"{chooser.randrange(count)}\n" for _ in range(1_000_000))
    fancy = (f"a = np.memmap({path!r}, dtype='f8', mode='r')\n"
             f"np.savetxt({out!r}, a[np.loadtxt({indices!r}, dtype='i8')], fmt='%.17g')")
    loop = (f"a = np.memmap({path!r}, dtype='f8', mode='r')\n"
            f"with open({indices!r}) as lines, open({out!r}, 'w') as out:\n"
            "    for line in lines:\n        print(a[int(line)], file=out)")
    return Row("1,000,000 random elements, indices read as text, values printed", {"numpy": 10, "loop": 20},
            {"rmm": ["sh", "-c", f"'{bench.rmm}' get '{path}' -d f8 - < '{indices}' > '{out}'"],
             "numpy": numpy(bench, fancy), "loop": numpy(bench, loop)}, out, 0)


def first_rows(bench):
    def make(path):
        bench.run([bench.rmm, "create", path, "--shape", "1000000,500"])
        bench.run([bench.rmm, "fill", path, ":100", "--random", "normal", "--seed", "1"])
    path, out = bench.made("million.npy", make), bench.path("out.txt")
    code = f"np.savetxt({out!r}, np.load({path!r}, mmap_mode='r')[:100], fmt='%.17g')"
    return Row("first 100 rows of 1,000,000 × 500 as text", {"numpy": 30},
            {"rmm": [bench.rmm, "slice", path, ":100", "-f", "text", "-o", out], "numpy": numpy(bench, code)}, out, 0)


def fill_column(bench):
    path, spec = table(bench)
    code = f"a = np.memmap({path!r}, dtype='f8', mode='r+').reshape(-1, 512)\na[:, 3] = 5.0"
    row = Row("`rmm fill` of one column of (n, 512) / NumPy", {"numpy": 2},
            {"rmm": [bench.rmm, "fill", path, ":,3", "--spec", spec, "--value", "5.0"],
             "numpy": numpy(bench, code)}, None, bench.args.size // 512)
    return beside_c(bench, row, [path, str(ROW_BYTES), "24"], "column.c")


def create_constant(bench):
    out = bench.path("out.raw")
    count = bench.args.size // 8
    code = f"a = np.memmap({out!r}, dtype='f8', mode='w+', shape=({count},))\na[:] = 5.0"
    return Row("create and fill with a constant, a fresh file", {"numpy": 1.5},
            {"rmm": [bench.rmm, "create", out, "--shape", str(count), "--value", "5.0"],
             "numpy": numpy(bench, code)}, out, bench.args.size)


ROWS = [columns, every_third, backwards, to_fortran, reverse_axes, narrow, swap, random_elements, first_rows,
        fill_column, create_constant]
