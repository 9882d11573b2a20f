/* SPDX-License-Identifier: Apache-2.0 */
/* BGP neighbours and peer groups. */
#include <string.h>

#include "agents/sources/frr/model.h"
#include "net/asn.h"

struct frr_peer *frr_peer_named(struct frr *c, const char *name)
{
    union map_value *at = name != NULL ? map_at_str(c->bgp->by_name, name) : NULL;
    struct frr_peer *p, **slot;

    if (name == NULL)
        return NULL;
    if (at != NULL && at->p != NULL)
        return at->p;
    p = frr_alloc(c, sizeof(*p));
    slot = at != NULL && p != NULL ? PUSH(c, &c->bgp->peers) : NULL;
    if (slot == NULL) {
        c->failed = ERR_NOMEM;
        return NULL;
    }
    p->name = name;
    p->line = c->line->number;
    if (!addr_parse(slice_of(name), &p->addr))
        p->addr = (struct addr){0};
    for (int i = 0; i < PEER_NUMBERS; i++)
        p->number[i] = FACT_NONE;
    for (int f = 0; f < 2; f++) {
        for (int i = 0; i < AF_NUMBERS; i++)
            p->af[f].number[i] = FACT_NONE;
    }
    at->p = p;
    *slot = p;
    return p;
}

static void remote_as(struct frr *c, struct frr_peer *p, size_t i)
{
    const struct frr_line *l = c->line;
    uint32_t asn;

    p->number[PEER_ASN] = p->number[PEER_EXTERNAL] = p->number[PEER_LEARNT] = FACT_NONE;
    if (l->negated)
        return;
    if (frr_is(l, i, "internal"))
        p->number[PEER_EXTERNAL] = 0;
    else if (frr_is(l, i, "external"))
        p->number[PEER_EXTERNAL] = 1;
    else if (frr_is(l, i, "auto"))
        p->number[PEER_LEARNT] = 1;
    else if (asn_parse(frr_word(l, i), &asn))
        p->number[PEER_ASN] = asn;
    else
        frr_note(c, i, "neither an AS number nor internal nor external");
}

/** `interface [v6only] [peer-group X | remote-as X]`, or `interface NAME` of an address. */
static void over_interface(struct frr *c, struct frr_peer *p)
{
    const struct frr_line *l = c->line;
    size_t i = frr_is(l, 3, "v6only") ? 4 : 3;

    if (addr_is_set(&p->addr)) {
        p->text[PEER_INTERFACE] = l->negated ? NULL : frr_text(c, 3);
        return;
    }
    p->unnumbered = !l->negated;
    if (frr_is(l, i, "peer-group"))
        p->group = frr_text(c, i + 1);
    else if (frr_is(l, i, "remote-as"))
        remote_as(c, p, i + 1);
}

static void local_as(struct frr *c, struct frr_peer *p)
{
    const struct frr_line *l = c->line;
    uint32_t asn;

    p->number[PEER_LOCAL_ASN] = FACT_NONE;
    if (l->negated)
        return;
    if (!asn_parse(frr_word(l, 3), &asn)) {
        frr_note(c, 3, "not an AS number");
        return;
    }
    p->number[PEER_LOCAL_ASN] = asn;
    if (!frr_begins(l, 4, "no-prepend replace-as"))
        frr_note(c, 0, "local-as: the second AS in the path is not followed");
}

static void multihop(struct frr *c, struct frr_peer *p)
{
    const struct frr_line *l = c->line;
    size_t at = frr_is(l, 2, "ttl-security") ? 4 : 3;

    p->number[PEER_MULTIHOP] = l->negated ? FACT_NONE : 255;
    if (!l->negated && at < l->n)
        frr_number(c, at, 1, 255, &p->number[PEER_MULTIHOP]);
}

/** Statements about the session as a whole. */
static bool of_session(struct frr *c, struct frr_peer *p)
{
    const struct frr_line *l = c->line;

    if (frr_is(l, 2, "remote-as")) {
        remote_as(c, p, 3);
    } else if (frr_is(l, 2, "peer-group")) {
        if (l->n == 3)
            p->is_group = !l->negated;
        else
            p->group = l->negated ? NULL : frr_text(c, 3);
    } else if (frr_is(l, 2, "interface")) {
        over_interface(c, p);
    } else if (frr_is(l, 2, "local-as")) {
        local_as(c, p);
    } else if (frr_is(l, 2, "update-source")) {
        p->text[PEER_SOURCE] = l->negated ? NULL : frr_text(c, 3);
    } else if (frr_is(l, 2, "ebgp-multihop") || frr_is(l, 2, "ttl-security")) {
        multihop(c, p);
    } else if (frr_is(l, 2, "disable-connected-check") || frr_is(l, 2, "enforce-multihop")) {
        p->number[PEER_MULTIHOP] = l->negated ? FACT_NONE : 1;
    } else if (frr_is(l, 2, "shutdown") && !frr_is(l, 3, "rtt")) {
        p->number[PEER_SHUTDOWN] = !l->negated;
    } else {
        return false;
    }
    return true;
}

