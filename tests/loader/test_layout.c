/* The plugin interface keeps its layout: plugins built against the first version of it must go on
 * working. */
#include "loader_fixture.h"

static const struct {
    const char *where;
    size_t expected, found;
} layout[] = {
#define LAYOUT(type, member, offset) { #type "." #member, offset, offsetof(type, member) },
#include "abi_1.inc"
#undef LAYOUT
};

static void members_stay_where_they_were(void **state)
{
    if (sizeof(void *) != 8) {
        print_message("the table is for 64-bit pointers\n");
        skip();
    }
    for (size_t i = 0; i < EXPOPS_COUNTOF(layout); i++)
        if (layout[i].expected != layout[i].found)
            fail_msg("%s moved from %zu to %zu", layout[i].where, layout[i].expected, layout[i].found);
}

/* So that what plugins say of themselves and what is recorded here are the same members. */
static void every_member_is_on_record(void **state)
{
    static const char *const listed[] = {
#define EXPOPS_FIXED(type)
#define EXPOPS_GROWING(type)
#define EXPOPS_MEMBER(type, member) #type "." #member,
#include "expops/backend_layout.inc"
#undef EXPOPS_MEMBER
#undef EXPOPS_GROWING
#undef EXPOPS_FIXED
    };
    assert_int_equal(EXPOPS_COUNTOF(listed), EXPOPS_COUNTOF(layout));
    for (size_t i = 0; i < EXPOPS_COUNTOF(layout); i++)
        assert_string_equal(listed[i], layout[i].where);
}

static void numbers_stay_what_they_were(void **state)
{
    assert_int_equal(EXPOPS_BACKEND_MAJOR, 1);
    assert_int_equal(EXPOPS_CAUSE_DRIVER_MISSING, 11);
    assert_int_equal(EXPOPS_CAUSE_MALFORMED, 21);
    assert_int_equal(EXPOPS_CAP_CPU, 32);
    assert_int_equal(EXPOPS_COMPUTE_C128, 5);
    assert_int_equal(EXPOPS_OPERAND_NUMBER, 2);
    assert_int_equal(EXPOPS_FAMILY_MAP, 2);
    assert_int_equal(EXPOPS_COPY_ON_DEVICE, 2);
    assert_string_equal(EXPOPS_BACKEND_QUERY, "expops_backend_query");
}

/* The host's table as plugins see it. */
static void host_table_is_complete(void **state)
{
    const expops_host_api *host = &expops_host;
    assert_int_equal(host->major, EXPOPS_BACKEND_MAJOR);
    assert_int_equal(host->minor, EXPOPS_BACKEND_MINOR);
    assert_true(EXPOPS_HAS(host, expops_host_api, error));
    assert_true(EXPOPS_HAS(host, expops_host_api, cause));
    assert_true(EXPOPS_HAS(host, expops_host_api, config));
    assert_true(EXPOPS_HAS(host, expops_host_api, open_library));
    assert_true(EXPOPS_HAS(host, expops_host_api, library_symbol));
    assert_true(EXPOPS_HAS(host, expops_host_api, log));
}

static void libraries_open_through_the_host(void **state)
{
    const char *message = NULL;
    assert_null(expops_host.open_library("libthere-is-none.so.9", 0, &message));
    assert_has(message, "libthere-is-none.so.9");
    assert_null(expops_host.open_library("libthere-is-none.so.9", 1, &message));
    assert_true(message[0] != 0);
    void *library = expops_host.open_library("libc.so.6", 1, &message);
    assert_non_null(library);
    assert_non_null(expops_host.library_symbol(library, "strlen"));
    assert_null(expops_host.library_symbol(library, "no_such_function_anywhere"));
}

static void *open_pretended(const char *name, int only_loaded, const char **out_message)
{
    *out_message = "scripted";
    return only_loaded ? NULL : (void *)"library";
}

static void tests_may_put_their_own_libraries_there(void **state)
{
    const char *message = NULL;
    expops_host_set_libraries(&(expops_library_seam){ .open = open_pretended });
    assert_null(expops_host.open_library("anything", 1, &message));
    assert_string_equal(message, "scripted");
    assert_string_equal(expops_host.open_library("anything", 0, &message), "library");
    expops_host_set_libraries(NULL);
    assert_null(expops_host.open_library("libthere-is-none.so.9", 0, &message));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(members_stay_where_they_were),    cmocka_unit_test(every_member_is_on_record),
        cmocka_unit_test(numbers_stay_what_they_were),     cmocka_unit_test(host_table_is_complete),
        cmocka_unit_test(libraries_open_through_the_host), cmocka_unit_test(tests_may_put_their_own_libraries_there),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
