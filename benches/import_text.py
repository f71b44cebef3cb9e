"""Rows of compare.py about text: csv into an array, and many updates.

The csv is 20 million random float64 in ten columns where the arrays are 2 GiB, and fewer where they are smaller. Polars
is a peer where the Python that is measured has it.
"""

import subprocess

from bench import Row, warm

LOADTXT = "import numpy as np, sys; np.save(sys.argv[2], np.loadtxt(sys.argv[1], delimiter=','))"
POLARS = "import numpy as np, polars as pl, sys; np.save(sys.argv[2], pl.read_csv(sys.argv[1], has_header=False).to_numpy())"
STORE = """import numpy as np, sys
a = np.load(sys.argv[1], mmap_mode="r+")
for line in sys.stdin:
    index, value = line.split("\\t")
    a[int(index)] = float(value)
"""
INDICES = 1_000_000


def table(bench):
    """Random numbers as the shortest text that reads back."""
    path = bench.folder / "table.csv"
    if not path.exists():
        count = max(1, bench.args.size * 2_000_000 // (2 << 30))
        array = bench.path("table.npy")
        subprocess.run([bench.rmm, "create", array, "-s", f"{count},10", "--random", "uniform", "--seed", "1"], check=True)
        subprocess.run([bench.rmm, "slice", array, "-o", str(path)], check=True)
    warm(path)
    return str(path)


def listed(bench, name, line):
    """A line for each of many random places, the same in every run."""
    path = bench.folder / name
    if not path.exists():
        size, place = bench.args.size // 8, 1
        with open(path, "w", encoding="ascii") as file:
            for _ in range(INDICES):
                place = place * 48271 % 2147483647
                file.write(line.format(place % size))
    return str(path)


def create_from_csv(bench):
    data, out = table(bench), bench.path("out.npy")
    commands = {"rmm": [bench.rmm, "create", out, "--from", data],
                "loadtxt": [bench.args.python, "-c", LOADTXT, data, out]}
    if subprocess.run([bench.args.python, "-c", "import polars"], capture_output=True).returncode == 0:
        commands["polars"] = [bench.args.python, "-c", POLARS, data, out]
    else:
        print(f"skipped: polars, which {bench.args.python} does not have")
    return Row("`rmm create --from` a csv of random float64 in 10 columns / `np.loadtxt` / polars `read_csv`, both "
               "with `np.save`", {"loadtxt": 25, "polars": 3}, commands, out)


def set_many(bench):
    data, updates = bench.npy(), listed(bench, "updates", "{}\t0.5\n")
    return Row("`rmm set --updates -` of a million random indices / a loop over `np.memmap`", {},
               {"rmm": ["sh", "-c", '"$0" set "$1" --updates - < "$2"', bench.rmm, data, updates],
                "numpy": ["sh", "-c", '"$0" -c "$3" "$1" < "$2"', bench.args.python, data, updates, STORE]})


ROWS = [create_from_csv, set_many]
