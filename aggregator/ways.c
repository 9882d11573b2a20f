/* SPDX-License-Identifier: Apache-2.0 */
#include "aggregator/ways.h"

#include <stdlib.h>
#include <string.h>

#define MAX_SLOTS ((size_t)1 << 21)
#define MIN_SLOTS ((size_t)1 << 8)
#define PROBES    8

/* One router, one prefix. Only as many hops as there are follow. */
struct way {
    uint32_t instance, prefix;
    const struct dom *owner;
    struct forwarding f;
};

struct ways {
    struct map *addresses; /* of all interfaces */
    size_t n_slots;        /* a power of two */
    size_t used;           /* bytes of ways; atomic */
    struct way **slots;    /* atomic; once set they stay */
};

static int add_address(struct map *m, const struct addr *a)
{
    return !a->family || map_at(m, a, sizeof(*a)) ? 0 : ERR_NOMEM;
}

static int add_addresses(const struct world *w, struct map *m)
{
    int rc = 0;
    for (size_t i = 0; i < w->n_ports; i++)
        for (size_t k = 0; !rc && k < w->ports[i]->n_addrs; k++)
            rc = add_address(m, &w->ports[i]->addrs[k].addr);
    for (size_t i = 0; i < w->n_wires; i++) {
        const struct wire *l = w->wires[i];
        const struct addr *ends[] = {&l->a4.addr, &l->b4.addr, &l->a6.addr, &l->b6.addr};
        for (size_t k = 0; !rc && k < 4; k++)
            rc = add_address(m, ends[k]);
    }
    return rc;
}

struct ways *ways_new(const struct world *w)
{
    struct ways *s = calloc(1, sizeof(*s));
    if (!s)
        return NULL;
    s->n_slots = MIN_SLOTS;
    while (s->n_slots < MAX_SLOTS && s->n_slots < 2 * w->n_prefixes * w->n_instances)
        s->n_slots *= 2;
    s->addresses = map_new();
    s->slots = calloc(s->n_slots, sizeof(struct way *));
    if (!s->addresses || !s->slots || add_addresses(w, s->addresses))
        ways_free(&s);
    return s;
}

void ways_free(struct ways **sp)
{
    struct ways *s = *sp;
    *sp = NULL;
    if (!s)
        return;
    for (size_t i = 0; s->slots && i < s->n_slots; i++)
        free(s->slots[i]);
    free(s->slots);
    map_free(&s->addresses);
    free(s);
}

struct destination ways_destination(const struct ways *s, const struct world *w,
                                    const struct addr *a)
{
    uint32_t id = lpm_find(w->universe, a, NULL);
    return (struct destination){.addr = *a,
                                .prefix = id == LPM_NONE ? NOWHERE : id,
                                .owner = registry_owner(w, a),
                                .plain = s && id != LPM_NONE &&
                                         !map_get(s->addresses, a, sizeof(*a))};
}

static size_t slot_of(const struct ways *s, uint32_t instance, uint32_t prefix)
{
    uint64_t h = ((uint64_t)instance << 32 | prefix) * UINT64_C(0x9e3779b97f4a7c15);
    return (size_t)(h >> 32) & (s->n_slots - 1);
}

/* The slot where it is (*found set) or may be put; NULL: there is no room. */
static struct way **find_slot(struct ways *s, uint32_t instance, uint32_t prefix,
                              struct way **found)
{
    size_t at = slot_of(s, instance, prefix);
    *found = NULL;
    for (size_t i = 0; i < PROBES; i++, at = (at + 1) & (s->n_slots - 1)) {
        struct way *x = __atomic_load_n(&s->slots[at], __ATOMIC_ACQUIRE);
        if (!x)
            return &s->slots[at];
        if (x->instance == instance && x->prefix == prefix) {
            *found = x;
            return &s->slots[at];
        }
    }
    return NULL;
}

/* Another thread may put the same there first: then that stays. */
static void keep(struct ways *s, struct way **slot, const struct way *key,
                 const struct forwarding *f)
{
    size_t size = offsetof(struct way, f) + forwarding_size(f);
    if (__atomic_add_fetch(&s->used, size, __ATOMIC_RELAXED) > WAYS_MEMORY)
        return;
    struct way *x = malloc(size), *none = NULL;
    if (!x)
        return;
    memcpy(x, key, offsetof(struct way, f));
    memcpy(&x->f, f, forwarding_size(f));
    if (!__atomic_compare_exchange_n(slot, &none, x, false, __ATOMIC_RELEASE, __ATOMIC_RELAXED))
        free(x);
}

void ways_lookup(struct ways *s, const struct world *w, const struct instance *in,
                 const struct destination *dst, struct forwarding *out)
{
    struct way *found = NULL, **slot = NULL;
    const struct way key = {.instance = in->index, .prefix = dst->prefix, .owner = dst->owner};
    if (dst->plain)
        slot = find_slot(s, key.instance, key.prefix, &found);
    if (found && found->owner == dst->owner) {
        memcpy(out, &found->f, forwarding_size(&found->f));
        return;
    }
    forward_lookup(w, in, &dst->addr, out);
    if (slot && !found)
        keep(s, slot, &key, out);
}