/** `route-map X in|out` and the like. */
static bool filter(struct frr *c, struct frr_peer *p)
{
    static const struct {
        const char *word;
        enum frr_af_text in, out;
        enum frr_list_use use;
    } filters[] = {
        {"route-map", AF_MAP_IN, AF_MAP_OUT, 0},
        {"prefix-list", AF_PREFIX_IN, AF_PREFIX_OUT, FRR_LIST_PREFIX},
        {"filter-list", AF_AS_PATH_IN, AF_AS_PATH_OUT, FRR_LIST_AS_PATH},
        {"distribute-list", AF_ACCESS_IN, AF_ACCESS_OUT, FRR_LIST_ACCESS},
    };
    const struct frr_line *l = c->line;

    for (size_t i = 0; i < sizeof(filters) / sizeof(*filters); i++) {
        bool in = frr_is(l, 4, "in");
        const char **to = &p->af[c->family == 6].text[in ? filters[i].in : filters[i].out];

        if (!frr_is(l, 2, filters[i].word))
            continue;
        if (!in && !frr_is(l, 4, "out"))
            frr_note(c, 4, "neither in nor out");
        else
            *to = l->negated ? NULL : frr_text(c, 3);
        return true;
    }
    return false;
}

/** On or off; the value when on. */
static bool flag(struct frr *c, int64_t *number)
{
    static const struct {
        const char *word;
        enum frr_af_number n;
    } flags[] = {
        {"activate", AF_ACTIVATE},
        {"next-hop-self", AF_NEXT_HOP_SELF},
        {"route-reflector-client", AF_RR_CLIENT},
        {"as-override", AF_OVERRIDE},
        {"remove-private-AS", AF_REMOVE_PRIVATE},
        {"default-originate", AF_DEFAULT},
    };
    const struct frr_line *l = c->line;

    for (size_t i = 0; i < sizeof(flags) / sizeof(*flags); i++) {
        if (!frr_is(l, 2, flags[i].word))
            continue;
        number[flags[i].n] = !l->negated;
        if (flags[i].n == AF_NEXT_HOP_SELF && !l->negated &&
            (frr_is(l, 3, "force") || frr_is(l, 3, "all")))
            number[AF_NEXT_HOP_SELF] = 2;
        if (flags[i].n == AF_DEFAULT && !l->negated && frr_is(l, 3, "route-map"))
            frr_note(c, 3, "the condition on the default route is not followed");
        return true;
    }
    return false;
}

/** `allowas-in [N|origin]`, `weight N`, `send-community [WHICH]`. */
static bool number(struct frr *c, int64_t *number_of)
{
    const struct frr_line *l = c->line;

    if (frr_is(l, 2, "allowas-in")) {
        number_of[AF_ALLOW_OWN] = l->negated ? 0 : 3; /* FRR's default is three times */
        if (frr_is(l, 3, "origin"))
            frr_note(c, 3, "taken as if the own AS might stand anywhere in the path");
        else if (!l->negated && l->n > 3)
            frr_number(c, 3, 1, 10, &number_of[AF_ALLOW_OWN]);
    } else if (frr_is(l, 2, "weight")) {
        number_of[AF_WEIGHT] = FACT_NONE;
        if (!l->negated)
            frr_number(c, 3, 0, 65535, &number_of[AF_WEIGHT]);
    } else if (frr_is(l, 2, "send-community")) {
        if (frr_is(l, 3, "extended") || frr_is(l, 3, "large"))
            return l->negated ? (frr_note(c, 3, "only standard communities are followed"), true)
                              : true;
        number_of[AF_SEND_COMMUNITY] = !l->negated;
    } else {
        return false;
    }
    return true;
}

/** Statements that change what is sent or chosen in ways that facts can't say. */
static bool beyond(struct frr *c)
{
    static const char *const words[] = {"accept-own",
                                        "addpath-tx-all-paths",
                                        "addpath-tx-best-selected",
                                        "addpath-tx-bestpath-per-AS",
                                        "addpath-rx-paths-limit",
                                        "advertise-map",
                                        "aigp",
                                        "attribute-unchanged",
                                        "graceful-shutdown",
                                        "local-role",
                                        "maximum-prefix-out",
                                        "nexthop-local",
                                        "oad",
                                        "path-attribute",
                                        "route-server-client",
                                        "rpki",
                                        "shutdown",
                                        "soo",
                                        "unsuppress-map"};

    for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++) {
        if (!frr_is(c->line, 2, words[i]))
            continue;
        frr_note(c, 2, "an option of neighbours that is not followed");
        return true;
    }
    return false;
}

enum frr_answer frr_neighbor(struct frr *c)
{
    const struct frr_line *l = c->line;
    struct frr_peer *p;

    if (l->negated && l->n < 3)
        return FRR_DONE;
    if (l->n < 3)
        return frr_note(c, 1, "the statement ends early");
    if (frr_is_idle(l))
        return FRR_DONE;
    p = frr_peer_named(c, frr_text(c, 1));
    if (p == NULL || of_session(c, p) || filter(c, p))
        return FRR_DONE;
    if (flag(c, p->af[c->family == 6].number) || number(c, p->af[c->family == 6].number))
        return FRR_DONE;
    return beyond(c) ? FRR_DONE : frr_note(c, 2, "not understood");
}
