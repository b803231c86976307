/* The grammar of EXPOPS_BACKEND. */
#include "loader_fixture.h"

#include <stdio.h>
#include "backend/selection.h"

/* What a text means, written back in one form; or, after '?', part of what is said against it. */
static const struct {
    const char *text, *meaning;
} grammar[] = {
    { NULL, "auto" },
    { "auto", "auto" },
    { "one", "one" },
    { "one:0", "one:0" },
    { "one:12,two", "one:12,two" },
    { " one ,\ttwo:1 , auto ", "one,two:1,auto" },
    { "!one", "!one,auto" },
    { "!one,two", "!one,two" },
    { "! one", "?no backend's name" },
    { "two,!one,auto", "two,!one,auto" },
    { "a_1", "a_1" },
    { "one,one", "one,one" },
    { "0123456789012345678901234567890", "0123456789012345678901234567890" },
    { "01234567890123456789012345678901", "?no backend's name" },
    { "", "?empty item" },
    { "   ", "?empty item" },
    { "one,", "?empty item" },
    { ",one", "?empty item" },
    { "one,,two", "?empty item" },
    { "One", "?lower case" },
    { "one two", "?no backend's name" },
    { "one:", "?no device number" },
    { "one:x", "?no device number" },
    { "one:-1", "?no device number" },
    { "one:1x", "?no device number" },
    { "one: 1", "?no device number" },
    { "one:1:2", "?no device number" },
    { "one:12345", "?no device number" },
    { "one:9999", "one:9999" },
    { ":1", "?no backend's name" },
    { "auto:1", "?takes no device number" },
    { "!one:1", "?takes no device number" },
    { "!auto", "?cannot be excluded" },
    { "!", "?no backend's name" },
    { "!!one", "?no backend's name" },
    { "one,!one", "?both named and excluded" },
    { "../one", "?no backend's name" },
    { "one\n", "?no backend's name" },
    { "one?debug=1", "?no backend's name" },
    { "a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a", "?more than 16" },
    { "!a,!a,!a,!a,!a,!a,!a,!a,!a,!a,!a,!a,!a,!a,!a,!a", "!a,!a,!a,!a,!a,!a,!a,!a,!a,!a,!a,!a,!a,!a,!a,!a,auto" },
};

static void write_back(const expops_selection *selection, char *out, size_t bytes)
{
    size_t used = 0;
    for (uint32_t i = 0; i < selection->count; i++) {
        const expops_selection_item *item = &selection->items[i];
        used += (size_t)snprintf(out + used, bytes - used, "%s%s%s", i ? "," : "",
                                 item->kind == EXPOPS_SELECT_NOT ? "!" : "", item->name);
        if (item->ordinal >= 0)
            used += (size_t)snprintf(out + used, bytes - used, ":%d", item->ordinal);
    }
}

static void grammar_means_what_the_table_says(void **state)
{
    for (size_t i = 0; i < EXPOPS_COUNTOF(grammar); i++) {
        expops_selection selection;
        char meaning[1024] = "";
        const expops_status status = expops_selection_parse(grammar[i].text, &selection);
        if (grammar[i].meaning[0] == '?') {
            assert_int_equal(status, EXPOPS_ERR_INVALID_ARGUMENT);
            assert_error_has(grammar[i].meaning + 1);
            continue;
        }
        if (status)
            fail_msg("\"%s\" is refused: %s", grammar[i].text, expops_error_text());
        write_back(&selection, meaning, sizeof meaning);
        assert_string_equal(meaning, grammar[i].meaning);
    }
}

static void refusal_leaves_the_result_alone(void **state)
{
    expops_selection selection, before;
    memset(&selection, 0x77, sizeof selection);
    before = selection;
    assert_int_equal(expops_selection_parse("one,,", &selection), EXPOPS_ERR_INVALID_ARGUMENT);
    assert_memory_equal(&selection, &before, sizeof selection);
}

/* Whatever is accepted must be within bounds and mean the same when written back and read again. */
static void random_text_is_safe(void **state)
{
    static const char alphabet[] = "ab01,,::!! \t_autoA-\n\xff/";
    uint32_t seed = 1, accepted = 0;
    for (int round = 0; round < 200000; round++) {
        char text[48];
        const unsigned length = (unsigned)round % 40;
        for (unsigned i = 0; i < length; i++) {
            seed = seed * 1664525u + 1013904223u;
            text[i] = round % 4 ? alphabet[(seed >> 16) % (sizeof alphabet - 1)] : (char)(1 + (seed >> 16) % 255);
        }
        text[length] = 0;
        expops_selection selection, again;
        if (expops_selection_parse(text, &selection) != EXPOPS_OK)
            continue;
        char meaning[1024] = "", second[1024] = "";
        accepted++;
        assert_in_range(selection.count, 1, EXPOPS_MAX_SELECTION + 1);
        write_back(&selection, meaning, sizeof meaning);
        assert_int_equal(expops_selection_parse(meaning, &again), EXPOPS_OK);
        write_back(&again, second, sizeof second);
        assert_string_equal(meaning, second);
    }
    assert_true(accepted > 100);
}

/* The build of these tests says one,two,three,last. */
static void order_of_preference(void **state)
{
    char name[EXPOPS_NAME_BYTES];
    assert_string_equal(expops_known_backend(0, name), "one");
    assert_string_equal(expops_known_backend(3, name), "last");
    assert_null(expops_known_backend(4, name));
    assert_true(expops_backend_rank("one") < expops_backend_rank("two"));
    assert_true(expops_backend_rank("three") < expops_backend_rank("stranger"));
    assert_true(expops_backend_rank("stranger") < expops_backend_rank("last"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(grammar_means_what_the_table_says),
        cmocka_unit_test(refusal_leaves_the_result_alone),
        cmocka_unit_test(random_text_is_safe),
        cmocka_unit_test(order_of_preference),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
