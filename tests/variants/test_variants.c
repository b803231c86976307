/* Compiles the kernels that calls of every operator lead to, with the real compiler and no device. The plainest layout is
 * tried in every element type, any other in some of them (here 4), which change from layout to layout. The plainest layout
 * in f32 is compiled for every target, anything else for one of them in turn. With 0 for the number of types, of types that compute
 * alike the plainest layout has one, most operators have every other layout, in one type (AMD's and NVIDIA's compilers different
 * ones), and all is compiled for one of the targets:
 *
 *   test_variants plugin "sm_75 sm_80 sm_90" sm_80 4 [compiler [folder [operators]]]
 *
 * What is compiled of the plainest layout is written into the folder; operators is a pattern (tools/sass_count.py).
 *
 * A target beginning with "compute_" gives text instead of machine code; there the kernels of every operator that do not
 * involve doubles are searched for double arithmetic, which a stray constant brings in unnoticed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "alike.h"
#include "bodies.h"
#include "plugin_host.h"
#include "registry.h"
#include "specialize/list.h"
#include "specialize/specialize.h"
#include "variant.h"
#if HAVE_AMD
#include "amd.h"
#endif

enum { SKIPPED = 77, MOST_TEXTS = 4096, SHOWN = 2000 };

extern const char cuhip_prelude[];

static const expops_backend_api *api;
static const char *compiler_path, *target, *folder;
static uint32_t num_targets, this_target, types_of_a_layout;
static int wants_text;
static uint64_t compiled;

static expops_device device = {
    .info = { .header = { .struct_size = sizeof device.info },
              .prelude = cuhip_prelude,
              .caps = EXPOPS_CAP_F64,
              .local_bytes = 48 << 10,
              .max_group = 1024,
              .subgroup = 32,
              .compute_units = 132,
              .num_device_types = 1,
              .device_types = { EXPOPS_DL_CUDA },
              .argument_bytes = 4096 },
    .name = "imagined:0",
};

static const char *config(const char *key)
{
    return compiler_path && compiler_path[0] ? compiler_path : NULL;
}

static uint64_t hash_of(const char *text)
{
    uint64_t hash = 0xcbf29ce484222325ull;
    for (; *text; text++)
        hash = (hash ^ (unsigned char)*text) * 0x100000001b3ull;
    return hash;
}

/* What one operator's test knows. */
typedef struct progress {
    const expops_operator *op;
    uint32_t count, failures;
    uint64_t seen[MOST_TEXTS];
} progress;

/* How the kernel that is compiled will be launched. */
typedef struct launch_terms {
    const expops_step *step;
    uint32_t tensors;
} launch_terms;

static int is_new(progress *progress, const char *text)
{
    const uint64_t hash = hash_of(text);
    for (uint32_t i = 0; i < progress->count; i++)
        if (progress->seen[i] == hash)
            return 0;
    assert_true(progress->count < MOST_TEXTS);
    progress->seen[progress->count++] = hash;
    return 1;
}

static void fail_variant(progress *progress, const variant *variant, const char *what, const char *text)
{
    print_error("%s.%s, %s, choice %u: %s: %.*s\n", variant->op->name, expops_dtype_name(variant->dtype),
                variant->layout->name, variant->choice, what, SHOWN, text);
    progress->failures++;
}

/* The first line of double arithmetic, or NULL. The vendor's own sine, cosine and tangent turn the 64 bits left of a large
 * number into a fraction of a quarter turn, pi/2 * 2^-64, in double: these three instructions are not counted. */
static const char *find_double(const char *text)
{
    static const char *const allowed[] = { ".reg .f64", "cvt.rn.f64.s64", "0d3BF921FB54442D19", "cvt.rn.f32.f64" };
    for (const char *at = text; (at = strstr(at, ".f64")); at++) {
        const char *line = at, *end = at + strcspn(at, "\n");
        int is_allowed = 0;
        while (line > text && line[-1] != '\n')
            line--;
        for (size_t i = 0; i < sizeof allowed / sizeof allowed[0]; i++)
            is_allowed |= memmem(line, (size_t)(end - line), allowed[i], strlen(allowed[i])) != NULL;
        if (!is_allowed)
            return line;
    }
    return NULL;
}

static int32_t compile(const char *text, const char *name, expops_image *out_image)
{
    const expops_source source = { .text = text, .name = name, .entry = "xk_main", .target = target };
    plugin_host_clear();
    return api->compile(NULL, &source, out_image);
}

