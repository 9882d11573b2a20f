/* SPDX-License-Identifier: Apache-2.0 */
#include "server/rucio/settings.h"

#include <ctype.h>
#include <math.h>
#include <string.h>

#define MAX_PENALTY 1000

static const char *const types[] = {"cost-map", "endpoint-cost", "path-vector", NULL};
static const char *const properties[] = {"as_path", "next_hop", "max-reservable-bandwidth",
                                         NULL};
static const char *const modes[] = {"numerical", NULL};
static const char *const better_choices[] = {"less", "more", NULL};
static const char *const missing_choices[] = {"refuse", "farthest", NULL};

#define TRANSFORMER_HELP                                                                       \
    "Steps from the value to a number, as \"tolist | len\": tolist, len, number, abs, neg, "   \
    "round, floor, ceil, and with a number add, sub, mul, div, min, max."

static const struct conf_item metric_items[] = {
    {.name = "resource_type",
     .type = CONF_ENUM,
     .required = true,
     .choices = types,
     .help = "What the metric is made of."},
    {.name = "resource_id",
     .type = CONF_STRING,
     .help = "Resource of this server; default: that of the map of all domains."},
    {.name = "dependent_network_map",
     .type = CONF_STRING,
     .help = "cost-map: resource id of the network map that it has to depend on."},
    {.name = "cost_metric",
     .type = CONF_STRING,
     .help =
         "cost-map and endpoint-cost; default: the metric of the resource, or routingcost."},
    {.name = "cost_mode",
     .type = CONF_ENUM,
     .choices = modes,
     .help = "Costs are always numerical."},
    {.name = "prop_name",
     .type = CONF_ENUM,
     .choices = properties,
     .help = "path-vector: property of the elements; also prop-name."},
    {.name = "prop-name",
     .type = CONF_ENUM,
     .choices = properties,
     .help = "The same as prop_name."},
    {.name = "prop_transformer", .type = CONF_STRING, .help = TRANSFORMER_HELP},
    {.name = "cost_transformer",
     .type = CONF_STRING,
     .help = "The same for costs, as \"div 1000\"."},
    {.name = "aggr_transformer",
     .type = CONF_ENUM,
     .choices = transform_folds,
     .help = "path-vector: how the elements' values make that of the path; default: sum."},
    {.name = "aggr_transfomer",
     .type = CONF_ENUM,
     .choices = transform_folds,
     .help = "The same as aggr_transformer, as it was published first."},
    {.name = "better",
     .type = CONF_ENUM,
     .choices = better_choices,
     .help = "What is nearer where distances are made of it; default: more bandwidth, less of "
             "all else, as far as the transformers tell."},
    {.name = "unit",
     .type = CONF_STRING,
     .help = "Unit of the result: numbers in statements are converted to it."},
    {.name = "missing",
     .type = CONF_REAL,
     .help = "Value where nothing is known; default: the host is unknown and comes last."},
    {0},
};

static const struct conf_item host_items[] = {
    {.name = "host", .type = CONF_STRING, .required = true, .help = "Name of the host."},
    {.name = "addresses",
     .type = CONF_LIST,
     .element = CONF_STRING,
     .required = true,
     .help = "Its addresses."},
    {0},
};

static const struct conf_item rse_items[] = {
    {.name = "rse", .type = CONF_STRING, .required = true, .help = "Its name in Rucio."},
    {.name = "hosts",
     .type = CONF_LIST,
     .element = CONF_STRING,
     .required = true,
     .help = "Its hosts, known by `hosts`, facts or CRIC."},
    {0},
};

const struct conf_item rucio_items[] = {
    {.name = "metrics",
     .type = CONF_DICT,
     .items = metric_items,
     .help = "Metrics of statements, by name. Cost metrics of the map are known without."},
    {.name = "statement",
     .type = CONF_STRING,
     .def = "BY routingcost",
     .help = "How replicas are sorted where a request does not say."},
    {.name = "hosts",
     .type = CONF_MAPS,
     .items = host_items,
     .help = "Addresses of hosts; count before CRIC, facts and DNS."},
    {.name = "rses",
     .type = CONF_MAPS,
     .items = rse_items,
     .help = "Storage elements that the facts don't name."},
    {.name = "cric", .type = CONF_PATH, .help = "CRIC's list of sites, JSON."},
    {.name = "sites",
     .type = CONF_LIST,
     .element = CONF_STRING,
     .help = "Sites to be exported; default: all that are known."},
    {.name = "metric",
     .type = CONF_STRING,
     .def = "routingcost",
     .help = "The metric that distances are made of."},
    {.name = "missing",
     .type = CONF_ENUM,
     .def = "refuse",
     .choices = missing_choices,
     .help = "An unknown distance: refuse (no table at all), or farthest."},
    {.name = "hop_penalty",
     .type = CONF_INT,
     .def = "10",
     .min = 1,
     .max = MAX_PENALTY,
     .help = "Rucio's own; distances of RSEs stay below it plus twice the smallest."},
    {.name = "max_age",
     .type = CONF_DURATION,
     .def = "5m",
     .min = 1000000,
     .max = 86400000000,
     .help = "How long clients may keep an order."},
    {.name = "dns",
     .type = CONF_BOOL,
     .def = "true",
     .help = "Ask the DNS for hosts that nobody else knows."},
    {.name = "dns_wait",
     .type = CONF_DURATION,
     .def = "20ms",
     .min = 0,
     .max = 5000000,
     .help = "How long a request waits for the DNS; what comes later is there the next time."},
    {.name = "dns_keep",
     .type = CONF_DURATION,
     .def = "5m",
     .min = 1000000,
     .max = 86400000000,
     .help = "How long the answers of the DNS are kept."},
    {0},
};

