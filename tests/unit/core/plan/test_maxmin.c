/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Max-min fair rates against published results, and random networks against the certificate:
 * rates are max-min fair if and only if every flow is at its cap or has a bottleneck.
 */
#include "plan/maxmin.h"

#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "plan/simplex.h"
#include "random_net.h"
#include "unit/cmocka_all.h"

#define MAX_LINKS 64
#define MAX_FLOWS 64
#define EXACT     1e-12

/* A network with names, as the published cases have them. */
struct named {
    const char *link[MAX_LINKS], *flow[MAX_FLOWS];
    double capacity[MAX_LINKS];
    uint32_t crossed[MAX_FLOWS][MAX_LINKS];
    struct maxmin_flow flows[MAX_FLOWS];
    struct maxmin m;
};

static void solve(const struct maxmin *m, double *rate)
{
    struct arena *a = arena_new(0);
    struct err e = {0};
    assert_int_equal(maxmin_check(m, &e), 0);
    assert_int_equal(maxmin_solve(m, rate, a, &e), 0);
    assert_int_equal(arena_used(a), 0);
    arena_free(&a);
}

static void assert_close(double got, double want, double tolerance)
{
    if (fabs(got - want) > tolerance * fmax(1, fabs(want)))
        fail_msg("%.17g is not %.17g", got, want);
}

/* ---- published cases ---- */

static uint32_t find(const char *const *names, size_t n, const char *name)
{
    for (uint32_t i = 0; i < n; i++) {
        if (strcmp(names[i], name) == 0)
            return i;
    }
    fail_msg("no %s", name);
    return 0;
}

/* "25/3", "-1/2" or "7". */
static double fraction(const json_t *text)
{
    double over = 1, under = 1;
    assert_true(sscanf(json_string_value(text), "%lf/%lf", &over, &under) >= 1);
    return over / under;
}

/* Flows between hosts of one switch cross no link: the switch's rate is their cap. */
static void cap_local_flows(struct named *n, json_t *rates)
{
    for (size_t f = 0; f < n->m.n_flows; f++) {
        if (n->flows[f].n_links == 0)
            n->flows[f].cap = fraction(json_object_get(rates, n->flow[f]));
    }
}

static void load_named(struct named *n, json_t *links, json_t *flows)
{
    const char *name;
    json_t *value;
    memset(n, 0, sizeof(*n));
    json_object_foreach(links, name, value)
    {
        n->link[n->m.n_links] = name;
        n->capacity[n->m.n_links++] = json_number_value(value);
    }
    json_object_foreach(flows, name, value)
    {
        uint32_t *crossed = n->crossed[n->m.n_flows];
        for (size_t i = 0; i < json_array_size(value); i++)
            crossed[i] =
                find(n->link, n->m.n_links, json_string_value(json_array_get(value, i)));
        n->flow[n->m.n_flows] = name;
        n->flows[n->m.n_flows++] =
            (struct maxmin_flow){crossed, json_array_size(value), 1, INFINITY};
    }
    n->m.capacity = n->capacity;
    n->m.flows = n->flows;
    assert_true(n->m.n_links > 0 && n->m.n_links <= MAX_LINKS && n->m.n_flows <= MAX_FLOWS);
}

static void check_rates(const struct named *n, const double *rate, json_t *want)
{
    assert_int_equal(json_object_size(want), n->m.n_flows);
    for (size_t f = 0; f < n->m.n_flows; f++)
        assert_close(rate[f], fraction(json_object_get(want, n->flow[f])), EXACT);
}

