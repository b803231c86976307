/* Views: tensors in the memory of another one, handed over by DLPack. */
#include "container.h"
#include "error.h"

/* What an array library is given to make its array of. */
typedef struct exporter {
    PyObject_HEAD PyObject *capsule;
    expops_dl_device device;
} exporter;

static PyTypeObject *exporter_type;

static PyObject *give_capsule(PyObject *self, PyObject *args, PyObject *keywords)
{
    return Py_NewRef(((exporter *)self)->capsule);
}

static PyObject *give_device(PyObject *self, PyObject *none)
{
    const expops_dl_device device = ((exporter *)self)->device;
    return Py_BuildValue("(ii)", (int)device.device_type, (int)device.device_id);
}

static void free_exporter(PyObject *self)
{
    PyTypeObject *type = Py_TYPE(self);
    Py_XDECREF(((exporter *)self)->capsule);
    PyObject_Free(self);
    Py_DECREF(type);
}

static PyMethodDef methods[] = {
    { "__dlpack__", (PyCFunction)(void (*)(void))give_capsule, METH_VARARGS | METH_KEYWORDS, NULL },
    { "__dlpack_device__", give_device, METH_NOARGS, NULL },
    { NULL, NULL, 0, NULL },
};

static PyType_Slot slots[] = {
    { Py_tp_methods, methods },
    { Py_tp_dealloc, (void *)free_exporter },
    { 0, NULL },
};

static PyType_Spec spec = { "expops._exporter", sizeof(exporter), 0, Py_TPFLAGS_DEFAULT, slots };

int container_view_prepare(void)
{
    exporter_type = (PyTypeObject *)PyType_FromSpec(&spec);
    return exporter_type ? 0 : -1;
}

/* From any thread; not when the interpreter is gone, with all it held. */
static void release(void *object)
{
    if (!Py_IsInitialized())
        return;
    const PyGILState_STATE state = PyGILState_Ensure();
    Py_DECREF((PyObject *)object);
    PyGILState_Release(state);
}

static uint64_t flags_of(const container *whole)
{
    if (!whole->capsule || !PyCapsule_IsValid(whole->capsule, "dltensor_versioned"))
        return 0;
    const expops_dl_managed_versioned *managed = PyCapsule_GetPointer(whole->capsule, "dltensor_versioned");
    return managed->flags & EXPOPS_DL_FLAG_READ_ONLY;
}

/* The whole's owner is held: the object, and what its capsule holds where it may be another. */
static PyObject *owner_of(const container *whole)
{
    return whole->capsule ? PyTuple_Pack(2, whole->object, whole->capsule) : Py_NewRef(whole->object);
}

static expops_dl_managed_versioned *export(const container *whole, const expops_result *view)
{
    expops_dl_managed_versioned *managed;
    const expops_tensor tensor = { .data = whole->tensor.data,
                                   .device = whole->tensor.device,
                                   .ndim = view->ndim,
                                   .dtype = expops_dtype_to_dl(view->dtype),
                                   .shape = (int64_t *)view->shape,
                                   .strides = (int64_t *)view->strides,
                                   .byte_offset = view->byte_offset };
    PyObject *owner = owner_of(whole);
    if (!owner)
        return NULL;
    const expops_status status = expops_dl_export_versioned(&tensor, flags_of(whole), release, owner, &managed);
    if (!status)
        return managed;
    Py_DECREF(owner);
    error_raise(status);
    return NULL;
}

static void free_capsule(PyObject *capsule)
{
    if (!PyCapsule_IsValid(capsule, "dltensor_versioned"))
        return; /* taken */
    expops_dl_managed_versioned *managed = PyCapsule_GetPointer(capsule, "dltensor_versioned");
    managed->deleter(managed);
}

static PyObject *make_exporter(const container *whole, expops_dl_managed_versioned *managed)
{
    exporter *made = PyObject_New(exporter, exporter_type);
    if (!made) {
        managed->deleter(managed);
        return NULL;
    }
    made->device = whole->tensor.device;
    made->capsule = PyCapsule_New(managed, "dltensor_versioned", free_capsule);
    if (made->capsule)
        return (PyObject *)made;
    managed->deleter(managed);
    Py_DECREF((PyObject *)made);
    return NULL;
}

static PyObject *by_namespace(const container *whole, expops_dl_managed_versioned *managed)
{
    PyObject *exported = make_exporter(whole, managed);
    PyObject *namespace = exported ? container_namespace(whole->object) : NULL;
    PyObject *made = namespace ? PyObject_CallMethod(namespace, "from_dlpack", "O", exported) : NULL;
    Py_XDECREF(namespace);
    Py_XDECREF(exported);
    return made;
}

PyObject *container_view(const container *whole, const expops_result *view)
{
    expops_dl_managed_versioned *managed = export(whole, view);
    void *made = NULL;
    if (!managed)
        return NULL;
    if (!whole->api)
        return by_namespace(whole, managed);
    return whole->api->to_object(managed, &made) ? NULL : made;
}
