"""Differences from PyTorch that are meant: for which operators (*: any), of what kind, a pattern of the text that a
finding would have, the reason, and, where the text does not say it all, what must hold of the call."""
import collections
import re

import torch

# Of a call: its arguments by name, and PyTorch's answer or exception.
Call = collections.namedtuple("Call", "given theirs")
Meant = collections.namedtuple("Meant", "operators kind text reason holds", defaults=[lambda call: True])


def is_empty(name):
    return lambda call: call.given[name].numel() == 0


def may_overlap(tensor):
    return any(n > 1 and not step for n, step in zip(tensor.shape, tensor.stride()))


def pads_nothing(call):
    return all(n <= 0 for n in call.given["pad"])


def margin_overflows(call):
    return abs(call.given["margin"]) > torch.finfo(call.given["self"].dtype).max


def threshold_overflows(call):
    return call.given.get("beta", call.given.get("delta")) > torch.finfo(call.theirs.dtype).max


def limits_cancel(call):
    lower, upper = call.given["lower"], call.given["upper"]
    return abs(lower + upper) < 1e-3 * max(abs(lower), abs(upper))


def other_input_dtype(call):
    """The CUDA function wants grad_output's type, or f16 beside f32."""
    named, grad = call.given["input_dtype"], call.given["grad_output"].dtype
    return named != grad and (named, grad) != (torch.float16, torch.float32)


def gives_nothing(call):
    return (call.theirs[0] if isinstance(call.theirs, tuple) else call.theirs).numel() == 0


def is_not_finite(call):
    answers = torch.view_as_real(call.theirs) if call.theirs.is_complex() else call.theirs
    return not bool(answers.isfinite().all())


def leaves_half_range(call):
    return call.theirs.dtype in (torch.float16, torch.bfloat16) and (is_not_finite(call) or not bool(call.theirs.all()))


OUT_OF_RANGE = "out of range|out of bounds|out of DATA bounds"
COMPLEX = r"(has type c|type is c)"
NOT_COMPLEX = "complex numbers are not among its types"
NOTHING_THERE = "PyTorch looks at nothing where there is nothing to compute"
OF_ONE_TYPE = "query, key and value have one type"

