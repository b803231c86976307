/* The pass over a row that reduces it, for reduce.kernel.c and map.kernel.c: a statement block that leaves what this
 * work-item saw of the elements `from` to `end` in `acc`. */

#define XK_SHARES_ROW (XK_PART || XK_TEAM || XK_CLUSTER > 1)

/* Elements that a work-item has at hand twice are looked at twice where the operator's text does so: of rows that neighbouring groups keep.
 * Of short ones there is too little for each work-item. */
#if defined(XK_LOOKS_TWICE) && XK_TURNS && XK_CLUSTER > 1 && !XK_EDGES
#define XK_TWICE 1
#else
#define XK_TWICE 0
#endif

/* Bounds that a compiler knows: accumulators reached by unknown ones would lie in memory. */
#define XK_FOLD(word, width) \
    XK_UNROLL \
    for (int k = 0; XK_VEC > width && k < width; k++) \
        seen[k] = word(seen[k], seen[(k + width) % XK_VEC]);
#define XK_FOLD_ALL(word) XK_FOLD(word, 8) XK_FOLD(word, 4) XK_FOLD(word, 2) XK_FOLD(word, 1)
#define XK_BEGIN_SEEN \
    xk_acc seen[XK_VEC]; \
    XK_UNROLL \
    for (int k = 0; k < XK_VEC; k++) \
        seen[k] = xk_identity();

/* Where the operator's text has powers of two for it, the second look takes terms, to the largest element of a subgroup, all of whose items
 * then have its sum; where there is room for them, they stay in the elements' places. */
#ifdef XK_KEEPS_SHIFTED
#define XK_SHIFTED 1
#else
#define XK_SHIFTED 0
#endif
#define XK_KEPT_SHIFTED (XK_SHIFTED && !XK_HALF)

/* A shift, which compilers join with what takes an element out of its word. */
#if XK_TWICE || XK_SHIFTED
#undef XK_GET_bf16
#define XK_GET_bf16(s) xk_bits_f32((xk_uint)(s) << 16)
#endif
#if XK_SHIFTED
#define XK_AMONG(mine, limit, combined) \
    XK_UNROLL \
    for (int by = 1; by < limit; by *= 2) { \
        const float other = xk_other_f32(mine, (xk_uint)by); \
        mine = combined; \
    }
#define XK_BEGIN_GATHER \
    xk_t seen[XK_VEC]; \
    XK_UNROLL \
    for (int k = 0; k < XK_VEC; k++) \
        seen[k] = -XK_INFINITY;
#define XK_TAKE_OF(width) \
    XK_UNROLL \
    for (int k = 0; k < width; k++) \
        seen[k] = xk_fmax(seen[k], XK_X(0));
#define XK_BETWEEN_LOOKS \
    XK_FOLD_ALL(xk_fmax) \
    XK_AMONG(seen[0], 32, xk_fmax(seen[0], other)) \
    xk_second second = xk_begin(seen[0]);
#if XK_KEPT_SHIFTED
#define XK_LEAVE_TERM v0.v[k] = term;
#else
#define XK_LEAVE_TERM
#endif
#define XK_TAKE_AGAIN \
    XK_UNROLL \
    for (int k = 0; k < XK_VEC; k++) { \
        const xk_t term = xk_term_of(XK_X(0), second); \
        second.sum += term; \
        XK_LEAVE_TERM \
    }
#define XK_END_GATHER \
    XK_AMONG(second.sum, 32, second.sum + other) \
    xk_acc acc = xk_of_terms(second.most, second.sum);
/* Fewer than items of a subgroup: each has one at most. */
#if XK_EDGES
#define XK_LOAD_EDGE(take) \
    xk_t edge = -XK_INFINITY; \
    XK_EACH_EDGE(XK_EACH_LIFTED(take) edge = XK_X(0);)
#define XK_SEE_EDGE seen[0] = xk_fmax(seen[0], edge);
#define XK_ADD_EDGE second.sum += xk_term_of(edge, second);
#else
#define XK_LOAD_EDGE(take)
#define XK_SEE_EDGE
#define XK_ADD_EDGE
#endif
#if XK_KEPT_SHIFTED
#define XK_REREAD_TWICE
#else
#define XK_REREAD_TWICE XK_EACH_LIFTED(XK_REREAD)
#endif
#elif XK_TWICE
/* Every element of a vector has an accumulator of its own, so that none waits for another. */
#define XK_TAKE_OF(width) \
    XK_UNROLL \
    for (int k = 0; k < width; k++) \
        seen[k] = xk_first(seen[k], XK_LIFT);
#define XK_TAKE_AGAIN \
    XK_UNROLL \
    for (int k = 0; k < XK_VEC; k++) \
        second = xk_add(second, XK_LIFT);
