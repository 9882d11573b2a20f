/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Words that were shortened by hand. FRR reads `int eth0`, `ip addr 192.0.2.1/24` and `no shut`
 * as it reads what is typed: any unambiguous beginning stands for the word. What it prints is
 * whole, so these are of files that people write, and few.
 */
#include <string.h>

#include "agents/sources/frr/model.h"

static const struct {
    const char *before; /* the word before; NULL: the word begins the statement */
    const char *word;
    size_t least; /* letters that tell it from all others there */
} shorts[] = {
    {NULL, "interface", 3}, {NULL, "neighbor", 5}, {NULL, "redistribute", 6},
    {NULL, "shutdown", 4},  {NULL, "network", 4},  {NULL, "description", 4},
    {NULL, "configure", 4}, {"ip", "address", 3},  {"ipv6", "address", 3},
    {"ipv6", "ospf6", 4},
};

static bool stands_for(struct slice w, const char *word, size_t least)
{
    return w.n >= least && w.n < strlen(word) && memcmp(w.p, word, w.n) == 0;
}

void frr_lengthen(struct slice *w, size_t n)
{
    for (size_t i = 0; i < n && i < 2; i++) {
        for (size_t k = 0; k < sizeof(shorts) / sizeof(*shorts); k++) {
            bool here =
                shorts[k].before == NULL ? i == 0 : i == 1 && slice_eq(w[0], shorts[k].before);

            if (here && stands_for(w[i], shorts[k].word, shorts[k].least))
                w[i] = slice_of(shorts[k].word);
        }
    }
}
