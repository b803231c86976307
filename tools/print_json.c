#include "print_json.h"

#include <json-c/json.h>
#include <stdio.h>

static int continues(unsigned char byte)
{
    return (byte & 0xc0) == 0x80;
}

/* Bytes of the character that begins here; 0 where none of UTF-8 does. */
static int character_at(const unsigned char *text)
{
    if (text[0] < 0x80)
        return 1;
    if (text[0] >= 0xc2 && text[0] < 0xe0)
        return continues(text[1]) ? 2 : 0;
    if (text[0] >= 0xe0 && text[0] < 0xf0) {
        const int longest = text[0] == 0xe0 && text[1] < 0xa0, surrogate = text[0] == 0xed && text[1] >= 0xa0;
        return continues(text[1]) && continues(text[2]) && !longest && !surrogate ? 3 : 0;
    }
    const int beyond = (text[0] == 0xf0 && text[1] < 0x90) || (text[0] == 0xf4 && text[1] >= 0x90);
    return text[0] >= 0xf0 && text[0] < 0xf5 && continues(text[1]) && continues(text[2]) && continues(text[3]) &&
                   !beyond
               ? 4
               : 0;
}

/* A path is any bytes, and JSON is UTF-8: a byte that is none becomes what Python reads back as that byte. */
void tool_print_json(struct json_object *object)
{
    const char *text = json_object_to_json_string_ext(object, JSON_C_TO_STRING_PRETTY | JSON_C_TO_STRING_NOSLASHESCAPE);
    const unsigned char *at = (const unsigned char *)text;
    while (*at) {
        const int bytes = character_at(at);
        if (bytes)
            fwrite(at, 1, (size_t)bytes, stdout);
        else
            printf("\\udc%02x", *at);
        at += bytes ? bytes : 1;
    }
    putchar('\n');
}
