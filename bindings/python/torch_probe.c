/* What kernels for unboxed calls take for granted is tried first: calls with known arguments, of operators that stand for the kinds. */
#include <string.h>
#include "torch_override.h"
#include "torch_unboxed.h"

static const void *known[2]; /* what is behind the tensors */
static uint32_t num_right;

static void fail(void)
{
    torch.fail("expops", "expops", 0, "arguments are passed in another way");
}

static void expect(int holds)
{
    if (!holds)
        fail();
}

static int is_tensor(uintptr_t word, int index)
{
    return *(const void *const *)word == known[index];
}

static int are_tensors(void *const *tensors, size_t count)
{
    return count == 3 && tensors[0] == known[0] && tensors[1] == known[1] && tensors[2] == known[0];
}

static void *give(uintptr_t where, uintptr_t tensor)
{
    memcpy((void *)where, &torch.no_tensor, sizeof torch.no_tensor);
    torch.assign_tensor((torch_handle)tensor, (torch_handle)where);
    num_right++;
    return (void *)where;
}

/* _softmax(x, -3, True) */
static void *probe_plain(uintptr_t result, uintptr_t self, uintptr_t keys, uintptr_t x, uintptr_t dim, uintptr_t flag)
{
    expect(!self && (keys & override_scope_bits) && is_tensor(x, 0) && (int64_t)dim == -3 && (uint8_t)flag == 1);
    return give(result, x);
}

static void learn_number(const torch_number *number)
{
    static const uint8_t kinds[] = { ITEM_REAL, ITEM_INTEGER, ITEM_TRUTH, ITEM_COMPLEX };
    static uint32_t count;
    const int right[] = { number->as.real == 2.5, number->as.integer == 3, number->as.truth == 1,
                          number->as.parts[0] == 1 && number->as.parts[1] == 2 };
    expect(count < sizeof kinds && number->tag < MAX_NUMBER_TAGS && right[count] && !torch_kind_of_number[number->tag]);
    torch_kind_of_number[number->tag] = kinds[count++];
}

/* clamp_min(x, 2.5), with 3, with True, with 1+2j */
static void *probe_number(uintptr_t result, uintptr_t self, uintptr_t keys, uintptr_t x, uintptr_t number,
                          uintptr_t none)
{
    expect(!self && (keys & override_scope_bits) && is_tensor(x, 0));
    learn_number((const torch_number *)number);
    return give(result, x);
}

/* clamp_min_(x, 2.5) */
static void *probe_in_place(uintptr_t self, uintptr_t keys, uintptr_t x, uintptr_t number, uintptr_t none,
                            uintptr_t none2)
{
    expect(!self && (keys & override_scope_bits) && is_tensor(x, 0) && ((const torch_number *)number)->as.real == 2.5);
    num_right++;
    return (void *)x;
}

/* cat([x, y, x], -3) */
static void *probe_list(uintptr_t result, uintptr_t self, uintptr_t keys, uintptr_t word, uintptr_t dim, uintptr_t none)
{
    const torch_list *list = (const torch_list *)word;
    expect(!self && (keys & override_scope_bits) && (int64_t)dim == -3 && are_tensors(list->tensors, list->count));
    torch_tag_of_array = list->tag;
    return give(result, (uintptr_t)&known[0]);
}

/* stack([x, y, x], -3) */
static void *probe_array(uintptr_t result, uintptr_t self, uintptr_t keys, uintptr_t tensors, uintptr_t count,
                         uintptr_t dim)
{
    expect(!self && (keys & override_scope_bits) && are_tensors((void *const *)tensors, count) && (int64_t)dim == -3);
    return give(result, tensors);
}

static void boxed(void *self, const void *op, uint64_t keys, torch_stack *stack)
{
    fail();
}

static const struct {
    const char *name;
    torch_unboxed function;
} probes[] = { { "_softmax", probe_plain },
               { "clamp_min", probe_number },
               { "clamp_min_", probe_in_place },
               { "cat", probe_list },
               { "stack", probe_array } };
enum { NUM_CALLS = 8 };

static torch_unboxed find_probe(const char *name)
{
    for (size_t i = 0; i < sizeof probes / sizeof probes[0]; i++)
        if (!strcmp(probes[i].name, name))
            return probes[i].function;
    return NULL;
}

/* Whether ATen's kernel has a function of torch's where ours is to have one. */
static int natives_are_known(const override *o)
{
    return torch_symbols_is_code(*(void *const *)&o->covered[0].unboxed) && !o->covered[0].symbolic;
}

/* Whether the dispatcher's table has what was registered. */
static int is_in_table(const override *o, torch_unboxed function)
{
    const torch_kernel *kernel =
        torch.has_kernel(o->op, override_scope_key) ? torch.find_kernel(o->op, override_scope_key) : NULL;
    return kernel && !kernel->self && kernel->call == boxed && kernel->unboxed == function && !kernel->symbolic;
}

/* (library, name of the operator, its C++ function, x, y): a kernel of ours that learns from a call of C++'s. Whether it may be made. */
PyObject *probe_register_unboxed(PyObject *self, PyObject *args)
{
    PyObject *library, *cdata[2];
    const char *name, *symbol;
    if (!PyArg_ParseTuple(args, "OssOO", &library, &name, &symbol, &cdata[0], &cdata[1]))
        return NULL;
    for (int i = 0; i < 2; i++)
        known[i] = PyLong_AsVoidPtr(cdata[i]);
    const torch_unboxed function = TORCH_UNBOXED && torch_symbols_find(symbol) ? find_probe(name) : NULL;
    override o = { .global = 1 };
    PyOS_snprintf(o.name, sizeof o.name, "aten::%s", name);
    if (PyErr_Occurred())
        return NULL;
    dispatch_find(&o);
    if (!function || !natives_are_known(&o))
        return Py_NewRef(Py_False);
    if (dispatch_register(library, name, boxed, function))
        return NULL;
    return PyBool_FromLong(is_in_table(&o, function));
}

PyObject *probe_unboxed_is_known(PyObject *self, PyObject *none)
{
    return PyBool_FromLong(num_right == NUM_CALLS);
}