static void check_bottlenecks(const struct named *n, const double *rate, json_t *want)
{
    double load[MAX_LINKS], level[MAX_LINKS];
    maxmin_load(&n->m, rate, load);
    maxmin_level(&n->m, rate, level);
    for (uint32_t f = 0; f < n->m.n_flows; f++) {
        json_t *names = json_object_get(want, n->flow[f]);
        size_t found = 0;
        for (size_t i = 0; i < n->flows[f].n_links; i++) {
            uint32_t at[2] = {f, n->flows[f].links[i]};
            bool is = maxmin_is_bottleneck(&n->m, rate, load, level, at), named = false;
            for (size_t k = 0; k < json_array_size(names); k++)
                named |=
                    strcmp(json_string_value(json_array_get(names, k)), n->link[at[1]]) == 0;
            assert_int_equal(is, named);
            found += is;
        }
        assert_int_equal(found, n->flows[f].n_links > 0 ? json_array_size(names) : 0);
    }
}

static json_t *load_shared(const char *file)
{
    const char *shared = getenv("RIALTO_SHARED");
    char path[4096];
    if (!shared) {
        print_message("RIALTO_SHARED is not set: published cases are skipped\n");
        skip();
    }
    snprintf(path, sizeof(path), "%s/samples/rucio-fts/vectors/%s", shared, file);
    json_t *root = json_load_file(path, 0, NULL);
    assert_non_null(root);
    return root;
}

static void test_published_experiments(void **state)
{
    static struct named n;
    json_t *root = load_shared("bstruct_maxmin.json"), *c;
    const char *name;
    size_t published = 0;
    (void)state;
    json_object_foreach(root, name, c)
    {
        double rate[MAX_FLOWS];
        const char *flow;
        json_t *value;
        load_named(&n, json_object_get(c, "links"), json_object_get(c, "flows"));
        cap_local_flows(&n, json_object_get(c, "computed"));
        solve(&n.m, rate);
        check_rates(&n, rate, json_object_get(c, "computed"));
        check_bottlenecks(&n, rate, json_object_get(c, "bottleneck"));
        if (!json_is_true(json_object_get(c, "match")))
            continue;
        published++;
        /* Published with one or a few decimals, some cut and not rounded. */
        json_object_foreach(json_object_get(c, "expected_published"), flow, value) assert_true(
            fabs(rate[find(n.flow, n.m.n_flows, flow)] - json_number_value(value)) < 0.1);
    }
    assert_int_equal(published, 18);
    json_decref(root);
}

/* One-sided derivatives by finite differences. */
static void check_derivatives(struct named *n, const double *rate, json_t *c)
{
    const double step = 1e-4;
    double moved[MAX_FLOWS];
    for (size_t l = 0; l < n->m.n_links; l++) {
        json_t *want = json_object_get(json_object_get(c, "dr_dc"), n->link[l]);
        for (size_t side = 0; side < 2; side++) {
            double by = side == 0 ? step : -step;
            n->capacity[l] += by;
            solve(&n->m, moved);
            n->capacity[l] -= by;
            for (size_t f = 0; f < n->m.n_flows; f++)
                assert_close((moved[f] - rate[f]) / by,
                             fraction(json_array_get(json_object_get(want, n->flow[f]), side)),
                             1e-8);
        }
    }
    for (size_t s = 0; s < n->m.n_flows; s++) {
        json_t *want = json_object_get(json_object_get(c, "dr_drf_left"), n->flow[s]);
        n->flows[s].cap = rate[s] - step;
        solve(&n->m, moved);
        n->flows[s].cap = INFINITY;
        for (size_t f = 0; f < n->m.n_flows; f++)
            assert_close((rate[f] - moved[f]) / step,
                         fraction(json_object_get(want, n->flow[f])), 1e-8);
    }
}

static void test_published_derivatives(void **state)
{
    static struct named n;
    json_t *root = load_shared("bottleneck_gradients.json"), *c;
    const char *name;
    (void)state;
    assert_int_equal(json_object_size(root), 3);
    json_object_foreach(root, name, c)
    {
        double rate[MAX_FLOWS];
        load_named(&n, json_object_get(c, "capacity"), json_object_get(c, "flows"));
        solve(&n.m, rate);
        check_rates(&n, rate, json_object_get(c, "rate"));
        check_bottlenecks(&n, rate, json_object_get(c, "bottlenecks"));
        check_derivatives(&n, rate, c);
    }
    json_decref(root);
}

