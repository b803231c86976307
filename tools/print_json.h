/* JSON for programs, on standard output. */
#ifndef EXPOPS_TOOLS_PRINT_JSON_H
#define EXPOPS_TOOLS_PRINT_JSON_H

struct json_object;

void tool_print_json(struct json_object *object);

#endif
