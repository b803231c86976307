/* The words that an operator's text defines, each by a name of that operator's: XK_OWN(xk_lift) is own_sum_xk_lift where what stands
 * before the text says so; no word of the dialect begins like that, whatever an operator is called. So texts of several operators can
 * follow each other, and each be called; templates say the words, and mean the last one's. A compiler of one text alone, as the CPU's,
 * needs none of this. */
#define xk_r XK_CAT(xk_c_, XK_R) /* results may differ, too */
#define xk_body XK_OWN(xk_body)
#define xk_window XK_OWN(xk_window)
#define xk_acc XK_OWN(xk_acc)
#define xk_identity XK_OWN(xk_identity)
#define xk_lift XK_OWN(xk_lift)
#define xk_combine XK_OWN(xk_combine)
#define xk_combine_many XK_OWN(xk_combine_many)
#define xk_first XK_OWN(xk_first)
#define xk_second XK_OWN(xk_second)
#define xk_begin XK_OWN(xk_begin)
#define xk_add XK_OWN(xk_add)
#define xk_end XK_OWN(xk_end)
#define xk_term_of XK_OWN(xk_term_of)
#define xk_of_terms XK_OWN(xk_of_terms)
#define xk_ratio XK_OWN(xk_ratio)
#define xk_map_term XK_OWN(xk_map_term)
#define xk_finish XK_OWN(xk_finish)
#define xk_settle XK_OWN(xk_settle)
#define xk_map XK_OWN(xk_map)
