#include "operator.h"
#include "blocks.h"

static expops_status check(const expops_draft *d, const expops_blocks *blocks)
{
    char text[EXPOPS_SHAPE_TEXT];
    const expops_view *self = d->tensor;
    const int64_t taps = blocks->kernel[0] * blocks->kernel[1], count = blocks->count[0] * blocks->count[1];
    if ((self->ndim == 2 || self->ndim == 3) && self->shape[self->ndim - 2] > 0 &&
        !(self->shape[self->ndim - 2] % taps) && self->shape[self->ndim - 1] == count)
        return EXPOPS_OK;
    return expops_fail(
        EXPOPS_ERR_SHAPE,
        "self has shape %s; expected are 2 dimensions or 3, the last but one a multiple of %lld, the last %lld",
        expops_shape_text(self->ndim, self->shape, text), (long long)taps, (long long)count);
}

static int64_t gcd(int64_t a, int64_t b)
{
    return b ? gcd(b, a % b) : a;
}

/* What times `a` leaves -1 where both are divided by `modulus`, which has no divisor with `a` in common: Euclid's way. */
static int64_t negative_inverse(int64_t a, int64_t modulus)
{
    int64_t rest = modulus, next = a % modulus, times = 0, times_next = 1;
    while (next > 1) {
        const int64_t quotient = rest / next, after = rest % next, times_after = times - quotient * times_next;
        rest = next;
        next = after;
        times = times_next;
        times_next = times_after;
    }
    return modulus == 1 ? 0 : (2 * modulus - times_next) % modulus;
}

/* In each direction three dimensions are walked: that of the blocks and that of the kernel by one element, and the blocks that
 * cover the element, where block and place in the kernel change together. What those reach is within the first two, so their
 * size is given as 1. */
static void draft_window(expops_draft *d, const expops_view *image, const expops_blocks *blocks)
{
    const expops_view out = expops_blocks_image(image), columns = expops_blocks_columns(d->tensor, blocks);
    expops_view source = columns;
    int64_t period[2], taps[2],
        reach = 0; /* blocks from one that covers an element to the next, and places in the kernel */
    source.ndim = 8;
    for (int way = 0; way < 2; way++) {
        const int64_t common = gcd(blocks->stride[way], blocks->dilation[way]);
        const int64_t most = out.shape[2 + way] + 2 * blocks->padding[way] + blocks->stride[way];
        period[way] = blocks->dilation[way] / common;
        taps[way] = blocks->stride[way] / common;
        source.shape[2 + 3 * way] = columns.shape[4 + way];
        source.strides[2 + 3 * way] = columns.strides[4 + way];
        source.shape[3 + 3 * way] = columns.shape[2 + way];
        source.strides[3 + 3 * way] = columns.strides[2 + way];
        source.shape[4 + 3 * way] = 1;
        source.strides[4 + 3 * way] = columns.strides[2 + way] * taps[way] - columns.strides[4 + way] * period[way];
        reach = most > reach ? most : reach;
        reach = period[way] > reach / blocks->dilation[way] ? blocks->dilation[way] * period[way] : reach;
    }
    expops_leaf *leaf = expops_draft_window(d, &out, 0, &source, 6, 0, reach);
    for (uint32_t way = 0; way < 2; way++) {
        expops_leaf_value(leaf, blocks->padding[way]);
        expops_leaf_divisor(leaf, blocks->stride[way]);
        expops_leaf_divisor(leaf, blocks->dilation[way]);
        expops_leaf_divisor(leaf, period[way]);
        expops_leaf_value(leaf,
                          negative_inverse(blocks->stride[way] / (blocks->dilation[way] / period[way]), period[way]));
        for (uint32_t part = 0; part < 3; part++) {
            expops_leaf_reads(leaf, 3 * way + part, 1u << way);
            expops_leaf_most(leaf, 3 * way + part, part < 2 ? 1 : (blocks->kernel[way] - 1) / taps[way] + 1);
        }
    }
}

static expops_status draft(expops_draft *d)
{
    const expops_view *self = d->tensor;
    const int64_t *size = NULL;
    expops_blocks blocks = { 0 };
    expops_view out;
    EXPOPS_TRY(expops_blocks_pair(d, 1, 1, &size));
    EXPOPS_TRY(expops_blocks_of(d, 2, size, &blocks));
    EXPOPS_TRY(check(d, &blocks));
    const int64_t channels = self->shape[self->ndim - 2] / (blocks.kernel[0] * blocks.kernel[1]);
    const int64_t batched[] = { self->shape[0], channels, size[0], size[1] }, single[] = { channels, size[0], size[1] };
    EXPOPS_TRY(expops_draft_result(d, 0, d->result, self->ndim + 1, self->ndim == 3 ? batched : single, NULL, &out));
    draft_window(d, &out, &blocks);
    return EXPOPS_OK;
}

