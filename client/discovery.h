/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Parts of discovery: the names to ask for (RFC 8686 section 3), what U-NAPTR records say (RFC
 * 4848), and who asks the DNS. Never installed.
 */
#ifndef RIALTO_CLIENT_DISCOVERY_H
#define RIALTO_CLIENT_DISCOVERY_H

#include "client/private.h"

#define DISCOVERY_NAME    256 /* room for a domain name as text */
#define DISCOVERY_NAMES   6   /* names asked for one address or prefix */
#define DISCOVERY_RECORDS 64  /* records of one name that are looked at */
#define DISCOVERY_URI     1024

/** A NAPTR record (RFC 3403 section 4.1). */
struct naptr {
    uint16_t order, preference;
    char flags[8], service[256], regexp[DISCOVERY_URI + 16];
};

/** Answer of the DNS to a question for NAPTR records. */
struct naptr_answer {
    struct naptr records[DISCOVERY_RECORDS];
    size_t n;
    bool temporary; /* no answer, or the name server failed */
};

/** Asks for the records of a name; *a is filled whatever happens. */
typedef void naptr_lookup(void *payload, const char *name, struct naptr_answer *a);

/** Who is asked. */
struct naptr_source {
    naptr_lookup *lookup;
    void *payload;
};

/** Names to ask for, in order: "3.100.51.198.IN-ADDR.ARPA." */
struct discovery_names {
    char v[DISCOVERY_NAMES][DISCOVERY_NAME];
    size_t n;
};

/** The names for a prefix; false: shorter than RFC 8686 supports (IPv4 /8, IPv6 /32). */
bool discovery_names_of(const struct prefix *p, struct discovery_names *out);

/**
 * The URI that a record gives for a service, into `uri` (DISCOVERY_URI bytes); false: the
 * record is of another service or kind, or not of the form "!.*!URI!" (RFC 4848 section 2.2).
 */
bool naptr_uri(const struct naptr *r, const char *service, char *uri);

/** rialto_discover() with another way to ask the DNS. */
int discovery_run(const char *what, const struct rialto_discovery_options *o,
                  const struct naptr_source *source, struct rialto_discovery **out,
                  struct rialto_error *e);

/* ---- dns.c: the only user of the resolver's library */

struct dns;

/** Readies the resolver. RIALTO_E_ARGUMENT: the name server is no address. */
int dns_open(struct dns **out, const struct rialto_discovery_options *o,
             struct rialto_error *e);

/** A naptr_lookup; the payload is a struct dns. */
naptr_lookup dns_lookup;

/** Reads the NAPTR records of a DNS message (at most 65,535 bytes); what is malformed is passed
 * over. */
void dns_parse(const unsigned char *p, size_t n, struct naptr_answer *a);

/** The i-th search domain of the system, or NULL. */
const char *dns_search_domain(const struct dns *d, size_t i);

/** Frees and nulls the pointer. NULL is allowed. */
void dns_close(struct dns **d);

#endif