static int nomem(struct err *e)
{
    return err_set(e, ERR_NOMEM, "no memory for the configuration");
}

char *rucio_host_key(struct slice host, struct arena *a)
{
    while (host.n > 0 && host.p[host.n - 1] == '.')
        host.n--;
    char *key = arena_strndup(a, host.n ? host.p : "", host.n);
    for (char *c = key; c && *c; c++)
        *c = (char)tolower((unsigned char)*c);
    return key;
}

/* --- metrics --- */

static size_t choice(const char *const *list, const char *name)
{
    size_t i = 0;
    while (strcmp(list[i], name) != 0)
        i++; /* the table of choices was checked */
    return i;
}

/* A key with two spellings: the one that is there; both are too many. */
static int either(const struct conf *c, const char *a, const char *b, const char **out,
                  struct err *e)
{
    if (conf_has(c, a) && conf_has(c, b))
        return conf_err(conf_get(c, b), e, "%s: stands there as %s already", b, a);
    *out = conf_str(c, conf_has(c, b) ? b : a);
    return 0;
}

/* A pipeline: its key, what it takes, and what stands for it when the key is absent. */
struct pipeline {
    const char *key;
    enum transform_type input;
    const char *otherwise;
};

static int read_pipeline(const struct conf *c, const struct pipeline *p, struct arena *a,
                         const struct transform **out, struct err *e)
{
    const char *text = conf_str(c, p->key);
    struct transform *t;
    struct err why = {0};
    int rc = transform_parse(text ? text : p->otherwise, p->input, a, &t, &why);
    *out = t;
    if (rc == ERR_NOMEM)
        return nomem(e);
    return rc < 0 ? conf_err(text ? conf_get(c, p->key) : c, e, "%s: %s", p->key, why.msg) : 0;
}

static enum rucio_better better_of(const struct conf *c, const struct rucio_metric *m)
{
    const char *better = conf_str(c, "better");
    bool path = m->type == RUCIO_PATH_VECTOR;
    int trend = transform_trend(m->transformer);
    if (better)
        return strcmp(better, "more") == 0 ? RUCIO_MORE : RUCIO_LESS;
    if (path && m->fold == FOLD_COUNT)
        return RUCIO_LESS; /* elements on the way */
    if (trend == 0 || (path && m->fold == FOLD_PRODUCT && trend < 0))
        return RUCIO_UNTOLD;
    return trend > 0 ? RUCIO_AS_USUAL : RUCIO_TURNED;
}

static int refuse_keys(const struct conf *c, const char *const *keys, const char *type,
                       struct err *e)
{
    for (; *keys; keys++) {
        if (conf_has(c, *keys))
            return conf_err(conf_get(c, *keys), e, "%s: not for a metric of type %s", *keys,
                            type);
    }
    return 0;
}

static int read_path_metric(const struct conf *c, struct arena *a, struct rucio_metric *out,
                            struct err *e)
{
    static const char *const not_here[] = {"dependent_network_map", "cost_metric", "cost_mode",
                                           "cost_transformer", NULL};
    const char *property = NULL, *fold = NULL;
    int rc = refuse_keys(c, not_here, types[out->type], e);
    if (rc == 0)
        rc = either(c, "prop_name", "prop-name", &property, e);
    if (rc == 0 && !property)
        rc = conf_err(c, e, "prop_name: is missing (as_path, for instance)");
    if (rc == 0)
        rc = either(c, "aggr_transformer", "aggr_transfomer", &fold, e);
    if (rc < 0)
        return rc;
    out->property = (enum rucio_property)choice(properties, property);
    out->fold = fold ? (enum transform_fold)choice(transform_folds, fold) : FOLD_SUM;
    bool number = out->property == RUCIO_BANDWIDTH;
    const struct pipeline pipeline = {"prop_transformer",
                                      number ? TRANSFORM_NUMBER : TRANSFORM_TEXT,
                                      number ? "" : "tolist | len"};
    return read_pipeline(c, &pipeline, a, &out->transformer, e);
}

