/* The library below hipRTC, asked which targets exist. */
#ifndef HIP_COMGR_H
#define HIP_COMGR_H

/* 1 if `target` (its features apart) is known, 0 if not, -1 where no library can be asked. `beside` is an address in hipRTC's
 * library. */
int hip_comgr_knows(const void *beside, const char *target);

#endif
