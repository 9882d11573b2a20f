/* SPDX-License-Identifier: Apache-2.0 */
#include "random_net.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static unsigned below(unsigned n, unsigned *seed)
{
    return (unsigned)rand_r(seed) % n;
}

static void random_flow(struct random_net *n, uint32_t f, enum net_groups groups,
                        unsigned *seed)
{
    uint32_t *links = n->crossed[f];
    size_t n_links = 0;
    for (uint32_t l = 0; l < n->maxmin.n_links; l++) {
        if (below(3, seed) == 0)
            links[n_links++] = l;
    }
    if (n_links == 0)
        links[n_links++] = below((unsigned)n->maxmin.n_links, seed);
    double weight = 1 + below(4, seed);
    double cap = below(4, seed) == 0 ? below(12, seed) : INFINITY;
    uint32_t group = groups == NET_FLAT ? SHARE_ROOT : below(NET_GROUPS + 1, seed);
    n->flat[f] = (struct maxmin_flow){links, n_links, weight, cap};
    n->flows[f] = (struct share_flow){links, n_links, group < NET_GROUPS ? group : SHARE_ROOT,
                                      weight, cap};
}

void random_net(struct random_net *n, enum net_groups groups, unsigned *seed)
{
    size_t n_links = 1 + below(NET_LINKS, seed), n_flows = 1 + below(NET_FLOWS, seed);
    memset(n, 0, sizeof(*n));
    n->maxmin = (struct maxmin){n->capacity, n_links, n->flat, n_flows};
    n->share = (struct share){n->links, n_links, n->groups, groups == NET_FLAT ? 0 : NET_GROUPS,
                              n->flows, n_flows};
    for (size_t g = 0; g < NET_GROUPS; g++) {
        uint32_t up = below((unsigned)g + 1, seed);
        n->groups[g] = (struct share_group){up < g ? up : SHARE_ROOT, 1 + below(5, seed)};
    }
    for (size_t l = 0; l < n_links; l++) {
        n->capacity[l] = below(20, seed) == 0 ? 0 : 1 + below(40, seed);
        n->links[l].limit = n->capacity[l];
        n->links[l].weights = groups == NET_PER_LINK ? n->weights[l] : NULL;
        for (size_t g = 0; g < NET_GROUPS; g++)
            n->weights[l][g] = 1 + below(5, seed);
    }
    for (uint32_t f = 0; f < n_flows; f++)
        random_flow(n, f, groups, seed);
}