/* ---- random networks ---- */

static void check_certificate(const struct maxmin *m, const double *rate)
{
    double load[NET_LINKS], level[NET_LINKS];
    maxmin_load(m, rate, load);
    maxmin_level(m, rate, level);
    for (size_t l = 0; l < m->n_links; l++)
        assert_true(load[l] <= m->capacity[l] * (1 + EXACT) + EXACT);
    for (uint32_t f = 0; f < m->n_flows; f++) {
        bool held = rate[f] == m->flows[f].cap;
        assert_true(rate[f] >= 0 && rate[f] <= m->flows[f].cap);
        for (size_t i = 0; i < m->flows[f].n_links; i++)
            held |= maxmin_is_bottleneck(m, rate, load, level,
                                         (uint32_t[]){f, m->flows[f].links[i]});
        assert_true(held);
    }
}

static void test_random(void **state)
{
    unsigned seed = 11;
    (void)state;
    for (size_t i = 0; i < 3000; i++) {
        struct random_net n;
        double rate[NET_FLOWS];
        random_net(&n, NET_FLAT, &seed);
        solve(&n.maxmin, rate);
        check_certificate(&n.maxmin, rate);
    }
}

/* A flow of weight 3 gets what three flows of weight 1 on its path get together. */
static void test_weight_is_number(void **state)
{
    const double capacity[] = {10, 4};
    const uint32_t path[] = {0, 1};
    const struct maxmin_flow one[] = {{path, 2, 3, INFINITY}, {path, 1, 1, INFINITY}};
    const struct maxmin_flow many[] = {{path, 2, 1, INFINITY},
                                       {path, 2, 1, INFINITY},
                                       {path, 2, 1, INFINITY},
                                       {path, 1, 1, INFINITY}};
    double a[2], b[4];
    (void)state;
    solve(&(struct maxmin){capacity, 2, one, 2}, a);
    solve(&(struct maxmin){capacity, 2, many, 4}, b);
    assert_close(a[0], b[0] + b[1] + b[2], EXACT);
    assert_close(a[0], 4, EXACT);
    assert_close(a[1], 6, EXACT);
    assert_close(b[3], 6, EXACT);
}

static void test_edges(void **state)
{
    const double capacity[] = {0, INFINITY, 9};
    const uint32_t zero[] = {0, 2}, open[] = {1}, third[] = {2};
    const struct maxmin_flow flows[] = {{zero, 2, 1, INFINITY},
                                        {open, 1, 1, 5},
                                        {NULL, 0, 2, 3},
                                        {third, 1, 1, 0},
                                        {third, 1, 1, INFINITY}};
    double rate[5];
    (void)state;
    solve(&(struct maxmin){capacity, 3, flows, 5}, rate);
    const double want[] = {0, 5, 3, 0, 9};
    for (size_t i = 0; i < 5; i++)
        assert_close(rate[i], want[i], EXACT);
    solve(&(struct maxmin){capacity, 3, flows, 0}, rate);
}

