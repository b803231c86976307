/* Names of causes, and what a user can do about each. */
#include "loader.h"
#include "error.h"

static const struct {
    const char *name, *hint;
} causes[] = {
    [EXPOPS_CAUSE_NONE] = { "NONE", "" },
    [EXPOPS_CAUSE_NOT_FOUND] = { "NOT_FOUND", "Install the backend's package, or name its "
                                              "directory in EXPOPS_BACKEND_PATH." },
    [EXPOPS_CAUSE_UNTRUSTED_PATH] = { "UNTRUSTED_PATH", "Put the plugin where only root or you can "
                                                        "write (chmod o-w, chown)." },
    [EXPOPS_CAUSE_RELATIVE_PATH] = { "RELATIVE_PATH", "Write absolute paths, without empty "
                                                      "elements, between the colons." },
    [EXPOPS_CAUSE_DLOPEN_FAILED] = { "DLOPEN_FAILED",
                                     "Reinstall or rebuild the plugin for this machine." },
    [EXPOPS_CAUSE_DEPENDENCY_MISSING] = { "DEPENDENCY_MISSING",
                                          "Install the library that is missing." },
    [EXPOPS_CAUSE_NO_SYMBOL] = { "NO_SYMBOL", "The file is no backend plugin; move it away from "
                                              "this directory." },
    [EXPOPS_CAUSE_PLUGIN_TOO_OLD] = { "PLUGIN_TOO_OLD",
                                      "Install the plugin of this library's version." },
    [EXPOPS_CAUSE_HOST_TOO_OLD] = { "HOST_TOO_OLD",
                                    "Update the library, or install an older plugin." },
    [EXPOPS_CAUSE_ABI_MAJOR] = { "ABI_MAJOR", "Install the plugin of this library's version." },
    [EXPOPS_CAUSE_SANITIZER_MISMATCH] = { "SANITIZER_MISMATCH",
                                          "Build the plugin with the library's sanitizer, or with "
                                          "none." },
    [EXPOPS_CAUSE_DRIVER_MISSING] = { "DRIVER_MISSING", "Install the vendor's driver." },
    [EXPOPS_CAUSE_DRIVER_TOO_OLD] = { "DRIVER_TOO_OLD", "Update the vendor's driver." },
    [EXPOPS_CAUSE_NO_DEVICE] = { "NO_DEVICE", "Check that the device is plugged in and visible to "
                                              "this process or container." },
    [EXPOPS_CAUSE_DEVICE_PERMISSION] = { "DEVICE_PERMISSION",
                                         "Give this user access to the device's files." },
    [EXPOPS_CAUSE_COMPILER_MISSING] = { "COMPILER_MISSING",
                                        "Install the vendor's run-time compiler." },
    [EXPOPS_CAUSE_EXCLUDED] = { "EXCLUDED", "Take its ! item out of EXPOPS_BACKEND." },
    [EXPOPS_CAUSE_DUPLICATE] = { "DUPLICATE",
                                 "Nothing to do, unless the other one was not meant." },
    [EXPOPS_CAUSE_ENV_IGNORED] = { "ENV_IGNORED",
                                   "Install the plugin, or call expops_add_backend_path." },
    [EXPOPS_CAUSE_DRIVER_FAILED] = { "DRIVER_FAILED",
                                     "Check the driver with the vendor's own tools." },
    [EXPOPS_CAUSE_CRASHED] = { "CRASHED",
                               "Remove the plugin, and report the crash to its author." },
    [EXPOPS_CAUSE_MALFORMED] = { "MALFORMED", "Report this to the plugin's author." },
};
_Static_assert(EXPOPS_COUNTOF(causes) == EXPOPS_CAUSE_COUNT, "every cause has a name and a hint");

const char *expops_cause_name(uint32_t cause)
{
    return cause < EXPOPS_CAUSE_COUNT ? causes[cause].name : "UNKNOWN";
}

const char *expops_cause_hint(uint32_t cause)
{
    return cause < EXPOPS_CAUSE_COUNT ? causes[cause].hint : "";
}
