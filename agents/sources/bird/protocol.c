/* SPDX-License-Identifier: Apache-2.0 */
/* Protocols, templates and their channels. */
#include <string.h>

#include "agents/sources/bird/model.h"

static const struct {
    const char *word;
    enum bird_protocol_kind kind;
} kinds[] = {
    {"device", BIRD_P_DEVICE}, {"direct", BIRD_P_DIRECT}, {"kernel", BIRD_P_KERNEL},
    {"static", BIRD_P_STATIC}, {"ospf", BIRD_P_OSPF},     {"bgp", BIRD_P_BGP},
    {"pipe", BIRD_P_PIPE},
};

int64_t bird_switch(struct bird *c)
{
    static const char *const yes[] = {"on", "yes", "true", "enabled"};
    static const char *const no[] = {"off", "no", "false", "disabled"};

    for (size_t i = 0; i < 4; i++) {
        if (bird_take(c, yes[i]))
            return 1;
        if (bird_take(c, no[i]))
            return 0;
    }
    return 1;
}

/* --- channels */

/** A filter that stands in the channel itself; its name can't be a symbol. */
static const char *inline_filter(struct bird *c, const struct bird_protocol *p,
                                 const char *what, bool where)
{
    struct bird_function *f = bird_alloc(c, sizeof(*f));
    union map_value *at;

    if (f == NULL)
        return NULL;
    f->name = bird_printf(c, "%s of %s, line %u", what, p->name, bird_peek(c, 0)->line);
    if (map_get_str(c->functions, f->name) != NULL)
        f->name = bird_printf(c, "%s, column %u", f->name, bird_peek(c, 0)->column);
    f->filter = true;
    f->where = where;
    f->first = c->at;
    if (!where)
        f->end = bird_block_end(c);
    at = map_at_str(c->functions, f->name);
    if (at == NULL)
        c->failed = ERR_NOMEM;
    else
        at->p = f;
    return f->name;
}

/** `import|export all | none | filter NAME | filter { ... } | where EXPRESSION;` */
static void gate(struct bird *c, const struct bird_protocol *p, struct bird_filter *out)
{
    const char *what = bird_is(bird_peek(c, 0), "import") ? "import" : "export";

    c->at++;
    if (bird_is(bird_peek(c, 0), "all") || bird_is(bird_peek(c, 0), "none")) {
        out->gate = bird_is(bird_peek(c, 0), "all") ? BIRD_GATE_ALL : BIRD_GATE_NONE;
    } else if (bird_take(c, "where")) {
        out->gate = BIRD_GATE_POLICY;
        out->policy = inline_filter(c, p, what, true);
    } else if (bird_take(c, "filter")) {
        out->gate = BIRD_GATE_POLICY;
        if (bird_take(c, "{")) {
            out->policy = inline_filter(c, p, what, false);
            c->at = bird_block_end(c);
            bird_take(c, "}");
            bird_take(c, ";");
            return;
        }
        out->policy = bird_text(c, bird_peek(c, 0));
    } /* else limits, `keep filtered`, `table`: nothing about which routes */
    bird_skip_statement(c);
}

/** `next hop self [ebgp|ibgp] [on|off]`, `next hop keep`, `next hop address A`. */
static void next_hop(struct bird *c, struct bird_channel *ch)
{
    const struct bird_token *t = bird_peek(c, 2);

    if (bird_is(t, "self")) {
        if (bird_is(bird_peek(c, 3), "ebgp"))
            ch->next_hop_self = 1;
        else if (bird_is(bird_peek(c, 3), "ibgp"))
            bird_note_word(c, bird_peek(c, 0), "`self ibgp` is not followed");
        else
            ch->next_hop_self =
                bird_is(bird_peek(c, 3), "off") || bird_is(bird_peek(c, 3), "no") ? FACT_NONE
                                                                                  : 2;
    } else if (!bird_is(t, "prefer")) {
        bird_note_word(c, bird_peek(c, 0), "this form is not followed");
    }
    bird_skip_statement(c);
}

static void table_of(struct bird *c, const char **table)
{
    static const char *const mains[] = {"master", "master4", "master6"};

    c->at++;
    *table = bird_text(c, bird_peek(c, 0));
    for (size_t i = 0; i < 3; i++) {
        if (strcmp(*table, mains[i]) == 0)
            *table = "";
    }
    bird_skip_statement(c);
}

static void channel_statement(struct bird *c, struct bird_protocol *p, struct bird_channel *ch)
{
    const struct bird_token *t = bird_peek(c, 0);

    if (bird_is(t, "import") || bird_is(t, "export"))
        gate(c, p, bird_is(t, "import") ? &ch->import : &ch->export);
    else if (bird_is(t, "next") && bird_is(bird_peek(c, 1), "hop"))
        next_hop(c, ch);
    else if (bird_is(t, "table"))
        table_of(c, &ch->table);
    else {
        if (bird_is(t, "preference")) {
            c->at++;
            bird_number_of(c, bird_expression(c), &ch->preference);
        }
        bird_skip_statement(c); /* timers, limits, add paths, ...: nothing about routes */
    }
}

