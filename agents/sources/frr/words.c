/* SPDX-License-Identifier: Apache-2.0 */
/* Words of a statement, notes about what is passed over, memory. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "agents/sources/frr/model.h"

bool frr_is(const struct frr_line *l, size_t i, const char *word)
{
    return i < l->n && slice_eq(l->w[i], word);
}

bool frr_begins(const struct frr_line *l, size_t i, const char *words)
{
    struct slice rest = slice_of(words), word;

    for (; slice_split(&rest, ' ', &word); i++) {
        if (i >= l->n || l->w[i].n != word.n || memcmp(l->w[i].p, word.p, word.n) != 0)
            return false;
    }
    return true;
}

struct slice frr_word(const struct frr_line *l, size_t i)
{
    return i < l->n ? l->w[i] : (struct slice){"", 0};
}

const char *frr_text(struct frr *c, size_t i)
{
    if (i >= c->line->n)
        return NULL;
    return frr_printf(c, "%.*s", (int)c->line->w[i].n, c->line->w[i].p);
}

bool frr_number(struct frr *c, size_t i, int64_t lo, int64_t hi, int64_t *out)
{
    uint64_t v;

    if (i >= c->line->n || !slice_u64(c->line->w[i], (uint64_t)hi, &v) || (int64_t)v < lo) {
        frr_note(c, i, "the number is missing or out of range");
        return false;
    }
    *out = (int64_t)v;
    return true;
}

struct slice frr_rest(const struct frr_line *l, size_t i)
{
    if (i >= l->n)
        return (struct slice){"", 0};
    if (l->w[i].p < l->text.p || l->w[i].p >= l->text.p + l->text.n)
        return l->w[i]; /* put in place of a shortened one */
    return (struct slice){l->w[i].p, (size_t)(l->text.p + l->text.n - l->w[i].p)};
}

bool frr_grow(struct frr *c, void **v, size_t n, size_t *cap, size_t size)
{
    if (arena_grow(c->arena, v, n, cap, size))
        return true;
    c->failed = ERR_NOMEM;
    return false;
}

const char *frr_printf(struct frr *c, const char *fmt, ...)
{
    va_list ap;
    const char *text;

    va_start(ap, fmt);
    text = arena_vprintf(c->arena, fmt, ap);
    va_end(ap);
    if (text == NULL)
        c->failed = ERR_NOMEM;
    return text != NULL ? text : "";
}

void *frr_alloc(struct frr *c, size_t size)
{
    void *p = arena_alloc(c->arena, size);

    if (p == NULL)
        c->failed = ERR_NOMEM;
    return p;
}

/*
 * Words that may be repeated in a note, in order. Whatever is not in this list could be a
 * value, and a value could be a password.
 */
static const char *const keywords[] = {
    "access-list",
    "access-group",
    "address",
    "address-family",
    "advertise",
    "affinity",
    "affinity-map",
    "aggregate-address",
    "allow",
    "allowas-in",
    "area",
    "area-password",
    "as-path",
    "authentication",
    "auto-cost",
    "bandwidth",
    "banner",
    "bfd",
    "bgp",
    "bridge",
    "call",
    "capability",
    "community-list",
    "confederation",
    "continue",
    "debug",
    "default",
    "default-information",
    "default-originate",
    "description",
    "distance",
    "distribute-list",
    "domain-password",
    "enable",
    "end",
    "evpn",
    "exit",
    "export",
    "extcommunity-list",
    "fabricd",
    "filter-list",
    "flex-algo",
    "forwarding",
    "frr",
    "graceful-restart",
    "hostname",
    "igmp",
    "import",
    "import-table",
    "interface",
    "ip",
    "ipv4",
    "ipv6",
    "isis",
    "key",
    "l2vpn",
    "label",
    "large-community-list",
    "ldp",
    "line",
    "link-params",
    "listen",
    "log",
    "mac",
    "match",
    "maximum-paths",
    "mpls",
    "mpls-te",
    "msdp",
    "multicast",
    "nd",
    "neighbor",
    "net",
    "network",
    "nexthop",
    "nexthop-group",
    "nht",
    "no",
    "ospf",
    "ospf6",
    "passive-interface",
    "password",
    "pbr-map",
    "pim",
    "policy",
    "prefix-list",
    "protocol",
    "rd",
    "redistribute",
    "rip",
    "ripng",
    "route",
    "route-map",
    "router",
    "router-id",
    "rpki",
    "rt",
    "segment-routing",
    "service",
    "set",
    "snmp-server",
    "sid",
    "srv6",
    "summary-address",
    "table",
    "table-map",
    "topology",
    "tunnel",
    "update-delay",
    "username",
    "version",
    "virtual-link",
    "vni",
    "vnc",
    "vpn",
    "vrf",
    "vrrp",
    "zebra",
};

static bool is_keyword(struct slice w)
{
    for (size_t i = 0; i < sizeof(keywords) / sizeof(*keywords); i++) {
        if (slice_eq(w, keywords[i]))
            return true;
    }
    return false;
}

/** Words after which a keyword is more likely a value that happens to read like one. */
static bool precedes_secret(struct slice w)
{
    static const char *const words[] = {
        "password",        "key",         "username",    "area-password", "enable",
        "domain-password", "snmp-server", "description", "banner",        "hostname"};

    for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++) {
        if (slice_eq(w, words[i]))
            return true;
    }
    return false;
}

const char *frr_keywords(const struct frr_line *l, char *out, size_t size)
{
    struct slice first = frr_word(l, 0), second = frr_word(l, 1);
    const char *no = l->negated ? "no " : "";

    if (!is_keyword(first))
        snprintf(out, size, "%s(unknown word)", no);
    else if (precedes_secret(first) || !is_keyword(second))
        snprintf(out, size, "%s%.*s", no, (int)first.n, first.p);
    else
        snprintf(out, size, "%s%.*s %.*s", no, (int)first.n, first.p, (int)second.n, second.p);
    return out;
}

enum frr_answer frr_note(struct frr *c, size_t word, const char *why)
{
    const struct frr_line *l = c->line;
    struct config_note *note;
    char text[96];
    size_t column = l->indent + 1;

    if (word < l->n && l->w[word].p >= l->text.p && l->w[word].p < l->text.p + l->text.n)
        column += (size_t)(l->w[word].p - l->text.p);
    note = config_note_new(&c->notes, c->arena, FRR_MAX_NOTES, &c->failed);
    if (note != NULL) {
        note->where = frr_printf(c, "%s:%zu:%zu", c->path, l->number, column);
        note->reason = frr_printf(c, "%s: %s", frr_keywords(l, text, sizeof(text)), why);
    }
    return FRR_DONE;
}

void frr_note_at(struct frr *c, size_t number, const char *reason)
{
    struct config_note *note = config_note_new(&c->notes, c->arena, FRR_MAX_NOTES, &c->failed);

    if (note != NULL) {
        note->where = frr_printf(c, "%s:%zu:1", c->path, number);
        note->reason = reason;
    }
}
