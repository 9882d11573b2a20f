/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Failing memory, on purpose. Link with fault.c and WRAP the functions of the allocator:
 *
 *     for (size_t n = 0;; n++) {
 *         fault_after(n);           the n-th allocation from here on fails, and all after it
 *         bool ok = work();         must clean up, whatever failed
 *         if (!fault_stop())        nothing failed: every allocation has had its turn
 *             break;
 *     }
 *
 * Only calls from objects that are linked into the program are counted, not those within the
 * shared libraries of others.
 */
#ifndef RIALTO_TESTS_FAULT_H
#define RIALTO_TESTS_FAULT_H

#include <stdbool.h>
#include <stddef.h>

/** Lets n allocations pass and fails from then on. */
void fault_after(size_t n);

/** Lets n allocations pass, fails one, lets the rest pass. */
void fault_once(size_t n);

/** Back to normal; was there a failure since fault_after() or fault_once()? */
bool fault_stop(void);

#endif
