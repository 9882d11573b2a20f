/* SPDX-License-Identifier: Apache-2.0 */
#include "agents/sources/topology/urn.h"

#include <string.h>

static const char *keep(struct topo *t, struct slice s)
{
    return topo_text(t, "%.*s", (int)(s.n < 1024 ? s.n : 1024), s.p);
}

static bool is_direction(struct slice s)
{
    return slice_eq(s, "in") || slice_eq(s, "out");
}

bool topo_urn_local(struct topo *t, const char *text, struct topo_urn *out)
{
    struct slice rest = slice_of(text), part[5];
    size_t n = 0;

    while (n < 5 && slice_split(&rest, ':', &part[n]))
        n++;
    if (n == 4 && is_direction(part[3]))
        n = 3;
    if (n != 3 || part[0].n == 0 || part[1].n == 0 || part[2].n == 0 || is_direction(part[2]))
        return false;
    out->node = keep(t, part[0]);
    out->port = keep(t, part[1]);
    out->label = keep(t, part[2]);
    return true;
}

bool topo_urn_read(struct topo *t, const char *text, struct topo_urn *out)
{
    static const char start[] = "urn:ogf:network:";
    struct slice rest = slice_of(text), organisation, date;

    *out = (struct topo_urn){.local = ""};
    if (text == NULL || !slice_starts(rest, start))
        return false;
    rest = (struct slice){rest.p + sizeof(start) - 1, rest.n - sizeof(start) + 1};
    if (!slice_split(&rest, ':', &organisation) || organisation.n == 0)
        return false;
    out->organisation = keep(t, organisation);
    if (!slice_split(&rest, ':', &date) || rest.p == NULL)
        return true;
    out->local = keep(t, rest);
    if (out->local[0] == ':') {
        out->local++;
        topo_urn_local(t, out->local, out);
    }
    return !t->broken;
}