#if HAVE_AMD
/* Kernels of attention for which hipRTC 5.2 finds too few registers on waves of 32: slower than they might be, and right. */
static int is_known_to_spill(const char *template, expops_dtype dtype)
{
    return !strcmp(target, "gfx1030") && ((!strcmp(template, "product") && dtype == EXPOPS_DTYPE_F64) ||
                                          (!strcmp(template, "weighted") && dtype == EXPOPS_DTYPE_BF16));
}
#endif

/* The launch of AMD's kernels is held against what the image says of itself. */
static void check_notes(progress *progress, const variant *variant, const launch_terms *terms,
                        const expops_image *image)
{
#if HAVE_AMD
    const char *template =
        terms->step->variant; /* of these two none has local memory, unless the compiler takes some */
    const uint32_t local = !strcmp(template, "pointwise") || !strcmp(template, "flat") ? 0 : device.info.local_bytes;
    const amd_terms amd = { terms->tensors, terms->step->params.bytes, terms->step->group, local,
                            device.info.subgroup };
    const int is_shim = getenv("EXPOPS_TEST_SHIM_NVRTC") != NULL; /* the machine code is NVIDIA's */
    const char *wrong = amd_wave(target) && !is_shim ? amd_check(image->data, &amd) : NULL;
    if (wrong && strstr(wrong, "spilled") && is_known_to_spill(template, variant->dtype))
        print_message("%s.%s for %s, as is known: %s\n", variant->op->name, expops_dtype_name(variant->dtype), target,
                      wrong);
    else if (wrong)
        fail_variant(progress, variant, template, wrong);
#endif
}

/* Text, ended by a NUL. */
static void check_image(progress *progress, const variant *variant, const expops_image *image)
{
    if (!wants_text) {
        if (image->bytes < 4 || memcmp(image->data, "\177ELF", 4))
            fail_variant(progress, variant, "the image is no machine code", "");
    } else if (!memchr(image->data, '\0', image->bytes) || !strstr(image->data, ".entry")) {
        fail_variant(progress, variant, "the image is no text", "");
    } else {
        const char *line = find_double(image->data);
        if (line)
            fail_variant(progress, variant, "computes with doubles", line);
    }
}

static void keep_image(const variant *variant, const expops_image *image)
{
    char path[512];
    snprintf(path, sizeof path, "%s/%s.%s.%u.cubin", folder, variant->op->name, expops_dtype_name(variant->dtype),
             variant->choice);
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(image->data, 1, image->bytes, file), image->bytes);
    assert_int_equal(fclose(file), 0);
}

static void compile_step(progress *progress, const variant *variant, const launch_terms *terms, const char *text)
{
    char name[96];
    expops_image image;
    snprintf(name, sizeof name, "%s.%s", variant->op->name, expops_dtype_name(variant->dtype));
    compiled++;
    if (compile(text, name, &image) != EXPOPS_OK) {
        fail_variant(progress, variant, "does not compile", host_state.error);
        return;
    }
    check_image(progress, variant, &image);
    check_notes(progress, variant, terms, &image);
    if (folder && variant->layout->basic)
        keep_image(variant, &image);
    api->release_image(&image);
}

/* Whether this target's turn has come, counted from an operator's first text. */
static int is_wanted(const progress *progress, const variant *variant, int everywhere, const char *text)
{
    if (wants_text)
        return variant->layout->basic && strstr(text, "#define XK_USES_F64 0\n");
    return everywhere || (progress->count + hash_of(progress->op->name)) % num_targets == this_target;
}

static void try_step(progress *progress, const variant *variant, int everywhere, const expops_problem *problem,
                     const expops_step *step, uint32_t tensors)
{
    const launch_terms terms = { step, tensors };
    expops_text text;
    assert_int_equal(expops_step_text(problem, &device.info, step, &text), EXPOPS_OK);
    if (is_new(progress, text.data) && is_wanted(progress, variant, everywhere, text.data))
        compile_step(progress, variant, &terms, text.data);
    expops_text_free(&text);
}

/* Copies that are apart are launched together: three whose places are so many elements from each other; 1: of long ones an element of
 * each in turn. */
static void try_list(progress *progress, const variant *variant, int everywhere, expops_problem problem, int64_t apart)
{
    static expops_list list;
    expops_steps steps = { .count = 1 };
    const int side_by_side = apart == 1;
    list.count = 0;
    problem.apart = !strcmp(problem.op->name, "copy") && (!side_by_side || problem.rank == 1);
    problem.shape[0] *= side_by_side ? 64 : 1;
    problem.operand[0].strides[0] *= side_by_side ? 3 : 1;
    for (int i = 0; i < 3 && expops_list_takes(&problem, &device); i++) {
        assert_true(expops_list_add(&list, &problem, &device));
        problem.operand[0].offset += apart;
    }
    if (!list.count)
        return;
    expops_specialize_list(&list, &device, steps.step);
    try_step(progress, variant, everywhere, &list.problem, steps.step, 1 + expops_list_room(list.count));
    expops_steps_free(&steps);
}

