#include "container.h"
#include "error.h"
#include <stdatomic.h>
#include "torch_object.h"

/* --- which table a type offers --- */

/* Types that were asked, with the answer. A type that does not fit in any more is asked again every time. Never emptied:
 * the types are held, and the tables live as long as the process. */
enum { MAX_KNOWN = 16 };
static struct {
    _Atomic(PyTypeObject *) type;
    const dlpack_exchange *api;
} known[MAX_KNOWN];

static struct {
    PyObject *exchange, *dispatch, *requires_grad, *is_conj, *is_neg, *dlpack, *max_version;
    PyObject *version; /* (1, 0) */
} names;

int container_prepare(void)
{
    names.exchange = PyUnicode_InternFromString("__dlpack_c_exchange_api__");
    names.dispatch = PyUnicode_InternFromString("__torch_dispatch__");
    names.requires_grad = PyUnicode_InternFromString("requires_grad");
    names.is_conj = PyUnicode_InternFromString("is_conj");
    names.is_neg = PyUnicode_InternFromString("is_neg");
    names.dlpack = PyUnicode_InternFromString("__dlpack__");
    names.max_version = PyUnicode_InternFromString("max_version");
    names.version = Py_BuildValue("(ii)", 1, 0);
    return PyErr_Occurred() || container_new_prepare() ? -1 : torch_object_prepare();
}

static PyObject *get_optional(PyObject *object, PyObject *name)
{
    PyObject *found = PyObject_GetAttr(object, name);
    if (!found)
        PyErr_Clear();
    return found;
}

static int defines(PyObject *type, PyObject *name)
{
    PyObject *own = PyObject_GetAttrString(type, "__dict__");
    const int found = own && PyMapping_HasKey(own, name);
    Py_XDECREF(own);
    return found;
}

/* A subclass inherits its base's table, which reads the storage; one that answers operators itself (a fake tensor, a
 * distributed one) may have none, and is asked through `__dlpack__`, which it can refuse. */
static int answers_itself(PyTypeObject *type)
{
    PyObject *order = PyObject_GetAttrString((PyObject *)type, "__mro__");
    const Py_ssize_t count = order ? PyTuple_Size(order) : 0;
    int answers = 0;
    for (Py_ssize_t i = 0; i < count && !defines(PyTuple_GetItem(order, i), names.exchange); i++)
        answers |= defines(PyTuple_GetItem(order, i), names.dispatch);
    Py_XDECREF(order);
    return answers;
}

const dlpack_exchange *container_table_of(PyObject *type)
{
    PyObject *capsule = get_optional(type, names.exchange);
    if (!capsule)
        return NULL;
    const dlpack_exchange *api = PyCapsule_GetPointer(capsule, DLPACK_EXCHANGE_NAME);
    PyErr_Clear();
    Py_DECREF(capsule);
    while (api && api->version_major != 1)
        api = api->previous;
    return api;
}

/* Stands for the table of types whose arrays are more than their memory shows: NumPy's masked arrays. */
static const dlpack_exchange refused;

static int is_masked(PyObject *type)
{
    return PyObject_HasAttrString(type, "mask") && PyObject_HasAttrString(type, "filled");
}

static const dlpack_exchange *ask(PyTypeObject *type)
{
    if (is_masked((PyObject *)type))
        return &refused;
    const dlpack_exchange *api = container_table_of((PyObject *)type);
    if (!api || !api->borrow || answers_itself(type))
        return NULL;
    torch_object_note(api);
    return api;
}

/* Two threads that ask for the same type at once may use two rows, with one answer. */
static const dlpack_exchange *remember(PyTypeObject *type, const dlpack_exchange *api)
{
    static _Atomic size_t used;
    const size_t row = atomic_fetch_add(&used, 1);
    if (row < MAX_KNOWN) {
        Py_INCREF((PyObject *)type);
        known[row].api = api;
        atomic_store_explicit(&known[row].type, type, memory_order_release);
    }
    return api;
}

static const dlpack_exchange *exchange_of(PyTypeObject *type)
{
    for (size_t i = 0; i < MAX_KNOWN; i++) {
        PyTypeObject *seen = atomic_load_explicit(&known[i].type, memory_order_acquire);
        if (seen == type)
            return known[i].api;
    }
    return remember(type, ask(type));
}

int container_is(PyObject *object)
{
    if (exchange_of(Py_TYPE(object)))
        return 1;
    PyObject *method = get_optional((PyObject *)Py_TYPE(object), names.dlpack);
    Py_XDECREF(method);
    return method != NULL;
}

/* --- looking into a tensor --- */

_Thread_local int container_below_autograd;

static int is_true(PyObject *object, PyObject *name, int call)
{
    PyObject *got = get_optional(object, name), *answer = got;
    if (got && call) {
        answer = PyObject_CallNoArgs(got);
        Py_DECREF(got);
    }
    const int truth = answer == Py_True;
    Py_XDECREF(answer);
    if (!answer)
        PyErr_Clear();
    return truth;
}

