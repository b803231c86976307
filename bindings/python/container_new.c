/* New tensors of the library that another one is from. */
#include "container.h"
#include "torch_object.h"

static PyObject *name_empty, *name_namespace;

int container_new_prepare(void)
{
    name_empty = PyUnicode_InternFromString("empty");
    name_namespace = PyUnicode_InternFromString("__array_namespace__");
    return name_empty && name_namespace ? 0 : -1;
}

static void set_error(void *context, const char *kind, const char *message)
{
    (void)context;
    PyErr_Format(PyExc_RuntimeError, "%s: %s", kind, message);
}

/* The producer allocates memory in row-major order; the result's order is written into its description, which is ours until
 * it becomes an object. */
static PyObject *new_by_table(const container *like, const expops_result *result, container *out)
{
    expops_tensor prototype = like->tensor;
    expops_dl_managed_versioned *managed = NULL;
    void *object = NULL;
    prototype.dtype = expops_dtype_to_dl(result->dtype);
    prototype.ndim = result->ndim;
    prototype.shape = (int64_t *)result->shape;
    prototype.strides = NULL;
    if (like->api->allocate(&prototype, &managed, NULL, set_error))
        return NULL;
    for (int32_t d = 0; d < result->ndim; d++)
        managed->dl_tensor.strides[d] = result->strides[d];
    prototype.data = managed->dl_tensor.data;
    prototype.byte_offset = managed->dl_tensor.byte_offset;
    prototype.strides = (int64_t *)result->strides;
    if (like->api->to_object(managed, &object))
        return NULL;
    *out = (container){ .tensor = prototype, .object = object, .api = like->api, .stream = like->stream };
    return object;
}

static PyObject *make_shape(const expops_result *result)
{
    PyObject *shape = PyTuple_New(result->ndim);
    for (int32_t d = 0; shape && d < result->ndim; d++)
        if (PyTuple_SetItem(shape, d, PyLong_FromLongLong(result->shape[d])))
            Py_CLEAR(shape);
    return shape;
}

/* By the array API standard: NumPy, CuPy, and what else follows it. */
static PyObject *new_by_namespace(PyObject *namespace, const expops_result *result, container *out)
{
    PyObject *shape = make_shape(result), *dtype = PyObject_GetAttrString(namespace, library_dtype_name(result->dtype));
    PyObject *object = shape && dtype ? PyObject_CallMethodObjArgs(namespace, name_empty, shape, dtype, NULL) : NULL;
    Py_XDECREF(shape);
    Py_XDECREF(dtype);
    if (object && container_open(object, 1, out))
        Py_CLEAR(object);
    return object;
}

/* By the object, or, of a library older than the standard that objects say it by (CuPy's), by the type's module. */
PyObject *container_namespace(PyObject *object)
{
    PyObject *namespace = PyObject_CallMethodObjArgs(object, name_namespace, NULL), *failure[3] = { NULL };
    if (namespace || !PyErr_ExceptionMatches(PyExc_AttributeError))
        return namespace;
    PyErr_Fetch(&failure[0], &failure[1], &failure[2]);
    PyObject *module = PyObject_GetAttrString((PyObject *)Py_TYPE(object), "__module__");
    PyObject *parts = module ? PyObject_CallMethod(module, "partition", "s", ".") : NULL;
    PyObject *package = parts ? PyImport_Import(PyTuple_GetItem(parts, 0)) : NULL;
    Py_XDECREF(module);
    Py_XDECREF(parts);
    if (package && PyObject_HasAttrString(package, "from_dlpack")) {
        for (int i = 0; i < 3; i++)
            Py_XDECREF(failure[i]);
        return package;
    }
    Py_XDECREF(package);
    PyErr_Clear();
    PyErr_Restore(failure[0], failure[1], failure[2]);
    return NULL;
}

/* Said instead of what Python says of an attribute. */
static void refuse_to_make(PyObject *object)
{
    PyObject *name = PyObject_GetAttrString((PyObject *)Py_TYPE(object), "__name__");
    PyErr_Clear();
    if (name)
        PyErr_Format(PyExc_TypeError, "%U has no __array_namespace__ that could make one: give out=", name);
    Py_XDECREF(name);
}

PyObject *container_new(const container *like, const expops_result *result, container *out)
{
    if (torch_object_is_like(like))
        return torch_object_new(like, result, out);
    if (like->api)
        return new_by_table(like, result, out);
    PyObject *namespace = container_namespace(like->object);
    if (!namespace && PyErr_ExceptionMatches(PyExc_AttributeError) &&
        !PyObject_HasAttr((PyObject *)Py_TYPE(like->object), name_namespace))
        refuse_to_make(like->object);
    PyObject *object = namespace ? new_by_namespace(namespace, result, out) : NULL;
    Py_XDECREF(namespace);
    return object;
}

PyObject *container_new_numpy(const expops_result *result, container *out)
{
    PyObject *numpy = PyImport_ImportModule("numpy");
    PyObject *object = numpy ? new_by_namespace(numpy, result, out) : NULL;
    Py_XDECREF(numpy);
    return object;
}