static void try_variant(progress *progress, const variant *variant, int everywhere)
{
    expops_problem problem;
    expops_steps steps;
    const int made = variant_problem(variant, &device, &problem);
    if (made == 0)
        return;
    if (made < 0) {
        fail_variant(progress, variant, "is refused", expops_error_text());
        return;
    }
    if (expops_specialize(&problem, &device, &steps) != EXPOPS_OK)
        fail_variant(progress, variant, "has no kernel", expops_error_text());
    for (uint32_t i = 0; i < steps.count; i++)
        try_step(progress, variant, everywhere, &problem, steps.step + i,
                 steps.step[i].num_tensors ? steps.step[i].num_tensors : problem.num_tensors);
    expops_steps_free(&steps);
    try_list(progress, variant, everywhere, problem, 0);
    try_list(progress, variant, everywhere, problem, 1);
    try_list(progress, variant, everywhere, problem, 1 << 20);
}

/* f32 where the operator has it. */
static expops_dtype main_dtype(const expops_operator *op)
{
    if (op->dtypes >> EXPOPS_DTYPE_F32 & 1u)
        return EXPOPS_DTYPE_F32;
    return (expops_dtype)__builtin_ctz(op->dtypes);
}

/* Operators whose templates most others share. What moves elements, or selects, has some of its own. */
static int is_one_of_many(const expops_operator *op)
{
    return op->family <= EXPOPS_FAMILY_MAP && op->arithmetic != EXPOPS_ARITHMETIC_MOVES;
}

/* Whether the layout is tried in the operator's element type number `ordinal`. */
static int is_tried(const expops_operator *op, const variant_layout *layout, expops_dtype dtype, uint32_t ordinal)
{
    const uint32_t types = (uint32_t)__builtin_popcount(op->dtypes), hash = (uint32_t)(hash_of(op->name) % (2 * types));
    const uint32_t at = (uint32_t)(layout - variant_layouts(op)), vendor = target[0] == 'g';
    const int is_turn = (at + hash % types + ordinal) % types < (types_of_a_layout ? types_of_a_layout : 1);
    if (types_of_a_layout)
        return layout->basic || is_turn;
    return layout->basic ? test_is_chosen(op->dtypes, main_dtype(op), dtype, hash + vendor)
                         : is_turn && (!is_one_of_many(op) || (at + hash / types + vendor) % 2 == 0);
}

static void test_operator(void **state)
{
    progress progress = { .op = *state };
    uint32_t ordinal = 0;
    if (!expops_operator_text(progress.op)) /* its leaves are other operators', whose texts are compiled as theirs */
        return;
    for (int dtype = 0; dtype < EXPOPS_DTYPE_COUNT; dtype++) {
        if (!(progress.op->dtypes >> dtype & 1u))
            continue;
        for (const variant_layout *layout = variant_layouts(progress.op); layout->name; layout++) {
            if (!is_tried(progress.op, layout, (expops_dtype)dtype, ordinal))
                continue;
            for (uint32_t choice = 0; choice < variant_choices(progress.op); choice++) {
                const variant variant = { progress.op, (expops_dtype)dtype, layout, choice };
                try_variant(&progress, &variant,
                            types_of_a_layout && layout->basic && variant.dtype == main_dtype(progress.op));
            }
        }
        ordinal++;
    }
    assert_int_equal(progress.failures, 0);
}

/* The search for doubles finds one where there is one. */
static void test_doubles_are_seen(void **state)
{
    static const char text[] = "extern \"C\" __global__ void xk_main(float *x) { x[0] = x[0] * 1.1; }";
    expops_image image;
    if (!wants_text)
        return;
    assert_int_equal(compile(text, "double", &image), EXPOPS_OK);
    assert_non_null(find_double(image.data));
    api->release_image(&image);
}

static void compile_bodies(int dtype, const char *entry)
{
    expops_text text = { 0 };
    expops_image image;
    assert_true(bodies_text(dtype, cuhip_prelude, &text) > 40);
    expops_text_append(&text, entry);
    assert_false(text.failed);
    if (compile(text.data, "bodies", &image) != EXPOPS_OK)
        fail_msg("%s", host_state.error);
    api->release_image(&image);
    expops_text_free(&text);
}

