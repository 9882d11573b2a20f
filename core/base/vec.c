/* SPDX-License-Identifier: Apache-2.0 */
#include "base/vec.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"

#define FIRST_CAP ((size_t)8)

int vec_reserve(void **v, size_t *cap, size_t want, size_t size)
{
    if (want <= *cap)
        return 0;
    size_t bigger = *cap == 0 ? FIRST_CAP : *cap;
    while (bigger < want)
        bigger = bigger > SIZE_MAX / 2 ? want : bigger * 2;
    size_t bytes = 0;
    if (__builtin_mul_overflow(bigger, size, &bytes))
        return ERR_NOMEM;
    void *p = realloc(*v, bytes);
    if (p == NULL)
        return ERR_NOMEM;
    memset((char *)p + *cap * size, 0, (bigger - *cap) * size);
    *v = p;
    *cap = bigger;
    return 0;
}

void vec_release(void **v)
{
    free(*v);
    *v = NULL;
}
