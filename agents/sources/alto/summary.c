/* SPDX-License-Identifier: Apache-2.0 */
#include "agents/sources/alto/summary.h"

#include <inttypes.h>
#include <string.h>

#include "agents/sources/alto/ird.h"
#include "agents/sources/documents_check.h"

#define GRAPH "tips-view-summary/updates-graph-summary"

static int read_number(const struct jnode *root, const char *path, int64_t *out, struct err *e)
{
    const struct jnode *n = jnode_path(root, path);

    if (jnode_is(n, JREAD_NUMBER) && jnode_count(n, SUMMARY_MAX_SEQ, out))
        return 0;
    return err_set(e, ERR_SCHEMA, "%s is %s", strrchr(path, '/') + 1,
                   n == NULL ? "missing" : "no whole number from 0 to 2^53");
}

/* The edges of a graph (RFC 9569 section 3.2): wholes from 0, steps of one, and shortcuts; the
 * next step is there to be waited for. */
static int check_edge(const struct summary *s, struct err *e)
{
    bool whole = s->i == 0 && s->j >= s->start && s->j <= s->end;
    bool step = s->i >= s->start && s->i < s->j && s->j <= s->end;
    bool next = s->i == s->end && s->j == s->end + 1;

    if (s->start < 1 || s->start > s->end)
        return err_set(e, ERR_SCHEMA, "versions from %" PRId64 " to %" PRId64, s->start,
                       s->end);
    if (!whole && !step && !next)
        return err_set(e, ERR_SCHEMA,
                       "recommends to begin with %" PRId64 "/%" PRId64
                       ", which is no edge of versions %" PRId64 " to %" PRId64,
                       s->i, s->j, s->start, s->end);
    return 0;
}

/* RFC 9569 section 6.2: scheme, host and path, of ASCII. */
static const char *read_uri(const struct jnode *root, const char *base, struct arena *a)
{
    const char *uri = jnode_str(jnode_get(root, "tips-view-uri"));

    for (const char *p = uri; p != NULL && *p != '\0'; p++) {
        if (*p <= 0x20 || *p >= 0x7f || *p == '?' || *p == '#')
            return NULL;
    }
    return uri != NULL && *uri != '\0' ? ird_resolve(base, uri, a) : NULL;
}

int summary_read(struct slice text, const char *base, struct arena *a, struct summary *out,
                 struct err *e)
{
    const struct jnode *root;
    int rc = document_tree(text, a, &root, e);

    if (rc == 0)
        rc = read_number(root, GRAPH "/start-seq", &out->start, e);
    if (rc == 0)
        rc = read_number(root, GRAPH "/end-seq", &out->end, e);
    if (rc == 0)
        rc = read_number(root, GRAPH "/start-edge-rec/seq-i", &out->i, e);
    if (rc == 0)
        rc = read_number(root, GRAPH "/start-edge-rec/seq-j", &out->j, e);
    if (rc == 0)
        rc = check_edge(out, e);
    if (rc < 0)
        return rc;
    out->uri = read_uri(root, base, a);
    if (out->uri == NULL)
        return err_set(e, ERR_SCHEMA, "tips-view-uri is no address that can be asked");
    return 0;
}
