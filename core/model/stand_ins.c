/* SPDX-License-Identifier: Apache-2.0 */
/* Addresses that stand for a PID where the path of a PID is asked for. */
#include "model/snapshot.h"

static struct addr *slot_of(struct pid *p, const struct addr *a)
{
    return &p->stand_in[a->family == 6];
}

static void take_endpoint(struct snapshot *s, const struct snap_endpoint *e)
{
    for (size_t i = 0; i < e->n_addrs; i++) {
        const struct addr *a = &e->addrs[i];
        uint32_t pid = lpm_find(s->pid_of, a, NULL);
        struct addr *slot = pid == LPM_NONE ? NULL : slot_of(&s->pids[pid], a);
        if (slot && (!slot->family || addr_cmp(a, slot) < 0))
            *slot = *a;
    }
}

/* A default route stands for nobody. */
static void take_prefix(struct pid *to, const struct prefix *p)
{
    struct addr *slot = slot_of(to, &p->addr);
    unsigned bits = addr_bits(&p->addr);
    if (slot->family || !p->len)
        return;
    *slot = p->addr;
    if (p->len < bits)
        slot->b[bits / 8 - 1] |= 1;
}

void snapshot_choose_stand_ins(struct snapshot *s)
{
    for (size_t i = 0; i < s->n_endpoints; i++)
        take_endpoint(s, &s->endpoints[i]);
    for (size_t i = 0; i < s->n_pids; i++) {
        for (size_t k = 0; k < s->pids[i].n_prefixes; k++)
            take_prefix(&s->pids[i], &s->pids[i].prefixes[k]);
    }
}
