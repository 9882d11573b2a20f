/* SPDX-License-Identifier: Apache-2.0 */
/* Shared by the files of POST /rucio/sort: what is asked, where hosts are, their order. */
#ifndef RIALTO_SERVER_RUCIO_SORT_H
#define RIALTO_SERVER_RUCIO_SORT_H

#include "base/vec.h"
#include "server/resource.h"
#include "server/rucio/metrics.h"
#include "server/rucio/places.h"

#define SORT_MAX_ITEMS 10000 /* hosts, or PFNs of all files, of one request */
#define SORT_MAX_FILES 10000

/** What a name of a statement stands for. */
enum sort_name { SORT_METRIC, SORT_HOST, SORT_RSE, SORT_SITE, SORT_DOMAIN, SORT_CLASS };

/** One host with its best way to the client. */
struct sort_host {
    const char *key; /* small letters */
    const char *rse, *site, *domain;
    const struct addr *addrs;
    size_t n_addrs;
    const char *source;   /* who knew the addresses; NULL: nobody */
    bool pending;         /* the DNS is still being asked */
    struct addr src, dst; /* of the best way; none: no cost is known */
    double *value;        /* by name of the statement; NAN: unknown */
    bool classed;
    enum fact_class cls;
    enum statement_truth holds;
};

/** A host or PFN as it was written. */
struct sort_item {
    const char *text;
    size_t host;
};

/** Items in the order given, and in the order found. */
struct sort_file {
    const char *did; /* NULL: a request without files */
    size_t first, n;
};

struct sort_client {
    struct addr ip;
    const char *ip_text, *fqdn, *site; /* or NULL */
    const char *by;                    /* which of them it is */
    const struct addr *addrs;
    size_t n_addrs;
    bool pending; /* the DNS is still being asked for its name */
};

enum sort_shape { SORT_HOSTS, SORT_PFNS, SORT_FILES };

/** A request as it was read. */
struct sort_query {
    enum sort_shape shape;
    bool has_client; /* else it is who asks */
    struct sort_client client;
    struct statement *statement;
    struct {
        VEC(struct sort_host);
    } hosts;
    struct {
        VEC(struct sort_item);
    } items;
    struct {
        VEC(struct sort_file);
    } files;
    struct map *by_host; /* key -> index + 1 */
};

/** Why a request is refused. */
struct sort_refusal {
    int status;
    const char *field; /* or NULL */
    char message[504];
};

/**
 * Reads the body; `otherwise` is the statement where it has none. 0 with `no->status` 0, or
 * set; a negative code for want of memory.
 */
int sort_read(const struct request *q, const char *otherwise, struct sort_query *out,
              struct sort_refusal *no, struct err *e);
void sort_query_free(struct sort_query *q);

/** Sets a refusal; returns 0. */
int sort_refuse(struct sort_refusal *no, int status, const char *field, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));

/** Finds the addresses of all hosts and of the client. */
int sort_locate(const struct view *v, const struct request *q, struct sort_query *s,
                struct sort_refusal *no, struct err *e);

/** A statement tied to what its names stand for. */
struct sort_plan {
    enum sort_name names[STATEMENT_MAX_NAMES];
    struct metric metrics[STATEMENT_MAX_NAMES]; /* of the same index */
};

int sort_bind(const struct view *v, struct statement *s, struct sort_plan *out,
              struct sort_refusal *no, struct err *e);

/** Computes every host's values on its best way. */
int sort_evaluate(const struct view *v, const struct request *q, const struct sort_plan *plan,
                  struct sort_query *s, struct err *e);

/** Where a host stands. */
enum sort_rank { SORT_GOOD, SORT_EXCLUDED, SORT_UNKNOWN };

enum sort_rank sort_rank(const struct sort_query *s, const struct sort_host *host);

/** Puts the items of a file in order; `order` (room for its n) becomes their indices. */
void sort_order(const struct sort_query *s, const struct sort_file *file, size_t *order);

#endif
