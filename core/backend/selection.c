/* The grammar of EXPOPS_BACKEND and expops_device_open: items between commas, each a name, name:ordinal, !name or auto. */
#include "selection.h"

#include <stdio.h>
#include <string.h>
#include "base/error.h"

enum { MAX_ORDINAL_DIGITS = 4 }; /* more devices than any machine has, and no overflow */

static int is_blank(char c)
{
    return c == ' ' || c == '\t';
}

/* The next item between commas without the blanks around it; returns where the one after it starts,
 * or NULL. */
static const char *cut_item(const char *text, const char **out_item, size_t *out_length)
{
    const size_t whole = strcspn(text, ",");
    size_t start = 0, end = whole;
    while (start < end && is_blank(text[start]))
        start++;
    while (end > start && is_blank(text[end - 1]))
        end--;
    *out_item = text + start;
    *out_length = end - start;
    return text[whole] ? text + whole + 1 : NULL;
}

static expops_status parse_ordinal(const char *text, size_t length, expops_selection_item *item)
{
    if (!length || length > MAX_ORDINAL_DIGITS || strspn(text, "0123456789") < length)
        return expops_fail(EXPOPS_ERR_INVALID_ARGUMENT,
                           "\"%.*s\" after %s: is no device number; write %s:0 for the first device",
                           (int)(length < 32 ? length : 32), text, item->name, item->name);
    item->ordinal = 0;
    for (size_t i = 0; i < length; i++)
        item->ordinal = item->ordinal * 10 + (text[i] - '0');
    return EXPOPS_OK;
}

static expops_status parse_name(const char *text, size_t length, expops_selection_item *item)
{
    if (length && length < sizeof item->name) {
        memcpy(item->name, text, length);
        item->name[length] = 0;
        if (expops_name_valid(item->name))
            return EXPOPS_OK;
    }
    return expops_fail(EXPOPS_ERR_INVALID_ARGUMENT,
                       "\"%.*s\" is no backend's name: names are made of 1 to %d lower case letters, digits and _",
                       (int)(length < 64 ? length : 64), text, EXPOPS_NAME_BYTES - 1);
}

static expops_status parse_item(const char *text, size_t length, expops_selection_item *item)
{
    memset(item, 0, sizeof *item);
    item->ordinal = -1;
    if (!length)
        return expops_fail(EXPOPS_ERR_INVALID_ARGUMENT,
                           "there is an empty item in the list; write name, name:ordinal, auto or "
                           "!name between commas");
    if (text[0] == '!') {
        item->kind = EXPOPS_SELECT_NOT;
        text++;
        length--;
    }
    const char *colon = memchr(text, ':', length);
    const size_t name_length = colon ? (size_t)(colon - text) : length;
    EXPOPS_TRY(parse_name(text, name_length, item));
    const int is_auto = !strcmp(item->name, "auto");
    if (colon && (is_auto || item->kind == EXPOPS_SELECT_NOT))
        return expops_fail(EXPOPS_ERR_INVALID_ARGUMENT, "%s takes no device number; leave \"%.*s\" out",
                           is_auto ? "auto" : "an exclusion", (int)(length - name_length), colon);
    if (is_auto && item->kind == EXPOPS_SELECT_NOT)
        return expops_fail(EXPOPS_ERR_INVALID_ARGUMENT, "auto is no backend and cannot be excluded; exclude names");
    if (is_auto)
        item->kind = EXPOPS_SELECT_AUTO;
    return colon ? parse_ordinal(colon + 1, length - name_length - 1, item) : EXPOPS_OK;
}

int expops_selection_excludes(const expops_selection *selection, const char *name)
{
    for (uint32_t i = 0; i < selection->count; i++)
        if (selection->items[i].kind == EXPOPS_SELECT_NOT && !strcmp(selection->items[i].name, name))
            return 1;
    return 0;
}

static expops_status complete(expops_selection *selection)
{
    uint32_t positive = 0;
    for (uint32_t i = 0; i < selection->count; i++) {
        const expops_selection_item *item = &selection->items[i];
        positive += item->kind != EXPOPS_SELECT_NOT;
        if (item->kind == EXPOPS_SELECT_NAME && expops_selection_excludes(selection, item->name))
            return expops_fail(EXPOPS_ERR_INVALID_ARGUMENT, "%s is both named and excluded; take one of the two out",
                               item->name);
    }
    if (!positive) /* exclusions alone are exclusions from auto */
        selection->items[selection->count++] = (expops_selection_item){ EXPOPS_SELECT_AUTO, -1, "auto" };
    return EXPOPS_OK;
}

expops_status expops_selection_parse(const char *text, expops_selection *out_selection)
{
    expops_selection selection = { 0 };
    const char *rest = text ? text : "auto";
    while (rest) {
        const char *item;
        size_t length;
        rest = cut_item(rest, &item, &length);
        if (selection.count == EXPOPS_MAX_SELECTION)
            return expops_fail(EXPOPS_ERR_INVALID_ARGUMENT, "the list has more than %d items", EXPOPS_MAX_SELECTION);
        EXPOPS_TRY(parse_item(item, length, &selection.items[selection.count]));
        selection.count++;
    }
    EXPOPS_TRY(complete(&selection));
    *out_selection = selection;
    return EXPOPS_OK;
}
