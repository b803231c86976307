/* Columns that stay in one group's registers, of maps whose text has XK_KEEPS_SHIFTED: the columns' peaks are found first, then each element's term is
 * taken once, and stays in place of the element where there is room for it. For columns.kernel.c; see terms.kernel.h. */

/* What the group's work-items have of its columns, for all of them: `own` of a work-item's columns; `part` has a place for every share. */
#define XK_OF_COLUMNS(name, combined) \
    XK_FN void name(float *own, XK_LOCAL_POINTER float *part, XK_LOCAL_POINTER float *all) \
    { \
        const int item = (int)xk_local_id(), lane = xk_lane(); \
        XK_UNROLL \
        for (int k = 0; k < XK_VEC; k++) { \
            XK_UNROLL \
            for (int by = XK_RPG; XK_SHARES < XK_TPR && by < 32; by *= 2) { \
                const float mine = own[k], other = xk_other_f32(mine, (xk_uint)by); \
                own[k] = combined; \
            } \
            if (XK_HAS_SHARE) \
                part[(XK_SHARE * XK_VEC + k) * XK_RPG + xk_row_here()] = own[k]; \
        } \
        xk_barrier(); \
        for (int n = item; n < XK_RPG * XK_VEC; n += XK_WG) { \
            float mine = part[n]; \
            XK_UNROLL \
            for (int share = 1; share < XK_SHARES; share++) { \
                const float other = part[share * XK_VEC * XK_RPG + n]; \
                mine = combined; \
            } \
            all[n] = mine; \
        } \
        xk_barrier(); \
        XK_UNROLL \
        for (int k = 0; k < XK_VEC; k++) \
            own[k] = all[k * XK_RPG + xk_row_here()]; \
    }
XK_OF_COLUMNS(xk_peaks_of_columns, xk_fmax(mine, other))
XK_OF_COLUMNS(xk_sums_of_columns, mine + other)

/* Terms stay in place of the elements where there is room for them. */
#if XK_KEPT_SHIFTED
#define XK_REREAD_KEPT
#define XK_FIND_SHIFTS
#define XK_MAP_KEPT XK_MAP_COLUMNS_OF(, xk_map_term(v0.v[k], seen[k]))
#define XK_TAKE_TERMS \
    XK_EACH_ROW(v0.v[k] = xk_term_of(XK_X(0), second[k]); sum[k] += v0.v[k];) \
    held0[turn] = v0;
#else
#define XK_REREAD_KEPT XK_EACH_LIFTED(XK_REREAD_HELD)
#define XK_FIND_SHIFTS \
    xk_second second[XK_VEC]; \
    XK_EACH_ROW(second[k] = xk_begin(seen[k].most);)
#define XK_MAP_KEPT XK_MAP_COLUMNS_OF(, xk_map_term(xk_term_of(XK_X(0), second[k]), seen[k]))
#define XK_TAKE_TERMS XK_EACH_ROW(sum[k] += xk_term_of(XK_X(0), second[k]);)
#endif

/* Peaks lie in local memory while terms are taken, for registers to be enough. */
#define XK_GATHER_TERMS \
    XK_LOCAL float part[XK_SHARES * XK_RPG * XK_VEC], peaks[XK_RPG * XK_VEC], sums[XK_RPG * XK_VEC]; \
    XK_EACH_LIFTED(XK_HELD) \
    XK_EACH_TURN(e < end, XK_EACH_LIFTED(XK_HOLD)) \
    { \
        float peak[XK_VEC], sum[XK_VEC]; \
        xk_second second[XK_VEC]; \
        XK_EACH_ROW(peak[k] = -XK_INFINITY;) \
        XK_EACH_TURN(e < end, XK_EACH_LIFTED(XK_TAKE_HELD) XK_EACH_ROW(peak[k] = xk_fmax(peak[k], XK_X(0));)) \
        xk_peaks_of_columns(peak, part, peaks); \
        XK_EACH_ROW(second[k] = xk_begin(peak[k]); sum[k] = 0;) \
        XK_EACH_TURN(e < end, XK_REREAD_KEPT XK_EACH_LIFTED(XK_TAKE_HELD) XK_TAKE_TERMS) \
        xk_sums_of_columns(sum, part, sums); \
        XK_EACH_ROW(seen[k] = xk_of_terms(peaks[k * XK_RPG + xk_row_here()], sum[k]);) \
    }
