/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the parsers of perfSONAR's documents share: where facts go, whose address is known,
 * what is told of parts that say nothing.
 *
 *   pscheduler, opensearch, esmond ──▶ struct ps_run + result ──▶ ps_result() ──▶ facts
 *   psconfig, sls ──▶ hosts ──▶ facts, and struct ps_hosts
 *
 * Units are converted here and nowhere else: milliseconds, seconds and ISO 8601 durations
 * become microseconds, bits per second bytes per second, shares per cent (RFC 9439).
 */
#ifndef RIALTO_AGENTS_PS_H
#define RIALTO_AGENTS_PS_H

#include "agents/agent.h"
#include "base/map.h"
#include "wire/jnode.h"
#include "wire/jsniff.h"

#define PS_MAX_TTL        255
#define PS_MAX_RESPONDERS 64      /* of one TTL */
#define PS_MAX_PATHS      256     /* of one trace */
#define PS_MAX_BINS       1000000 /* of one histogram */
#define PS_MAX_COUNT      INT64_C(1000000000000)
#define PS_MAX_STRING     ((size_t)16 << 20) /* of one string: output of tools is inside */
#define PS_MAX_TOLD       1000 /* remarks of a reading; further ones are counted */
#define PS_SCRATCH        ((size_t)256 << 20)

/* --- names of hosts --- */

/** Which addresses names have, as configuration, meshes and records say. Thread-safe. */
struct ps_hosts;

/** An empty table, NULL without memory. */
struct ps_hosts *ps_hosts_new(void);
void ps_hosts_free(struct ps_hosts **h);

#define PS_MAX_ADDRS 16 /* of one name, as one configuration or document has it */

/** Adds an address that a name (any case) has by configuration; 0, ERR_NOMEM or ERR_LIMIT. */
int ps_hosts_add(struct ps_hosts *h, struct slice name, const struct addr *a);

struct ps_named {
    const char *name;
    const struct addr *addrs;
    size_t n_addrs;
    bool dropped; /* set: not all addresses were taken */
};

/** What a scope says of names, instead of all that it said before; 0 or ERR_NOMEM. */
int ps_hosts_replace(struct ps_hosts *h, const char *scope, struct ps_named *v, size_t n);

/** Forgets what was said by scopes that begin so and are no keys of `kept`; 0 or ERR_NOMEM. */
int ps_hosts_keep(struct ps_hosts *h, const char *beginning, const struct map *kept);

/** What is known by now, as a number: another one when names or addresses have changed. */
uint64_t ps_hosts_state(struct ps_hosts *h);

/** The address of that family (0: any) of a name, when there is exactly one; else false. */
bool ps_hosts_find(struct ps_hosts *h, struct slice name, int family, struct addr *out);

/* --- a reading --- */

struct ps {
    struct batch_sink *sink; /* a batch is open */
    struct arena *arena;     /* scratch, rewound per document */
    struct arena *keep;      /* what is kept from document to document */
    struct ps_book *book;    /* hosts gathered so far; NULL: none */
    struct ps_hosts *hosts;  /* names that have addresses; NULL: none are known */
    const char *scope;       /* whose names are learnt; NULL: none are */
    const struct agent *agent;
    bool both_ends;    /* results are only stated when both addresses are known */
    int64_t now;       /* records that expired before are left out; FACT_NONE: all stay */
    const char *where; /* the document being read, for remarks */
    size_t n_facts, n_told;
    size_t n_unplaced; /* results with an end whose name has no address by now */
    size_t n_wrong;    /* parts that were not as they should be */
    int64_t oldest;    /* results that ended by then are passed over; FACT_NONE: none are */
    int64_t last;      /* latest time of what is stated; FACT_NONE: none */
    bool partial;      /* the answer says that it is not whole */
    struct err why;    /* of the first part that said nothing */
    char told[300];    /* the last remark; an equal one is counted */
    size_t again;
};

