/* A kernel as this backend keeps it: the iteration space put in order, cut into blocks, and how each operand of a block is
 * reached. Made once in `offer`; launches only read it. */
#ifndef CPU_PLAN_H
#define CPU_PLAN_H

#include "cpu_cores.h"
#include "cpu_instance.h"
#include "cpu_level.h"
#include "cpu_pool.h"
#include "cpu_row_functions.h"

enum {
    CPU_MAX_RANK = CPU_MAX_INDICES, /* the core's 16, and one more for rows without a dimension */
    CPU_DIRECT_COLS = 16384,        /* elements of a block none of whose operands needs a buffer */
    CPU_PARALLEL_ELEMENTS = 32768,  /* work worth one more thread */
    CPU_STREAM_PART_BYTES = 1024,   /* of results that go there at once */
    CPU_STREAM_ROW_BYTES = 512,     /* of a block's row: shorter ones leave too many lines half written */
};
enum { CPU_PAGE_BYTES = 4096, CPU_TURNED_COLS = 16 /* of rows that are turned, at a time */ };
/* Outputs from this size on are written past the caches. */
#define CPU_STREAM_BYTES ((int64_t)16 << 20)

enum cpu_mode {
    CPU_DIRECT, /* the function works on the tensor's own memory */
    CPU_BUFFER, /* elements are gathered and converted, or converted and scattered */
    CPU_SCALAR, /* a scalar argument: a number, or a tensor that is broadcast throughout a block */
    CPU_FILLED, /* a number where the function wants an array */
};

typedef struct cpu_operand {
    uint32_t kind;   /* EXPOPS_OPERAND_... */
    uint32_t mode;   /* cpu_mode */
    uint32_t slot;   /* among the launch's tensors, or its numbers */
    int32_t dtype;   /* of the tensor, or of the number in its slot */
    int32_t store;   /* of the instance's array */
    int32_t through; /* a half type that values are rounded to between the two, or -1 */
    uint32_t bytes;  /* of an element of dtype */
    int64_t offset;  /* elements from the tensor's first to the first in the order of iteration */
    int64_t strides[CPU_MAX_RANK];
} cpu_operand;

/* An element of 16 bytes, which is only moved. */
typedef struct cpu_pair {
    uint64_t half[2];
} cpu_pair;

/* A block is `rows` x `cols` elements along the dimensions `down` and `across`. Blocks are counted by digits, outermost
 * first; a step of a digit is `size` elements of its dimension. */
typedef struct cpu_blocks {
    int32_t across, down; /* down: -1 where a block is one row */
    int64_t rows, cols;
    uint32_t num_digits;
    int64_t count[CPU_MAX_RANK];
    uint32_t dim[CPU_MAX_RANK];
    int64_t size[CPU_MAX_RANK];
    int64_t total;
    uint32_t inside; /* bit d where a block has all of dimension d, beside those two */
} cpu_blocks;

enum { CPU_KEPT_PIECES = 8 };

/* A leaf's window: dimensions of its own, and where its indices are counted. */
typedef struct cpu_walk {
    uint32_t walked, indices;
    uint32_t gone;      /* bit w where dimension w is walked no more: a part has one run of it; */
    uint32_t is_absent; /* or no element at all */
    int64_t sizes[EXPOPS_MAX_WALKED], strides[EXPOPS_MAX_WALKED];
    uint32_t reads[EXPOPS_MAX_WALKED];
    int64_t values[EXPOPS_MAX_VALUES];
    int64_t around[CPU_MAX_RANK]; /* sizes of the dimensions that the indices count */
    uint32_t picked;              /* the operand whose elements are one more index, or 0 */
    cpu_body *way;                /* through the blocks; of a window_task */
    uint32_t num_kept;            /* pieces of each row; 0: they are found block by block */
    cpu_piece kept[CPU_KEPT_PIECES];
} cpu_walk;

