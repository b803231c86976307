#include "argument.h"
#include <string.h>
#include "error.h"

int argument_refuse(const char *function, const char *parameter, PyObject *object, const char *expected)
{
    PyObject *type = PyObject_GetAttrString((PyObject *)Py_TYPE(object), "__name__");
    if (type)
        PyErr_Format(PyExc_TypeError, "%s: %s: got %U, expected %s", function, parameter, type, expected);
    Py_XDECREF(type);
    return -1;
}

static int read_tensor(call_arguments *arguments, const char *parameter, PyObject *object, expops_value *value)
{
    container *next = &arguments->tensors[arguments->num_tensors];
    if (arguments->num_tensors == MAX_TENSORS)
        return PyErr_Format(PyExc_ValueError, "%s: more than %d tensors", arguments->function, (int)MAX_TENSORS), -1;
    if (container_open(object, 0, next))
        return -1;
    arguments->list[arguments->num_tensors++] = &next->tensor;
    *value = expops_tensor_value(&next->tensor);
    return 0;
}

/* A list of tensors; a copy of the sequence holds them, whatever becomes of it meanwhile. */
static int read_tensors(call_arguments *arguments, const expops_parameter_info *parameter, PyObject *object,
                        expops_value *value)
{
    const uint32_t first = arguments->num_tensors;
    if (!PyList_Check(object) && !PyTuple_Check(object))
        return 1;
    PyObject *items = PySequence_Tuple(object);
    if (!items)
        return -1;
    arguments->held[arguments->num_held++] = items;
    for (Py_ssize_t i = 0; i < PyTuple_Size(items); i++) {
        PyObject *item = PyTuple_GetItem(items, i);
        if (!container_is(item))
            return argument_refuse(arguments->function, parameter->name, item, "a tensor in the list");
        if (read_tensor(arguments, parameter->name, item, value))
            return -1;
    }
    *value = expops_tensors(arguments->list + first, arguments->num_tensors - first);
    return 0;
}

static int read_complex(PyObject *object, double *parts, expops_value *value)
{
    parts[0] = PyComplex_RealAsDouble(object);
    parts[1] = PyComplex_ImagAsDouble(object);
    *value = expops_complex(parts);
    return 0;
}

static int read_integer(PyObject *object, expops_value *value)
{
    const long long integer = PyLong_AsLongLong(object);
    if (integer == -1 && PyErr_Occurred())
        return -1;
    *value = expops_int(integer);
    return 0;
}

/* 1 where the object is no number. */
static int read_plain_number(PyObject *object, double *parts, expops_value *value)
{
    if (PyFloat_Check(object))
        *value = expops_real(PyFloat_AsDouble(object));
    else if (PyBool_Check(object))
        *value = expops_bool(object == Py_True);
    else if (PyLong_Check(object))
        return read_integer(object, value);
    else if (PyComplex_Check(object))
        return read_complex(object, parts, value);
    else
        return 1;
    return 0;
}

/* NumPy's scalars, and tensors of one element where a number is asked for. */
static int read_item(PyObject *object, double *parts, expops_value *value)
{
    PyObject *item = PyObject_CallMethod(object, "item", NULL);
    if (!item) {
        const int other = PyErr_ExceptionMatches(PyExc_AttributeError);
        if (other)
            PyErr_Clear();
        return other ? 1 : -1;
    }
    const int status = read_plain_number(item, parts, value);
    Py_DECREF(item);
    return status;
}

static int read_number(PyObject *object, double *parts, expops_value *value)
{
    const int status = read_plain_number(object, parts, value);
    return status == 1 ? read_item(object, parts, value) : status;
}

static int read_operand(call_arguments *arguments, size_t index, const char *parameter, PyObject *object)
{
    double *parts = arguments->parts[index];
    expops_value *value = arguments->values + index;
    const int status = read_plain_number(object, parts, value);
    if (status != 1)
        return status;
    return container_is(object) ? read_tensor(arguments, parameter, object, value) : read_item(object, parts, value);
}

static int append_integer(call_arguments *arguments, PyObject *object)
{
    PyObject *integer = PyNumber_Index(object);
    const long long number = integer ? PyLong_AsLongLong(integer) : -1;
    Py_XDECREF(integer);
    if (number == -1 && PyErr_Occurred())
        return -1;
    if (arguments->num_integers == MAX_INTEGERS)
        return PyErr_Format(PyExc_ValueError, "%s: more than %d integers", arguments->function, (int)MAX_INTEGERS), -1;
    arguments->integers[arguments->num_integers++] = number;
    return 0;
}

static int read_integers(call_arguments *arguments, PyObject *object, expops_value *value)
{
    const uint32_t first = arguments->num_integers;
    int status = PyIndex_Check(object) ? append_integer(arguments, object) : 0;
    if (!PyIndex_Check(object)) {
        if (!PySequence_Check(object) || PyUnicode_Check(object))
            return 1;
        const Py_ssize_t count = PySequence_Size(object);
        status = count < 0 ? -1 : 0;
        for (Py_ssize_t i = 0; !status && i < count; i++) {
            PyObject *item = PySequence_GetItem(object, i);
            status = item ? append_integer(arguments, item) : -1;
            Py_XDECREF(item);
        }
    }
    *value = expops_ints(arguments->integers + first, arguments->num_integers - first);
    return status;
}

