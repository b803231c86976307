#include "function.h"
#include "error.h"
#include <stdlib.h>
#include <string.h>

#define FUNCTION_NAME "expops.function"
static PyObject *name_out, *name_input;

/* --- matching what is given with the parameters --- */

static int same_name(PyObject *a, PyObject *b)
{
    return a == b || PyUnicode_Compare(a, b) == 0;
}

/* PyTorch calls the first argument `input` in Python and `self` below. */
size_t function_find_keyword(const function *f, PyObject *keyword)
{
    for (size_t i = 0; i < f->num_parameters; i++)
        if (same_name(keyword, f->names[i]))
            return i;
    if (f->form == SIGNATURE_NEW && same_name(keyword, name_out))
        return f->num_parameters;
    if (f->num_parameters && same_name(keyword, name_input) && !strcmp(f->parameters[0].name, "self"))
        return 0;
    return SIZE_MAX;
}

static int take_keywords(const function *f, PyObject *const *values, PyObject *keywords, PyObject **given)
{
    const Py_ssize_t count = PyTuple_Size(keywords);
    for (Py_ssize_t k = 0; k < count; k++) {
        PyObject *keyword = PyTuple_GetItem(keywords, k);
        const size_t index = function_find_keyword(f, keyword);
        if (index == SIZE_MAX)
            return PyErr_Format(PyExc_TypeError, "%s() has no argument '%U'", f->name, keyword), -1;
        if (given[index])
            return PyErr_Format(PyExc_TypeError, "%s() got two values for '%U'", f->name, keyword), -1;
        given[index] = values[k];
    }
    return 0;
}

static int take_arguments(const function *f, PyObject *const *args, Py_ssize_t num_args, PyObject *keywords,
                          PyObject **given)
{
    if ((size_t)num_args > f->num_parameters)
        return PyErr_Format(PyExc_TypeError, "%s() takes %zu arguments, got %zd", f->name, f->num_parameters, num_args),
               -1;
    memcpy(given, args, (size_t)num_args * sizeof given[0]);
    if (keywords && take_keywords(f, args + num_args, keywords, given))
        return -1;
    for (size_t i = 0; i < f->num_parameters; i++)
        if (!given[i] && !f->parameters[i].optional)
            return PyErr_Format(PyExc_TypeError, "%s() needs '%s'", f->name, f->parameters[i].name), -1;
    return 0;
}

static int read_arguments(const function *f, PyObject *const *given, call_arguments *arguments)
{
    for (size_t i = 0; i < f->num_parameters; i++) {
        arguments->values[i] = expops_none();
        if (given[i] && argument_read(arguments, i, f->parameters + i, given[i]))
            return -1;
    }
    return 0;
}

/* --- the call --- */

/* What a call writes into. */
typedef struct call_outputs {
    PyObject *objects[MAX_OUTPUTS];
    container opened[MAX_OUTPUTS];
    expops_result results[MAX_OUTPUTS]; /* of new ones, which are described by it */
    size_t count;                       /* so far */
} call_outputs;

/* The tensor that says where the work is done: the first that is not on the host, else the first. */
static const container *find_leader(const call_arguments *arguments, const call_outputs *outputs)
{
    for (uint32_t i = 0; i < arguments->num_tensors; i++)
        if (arguments->tensors[i].tensor.device.device_type != EXPOPS_DL_CPU)
            return arguments->tensors + i;
    return arguments->num_tensors ? arguments->tensors : outputs->count ? outputs->opened : NULL;
}

/* Other Python threads may run meanwhile, except where handing over would take longer than the work. */
static expops_status launch(const function *f, const call_arguments *arguments, const call_outputs *outputs)
{
    enum { WORTH_IT = 1 << 14 };
    const container *leader = find_leader(arguments, outputs);
    expops_tensor outs[MAX_OUTPUTS];
    expops_device *device;
    expops_status status = library_device(leader->tensor.device, &device);
    if (status)
        return status;
    for (size_t i = 0; i < outputs->count; i++)
        outs[i] = outputs->opened[i].tensor;
    if (leader->tensor.device.device_type == EXPOPS_DL_CPU && expops_tensor_numel(outs) < WORTH_IT)
        return library_call(f->op, device, leader->stream, arguments->values, f->num_parameters, outs, outputs->count);
    Py_BEGIN_ALLOW_THREADS;
    status = library_call(f->op, device, leader->stream, arguments->values, f->num_parameters, outs, outputs->count);
    Py_END_ALLOW_THREADS;
    return status;
}