#define XK_BEGIN_GATHER XK_BEGIN_SEEN
#define XK_BETWEEN_LOOKS \
    XK_FOLD_ALL(xk_first) \
    xk_second second = xk_begin(seen[0]);
#define XK_END_GATHER xk_acc acc = xk_end(second);
#elif defined(XK_COMBINES_MANY)
/* The operator's text combines a vector's elements at once. */
#define XK_TAKE_OF(width) \
    { \
        xk_acc more[width]; \
        XK_UNROLL \
        for (int k = 0; k < width; k++) \
            more[k] = XK_LIFT; \
        acc = xk_combine_many(acc, more, width); \
    }
#define XK_BEGIN_GATHER xk_acc acc = xk_identity();
#define XK_END_GATHER
#else
/* Every element of a vector has an accumulator of its own, so that none waits for another. */
#define XK_TAKE_OF(width) \
    XK_UNROLL \
    for (int k = 0; k < width; k++) \
        seen[k] = xk_combine(seen[k], XK_LIFT);

#define XK_BEGIN_GATHER XK_BEGIN_SEEN
#define XK_END_GATHER \
    XK_FOLD_ALL(xk_combine) \
    xk_acc acc = seen[0];
#endif

#define XK_TAKE XK_TAKE_OF(XK_VEC)

