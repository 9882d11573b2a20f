/* SPDX-License-Identifier: Apache-2.0 */
#include "agents/sources/lg/entry.h"

#include <string.h>
#include <strings.h>

#include "base/buf.h"
#include "net/asn.h"

/* --- routes --- */

void lg_route_start(struct lg *lg, struct fact_route *f, const char *table)
{
    fact_init(FACT_ROUTE, f);
    f->node = lg->node;
    f->table = table;
    f->layer = "bgp";
    f->protocol = "bgp";
}

bool lg_is_unspecified(const struct addr *a)
{
    static const uint8_t none[16];

    return memcmp(a->b, none, sizeof(none)) == 0;
}

int lg_add_hop(struct lg *lg, struct fact_route *f, const struct addr *hop,
               const char *interface, struct err *e)
{
    size_t n = f->next_hops.n > f->interfaces.n ? f->next_hops.n : f->interfaces.n;

    if (n >= LG_MAX_NEXT_HOPS)
        return err_set(e, ERR_LIMIT, "more than %d next hops", LG_MAX_NEXT_HOPS);
    if (n == 0) {
        memset(lg->next_hops, 0, sizeof(lg->next_hops));
        for (size_t i = 0; i < LG_MAX_NEXT_HOPS; i++)
            lg->interfaces[i] = "";
    }
    f->next_hops.v = lg->next_hops;
    f->interfaces.v = lg->interfaces;
    if (addr_is_set(hop)) {
        lg->next_hops[n] = *hop;
        f->next_hops.n = n + 1;
    } else if (f->next_hops.n > 0) {
        f->next_hops.n = n + 1;
    }
    if (interface != NULL && interface[0] != '\0') {
        lg->interfaces[n] = interface;
        f->interfaces.n = n + 1;
    } else if (f->interfaces.n > 0) {
        f->interfaces.n = n + 1;
    }
    return 0;
}

int lg_add_next_hop(struct lg *lg, struct fact_route *f, const struct addr *hop, struct err *e)
{
    if (!addr_is_set(hop) || lg_is_unspecified(hop))
        return 0;
    return lg_add_hop(lg, f, hop, NULL, e);
}

int lg_hop_from(struct lg *lg, struct fact_route *f, const struct lg_tree *t, const char *path,
                struct err *e)
{
    struct addr hop = {0};
    int rc = lg_get_addr(t, path, &hop, e);

    return rc == 0 ? lg_add_next_hop(lg, f, &hop, e) : rc;
}

static const struct lg_tree *elements(const struct lg_tree *t)
{
    return t != NULL && t->type == JREAD_ARRAY ? t->first : NULL;
}

/* Words of a list side by side, as the text form has them. */
static int join(const struct lg_tree *list, char between, struct buf *out, struct err *e)
{
    for (const struct lg_tree *w = elements(list); w != NULL; w = w->next) {
        struct slice s = lg_text(w);

        if (w->text == NULL)
            return lg_tree_fail(w, e, ERR_SCHEMA, "%s in a list of words",
                                jread_token_name(w->type));
        if (out->len > 0)
            buf_char(out, between);
        buf_add(out, s.p, s.n);
    }
    return out->failed ? err_set(e, ERR_NOMEM, "no memory for a list") : 0;
}

int lg_path_from(struct lg *lg, struct fact_route *f, const struct lg_tree *t, const char *path,
                 struct err *e)
{
    const struct lg_tree *m = lg_get(t, path);
    struct buf text = {0};
    int rc = 0;

    if (m == NULL)
        return 0;
    if (m->text != NULL)
        return lg_as_path(lg, lg_text(m), &f->as_path, e);
    rc = join(m, ' ', &text, e);
    if (rc == 0)
        rc = lg_as_path(lg, slice_of(buf_cstr(&text)), &f->as_path, e);
    buf_free(&text);
    return rc;
}

int lg_add_community(struct lg *lg, struct fact_route *f, struct slice word, struct err *e)
{
    const char *known = lg_known_community(word);
    struct strs *list = &f->communities;

    if (list->n >= LG_MAX_WORDS)
        return err_set(e, ERR_LIMIT, "more than %d communities", LG_MAX_WORDS);
    list->v = lg->words;
    list->n++;
    if (known != NULL) {
        lg->words[list->n - 1] = known;
        return 0;
    }
    return lg_copy(lg, word, &lg->words[list->n - 1], e);
}

static int community_list(struct lg *lg, struct fact_route *f, const struct lg_tree *list,
                          struct err *e)
{
    struct buf text = {0};
    int rc = 0;

    for (const struct lg_tree *c = elements(list); c != NULL && rc == 0; c = c->next) {
        buf_reset(&text);
        if (c->type == JREAD_ARRAY)
            rc = join(c, ':', &text, e);
        else
            buf_add(&text, c->text != NULL ? c->text : "", c->len);
        if (rc == 0 && text.len > 0)
            rc = lg_add_community(lg, f, slice_trim(slice_of(buf_cstr(&text))), e);
    }
    buf_free(&text);
    return rc;
}

int lg_communities_from(struct lg *lg, struct fact_route *f, const struct lg_tree *t,
                        const char *path, struct err *e)
{
    const struct lg_tree *m = lg_get(t, path);
    struct slice s = m != NULL && m->text != NULL ? lg_text(m) : (struct slice){"", 0}, word;
    int rc = 0;

    while (rc == 0 && slice_word(&s, &word))
        rc = lg_add_community(lg, f, word, e);
    return rc == 0 ? community_list(lg, f, m, e) : rc;
}

