/* SPDX-License-Identifier: Apache-2.0 */
/* NAPTR records by the system's resolver: its name servers, its search domains, DNSSEC as it is
 * set up there. One query is sent to one server once: who fails is not asked again at once. */
#include <netinet/in.h>
#include <resolv.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "client/discovery.h"

#include <arpa/nameser.h>
#include <netdb.h>

#define ANSWER_ROOM 65535

struct dns {
    struct __res_state state;
    unsigned char answer[ANSWER_ROOM];
};

/* "192.0.2.53", "192.0.2.53:5353" */
static bool parse_server(const char *text, struct sockaddr_in *out)
{
    struct slice rest = slice_of(text), host;
    struct addr a;
    uint64_t port = 53;

    slice_split(&rest, ':', &host);
    if (!addr_parse(host, &a) || a.family != 4)
        return false;
    if (strchr(text, ':') != NULL && (!slice_u64(rest, 65535, &port) || port == 0))
        return false;
    memset(out, 0, sizeof(*out));
    out->sin_family = AF_INET;
    out->sin_port = htons((uint16_t)port);
    memcpy(&out->sin_addr, a.b, 4);
    return true;
}

int dns_open(struct dns **out, const struct rialto_discovery_options *o, struct rialto_error *e)
{
    struct dns *d = calloc(1, sizeof(*d));
    struct sockaddr_in server;

    *out = NULL;
    if (!d)
        return error_nomem(e);
    if (o->nameserver && !parse_server(o->nameserver, &server)) {
        free(d);
        return error_set(e, RIALTO_E_ARGUMENT,
                         "name server %s: not an IPv4 ADDRESS or ADDRESS:PORT", o->nameserver);
    }
    if (res_ninit(&d->state) != 0) {
        free(d);
        return error_set(e, RIALTO_E_UNREACHABLE, "the resolver can't be set up");
    }
    d->state.retry = 1;
    d->state.retrans = o->timeout_ms < 1000 ? 1 : o->timeout_ms / 1000;
    d->state.options |= RES_USE_EDNS0;
    if (o->nameserver) {
        d->state.nscount = 1;
        d->state.nsaddr_list[0] = server;
    }
    *out = d;
    return 0;
}

void dns_close(struct dns **d)
{
    if (*d)
        res_nclose(&(*d)->state);
    free(*d);
    *d = NULL;
}

const char *dns_search_domain(const struct dns *d, size_t i)
{
    return i < MAXDNSRCH ? d->state.dnsrch[i] : NULL;
}

/* A character string of the DNS: a length and as many bytes. Without NUL, and not too long. */
static bool take_string(const unsigned char **p, const unsigned char *end, char *out,
                        size_t room)
{
    size_t n = *p < end ? **p : 0;

    if (*p >= end || n + 1 > (size_t)(end - *p) || n + 1 > room || memchr(*p + 1, 0, n))
        return false;
    memcpy(out, *p + 1, n);
    out[n] = '\0';
    *p += n + 1;
    return true;
}

static bool parse_record(const unsigned char *p, size_t n, struct naptr *out)
{
    const unsigned char *end = p + n;

    if (n < 4)
        return false;
    out->order = (uint16_t)(p[0] << 8 | p[1]);
    out->preference = (uint16_t)(p[2] << 8 | p[3]);
    p += 4;
    return take_string(&p, end, out->flags, sizeof(out->flags)) &&
           take_string(&p, end, out->service, sizeof(out->service)) &&
           take_string(&p, end, out->regexp, sizeof(out->regexp));
}

void dns_parse(const unsigned char *p, size_t n, struct naptr_answer *a)
{
    ns_msg message;
    ns_rr rr;

    a->n = 0;
    if (ns_initparse(p, (int)n, &message) != 0)
        return;
    for (int i = 0; i < ns_msg_count(message, ns_s_an) && a->n < DISCOVERY_RECORDS; i++) {
        if (ns_parserr(&message, ns_s_an, i, &rr) != 0)
            return;
        if (ns_rr_type(rr) == ns_t_naptr &&
            parse_record(ns_rr_rdata(rr), ns_rr_rdlen(rr), &a->records[a->n]))
            a->n++;
    }
}

void dns_lookup(void *payload, const char *name, struct naptr_answer *a)
{
    struct dns *d = payload;
    int n = res_nquery(&d->state, name, ns_c_in, ns_t_naptr, d->answer, ANSWER_ROOM);

    a->n = 0;
    a->temporary =
        n < 0 && d->state.res_h_errno != HOST_NOT_FOUND && d->state.res_h_errno != NO_DATA;
    if (n > 0)
        dns_parse(d->answer, n < ANSWER_ROOM ? (size_t)n : ANSWER_ROOM, a);
}
