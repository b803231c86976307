"""Cases of the benchmark against PyTorch whose shapes are their own, whatever --bytes says: columns, products, few rows."""
from bench_torch_cases import FLOATS, functional, given, kernel, normal, written
from bench_torch_ops import Data

COLUMNS = ((512, 131072), (2048, 32768), (4096, 4096), (16384, 8192), (65536, 1024))
CHANNELS = ((8, 21, 1 << 18), (64, 1000, 1024)) # a softmax of channels, as of images' classes
PRODUCTS = ((4096, 4096), (11585, 11585), (65536, 1001), (2047, 65537), (64, 1 << 20), (16, 1 << 22))
NUMBERS = ((512, 512), (512, 1024), (1024, 1024), (2048, 1024), (4096, 4096)) # reduced to one


def sized(*shape):
    return 'x'.join(map(str, shape))


def shapes(torch):
    """By name, as bench_torch_cases.rows(). A copy of as many bytes is what they are measured by."""
    data, functions, made = Data(torch), torch.nn.functional, {}

    def softmax(dim, *shape):
        return written(torch, data, lambda s: ([s.draw(*shape), dim],
                                               kernel(torch.ops.aten._softmax, s.draw(*shape), dim, False)))

    def total(rows, columns, *dims):
        return functional(torch, data, lambda s: ([s.draw(rows, columns), list(dims) or None],
                                                  given(torch.sum, s.draw(rows, columns), *dims)))

    def mv(rows, columns):
        return written(torch, data, lambda s: ([s.draw(rows, columns), s.draw(columns, number=1)],
                                               given(torch.mv, s.draw(rows, columns), s.draw(columns, number=1))),
                       (0, 0.1), FLOATS) # no sum is near 0, nor beyond f16

    def rms_norm(columns):
        def make(s):
            s.size = columns
            return normal(functions.rms_norm, columns, 1)(s)
        return functional(torch, data, make, dtypes=FLOATS)

    for shape in COLUMNS:
        made['softmax.columns of ' + sized(*shape)] = softmax(0, *shape)
    for shape in CHANNELS:
        made['softmax.channels of ' + sized(*shape)] = softmax(1, *shape)
    for shape in ((16384, 8192), (4096, 4096)):
        made['sum.columns of ' + sized(*shape)] = total(*shape, 0)
    for shape in PRODUCTS:
        made['mv.' + sized(*shape)] = mv(*shape)
    made['softmax.rows of 8192x768'] = softmax(1, 8192, 768)
    made['sum.rows of 512x512'] = total(512, 512, 1)
    for shape in NUMBERS:
        made[f'sum.all of {sized(*shape)}'] = total(*shape)
    for columns in (1 << 20, 1 << 22):
        made[f'softmax.one row of {columns}'] = softmax(1, 1, columns)
        made[f'rms_norm.one row of {columns}*'] = rms_norm(columns)
    return made
