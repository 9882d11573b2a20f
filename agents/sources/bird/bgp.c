/* SPDX-License-Identifier: Apache-2.0 */
/* Statements of `protocol bgp`. */
#include "agents/sources/bird/model.h"

static bool addr_of(const struct bird *c, const struct bird_expr *x, struct addr *out)
{
    const struct bird_expr *v = bird_value(c, x);

    if (v == NULL || v->kind != BIRD_E_ADDR)
        return false;
    *out = v->addr;
    return true;
}

/** `as N` with an AS number; what else stands there is noted. */
static void as_number(struct bird *c, int64_t *out)
{
    const struct bird_token *t = bird_peek(c, 0);
    int64_t n;

    if (bird_number_of(c, bird_expression(c), &n) && n > 0 && n <= UINT32_MAX)
        *out = n;
    else
        bird_note(c, t, "as: not an AS number");
}

/** `local [ip] [ADDR] [port N] [as N]`, `neighbor [range P] [ADDR] [% "x"] [port N] [as N]
 * [internal|external] [onlink]`. */
static void end(struct bird *c, struct bird_bgp *b, bool local)
{
    struct addr *at = local ? &b->local : &b->peer;

    c->at++;
    while (!bird_is(bird_peek(c, 0), ";") && !bird_is(bird_peek(c, 0), "}") &&
           bird_peek(c, 0)->kind != BIRD_END) {
        size_t before = c->at;

        if (bird_take(c, "as"))
            as_number(c, local ? &b->local_asn : &b->peer_asn);
        else if (bird_take(c, "port"))
            bird_expression(c);
        else if (!local &&
                 (bird_is(bird_peek(c, 0), "internal") || bird_is(bird_peek(c, 0), "external")))
            b->external = bird_is(bird_peek(c, 0), "external");
        else if (!local && bird_take(c, "range"))
            b->range = true;
        else if (bird_take(c, "%"))
            b->interface = bird_text(c, bird_peek(c, 0));
        else if (!bird_take(c, "ip") && !bird_take(c, "onlink"))
            addr_of(c, bird_expression(c), at);
        if (c->at == before)
            c->at++;
    }
}

/** `rr client [on]`, `rr cluster id A`. */
static void reflector(struct bird *c, struct bird_bgp *b)
{
    c->at++;
    if (bird_take(c, "client")) {
        b->rr_client = bird_switch(c);
    } else {
        c->at += 2;
        addr_of(c, bird_expression(c), &b->cluster_id);
    }
}

/** `multihop [N]`, `direct`: how far away the neighbour may be. */
static void distance(struct bird *c, struct bird_bgp *b)
{
    if (bird_take(c, "direct")) {
        b->multihop = 0;
        return;
    }
    c->at++;
    b->multihop = 255;
    if (bird_peek(c, 0)->kind == BIRD_NUMBER || bird_peek(c, 0)->kind == BIRD_WORD)
        bird_number_of(c, bird_expression(c), &b->multihop);
}

/** Switches of the decision process. */
static bool decision(struct bird *c, struct bird_bgp *b)
{
    const struct {
        const char *first, *second;
        int64_t *to;
    } switches[] = {{"med", "metric", &b->med_metric},
                    {"path", "metric", &b->path_metric},
                    {"deterministic", "med", &b->deterministic_med},
                    {"prefer", "older", &b->prefer_older}};

    for (size_t i = 0; i < sizeof(switches) / sizeof(*switches); i++) {
        if (bird_is(bird_peek(c, 0), switches[i].first) &&
            bird_is(bird_peek(c, 1), switches[i].second)) {
            c->at += 2;
            *switches[i].to = bird_switch(c);
            return true;
        }
    }
    return false;
}

/** `default bgp_local_pref N`, `allow local as [N]`, `igp metric off`, ... */
static bool less_usual(struct bird *c, struct bird_bgp *b)
{
    const struct bird_token *t = bird_peek(c, 0), *u = bird_peek(c, 1);

    if (bird_is(t, "default") && bird_is(u, "bgp_local_pref")) {
        c->at += 2;
        bird_number_of(c, bird_expression(c), &b->default_local_pref);
    } else if (bird_is(t, "allow") && bird_is(u, "local")) {
        c->at += 3;
        b->allow_local_as = 255;
        if (!bird_is(bird_peek(c, 0), ";"))
            bird_number_of(c, bird_expression(c), &b->allow_local_as);
    } else if ((bird_is(t, "igp") && bird_is(u, "metric") && bird_is(bird_peek(c, 2), "off")) ||
               (bird_is(t, "default") && bird_is(u, "bgp_med")) ||
               (bird_is(t, "allow") && bird_is(u, "bgp_local_pref")) ||
               (bird_is(t, "rs") && bird_is(u, "client")) || bird_is(t, "confederation")) {
        bird_note(c, t, "a setting of BGP that is not followed");
    } else {
        return decision(c, b);
    }
    return true;
}

/** Statements that say nothing about which routes are used; a password is one of them. */
static bool is_idle(const struct bird_token *t)
{
    static const char *const words[] = {
        "description", "hold",         "keepalive",     "startup", "connect",
        "error",       "password",     "passive",       "check",   "ttl",
        "bfd",         "graceful",     "long",          "enable",  "interpret",
        "advertise",   "capabilities", "disable",       "add",     "source",
        "gateway",     "missing",      "local",         "strict",  "dynamic",
        "debug",       "mrtdump",      "igp",           "allow",   "default",
        "secondary",   "route",        "bgp",           "min",     "send",
        "require",     "setkey",       "free",          "tx",      "restart",
        "first",       "enforce",      "confederation", "rs",      "authentication",
        "keys",        "router",       "tcp",           "rx"};

    for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++) {
        if (bird_is(t, words[i]))
            return true;
    }
    return false;
}

bool bird_bgp_statement(struct bird *c, struct bird_protocol *p)
{
    struct bird_bgp *b = &p->bgp;
    const struct bird_token *t = bird_peek(c, 0);

    if (bird_is(t, "local") && !bird_is(bird_peek(c, 1), "role"))
        end(c, b, true);
    else if (bird_is(t, "neighbor"))
        end(c, b, false);
    else if (bird_is(t, "source") && bird_is(bird_peek(c, 1), "address")) {
        c->at += 2;
        addr_of(c, bird_expression(c), &b->local);
    } else if (bird_is(t, "interface")) {
        b->interface = bird_text(c, bird_peek(c, 1));
    } else if (bird_is(t, "rr")) {
        reflector(c, b);
    } else if (bird_is(t, "multihop") || bird_is(t, "direct")) {
        distance(c, b);
    } else if (!less_usual(c, b) && !is_idle(t)) {
        return false;
    }
    bird_skip_statement(c);
    return true;
}
