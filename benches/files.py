"""Rows of compare.py about whole files: starting, copying, filling."""

from bench import Row


def get(bench):
    numpy = [bench.args.python, "-c", "import numpy"]
    return Row("`rmm get` of one element / start of Python and `import numpy`", {"numpy": 30},
               {"rmm": [bench.rmm, "get", bench.npy(), "1000"], "numpy": numpy})


def slice_to_file(bench):
    data, out = bench.data(), bench.path("out.raw")
    return Row("contiguous `rmm slice -f raw -o OUT` / `dd bs=1M` / `cp`", {"dd": 0.95},
               {"rmm": [bench.rmm, "slice", data, "-f", "raw", "-o", out],
                "dd": ["dd", f"if={data}", f"of={out}", "bs=1M", "status=none"],
                "cp": ["cp", data, out]}, out, bench.args.size)


def slice_to_npy(bench):
    data, out = bench.npy(), bench.path("out.npy")
    return Row("contiguous `rmm slice -o OUT.npy` of a `.npy` / `dd bs=1M`", {"dd": 0.95},
               {"rmm": [bench.rmm, "slice", data, "-o", out],
                "dd": ["dd", f"if={data}", f"of={out}", "bs=1M", "status=none"]}, out, bench.args.size)


def slice_to_pipe(bench):
    data = bench.data()
    return Row("`rmm slice -f raw -o - \\| cat` / `cat FILE \\| cat`", {"cat": 0.95},
               {"rmm": ["sh", "-c", f"'{bench.rmm}' slice '{data}' -f raw -o - | cat > /dev/null"],
                "cat": ["sh", "-c", f"cat '{data}' | cat > /dev/null"]}, None, bench.args.size)


def fill(bench):
    data = bench.data()
    numpy = f"import numpy as np; a = np.memmap({data!r}, dtype='f8', mode='r+'); a[:] = 5.0"
    return Row("`rmm fill --value 5.0` of an existing array / NumPy's `a[:] = 5.0`", {"numpy": 0.95},
               {"rmm": [bench.rmm, "fill", data, "--value", "5.0"], "numpy": [bench.args.python, "-c", numpy]},
               None, bench.args.size)


ROWS = [get, slice_to_file, slice_to_npy, slice_to_pipe, fill]