struct expops_backend_kernel {
    const cpu_level *level;
    const cpu_cores *cores;
    const cpu_instance *instance; /* NULL: elements are moved */
    cpu_pointwise_fn *pointwise;  /* its loop for the elements' type */
    uint32_t rank, kept;          /* rows: the first `kept` dimensions count rows */
    int64_t shape[CPU_MAX_RANK];
    int64_t elements;
    int64_t work; /* elements that are read or written, whichever are more: what threads are worth */
    uint32_t num_operands;
    cpu_operand operand[CPU_MAX_OPERANDS]; /* outputs first */
    cpu_blocks blocks;
    uint32_t streamed;                    /* the output goes past the caches, unless it is an input too */
    uint32_t by_rows;                     /* pointwise: the function is called once a row, where the operands lie */
    uint32_t in_parts;                    /* pointwise: where it does, blocks are larger than a buffer */
    uint32_t scalars;                     /* pointwise: bit i where argument i is a scalar */
    int32_t number_dtype, scalar_dtype;   /* of a number's slot, and of a scalar argument */
    struct expops_backend_kernel **parts; /* which are launched together, or NULL; the kernel's own */
    uint32_t num_parts;
    uint32_t woven; /* their outputs' rows lie between one another */
    /* rows */
    uint32_t by_columns; /* a group is a block of neighbouring rows with an accumulator each, along its columns, */
    uint32_t by_numbers; /* of whose rows operand 2 has one element each, */
    uint32_t
        abreast; /* so many of a block's rows as one, where they are narrow and lie one behind the other: a power of 2, */
    uint32_t neighbours;       /* of which so many are one's in the end, */
    uint32_t short_rows;       /* or along its rows, */
    uint32_t turned;           /* which are turned to be reduced */
    uint32_t terms;            /* maps: rows' terms are kept, where threads do not share a group */
    int64_t num_groups, units; /* blocks in a group */
    int64_t length;            /* elements of a row */
    uint32_t own[3];           /* products: the dimensions that only operand 1 and only operand 2 move along */
    cpu_walk walk;             /* windows and selections */
    int64_t *before;           /* of elements that are picked, cpu_picked.c; or NULL; the kernel's own */
    struct cpu_tile *tile;     /* of elements that are moved: their map, or NULL; the kernel's own */
    const cpu_weigh_functions *weighing;
    void (*run)(const struct expops_backend_kernel *kernel, const struct expops_launch *launch, cpu_scratch *scratch);
    uint32_t without_scratch; /* it is given NULL */
};
typedef struct expops_backend_kernel cpu_kernel;

/* Where a thread is. Offsets are in elements, one for each operand. */
typedef struct cpu_position {
    int64_t index[CPU_MAX_RANK];
    int64_t offset[CPU_MAX_OPERANDS];
    int64_t rows, cols; /* of this block */
} cpu_position;

/* --- cpu_space.c --- */
/* Puts `count` dimensions from `first` on in the order of `leader`'s strides, forwards, and joins those that can be;
 * returns how many are left. Later dimensions move up. */
uint32_t cpu_space_arrange(cpu_kernel *kernel, uint32_t first, uint32_t count, uint32_t leader);
/* Cuts the space; blocks along `down` are counted before all others, after all others, or in the dimension's place. */
enum cpu_down { CPU_DOWN_OUTERMOST, CPU_DOWN_INNERMOST, CPU_DOWN_IN_PLACE };
void cpu_blocks_cut(cpu_kernel *kernel, int32_t across, int64_t cols, int32_t down, int64_t rows, enum cpu_down place);
void cpu_position_set(const cpu_kernel *kernel, cpu_position *position, int64_t block);
void cpu_position_next(const cpu_kernel *kernel, cpu_position *position);

/* --- cpu_block.c --- */
/* Address of an operand's first element of the block. */
char *cpu_address(const cpu_kernel *kernel, const expops_launch *launch, uint32_t operand,
                  const cpu_position *position);
/* Gives an input's block, through the operand's buffer where it must be. */
cpu_view cpu_load(const cpu_kernel *kernel, const expops_launch *launch, uint32_t operand, const cpu_position *position,
                  cpu_scratch *scratch);
/* Through a buffer of the caller's. */
cpu_view cpu_load_into(const cpu_kernel *kernel, const expops_launch *launch, uint32_t operand,
                       const cpu_position *position, char *buffer, cpu_scratch *scratch);
/* Where to write the output's block; cpu_store finishes it. */
cpu_view cpu_out(const cpu_kernel *kernel, const expops_launch *launch, const cpu_position *position,
                 cpu_scratch *scratch);
void cpu_store(const cpu_kernel *kernel, const expops_launch *launch, const cpu_position *position, cpu_view view,
               cpu_scratch *scratch);
/* Writes a scalar argument (a number or a broadcast element) as the arithmetic's type to its place in `scratch`. */
void cpu_scalar(const cpu_kernel *kernel, const expops_launch *launch, uint32_t operand, const cpu_position *position,
                cpu_scratch *scratch);
