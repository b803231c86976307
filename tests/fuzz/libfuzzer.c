/* The descriptors under libFuzzer, which finds its way into the core by what it has reached; built by -Dfuzz=true. */
#include <stdlib.h>

#include "fuzz.h"

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    return fuzz_descriptors_open(1) ? 0 : 1;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    fuzz_stream stream = { .bytes = bytes, .left = size };
    fuzz_counts counts = { 0 };
    fuzz_call call;
    fuzz_draw(&stream, &call);
    if (stream.left)
        fuzz_spoil(&stream, &call);
    if (fuzz_descriptors(&stream, &call, &counts))
        abort();
    return 0;
}
