/* SPDX-License-Identifier: Apache-2.0 */
#include "unit/core/model/random_facts.h"

#include <float.h>
#include <stdlib.h>

uint64_t random_below(struct random *r, uint64_t n)
{
    r->state ^= r->state << 13;
    r->state ^= r->state >> 7;
    r->state ^= r->state << 17;
    return r->state % n;
}

static const char *random_text(struct random *r)
{
    static const char *const texts[] = {"",
                                        "null",
                                        "NULL",
                                        "r1.example.net",
                                        "a \"quoted\" one",
                                        "back\\slash",
                                        "tab\tline\n",
                                        "\x01\x1f\x7f",
                                        "Zürich",
                                        "路由器",
                                        "\xf0\x9f\x8c\x89",
                                        "1e5",
                                        "it's, [so] {x}",
                                        "a,b",
                                        "ge-0/0/0.100"};
    return texts[random_below(r, sizeof(texts) / sizeof(texts[0]))];
}

static int64_t random_whole(struct random *r)
{
    static const int64_t edges[] = {0,          1,           -1, INT64_MAX, INT64_MIN + 1,
                                    4294967295, 100000000000};
    uint64_t i = random_below(r, 10);
    return i < 7 ? edges[i] : (int64_t)random_below(r, 1000000);
}

static double random_real(struct random *r)
{
    static const double edges[] = {0,       0.1,    -1.5,    1e308,
                                   DBL_MIN, 5e-324, 1.0 / 3, 123456789.123456789};
    return edges[random_below(r, sizeof(edges) / sizeof(edges[0]))];
}

static struct addr random_addr(struct random *r)
{
    struct addr a = {.family = random_below(r, 2) ? 4 : 6};
    for (int i = 0; i < (a.family == 4 ? 4 : 16); i++)
        a.b[i] = (uint8_t)random_below(r, 256);
    if (a.family == 6)
        a.b[0] = 0x20; /* never IPv4-mapped, which reads as IPv4 */
    return a;
}

static struct prefix random_prefix(struct random *r)
{
    struct addr a = random_addr(r);
    return prefix_of(&a, (unsigned)random_below(r, addr_bits(&a) + 1));
}

static void random_responder(struct random *r, struct responder *p)
{
    *p = (struct responder){.rtt = NAN, .asn = FACT_NONE};
    if (random_below(r, 5) > 0)
        p->addr = random_addr(r);
    if (random_below(r, 2))
        p->rtt = random_real(r);
    if (random_below(r, 2))
        p->asn = random_whole(r);
    if (random_below(r, 2))
        p->label = random_text(r);
    if (random_below(r, 2))
        p->note = random_text(r);
}

static void random_hop(struct random *r, struct hop *h)
{
    *h = (struct hop){.ttl = FACT_NONE, .probes = FACT_NONE, .lost = FACT_NONE};
    if (random_below(r, 4) > 0)
        h->ttl = random_whole(r);
    if (random_below(r, 2))
        h->probes = random_whole(r);
    if (random_below(r, 2))
        h->lost = random_whole(r);
    h->n = random_below(r, 4);
    h->v = h->n > 0 ? ARENA_ARRAY(r->arena, h->n, struct responder) : NULL;
    for (size_t i = 0; i < h->n; i++)
        random_responder(r, &h->v[i]);
}

/* `n` items of a list; the type says which. */
static void random_list(struct random *r, enum fact_type type, size_t n, void *p)
{
    struct strs *strs = p;
    struct addrs *addrs = p;
    struct ifaddrs_list *ifaddrs = p;
    struct asns *asns = p;
    struct hops *hops = p;
    strs->n = n;
    strs->v = arena_array(r->arena, n, sizeof(struct hop)); /* the largest item */
    for (size_t i = 0; i < n; i++) {
        if (type == FACT_TYPE_STRS) {
            strs->v[i] = random_text(r);
        } else if (type == FACT_TYPE_ADDRS) {
            addrs->v[i] = random_below(r, 4) ? random_addr(r) : (struct addr){0};
        } else if (type == FACT_TYPE_IFADDRS) {
            ifaddrs->v[i].addr = random_addr(r);
            ifaddrs->v[i].len = (uint8_t)random_below(r, addr_bits(&ifaddrs->v[i].addr) + 1);
        } else if (type == FACT_TYPE_ASNS) {
            asns->v[i] = (uint32_t)random_below(r, 1ULL << 32);
        } else {
            random_hop(r, &hops->v[i]);
        }
    }
}

static void random_field(struct random *r, enum fact_type type, void *p)
{
    switch (type) {
    case FACT_TYPE_STR:
        *(const char **)p = random_text(r);
        break;
    case FACT_TYPE_I64:
        *(int64_t *)p = random_whole(r);
        break;
    case FACT_TYPE_TIME:
        *(int64_t *)p = (int64_t)random_below(r, 4102444800ULL * 1000000);
        break;
    case FACT_TYPE_REAL:
        *(double *)p = random_real(r);
        break;
    case FACT_TYPE_ADDR:
        *(struct addr *)p = random_addr(r);
        break;
    case FACT_TYPE_PREFIX:
        *(struct prefix *)p = random_prefix(r);
        break;
    case FACT_TYPE_STRS:
    case FACT_TYPE_ADDRS:
    case FACT_TYPE_IFADDRS:
    case FACT_TYPE_ASNS:
    case FACT_TYPE_HOPS:
        random_list(r, type, 1 + random_below(r, 5), p);
        break;
    }
}

void random_fact(struct random *r, enum fact_kind kind, enum random_fill fill, void *fact)
{
    const struct fact_kind_info *info = fact_kind_info(kind);
    fact_init(kind, fact);
    for (size_t i = 0; i < info->n_fields; i++)
        if (fill == FILL_ALL || (fill == FILL_SOME && random_below(r, 2)))
            random_field(r, info->fields[i].type, (char *)fact + info->fields[i].offset);
}