/* Those of f32, two of which have the dialect's words in common, are called; those of another type stand there. */
static void test_bodies_share_a_text(void **state)
{
    static const int others[] = { EXPOPS_DTYPE_F16, EXPOPS_DTYPE_F64, EXPOPS_DTYPE_I64, EXPOPS_DTYPE_C64 };
    if (wants_text)
        return;
    compile_bodies(EXPOPS_DTYPE_F32,
                   "XK_KERNEL void xk_main(XK_TENSOR(float, out), XK_TENSOR(const float, in))\n{\n"
                   "    XK_GLOBAL float *y = XK_POINTER(float, out);\n"
                   "    XK_GLOBAL const float *x = XK_POINTER(const float, in);\n"
                   "    const own_sum_xk_acc a = own_sum_xk_lift(x[0]);\n"
                   "    const own_softmax_xk_acc b = own_softmax_xk_lift(x[1]);\n"
                   "    y[0] = own_silu_xk_body(x[2]) + own_sum_xk_finish(own_sum_xk_combine(a, a), 2);\n"
                   "    y[1] = own_softmax_xk_map(x[1], own_softmax_xk_settle(own_softmax_xk_combine(b, b), 2));\n"
                   "    y[2] = own_gt_xk_body(own_sigmoid_xk_body(x[3]), x[4]);\n}\n");
    compile_bodies(others[this_target % EXPOPS_COUNTOF(others)],
                   "XK_KERNEL void xk_main(XK_TENSOR(float, out))\n{\n    *XK_POINTER(float, out) = 0;\n}\n");
}

/* The status the program must end with where there is no compiler, which its first use tells. */
static int find_compiler(void)
{
    expops_image image;
    const int32_t status = compile("extern \"C\" __global__ void xk_main() {}", "nothing", &image);
    if (status == EXPOPS_ERR_UNAVAILABLE) {
        printf("skipped: %s\n", host_state.error);
        return SKIPPED;
    }
    if (status != EXPOPS_OK) {
        fprintf(stderr, "%s\n", host_state.error);
        return 1;
    }
    api->release_image(&image);
    return 0;
}

/* Counts the targets and finds this one's place among them. */
static void read_targets(const char *list)
{
    char targets[256], *rest = targets;
    snprintf(targets, sizeof targets, "%s", list);
    for (char *each; (each = strsep(&rest, " ")); num_targets++)
        if (!strcmp(each, target))
            this_target = num_targets;
}

/* What devices of this target have, but as many units for each, so that their kernels are alike. */
static int describe_target(void)
{
    const uint32_t units = device.info.compute_units;
    if (api->describe_target(target, &device.info) != EXPOPS_OK) {
        fprintf(stderr, "%s\n", host_state.error);
        return 1;
    }
    device.info.compute_units = units;
    return 0;
}

static int try_operators(void)
{
    const size_t count = expops_operator_count();
    const struct CMUnitTest more[] = { cmocka_unit_test(test_doubles_are_seen),
                                       cmocka_unit_test(test_bodies_share_a_text) };
    struct CMUnitTest *tests = calloc(count + 2, sizeof *tests);
    if (!tests)
        return 1;
    for (size_t i = 0; i < count; i++)
        tests[i] = (struct CMUnitTest){ .name = expops_operator_name(expops_operator_at(i)),
                                        .test_func = test_operator,
                                        .initial_state = (void *)(uintptr_t)expops_operator_at(i) };
    memcpy(tests + count, more, sizeof more);
    const int failed = _cmocka_run_group_tests("variants", tests, count + 2, NULL, NULL);
    free(tests);
    printf("%llu kernels compiled for %s\n", (unsigned long long)compiled, target);
    return failed || !compiled;
}

int main(int argc, char **argv)
{
    expops_query query;
    if (argc < 5)
        return 1;
    target = argv[3];
    wants_text = !strncmp(target, "compute_", 8);
    types_of_a_layout = (uint32_t)atoi(argv[4]);
    compiler_path = argc > 5 ? argv[5] : NULL;
    folder = argc > 6 && argv[6][0] ? argv[6] : NULL;
    cmocka_set_test_filter(argc > 7 ? argv[7] : NULL);
    host_state.config = config;
    read_targets(argv[2]);
    api = plugin_host_open(argv[1], &query);
    int status = api ? find_compiler() : 1;
    if (!status && !wants_text)
        status = describe_target();
    return status ? status : try_operators();
}
