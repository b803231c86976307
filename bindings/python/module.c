/* expops._core: the operators, and what the library says about itself. */
#include "container.h"
#include "discovery.h"
#include "error.h"
#include "function.h"
#include "torch_override.h"

/* What the module keeps is the process's. */
static int is_of_first_interpreter(void)
{
    if (!PyInterpreterState_GetID(PyInterpreterState_Get()))
        return 1;
    PyErr_SetString(PyExc_ImportError, "expops works in the process's first interpreter, and in no other");
    return 0;
}

static int fill_module(PyObject *module)
{
    if (!is_of_first_interpreter())
        return -1;
    if (container_prepare() || container_view_prepare() || error_add_types(module) || discovery_add(module) ||
        torch_add(module))
        return -1;
    return function_add_all(module);
}

static PyModuleDef_Slot slots[] = {
    { Py_mod_exec, (void *)fill_module },
#ifdef Py_GIL_DISABLED
    { Py_mod_gil, Py_MOD_GIL_NOT_USED },
#endif
    { 0, NULL },
};

static PyModuleDef definition = {
    PyModuleDef_HEAD_INIT,
    .m_name = "expops._core",
    .m_doc = "Tensor operators of libexpops.",
    .m_slots = slots,
};

PyMODINIT_FUNC PyInit__core(void);
PyMODINIT_FUNC PyInit__core(void)
{
    return PyModuleDef_Init(&definition);
}