/* Whether the output is large and written in long runs, so that it had better go past the caches. */
int cpu_streams(const cpu_kernel *kernel, int32_t across);
int cpu_is_large(const cpu_kernel *kernel);
/* Not in place, though: the lines are in the cache already. */
int cpu_streams_now(const cpu_kernel *kernel, const expops_launch *launch);
/* Copies past the caches. */
void cpu_stream(const cpu_level *level, char *to, const char *from, size_t bytes);

/* --- cpu_by_rows.c --- */
/* Of a kernel whose operands are compact along rows, or the same. */
int cpu_by_rows_can(const cpu_kernel *kernel);
void cpu_by_rows_plan(cpu_kernel *kernel);
void cpu_by_rows_run(const cpu_kernel *kernel, const expops_launch *launch, cpu_scratch *scratch);

/* --- cpu_parallel.c --- */
/* As many threads as the kernel's work is worth, where it has `most` parts; the same each time, but in the application's own
 * parallel regions. */
uint32_t cpu_threads(const cpu_kernel *kernel, int64_t most);
/* Calls `body` with pieces of [0, count) that cover it, the whole of the kernel's work, in at most `threads` threads. */
void cpu_parallel(const cpu_kernel *kernel, uint32_t threads, int64_t count, cpu_body *body, void *context,
                  cpu_scratch *scratch);

/* --- the drivers: finish the plan, and set kernel->run --- */
/* CPU_LEAF(family, name, alone) of EXPOPS_FAMILY_family has cpu_name_plan; `alone`: which needs no instance. */
#define CPU_LEAVES \
    CPU_LEAF(POINTWISE, pointwise, 0) \
    CPU_LEAF(REDUCE, rows, 0) \
    CPU_LEAF(MAP, rows, 0) \
    CPU_LEAF(WINDOW, window, 0) \
    CPU_LEAF(SELECT, select, 1) \
    CPU_LEAF(WEIGHTED, weighted, 0)
typedef void cpu_planner(cpu_kernel *kernel);
#define CPU_LEAF(family, name, alone) cpu_planner cpu_##name##_plan;
CPU_LEAVES
#undef CPU_LEAF
/* Elements of any type are moved without one, too. */
void cpu_move_plan(cpu_kernel *kernel);
/* Blocks of such a kernel. */
void cpu_move_blocks(const cpu_kernel *kernel, const expops_launch *launch, int64_t first, int64_t last,
                     cpu_scratch *scratch);
/* --- cpu_tile.c --- */
/* Of elements that are moved; 0 where a map of a tile is not worth it, as its runs are longer on the average. */
int cpu_tile_plan(cpu_kernel *kernel, int64_t longest);
void cpu_tile_blocks(const cpu_kernel *kernel, const expops_launch *launch, int64_t first, int64_t last,
                     cpu_scratch *scratch);
/* 0 where the rows are no product of matrices. */
int cpu_product_plan(cpu_kernel *kernel);
/* --- cpu_dots.c --- */
/* A matrix times a vector; 0 where it is not one. */
int cpu_dots_plan(cpu_kernel *kernel);

/* --- cpu_rows.c --- */
void cpu_rows_run(const cpu_kernel *kernel, const expops_launch *launch, cpu_scratch *scratch);
/* A launch's numbers, as row functions take them. */
void cpu_take_numbers(const cpu_kernel *kernel, const expops_launch *launch, cpu_scratch *scratch);

/* --- cpu_rows_terms.c --- */
/* Sets `terms` where the operator's text keeps them, and a core's caches a row of this plan. */
void cpu_terms_plan(cpu_kernel *kernel);
/* Columns of a block: so many that they do, or the wanted ones where those would be few or the text keeps none. */
int64_t cpu_terms_columns(const cpu_kernel *kernel, int64_t wanted, int direct);
void cpu_terms_run(const cpu_kernel *kernel, const expops_launch *launch, int64_t group, cpu_scratch *scratch);

/* --- cpu_join.c --- */
/* One kernel of several that move elements, which it then owns; NULL where one does something else. */
int32_t cpu_join(const expops_host_api *host, expops_backend_kernel *const *kernels, uint32_t count,
                 expops_backend_kernel **out_kernel);
void cpu_kernel_free(expops_backend_kernel *kernel);

/* --- cpu_offer.c --- */
int32_t cpu_offer(const expops_host_api *host, const cpu_level *level, uint32_t level_index, const cpu_cores *cores,
                  const expops_signature *signature, expops_backend_kernel **out_kernel);

#endif