MEANT = [
    # Types.
    Meant("silu rms_norm logaddexp soft_margin_loss", "refuses", COMPLEX, NOT_COMPLEX),
    Meant("hinge_embedding_loss", "refuses", "argument target: has type c", NOT_COMPLEX),
    Meant("hinge_embedding_loss", "refuses", "argument self: has type [iub]", "a difference of integers wraps"),
    Meant("native_dropout_backward", "refuses", "mask: has type", "PyTorch's CUDA refuses it too"),
    Meant("native_dropout_backward", "refuses", "grad_output: has type", "a floating tensor's gradient is floating"),
    Meant("rrelu_with_noise_backward", "refuses", "argument", "gradient, input and noise of rrelu have one type"),
    Meant("_scaled_dot_product_attention_math", "refuses", "was expected, as the first tensor has", OF_ONE_TYPE),
    Meant("_scaled_dot_product_attention_math", "refuses", "dropout_mask: has type", "it says which weights are kept"),
    Meant("layer_norm", "refuses", "has type f32 where b?f16 was expected", "input, weight and bias have one type"),
    Meant("_log_softmax_backward_data", "refuses", "input_dtype is|common type is", "PyTorch's CUDA refuses it too",
          other_input_dtype),
    Meant("_log_softmax_backward_data", "computes", "expected scalar type Float but found Half",
          "PyTorch's CUDA computes it, too"),
    # Numbers.
    Meant("fill", "refuses", "cannot hold", "PyTorch refuses it too where there is more than one element"),
    Meant("scalar_tensor", "refuses", "f32 cannot hold", "half types are computed in f32; PyTorch's fill refuses it"),
    Meant("constant_pad_nd", "refuses", "value: is .*cannot hold", "a number is checked whether or not it fills anything",
          pads_nothing),
    Meant("hinge_embedding_loss", "computes", "cannot be converted to type",
          "beside f16 its CPU kernel refuses 65536 and takes 1e39 for infinity", margin_overflows),
    Meant("masked_fill", "computes", "cannot be converted to type", "what a tensor holds is known on the device only",
          lambda call: isinstance(call.given["value"], torch.Tensor)),
    Meant("scaled_dot_product_attention _scaled_dot_product_attention_math", "refuses",
          "dropout_p is (.* expected 0|above 0 without)", "it draws no random numbers",
          lambda call: call.given["dropout_p"] > 0),
    # Places that elements name; the operators' help says what is there.
    Meant("take gather index_select", "computes", OUT_OF_RANGE, "what an index holds is known on the device only"),
    Meant("masked_scatter", "computes", "elements of source <", "how many a mask selects is known on the device only"),
    Meant("rrelu_with_noise_backward", "values", "", "the slope, the mean of lower and upper, has no double's digits",
          limits_cancel),
    Meant("smooth_l1_loss huber_loss", "values", "has nan", "beside half types a threshold becomes infinite on its CPU",
          threshold_overflows),
    Meant("scaled_dot_product_attention", "values", "has nan", "its CPU scales with roots, and -inf has none",
          lambda call: call.given["scale"] == float("-inf")),
    Meant("_safe_softmax", "values", "has nan", "-inf is looked for in what self becomes, not in self",
          lambda call: call.given["self"].dtype != call.theirs.dtype),
    # Views.
    Meant("as_strided as_strided_scatter _reshape_alias", "refuses", "the view reaches out of self|storage_offset is -",
          "what lies around a tensor in its storage is not its own"),
    Meant("_reshape_alias", "refuses", "expected none below 0", "PyTorch takes it for the stride of a compact tensor"),
    Meant("as_strided_scatter", "refuses", "several elements of src at one place", "which of them stays is open"),
    Meant("as_strided_scatter", "values", "", "PyTorch writes into a compact copy of a tensor that overlaps itself",
          lambda call: may_overlap(call.given["self"])),
    Meant("expand", "refuses", "expected -1 or one that is not negative", "PyTorch makes a tensor of a negative size",
          lambda call: min(call.theirs.shape) < 0),
    # Shapes.
    Meant("soft_margin_loss", "computes", "broadcast shape", "self is broadcast as other losses' operands are"),
    Meant("rrelu_with_noise_backward", "result", "", "the noise has the input's shape, as rrelu makes it"),
    Meant("_pad_circular", "refuses", "pad has .* entries", "PyTorch takes no notice of the last of an odd number",
          lambda call: len(call.given["pad"]) % 2),
    Meant("_log_softmax_backward_data", "refuses", "argument output:? has", "PyTorch reads it as if it were grad_output's like"),
    Meant("scaled_dot_product_attention", "result", "", "PyTorch does not broadcast a query of no elements",
          is_empty("query")),
    Meant("_scaled_dot_product_attention_math", "refuses", "has 1 dimensions", "matrices are expected"),
    Meant("scaled_dot_product_attention", "refuses", "value has .* rows; key has", "PyTorch's CPU reads beyond value's end"),
    Meant("scaled_dot_product_attention", "refuses", "key has 0 heads", "PyTorch asks nothing of keys without elements",
          is_empty("key")),
    # Results of no elements.
    Meant("*", "refuses", "has type|common type is|is .*, accepted are", NOTHING_THERE, gives_nothing),
    Meant("scaled_dot_product_attention", "refuses",
          "attn_mask: shape|has a last size|is given and is_causal|no dimension of heads", NOTHING_THERE, gives_nothing),
    Meant("repeat", "refuses", "argument repeats: has -", NOTHING_THERE, gives_nothing),
    Meant("_adaptive_avg_pool2d _adaptive_avg_pool3d", "refuses", "output_size has -", NOTHING_THERE, gives_nothing),
    Meant("gather", "refuses", "index has size", NOTHING_THERE, gives_nothing),
    Meant("roll", "refuses", "argument dims: dimension", NOTHING_THERE, gives_nothing),
    Meant("cat", "refuses", "argument dim: dimension", "PyTorch leaves out tensors of one dimension and no elements",
          lambda call: all(t.shape == (0,) for t in call.given["tensors"])),
    Meant("pixel_unshuffle", "result", "", "PyTorch gives self's shape to a result of no elements", gives_nothing),
    # Values where infinities meet complex arithmetic.
    Meant("sgn", "values", r"has \(nan\+nanj\)", "its vectors divide by a length, single elements by a complex number"),
    Meant("sigmoid", "values", r" \(\(?-inf", "1 / (1 + exp(-z)) is inf / inf there, the limit is 0"),
    Meant("mean", "values", "j", "PyTorch divides by a complex number on a CPU, by a real one on a GPU", is_not_finite),
    Meant("prod", "values", "nan", "which infinities are left of a complex product is a matter of order",
          lambda call: call.theirs.is_complex()),
    Meant("prod", "values", "", "PyTorch's CPU multiplies half types within their own range, its CUDA in f32", leaves_half_range),
]


def is_meant(name, kind, what, call):
    about = [m for m in MEANT if m.kind == kind and (m.operators == "*" or name in m.operators.split())]
    return any(re.search(m.text, what) and m.holds(call) for m in about)
