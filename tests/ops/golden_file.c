/* Reading tests/golden. */
#include "golden_file.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

char *golden_read_file(const char *name, const char *extension, size_t *out_bytes)
{
    char path[1024];
    snprintf(path, sizeof(path), "%s/%s%s", EXPOPS_TEST_GOLDEN, name, extension);
    FILE *file = fopen(path, "rb");
    if (!file)
        return NULL;
    char *text = NULL;
    if (fseek(file, 0, SEEK_END) == 0) {
        const long size = ftell(file);
        rewind(file);
        text = size >= 0 ? malloc((size_t)size + 1) : NULL;
        if (text) {
            *out_bytes = fread(text, 1, (size_t)size, file);
            text[*out_bytes] = 0;
        }
    }
    fclose(file);
    return text;
}

static const char *string_of(struct json_object *object, const char *key)
{
    struct json_object *value = NULL;
    return json_object_object_get_ex(object, key, &value) ? json_object_get_string(value) : "";
}

static int add_case(test_golden *golden, const char *line)
{
    golden_case *cases = realloc(golden->cases, (golden->count + 1) * sizeof(*cases));
    if (!cases)
        return 0;
    golden->cases = cases;
    golden_case *added = &cases[golden->count];
    memset(added, 0, sizeof(*added));
    added->json = json_tokener_parse(line);
    if (!added->json)
        return 0;
    snprintf(added->name, sizeof(added->name), "%s%s", string_of(added->json, "variant"),
             string_of(added->json, "case"));
    golden->count++;
    return 1;
}

/* A line of the table of exceptions: operator, a case or * or a keyword argument's name with =, and the reason. */
static void except(test_golden *golden, const char *op_name, char *line)
{
    char op[64], pattern[64];
    int at = 0;
    if (line[0] == '#' || sscanf(line, "%63s %63s %n", op, pattern, &at) < 2 || at == 0 || strcmp(op, op_name) != 0)
        return;
    const size_t length = strlen(pattern);
    for (size_t i = 0; i < golden->count; i++) {
        struct json_object *kwargs = NULL, *value = NULL;
        int matches = strcmp(pattern, "*") == 0 || strcmp(pattern, golden->cases[i].name) == 0;
        if (pattern[length - 1] == '=' && json_object_object_get_ex(golden->cases[i].json, "kwargs", &kwargs)) {
            char key[64];
            snprintf(key, sizeof(key), "%.*s", (int)length - 1, pattern);
            matches = json_object_object_get_ex(kwargs, key, &value);
        }
        if (matches && !golden->cases[i].exception)
            golden->cases[i].exception = strdup(line + at);
    }
}

static void read_exceptions(test_golden *golden, const char *op_name)
{
    size_t bytes = 0;
    char *text = golden_read_file("exceptions", ".txt", &bytes), *rest = NULL;
    for (char *line = text ? strtok_r(text, "\n", &rest) : NULL; line; line = strtok_r(NULL, "\n", &rest))
        except(golden, op_name, line);
    free(text);
}

test_golden *test_golden_open(const char *op_name, const char **out_error)
{
    size_t bytes = 0;
    *out_error = NULL;
    char *text = golden_read_file(op_name, ".jsonl", &bytes), *rest = NULL;
    if (!text)
        return NULL;
    test_golden *golden = calloc(1, sizeof(*golden));
    if (golden)
        golden->data = (unsigned char *)golden_read_file(op_name, ".bin", &golden->bytes);
    if (!golden || !golden->data)
        *out_error = "the .bin file beside it cannot be read";
    for (char *line = *out_error ? NULL : strtok_r(text, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest))
        if (!add_case(golden, line))
            *out_error = "a line is not valid JSON";
    free(text);
    if (*out_error) {
        test_golden_close(golden);
        return NULL;
    }
    read_exceptions(golden, op_name);
    return golden;
}

void test_golden_close(test_golden *golden)
{
    if (!golden)
        return;
    for (size_t i = 0; i < golden->count; i++) {
        json_object_put(golden->cases[i].json);
        free(golden->cases[i].exception);
    }
    free(golden->cases);
    free(golden->data);
    free(golden);
}

size_t test_golden_count(const test_golden *golden)
{
    return golden->count;
}

const char *test_golden_case_name(const test_golden *golden, size_t index)
{
    return golden->cases[index].name;
}

const char *test_golden_exception(const test_golden *golden, size_t index)
{
    return golden->cases[index].exception;
}

static int64_t integer_at(struct json_object *array, size_t index)
{
    return json_object_get_int64(json_object_array_get_idx(array, index));
}

int golden_tensor_of(const test_golden *golden, struct json_object *value, golden_tensor *out_tensor)
{
    struct json_object *parts = NULL;
    if (!json_object_is_type(value, json_type_object) || !json_object_object_get_ex(value, "t", &parts) ||
        json_object_array_length(parts) != 5)
        return 0;
    struct json_object *shape = json_object_array_get_idx(parts, 1), *strides = json_object_array_get_idx(parts, 2);
    const size_t ndim = json_object_array_length(shape);
    if (ndim > EXPOPS_MAX_RANK || ndim != json_object_array_length(strides) ||
        expops_dtype_parse(json_object_get_string(json_object_array_get_idx(parts, 0)), &out_tensor->dtype) !=
            EXPOPS_OK)
        return 0;
    out_tensor->ndim = (int32_t)ndim;
    for (size_t i = 0; i < ndim; i++) {
        out_tensor->shape[i] = integer_at(shape, i);
        out_tensor->strides[i] = integer_at(strides, i);
    }
    out_tensor->offset = (size_t)integer_at(parts, 3);
    out_tensor->stored = integer_at(parts, 4);
    return out_tensor->stored >= 0 &&
           out_tensor->offset + (size_t)out_tensor->stored * expops_dtype_bytes(out_tensor->dtype) <= golden->bytes;
}

test_value golden_element(const test_golden *golden, const golden_tensor *tensor, int64_t position)
{
    int64_t index = 0;
    for (int32_t i = tensor->ndim - 1; i >= 0; i--) {
        index += position % tensor->shape[i] * tensor->strides[i];
        position /= tensor->shape[i];
    }
    return test_load(tensor->dtype, golden->data + tensor->offset + (size_t)index * expops_dtype_bytes(tensor->dtype));
}