/* The last XK_LOCAL_TURNS of a row's vectors are copied to local memory, each work-item's to places of its own; xk_kept begins there. */
#ifndef XK_LOCAL_TURNS
#define XK_LOCAL_TURNS 0
#endif
enum { XK_HELD_TURNS = XK_TURNS - XK_LOCAL_TURNS };
#if XK_LOCAL_TURNS
#define XK_PLACE(i) (xk_kept + ((turn - XK_HELD_TURNS) * XK_TPR + lane))
#define XK_COPY(i) xk_copy16(XK_PLACE(i), (XK_GLOBAL const xk_word16 *)(g##i + o##i + e), 1);
#define XK_KEEP(i) \
    if (turn < XK_HELD_TURNS) { \
        XK_LOAD_ROW(i, kept##i[turn % XK_HELD_TURNS], e) \
    } else { \
        XK_COPY(i) \
    }
#define XK_AGAIN(i) \
    xk_vector##i v##i = kept##i[turn % XK_HELD_TURNS]; \
    if (turn >= XK_HELD_TURNS) \
        v##i.word = *XK_PLACE(i);
#define XK_PUT_BACK \
    if (turn < XK_HELD_TURNS) \
        kept0[turn % XK_HELD_TURNS] = v0; \
    else \
        *XK_PLACE(0) = v0.word;
#define XK_ARRIVED \
    if (turn == XK_HELD_TURNS) \
        xk_copied();
#else
#define XK_KEEP(i) XK_LOAD_ROW(i, kept##i[turn], e)
#define XK_AGAIN(i) xk_vector##i v##i = kept##i[turn];
#define XK_PUT_BACK kept0[turn] = v0;
#define XK_ARRIVED
#endif

/* A row in registers: kept<i>. All vectors are asked for before the first is used; a branch around each would make some
 * compilers wait for each. */
#define XK_INSIDE(e) (XK_EXACT || (alive && (e) < end))
#define XK_KEPT(i) xk_vector##i kept##i[XK_HELD_TURNS];
/* What was made of a kept row is made again: a compiler that keeps it too needs more registers than there are. */
#define XK_REREAD(i) XK_UNKNOWN(kept##i[turn % XK_HELD_TURNS].word);
#define XK_EACH_KEPT(arrived, statements) \
    XK_UNROLL \
    for (int turn = 0; turn < XK_TURNS; turn++) { \
        arrived if (XK_INSIDE(from + (turn * XK_TPR + lane) * XK_VEC)) { \
            statements \
        } \
    }
#if XK_SHIFTED
#define XK_ASK_FOR_EDGE XK_LOAD_EDGE(XK_EDGE)
#if !XK_KEPT_SHIFTED
#undef XK_PUT_BACK
#define XK_PUT_BACK
#endif
#define XK_SECOND_TURNS \
    XK_SEE_EDGE \
    XK_BETWEEN_LOOKS \
    XK_EACH_KEPT(, XK_REREAD_TWICE XK_EACH_LIFTED(XK_AGAIN) XK_TAKE_AGAIN XK_PUT_BACK) \
    XK_ADD_EDGE
#elif XK_TWICE
#define XK_SECOND_TURNS XK_BETWEEN_LOOKS XK_EACH_KEPT(, XK_EACH_LIFTED(XK_REREAD) XK_EACH_LIFTED(XK_AGAIN) XK_TAKE_AGAIN)
#else
#define XK_SECOND_TURNS
#endif
#if !XK_SHIFTED
#define XK_ASK_FOR_EDGE
#endif
#define XK_GATHER_TURNS \
    XK_EACH_LIFTED(XK_KEPT) \
    XK_UNROLL \
    for (int turn = 0; turn < XK_TURNS; turn++) { \
        const xk_index e = from + (turn * XK_TPR + lane) * XK_VEC; \
        if (XK_INSIDE(e)) { \
            XK_EACH_LIFTED(XK_KEEP) \
        } \
    } \
    XK_ASK_FOR_EDGE \
    XK_EACH_KEPT(XK_ARRIVED, XK_EACH_LIFTED(XK_AGAIN) XK_TAKE) \
    XK_SECOND_TURNS

/* Some vectors of a row, too, are asked for before the first of them is used. */
enum { XK_ROUND = XK_NT - XK_OTHERS > 1 ? 2 : 4 };
#define XK_ROUND_OF(i) xk_vector##i round##i[XK_ROUND];
#define XK_ROUND_LOAD(i) XK_LOAD_ROW(i, round##i[turn], e)
#define XK_ROUND_TAKE(i) const xk_vector##i v##i = round##i[turn];
#define XK_GATHER_RANGE \
    const xk_index step = XK_TPR * XK_VEC; \
    xk_index at = from + lane * XK_VEC; \
    for (; alive && at < end - (XK_ROUND - 1) * step; at += XK_ROUND * step) { \
        XK_EACH_LIFTED(XK_ROUND_OF) \
        XK_UNROLL \
        for (int turn = 0; turn < XK_ROUND; turn++) { \
            const xk_index e = at + turn * step; \
            XK_EACH_LIFTED(XK_ROUND_LOAD) \
        } \
        XK_UNROLL \
        for (int turn = 0; turn < XK_ROUND; turn++) { \
            XK_EACH_LIFTED(XK_ROUND_TAKE) \
            XK_TAKE \
        } \
    } \
    for (; alive && at < end; at += step) { \
        const xk_index e = at; \
        XK_EACH_LIFTED(XK_LOAD) \
        XK_TAKE \
    }

/* Which row a group begins with, and which part of its rows it takes. Neighbouring groups take the same part of different rows: for
 * them they may read the same of an input. */
#define XK_GROUPS_OF_ROWS ((xk_uint)((p.rows + XK_ROWS_OF_GROUP - 1) / XK_ROWS_OF_GROUP))
#define XK_GROUP_OF_ROWS (XK_PART ? xk_group_id() % XK_GROUPS_OF_ROWS : xk_group_id() / XK_CLUSTER)
#if XK_TEAM
#define XK_PART_OF_ROW member
#else
#define XK_PART_OF_ROW ((xk_index)(XK_PART ? xk_group_id() / XK_GROUPS_OF_ROWS : xk_group_id() % XK_CLUSTER))
#endif
#define XK_BOUNDS \
    const xk_index from = XK_PART_OF_ROW * (xk_index)p.part_length, after = from + (xk_index)p.part_length; \
    const xk_index end = XK_SHARES_ROW && after < whole ? after : whole;

/* The elements in front of a row's whole vectors and behind them, each by itself. */
#define XK_EDGE(i) \
    xk_vector##i v##i; \
    v##i.v[0] = g##i[o##i + XK_WALK(i + 1, e)];
#define XK_EACH_EDGE(statements) \
    for (int c = lane; alive && XK_PART_OF_ROW == 0 && c < (int)(p.length - whole); c += XK_TPR) { \
        const xk_index e = c < head ? c - head : whole + (c - head); \
        const int k = 0; \
        statements \
    }
#if XK_EDGES && !XK_SHIFTED
#define XK_GATHER_EDGES XK_EACH_EDGE(XK_EACH_LIFTED(XK_EDGE) acc = xk_combine(acc, XK_LIFT);)
#else
#define XK_GATHER_EDGES
#endif
#if XK_TURNS
#define XK_GATHER XK_BEGIN_GATHER XK_GATHER_TURNS XK_END_GATHER XK_GATHER_EDGES
#else
#define XK_GATHER XK_BEGIN_GATHER XK_GATHER_RANGE XK_END_GATHER XK_GATHER_EDGES
#endif

/* What becomes of a vector of a map; `each` comes before each element of it. */
#define XK_RESULT_VECTOR_OF(each, call) \
    union { \
        XK_CAT(xk_word, XK_WO) word; \
        XK_ARRAY(XK_S(XK_O), v); \
    } result; \
    XK_UNROLL \
    for (int k = 0; k < XK_VEC; k++) { \
        each const xk_r r = call; \
        result.v[k] = XK_STORE(r); \
    }
#define XK_RESULT_VECTOR(each) XK_RESULT_VECTOR_OF(each, XK_CALL)