OPERATOR(col2im) = {
    .name = "col2im",
    .doc = "The inverse of im2col: an image of output_size whose elements are the sums of those of the blocks that "
           "cover them.",
    .source = "torch.ops.aten.col2im",
    .family = EXPOPS_FAMILY_WINDOW,
    .dtypes = FLOATING,
    .meet = EXPOPS_MEET_FIRST,
    .not_in_place = 1,
    .parameters = { TENSOR("self"), INTS("output_size"), INTS("kernel_size"), INTS("dilation"), INTS("padding"),
                    INTS("stride") },
    .draft = draft,
    .samples = { { -10, 10, .usual = { 12, 6 }, .count = 2 },
                 { .usual = { 4, 5 }, .count = 2 },
                 { .usual = { 2, 3 }, .count = 2 },
                 { .usual = { 1, 1 }, .count = 2 },
                 { .usual = { 0, 0 }, .count = 2 },
                 { .usual = { 2, 1 }, .count = 2 } },
    .bound = { .f32 = 4, .f64 = 4, .f16 = 1, .bf16 = 1, .by_terms = 1 }, /* terms that cancel */
};

#ifdef XK
#include "added.kernel.h"

/* Of each direction the last block that covers the element, the element's place in that one's kernel, and how many blocks
 * more, each a period before: in the order of the kernel's places, as PyTorch adds. That block is so many before the nearest as make
 * what lies between a multiple of the dilation: the remainder times a number of the draft's, modulo the dilation, is that many times what
 * stride and dilation have in common. No branch, so that compilers see what is the same for all parts. */
WINDOW
{
    const int way = d / 3, part = d - 3 * way, by_stride = 11 * way + 1, by_dilation = 11 * way + 4,
              by_period = 11 * way + 7;
    const xk_index padding = XK_V(11 * way), stride = XK_V(by_stride), dilation = XK_V(by_dilation);
    const xk_index blocks = XK_IN(3 * way), taps = XK_IN(3 * way + 1);
    const xk_index i = at[way] + padding, before = i - (taps - 1) * dilation, nearest = xk_divided(i, by_stride);
    const xk_index first = before > 0 ? xk_divided(before + stride - 1, by_stride) : 0;
    const xk_index newest = nearest < blocks ? nearest : blocks - 1, between = i - newest * stride;
    const xk_index rest = between - xk_divided(between, by_dilation) * dilation, turned = rest * XK_V(11 * way + 10);
    const xk_index steps = turned - xk_divided(turned, by_dilation) * dilation;
    const xk_index last = newest - xk_divided(steps * XK_V(by_period), by_dilation);
    const xk_index tap = xk_divided(i - last * stride, by_dilation);
    if (first > last || tap * dilation != i - last * stride)
        return xk_none();
    if (part == 2)
        return xk_run_of(0, xk_divided(last - first, by_period) + 1, 1);
    return xk_one(part ? tap : last);
}

XK_FN xk_r xk_finish(xk_acc a, xk_t n)
{
    return a;
}
#endif

#ifdef EXPOPS_REFERENCE
#include "blocks.reference.h"

/* Every block and every place in the kernel is asked whether it lies here. */
MOVE_REFERENCE
{
    const int32_t rows = m->ndim - 2, columns = m->ndim - 1;
    const int64_t *kernel = m->argument[2].list, across = blocks_count(m, 2, 1, m->shape[columns]);
    const int64_t blocks = across * blocks_count(m, 2, 0, m->shape[rows]), taps = kernel[0] * kernel[1];
    expops_element sum = move_zero();
    for (int64_t tap = 0; tap < taps; tap++)
        for (int64_t block = 0; block < blocks; block++) {
            if (blocks_place(m, 2, 0, block / across, tap / kernel[1]) != at[rows] ||
                blocks_place(m, 2, 1, block % across, tap % kernel[1]) != at[columns])
                continue;
            int64_t place[MOVE_RANK] = { at[0] };
            place[m->argument->ndim - 2] = at[rows - 1] * taps + tap;
            place[m->argument->ndim - 1] = block;
            const expops_element one = move_element(m, 0, place);
            sum.re += one.re;
            sum.im += one.im;
            sum.outside |= one.outside;
        }
    return sum;
}
#endif
