/* torch's dispatcher: kernels put there, and those that are there. */
#include <string.h>
#include "error.h"
#include "torch_override.h"
#include "torch_stack.h"

#define LIBRARY_NAME "expops.torch_library"

/* --- keys --- */

/* Keys of devices with what a call's set of keys has of each, the foremost first; then those of kernels for any device. */
enum { MAX_KEYS = 64, MAX_ANY = 2 };
static struct {
    uint64_t bits;
    uint16_t key;
} keys_below[MAX_KEYS];
static size_t num_keys;
static uint16_t any_device[MAX_ANY], device_keys[2]; /* CPU, GPU */
uint16_t override_scope_key;
uint64_t override_scope_bits;

static uint16_t key_of(uint64_t keys)
{
    for (size_t i = 0; i < num_keys; i++)
        if ((keys & keys_below[i].bits) == keys_below[i].bits)
            return keys_below[i].key;
    return 0;
}

int override_is_of_gpu(uint64_t keys)
{
    return key_of(keys) == device_keys[1];
}

static const torch_kernel *kernel_for(const void *op, uint16_t key)
{
    if (key && torch.has_kernel(op, key))
        return torch.find_kernel(op, key);
    for (int i = 0; i < MAX_ANY; i++)
        if (torch.has_kernel(op, any_device[i]))
            return torch.find_kernel(op, any_device[i]);
    return NULL;
}

const torch_kernel *override_kernel_below(const void *op, uint64_t keys)
{
    const uint16_t key = key_of(keys);
    const torch_kernel *kernel = kernel_for(op, key);
    if (!kernel)
        torch.refuse(op, key);
    return kernel;
}

/* (scope's key, CPU's, GPU's, those of kernels for any device, bits of the scope's, [(bits, key) of each device]) */
PyObject *dispatch_set_keys(PyObject *self, PyObject *args)
{
    PyObject *below;
    unsigned long long scope_bits;
    if (!PyArg_ParseTuple(args, "HHHHHKO", &override_scope_key, &device_keys[0], &device_keys[1], &any_device[0],
                          &any_device[1], &scope_bits, &below))
        return NULL;
    override_scope_bits = scope_bits;
    for (num_keys = 0; num_keys < MAX_KEYS && (Py_ssize_t)num_keys < PySequence_Size(below); num_keys++) {
        PyObject *row = PySequence_GetItem(below, (Py_ssize_t)num_keys);
        unsigned long long bits = 0;
        const int failed = !row || !PyArg_ParseTuple(row, "KH", &bits, &keys_below[num_keys].key);
        Py_XDECREF(row);
        if (failed)
            return NULL;
        keys_below[num_keys].bits = bits;
    }
    return Py_NewRef(Py_None);
}

/* --- what torch has --- */

/* torch's handle of an operator begins with its entry. */
void dispatch_find(override *o)
{
    void *handle[8] = { NULL };
    torch.find_operator(handle, torch.dispatcher(), o->name, o->overload);
    o->op = handle[0];
    for (int i = 0; o->global && i < 2; i++) {
        const torch_kernel *kernel = kernel_for(o->op, device_keys[i]);
        o->covered[i] = kernel ? *kernel : (torch_kernel){ NULL };
    }
}

/* --- registering --- */

static void delete_library(PyObject *capsule)
{
    torch.library_delete(PyCapsule_GetPointer(capsule, LIBRARY_NAME));
}

/* (namespace, key) */
PyObject *dispatch_make_library(PyObject *self, PyObject *args)
{
    const char *space, *key;
    torch_handle made;
    if (!PyArg_ParseTuple(args, "ss", &space, &key))
        return NULL;
    if (torch.library_init(space, key, __FILE__, __LINE__, &made))
        return PyErr_Format(PyExc_RuntimeError, "torch gives no library for the key %s", key);
    PyObject *capsule = PyCapsule_New(made, LIBRARY_NAME, delete_library);
    if (!capsule)
        torch.library_delete(made);
    return capsule;
}

/* torch's object for a kernel is made in room that is larger than any version's, of parts that are all zero but for the functions:
 * a kernel begins with what `torch_kernel` has, the type of its C++ function (two words) is not given, nor is its schema. */
int dispatch_register(PyObject *library, const char *name, torch_function function, torch_unboxed unboxed)
{
    _Alignas(16) unsigned char room[1024] = { 0 };
    union {
        torch_kernel kernel;
        unsigned char room[256];
    } kernel = { .room = { 0 } };
    void *const no_schema = NULL;
    torch_handle handle = PyCapsule_GetPointer(library, LIBRARY_NAME);
    if (!handle)
        return -1;
    kernel.kernel.call = function;
    kernel.kernel.unboxed = unboxed;
    torch.make_function(room, &kernel.kernel, NULL, NULL, &no_schema);
    torch.register_function(handle, name, room, 0);
    torch.free_function(room);
    return 0;
}

/* --- learning the stack's layout --- */

static const void *probe_tensor;
static int is_known;

static void probe(void *self, const void *op, uint64_t keys, torch_stack *stack)
{
    if (torch_stack_learn(stack, probe_tensor))
        torch.fail("expops", "expops", 0, "the stack has another layout");
    torch_stack_keep(stack, (uint32_t)(stack->end - stack->begin), 0);
    is_known = 1;
}

/* (library, name of the operator): its kernel learns from a call with the arguments below. */
PyObject *dispatch_register_probe(PyObject *self, PyObject *args)
{
    PyObject *library, *cdata;
    const char *name;
    if (!PyArg_ParseTuple(args, "OsO", &library, &name, &cdata))
        return NULL;
    probe_tensor = PyLong_AsVoidPtr(cdata);
    if (PyErr_Occurred() || dispatch_register(library, name, probe, NULL))
        return NULL;
    return Py_NewRef(Py_None);
}

PyObject *dispatch_stack_is_known(PyObject *self, PyObject *none)
{
    return PyBool_FromLong(is_known);
}
