/* SPDX-License-Identifier: Apache-2.0 */
/* FRR's JSON, told apart by the members of the outermost object. */
#include "agents/sources/lg/frr.h"

#include <string.h>

#include "agents/sources/lg/dialects.h"
#include "agents/sources/lg/tree.h"

enum answer {
    OTHER,
    BGP,
    ROUTES,
    INTERFACES,
    STATE,
    EMPTY,
    OSPF_ROUTES,
    OSPF_DATABASE,
    REFUSAL
};

/* What vtysh says in place of an answer, in one line: "% Unknown command: ...", "ospfd is not
 * running". */
static bool is_refusal(struct slice text)
{
    static const char *const daemons[] = {"zebra", "bgpd", "ospfd", "ospf6d", "isisd"};
    struct slice line = slice_trim(text), word;

    if (line.n > 400 || memchr(line.p, '\n', line.n) != NULL)
        return false;
    if (slice_starts(line, "% Unknown command") || slice_starts(line, "% BGP instance"))
        return true;
    if (!slice_word(&line, &word) || !slice_eq(slice_trim(line), "is not running"))
        return false;
    for (size_t i = 0; i < sizeof(daemons) / sizeof(*daemons); i++) {
        if (slice_eq(word, daemons[i]))
            return true;
    }
    return false;
}

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
        return jread_peek(r, &t, &e) == 0 && t == JREAD_ARRAY ? ROUTES : OTHER;
    if (jread_next(r, &t, &e) != 0 || t != JREAD_OBJECT || jread_key(r, &inner, &e) != 1)
        return OTHER;
    for (size_t i = 0; i < sizeof(interface) / sizeof(*interface); i++) {
        if (slice_eq(inner, interface[i]))
            return INTERFACES;
    }
    /* `vrf all`: tables by name, then as above */
    return prefix_parse(inner, &p)                                   ? ROUTES
           : slice_eq(inner, "vrfId") || slice_eq(inner, "routerId") ? BGP
                                                                     : OTHER;
}

static enum answer by_beginning(struct slice text)
{
    enum answer kind = OTHER;
    enum jread_token t;
    struct jread *r = NULL;
    struct jread_limits limits;
    struct slice key;
    struct err e;
    int more;

    lg_json_limits(&limits);
    if (jread_new_bytes(&r, &limits, text.p, text.n, &e) == 0 && jread_next(r, &t, &e) == 0 &&
        t == JREAD_OBJECT) {
        more = jread_key(r, &key, &e);
        kind = more == 1 ? classify(key, r) : more == 0 ? EMPTY : OTHER;
    }
    jread_free(&r);
    return kind;
}

/* What stands deeper decides first: neighbours, too, go by their addresses. */
static enum answer kind_of(struct slice text)
{
    static const char *const marks[] = {"*/*/nlri", "*/routeType", "areas/*/routerLinkStates",
                                        "vrfs/*/vrf", NULL};
    unsigned m;

    if (is_refusal(text))
        return REFUSAL;
    if (lg_frr_has_state(text))
        return STATE;
    m = lg_marks(text, marks);
    if (m & 0x9)
        return OTHER; /* GoBGP's table, EOS */
    if (m & 0x6)
        return m & 2 ? OSPF_ROUTES : OSPF_DATABASE;
    return by_beginning(text);
}

static int likeness(const struct agent_file *f)
{
    switch (kind_of(f->text)) {
    case OTHER:
        return 0;
    case EMPTY: /* {}, which others say as well */
        return 5;
    case REFUSAL:
        return 40;
    default:
        return 80;
    }
}

static int parse_stream(struct lg *lg, lg_parser *parser, struct slice text, struct err *e)
{
    struct jread *r = NULL;
    struct jread_limits limits;
    int rc;

    lg_json_limits(&limits);
    rc = jread_new_bytes(&r, &limits, text.p, text.n, e);
    if (rc == 0)
        rc = parser(lg, r, e);
    jread_free(&r);
    return rc;
}

static int parse(struct lg *lg, struct slice text, struct err *e)
{
    switch (kind_of(text)) {
    case BGP:
    case EMPTY:
        return parse_stream(lg, lg_frr_bgp, text, e);
    case ROUTES:
        return parse_stream(lg, lg_frr_route, text, e);
    case INTERFACES:
        return parse_stream(lg, lg_frr_interface, text, e);
    case STATE:
        return lg_frr_state(lg, text, e);
    case OSPF_ROUTES:
        return err_set(e, ERR_NOENT,
                       "what OSPF would choose, not what is used: ask "
                       "`show ip route json`");
    case OSPF_DATABASE:
        return err_set(e, ERR_NOENT,
                       "a summary of link states without metrics: ask "
                       "`show ip ospf interface json`");
    case REFUSAL:
        text = slice_trim(text);
        return err_set(e, ERR_REMOTE, "the router refuses: %.*s",
                       (int)(text.n < 200 ? text.n : 200), text.p);
    case OTHER:
        break;
    }
    return err_set(e, ERR_PARSE,
                   "1:1: none of FRR's answers (show bgp, route, interface, neighbors)");
}

static const struct lg_form form = {parse, "frr", NULL};

const struct agent_dialect lg_dialect_frr = {
    .name = "frr",
    .summary = "FRR's vtysh, `show ... json`: BGP tables and neighbours, routes, interfaces, "
               "OSPF, IS-IS",
    .likeness = likeness,
    .read = lg_read_file,
    .parser = &form,
};
