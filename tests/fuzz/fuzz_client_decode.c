/* SPDX-License-Identifier: Apache-2.0 */
/* JSON documents, network maps and error bodies; what is written must read back as the same. */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "client/private.h"

static void round_trip(const struct rialto_document *d)
{
    char *once = rialto_value_json(rialto_document_root(d)), *twice;
    struct rialto_document *again;

    assert(once && decode_json(once, strlen(once), &again, NULL) == 0);
    twice = rialto_value_json(rialto_document_root(again));
    assert(twice && strcmp(once, twice) == 0);
    free(once);
    free(twice);
    rialto_document_free(&again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *text = (const char *)data;
    struct rialto_document *d;
    struct rialto_error e;
    struct rialto_map *m;

    if (decode_json(text, size, &d, &e) != 0)
        return 0;
    round_trip(d);
    if (map_build(d, "id", &m, &e) == 0)
        rialto_map_find(m, "192.0.2.1", NULL);
    rialto_map_free(&m);
    error_from_reply(&e, 400, text, size);
    assert(str_is_utf8(e.message, strlen(e.message)));
    rialto_document_free(&d);
    return 0;
}
