#!/usr/bin/env python3
"""How often `rmm info --guess` is right, on the files of files.py. Needs NumPy, SciPy and Pillow.

    python3 tests/guess/score.py --rmm target/release/rmm tuned held-out

Prints for each half how often the truth (dtype, byte order, offset and rows) is first and among the first three. Where
it is not, `--tell` says so of the tuned half; of the other only the figures are told. Exits 1 where a half is below
`--first` or `--three` per cent.
"""

import argparse
import json
import pickle
import subprocess
import sys
import tempfile
from pathlib import Path

import files


def guesses(rmm, path):
    done = subprocess.run([rmm, "info", path, "--guess", "--json"], capture_output=True, check=True)
    return json.loads(done.stdout)["guesses"]


def kept(half, folder):
    """The files of a half, made once and kept there."""
    place = folder / f"{half}.pickle"
    if not place.exists():
        place.write_bytes(pickle.dumps(list(files.made(half))))
    return pickle.loads(place.read_bytes())


def place(found, made):
    """Where the truth is in the list, from 1; none where it is not."""
    def truth(guess):
        return guess["dtype"] == made.dtype and guess["offset"] == made.offset and guess["shape"] in made.shapes

    return next((nth for nth, guess in enumerate(found, 1) if truth(guess)), None)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rmm", required=True)
    parser.add_argument("--tell", action="store_true", help="what is wrong in the tuned half")
    parser.add_argument("--keep", type=Path, help="a folder of one's own in which the files are made once")
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--three", type=int, default=0)
    parser.add_argument("halves", nargs="+", choices=files.RECIPES)
    args = parser.parse_args()
    good = True
    for half in args.halves:
        places = []
        for made in kept(half, args.keep) if args.keep else files.made(half):
            with tempfile.TemporaryDirectory() as folder:
                path = Path(folder) / "a.dat"
                path.write_bytes(made.content)
                found = guesses(args.rmm, path)
            places.append(place(found, made))
            if args.tell and half == "tuned" and places[-1] != 1:
                print(f"{made.name}: {made.dtype} {made.shapes} @{made.offset}, at place {places[-1]}")
                for guess in found[:4]:
                    print(f"    {guess['dtype']} {guess['shape']} @{guess['offset']} {guess['why']}")
        first, three = places.count(1), sum(1 for at in places if at and at <= 3)
        count = len(places)
        print(f"{half}: {first} of {count} first ({100 * first // count} %), {three} among three ({100 * three // count} %)")
        good &= 100 * first >= args.first * count and 100 * three >= args.three * count
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
