"""Files as real programs leave them, and what is in them: two halves, of which only one is for tuning.

`made(half)` gives a `File` each: bytes, dtype, offset, and the shapes that count as the truth. Where nothing in the bytes
tells rows (values that do not depend on their place), the truth has one axis; an image with channels is right both as
rows of pixels and as pixels of channels. Values come from a seed that depends on the name alone.

**Of the half `held-out` nobody looks at single files**: once a change was made because of one of them, it is no longer
held out, and new recipes have to take its place.
"""

import io
import struct
import tempfile
import wave
import zlib
from dataclasses import dataclass

import numpy as np
import scipy.io
import scipy.ndimage
import scipy.signal
from PIL import Image, ImageDraw, ImageFilter


@dataclass
class File:
    name: str
    dtype: str
    offset: int
    shapes: list
    content: bytes


RECIPES = {"tuned": [], "held-out": []}


def recipe(half):
    def add(function):
        RECIPES[half].append(function)
        return function

    return add


tuned, held_out = recipe("tuned"), recipe("held-out")


def made(half):
    for function in RECIPES[half]:
        rng = np.random.default_rng(zlib.crc32(function.__name__.encode()))
        parts = function(rng)
        yield file(function.__name__, *(parts if isinstance(parts, tuple) else (parts,)))


def file(name, array, header=b"", shapes=None, trailer=b""):
    """A file of these elements; the shape is the array's, its leading axes as one."""
    array = np.ascontiguousarray(array)
    if shapes is None:
        dims = array.shape
        shapes = [dims if len(dims) == 1 else (int(np.prod(dims[:-1])), dims[-1])]
        if len(dims) == 3 and dims[-1] <= 4:
            shapes += [dims, (dims[0], dims[1] * dims[2])]
    dtype = array.dtype.str
    return File(name, dtype, len(header), [list(map(int, dims)) for dims in shapes], header + array.tobytes() + trailer)


# ---- what the recipes are made of


def landscape(rng, height, width, roughness=2.0):
    """A field with the spectrum of terrain, mean 0, deviation 1; a piece of a larger one, so that its sides differ."""
    rows, columns = 2 * height, 2 * width
    k = np.hypot(np.fft.fftfreq(rows)[:, None], np.fft.rfftfreq(columns)[None, :])
    k[0, 0] = 1
    noise = np.fft.rfft2(rng.normal(size=(rows, columns)))
    field = np.fft.irfft2(noise / k**roughness, s=(rows, columns))[:height, :width]
    return (field - field.mean()) / field.std()


