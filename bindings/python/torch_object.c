#include "torch_object.h"
#include <stdatomic.h>
#include <string.h>
#include "torch_tensor.h"

/* torch's own table, once a tensor of it was seen. */
static _Atomic(const dlpack_exchange *) torch_table;
static size_t cdata_offset; /* where an object keeps its tensor; 0: not found. Written before the table */

static PyObject *name_torch, *name_tensor;

int torch_object_prepare(void)
{
    name_torch = PyUnicode_InternFromString("torch");
    name_tensor = PyUnicode_InternFromString("Tensor");
    return name_torch && name_tensor ? 0 : -1;
}

/* An object says which tensor it is of (`_cdata`): the word that holds it is looked for, so that no layout is taken for
 * granted. Subclasses begin with the same words. */
static size_t find_cdata(PyObject *base)
{
    PyObject *object = PyObject_CallNoArgs(base), *cdata = object ? PyObject_GetAttrString(object, "_cdata") : NULL;
    PyObject *size = cdata ? PyObject_GetAttrString(base, "__basicsize__") : NULL;
    const size_t tensor = cdata ? PyLong_AsSize_t(cdata) : 0, bytes = size ? PyLong_AsSize_t(size) : 0;
    size_t found = 0;
    for (size_t at = sizeof(PyObject); !PyErr_Occurred() && !found && at + sizeof tensor <= bytes; at += sizeof tensor)
        found = !memcmp((const char *)object + at, &tensor, sizeof tensor) ? at : 0;
    PyErr_Clear();
    Py_XDECREF(size);
    Py_XDECREF(cdata);
    Py_XDECREF(object);
    return found;
}

/* Of several threads that see torch's table at once one notes it; the others take the longer ways until it has. */
void torch_object_note(const dlpack_exchange *api)
{
    static atomic_flag taken = ATOMIC_FLAG_INIT;
    PyObject *module = PyMapping_GetItemString(PyImport_GetModuleDict(), "torch");
    PyObject *base = module ? PyObject_GetAttrString(module, "Tensor") : NULL;
    PyErr_Clear();
    if (base && api == container_table_of(base) && !torch_symbols_load() && !atomic_flag_test_and_set(&taken)) {
        cdata_offset = find_cdata(base);
        atomic_store_explicit(&torch_table, api, memory_order_release);
    }
    Py_XDECREF(base);
    Py_XDECREF(module);
}

static int is_of_torch(const dlpack_exchange *api)
{
    return api && api == atomic_load_explicit(&torch_table, memory_order_acquire);
}

/* --- gradients --- */

/* The word of the object that torch's C++ functions take for a tensor, or NULL. */
static void *const *slot_of(PyObject *object, const dlpack_exchange *api)
{
    return is_of_torch(api) && cdata_offset ? (void *const *)(const void *)((const char *)object + cdata_offset) : NULL;
}

int torch_object_requires_grad(PyObject *object, const dlpack_exchange *api)
{
    void *const *slot = slot_of(object, api);
    return slot && torch.requires_grad ? torch.requires_grad(*slot) : -1;
}

/* There is one level of them, 0. */
int torch_object_has_tangent(PyObject *object, const dlpack_exchange *api)
{
    void *const *slot = slot_of(object, api);
    return slot && torch.tangent && torch.undefined && *torch.tangent(*slot, 0, slot) != torch.undefined;
}

int torch_object_gradients_are_on(void)
{
    PyObject *torch = PyImport_ImportModule("torch");
    PyObject *enabled = torch ? PyObject_CallMethod(torch, "is_grad_enabled", NULL) : NULL;
    const int on = enabled != Py_False;
    Py_XDECREF(enabled);
    Py_XDECREF(torch);
    PyErr_Clear();
    return on;
}

/* --- the rest of what an object knows --- */

int torch_object_is_lazy(PyObject *object, const dlpack_exchange *api)
{
    void *const *slot = slot_of(object, api);
    return slot && torch.is_conj && torch.is_neg ? torch.is_conj(slot) || torch.is_neg(slot) : -1;
}

/* The same by Python, where an object of torch's says nothing else about itself. */
static void count_write(PyObject *object)
{
    PyObject *module = PyDict_GetItemWithError(PyImport_GetModuleDict(), name_torch);
    PyObject *base = module ? PyObject_GetAttr(module, name_tensor) : NULL;
    if (base && PyType_IsSubtype(Py_TYPE(object), (PyTypeObject *)base)) {
        PyObject *graph = PyImport_ImportModule("torch.autograd.graph");
        PyObject *done = graph ? PyObject_CallMethod(graph, "increment_version", "O", object) : NULL;
        Py_XDECREF(done);
        Py_XDECREF(graph);
    }
    PyErr_Clear();
    Py_XDECREF(base);
}

/* Tensors of inference mode have no count. */
void torch_object_written(PyObject *object, const dlpack_exchange *api)
{
    void *const *slot = slot_of(object, api);
    if (!slot || !torch.is_inference || !torch.count_write)
        count_write(object);
    else if (!torch.is_inference(slot))
        torch.count_write(slot);
}

/* --- new tensors --- */

int torch_object_is_like(const container *like)
{
    const int32_t type = like->tensor.device.device_type;
    return is_of_torch(like->api) && torch.wrap && (type == EXPOPS_DL_CPU || type == torch.gpu_type);
}

/* DLPack in between would cost half of PyTorch's whole call, and the memory could not be resized. */
PyObject *torch_object_new(const container *like, const expops_result *result, container *out)
{
    torch_handle made = NULL;
    *out = (container){ .api = like->api, .stream = like->stream };
    const expops_status status = torch_tensor_make(result, like->tensor.device, &out->tensor, &made);
    if (status)
        PyErr_SetString(PyExc_RuntimeError, torch.get_what ? torch.get_what() : "torch gives no memory for the result");
    else
        out->object = torch.wrap(made);
    if (made)
        torch.delete_tensor(made);
    return out->object;
}
