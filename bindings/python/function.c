#include "function.h"
#include "error.h"
#include "torch_tensor.h"
#include <string.h>

static PyObject *name_out, *name_input;

int function_prepare(void)
{
    name_out = PyUnicode_InternFromString("out");
    name_input = PyUnicode_InternFromString("input");
    return name_out && name_input ? 0 : -1;
}

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

int function_take(const function *f, PyObject *const *args, Py_ssize_t num_args, PyObject *keywords, PyObject **given)
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
    if (!status && container_below_autograd) /* what torch refuses is its own to refuse */
        status = library_check_elements(f->op, leader->tensor.device, arguments->values, f->num_parameters);
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

/* With the exception set that says why; whether it is a tensor at all is asked without, for that may run Python's code. */
static int refuse_output(const function *f, PyObject *given)
{
    const char *name = f->form == SIGNATURE_IN_PLACE ? f->parameters[0].name : "out";
    PyObject *type, *value, *trace;
    PyErr_Fetch(&type, &value, &trace);
    const int is_tensor = container_is(given);
    PyErr_Restore(type, value, trace);
    if (is_tensor)
        return error_of_argument(f->name, name), -1;
    PyErr_Clear();
    return argument_refuse(f->name, name, given, "a tensor");
}

static int open_output(const function *f, PyObject *given, call_outputs *outputs)
{
    if (container_open(given, 1, outputs->opened + outputs->count))
        return refuse_output(f, given);
    outputs->objects[outputs->count++] = Py_NewRef(given);
    return 0;
}

/* `out` is a tensor, or a tuple of as many as the operator has results. */
static int open_outputs(const function *f, PyObject *given, call_outputs *outputs)
{
    if (f->num_outputs == 1)
        return open_output(f, given, outputs);
    if (!PyTuple_Check(given) || PyTuple_Size(given) != (Py_ssize_t)f->num_outputs)
        return PyErr_Format(PyExc_TypeError, "%s: out: expected a tuple of %zu tensors", f->name, f->num_outputs), -1;
    for (Py_ssize_t i = 0; i < PyTuple_Size(given); i++)
        if (open_output(f, PyTuple_GetItem(given, i), outputs))
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
    if (container_below_autograd &&
        torch_dtype_is_default(arguments->values, f->num_parameters, outputs->results->dtype))
        return PyErr_SetString(error_type(EXPOPS_ERR_DTYPE), "the result has torch's default type"), -1;
    for (; outputs->count < f->num_outputs; outputs->count++) {
        container *opened = outputs->opened + outputs->count;
        const expops_result *result = outputs->results + outputs->count;
        outputs->objects[outputs->count] =
            leader ? container_new(leader, result, opened) : container_new_numpy(result, opened);
        if (!outputs->objects[outputs->count])
            return error_of_argument(f->name, "the result"), -1;
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
        for (size_t i = 0; given && !status && i < outputs.count; i++)
            container_written(outputs.opened + i);
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