static int read_index(PyObject *object, expops_value *value)
{
    if (PyBool_Check(object) || !PyIndex_Check(object))
        return 1;
    PyObject *integer = PyNumber_Index(object);
    const int status = integer ? read_integer(integer, value) : -1;
    Py_XDECREF(integer);
    return status;
}

static int read_choice(const call_arguments *arguments, const expops_parameter_info *parameter, PyObject *object,
                       expops_value *value)
{
    if (!PyUnicode_Check(object))
        return argument_refuse(arguments->function, parameter->name, object, "a word");
    for (int64_t i = 0; parameter->choices[i]; i++)
        if (!PyUnicode_CompareWithASCIIString(object, parameter->choices[i])) {
            *value = expops_choice(i);
            return 0;
        }
    PyErr_Format(PyExc_ValueError, "%s: %s: got '%U', expected '%s'%s%s%s", arguments->function, parameter->name,
                 object, parameter->choices[0], parameter->choices[0] && parameter->choices[1] ? " or '" : "",
                 parameter->choices[0] && parameter->choices[1] ? parameter->choices[1] : "",
                 parameter->choices[0] && parameter->choices[1] ? "'" : "");
    return -1;
}

/* Python's own types of numbers, as PyTorch and NumPy take them. */
static expops_dtype dtype_of_python(PyObject *object)
{
    if (object == (PyObject *)&PyFloat_Type)
        return EXPOPS_DTYPE_F64;
    if (object == (PyObject *)&PyLong_Type)
        return EXPOPS_DTYPE_I64;
    return object == (PyObject *)&PyComplex_Type ? EXPOPS_DTYPE_C128 : EXPOPS_DTYPE_COUNT;
}

/* torch.float32, numpy.float32, numpy.dtype("float32"), "float32": the last word of what they call themselves. */
static int read_dtype(PyObject *object, expops_value *value)
{
    const expops_dtype own = dtype_of_python(object);
    *value = expops_int(own);
    if (own < EXPOPS_DTYPE_COUNT)
        return 0;
    PyObject *name = PyUnicode_Check(object) ? Py_NewRef(object) : PyObject_GetAttrString(object, "__name__");
    if (!name) {
        PyErr_Clear();
        name = PyObject_Str(object);
    }
    const char *text = name ? PyUnicode_AsUTF8AndSize(name, NULL) : NULL;
    if (!text) {
        Py_XDECREF(name);
        return -1;
    }
    const char *dot = strrchr(text, '.');
    const expops_dtype dtype = library_dtype_find(dot ? dot + 1 : text);
    *value = expops_int(dtype);
    Py_DECREF(name);
    return dtype == EXPOPS_DTYPE_COUNT;
}

static const char *expected_of(uint32_t kind)
{
    switch (kind) {
    case EXPOPS_PARAMETER_TENSOR:
        return "a tensor";
    case EXPOPS_PARAMETER_TENSORS:
        return "a list of tensors";
    case EXPOPS_PARAMETER_OPERAND:
        return "a tensor or a number";
    case EXPOPS_PARAMETER_NUMBER:
        return "a number";
    case EXPOPS_PARAMETER_INT:
        return "an integer";
    case EXPOPS_PARAMETER_INTS:
        return "integers";
    case EXPOPS_PARAMETER_BOOL:
        return "True or False";
    default:
        return "an element type such as 'float32'";
    }
}

/* 1 where the object is of another kind than the parameter takes. */
static int read_kind(call_arguments *arguments, size_t index, const expops_parameter_info *parameter, PyObject *object)
{
    expops_value *value = arguments->values + index;
    switch (parameter->kind) {
    case EXPOPS_PARAMETER_TENSOR:
        return container_is(object) ? read_tensor(arguments, parameter->name, object, value) : 1;
    case EXPOPS_PARAMETER_OPERAND:
        return read_operand(arguments, index, parameter->name, object);
    case EXPOPS_PARAMETER_NUMBER:
        return read_number(object, arguments->parts[index], value);
    case EXPOPS_PARAMETER_INT:
        return read_index(object, value);
    case EXPOPS_PARAMETER_INTS:
        return read_integers(arguments, object, value);
    case EXPOPS_PARAMETER_TENSORS:
        return read_tensors(arguments, parameter, object, value);
    case EXPOPS_PARAMETER_BOOL:
        *value = expops_bool(object == Py_True);
        return !PyBool_Check(object);
    case EXPOPS_PARAMETER_CHOICE:
        return read_choice(arguments, parameter, object, value);
    default:
        return read_dtype(object, value);
    }
}

int argument_read(call_arguments *arguments, size_t index, const expops_parameter_info *parameter, PyObject *object)
{
    if (object == Py_None && parameter->optional) {
        arguments->values[index] = expops_none();
        return 0;
    }
    const int status = read_kind(arguments, index, parameter, object);
    if (status == 1)
        return argument_refuse(arguments->function, parameter->name, object, expected_of(parameter->kind));
    if (status)
        error_of_argument(arguments->function, parameter->name);
    return status;
}

void arguments_close(call_arguments *arguments)
{
    for (uint32_t i = 0; i < arguments->num_tensors; i++)
        container_close(arguments->tensors + i);
    for (uint32_t i = 0; i < arguments->num_held; i++)
        Py_DECREF(arguments->held[i]);
}
