/* SPDX-License-Identifier: Apache-2.0 */
/* Path vectors: the first line is the media type, the rest the body. */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "client/private.h"

static void walk(const struct rialto_vector *v)
{
    for (size_t i = 0; i < rialto_vector_flows(v); i++) {
        const struct rialto_flow *flow = rialto_vector_flow(v, i);
        for (size_t j = 0; j < flow->n_elements; j++)
            assert(rialto_vector_find(v, flow->elements[j]));
    }
    for (size_t i = 0; i < rialto_vector_elements(v); i++)
        assert(rialto_type(rialto_vector_element(v, i)->properties) == RIALTO_OBJECT);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *text = (const char *)data;
    const char *end = size > 0 ? memchr(text, '\n', size) : NULL;
    size_t n = end ? (size_t)(end - text) : size;
    char *type = strndup(text, n);
    struct rialto_vector *v = NULL;
    struct rialto_error e;

    if (!type)
        return 0;
    n += end != NULL;
    if (rialto_vector_parse(type, text + n, size - n, &v, &e) == 0)
        walk(v);
    else
        assert(e.code < 0 && e.message[0] && !v);
    rialto_vector_free(&v);
    free(type);
    return 0;
}