static int open_output(PyObject *given, call_outputs *outputs)
{
    if (container_open(given, 1, outputs->opened + outputs->count))
        return -1;
    outputs->objects[outputs->count++] = Py_NewRef(given);
    return 0;
}

/* `out` is a tensor, or a tuple of as many as the operator has results. */
static int open_outputs(const function *f, PyObject *given, call_outputs *outputs)
{
    if (f->num_outputs == 1)
        return open_output(given, outputs);
    if (!PyTuple_Check(given) || PyTuple_Size(given) != (Py_ssize_t)f->num_outputs)
        return PyErr_Format(PyExc_TypeError, "%s: out: expected a tuple of %zu tensors", f->name, f->num_outputs), -1;
    for (Py_ssize_t i = 0; i < PyTuple_Size(given); i++)
        if (open_output(PyTuple_GetItem(given, i), outputs))
            return -1;
    return 0;
}

static int make_outputs(const function *f, const call_arguments *arguments, call_outputs *outputs)
{
    const expops_status status =
        library_infer(f->op, arguments->values, f->num_parameters, outputs->results, f->num_outputs);
    const container *leader = find_leader(arguments, outputs);
    if (status)
        return error_raise(status), -1;
    for (; outputs->count < f->num_outputs; outputs->count++) {
        container *opened = outputs->opened + outputs->count;
        const expops_result *result = outputs->results + outputs->count;
        outputs->objects[outputs->count] =
            leader ? container_new(leader, result, opened) : container_new_numpy(result, opened);
        if (!outputs->objects[outputs->count])
            return -1;
    }
    return 0;
}

/* The outputs, and their references, as one object: a tensor or a tuple. */
static PyObject *give_outputs(PyObject *given, call_outputs *outputs)
{
    if (outputs->count == 1)
        return Py_NewRef(outputs->objects[0]);
    if (given)
        return Py_NewRef(given);
    PyObject *tuple = PyTuple_New((Py_ssize_t)outputs->count);
    for (size_t i = 0; tuple && i < outputs->count; i++)
        PyTuple_SetItem(tuple, (Py_ssize_t)i, Py_NewRef(outputs->objects[i]));
    return tuple;
}

static PyObject *run(const function *f, PyObject *given, const call_arguments *arguments)
{
    call_outputs outputs;
    PyObject *result = NULL;
    outputs.count = 0;
    if (!(given ? open_outputs(f, given, &outputs) : make_outputs(f, arguments, &outputs))) {
        const expops_status status = launch(f, arguments, &outputs);
        if (status)
            error_raise(status);
        else
            result = give_outputs(given, &outputs);
    }
    for (size_t i = 0; i < outputs.count; i++) {
        container_close(outputs.opened + i);
        Py_DECREF(outputs.objects[i]);
    }
    return result;
}

/* Where there can be no view, PyTorch's name for what then copies is the operator's own (reshape); its others refuse (view). */
static PyObject *without_view(const function *f, const call_arguments *arguments)
{
    const char *own = expops_operator_name(f->op);
    if (!strcmp(f->name, own))
        return run(f, NULL, arguments);
    return PyErr_Format(error_type(EXPOPS_ERR_SHAPE), "%s: %s's memory has no view like that; %s copies it", f->name,
                        f->parameters[0].name, own);
}

/* A view of the first argument. */
static PyObject *view(const function *f, const call_arguments *arguments)
{
    expops_result result;
    const expops_status status = library_view_of(f->op, arguments->values, f->num_parameters, &result);
    if (!status)
        return container_view(arguments->tensors, &result);
    return status == EXPOPS_ERR_UNSUPPORTED ? without_view(f, arguments) : (error_raise(status), NULL);
}

