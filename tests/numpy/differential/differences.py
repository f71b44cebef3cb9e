"""Where rmm leaves NumPy on purpose. Everything else must be as in NumPy; what NumPy refuses, rmm refuses with exit 2.

| NumPy | rmm | where it is tested |
|---|---|---|
| two lists, `None`/`newaxis`, masks index | refused, 2 | `index.refused` |
| a memmap shorter than the file; r+ grows a short file | offset + size must equal the file's size, else 2; `--allow-trailing` | `arrays.spoil` |
| a short .npy | 5 | `arrays.spoil` |
| storing 300 into uint8 from an array wraps, 1e40 into float32 is inf, `abcdef` into S3 is cut | refused, 2, unless `--overflow` says otherwise | `casting`, `writing.bad_value` |
| 1.5 into an integer is cut | refused, 2; `--astype` truncates | `writing.bad_value` |
| "False" is True | bool takes true/false/1/0 only | `writing.bad_value` |
| the shape is stripped of leading ones in `a[i] = array` | the same for `--from`; VALUE words are not made deeper than the selection | `writing.nested` |
| Python's float of a word goes into float128 and complex256 | the word is read at their own width, as `longdouble("0.1")` | `text.extended`, `values.arange` |
| bfloat16 and float8 print as ml_dtypes prints them | the shortest digits that read back at their own width: `1.8` for float8_e5m2 1.75 | `text.reads_back` |
| (no such option) | `--overflow nan` to anything but float or complex is refused, 2, whatever the values | `casting.convert` |
| float8_e5m2 in .npy is `<f1`, which NumPy cannot read | any header of one byte an element | `case.npy_equals` |
"""
