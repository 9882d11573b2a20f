/* SPDX-License-Identifier: Apache-2.0 */
/* From names of people to addresses: the server's endpoints first, the system's resolver last.
 */
#include <netdb.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>

#include "client/private.h"

struct rialto_addresses {
    struct {
        VEC(struct addr);
    } list;
    char (*text)[ADDR_TEXT];
};

void rialto_addresses_free(struct rialto_addresses **a)
{
    if (!*a)
        return;
    VEC_FREE(&(*a)->list);
    free((*a)->text);
    free(*a);
    *a = NULL;
}

size_t rialto_addresses_count(const struct rialto_addresses *a)
{
    return a->list.n;
}

const char *rialto_addresses_at(const struct rialto_addresses *a, size_t i)
{
    return i < a->list.n ? a->text[i] : NULL;
}

static int add(struct rialto_addresses *a, const struct addr *addr)
{
    struct addr *place;

    for (size_t i = 0; i < a->list.n; i++)
        if (addr_eq(&a->list.v[i], addr))
            return 0;
    place = VEC_PUSH(&a->list);
    if (!place)
        return RIALTO_E_NOMEM;
    *place = *addr;
    return 0;
}

static bool is_named(const struct rialto_value *v, const char *name)
{
    struct rialto_cursor c = {0};

    if (rialto_type(v) == RIALTO_TEXT)
        return strcasecmp(rialto_text(v), name) == 0;
    if (rialto_type(v) == RIALTO_ARRAY)
        while (rialto_next(v, &c))
            if (rialto_text(c.value) && strcasecmp(rialto_text(c.value), name) == 0)
                return true;
    return false;
}

/** Adds the addresses of all endpoints whose member `by` is or has the name. */
static int from_endpoints(struct rialto_addresses *a, const struct rialto_value *endpoints,
                          const char *by, const char *name)
{
    struct rialto_cursor c = {0};
    struct addr addr;
    int rc = 0;

    while (rialto_next(endpoints, &c)) {
        struct rialto_cursor address = {0};
        if (!is_named(rialto_get(c.value, by), name))
            continue;
        while (rc == 0 && rialto_next(rialto_get(c.value, "addresses"), &address))
            if (rialto_text(address.value) &&
                addr_parse(slice_of(rialto_text(address.value)), &addr))
                rc = add(a, &addr);
    }
    return rc;
}

/** Reads the server's list once. A server that refuses it, or has none, knows no names. */
static int load_endpoints(struct rialto *r, struct rialto_error *e)
{
    int rc = 0;

    if (r->endpoints_asked)
        return 0;
    rc = rialto_operator(r, "endpoints", &r->endpoints, e);
    if (rc != 0 && rc != RIALTO_E_DENIED && rc != RIALTO_E_NOT_FOUND && rc != RIALTO_E_SERVER)
        return rc;
    r->endpoints_asked = true;
    return 0;
}

static int from_system(struct rialto_addresses *a, const char *name)
{
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM}, *list = NULL;
    char text[ADDR_TEXT];
    struct addr addr;
    int rc = 0;

    if (getaddrinfo(name, NULL, &hints, &list) != 0)
        return 0;
    for (struct addrinfo *i = list; i && rc == 0; i = i->ai_next)
        if (getnameinfo(i->ai_addr, i->ai_addrlen, text, sizeof(text), NULL, 0,
                        NI_NUMERICHOST) == 0 &&
            addr_parse(slice_of(text), &addr))
            rc = add(a, &addr);
    freeaddrinfo(list);
    return rc;
}

static int find(struct rialto *r, struct rialto_addresses *a, const char *name,
                struct rialto_error *e)
{
    static const char *const members[] = {"name", "rse", "hosts", "site"};
    const struct rialto_value *endpoints;
    struct addr addr;
    int rc;

    if (addr_parse(slice_of(name), &addr))
        return add(a, &addr);
    rc = load_endpoints(r, e);
    if (rc != 0)
        return rc;
    endpoints =
        r->endpoints ? rialto_get(rialto_document_root(r->endpoints), "endpoints") : NULL;
    for (size_t i = 0; rc == 0 && a->list.n == 0 && i < 4; i++)
        rc = from_endpoints(a, endpoints, members[i], name);
    if (rc == 0 && a->list.n == 0)
        rc = from_system(a, name);
    return rc == 0 ? 0 : error_nomem(e);
}

int rialto_resolve(struct rialto *r, const char *name, struct rialto_addresses **out,
                   struct rialto_error *e)
{
    struct rialto_addresses *a = calloc(1, sizeof(*a));
    int rc = a ? find(r, a, name, e) : error_nomem(e);

    if (rc == 0 && a->list.n == 0)
        rc = error_set(e, RIALTO_E_NOT_FOUND,
                       "%s is neither an address nor a name known to the server or the system",
                       name);
    if (rc == 0) {
        a->text = calloc(a->list.n, sizeof(*a->text));
        if (!a->text)
            rc = error_nomem(e);
    }
    if (rc != 0) {
        rialto_addresses_free(&a);
    } else {
        for (size_t i = 0; i < a->list.n; i++)
            addr_format(&a->list.v[i], a->text[i]);
    }
    *out = a;
    return rc;
}
