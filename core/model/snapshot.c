/* SPDX-License-Identifier: Apache-2.0 */
#include "model/snapshot.h"

#include <assert.h>
#include <inttypes.h>
#include <string.h>

#include "base/hash.h"
#include "model/history.h"

#define HASHED 1024 /* values of a cost map that are hashed at once */

int snapshot_metric(const struct snapshot *s, const char *name)
{
    for (size_t i = 0; i < s->n_metrics; i++)
        if (strcmp(s->metrics[i].name, name) == 0)
            return (int)i;
    return -1;
}

int snapshot_pid(const struct snapshot *s, const char *name)
{
    size_t low = 0, high = s->n_pids;
    while (low < high) {
        size_t mid = low + (high - low) / 2;
        int c = strcmp(s->pids[mid].name, name);
        if (c == 0)
            return (int)mid;
        if (c < 0)
            low = mid + 1;
        else
            high = mid;
    }
    return -1;
}

/* One item per line; texts are quoted as in JSON, "-" is an absent one. */
static void print_text(struct buf *out, const char *s)
{
    buf_char(out, ' ');
    if (s == NULL)
        buf_char(out, '-');
    else
        buf_json_str(out, s);
}

static void print_whole(struct buf *out, int64_t v)
{
    if (v == FACT_NONE)
        buf_str(out, " -");
    else
        buf_printf(out, " %" PRId64, v);
}

static void print_real(struct buf *out, double v)
{
    buf_char(out, ' ');
    if (isfinite(v))
        buf_json_real(out, v);
    else
        buf_char(out, '-');
}

static void print_addr(struct buf *out, const struct addr *a)
{
    char text[ADDR_TEXT];
    buf_char(out, ' ');
    buf_str(out, addr_is_set(a) ? addr_format(a, text) : "-");
}

static void print_prefixes(struct buf *out, const struct prefix *v, size_t n)
{
    char text[PREFIX_TEXT];
    for (size_t i = 0; i < n; i++)
        buf_printf(out, " %s", prefix_format(&v[i], text));
}

/* Who says so, without when. */
static void print_origin(struct buf *out, const struct origin *o)
{
    print_text(out, o != NULL ? o->domain : NULL);
    print_text(out, o != NULL ? o->source : NULL);
    print_text(out, o != NULL ? o->scope : NULL);
}

static void print_domains(const struct snapshot *s, struct buf *out)
{
    for (size_t i = 0; i < s->n_domains; i++) {
        const struct domain *d = &s->domains[i];
        buf_str(out, "domain");
        print_text(out, d->name);
        buf_str(out, d->has_facts ? " agent as" : " - as");
        for (size_t k = 0; k < d->n_asns; k++)
            buf_printf(out, " %" PRIu32, d->asns[k]);
        buf_str(out, " prefixes");
        print_prefixes(out, d->prefixes, d->n_prefixes);
        buf_char(out, '\n');
    }
}

static void print_nodes(const struct snapshot *s, struct buf *out)
{
    for (size_t i = 0; i < s->n_nodes; i++) {
        buf_str(out, "node");
        print_text(out, s->nodes[i].domain != NULL ? s->nodes[i].domain->name : NULL);
        print_text(out, s->nodes[i].name);
        print_text(out, s->nodes[i].site);
        buf_char(out, '\n');
    }
}

static void print_link_end(const struct link_end *end, struct buf *out)
{
    const struct domain *domain = end->node != NULL ? end->node->domain : NULL;
    buf_str(out, " end");
    print_text(out, domain != NULL ? domain->name : NULL);
    print_text(out, end->node != NULL ? end->node->name : NULL);
    print_text(out, end->interface);
    print_addr(out, &end->addr4);
    print_addr(out, &end->addr6);
    print_whole(out, end->capacity);
    print_origin(out, end->capacity_from);
    print_whole(out, end->metric4);
    print_whole(out, end->metric6);
    print_real(out, end->load);
}

