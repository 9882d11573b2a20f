/* SPDX-License-Identifier: Apache-2.0 */
#include "unit/server/world.h"

#include <math.h>
#include <string.h>

#include "unit/cmocka_all.h"

void world_start(struct world *w, uint64_t seed)
{
    static const double routing[] = {0, 1, 2.5, 1, 0, 10, 2.5, 10, NAN};
    *w = (struct world){.random = seed * 2 + 1, .capacity = {100, 40, 10, 40}};
    memcpy(w->routing, routing, sizeof(routing));
    for (size_t i = 0; i < 9; i++)
        w->hops[i] = (double)(i % 4);
}

unsigned world_below(struct world *w, unsigned n)
{
    w->random = w->random * 6364136223846793005u + 1442695040888963407u;
    return (unsigned)(w->random >> 40) % n;
}

void world_change(struct world *w)
{
    switch (world_below(w, 9)) {
    case 0:
        w->capacity[world_below(w, 4)] = 1 + world_below(w, 50);
        break;
    case 1:
    case 2:
        w->routing[world_below(w, 9)] = world_below(w, 5) ? world_below(w, 20) : NAN;
        break;
    case 3:
        w->hops[world_below(w, 9)] = world_below(w, 4);
        break;
    case 4:
        w->extra_prefix = !w->extra_prefix;
        break;
    case 5:
        w->extra_pid = !w->extra_pid;
        break;
    case 6:
        w->property = world_below(w, 5);
        break;
    case 7:
        w->document_cost = world_below(w, 30);
        break;
    default: /* nothing but time */
        break;
    }
}

static const struct origin origin = {.domain = "one",
                                     .source = "test",
                                     .kind = "static",
                                     .scope = "all",
                                     .epoch = 1,
                                     .observed_at = 1000000,
                                     .collected_at = 1000000,
                                     .expires = FACT_NONE};

static void set_pids(const struct world *w, struct snapshot *s)
{
    struct pid *beta = &s->pids[1];
    if (!w->extra_prefix)
        return;
    assert_true(prefix_parse(slice_of("10.9.0.0/16"), &beta->prefixes[beta->n_prefixes]));
    lpm_set(s->pid_of, &beta->prefixes[beta->n_prefixes++], 1);
}

/* One value becomes null now and then: no merge patch can say so. */
static void set_properties(const struct world *w, struct snapshot *s)
{
    static const char *const owners[] = {"\"one\"", "\"two\"", "null", "[1,2,3]",
                                         "{\"a\":null,\"b/~c\":1}"};
    for (size_t i = 0; i < s->n_properties; i++) {
        if (strcmp(s->properties[i].name, "priv:owner") == 0 ||
            strcmp(s->properties[i].name, "priv:rank") == 0)
            s->properties[i].value = owners[w->property];
    }
}

static void set_documents(const struct world *w, struct snapshot *s)
{
    const char *tag = w->extra_pid ? "more" : "less";
    struct snap_document *d = ARENA_ARRAY(s->arena, 2, struct snap_document);
    d[0] = (struct snap_document){"two", "nm.json", "network-map", NULL, &origin};
    d[0].body = arena_printf(
        s->arena,
        "{\"meta\":{\"vtag\":{\"resource-id\":\"nm\",\"tag\":\"%s\"}},\"network-map\":{"
        "\"P2\":{\"ipv4\":[\"10.2.0.0/16\"]},%s\"P1\":{\"ipv4\":[\"0.0.0.0/0\"]}}}",
        tag, w->extra_pid ? "\"P3\":{\"ipv4\":[\"10.4.0.0/16\"],\"ipv6\":[\"::/0\"]}," : "");
    d[1] = (struct snap_document){"two", "cm.json", "cost-map", NULL, &origin};
    d[1].body =
        arena_printf(s->arena,
                     "{\"meta\":{\"dependent-vtags\":[{\"resource-id\":\"nm\",\"tag\":\"%s\"}],"
                     "\"cost-type\":{\"cost-mode\":\"numerical\",\"cost-metric\":\"priv:x\"}},"
                     "\"cost-map\":{\"P1\":{\"P2\":%u%s},\"P2\":{\"P1\":8.5}}}",
                     tag, w->document_cost, w->extra_pid ? ",\"P3\":5" : "");
    s->documents = d;
    s->n_documents = w->no_document ? 0 : 2;
}

void world_publish(struct world *w, struct fixture *f)
{
    struct snapshot *s = fixture_snapshot(f->now);
    struct err e = {0};
    for (size_t i = 0; i < 4; i++)
        s->links[i].end[0].capacity = s->links[i].end[1].capacity =
            (int64_t)w->capacity[i] * 1000000000;
    s->metrics[1].value = arena_dup(s->arena, w->hops, sizeof(w->hops));
    s->metrics[2].value = arena_dup(s->arena, w->routing, sizeof(w->routing));
    set_pids(w, s);
    set_properties(w, s);
    set_documents(w, s);
    assert_int_equal(snapshot_seal(s, &e), 0);
    board_publish(f->board, s);
    assert_int_equal(server_refresh(f->server, &e), 0);
}