PyObject *function_call(const function *f, PyObject *const *given)
{
    PyObject *result = NULL;
    call_arguments arguments;
    arguments.function = f->name;
    arguments.num_tensors = arguments.num_integers = arguments.num_held = 0;
    PyObject *output = f->form == SIGNATURE_IN_PLACE ? given[0] : given[f->num_parameters];
    const int failed = read_arguments(f, given, &arguments);
    if (!failed && container_below_autograd && library_meets_number(arguments.values, f->num_parameters))
        PyErr_SetString(PyExc_ArithmeticError, "a number that came as a tensor");
    else if (!failed && f->form == SIGNATURE_VIEW)
        result = view(f, &arguments);
    else if (!failed)
        result = run(f, output == Py_None ? NULL : output, &arguments);
    arguments_close(&arguments);
    return result;
}

static PyObject *call(PyObject *self, PyObject *const *args, Py_ssize_t num_args, PyObject *keywords)
{
    const function *f = PyCapsule_GetPointer(self, FUNCTION_NAME);
    PyObject *given[MAX_ARGUMENTS + 1] = { NULL };
    return take_arguments(f, args, num_args, keywords, given) ? NULL : function_call(f, given);
}

/* --- making the functions --- */

/* What inspect.signature() and help() read. */
static char *write_doc(const function *f)
{
    char *text = NULL;
    size_t size;
    FILE *file = open_memstream(&text, &size);
    if (!file)
        return NULL;
    fputs(f->name, file);
    signature_write(file, f->op, f->form, 0);
    fputs("\n--\n\n", file);
    signature_write_doc(file, f->op, f->form);
    fclose(file);
    return text;
}

static int read_parameters(function *f)
{
    f->num_parameters = expops_operator_parameter_count(f->op);
    f->num_outputs = library_count_outputs(f->op);
    for (size_t i = 0; i < f->num_parameters; i++) {
        if (i == MAX_ARGUMENTS || !expops_operator_parameter(f->op, i, f->parameters + i))
            return PyErr_Format(PyExc_SystemError, "%s has too many parameters", f->name), -1;
        f->names[i] = PyUnicode_InternFromString(f->parameters[i].name);
        if (!f->names[i])
            return -1;
    }
    return 0;
}

static int add(PyObject *module, const expops_operator *op, const char *name, enum signature_form form)
{
    function *f = calloc(1, sizeof *f);
    if (!f)
        return PyErr_NoMemory(), -1;
    f->op = op;
    f->form = form;
    strncpy(f->name, name, sizeof f->name - 1);
    f->doc = write_doc(f);
    if (!f->doc || read_parameters(f))
        return -1;
    f->method = (PyMethodDef){ f->name, (PyCFunction)(void (*)(void))call, METH_FASTCALL | METH_KEYWORDS, f->doc };
    PyObject *self = PyCapsule_New(f, FUNCTION_NAME, NULL);
    PyObject *module_name = PyUnicode_InternFromString("expops");
    PyObject *made = self && module_name ? PyCFunction_NewEx(&f->method, self, module_name) : NULL;
    const int status = made ? PyModule_AddObjectRef(module, f->name, made) : -1;
    Py_XDECREF(made);
    Py_XDECREF(module_name);
    Py_XDECREF(self);
    return status;
}

static int add_operator(PyObject *module, const expops_operator *op)
{
    const char *name;
    char in_place[MAX_NAME];
    for (size_t i = 0; (name = signature_name(op, i)); i++) {
        if (*name && add(module, op, name, signature_form_of(op, name)))
            return -1;
        if (*name && signature_name_in_place(op, name, in_place) && add(module, op, in_place, SIGNATURE_IN_PLACE))
            return -1;
    }
    return 0;
}

const function *function_of(PyObject *object)
{
    PyObject *self = PyObject_GetAttrString(object, "__self__");
    const function *f = self ? PyCapsule_GetPointer(self, FUNCTION_NAME) : NULL;
    Py_XDECREF(self);
    return f;
}

int function_add_all(PyObject *module)
{
    name_out = PyUnicode_InternFromString("out");
    name_input = PyUnicode_InternFromString("input");
    for (size_t i = 0; i < expops_operator_count(); i++)
        if (add_operator(module, expops_operator_at(i)))
            return -1;
    return 0;
}