static void print_links(const struct snapshot *s, struct buf *out)
{
    for (size_t i = 0; i < s->n_links; i++) {
        const struct link *l = &s->links[i];
        buf_str(out, "link");
        print_text(out, l->id);
        print_text(out, l->name);
        buf_str(out, l->inter ? " inter" : " intra");
        buf_str(out, l->confirmed ? " confirmed " : " claimed ");
        buf_str(out, fact_class_name(l->cls));
        print_real(out, l->delay);
        print_link_end(&l->end[0], out);
        print_link_end(&l->end[1], out);
        buf_char(out, '\n');
    }
}

static void print_pids(const struct snapshot *s, struct buf *out)
{
    for (size_t i = 0; i < s->n_pids; i++) {
        buf_str(out, "pid");
        print_text(out, s->pids[i].name);
        print_prefixes(out, s->pids[i].prefixes, s->pids[i].n_prefixes);
        buf_char(out, '\n');
    }
}

static void print_pid_places(const struct snapshot *s, struct buf *out)
{
    for (size_t i = 0; i < s->n_pids; i++) {
        buf_str(out, "pid-of");
        print_text(out, s->pids[i].name);
        print_text(out, s->pids[i].domain);
        print_text(out, s->pids[i].site);
        buf_char(out, '\n');
    }
}

/* A row of the matrix: each known value with the first letter of its class. */
static void print_cost_row(const struct snapshot *s, const struct cost_metric *m, size_t row,
                           struct buf *out)
{
    buf_str(out, "cost");
    print_text(out, m->name);
    print_text(out, s->pids[row].name);
    for (size_t i = row * s->n_pids; i < (row + 1) * s->n_pids; i++) {
        print_real(out, m->value[i]);
        if (isfinite(m->value[i]) && m->cls != NULL)
            buf_char(out, fact_class_name(m->cls[i])[0]);
    }
    buf_char(out, '\n');
}

static void print_metrics(const struct snapshot *s, bool values, struct buf *out)
{
    static const char *const algebras[] = {"sum", "min", "loss"};
    for (size_t i = 0; i < s->n_metrics; i++) {
        const struct cost_metric *m = &s->metrics[i];
        buf_str(out, "metric");
        print_text(out, m->name);
        print_text(out, m->description);
        print_text(out, m->cost_source);
        buf_printf(out, " %s %s\n", algebras[m->algebra], m->integer ? "integer" : "real");
        for (size_t row = 0; values && row < s->n_pids; row++)
            print_cost_row(s, m, row, out);
    }
}

static void print_measured(const struct snapshot *s, struct buf *out)
{
    for (size_t i = 0; i < s->n_measured; i++) {
        const struct snap_measured *m = &s->measured[i];
        buf_str(out, "measured");
        print_text(out, m->metric);
        print_addr(out, &m->src);
        print_addr(out, &m->dst);
        print_real(out, m->value);
        buf_char(out, '\n');
    }
}

static void print_values(struct buf *out, const double *v, size_t n)
{
    for (size_t i = 0; v && i < n; i++)
        print_real(out, v[i]);
}

static void print_patterns(const struct snapshot *s, const struct snap_patterns *list,
                           struct buf *out)
{
    size_t per_day = (size_t)(HISTORY_DAY / snapshot_calendar(s).interval);
    for (size_t i = 0; i < list->n; i++) {
        const struct snap_pattern *p = &list->v[i];
        buf_str(out, "pattern");
        print_text(out, p->metric);
        if (addr_is_set(&p->src)) {
            print_addr(out, &p->src);
            print_addr(out, &p->dst);
        } else {
            print_text(out, s->pids[p->src_pid].name);
            print_text(out, s->pids[p->dst_pid].name);
        }
        print_values(out, p->day, per_day);
        buf_str(out, p->week ? " week" : "");
        print_values(out, p->week, HISTORY_WEEK * per_day);
        buf_char(out, '\n');
    }
}

