/* Prints __init__.pyi, from the registry. Runs during the build. */
#include <stdio.h>
#include "signature.h"

static const char head[] = "from typing import Any, Literal, Protocol, Sequence, TypeVar\n\n"
                           "class SupportsDLPack(Protocol):\n"
                           "    def __dlpack__(self, *args: Any, **kwargs: Any) -> Any: ...\n"
                           "    def __dlpack_device__(self) -> tuple[int, int]: ...\n\n"
                           "T = TypeVar(\"T\", bound=SupportsDLPack)\n"
                           "Number = bool | int | float | complex\n"
                           "__version__: str\n\n"
                           "def operators() -> list[str]: ...\n"
                           "def info(name: str, /) -> dict[str, Any]: ...\n"
                           "def backends() -> list[dict[str, Any]]: ...\n"
                           "def set_backend(spec: str | None, /) -> None: ...\n"
                           "def default_device() -> str: ...\n\n"
                           "class Error(Exception): ...\n"
#define EXPOPS_ERROR_ROW(status, name, own, doc) "class " #name "(Error, " #own "): ...\n"
#include "errors.inc"
#undef EXPOPS_ERROR_ROW
    ;

static void write_function(const expops_operator *op, const char *name, enum signature_form form)
{
    printf("\ndef %s", name);
    signature_write(stdout, op, form, 1);
    printf(":\n    r\"\"\"");
    signature_write_doc(stdout, op, form);
    printf("\"\"\"\n");
}

int main(int count, char **arguments)
{
    if (count != 2 || !freopen(arguments[1], "w", stdout))
        return 1;
    fputs(head, stdout);
    for (size_t i = 0; i < expops_operator_count(); i++) {
        const expops_operator *op = expops_operator_at(i);
        const char *name;
        char in_place[MAX_NAME];
        for (size_t n = 0; (name = signature_name(op, n)); n++) {
            if (*name)
                write_function(op, name, signature_form_of(op, name));
            if (*name && signature_name_in_place(op, name, in_place))
                write_function(op, in_place, SIGNATURE_IN_PLACE);
        }
    }
    return fclose(stdout) != 0;
}
