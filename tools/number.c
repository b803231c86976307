#include "number.h"
#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include "base/size.h"

enum { LONGEST_REAL = 1024 };

/* Digits, single underscores between them; NULL where there is none. */
static const char *skip_digits(const char *at)
{
    if (!isdigit((unsigned char)*at))
        return NULL;
    while (isdigit((unsigned char)*at) || (*at == '_' && isdigit((unsigned char)at[1])))
        at++;
    return at;
}

static int digit_of(char letter, int base)
{
    static const char digits[] = "0123456789abcdef";
    const char *found = letter ? memchr(digits, tolower((unsigned char)letter), (size_t)base) : NULL;
    return found ? (int)(found - digits) : -1;
}

/* Steps over 0x, 0o or 0b where a digit follows. */
static int base_of(const char **at)
{
    static const char letters[] = "xob";
    static const int bases[] = { 16, 8, 2 };
    const char *letter = (*at)[0] == '0' && (*at)[1] ? strchr(letters, tolower((unsigned char)(*at)[1])) : NULL;
    const int base = letter ? bases[letter - letters] : 10;
    if (!letter || digit_of((*at)[2 + ((*at)[2] == '_')], base) < 0)
        return 10;
    *at += 2 + ((*at)[2] == '_');
    return base;
}

enum number_status number_parse_integer(const char *word, const char **out_end, int64_t *out)
{
    const char *at = word + (*word == '-' || *word == '+');
    const int base = base_of(&at), sign = *word == '-' ? -1 : 1;
    int fits = 1;
    if (digit_of(*at, base) < 0)
        return NUMBER_NONE;
    *out = 0;
    for (; digit_of(*at, base) >= 0 || (*at == '_' && digit_of(at[1], base) >= 0); at++)
        if (*at != '_')
            fits = fits && expops_checked_multiply(*out, base, out) &&
                   expops_checked_add(*out, sign * digit_of(*at, base), out);
    *out_end = at;
    return fits ? NUMBER_OK : NUMBER_TOO_LARGE;
}

/* The end of the real number that `word` starts with; NULL where it is none. */
static const char *skip_real(const char *word)
{
    static const char *const names[] = { "infinity", "inf", "nan" };
    const char *at = word + (*word == '-' || *word == '+');
    for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
        if (strncasecmp(at, names[i], strlen(names[i])) == 0)
            return at + strlen(names[i]);
    const char *whole = skip_digits(at);
    at = whole ? whole : at;
    if (*at == '.') {
        const char *fraction = skip_digits(at + 1);
        if (!whole && !fraction)
            return NULL;
        at = fraction ? fraction : at + 1;
    } else if (!whole) {
        return NULL;
    }
    if (tolower((unsigned char)*at) != 'e')
        return at;
    const char *exponent = skip_digits(at + 1 + (at[1] == '-' || at[1] == '+'));
    return exponent ? exponent : at;
}

static enum number_status parse_real(const char *word, const char **out_end, double *out)
{
    char plain[LONGEST_REAL];
    size_t used = 0;
    *out_end = skip_real(word);
    if (!*out_end)
        return NUMBER_NONE;
    for (const char *at = word; at < *out_end && used < sizeof(plain); at++)
        if (*at != '_')
            plain[used++] = *at;
    if (used == sizeof(plain))
        return NUMBER_TOO_LARGE;
    plain[used] = 0;
    errno = 0;
    *out = strtod(plain, NULL);
    return errno == ERANGE && isinf(*out) ? NUMBER_TOO_LARGE : NUMBER_OK;
}

static int is_j(const char *rest)
{
    return tolower((unsigned char)rest[0]) == 'j' && !rest[1];
}

/* 1.5, 2j, 1+2j */
static enum number_status parse_float(const char *word, double parts[2], expops_value *out)
{
    const char *rest;
    enum number_status status = parse_real(word, &rest, parts), second = NUMBER_OK;
    if (status == NUMBER_NONE)
        return status;
    if (!*rest) {
        *out = expops_real(parts[0]);
        return status;
    }
    if (is_j(rest)) {
        parts[1] = parts[0];
        parts[0] = 0;
    } else {
        if (*rest != '+' && *rest != '-')
            return NUMBER_NONE;
        second = parse_real(rest, &rest, parts + 1);
        if (second == NUMBER_NONE || !is_j(rest))
            return NUMBER_NONE;
    }
    *out = expops_complex(parts);
    return status == NUMBER_OK ? second : status;
}

enum number_status number_parse(const char *word, double parts[2], expops_value *out)
{
    const char *rest;
    int64_t integer;
    if (strcasecmp(word, "true") == 0 || strcasecmp(word, "false") == 0) {
        *out = expops_bool(tolower((unsigned char)*word) == 't');
        return NUMBER_OK;
    }
    const enum number_status status = number_parse_integer(word, &rest, &integer);
    if (status == NUMBER_NONE || *rest)
        return parse_float(word, parts, out);
    *out = expops_int(integer);
    return status;
}
