#!/usr/bin/env python3
"""Makes the data files of this folder. Needs NumPy; run it as `python3 examples/make.py`.

temperature.npy   float32, shape (365, 8): degrees Celsius, a row a day, a column every three hours
readings.dat      a header of 16 bytes, then big-endian float32, shape (100, 4): no library wrote this one
relief.img        big-endian int16, shape (2, 3, 4), which the headers relief.nhdr, relief.mhd and relief.hdr describe
"""

import struct
from pathlib import Path

import numpy as np

HERE = Path(__file__).parent


def temperature():
    """A year with a winter and a summer, days with a night and a noon, and weather with a period of 11 days."""
    day = np.arange(365.0)[:, np.newaxis]
    hour = 3.0 * np.arange(8.0)
    year = -9.0 * np.cos(2 * np.pi * (day - 20) / 365)
    noon = -4.0 * np.cos(2 * np.pi * (hour - 3) / 24)
    weather = 2.5 * np.sin(2 * np.pi * (day + hour / 24) / 11)
    # Rounded, so that the last bits of a cosine, which differ between machines, are not in the file.
    return np.round(10.0 + year + noon + weather, 1).astype("<f4")


def readings():
    """Four channels: a ramp, its square, a sawtooth and a constant."""
    time = np.arange(100.0)
    channels = [time / 10, np.round(time * time / 100, 2), time % 7, np.full(100, 0.5)]
    return np.stack(channels, axis=1).astype(">f4")


def relief():
    """Two bands of 3 rows and 4 columns: planes that rise to different sides."""
    row, column = np.mgrid[0:3, 0:4]
    return np.stack([200 + 10 * column - 7 * row, -50 + 3 * column + 20 * row]).astype(">i2")


HEADERS = {
    "relief.nhdr": """NRRD0004
# two bands of 3 rows and 4 columns
type: short
dimension: 3
sizes: 4 3 2
endian: big
encoding: raw
data file: relief.img
""",
    "relief.mhd": """ObjectType = Image
NDims = 3
BinaryData = True
BinaryDataByteOrderMSB = True
DimSize = 4 3 2
ElementType = MET_SHORT
ElementDataFile = relief.img
""",
    "relief.hdr": """ENVI
description = {two bands of 3 rows and 4 columns}
samples = 4
lines = 3
bands = 2
header offset = 0
data type = 2
interleave = bsq
byte order = 1
""",
}


def main():
    np.save(HERE / "temperature.npy", temperature())
    values = readings()
    header = struct.pack(">8sII", b"READINGS", *values.shape)
    (HERE / "readings.dat").write_bytes(header + values.tobytes())
    relief().tofile(HERE / "relief.img")
    for name, text in HEADERS.items():
        (HERE / name).write_text(text)


if __name__ == "__main__":
    main()
