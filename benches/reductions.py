"""Rows of compare.py about reductions, two threads each."""

from bench import Row

THREADS = ["-j", "2"]


def info_stats(bench):
    data = bench.floats()
    load = f"import numpy as np; a = np.memmap({data!r}, dtype='f8', mode='r'); "
    eight = ("a.min(), a.max(), a.sum(), a.mean(), a.std(), np.isnan(a).sum(), np.isinf(a).sum(), "
             "np.count_nonzero(a)")
    return Row("`rmm info --stats` / NumPy's min, max, sum, mean, std, isnan, isinf, count_nonzero in turn; its min alone",
               {"numpy": 10, "min": 0.7},
               {"rmm": [bench.rmm, "info", data, "--stats", *THREADS],
                "numpy": [bench.args.python, "-c", load + eight],
                "min": [bench.args.python, "-c", load + "a.min()"]}, None, bench.args.size)


def reduce_columns(bench):
    data, columns = bench.floats(), 1000
    rows = bench.args.size // 8 // columns
    numpy = (f"import numpy as np; a = np.memmap({data!r}, dtype='f8', mode='r', shape=({rows}, {columns})); "
             "a.sum(axis=0)")
    return Row("`rmm map-chunks --reduce sum --axis 0`, 1000 columns / NumPy's `a.sum(axis=0)`", {},
               {"rmm": [bench.rmm, "map-chunks", data, "-s", f"{rows},{columns}", "--allow-trailing", "--reduce", "sum",
                        "--axis", "0", *THREADS],
                "numpy": [bench.args.python, "-c", numpy]}, None, bench.args.size)


ROWS = [info_stats, reduce_columns]
