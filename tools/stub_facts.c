#include "stub_facts.h"
#include <string.h>
#include "draft/promote.h"

uint32_t stub_count(uint32_t set)
{
    return (uint32_t)__builtin_popcount(set);
}

static uint32_t choices_of(const expops_operator *op)
{
    uint32_t product = 1;
    for (uint32_t i = 0; op->parameters[i].name; i++) {
        uint32_t words = 0;
        while (op->parameters[i].choices && !op->parameters[i].drafted && op->parameters[i].choices[words])
            words++;
        product *= words ? words : 1;
    }
    return product;
}

static uint32_t dtypes_of(const expops_operator *op)
{
    uint32_t set = 0;
    for (int common = 0; common < EXPOPS_DTYPE_COUNT; common++) {
        int arithmetic, result;
        if (!(op->dtypes >> common & 1u))
            continue;
        expops_operator_types(op, common, &arithmetic, &result);
        set |= 1u << cpu_store_of(arithmetic);
    }
    return set;
}

/* Arguments of the function that the text declares so, less `others`; 0 where it declares none. */
static uint32_t arguments_of(const char *text, const char *function, uint32_t others)
{
    const char *at = text ? strstr(text, function) : NULL;
    uint32_t count = 1;
    if (!at)
        return 0;
    for (at += strlen(function); *at && *at != ')'; at++)
        count += *at == ',';
    return count > others ? count - others : 0;
}

static void read_rows(const char *text, stub_facts *facts)
{
    facts->lifted = arguments_of(text, "xk_acc xk_lift(", 0);
    facts->mapped = arguments_of(text, "xk_r xk_map(", 1);
    facts->attributes = arguments_of(text, facts->mapped ? "xk_acc xk_settle(" : "xk_r xk_finish(", 2);
}

static uint32_t families_of(const expops_operator *op, const char *text)
{
    const uint32_t reduce = op->family != EXPOPS_FAMILY_WINDOW && text && strstr(text, "xk_r xk_finish(");
    return 1u << op->family | reduce << EXPOPS_FAMILY_REDUCE;
}

void stub_facts_read(const expops_operator *op, stub_facts *facts)
{
    const char *const text = expops_operator_text(op);
    memset(facts, 0, sizeof *facts);
    facts->families = families_of(op, text);
    facts->choices = choices_of(op);
    facts->position = text && strstr(text, "KERNEL(xk_long position)") != NULL;
    if (text && op->arithmetic != EXPOPS_ARITHMETIC_BITS)
        facts->dtypes = facts->position ? 1u << EXPOPS_DTYPE_I64 : dtypes_of(op);
    facts->moves = text && op->family == EXPOPS_FAMILY_WINDOW && op->arithmetic == EXPOPS_ARITHMETIC_BITS;
    if (facts->moves)
        facts->dtypes = 1u << EXPOPS_DTYPE_I64;
    facts->drafted = op->draft != NULL;
    for (uint32_t i = 0; op->parameters[i].name; i++) {
        const uint32_t kind = op->parameters[i].kind, tensor = kind == EXPOPS_PARAMETER_TENSOR;
        facts->numbers |= (uint32_t)(kind == EXPOPS_PARAMETER_NUMBER) << i;
        facts->either |= (uint32_t)(kind == EXPOPS_PARAMETER_OPERAND) << i;
        facts->elements |= tensor << i;
    }
    facts->elements |= facts->numbers | facts->either;
    read_rows(text, facts);
}
