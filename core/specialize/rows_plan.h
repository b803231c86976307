/* How rows are read: how many work-items and groups share one, how much of it stays in registers, whether it is cut in parts. */
#ifndef EXPOPS_ROWS_PLAN_H
#define EXPOPS_ROWS_PLAN_H

#include "specialize.h"

enum {
    EXPOPS_ROWS_GROUP = 256,       /* the work-items that most groups have */
    EXPOPS_ROWS_ACCUMULATOR = 64,  /* bytes; a larger xk_acc does not compile */
    EXPOPS_ROWS_LOCAL_GROUP = 512, /* at most, where local memory is used; larger ones are alone on a compute unit */
    EXPOPS_ROWS_COPIED = 16,       /* bytes of a vector that is copied to local memory */
};

/* Rounds of which what members told lies in memory: XK_PLACES of the kernels. */
#define EXPOPS_ROWS_PLACES(behind) (2 * ((behind) + 1))

typedef struct expops_rows_plan {
    int64_t rows, length;
    uint32_t outer_dims, vector, group, per_row, rows_per_group, turns;
    uint32_t cluster; /* groups that share a row and wait for each other; 1: none do */
    uint32_t members,
        teams;            /* groups that share rows by way of local memory, and how many teams of those; 0: none do */
    uint32_t slots;       /* rows that a member has there */
    uint32_t behind;      /* of which so many are reduced and not yet written */
    uint32_t heard;       /* members that a work-item hears */
    uint32_t local_bytes; /* for that, or for turns */
    uint32_t local_turns; /* of a work-item's turns, so many lie in local memory instead of registers */
    uint32_t wave;        /* so many clusters begin one after the other; 0: all at once */
    uint32_t pace;        /* elements of rows that are read and written in a cycle */
    int wide;
    int skewed;  /* columns that start anywhere: their last vectors overlap */
    int columns; /* a work-item takes `vector` neighbouring rows, and neighbouring work-items the next ones */
    uint32_t
        staged; /* words of local memory that a group's rows pass through; neighbouring work-items take them in turn */
    uint32_t staged_inputs; /* the first so many; what else is read beside rows does not lie as they do */
    int edges;              /* rows start anywhere in memory: whole vectors begin behind the first elements of each */
    uint64_t parts, part_length;
    uint64_t groups; /* for rows that are neither cut nor shared */
} expops_rows_plan;

expops_rows_plan expops_plan_rows(const expops_problem *problem, const expops_device *device);
/* Teams, where the device has room for one: rows_team.c. */
int expops_rows_take_teams(const expops_problem *problem, const expops_device *device, expops_rows_plan *plan);
/* How many turns of rows that clusters share a work-item may have in local memory beside `held` in registers, 0 where it is better
 * without; the plan of those that have such: rows_local.c. */
uint32_t expops_rows_local_turns(const expops_problem *problem, const expops_device *device, uint32_t held,
                                 const expops_rows_plan *plan);
void expops_rows_keep_locally(uint32_t held, expops_rows_plan *plan);
/* All inputs that are reduced are read by vectors that can be copied to local memory. */
int expops_rows_are_copied(const expops_problem *problem, const expops_rows_plan *plan);
void expops_choose_row_vector(const expops_problem *problem, expops_rows_plan *plan);
/* Rows whose elements lie apart while neighbouring rows lie together. */
int expops_rows_are_columns(const expops_problem *problem);
void expops_share_columns(const expops_problem *problem, const expops_device *device, expops_rows_plan *plan);
/* Where their elements stay in registers: completes the plan and returns 1. */
int expops_keep_columns(const expops_problem *problem, const expops_device *device, expops_rows_plan *plan);
enum expops_reach expops_columns_reach(const expops_problem *problem, const expops_rows_plan *plan, uint32_t operand);
/* Where a group's rows are better loaded as one piece: completes the plan and returns 1. */
int expops_stage_rows(const expops_problem *problem, const expops_device *device, expops_rows_plan *plan);
/* Of the inputs, the first so many are reduced; a map reads so many more beside them. */
uint32_t expops_rows_lifted(const expops_problem *problem);
uint32_t expops_rows_others(const expops_problem *problem);
/* How a row of the operand lies in memory. */
enum expops_reach expops_rows_reach(const expops_problem *problem, const expops_rows_plan *plan, uint32_t operand);
/* A power of two that is not less than `value`, but not more than the power of two `limit`. */
uint32_t expops_power_of_two_above(uint64_t value, uint32_t limit);

#endif