def scene(rng, width, height, mode="RGB"):
    """A drawing that Pillow made: a sky, discs, lines, words, a little blur and noise."""
    sky = Image.linear_gradient("L").resize((width, height))
    image = Image.merge("RGB", [sky, sky.point(lambda v: 255 - v // 2), Image.new("L", (width, height), 140)])
    draw = ImageDraw.Draw(image)
    for _ in range(25):
        x, y, r = rng.integers(0, width), rng.integers(0, height), rng.integers(4, max(5, width // 8))
        colour = tuple(int(v) for v in rng.integers(0, 256, 3))
        draw.ellipse([int(x - r), int(y - r), int(x + r), int(y + r)], fill=colour)
        draw.line([int(v) for v in rng.integers(0, min(width, height), 4)], fill=colour, width=3)
        draw.text((int(x), int(y)), "rmm reads raw", fill=colour)
    pixels = np.asarray(image.filter(ImageFilter.GaussianBlur(1))).astype(float) + rng.normal(0, 2.5, (height, width, 3))
    return Image.fromarray(pixels.clip(0, 255).astype(np.uint8)).convert(mode)


def music(rng, seconds, rate):
    """Notes with overtones that fade, and a little hiss; between -1 and 1."""
    time = np.arange(int(seconds * rate)) / rate
    sound = np.zeros_like(time)
    for start in np.arange(0, seconds, 0.25):
        pitch = 220 * 2 ** (rng.integers(0, 25) / 12)
        since = np.clip(time - start, 0, None)
        note = sum(np.sin(2 * np.pi * pitch * n * since) / n**1.5 for n in (1, 2, 3, 4))
        sound += np.where(time >= start, note * np.exp(-4 * since), 0) * rng.uniform(0.1, 0.3)
    sound += rng.normal(0, 0.001, len(time))
    return sound / np.abs(sound).max() * 0.8


def speech(rng, seconds, rate):
    """A voice: pulses through two resonances, syllables and pauses."""
    count = int(seconds * rate)
    pulses = np.zeros(count)
    pulses[:: int(rate / 120)] = 1
    pulses += rng.normal(0, 0.02, count)
    for formant in (500, 1500):
        b, a = scipy.signal.iirpeak(formant, 5, fs=rate)
        pulses = pulses + 3 * scipy.signal.lfilter(b, a, pulses)
    syllables = np.clip(np.sin(2 * np.pi * 3 * np.arange(count) / rate) + rng.normal(0, 0.01, count), 0, 1)
    sound = pulses * syllables
    return sound / np.abs(sound).max()


def words(rng, count, vocabulary, end=None):
    """Tokens with the frequencies of words, in documents that end with a token of their own."""
    ranks = np.minimum(rng.zipf(1.15, count) - 1, 10**9)
    ranks = np.where(ranks >= vocabulary, rng.integers(0, vocabulary, count), ranks)
    names = rng.permutation(vocabulary)
    tokens = names[ranks]
    if end is not None:
        tokens[np.cumsum(rng.integers(200, 1500, count // 800))[: count // 1600]] = end
    return tokens


def fortran(arrays, order="<"):
    """A sequential file as SciPy writes it; big-endian by numpy alone."""
    if order == "<":
        with tempfile.NamedTemporaryFile() as target:
            with scipy.io.FortranFile(target.name, "w") as out:
                for array in arrays:
                    out.write_record(array)
            return open(target.name, "rb").read()
    marked = [struct.pack(">I", array.nbytes) + array.tobytes() + struct.pack(">I", array.nbytes) for array in arrays]
    return b"".join(marked)


def records(arrays, order="<"):
    """The first of these records as the truth, flat or in its rows, with the markers around and the others behind."""
    content = fortran(arrays, order)
    first = arrays[0]
    return first, content[:4], [first.shape, (first.size,)], content[4 + first.nbytes :]


def riff(array, rate):
    """What the wave module writes around int16 or uint8 frames."""
    out = io.BytesIO()
    with wave.open(out, "wb") as sound:
        sound.setnchannels(1 if array.ndim == 1 else array.shape[1])
        sound.setsampwidth(array.itemsize)
        sound.setframerate(rate)
        sound.writeframes(array.tobytes())
    content = out.getvalue()
    return array, content[: len(content) - array.nbytes]


# ---- for tuning


@tuned
def numpy_normal_float32(rng):
    return rng.normal(size=40_000).astype("<f4")


@tuned
def numpy_uniform_float64(rng):
    return rng.random(30_001)


@tuned
def lidar_points(rng):
    walls = np.repeat(rng.uniform(-40, 40, (200, 3)), 150, axis=0) + rng.normal(0, 0.3, (30_000, 3))
    walls[:, 2] = np.abs(walls[:, 2]) / 10
    return walls.astype("<f4")


@tuned
def gps_track(rng):
    steps = rng.normal(0, 1e-5, (20_000, 2)).cumsum(axis=0)
    return steps + [11.576, 48.137]


@tuned
def stock_prices(rng):
    return np.round(100 * np.exp(rng.normal(0, 0.001, 50_000).cumsum()), 2)


@tuned
def class_labels(rng):
    return rng.integers(0, 10, 30_000).astype("<i8")


@tuned
def mask(rng):
    return (landscape(rng, 256, 320) > 0.3).astype("u1")


@tuned
def time_tags(rng):
    return (1_600_000_000_000_000_000 + rng.exponential(4e6, 40_000).astype("i8").cumsum()).astype("<i8")


@tuned
def photon_counts(rng):
    return rng.poisson(3.5, 80_000).astype("<u2")


@tuned
def half_embeddings(rng):
    return (rng.normal(0, 0.05, 384 * 200) * rng.choice([1, 1, 1, 2], 384 * 200)).astype("<f2")


@tuned
def embeddings(rng):
    means = rng.normal(0, 0.04, 768)
    return (means + rng.normal(0, 0.01, (300, 768))).astype("<f4")


@tuned
def ocean_with_fill(rng):
    field = 15 + 5 * landscape(rng, 180, 360)
    field[landscape(rng, 180, 360) > 0.8] = 1e20
    return field.astype(">f4")


@tuned
def srtm_tile(rng):
    field = 800 + 300 * landscape(rng, 601, 601)
    field[rng.random((601, 601)) < 0.001] = -32768
    return field.astype(">i2")


@tuned
def eeg_channels(rng):
    time = np.arange(20_000) / 500
    waves = [40 * np.sin(2 * np.pi * f * time + p) * g for f, p, g in zip(rng.uniform(5, 12, 8), rng.uniform(0, 6, 8), range(1, 9))]
    drift = rng.normal(0, 3, (20_000, 8)).cumsum(axis=0)
    header = b"0       X X X X".ljust(88) + b"16.09.2512.34.562304    ".ljust(168)
    header += b"".join(f"EEG C{n}".ljust(16).encode() for n in range(8)).ljust(2048)
    return (10 * (np.stack(waves, axis=1) + drift)).clip(-32000, 32000).astype("<i2"), header


@tuned
def seismogram_sac(rng):
    trace = scipy.signal.lfilter([1], [1, -1.8, 0.85], rng.normal(0, 100, 30_000)) * np.exp(-np.arange(30_000) / 9000)
    header = struct.pack("<70f", 0.01, *[-12345.0] * 69) + struct.pack("<40i", *[-12345] * 40) + b"-12345  " * 24
    return trace.astype("<f4"), header


@tuned
def micrograph_mrc(rng):
    image = 2000 + 400 * landscape(rng, 200, 240, 1.0) + rng.normal(0, 100, (200, 240))
    header = struct.pack("<10i", 240, 200, 1, 1, 0, 0, 0, 240, 200, 1) + struct.pack("<6f", 240, 200, 1, 90, 90, 90)
    header += struct.pack("<3i3f", 1, 2, 3, 100.0, 5000.0, 2000.0)
    return image.astype("<i2"), header.ljust(208, b"\0") + b"MAP DD\0\0".ljust(816, b"\0")


@tuned
def analyze_volume(rng):
    z, y, x = np.mgrid[0:20, 0:96, 0:96] / [[[[20]]], [[[96]]], [[[96]]]]
    head = 800 * ((x - 0.5) ** 2 + (y - 0.5) ** 2 < 0.16) + 200 * np.sin(9 * x) * (y < 0.7)
    return np.maximum(head + rng.normal(0, 12, head.shape), 0).astype("<i2")


@tuned
def pcm_stereo(rng):
    left, right = music(rng, 1.5, 44_100), music(rng, 1.5, 44_100)
    both = np.stack([left, 0.7 * left + 0.3 * right], axis=1)
    return (30_000 * both).astype("<i2"), b"", [(len(left), 2), (2 * len(left),)]


@tuned
def pcm_mono(rng):
    return (20_000 * music(rng, 2, 32_000)).astype("<i2")


@tuned
def pcm_eight_bits(rng):
    return (128 + 100 * speech(rng, 6, 8000)).astype("u1")


@tuned
def pcm_float(rng):
    return music(rng, 1, 48_000).astype("<f4")


@tuned
def sun_audio(rng):
    sound = (15_000 * speech(rng, 4, 16_000)).astype(">i2")
    return sound, struct.pack(">4sIIIII", b".snd", 24, sound.nbytes, 3, 16_000, 1)


@tuned
def wave_module(rng):
    return riff((25_000 * speech(rng, 3, 16_000)).astype("<i2"), 16_000)


@tuned
def pillow_grey(rng):
    return np.asarray(scene(rng, 320, 240, "L"))


@tuned
def pillow_rgb(rng):
    return np.asarray(scene(rng, 400, 300))


@tuned
def pgm_file(rng):
    return np.asarray(scene(rng, 512, 384, "L")), b"P5\n512 384\n255\n"


@tuned
def camera_bayer(rng):
    raw = np.asarray(scene(rng, 640, 400, "L")).astype(float) * 12 + 256
    raw[::2, ::2] *= 0.6
    raw[1::2, 1::2] *= 0.5
    return (raw + rng.normal(0, 8, raw.shape)).clip(0, 4095).astype("<u2")


@tuned
def gpt2_tokens(rng):
    return words(rng, 100_000, 50_257, 50_256).astype("<u2")


@tuned
def llama_tokens(rng):
    return words(rng, 60_000, 128_000, 128_001).astype("<u4")


@tuned
def llm_c_shard(rng):
    return words(rng, 90_000, 50_257, 50_256).astype("<u2"), struct.pack("<256i", 20240520, 1, 90_000, *[0] * 253)


@tuned
def fortran_doubles(rng):
    return records([np.sin(np.arange(8000) / 50) * 300 + 273])


@tuned
def fortran_steps(rng):
    return records([rng.normal(1e5, 500, 5000).astype("<f4") for _ in range(4)])


@tuned
def fortran_big(rng):
    return records([(landscape(rng, 64, 100) * 10).astype(">f4")], ">")


@tuned
def sparse_indices(rng):
    return np.sort(rng.choice(200_000, 40_000, replace=False)).astype("<i4")


@tuned
def ct_slice(rng):
    body = np.where(np.hypot(*(np.mgrid[0:256, 0:256] - 128)) < 100, 40, -1000) + 60 * landscape(rng, 256, 256)
    return (body + rng.normal(0, 10, body.shape)).clip(-1024, 3071).astype("<i2")


@tuned
def depth_camera(rng):
    depth = 1500 + 600 * landscape(rng, 240, 320, 3.0)
    depth[rng.random(depth.shape) < 0.05] = 0
    return depth.clip(0, 10_000).astype("<u2")


@tuned
def counters(rng):
    return rng.integers(0, 1000, 30_000).cumsum().astype("<u4")


# ---- held out: not looked at one by one


@held_out
def numpy_lognormal_float64(rng):
    return rng.lognormal(2, 1.5, 25_003)


@held_out
def numpy_integers_int64(rng):
    return rng.integers(-1000, 1000, 25_000)


@held_out
def numpy_integers_int32(rng):
    return rng.integers(0, 1 << 20, 40_001).astype("<i4")


@held_out
def simulation_particles(rng):
    return (rng.random((15_000, 3)) * [100, 100, 20] + [0, 0, 500]).astype("<f8")


@held_out
def weather_grid(rng):
    return (285 + 12 * landscape(rng, 121, 240) - 30 * np.abs(np.linspace(-1, 1, 121))[:, None]).astype("<f4")


@held_out
def pressure_grid_big(rng):
    return (101_325 + 900 * landscape(rng, 90, 144, 3.0)).astype(">f4")


@held_out
def rainfall(rng):
    rain = np.maximum(landscape(rng, 200, 250, 1.5) - 0.8, 0) * 12
    return rain.astype("<f4")


@held_out
def sea_ice_with_nan(rng):
    ice = np.clip(0.6 + 0.4 * landscape(rng, 150, 200), 0, 1)
    ice[landscape(rng, 150, 200) > 1.0] = np.nan
    return ice.astype("<f4")


@held_out
def network_weights(rng):
    return (rng.normal(0, 0.02, 512 * 64)).astype("<f4")


@held_out
def half_weights(rng):
    return (rng.normal(0, 0.02, 60_000)).astype("<f2")


@held_out
def random_walk(rng):
    return rng.normal(0, 1, 30_000).cumsum().astype("<f4")


@held_out
def segmentation(rng):
    return np.digitize(landscape(rng, 240, 300, 2.5), [-1, -0.3, 0.4, 1.2]).astype("u1")


@held_out
def unix_seconds(rng):
    return (1_700_000_000 + rng.integers(0, 30, 40_000).cumsum()).astype("<i4")


@held_out
def unix_milliseconds(rng):
    return (1_700_000_000_000 + rng.integers(0, 5000, 20_000).cumsum()).astype("<i8")


@held_out
def adc_bipolar(rng):
    time = np.arange(60_000)
    signal = 900 * np.sin(time / 37) + 300 * scipy.signal.square(time / 500) + rng.normal(0, 6, 60_000)
    return signal.astype("<i2")


@held_out
def spectrum_counts(rng):
    channels = np.arange(16_384)
    peaks = sum(900 * np.exp(-(((channels - c) / 12) ** 2)) for c in rng.integers(500, 16_000, 20))
    return rng.poisson(4000 * np.exp(-channels / 4000) + peaks).astype("<u4")


@held_out
def oscilloscope(rng):
    trace = 0.02 * rng.normal(size=50_000) + 1.5 * scipy.signal.sawtooth(np.arange(50_000) / 210)
    header = b":WAV:DATA instrument=SCOPE-3054;chan=1;dt=4e-9;volts=0.5".ljust(256, b"\0")
    return trace.astype("<f4"), header


@held_out
def detector_image(rng):
    image = rng.poisson(20 + 400 * np.exp(-(((np.hypot(*(np.mgrid[0:256, 0:256] - 128)) - 60) / 5) ** 2)))
    header = b"HEADER_BYTES= 512;\nDIM=2;\nBYTE_ORDER=little_endian;\nSIZE1=256;\nSIZE2=256;\n".ljust(512)
    return image.astype("<u2"), header


@held_out
def microscope_frames(rng):
    frames = 110 + 500 * np.clip(landscape(rng, 200, 256, 1.6), 0, None)
    return np.stack([rng.poisson(frames) for _ in range(3)]).astype(">u2")


@held_out
def magnetometer(rng):
    field = np.array([21_000, 1_500, 43_000]) + rng.normal(0, 2, (12_000, 3)).cumsum(axis=0) / 10
    return field.astype("<f8")


@held_out
def accelerometer(rng):
    time = np.arange(20_000) / 100
    axes = np.stack([300 * np.sin(12 * time), 250 * np.cos(12 * time), 16_384 + 100 * np.sin(24 * time)], axis=1)
    return (axes + rng.normal(0, 40, axes.shape)).astype("<i2"), b"IMU1" + struct.pack("<III", 3, 100, 20_000)


@held_out
def mri_volume(rng):
    field = 300 + 150 * landscape(rng, 30 * 64, 80, 2.0).reshape(30, 64, 80)
    return np.abs(field + rng.normal(0, 15, field.shape)).astype("<u2")


@held_out
def song_stereo(rng):
    left, right = music(rng, 2, 22_050), music(rng, 2, 22_050)
    return (28_000 * np.stack([left, right], axis=1)).astype("<i2"), b"", [(44_100, 2), (88_200,)]


@held_out
def voice_mono_big(rng):
    return (12_000 * speech(rng, 5, 11_025)).astype(">i2")


@held_out
def song_float64(rng):
    return music(rng, 1, 44_100)


@held_out
def wave_stereo(rng):
    both = np.stack([music(rng, 1, 44_100), music(rng, 1, 44_100)], axis=1)
    return riff((20_000 * both).astype("<i2"), 44_100)


@held_out
def voice_signed_bytes(rng):
    return (90 * speech(rng, 6, 8000)).astype("i1")


@held_out
def pillow_rgba(rng):
    return np.asarray(scene(rng, 250, 180, "RGBA"))


@held_out
def pillow_mandelbrot(rng):
    image = Image.effect_mandelbrot((360, 240), (-2, -1.2, 0.8, 1.2), 100)
    return np.asarray(image.filter(ImageFilter.GaussianBlur(1)))


@held_out
def pillow_float(rng):
    return np.asarray(scene(rng, 300, 200, "F"))


@held_out
def ppm_file(rng):
    return np.asarray(scene(rng, 256, 256)), b"P6\n256 256\n255\n"


@held_out
def pillow_sixteen_bits(rng):
    return (np.asarray(scene(rng, 320, 256, "L")).astype("<u2") * 257 + rng.integers(0, 200, (256, 320))).clip(0, 65_535).astype("<u2")


@held_out
def small_vocabulary(rng):
    return words(rng, 120_000, 32_000, 2).astype("<u2")


@held_out
def large_vocabulary(rng):
    return words(rng, 80_000, 200_000, 199_999).astype("<i4")


@held_out
def tokens_as_int64(rng):
    return words(rng, 40_000, 50_257, 50_256).astype("<i8")


@held_out
def fortran_integers(rng):
    return records([rng.integers(0, 5000, 10_000).astype("<i4")])


@held_out
def fortran_grid(rng):
    return records([250 + 30 * landscape(rng, 50, 80) for _ in range(3)])


@held_out
def fortran_big_doubles(rng):
    return records([rng.normal(0, 1e-3, 6000).astype(">f8")], ">")
