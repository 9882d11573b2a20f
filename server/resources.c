/* SPDX-License-Identifier: Apache-2.0 */
#include <stddef.h>

#include "server/resource.h"

const struct resource_ops *const resource_kinds[] = {
#define RESOURCE(name) &resource_##name,
#include "resources.def"
#undef RESOURCE
    NULL,
};

void description_free(struct description *d)
{
    buf_free(&d->capabilities);
    VEC_FREE(&d->more_uses);
}