static int read_cost_metric(const struct conf *c, struct arena *a, struct rucio_metric *out,
                            struct err *e)
{
    static const char *const not_here[] = {"prop_name",        "prop-name",
                                           "prop_transformer", "aggr_transformer",
                                           "aggr_transfomer",  NULL};
    static const struct pipeline pipeline = {"cost_transformer", TRANSFORM_NUMBER, ""};
    int rc = refuse_keys(c, not_here, types[out->type], e);
    out->cost_metric = conf_str(c, "cost_metric");
    out->map_id = conf_str(c, "dependent_network_map");
    if (rc == 0 && out->map_id && out->type != RUCIO_COST_MAP)
        rc = conf_err(conf_get(c, "dependent_network_map"), e,
                      "dependent_network_map: only for a metric of type cost-map");
    return rc == 0 ? read_pipeline(c, &pipeline, a, &out->transformer, e) : rc;
}

/* What a statement can name: a name in its language, and none of its words. */
static bool is_metric_name(const char *name)
{
    struct arena *a = arena_new(0);
    struct statement *s = a ? ARENA_NEW(a, struct statement) : NULL;
    bool ok = s && statement_add_key(s, name, false, a, NULL) == 0;
    arena_free(&a);
    return ok;
}

static int read_metric(const struct conf *c, const char *name, struct arena *a,
                       struct rucio_metric *out, struct err *e)
{
    *out = (struct rucio_metric){.name = name, .missing = conf_real(c, "missing")};
    if (!is_metric_name(name))
        return conf_err(c, e,
                        "metrics: '%s' can't be named in a statement (letters, digits and "
                        "_-.: behind a letter, and none of its words)",
                        name);
    out->type = (enum rucio_resource)choice(types, conf_str(c, "resource_type"));
    out->resource_id = conf_str(c, "resource_id");
    out->unit = conf_str(c, "unit") ? conf_str(c, "unit") : "";
    int rc = out->type == RUCIO_PATH_VECTOR ? read_path_metric(c, a, out, e)
                                            : read_cost_metric(c, a, out, e);
    if (rc == 0)
        out->better = better_of(c, out);
    return rc;
}

static int read_metrics(const struct conf *dict, struct arena *a, struct rucio_settings *s,
                        struct err *e)
{
    int rc = 0;
    s->metrics = ARENA_ARRAY(a, conf_count(dict) + 1, struct rucio_metric);
    if (!s->metrics)
        return nomem(e);
    for (; rc == 0 && s->n_metrics < conf_count(dict); s->n_metrics++)
        rc = read_metric(conf_at(dict, s->n_metrics), conf_key(dict, s->n_metrics), a,
                         &s->metrics[s->n_metrics], e);
    return rc;
}

/* --- the rest --- */

static int read_host(const struct conf *c, struct arena *a, struct rucio_names *out,
                     struct err *e)
{
    const struct conf *list = conf_get(c, "addresses");
    out->name = rucio_host_key(slice_of(conf_str(c, "host")), a);
    out->addrs = ARENA_ARRAY(a, conf_count(list) + 1, struct addr);
    if (!out->name || !out->addrs)
        return nomem(e);
    for (; out->n < conf_count(list); out->n++) {
        const char *text = conf_text(conf_at(list, out->n));
        if (!addr_parse(slice_of(text), &out->addrs[out->n]))
            return conf_err(conf_at(list, out->n), e, "addresses: '%s' is not an IP address",
                            text);
    }
    return out->n > 0 ? 0 : conf_err(c, e, "addresses: at least one is needed");
}

static int read_hosts(const struct conf *list, struct arena *a, struct rucio_settings *s,
                      struct err *e)
{
    int rc = 0;
    s->hosts = ARENA_ARRAY(a, conf_count(list) + 1, struct rucio_names);
    if (!s->hosts)
        return nomem(e);
    for (; rc == 0 && s->n_hosts < conf_count(list); s->n_hosts++) {
        const struct conf *at = conf_at(list, s->n_hosts);
        rc = read_host(at, a, &s->hosts[s->n_hosts], e);
        for (size_t i = 0; rc == 0 && i < s->n_hosts; i++) {
            if (strcmp(s->hosts[i].name, s->hosts[s->n_hosts].name) == 0)
                rc = conf_err(at, e, "hosts: '%s' stands there twice", s->hosts[i].name);
        }
    }
    return rc;
}