void lg_skip_extended(struct lg *lg, const struct lg_tree *t, const char *path)
{
    const struct lg_tree *m = lg_get(t, path);
    struct slice s = m != NULL && m->text != NULL ? lg_text(m) : (struct slice){"", 0}, word;

    while (slice_word(&s, &word))
        lg->skips.extended++;
    for (m = elements(m); m != NULL; m = m->next)
        lg->skips.extended++;
}

const char *lg_origin(struct slice word)
{
    static const struct {
        const char *word, *origin;
    } table[] = {
        {"igp", "IGP"}, {"i", "IGP"},        {"egp", "EGP"},
        {"e", "EGP"},   {"?", "incomplete"}, {"incomplete", "incomplete"},
    };

    for (size_t i = 0; i < sizeof(table) / sizeof(*table); i++) {
        if (word.n == strlen(table[i].word) && strncasecmp(word.p, table[i].word, word.n) == 0)
            return table[i].origin;
    }
    return NULL;
}

/* --- sessions --- */

void lg_session_start(struct lg *lg, struct fact_bgp_session *f, const char *table)
{
    fact_init(FACT_BGP_SESSION, f);
    f->node = lg->node;
    f->table = table;
}

void lg_session_state(struct fact_bgp_session *f, struct slice state)
{
    static const char up[] = "established";

    if (state.n > 0)
        f->established = state.n == sizeof(up) - 1 && strncasecmp(state.p, up, state.n) == 0;
}

static bool starts(struct slice s, const char *with)
{
    size_t n = strlen(with);

    return s.n >= n && strncasecmp(s.p, with, n) == 0;
}

static bool has(struct slice s, const char *word)
{
    for (; s.n > 0; s.p++, s.n--) {
        if (starts(s, word))
            return true;
    }
    return false;
}

int lg_family(struct slice name)
{
    static const char *const others[] = {"vpn", "multicast", "flow", "label"};
    bool six = has(name, "ipv6") || has(name, "inet6");

    for (size_t i = 0; i < sizeof(others) / sizeof(*others); i++) {
        if (has(name, others[i]))
            return 0;
    }
    if (six)
        return 6;
    return has(name, "ipv4") || has(name, "inet") ? 4 : 0;
}

void lg_add_family(struct lg *lg, struct slice name, unsigned *families)
{
    lg_add_family_number(lg, lg_family(name), families);
}

void lg_add_family_number(struct lg *lg, int family, unsigned *families)
{
    lg->skips.families += family == 0;
    *families |= family == 4 ? LG_FAMILY_4 : family == 6 ? LG_FAMILY_6 : LG_FAMILY_OTHER;
}

int lg_peer_asn(const struct lg_tree *t, const char *path, int64_t *out, struct err *e)
{
    return slice_eq(lg_text(lg_get(t, path)), "0") ? 0 : lg_get_asn(t, path, out, e);
}

int lg_put_session(struct lg *lg, struct fact_bgp_session *f, unsigned families, struct err *e)
{
    int rc = 0;

    if (families == 0 && addr_is_set(&f->peer_addr))
        families = f->peer_addr.family == 4 ? LG_FAMILY_4 : LG_FAMILY_6;
    if (families & LG_FAMILY_4) {
        f->family = 4;
        rc = lg_put(lg, FACT_BGP_SESSION, f, e);
    }
    if (rc == 0 && (families & LG_FAMILY_6)) {
        f->family = 6;
        rc = lg_put(lg, FACT_BGP_SESSION, f, e);
    }
    if (rc == 0 && (families & (LG_FAMILY_4 | LG_FAMILY_6)) == 0)
        rc = lg_put(lg, FACT_BGP_SESSION, f, e);
    return rc;
}

int lg_instance_from(struct lg *lg, const char *table, const struct lg_tree *asn,
                     const struct lg_tree *router_id, struct err *e)
{
    struct lg_table t = {.asn = FACT_NONE, .local_pref = FACT_NONE};
    struct slice s = lg_text(asn), id = lg_text(router_id);
    uint32_t v;

    if (s.n > 0 && !slice_eq(s, "0")) {
        if (!asn_parse(s, &v))
            return lg_tree_fail(asn, e, ERR_SCHEMA, "\"%.20s\" is no AS number", s.p);
        t.asn = v;
    }
    if (id.n > 0 && !addr_parse(id, &t.router_id))
        return lg_tree_fail(router_id, e, ERR_SCHEMA, "the router id is no address");
    if (lg_is_unspecified(&t.router_id))
        t.router_id = (struct addr){0};
    return lg_remember(lg, table, &t, e);
}

int lg_put_link(struct lg *lg, const char *interface, const char *far, const char *protocol,
                struct err *e)
{
    struct fact_link f;

    if (far == NULL)
        return 0;
    fact_init(FACT_LINK, &f);
    f.a_node = lg->node;
    f.a_interface = interface;
    f.b_node = far;
    f.protocol = protocol;
    return lg_put(lg, FACT_LINK, &f, e);
}

int lg_ospf_area(struct lg *lg, struct slice s, const char **out, struct err *e)
{
    struct addr a = {0};
    uint64_t v;

    if (!slice_u64(s, UINT32_MAX, &v)) {
        if (!addr_parse(s, &a) || a.family != 4)
            return err_set(e, ERR_SCHEMA, "\"%.*s\" is no OSPF area",
                           (int)(s.n < 60 ? s.n : 60), s.p);
        v = (uint64_t)a.b[0] << 24 | (uint64_t)a.b[1] << 16 | (uint64_t)a.b[2] << 8 | a.b[3];
    }
    *out = arena_printf(lg->arena, "%llu", (unsigned long long)v);
    return *out != NULL ? 0 : err_set(e, ERR_NOMEM, "no memory for an area");
}
