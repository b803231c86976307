#include "cause.h"

#include "base/error.h"
#include "expops/device.h"

/* Findings say what was seen on this machine; hints what helps whatever was seen. Doctor prints the second where the first does not
 * advise already. */
static const struct {
    const char *name, *hint;
} causes[] = {
#define ROW(NAME, hint) [EXPOPS_CAUSE_##NAME] = { #NAME, hint }
    ROW(NONE, ""),
    ROW(NOT_FOUND, "Install the backend's package, or name its directory in EXPOPS_BACKEND_PATH."),
    ROW(UNTRUSTED_PATH, "Put the plugin where only root or you can write (chmod go-w, chown)."),
    ROW(RELATIVE_PATH, "Write absolute paths, without empty elements, between the colons."),
    ROW(DLOPEN_FAILED, "Reinstall or rebuild the plugin for this machine."),
    ROW(DEPENDENCY_MISSING, "Install the library that is missing."),
    ROW(NO_SYMBOL, "The file is no backend plugin; move it away from this directory."),
    ROW(PLUGIN_TOO_OLD, "Install the plugin of this library's version."),
    ROW(HOST_TOO_OLD, "Update the library, or install an older plugin."),
    ROW(ABI_MAJOR, "Install the plugin of this library's version."),
    ROW(SANITIZER_MISMATCH, "Build the plugin with the library's sanitizer, or with none."),
    ROW(DRIVER_MISSING, "Install the vendor's driver."),
    ROW(DRIVER_TOO_OLD, "Update the vendor's driver."),
    ROW(NO_DEVICE, "Check that the device is plugged in and visible to this process or container."),
    ROW(DEVICE_PERMISSION, "Give this user access to the device's files."),
    ROW(COMPILER_MISSING, "Install the vendor's run-time compiler."),
    ROW(EXCLUDED, "Take its ! item out of EXPOPS_BACKEND."),
    ROW(DUPLICATE, "Nothing to do, unless the other one was not meant."),
    ROW(ENV_IGNORED, "Install the plugin, or call expops_add_backend_path."),
    ROW(DRIVER_FAILED, "Check the driver with the vendor's own tools."),
    ROW(CRASHED, "Leave it out (EXPOPS_BACKEND=auto,!NAME), and report this to the author of the plugin or of the "
                 "driver it opened."),
    ROW(MALFORMED, "Report this to the plugin's author."),
    ROW(OUT_OF_MEMORY, "Free some memory; it is tried again when it is next needed."),
    ROW(LAYOUT_MISMATCH, "Build the plugin with this library's headers, or install both of one version."),
    ROW(SECURE_EXECUTION, "Use the CPU, or give the process its rights without set-user-ID and file capabilities."),
#undef ROW
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
