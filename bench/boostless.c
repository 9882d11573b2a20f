/* SPDX-License-Identifier: Apache-2.0 */
/* What stands for boost.cpp where Boost is not. */
#include <stddef.h>

#include "bench/boost.h"

bool boost_is_there(void)
{
    return false;
}

struct boost_graph *boost_new(const struct spf_graph *g)
{
    (void)g;
    return NULL;
}

void boost_free(struct boost_graph *b)
{
    (void)b;
}

void boost_run(struct boost_graph *b, uint32_t source, int64_t *dist)
{
    (void)b;
    (void)source;
    (void)dist;
}
