/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Documents of NSI's document distribution service (GFD.236), which hold another document:
 *
 *     <document id="" version="" expires=""
 * xmlns="http://schemas.ogf.org/nsi/2014/02/discovery/types">
 *       <nsa/><type>vnd.ogf.nsi.topology.v2+xml</type>
 *       <content contentType="application/x-gzip"
 * contentTransferEncoding="base64">H4sI...</content>
 *     </document>
 *
 * The content's type may also be of XML; it is the topology, or what an NSA says of itself.
 */
#include <stdlib.h>
#include <string.h>

#include "agents/sources/topology/dialects.h"
#include "base/base64.h"
#include "wire/gzip.h"

static int decode(struct slice text, struct arena *a, struct slice *out, struct err *e)
{
    struct base64 b = base64_of(text);
    uint8_t *bytes = ARENA_ARRAY(a, text.n / 4 * 3 + 3, uint8_t);
    size_t n = 0;

    if (bytes == NULL)
        return err_set(e, ERR_LIMIT, "content: needs more memory than a topology may");
    while (base64_next(&b, &bytes[n]))
        n++;
    if (b.broken)
        return err_set(e, ERR_PARSE, "content: no base64");
    *out = (struct slice){(const char *)bytes, n};
    return 0;
}

static int unpack(struct slice *text, struct arena *a, struct err *e)
{
    char *unpacked, *kept;
    size_t n;
    int rc;

    if (text->n < 2 || memcmp(text->p, "\x1f\x8b", 2) != 0) /* RFC 1952 section 2.3.1 */
        return 0;
    rc = wire_gunzip(*text, TOPO_MAX_TEXT, &unpacked, &n, e);
    if (rc < 0)
        return err_in(e, "content");
    kept = arena_strndup(a, unpacked, n);
    free(unpacked);
    if (kept == NULL)
        return err_set(e, ERR_LIMIT, "content: needs more memory than a topology may");
    *text = (struct slice){kept, n};
    return 0;
}

int topo_xml_wrapped(struct slice text, struct arena *a, const struct jnode **out,
                     struct err *e)
{
    const struct jnode *root, *content, *inner;
    const char *coding;
    struct slice held;
    int rc = topo_xml(text, a, &root, e);

    if (rc < 0)
        return rc;
    content = topo_next(jnode_first(root), "content");
    inner = jnode_get(content, "#text");
    if (inner == NULL)
        return err_set(e, ERR_SCHEMA, "content: is missing");
    held = inner->text;
    coding = topo_str(jnode_get(content, "contentTransferEncoding"));
    if (coding != NULL && strcmp(coding, "base64") == 0)
        rc = decode(held, a, &held, e);
    if (rc == 0)
        rc = unpack(&held, a, e);
    if (rc < 0)
        return rc;
    rc = topo_xml(held, a, out, e);
    return rc < 0 ? err_in(e, "content") : 0;
}
