/* What a softmax has of a row, or of a part: the largest element, and what belongs to it of the sum. */
#define xk_acc_of XK_OWN(xk_acc_of)

typedef struct xk_acc {
    xk_t most, rest;
} xk_acc;

XK_FN xk_acc xk_acc_of(xk_t most, xk_t rest)
{
    xk_acc a;
    a.most = most;
    a.rest = rest;
    return a;
}