static int read_rse(const struct conf *c, struct arena *a, struct rucio_rse *out, struct err *e)
{
    const struct conf *list = conf_get(c, "hosts");
    out->name = conf_str(c, "rse");
    out->hosts = ARENA_ARRAY(a, conf_count(list) + 1, const char *);
    if (!out->hosts)
        return nomem(e);
    for (; out->n_hosts < conf_count(list); out->n_hosts++) {
        const char *host = conf_text(conf_at(list, out->n_hosts));
        out->hosts[out->n_hosts] = rucio_host_key(slice_of(host), a);
        if (!out->hosts[out->n_hosts])
            return nomem(e);
    }
    return 0;
}

static int read_rses(const struct conf *list, struct arena *a, struct rucio_settings *s,
                     struct err *e)
{
    int rc = 0;
    s->rses = ARENA_ARRAY(a, conf_count(list) + 1, struct rucio_rse);
    if (!s->rses)
        return nomem(e);
    for (; rc == 0 && s->n_rses < conf_count(list); s->n_rses++)
        rc = read_rse(conf_at(list, s->n_rses), a, &s->rses[s->n_rses], e);
    return rc;
}

static int read_sites(const struct conf *list, struct arena *a, struct rucio_settings *s,
                      struct err *e)
{
    s->n_sites = conf_count(list);
    s->sites = ARENA_ARRAY(a, s->n_sites + 1, const char *);
    if (!s->sites)
        return nomem(e);
    for (size_t i = 0; i < s->n_sites; i++)
        s->sites[i] = conf_text(conf_at(list, i));
    return 0;
}

static int check_statement(const struct conf *c, struct rucio_settings *s, struct arena *a,
                           struct err *e)
{
    struct arena_mark here = arena_mark(a);
    struct statement *statement;
    struct err why = {0};
    s->statement = conf_str(c, "statement");
    int rc = statement_parse(slice_of(s->statement), a, &statement, &why);
    arena_rewind(a, here);
    return rc < 0 ? conf_err(conf_get(c, "statement"), e, "statement: %s", why.msg) : 0;
}

static int read_cric(const struct conf *c, struct rucio_settings *s, struct arena *a,
                     struct err *e)
{
    struct err why = {0};
    if (!conf_has(c, "cric"))
        return 0;
    int rc = rucio_cric_load(conf_str(c, "cric"), s, a, &why);
    return rc < 0 ? conf_err(conf_get(c, "cric"), e, "cric: %s", why.msg) : 0;
}

/* Tables have to know what is nearer. */
static int check_metric(const struct conf *c, const struct rucio_settings *s, struct err *e)
{
    for (size_t i = 0; i < s->n_metrics; i++) {
        if (strcmp(s->metrics[i].name, s->metric) == 0 && s->metrics[i].better == RUCIO_UNTOLD)
            return conf_err(conf_get(c, "metric"), e,
                            "metric: more or less of '%s' may be better: its key `better` is "
                            "to say",
                            s->metric);
    }
    return 0;
}

static int read_all(const struct conf *c, struct rucio_settings *s, struct arena *a,
                    struct err *e)
{
    s->metric = conf_str(c, "metric");
    s->farthest = strcmp(conf_str(c, "missing"), "farthest") == 0;
    s->hop_penalty = conf_int(c, "hop_penalty");
    s->max_age = conf_int(c, "max_age");
    s->dns = conf_bool(c, "dns");
    s->dns_wait = conf_int(c, "dns_wait");
    s->dns_keep = conf_int(c, "dns_keep");
    int rc = read_metrics(conf_get(c, "metrics"), a, s, e);
    if (rc == 0)
        rc = check_metric(c, s, e);
    if (rc == 0)
        rc = check_statement(c, s, a, e);
    if (rc == 0)
        rc = read_hosts(conf_get(c, "hosts"), a, s, e);
    if (rc == 0)
        rc = read_rses(conf_get(c, "rses"), a, s, e);
    if (rc == 0)
        rc = read_sites(conf_get(c, "sites"), a, s, e);
    return rc == 0 ? read_cric(c, s, a, e) : rc;
}

int rucio_settings_read(const struct conf *rucio, struct arena *a,
                        const struct rucio_settings **out, struct err *e)
{
    static const struct conf_input empty = {"rucio", "{}", 2};
    struct rucio_settings *s = ARENA_NEW(a, struct rucio_settings);
    *out = s;
    if (!s)
        return nomem(e);
    int rc = rucio ? 0 : conf_parse(&empty, rucio_items, a, &rucio, e);
    return rc == 0 ? read_all(rucio, s, a, e) : rc;
}