static int records_gradient(PyObject *object, const dlpack_exchange *api)
{
    const int known = torch_object_requires_grad(object, api);
    return (known < 0 ? is_true(object, names.requires_grad, 0) : known) && torch_object_gradients_are_on();
}

/* A conjugate view, of complex numbers, or a negative one, of what is behind them. */
static int is_lazy(PyObject *object, const dlpack_exchange *api, expops_dl_dtype dtype)
{
    const int known = torch_object_is_lazy(object, api);
    if (known >= 0)
        return known;
    return (dtype.code == 5 && is_true(object, names.is_conj, 1)) ||
           ((dtype.code == 5 || dtype.code == 2) && is_true(object, names.is_neg, 1));
}

/* What a table's view of memory does not show. */
static int check_borrowed(PyObject *object, const dlpack_exchange *api, const expops_tensor *tensor)
{
    const char *hidden = NULL;
    if (!container_below_autograd && records_gradient(object, api))
        hidden = "the tensor requires a gradient, which a call of expops does not record: use tensor.detach(), "
                 "torch.no_grad(), or expops.torch.use(), which keeps autograd";
    else if (!container_below_autograd && torch_object_has_tangent(object, api))
        hidden =
            "the tensor has a tangent, which a call of expops does not carry on: use expops.torch.use(), which keeps "
            "autograd, or the tensor that torch.autograd.forward_ad.unpack_dual() gives";
    else if (is_lazy(object, api, tensor->dtype))
        hidden = "the tensor is a conjugate or negative view: use tensor.resolve_conj() or tensor.resolve_neg()";
    if (hidden)
        PyErr_SetString(PyExc_ValueError, hidden);
    return hidden ? -1 : 0;
}

static int open_by_table(PyObject *object, container *out)
{
    if (out->api->borrow(object, &out->tensor) || check_borrowed(object, out->api, &out->tensor))
        return -1;
    if (out->tensor.device.device_type == EXPOPS_DL_CPU)
        return 0;
    return out->api->current_stream(out->tensor.device.device_type, out->tensor.device.device_id, &out->stream);
}

/* `__dlpack__` of version 1, or of the time before it. */
static PyObject *make_capsule(PyObject *object)
{
    PyObject *method = PyObject_GetAttr(object, names.dlpack), *capsule = NULL;
    PyObject *none = method ? PyTuple_New(0) : NULL, *keywords = none ? PyDict_New() : NULL;
    if (keywords && !PyDict_SetItem(keywords, names.max_version, names.version))
        capsule = PyObject_Call(method, none, keywords);
    if (!capsule && keywords && PyErr_ExceptionMatches(PyExc_TypeError)) {
        PyErr_Clear();
        capsule = PyObject_CallNoArgs(method);
    }
    Py_XDECREF(keywords);
    Py_XDECREF(none);
    Py_XDECREF(method);
    return capsule;
}

/* Of another major version the library frees what the capsule holds, which then must not do so when it goes. */
static expops_status import_versioned(PyObject *capsule, int for_output, expops_tensor *out)
{
    expops_dl_managed_versioned *managed = PyCapsule_GetPointer(capsule, "dltensor_versioned");
    if (managed->version_major != 1)
        PyCapsule_SetName(capsule, "used_dltensor_versioned");
    return expops_dl_import_versioned(managed, for_output, out);
}

/* The capsule is not consumed: it frees what it holds when it goes. */
static int open_by_method(PyObject *object, int for_output, container *out)
{
    expops_status status;
    out->capsule = make_capsule(object);
    if (!out->capsule)
        return -1;
    if (PyCapsule_IsValid(out->capsule, "dltensor_versioned"))
        status = import_versioned(out->capsule, for_output, &out->tensor);
    else if (PyCapsule_IsValid(out->capsule, "dltensor"))
        status = expops_dl_import(PyCapsule_GetPointer(out->capsule, "dltensor"), &out->tensor);
    else
        return PyErr_SetString(PyExc_TypeError, "__dlpack__ gave no DLPack capsule"), -1;
    if (status)
        error_raise(status);
    return status ? -1 : 0;
}

int container_open(PyObject *object, int for_output, container *out)
{
    *out = (container){ .object = object, .api = exchange_of(Py_TYPE(object)) };
    if (out->api == &refused)
        return PyErr_SetString(PyExc_TypeError,
                               "a masked array's mask would be lost: use its filled() or compressed()"),
               -1;
    const int failed = out->api ? open_by_table(object, out) : open_by_method(object, for_output, out);
    if (failed)
        container_close(out);
    return failed;
}

void container_written(const container *c)
{
    if (!container_below_autograd)
        torch_object_written(c->object, c->api);
}

/* What frees the capsule may be Python's, which would lose an exception that is set. */
void container_close(container *c)
{
    PyObject *type, *value, *trace;
    if (!c->capsule)
        return;
    PyErr_Fetch(&type, &value, &trace);
    Py_CLEAR(c->capsule);
    PyErr_Restore(type, value, trace);
}
