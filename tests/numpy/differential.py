#!/usr/bin/env python3
"""Runs `rmm` on random arrays and compares everything it does with NumPy.

    python3 differential.py --rmm ../../target/release/rmm --cases 1000 --seed 1 [--only slice] [--keep]

A case is a function of (seed, number) alone; `--seed S --first N --cases 1` repeats one. Needs NumPy and, for
bfloat16 and float8, ml_dtypes where it is installed.
"""

import sys

sys.dont_write_bytecode = True

from differential.run import main  # noqa: E402

if __name__ == "__main__":
    sys.exit(main())
