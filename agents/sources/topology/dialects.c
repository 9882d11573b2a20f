/* SPDX-License-Identifier: Apache-2.0 */
#include "agents/sources/topology/dialects.h"

#include <string.h>

#include "wire/jsniff.h"

/* What a dialect's read() needs. */
struct format {
    topo_syntax *syntax;
    topo_parse *parse;
};

static bool is_empty(const struct topo *t)
{
    return t->nodes == NULL && t->borders == NULL && t->ports == NULL;
}

static int publish(struct agent *a, const struct agent_file *f, struct topo *t,
                   struct batch_sink *sink, struct err *e)
{
    struct agent_file dated = *f;
    const struct clock *clock = agent_clock(a);
    struct batch_head head;
    int rc;

    if (t->observed != FACT_NONE && t->observed <= clock->now_us(clock->self))
        dated.observed = t->observed;
    head = agent_file_batch(a, &dated, BATCH_REPLACE);
    rc = sink->begin(sink, &head, e);
    if (rc != 0)
        return rc;
    rc = topo_emit(t, sink, e);
    if (rc == 0)
        return sink->commit(sink, e);
    sink->abort(sink);
    return rc;
}

static int read_text(struct agent *a, const struct agent_file *f, struct arena *arena,
                     struct batch_sink *sink, struct err *e)
{
    const struct format *format = f->dialect->parser;
    const struct jnode *root;
    struct topo t;
    int rc = format->syntax(f->text, arena, &root, e);

    if (rc == 0)
        rc = topo_init(&t, arena, e);
    if (rc != 0)
        return rc;
    rc = format->parse(&t, root, e);
    if (rc == 0 && is_empty(&t) && !t.broken)
        rc = err_set(e, ERR_NOENT, "no nodes, links or borders in it");
    if (rc == 0)
        rc = publish(a, f, &t, sink, e);
    topo_free(&t);
    return rc;
}

static int read_document(struct agent *a, const struct agent_file *f, struct batch_sink *sink,
                         struct err *e)
{
    struct arena *arena;
    int rc;

    if (f->text.n > TOPO_MAX_TEXT)
        return err_set(e, ERR_LIMIT, "larger than %zu bytes", TOPO_MAX_TEXT);
    arena = arena_new(TOPO_MAX_MEMORY);
    if (arena == NULL)
        return err_set(e, ERR_NOMEM, "no memory for a topology");
    rc = read_text(a, f, arena, sink, e);
    arena_free(&arena);
    return rc;
}

/* --- likeness, by structure --- */

static bool begins_with(const struct agent_file *f, char c)
{
    struct slice head = slice_trim(agent_file_head(f));

    return head.n > 0 && head.p[0] == c;
}

static bool keys(const struct agent_file *f, char c, struct jsniff *s)
{
    if (!begins_with(f, c))
        return false;
    jsniff(agent_file_head(f), s);
    return true;
}

/* Has the first key the name of a module before it (RFC 7951 section 4)? */
static bool is_yang(const struct agent_file *f)
{
    struct slice head = slice_trim(agent_file_head(f));
    const char *key = memchr(head.p, '"', head.n);
    const char *end =
        key != NULL ? memchr(key + 1, '"', head.n - (size_t)(key + 1 - head.p)) : NULL;

    return end != NULL && memchr(key, ':', (size_t)(end - key)) != NULL;
}

/* Data of YANG of another kind is told what was expected. */
static int like_rfc8345(const struct agent_file *f)
{
    struct jsniff s;

    if (!keys(f, '{', &s) || s.n == 0)
        return 0;
    if (jsniff_has(&s, "ietf-network:networks", "network") ||
        jsniff_has(&s, "networks", "network") || jsniff_has(&s, "network", "network-id") ||
        jsniff_has(&s, "data", "network") ||
        jsniff_has(&s, "content-data", "ietf-network:networks") ||
        jsniff_has(&s, "", "ietf-network:networks") ||
        jsniff_has(&s, "", "ietf-network:network") ||
        jsniff_has(&s, "network-topology", "topology") ||
        jsniff_has(&s, "network-topology:networ", "topology"))
        return 95;
    return is_yang(f) ? 5 : 0;
}

static int like_sdx(const struct agent_file *f)
{
    struct jsniff s;

    if (!keys(f, '{', &s))
        return 0;
    if (jsniff_has(&s, "links", "ports") && !jsniff_has(&s, "links", "source"))
        return 90;
    return jsniff_has(&s, "nodes", "ports") && jsniff_has(&s, "nodes", "location") ? 90 : 0;
}

static int like_sndlib(const struct agent_file *f)
{
    struct jsniff s;
    bool ends;

    if (!keys(f, '{', &s))
        return 0;
    ends = jsniff_has(&s, "links", "source") && jsniff_has(&s, "links", "target");
    if (ends && (jsniff_has(&s, "links", "modules") || jsniff_has(&s, "", "demands") ||
                 jsniff_has(&s, "links", "pre_installed_capacity")))
        return 95;
    return ends && jsniff_has(&s, "nodes", "id") ? 60 : 0;
}

