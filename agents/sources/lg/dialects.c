/* SPDX-License-Identifier: Apache-2.0 */
#include "agents/sources/lg/dialects.h"

#include <stdlib.h>
#include <string.h>

#define SCRATCH_LIMIT ((size_t)64 << 20)

/* In order of their names. */
const struct agent_dialect *const lg_dialects[] = {
    &lg_dialect_alice,      &lg_dialect_bird,      &lg_dialect_birdwatcher,
    &lg_dialect_eos,        &lg_dialect_eos_json,  &lg_dialect_frr,
    &lg_dialect_frr_text,   &lg_dialect_gobgp,     &lg_dialect_hyperglass,
    &lg_dialect_ios,        &lg_dialect_iosxr,     &lg_dialect_junos,
    &lg_dialect_junos_json, &lg_dialect_junos_xml, &lg_dialect_nxos,
    &lg_dialect_nxos_json,  &lg_dialect_openbgpd,  &lg_dialect_ripestat,
    &lg_dialect_sros,       &lg_dialect_sros_json, NULL,
};

static bool is_ending(const char *dot)
{
    static const char *const endings[] = {".json", ".txt", ".xml", ".html", ".htm",
                                          ".raw",  ".out", ".log", ".md"};

    for (size_t i = 0; i < sizeof(endings) / sizeof(*endings); i++) {
        if (strcmp(dot, endings[i]) == 0)
            return true;
    }
    return false;
}

const char *lg_node_name(const char *file, struct arena *a)
{
    const char *dot = strrchr(file, '.');

    return dot != NULL && dot > file && is_ending(dot)
               ? arena_strndup(a, file, (size_t)(dot - file))
               : arena_strdup(a, file);
}

static bool is_cancelled(void *payload)
{
    return agent_cancelled(payload);
}

static int parse(struct lg *lg, const struct agent_file *f, struct err *e)
{
    const struct lg_form *form = f->dialect->parser;
    int rc;

    lg->platform = form->platform;
    rc = form->parse(lg, f->text, e);
    if (rc == 0) {
        lg_tell_skips(lg, f->name);
        rc = lg->n_facts > 0 || lg->tables.n > 0 ? lg_finish(lg, e) : lg_says_nothing(lg, e);
    }
    return rc;
}

static int read_batch(struct agent *a, const struct agent_file *f, struct lg *lg, struct err *e)
{
    struct batch_head head = agent_file_batch(a, f, BATCH_REPLACE);
    int rc = lg->sink->begin(lg->sink, &head, e);

    if (rc < 0)
        return rc;
    rc = parse(lg, f, e);
    if (rc == 0)
        return lg->sink->commit(lg->sink, e);
    lg->sink->abort(lg->sink);
    return rc;
}

int lg_read_file(struct agent *a, const struct agent_file *f, struct batch_sink *sink,
                 struct err *e)
{
    struct lg *lg = calloc(1, sizeof(*lg)); /* too large for a stack */
    struct arena *scratch = arena_new(SCRATCH_LIMIT);
    int rc = ERR_NOMEM;

    if (lg == NULL || scratch == NULL) {
        err_set(e, rc, "no memory to read %s", f->name);
        goto out;
    }
    lg->sink = sink;
    lg->arena = scratch;
    lg->cancelled = is_cancelled;
    lg->payload = a;
    lg->node = lg_node_name(f->name, agent_arena(a));
    rc = lg->node != NULL ? read_batch(a, f, lg, e) : err_set(e, rc, "no memory for a name");
    lg_reset(lg);
out:
    arena_free(&scratch);
    free(lg);
    return rc;
}
