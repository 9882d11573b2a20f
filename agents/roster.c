/* SPDX-License-Identifier: Apache-2.0 */
#include "agents/roster.h"

#include <stdlib.h>

static int open_source(struct roster *r, size_t i, const struct clock *clock, struct err *e)
{
    const struct source_settings *s = &r->settings->sources[i];
    struct agent_setup setup = {
        .ops = s->ops,
        .domain = r->settings->domain,
        .name = s->name,
        .expires = s->expires,
        .conf = s->conf,
        .clock = clock,
        .cancelled = &r->cancelled,
    };

    r->intervals[i] = s->interval;
    return agent_new(&r->agents[i], &setup, e);
}

int roster_open(struct roster **out, const char *path, const struct clock *clock, struct err *e)
{
    struct roster *r = calloc(1, sizeof(*r));
    size_t n;
    int rc;

    *out = NULL;
    if (r == NULL)
        return err_set(e, ERR_NOMEM, "configuration: out of memory");
    atomic_init(&r->cancelled, false);
    rc = settings_load(&r->settings, path, e);
    if (rc != 0)
        goto out;
    n = r->settings->n_sources;
    r->agents = calloc(n + 1, sizeof(struct agent *));
    r->intervals = calloc(n + 1, sizeof(*r->intervals));
    if (r->agents == NULL || r->intervals == NULL)
        rc = err_set(e, ERR_NOMEM, "configuration: out of memory");
    for (size_t i = 0; i < n && rc == 0; i++)
        rc = open_source(r, i, clock, e);
out:
    if (rc != 0)
        roster_free(&r);
    *out = r;
    return rc;
}

void roster_free(struct roster **out)
{
    struct roster *r = *out;

    if (r == NULL)
        return;
    for (size_t i = 0; r->agents != NULL && i < r->settings->n_sources; i++)
        agent_free(&r->agents[i]);
    free(r->agents);
    free(r->intervals);
    settings_free(&r->settings);
    free(r);
    *out = NULL;
}
