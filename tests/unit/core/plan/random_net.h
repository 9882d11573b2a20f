/* SPDX-License-Identifier: Apache-2.0 */
/* Random networks with flows, for the tests of fair rates. */
#ifndef RIALTO_TEST_RANDOM_NET_H
#define RIALTO_TEST_RANDOM_NET_H

#include <stdbool.h>
#include <stdint.h>

#include "plan/maxmin.h"
#include "plan/share.h"

#define NET_LINKS  8
#define NET_FLOWS  14
#define NET_GROUPS 6

/** The same network for both solvers; groups are for share_solve() alone. */
struct random_net {
    double capacity[NET_LINKS];
    double weights[NET_LINKS][NET_GROUPS];
    uint32_t crossed[NET_FLOWS][NET_LINKS];
    struct maxmin_flow flat[NET_FLOWS];
    struct share_link links[NET_LINKS];
    struct share_group groups[NET_GROUPS];
    struct share_flow flows[NET_FLOWS];
    struct maxmin maxmin;
    struct share share;
};

enum net_groups {
    NET_FLAT,     /* no groups */
    NET_SAME,     /* groups with the same weights on every link */
    NET_PER_LINK, /* every link weighs groups by itself */
};

/** Fills *n from the seed, which moves on. Points into itself: not to be copied. */
void random_net(struct random_net *n, enum net_groups groups, unsigned *seed);

#endif
