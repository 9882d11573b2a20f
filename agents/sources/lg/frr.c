/* SPDX-License-Identifier: Apache-2.0 */
/* FRR's JSON, told apart by the members of the outermost object. */
#include "agents/sources/lg/dialects.h"

enum answer { OTHER, BGP, ROUTES, INTERFACES };

/* What an answer is, by its first member: its key, and its value's first key. */
static enum answer classify(struct slice key, struct jread *r)
{
    static const char *const bgp[] = {"vrfId",  "vrfName", "tableVersion", "routerId",
                                      "prefix", "paths",   "warning"};
    static const char *const interface[] = {"administrativeStatus", "operationalStatus",
                                            "linkDetection", "linkUps", "linkDowns"};
    enum jread_token t;
    struct prefix p;
    struct slice inner;
    struct err e;

    for (size_t i = 0; i < sizeof(bgp) / sizeof(*bgp); i++) {
        if (slice_eq(key, bgp[i]))
            return BGP;
    }
    if (prefix_parse(key, &p))
        return ROUTES;
    if (jread_next(r, &t, &e) != 0 || t != JREAD_OBJECT || jread_key(r, &inner, &e) != 1)
        return OTHER;
    for (size_t i = 0; i < sizeof(interface) / sizeof(*interface); i++) {
        if (slice_eq(inner, interface[i]))
            return INTERFACES;
    }
    /* `vrf all`: tables by name, then as above */
    return prefix_parse(inner, &p) ? ROUTES : slice_eq(inner, "vrfId") ? BGP : OTHER;
}

static enum answer kind_of(struct slice text)
{
    enum answer kind = OTHER;
    enum jread_token t;
    struct jread *r = NULL;
    struct jread_limits limits;
    struct slice key;
    struct err e;

    lg_json_limits(&limits);
    if (jread_new_bytes(&r, &limits, text.p, text.n, &e) == 0 && jread_next(r, &t, &e) == 0 &&
        t == JREAD_OBJECT && jread_key(r, &key, &e) == 1)
        kind = classify(key, r);
    jread_free(&r);
    return kind;
}

static int likeness(const struct agent_file *f)
{
    return kind_of(f->text) != OTHER ? 80 : 0;
}

static int parse(struct lg *lg, struct slice text, struct err *e)
{
    static lg_parser *const parsers[] = {NULL, lg_frr_bgp, lg_frr_route, lg_frr_interface};
    enum answer kind = kind_of(text);
    struct jread *r = NULL;
    struct jread_limits limits;
    int rc;

    if (kind == OTHER)
        return err_set(e, ERR_PARSE, "1:1: none of FRR's answers (show bgp, route, interface)");
    lg_json_limits(&limits);
    rc = jread_new_bytes(&r, &limits, text.p, text.n, e);
    if (rc == 0)
        rc = parsers[kind](lg, r, e);
    jread_free(&r);
    return rc;
}

static const struct lg_form form = {parse};

const struct agent_dialect lg_dialect_frr = {
    .name = "frr",
    .summary = "FRR's vtysh, `show ... json`: BGP tables, routes, interfaces",
    .likeness = likeness,
    .read = lg_read_file,
    .parser = &form,
};
