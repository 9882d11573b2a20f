/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The server of the unit tests behind a real socket: prints its base URL and runs until
 * standard input ends. usage: serve_fixture FILE: YAML besides `stores`
 */
#include <stdio.h>

#include "base/log.h"
#include "server/http.h"
#include "unit/cmocka_all.h"
#include "unit/server/fixture.h"

static const char *config_file;

static void serve(void **state)
{
    static char config[2048];
    struct fixture f;
    struct front *front;
    struct err e = {0};
    (void)state;
    FILE *in = fopen(config_file, "re");
    assert_non_null(in);
    config[fread(config, 1, sizeof(config) - 1, in)] = 0;
    fclose(in);
    fixture_start(&f, config);
    if (front_start(&front, f.server, f.settings, clock_system(), &e) < 0)
        fail_msg("%s", e.msg);
    printf("http://127.0.0.1:%u\n", (unsigned)front_port(front));
    fflush(stdout);
    while (getchar() != EOF)
        continue;
    front_stop(&front, 1000000);
    fixture_stop(&f);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(serve)};
    if (argc != 2)
        return 2;
    config_file = argv[1];
    cmocka_set_message_output(CM_OUTPUT_SUBUNIT); /* leaves our line the first */
    return cmocka_run_group_tests(tests, NULL, NULL);
}
