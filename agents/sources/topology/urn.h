/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Names of the OGF (GFD.202): urn:ogf:network:ORGANISATION:DATE:LOCAL. What is local is the
 * organisation's own affair; OSCARS writes NODE:PORT:LABEL[:in|:out] behind an empty name of
 * the topology:
 *
 *     urn:ogf:network:es.net:2013::chic-cr5:3_2_1:+:in
 */
#ifndef RIALTO_AGENTS_TOPOLOGY_URN_H
#define RIALTO_AGENTS_TOPOLOGY_URN_H

#include "agents/sources/topology/model.h"

struct topo_urn {
    const char *organisation; /* "es.net" */
    const char *local;        /* all behind the date; "" when there is nothing */
    const char *node, *port;  /* where it has OSCARS' form; else NULL */
    const char *label;        /* "+": none */
};

/** Takes a name apart; false when it is none, or without memory. Texts are in the arena. */
bool topo_urn_read(struct topo *t, const char *text, struct topo_urn *out);

/** "NODE:PORT:LABEL[:in|:out]" in parts; false when it has another form. */
bool topo_urn_local(struct topo *t, const char *text, struct topo_urn *out);

#endif
