/* The lock of what the loader knows and of the list of open devices. It is never held while a plugin's code runs: the
 * thread that runs it has claimed the plugin or the device, and others wait for just that one. */
#ifndef EXPOPS_RUNTIME_LOCK_H
#define EXPOPS_RUNTIME_LOCK_H

void expops_runtime_lock(void);
void expops_runtime_unlock(void);
/* expops_lock_wait and expops_lock_wake (fork.h) with it. */
void expops_runtime_wait(void);
void expops_runtime_wake(void);

#endif