/** Statements of a block, each by `one`; ends behind the block. */
#define EACH_STATEMENT(c, one)                                                                 \
    while ((c)->failed == 0 && !bird_take((c), "}") && bird_peek((c), 0)->kind != BIRD_END) {  \
        size_t before_ = (c)->at;                                                              \
        if (!bird_take((c), ";"))                                                              \
            one;                                                                               \
        if ((c)->at == before_)                                                                \
            (c)->at++;                                                                         \
    }

/** `ipv4 [unicast] { ... };` and the like; false: not a channel. */
static bool channel(struct bird *c, struct bird_protocol *p)
{
    static const char *const others[] = {"vpn4", "vpn6",      "flow4", "flow6", "roa4",
                                         "roa6", "ipv6-sadr", "mpls",  "evpn",  "eth"};
    const struct bird_token *t = bird_peek(c, 0);
    struct bird_channel *ch;
    size_t at = 1;

    for (size_t i = 0; i < sizeof(others) / sizeof(*others); i++) {
        if (bird_is(t, others[i])) {
            if (p->kind == BIRD_P_BGP)
                bird_note_word(c, t, "a family that is not read");
            bird_skip_statement(c);
            return true;
        }
    }
    if (!bird_is(t, "ipv4") && !bird_is(t, "ipv6"))
        return false;
    if (bird_is(bird_peek(c, at), "multicast") || bird_is(bird_peek(c, at), "mpls") ||
        bird_is(bird_peek(c, at), "sadr")) {
        bird_note_word(c, t, "a family that is not read");
        bird_skip_statement(c);
        return true;
    }
    ch = &p->channel[bird_is(t, "ipv6")];
    ch->on = true;
    c->at++;
    bird_take(c, "unicast");
    if (bird_take(c, "{"))
        EACH_STATEMENT(c, channel_statement(c, p, ch))
    bird_take(c, ";");
    return true;
}

/* --- what all protocols have */

/** `import`, `export`, `table` outside of channels: version 1.6. */
static bool old_channel(struct bird *c, struct bird_protocol *p)
{
    const struct bird_token *t = bird_peek(c, 0);
    struct bird_filter f = {0};

    if (p->kind == BIRD_P_PIPE)
        return false;
    if (bird_is(t, "table")) {
        table_of(c, &p->table);
        return true;
    }
    if (bird_is(t, "next") && bird_is(bird_peek(c, 1), "hop")) {
        next_hop(c, &p->channel[0]);
        p->channel[1].next_hop_self = p->channel[0].next_hop_self;
        return true;
    }
    if (!bird_is(t, "import") && !bird_is(t, "export"))
        return false;
    gate(c, p, &f);
    if (f.gate == BIRD_GATE_DEFAULT)
        return true;
    for (size_t i = 0; i < 2; i++)
        *(bird_is(t, "import") ? &p->channel[i].import : &p->channel[i].export) = f;
    return true;
}

/** `merge paths [on|off] [limit N]`. */
static void merge_paths(struct bird *c, struct bird_protocol *p)
{
    c->at += 2;
    p->merge_paths = bird_switch(c) ? 16 : 1;
    if (bird_take(c, "limit") && p->merge_paths > 1)
        bird_number_of(c, bird_expression(c), &p->merge_paths);
    bird_skip_statement(c);
}

static bool common(struct bird *c, struct bird_protocol *p)
{
    const struct bird_token *t = bird_peek(c, 0);

    if (bird_take(c, "disabled")) {
        p->disabled = bird_switch(c) == 1;
    } else if (bird_is(t, "vrf")) {
        c->at++;
        p->vrf = bird_peek(c, 0)->kind == BIRD_STRING ? bird_text(c, bird_peek(c, 0)) : NULL;
    } else if (bird_is(t, "preference")) {
        c->at++;
        bird_number_of(c, bird_expression(c), &p->preference);
    } else if (p->kind == BIRD_P_KERNEL && bird_is(t, "merge")) {
        merge_paths(c, p);
        return true;
    } else {
        return false;
    }
    bird_skip_statement(c);
    return true;
}

/** Protocols whose further statements are known not to matter. */
static bool is_quiet(const struct bird_protocol *p)
{
    return p->kind == BIRD_P_DEVICE || p->kind == BIRD_P_DIRECT || p->kind == BIRD_P_KERNEL ||
           p->kind == BIRD_P_OTHER || p->kind == BIRD_P_PIPE;
}