static void print_endpoints(const struct snapshot *s, struct buf *out)
{
    for (size_t i = 0; i < s->n_endpoints; i++) {
        const struct snap_endpoint *p = &s->endpoints[i];
        buf_str(out, "endpoint");
        print_text(out, p->domain);
        print_text(out, p->name);
        print_text(out, p->rse);
        print_text(out, p->site);
        buf_str(out, " hosts");
        for (size_t k = 0; k < p->n_hosts; k++)
            print_text(out, p->hosts[k]);
        buf_str(out, " addrs");
        for (size_t k = 0; k < p->n_addrs; k++)
            print_addr(out, &p->addrs[k]);
        buf_char(out, '\n');
    }
}

static void print_sites(const struct snapshot *s, struct buf *out)
{
    for (size_t i = 0; i < s->n_sites; i++) {
        const struct snap_site *site = &s->sites[i];
        buf_str(out, "site");
        print_text(out, site->domain);
        print_text(out, site->name);
        print_real(out, site->latitude);
        print_real(out, site->longitude);
        print_prefixes(out, site->prefixes, site->n_prefixes);
        buf_char(out, '\n');
    }
}

static void print_properties(const struct snapshot *s, struct buf *out)
{
    for (size_t i = 0; i < s->n_properties; i++) {
        const struct snap_property *p = &s->properties[i];
        buf_str(out, "property");
        print_text(out, p->entity);
        print_text(out, p->name);
        print_text(out, p->value);
        print_origin(out, p->origin);
        buf_char(out, '\n');
    }
}

static void print_maintenance(const struct snapshot *s, struct buf *out)
{
    for (size_t i = 0; i < s->n_maintenance; i++) {
        buf_str(out, "maintenance ");
        fact_json(FACT_MAINTENANCE, &s->maintenance[i], out);
        print_origin(out, s->maintenance[i].origin);
    }
}

static void print_policies(const struct snapshot *s, struct buf *out)
{
    for (size_t i = 0; i < s->n_policies; i++) {
        buf_str(out, "policy ");
        fact_json(FACT_POLICY, &s->policies[i], out);
        print_origin(out, s->policies[i].origin);
        buf_char(out, '\n');
    }
}

static void print_grants(const struct snapshot *s, struct buf *out)
{
    for (size_t i = 0; i < s->n_link_groups; i++) {
        buf_str(out, "link_group ");
        fact_json(FACT_LINK_GROUP, &s->link_groups[i], out);
        print_origin(out, s->link_groups[i].origin);
        buf_char(out, '\n');
    }
    for (size_t i = 0; i < s->n_grants; i++) {
        buf_str(out, "grant ");
        fact_json(FACT_GRANT, &s->grants[i], out);
        print_origin(out, s->grants[i].origin);
        buf_char(out, '\n');
    }
}

static void print_disagreements(const struct snapshot *s, struct buf *out)
{
    for (size_t i = 0; i < s->n_disagreements; i++) {
        const struct disagreement *d = &s->disagreements[i];
        buf_str(out, "disagreement");
        print_text(out, d->kind);
        print_text(out, d->subject);
        print_text(out, d->says_a);
        print_origin(out, d->a);
        print_text(out, d->says_b);
        print_origin(out, d->b);
        print_text(out, d->decision);
        buf_char(out, '\n');
    }
}

static void print_documents(const struct snapshot *s, struct buf *out)
{
    for (size_t i = 0; i < s->n_documents; i++) {
        const struct snap_document *d = &s->documents[i];
        buf_str(out, "document");
        print_text(out, d->domain);
        print_text(out, d->kind);
        print_text(out, d->name);
        print_text(out, d->body);
        print_origin(out, d->origin);
        buf_char(out, '\n');
    }
}

static void print_all(const struct snapshot *s, bool values, struct buf *out)
{
    print_domains(s, out);
    print_nodes(s, out);
    print_links(s, out);
    print_pids(s, out);
    print_pid_places(s, out);
    print_metrics(s, values, out);
    print_measured(s, out);
    print_patterns(s, &s->address_patterns, out);
    print_patterns(s, &s->pid_patterns, out);
    print_endpoints(s, out);
    print_sites(s, out);
    print_properties(s, out);
    print_policies(s, out);
    print_grants(s, out);
    print_maintenance(s, out);
    print_disagreements(s, out);
    print_documents(s, out);
}

