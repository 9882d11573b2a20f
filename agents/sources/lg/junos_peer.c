/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Junos's `show bgp neighbor`:
 *
 *     Peer: 192.0.2.2+64180 AS 64501  Local: 192.0.2.1+179 AS 64500
 *       Group: upstream   Routing-Instance: master
 *       Type: External    State: Established    Flags: <ImportEval Sync>
 *       NLRI for this session: inet-unicast inet6-unicast
 */
#include <string.h>

#include "agents/sources/lg/entry.h"
#include "agents/sources/lg/junos.h"
#include "net/asn.h"

/* "192.0.2.2+64180 AS 64501  Local: ...": address and port, AS number. */
static bool read_end(struct slice s, struct addr *a, int64_t *asn)
{
    struct slice rest;
    uint32_t n;

    if (!lg_addr(lg_until(s, "+ "), a))
        return false;
    if (lg_after(s, " AS ", &rest) && asn_parse(lg_first(rest), &n))
        *asn = n;
    return true;
}

int junos_peer_begin(struct junos *j, struct err *e)
{
    struct slice line = slice_trim(j->t->line), peer, local;
    struct junos_session *s = &j->session;
    int rc;

    if (!slice_starts(line, "Peer: ") || !lg_has(line, " AS ") || !lg_after(line, ": ", &peer))
        return 0;
    rc = junos_route_end(j, e);
    if (rc == 0)
        rc = junos_state_end(j, e);
    if (rc == 0)
        rc = lg_enter(j->t, (struct slice){"", 0}, e);
    if (rc < 0)
        return rc;
    j->part = JUNOS_PEER;
    j->t->skipping = false;
    *s = (struct junos_session){.open = true};
    lg_session_start(j->t->lg, &s->fact, "");
    if (lg_after(line, "Local: ", &local)) {
        read_end(local, &s->fact.local_addr, &s->fact.local_asn);
        peer.n = (size_t)(local.p - peer.p) - strlen("Local: ");
    }
    if (!read_end(peer, &s->fact.peer_addr, &s->fact.peer_asn)) {
        lg_note(j->t, "sessions with neighbours that have no address");
        s->open = false;
    }
    return 1;
}

int junos_peer_line(struct junos *j, struct err *e)
{
    struct slice line = slice_trim(j->t->line), rest, word;
    struct junos_session *s = &j->session;

    (void)e;
    if (!s->open || slice_starts(line, "Description: "))
        return 1; /* may say anything */
    if (lg_after(line, "Routing-Instance: ", &rest) && !slice_eq(lg_first(rest), "master"))
        lg_keep(s->table, lg_first(rest));
    if (slice_starts(line, "Type: ") && lg_after(line, "State: ", &rest))
        lg_session_state(&s->fact, lg_first(rest));
    if (slice_starts(line, "NLRI for this session: ") && lg_after(line, ": ", &rest)) {
        while (slice_word(&rest, &word))
            lg_add_family(j->t->lg, word, &s->families);
    }
    return 1;
}