static void protocol_statement(struct bird *c, struct bird_protocol *p)
{
    if (channel(c, p) || old_channel(c, p) || common(c, p))
        return;
    if (p->kind == BIRD_P_BGP && bird_bgp_statement(c, p))
        return;
    if (p->kind == BIRD_P_OSPF && bird_ospf_statement(c, p))
        return;
    if (p->kind == BIRD_P_STATIC && bird_static_statement(c, p))
        return;
    if (!is_quiet(p))
        bird_note_word(c, bird_peek(c, 0), "not understood in this protocol");
    bird_skip_statement(c);
}

/* --- from `protocol` to the end of its block */

static void defaults(struct bird_protocol *p)
{
    p->preference = p->merge_paths = FACT_NONE;
    for (size_t i = 0; i < 2; i++) {
        p->channel[i].next_hop_self = p->channel[i].preference = FACT_NONE;
        p->channel[i].table = "";
    }
    p->ospf.ecmp = FACT_NONE;
    p->bgp.local_asn = p->bgp.peer_asn = p->bgp.external = FACT_NONE;
    p->bgp.multihop = p->bgp.rr_client = p->bgp.allow_local_as = FACT_NONE;
    p->bgp.default_local_pref = p->bgp.med_metric = p->bgp.path_metric = FACT_NONE;
    p->bgp.deterministic_med = p->bgp.prefer_older = FACT_NONE;
}

/** What a template gives; arrays must grow apart from the template's. */
static void inherit(struct bird *c, struct bird_protocol *p, const struct bird_token *name)
{
    const union map_value *at = map_get(c->templates, name->text.p, name->text.n);
    struct bird_protocol own = *p;

    if (at == NULL) {
        bird_note(c, name, "template: not in this file, so what it says is missing");
        return;
    }
    *p = *(const struct bird_protocol *)at->cp;
    p->name = own.name;
    p->line = own.line;
    p->kind = own.kind;
    p->is_template = own.is_template;
    p->routes.cap = p->routes.n;
    p->ospf.interfaces.cap = p->ospf.interfaces.n;
    p->ospf.stubnets.cap = p->ospf.stubnets.n;
}

/** `KIND [v2|v3|v3 ...] [NAME] [from TEMPLATE]`, up to the block. */
static void heading(struct bird *c, struct bird_protocol *p)
{
    const struct bird_token *t = bird_peek(c, 0);

    p->line = t->line;
    p->ospf.version = 2;
    for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++) {
        if (bird_is(t, kinds[i].word))
            p->kind = kinds[i].kind;
    }
    c->at++;
    if (bird_is(bird_peek(c, 0), "v2") || bird_is(bird_peek(c, 0), "v3")) {
        p->ospf.version = bird_is(bird_peek(c, 0), "v3") ? 3 : 2;
        c->at++;
    }
    p->name = bird_printf(c, "%.*s%zu", (int)t->text.n, t->text.p, c->protocols.n + 1);
    if (bird_peek(c, 0)->kind == BIRD_WORD && !bird_is(bird_peek(c, 0), "from")) {
        p->name = bird_text(c, bird_peek(c, 0));
        c->at++;
    }
}

static void keep(struct bird *c, struct bird_protocol *p)
{
    union map_value *at;
    struct bird_protocol **slot;

    if (p->is_template) {
        at = map_at_str(c->templates, p->name);
        if (at == NULL)
            c->failed = ERR_NOMEM;
        else
            at->p = p;
        return;
    }
    slot = BIRD_PUSH(c, &c->protocols);
    if (slot != NULL)
        *slot = p;
    c->understood += p->kind != BIRD_P_OTHER;
}

/** Protocols that say something of routes that is not read. */
static void note_unread(struct bird *c, const struct bird_protocol *p,
                        const struct bird_token *t)
{
    static const char *const noted[] = {"babel", "rip", "l3vpn", "evpn", "aggregator", "perf"};

    if (p->kind == BIRD_P_PIPE)
        bird_note_word(c, t, "routes between tables are not followed");
    for (size_t i = 0; i < sizeof(noted) / sizeof(*noted); i++) {
        if (bird_is(t, noted[i]))
            bird_note_word(c, t, "a protocol that is not read");
    }
}

void bird_protocol(struct bird *c, bool is_template)
{
    struct bird_protocol *p = bird_alloc(c, sizeof(*p));
    const struct bird_token *kind;

    if (p == NULL)
        return;
    c->at++;
    kind = bird_peek(c, 0);
    defaults(p);
    p->is_template = is_template;
    heading(c, p);
    if (bird_take(c, "from")) {
        int version = p->ospf.version;

        inherit(c, p, bird_peek(c, 0));
        p->ospf.version = version;
        c->at++;
    }
    note_unread(c, p, kind);
    if (!bird_take(c, "{")) {
        bird_note_word(c, kind, "a block was expected");
        bird_skip_statement(c);
        return;
    }
    EACH_STATEMENT(c, protocol_statement(c, p))
    bird_take(c, ";");
    keep(c, p);
}