static void test_refused(void **state)
{
    const double good[] = {1, INFINITY}, negative[] = {-1, 1}, nan[] = {NAN, 1};
    const uint32_t l0[] = {0}, l1[] = {1}, l2[] = {2};
    const struct {
        const double *capacity;
        struct maxmin_flow flow;
        const char *why;
    } cases[] = {
        {negative, {l0, 1, 1, 1}, "link 0: a capacity must not be negative"},
        {nan, {l0, 1, 1, 1}, "link 0: a capacity must not be negative"},
        {good, {l0, 1, 0, 1}, "flow 0: a weight must be positive and finite"},
        {good, {l0, 1, NAN, 1}, "flow 0: a weight must be positive and finite"},
        {good, {l0, 1, INFINITY, 1}, "flow 0: a weight must be positive and finite"},
        {good, {l0, 1, 1, -1}, "flow 0: a cap must not be negative"},
        {good, {l2, 1, 1, 1}, "flow 0: there is no link 2"},
        {good, {l1, 1, 1, INFINITY}, "flow 0: nothing limits it"},
        {good, {NULL, 0, 1, INFINITY}, "flow 0: nothing limits it"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        struct err e = {0};
        const struct maxmin m = {cases[i].capacity, 2, &cases[i].flow, 1};
        assert_int_equal(maxmin_check(&m, &e), ERR_INVAL);
        assert_non_null(strstr(e.msg, cases[i].why));
    }
}

/* ---- the reference: a sequence of linear programmes ---- */

/* Rates so far, and which of them are final. */
struct levels {
    const struct maxmin *m;
    double rate[NET_FLOWS];
    bool final[NET_FLOWS];
};

static double part_of(const struct maxmin *m, size_t flow, size_t link)
{
    for (size_t k = 0; k < m->flows[flow].n_links; k++) {
        if (m->flows[flow].links[k] == link)
            return m->flows[flow].weight;
    }
    return 0;
}

/*
 * The largest t by which all flows that `moves` names can be raised at once, each by t times
 * its weight: max t under a row for each link and each cap.
 */
static double most_raised(const struct levels *v, const bool *moves)
{
    struct arena *a = arena_new(0);
    struct packing *p = packing_new(v->m->n_links + v->m->n_flows, 1, 1000, a);
    double most = 0;
    for (size_t l = 0; l < v->m->n_links; l++) {
        double *row = &p->cell[l * 2];
        row[1] = isinf(v->m->capacity[l]) ? 1e18 : v->m->capacity[l];
        for (size_t f = 0; f < v->m->n_flows; f++) {
            row[0] += moves[f] ? part_of(v->m, f, l) : 0;
            row[1] -= part_of(v->m, f, l) > 0 ? v->rate[f] : 0;
        }
        row[1] = fmax(0, row[1]);
    }
    for (size_t f = 0; f < v->m->n_flows; f++) {
        double *row = &p->cell[(v->m->n_links + f) * 2];
        row[0] = moves[f] ? v->m->flows[f].weight : 0;
        row[1] = isinf(v->m->flows[f].cap) ? 1e18 : fmax(0, v->m->flows[f].cap - v->rate[f]);
    }
    assert_int_equal(packing_maximum(p, &most, NULL, a), 0);
    arena_free(&a);
    return most;
}

/* Raises all that can be, then finds by a programme each who can't be raised any more. */
static bool raise_all(struct levels *v)
{
    bool moves[NET_FLOWS] = {false}, any = false;
    for (size_t f = 0; f < v->m->n_flows; f++) {
        moves[f] = !v->final[f];
        any |= moves[f];
    }
    double t = any ? most_raised(v, moves) : 0;
    for (size_t f = 0; f < v->m->n_flows; f++)
        v->rate[f] += moves[f] ? t * v->m->flows[f].weight : 0;
    for (size_t f = 0; any && f < v->m->n_flows; f++) {
        bool alone[NET_FLOWS] = {false};
        alone[f] = true;
        v->final[f] |= most_raised(v, alone) * v->m->flows[f].weight <= 1e-9 * (1 + v->rate[f]);
    }
    return any;
}

static void test_sequence_of_programmes(void **state)
{
    unsigned seed = 5;
    (void)state;
    for (int i = 0; i < 500; i++) {
        struct random_net n;
        struct levels v = {.m = &n.maxmin};
        double rate[NET_FLOWS];
        random_net(&n, NET_FLAT, &seed);
        for (int rounds = 0; raise_all(&v); rounds++)
            assert_true(rounds <= NET_FLOWS);
        solve(&n.maxmin, rate);
        for (size_t f = 0; f < n.maxmin.n_flows; f++)
            assert_close(rate[f], v.rate[f], 1e-6);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sequence_of_programmes),
        cmocka_unit_test(test_published_experiments),
        cmocka_unit_test(test_published_derivatives),
        cmocka_unit_test(test_random),
        cmocka_unit_test(test_weight_is_number),
        cmocka_unit_test(test_edges),
        cmocka_unit_test(test_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
