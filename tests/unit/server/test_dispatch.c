/* SPDX-License-Identifier: Apache-2.0 */
/* Which requests are answered at once, by a worker, or by one that lets others go first. */
#include "unit/cmocka_all.h"
#include "unit/server/fixture.h"

static void test_ways(void **state)
{
    static const struct {
        const char *path;
        size_t body;
        bool slow, lengthy;
    } cases[] = {
        {"/networkmap", 0, true, false}, /* made for all, once */
        {"/livez", 0, false, false},
        {"/metrics", 0, true, false},
        {"/api/v1/status", 0, true, false},
        {"/endpointcost", 100, true, false}, /* paths are walked */
        {"/endpointcost", 2047, true, false},
        {"/endpointcost", 2048, true, true},
        {"/endpointcost", SIZE_MAX, true, true}, /* in chunks */
        {"/domain/two/nm/endpointcost", 512, false, false},
        {"/domain/two/nm/endpointcost", 513, true, false},
        {"/domain/two/nm/endpointcost", 16383, true, false},
        {"/domain/two/nm/endpointcost", 16384, true, true},
        {"/pathvector/costmap", 50, true, true}, /* of all PIDs, perhaps */
        {"/fts/plan", 2047, true, false},
        {"/fts/plan", 2048, true, true},
        {"/rucio/distances.json", 0, true, true},
        {"/rucio/sort", 2047, true, false},
    };
    struct fixture f;
    (void)state;
    fixture_start(&f, "rucio:\n  dns: false\n");
    struct edition *ed = server_edition(f.server);
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        bool slow = server_is_slow(ed, cases[i].path, false, cases[i].body);
        bool lengthy = server_is_lengthy(ed, cases[i].path, cases[i].body);
        if (slow != cases[i].slow || (slow && lengthy != cases[i].lengthy))
            fail_msg("%s, %zu bytes: slow %d, lengthy %d", cases[i].path, cases[i].body, slow,
                     lengthy);
    }
    edition_release(&ed);
    fixture_stop(&f);
}

/* Who has been answered once made it for all. */
static void test_once(void **state)
{
    struct fixture f;
    (void)state;
    fixture_start(&f, NULL);
    struct edition *ed = server_edition(f.server);
    assert_true(server_is_slow(ed, "/networkmap", false, 0));
    struct answer a = fixture_get(&f, "/networkmap");
    assert_int_equal(a.reply.status, 200);
    answer_free(&a);
    assert_false(server_is_slow(ed, "/networkmap", false, 0));
    edition_release(&ed);
    fixture_stop(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ways),
        cmocka_unit_test(test_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
