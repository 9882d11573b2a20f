/* SPDX-License-Identifier: Apache-2.0 */
#include "server/atlas.h"

#include <string.h>

int atlas_pid(const struct atlas *atlas, const char *name)
{
    size_t low = 0, high = atlas->n_pids;
    while (low < high) {
        size_t mid = (low + high) / 2;
        int order = strcmp(atlas->pids[mid].name, name);
        if (order == 0)
            return (int)mid;
        if (order < 0)
            low = mid + 1;
        else
            high = mid;
    }
    return -1;
}

int atlas_metric(const struct atlas *atlas, const char *metric, const char *mode)
{
    bool ordinal = strcmp(mode, "ordinal") == 0;
    if (!ordinal && strcmp(mode, "numerical") != 0)
        return -1;
    for (size_t i = 0; i < atlas->n_metrics; i++) {
        const struct atlas_metric *m = &atlas->metrics[i];
        if (strcmp(m->name, metric) == 0)
            return (ordinal ? m->ordinal_name : m->numerical_name) ? (int)i : -1;
    }
    return -1;
}

char *atlas_slug(const char *text, struct arena *a)
{
    /* RFC 7285 section 10.1 reserves "."; "/" and "|" would be legal nowhere. */
    static const char letters[] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_:@";
    char *slug = arena_strdup(a, text);
    for (char *p = slug; p && *p; p++) {
        if (!strchr(letters, *p))
            *p = '_';
    }
    return slug;
}

int atlas_name_metric(struct atlas_metric *m, struct arena *a, struct err *e)
{
    m->slug = atlas_slug(m->name, a);
    m->numerical_name = arena_printf(a, "num-%s", m->name);
    m->ordinal_name = arena_printf(a, "ord-%s", m->name);
    if (!m->slug || !m->numerical_name || !m->ordinal_name)
        return err_set(e, ERR_NOMEM, "no memory for cost types");
    return 0;
}

/* RFC 9439 section 3.1. */
static const char *context_of(const struct cost_metric *m, struct arena *a)
{
    if (m->cost_source && m->parameters)
        return arena_printf(a, "{\"cost-source\":\"%s\",\"parameters\":%s}", m->cost_source,
                            m->parameters);
    return m->cost_source ? arena_printf(a, "{\"cost-source\":\"%s\"}", m->cost_source) : NULL;
}

int atlas_of_snapshot(struct atlas *out, const struct snapshot *s, const char *name,
                      struct arena *a, struct err *e)
{
    const char **names = ARENA_ARRAY(a, s->n_pids + 1, const char *);
    *out = (struct atlas){.id = name,
                          .path = "",
                          .map_id = arena_printf(a, "%s-networkmap", name),
                          .tag = s->map_tag,
                          .cost_tag = s->tag,
                          .pids = s->pids,
                          .n_pids = s->n_pids,
                          .names = names,
                          .pid_of = s->pid_of,
                          .n_metrics = s->n_metrics,
                          .snapshot = s};
    out->metrics = ARENA_ARRAY(a, s->n_metrics + 1, struct atlas_metric);
    if (!names || !out->map_id || !out->metrics)
        return err_set(e, ERR_NOMEM, "no memory for the network map");
    for (size_t i = 0; i < s->n_pids; i++)
        names[i] = s->pids[i].name;
    for (size_t i = 0; i < s->n_metrics; i++) {
        const struct cost_metric *from = &s->metrics[i];
        out->metrics[i] = (struct atlas_metric){.name = from->name,
                                                .mode = "numerical",
                                                .description = from->description,
                                                .context = context_of(from, a),
                                                .more_is_better = from->algebra == COST_MIN,
                                                .value = from->value};
        int rc = atlas_name_metric(&out->metrics[i], a, e);
        if (rc < 0)
            return rc;
    }
    return 0;
}