void snapshot_print(const struct snapshot *s, struct buf *out)
{
    print_all(s, true, out);
}

static void print_without_values(const struct snapshot *s, struct buf *out)
{
    print_all(s, false, out);
}

/* What print_cost_row prints, as it lies in memory: writing millions of numbers as text takes
 * longer than finding them. Equal tags are of machines of one byte order, then. */
static void hash_row(struct hash *h, const struct cost_metric *m, size_t begin, size_t end)
{
    double value[HASHED];
    uint8_t cls[HASHED]; /* 0: there is no value */
    for (size_t n; begin < end; begin += n) {
        n = end - begin < HASHED ? end - begin : HASHED;
        for (size_t i = 0; i < n; i++)
            value[i] = isnan(m->value[begin + i]) ? (double)NAN : m->value[begin + i];
        for (size_t i = 0; i < n; i++)
            cls[i] = m->cls && isfinite(value[i]) ? (uint8_t)(m->cls[begin + i] + 1) : 0;
        hash_add(h, value, n * sizeof(*value));
        hash_add(h, cls, n);
    }
}

int snapshot_digest(const struct snapshot *s, struct cost_metric *m)
{
    struct hash *h = hash_new();
    if (h == NULL)
        return ERR_NOMEM;
    for (size_t row = 0; row < s->n_pids; row++)
        hash_row(h, m, row * s->n_pids, (row + 1) * s->n_pids);
    hash_hex(h, m->digest);
    hash_free(&h);
    return 0;
}

static int hash_values(const struct snapshot *s, struct hash *h)
{
    for (size_t i = 0; i < s->n_metrics; i++) {
        struct cost_metric *m = &s->metrics[i];
        if (m->digest[0] == '\0' && snapshot_digest(s, m) != 0)
            return ERR_NOMEM;
        hash_add(h, m->digest, sizeof(m->digest));
        m->digest[0] = '\0'; /* should values change after all, another one is made */
    }
    return 0;
}

/* The hash of what `print` writes, and of all values of metrics. */
static int hash_of(const struct snapshot *s,
                   void (*print)(const struct snapshot *, struct buf *), bool values,
                   char out[33], struct err *e)
{
    struct buf text = {0};
    struct hash *h = hash_new();
    print(s, &text);
    int rc = h == NULL || text.failed ? ERR_NOMEM : 0;
    if (rc == 0) {
        hash_add(h, buf_cstr(&text), text.len);
        rc = values ? hash_values(s, h) : 0;
    }
    if (rc == 0)
        hash_hex(h, out);
    else
        err_set(e, rc, "no memory for the tag of a snapshot");
    hash_free(&h);
    buf_free(&text);
    return rc;
}

int snapshot_seal(struct snapshot *s, struct err *e)
{
    for (size_t i = 1; i < s->n_pids; i++)
        assert(strcmp(s->pids[i - 1].name, s->pids[i].name) < 0);
    if ((s->pid_of && lpm_seal(s->pid_of) < 0) || (s->domain_of && lpm_seal(s->domain_of) < 0))
        return err_set(e, ERR_NOMEM, "no memory for the prefixes of a snapshot");
    int rc = hash_of(s, print_pids, false, s->map_tag, e);
    return rc != 0 ? rc : hash_of(s, print_without_values, true, s->tag, e);
}

void snapshot_free(struct snapshot **s)
{
    struct snapshot *gone = *s;
    *s = NULL;
    if (gone == NULL)
        return;
    if (gone->destroy != NULL)
        gone->destroy(gone);
    lpm_free(&gone->pid_of);
    lpm_free(&gone->domain_of);
    struct arena *arena = gone->arena; /* the snapshot itself lives in it */
    arena_free(&arena);
}
