/* Of kernels that read what the launch in front of theirs wrote, and may begin before that has ended: waits for it. A prelude has the
 * word where its launches do so; elsewhere they begin in turn anyway. */
#ifndef xk_wait_previous
#define xk_wait_previous()
#endif
