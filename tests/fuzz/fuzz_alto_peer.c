/* SPDX-License-Identifier: Apache-2.0 */
/* What another ALTO server sends: 'd' and a directory, 'u' and a reference, anything else and
 * the body of path vectors. */
#include <assert.h>
#include <stdint.h>
#include <string.h>
#include <strings.h>

#include "agents/sources/alto/ird.h"
#include "agents/sources/alto/parts.h"

#define BASE "https://alto.example:8443/a/b/directory?x=1"
#define TYPE "multipart/related;boundary=b;type=application/alto-costmap+json"

static void ignore(void *payload, const char *where, const char *reason)
{
    (void)payload;
    assert(where != NULL && reason != NULL);
}

static void check_directory(struct slice text, struct arena *a)
{
    struct ird d = {.remark = ignore};
    struct err e = {0};

    d.end = &d.first;
    if (ird_read(&d, text, BASE, a, &e) != 0)
        return;
    for (const struct ird_resource *r = d.first; r != NULL; r = r->next) {
        assert(strncasecmp(r->uri, "https://", 8) == 0);
        ird_has_cost(r, "array", "ane-path");
    }
}

static void check_parts(struct slice body, struct arena *a)
{
    struct buf out = {0};
    struct err e = {0};

    if (parts_join(body, TYPE, a, &out, &e) == 0)
        assert(out.data[0] == '{' && out.data[out.len - 1] == '}');
    buf_free(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena *a = arena_new(1 << 26);
    struct slice text = {(const char *)data + 1, size - 1};

    if (size > 0 && a != NULL) {
        char *reference = arena_strndup(a, text.p, text.n);

        if (data[0] == 'd')
            check_directory(text, a);
        else if (data[0] == 'u' && reference != NULL)
            ird_resolve(BASE, reference, a);
        else
            check_parts(text, a);
    }
    arena_free(&a);
    return 0;
}
