"""Rows of compare.py about numbers on their way out: text, and what comes through a pipe.

As many values as import_text.py has; Polars is a peer where the Python that is measured has it.
"""

import subprocess

from bench import Row, warm

SAVETXT = "import numpy as np, sys; np.savetxt(sys.argv[2], np.load(sys.argv[1]), fmt='%.17g', delimiter=',')"
POLARS = ("import numpy as np, polars as pl, sys; "
          "pl.from_numpy(np.load(sys.argv[1])).write_csv(sys.argv[2], include_header=False)")
COLUMN = "import numpy as np, sys; np.memmap(sys.argv[1], '<f8').reshape(-1, 8)[:, 0].tofile(sys.argv[2])"


def numbers(bench, dtype, distribution):
    """Random numbers in ten columns."""
    count = max(1, bench.args.size * 2_000_000 // (2 << 30))
    made = bench.made(f"out-{dtype}.npy", lambda path: bench.run(
        [bench.rmm, "create", path, "-s", f"{count},10", "-d", dtype, "--random", distribution, "--seed", "1"]))
    warm(made)
    return made


def has_polars(bench):
    found = subprocess.run([bench.args.python, "-c", "import polars"], capture_output=True).returncode == 0
    if not found:
        print(f"skipped: polars, which {bench.args.python} does not have")
    return found


def to_csv(bench, dtype, distribution, goal):
    data, out = numbers(bench, dtype, distribution), bench.path("out.csv")
    commands = {"rmm": [bench.rmm, "slice", data, "-o", out, "--force"]}
    if has_polars(bench):
        commands["polars"] = [bench.args.python, "-c", POLARS, data, out]
    return Row(f"`rmm slice -o OUT.csv` of random {dtype} in 10 columns / polars `write_csv`", {"polars": goal}, commands, out)


def floats_to_csv(bench):
    row = to_csv(bench, "float64", "uniform", 1.8)
    data, out = numbers(bench, "float64", "uniform"), bench.path("out.csv")
    row.commands["savetxt"] = [bench.args.python, "-c", SAVETXT, data, out]
    row.goals["savetxt"] = 20
    row.what += " / `np.savetxt(fmt='%.17g')`"
    return row


def integers_to_csv(bench):
    return to_csv(bench, "int64", "integers", 2)


def singles_to_csv(bench):
    return to_csv(bench, "float32", "uniform", 1.4)


def column_of_a_pipe(bench):
    data, out = bench.floats(), bench.path("out.f8")
    return Row("`cat FILE \\| rmm slice - --spec f8:-1,8 --cols 0` / NumPy's memmap of the file", {},
               {"rmm": ["sh", "-c", 'cat "$1" | "$0" slice - --spec f8:-1,8 --cols 0 -o "$2" --force', bench.rmm, data, out],
                "numpy": [bench.args.python, "-c", COLUMN, data, out]}, out)


ROWS = [floats_to_csv, integers_to_csv, singles_to_csv, column_of_a_pipe]