/** Passes over a part that is understood but states nothing. */
void ps_skip(struct ps *ps, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/** Passes over a part that is not as it should be. */
void ps_wrong(struct ps *ps, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/** At the end of a reading: tells of the remarks that were only counted. */
void ps_tell_rest(struct ps *ps);

/** Stages a fact. */
int ps_put(struct ps *ps, enum fact_kind kind, const void *fact, struct err *e);

/** ps->where = formatted text of limited length in the arena. */
int ps_at(struct ps *ps, struct err *e, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

/** Limits of a reader for such documents; several may follow one another. */
void ps_json_limits(struct jread_limits *l);

/** Keys whose values are never kept: large, or not to be known. */
extern const char *const ps_without[];

/** Reads one document or element; it lives until the visitor returns. */
typedef int ps_visit(struct ps *ps, const struct jnode *doc, struct err *e);

/** Visits every document of the input, and every element of those that are arrays. */
int ps_each(struct ps *ps, struct jread *r, ps_visit *visit, struct err *e);

/** Visits the elements of the array that follows. */
int ps_elements(struct ps *ps, struct jread *r, ps_visit *visit, struct err *e);

/* --- texts --- */

/** An ISO 8601 duration as microseconds; months and years have no length: false. */
bool ps_duration(struct slice s, double *us);

/** An address, perhaps in brackets or with a port. */
bool ps_address(struct slice s, struct addr *out);

/** RFC 3339 time, else FACT_NONE. */
int64_t ps_time(const struct jnode *n);

/* --- results --- */

/** One end of a test, as the document names it. */
struct ps_end {
    struct slice name; /* empty: not named */
    struct addr addr;  /* not set: not known */
};

/** What is known of a run besides its result. */
struct ps_run {
    struct slice type; /* "trace"; empty: told by the result */
    struct ps_end source, destination;
    int family; /* 4, 6; 0: unknown */
    int64_t start, end;
    const char *tool;  /* NULL: unknown */
    bool seconds;      /* numbers of a round trip are seconds (OpenSearch), not durations */
    int64_t first_ttl; /* of a trace; 0: not told, 1 */
};

/** Takes source, destination, family and first TTL of a test from its specification and
 * participants. */
void ps_ends(struct ps_run *run, const struct jnode *spec, const struct jnode *participants);

/** Completes a run from its start and a length in microseconds (NAN: unknown). */
void ps_run_length(struct ps_run *run, double us);

/** The kind of a result by its own members: "trace", "rtt", "latency", "throughput", or NULL.
 */
const char *ps_result_kind(const struct jnode *result);

/** States the result of a run, or tells why not. */
int ps_result(struct ps *ps, const struct ps_run *run, const struct jnode *result,
              struct err *e);

/** Resolves the ends of a run. false: told why the result can't be stated, or is too old. */
bool ps_settle(struct ps *ps, struct ps_run *run);

/** Stages a fact about a run; ps->last knows the run's time then. */
int ps_put_result(struct ps *ps, const struct ps_run *run, enum fact_kind kind,
                  const void *fact, struct err *e);

/** A measured value; NAN and negative ones are not stated. samples: FACT_NONE, clock_error:
 * NAN for unknown. */
struct ps_value {
    const char *metric, *statistic;
    double value;
    int64_t samples;
    double clock_error;
};
int ps_measured(struct ps *ps, const struct ps_run *run, const struct ps_value *v,
                struct err *e);

/** A share lost (0 to 1) as lossrate. */
int ps_lost(struct ps *ps, const struct ps_run *run, double share, int64_t sent, struct err *e);

/* --- statistics --- */

struct ps_bin {
    double value; /* microseconds */
    int64_t count;
};

struct ps_bins {
    struct ps_bin *v;
    size_t n, cap;
    int64_t total;
};

struct ps_summary {
    double min, max, mean, median, stddev, p25, p75, p95, p99; /* NAN: unknown */
    int64_t n;
    double clock_error; /* microseconds; NAN: unknown */
};

void ps_summary_none(struct ps_summary *s);

/** Adds a value seen `count` times; a code when there are too many. */
int ps_bins_add(struct ps *ps, struct ps_bins *b, struct ps_bin bin, struct err *e);

/** Exact statistics of all values, percentiles as RFC 2330 section 11.3 has them. */
void ps_bins_summary(struct ps_bins *b, struct ps_summary *out);

/** {"31.94": 2}: values in milliseconds. 1 read, 0 told to be wrong, or a code. */
int ps_bins_histogram(struct ps *ps, const struct jnode *h, struct ps_bins *out, struct err *e);

/** Delays of one way or there and back, "delay-ow" or "delay-rt". */
int ps_delays(struct ps *ps, const struct ps_run *run, const char *metric,
              const struct ps_summary *s, struct err *e);

/* --- traces --- */

struct ps_hops {
    struct hop hop[PS_MAX_TTL + 1];
    size_t cap[PS_MAX_TTL + 1];
};

struct ps_probe {
    int64_t ttl;
    struct addr addr; /* not set: no answer */
    double rtt;       /* milliseconds; NAN: unknown */
    int64_t asn;      /* FACT_NONE: unknown */
    const char *note; /* NULL: none */
};

/** One probe of a trace; a code when there are too many responders. */
int ps_probe(struct ps *ps, struct ps_hops *h, const struct ps_probe *p, struct err *e);

/** States the hops as an observed path. */
int ps_path(struct ps *ps, const struct ps_run *run, struct ps_hops *h, struct err *e);

/** Paths as pScheduler has them: [[{"ip", "rtt", "as", "error"}, ...], ...]. */
int ps_paths(struct ps *ps, const struct ps_run *run, const struct jnode *paths, struct err *e);

/* --- documents --- */

/** How a dialect's documents are read; agent_dialect.parser points at one. */
struct ps_form {
    int (*parse)(struct ps *ps, struct jread *r, struct err *e);
};

/** Sets up a reading; ps_done() ends it. ERR_NOMEM. */
int ps_init(struct ps *ps, const struct agent *a, struct batch_sink *sink, struct err *e);

/** Reads all of a text in the form of a dialect into the open batch. ERR_NOENT: it says
 * nothing; ERR_SCHEMA: nothing of it could be used; both with the first reason. */
int ps_parse(struct ps *ps, const struct ps_form *form, struct slice text, struct err *e);

/** agent_dialect.read for all dialects. */
int ps_read_file(struct agent *a, const struct agent_file *f, struct batch_sink *sink,
                 struct err *e);

extern const struct agent_dialect ps_dialect_pscheduler, ps_dialect_opensearch,
    ps_dialect_esmond, ps_dialect_psconfig, ps_dialect_sls;

/** All dialects, NULL-terminated. */
extern const struct agent_dialect *const ps_dialects[];

extern const struct ps_form ps_form_pscheduler, ps_form_opensearch, ps_form_esmond;

/** A run of pScheduler whose document does not say what was tested: the task tells. */
int ps_run_of_task(struct ps *ps, const struct jnode *task, const struct jnode *run,
                   struct err *e);

/** One hit of OpenSearch, and all of an answer (or of documents). */
int ps_opensearch_hit(struct ps *ps, const struct jnode *hit, struct err *e);
int ps_opensearch_parse(struct ps *ps, struct jread *r, ps_visit *visit, struct err *e);

/** Points of "time-error-estimates", in the order of time. */
struct ps_clock_errors {
    struct ps_clock_error *v;
    size_t n;
};

/** Takes them from what an archive answered; in the arena. */
int ps_esmond_clock_errors(const struct jnode *points, struct arena *a,
                           struct ps_clock_errors *out, struct err *e);

/** One point of esmond's data: {"ts", "val"} of an event type. */
struct ps_series {
    struct slice event; /* "histogram-owdelay" */
    bool statistics;    /* val is a summary of a histogram, not the histogram */
    double window;      /* seconds a point stands for; NAN: unknown */
    struct ps_clock_errors clock_errors;
};
int ps_esmond_point(struct ps *ps, const struct ps_run *run, const struct ps_series *s,
                    const struct jnode *point, struct err *e);

/** Source, destination and tool of a metadata object of esmond. */
void ps_esmond_run(const struct jnode *metadata, struct ps_run *out);

/* --- hosts that documents tell of --- */

#define PS_MAX_NAMES 32 /* names, and addresses, of one host */

struct ps_host {
    const char *name;
    const char *names[PS_MAX_NAMES]; /* in DNS */
    size_t n_names;
    struct addr addrs[PS_MAX_NAMES];
    size_t n_addrs;
    const char *site, *platform;
    bool node;  /* a machine: also stated as a node */
    bool learn; /* its names have its addresses: results are placed by them */
};

/** The host of that name, perhaps a new one; NULL without memory. */
struct ps_host *ps_host(struct ps *ps, struct slice name, struct err *e);

/** Adds a name or an address, whatever the text is. */
int ps_host_add(struct ps *ps, struct ps_host *h, struct slice text, struct err *e);

/** A copy that lives as long as the reading; NULL without memory. */
const char *ps_keep(struct ps *ps, struct slice s, struct err *e);

/** States all hosts as endpoints and nodes. */
int ps_hosts_put(struct ps *ps, struct err *e);

/** Frees what ps_host() made. */
void ps_done(struct ps *ps);

#endif
