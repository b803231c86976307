/* A call may run the application's code: its allocator. That code may call the library back, and what such a call or an
 * expops_device_close lets go of may be what the outer call works with. It is kept until the thread's outermost call ends. */
#ifndef EXPOPS_IN_CALL_H
#define EXPOPS_IN_CALL_H

/* First member of what is let go of later. */
typedef struct expops_later {
    void (*let_go)(struct expops_later *later);
    struct expops_later *next;
} expops_later;

/* Around whatever runs the application's code; they nest. */
void expops_call_begins(void);
void expops_call_ends(void);
/* Whether the calling thread is between the two. */
int expops_in_call(void);
/* Lets go now, or where the thread is in a call at the end of that. */
void expops_let_go(expops_later *later);

#endif
