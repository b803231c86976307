/* The words of drafts whose leaves are weighted sums. */
#include "draft_internal.h"

enum {
    LEAST_ROWS = 16,     /* fewer leave most of a tile empty */
    LOCAL_BYTES = 48000, /* of a tile of weights, and slices */
};

static int64_t size_of(const expops_view *view, int32_t from_last)
{
    return view->shape[view->ndim - from_last];
}

static int compiles(const expops_device_info *info)
{
    return info->prelude && info->local_bytes >= LOCAL_BYTES && info->max_group >= EXPOPS_WEIGHTED_GROUP;
}

/* Whether the device makes one kernel of it (decision 41). Where not, the caller drafts a product, a softmax and
 * another product, which ask for nothing. */
int expops_draft_weighs(const expops_draft *draft, const expops_weighing *weighing)
{
    const expops_device *device = draft->device;
    const int64_t terms = size_of(&weighing->right, 2), elements = size_of(&weighing->left, 1),
                  columns = size_of(&weighing->summed, 1);
    const int is_real = draft->common == EXPOPS_DTYPE_F32 || (draft->common >= 0 && HALVES >> draft->common & 1u);
    return device && is_real && (device->info.caps & EXPOPS_CAP_WEIGHTED || compiles(&device->info)) &&
           size_of(&weighing->left, 2) >= LEAST_ROWS && terms > 0 && terms <= INT32_MAX / 2 && elements > 0 &&
           elements <= EXPOPS_WEIGHTED_COLUMNS && columns <= EXPOPS_WEIGHTED_COLUMNS;
}

/* All operands get the same four last dimensions: rows, terms, elements and columns. Along those that one does not
 * have it stands still, so that collapse, checks and launches need to know nothing of products. */
expops_leaf *expops_draft_weighted(expops_draft *draft, const expops_operator *body, const expops_weighing *weighing)
{
    expops_view left = weighing->left, right = weighing->right, summed = weighing->summed, space = weighing->out;
    const int64_t rows = size_of(&left, 2), terms = size_of(&right, 2), elements = size_of(&left, 1),
                  columns = size_of(&summed, 1);
    expops_view_insert(&space, space.ndim - 1, terms);
    expops_view_insert(&space, space.ndim - 1, elements);
    expops_view_insert(&left, left.ndim - 1, terms);
    expops_view_insert(&left, left.ndim, columns);
    expops_view_insert(&right, right.ndim - 2, rows);
    expops_view_insert(&right, right.ndim, columns);
    expops_view_insert(&summed, summed.ndim - 2, rows);
    expops_view_insert(&summed, summed.ndim - 1, elements);
    expops_leaf *leaf = expops_draft_leaf(draft, body, EXPOPS_FAMILY_WEIGHTED, &space);
    const int32_t computed = expops_arithmetic_type(draft->common);
    leaf->row_dims = 4;
    expops_leaf_computes(leaf, computed, computed);
    expops_leaf_view(leaf, &left);
    expops_leaf_view(leaf, &right);
    expops_leaf_view(leaf, &summed);
    return leaf;
}

/* A mask has a number for each row and term, whatever the element and the column. */
void expops_leaf_scores(expops_leaf *leaf, expops_view view)
{
    expops_view_insert(&view, view.ndim, 1);
    expops_view_insert(&view, view.ndim, 1);
    expops_leaf_view(leaf, &view);
}

/* The row's index less the term's: its sign says on which side of the diagonal a weight lies. */
void expops_leaf_limit(expops_leaf *leaf, int64_t first)
{
    int64_t strides[EXPOPS_MAX_RANK] = { 0 };
    strides[leaf->out.ndim - 4] = 1;
    strides[leaf->out.ndim - 3] = -1;
    expops_leaf_position(leaf, strides, first);
}
