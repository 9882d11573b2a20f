/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How large POSIX extended regular expressions become, before the C library is asked to compile
 * them: it writes repeats out, `a{3}` as `aaa` and `a+` as `aa*`, so that each repeat of a
 * repeat multiplies what there is: thirty `+` one behind the other take all memory.
 */
#ifndef RIALTO_BASE_EXPRESSION_H
#define RIALTO_BASE_EXPRESSION_H

#include <stddef.h>

#define EXPRESSION_DEPTH 64 /* groups within groups */

struct expression_limits {
    size_t repeat;  /* largest number in `{n,m}` */
    size_t repeats; /* how many of these there may be */
    size_t size;    /* characters once repeats are written out */
};

/**
 * How many characters the expression has once repeats are written out; 0: there are none, it
 * is beyond a limit, is wrong, or refers back to groups (which takes time without measure).
 */
size_t expression_size(const char *expression, const struct expression_limits *limits);

#endif