static int like_esnet(const struct agent_file *f)
{
    struct jsniff s;

    if (keys(f, '{', &s))
        return jsniff_has(&s, "devices", "urn") || jsniff_has(&s, "adjcies", "a") ? 95 : 0;
    if (!keys(f, '[', &s))
        return 0;
    if (jsniff_has(&s, "a", "device") && jsniff_has(&s, "z", "device"))
        return 95;
    return jsniff_has(&s, "", "urn") && jsniff_has(&s, "ports", "urn") ? 95 : 0;
}

static int like_nsi_peerings(const struct agent_file *f)
{
    struct jsniff s;

    return keys(f, '[', &s) && jsniff_has(&s, "in", "local") && jsniff_has(&s, "in", "remote")
               ? 95
               : 0;
}

/* Is the outermost element one of these, and the namespace named? */
static bool is_xml(const struct agent_file *f, const char *const *roots, const char *ns)
{
    struct slice head = agent_file_head(f), root = topo_xml_root(head);

    while (*roots != NULL && !slice_eq(root, *roots))
        roots++;
    return *roots != NULL && memmem(head.p, head.n, ns, strlen(ns)) != NULL;
}

static int like_nml(const struct agent_file *f)
{
    static const char *const roots[] = {"Topology", "NSA", NULL};

    return is_xml(f, roots, "http://schemas.ogf.org/nml/") ? 95 : 0;
}

static int like_nsi_document(const struct agent_file *f)
{
    static const char *const roots[] = {"document", NULL};

    return is_xml(f, roots, "http://schemas.ogf.org/nsi/2014/02/discovery/types") ? 95 : 0;
}

static int like_rfc8345_xml(const struct agent_file *f)
{
    static const char *const roots[] = {"networks", "network", "data", "instance-data-set",
                                        NULL};

    return is_xml(f, roots, "urn:ietf:params:xml:ns:yang:ietf-network") ? 95 : 0;
}

static int like_sndlib_xml(const struct agent_file *f)
{
    static const char *const roots[] = {"network", NULL};

    return is_xml(f, roots, "http://sndlib.zib.de/network") ? 95 : 0;
}

static int like_graphml(const struct agent_file *f)
{
    return slice_eq(topo_xml_root(agent_file_head(f)), "graphml") ? 95 : 0;
}

static int like_gml(const struct agent_file *f)
{
    return topo_gml_like(agent_file_head(f)) ? 95 : 0;
}

/* --- the table --- */

#define DIALECT(id, word, syntax_, parse_, like, what)                                         \
    static const struct format format_##id = {syntax_, parse_};                                \
    static const struct agent_dialect id = {.name = word,                                      \
                                            .summary = what,                                   \
                                            .likeness = like,                                  \
                                            .read = read_document,                             \
                                            .parser = &format_##id};

DIALECT(rfc8345, "rfc8345", topo_json, topo_rfc8345, like_rfc8345,
        "networks of RFC 8345 in JSON, with attributes of RFC 8346, RFC 8795 and OpenROADM")
DIALECT(rfc8345_xml, "rfc8345-xml", topo_xml, topo_rfc8345, like_rfc8345_xml, "the same in XML")
DIALECT(nml, "nml", topo_xml, topo_nml, like_nml, "NML (GFD.206) in XML, as NSI uses it")
DIALECT(nsi_document, "nsi-document", topo_xml_wrapped, topo_nml, like_nsi_document,
        "the same within a document of NSI's document service, also packed")
DIALECT(sdx, "sdx", topo_json, topo_sdx, like_sdx, "AtlanticWave-SDX topologies in JSON")
DIALECT(gml, "gml", topo_gml, topo_zoo_gml, like_gml, "GML as the Topology Zoo has it")
DIALECT(graphml, "graphml", topo_xml, topo_zoo_graphml, like_graphml,
        "GraphML as the Topology Zoo has it")
DIALECT(sndlib, "sndlib", topo_json, topo_sndlib, like_sndlib, "SNDlib's networks in JSON")
DIALECT(sndlib_xml, "sndlib-xml", topo_xml, topo_sndlib_xml, like_sndlib_xml, "the same in XML")
DIALECT(esnet, "esnet", topo_json, topo_esnet, like_esnet,
        "devices and adjacencies of OSCARS, as ESnet has them")
DIALECT(nsi, "nsi-peerings", topo_json, topo_nsi_peerings, like_nsi_peerings,
        "NSI peerings of OSCARS, as ESnet has them")

const struct agent_dialect *const topo_dialects[] = {
    &rfc8345, &rfc8345_xml, &nml, &sdx,        &gml,          &graphml,
    &sndlib,  &esnet,       &nsi, &sndlib_xml, &nsi_document, NULL,
};
