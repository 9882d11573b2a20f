/* SPDX-License-Identifier: Apache-2.0 */
/* Many questions over one connection: a line in, a JSON document on a line out. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "client/cli/cli.h"

#define MAX_LINE 65536

void batch_failure(struct cli *c, const char *src, const char *dst)
{
    struct buf b = {0};

    buf_str(&b, "{\"src\":");
    buf_json_str(&b, src);
    buf_str(&b, ",\"dst\":");
    buf_json_str(&b, dst);
    buf_str(&b, ",\"known\":false,\"error\":");
    error_document(&b, &c->error);
    fprintf(c->out, "%s}\n", buf_cstr(&b));
    buf_free(&b);
}

static FILE *batch_open(struct cli *c, const char *name)
{
    FILE *in = strcmp(name, "-") == 0 ? stdin : fopen(name, "re");

    if (!in)
        cli_usage(c, "%s: %s", name, strerror(errno));
    else
        setvbuf(c->out, NULL, _IOLBF,
                1 << 16); /* whoever writes the lines may wait for answers */
    return in;
}

static void split(struct batch_line *line)
{
    char *save = NULL;

    line->n = 0;
    line->too_many = false;
    for (char *w = strtok_r(line->text, " \t\r\n", &save); w;
         w = strtok_r(NULL, " \t\r\n", &save)) {
        if (line->n == 0 && w[0] == '#') /* a comment */
            return;
        if (line->n == sizeof(line->words) / sizeof(line->words[0])) {
            line->too_many = true;
            return;
        }
        line->words[line->n++] = w;
    }
}

static bool batch_next(FILE *in, struct batch_line *line)
{
    line->n = 0;
    while (line->n == 0) {
        ssize_t got = getline(&line->text, &line->room, in);
        if (got < 0) {
            free(line->text);
            line->text = NULL;
            return false;
        }
        line->number++;
        if (got > MAX_LINE)
            line->text[MAX_LINE] = 0;
        split(line);
        if (got > MAX_LINE)
            line->too_many = true;
    }
    return true;
}

int batch_run(struct cli *c, const char *file,
              int (*answer)(struct cli *, const struct batch_line *))
{
    struct batch_line line = {0};
    int worst = CLI_ANSWERED;
    FILE *in = batch_open(c, file);

    if (!in)
        return CLI_FAILED;
    while (worst != CLI_FAILED && batch_next(in, &line)) {
        int rc = answer(c, &line);
        if (rc > worst)
            worst = rc;
    }
    if (worst == CLI_FAILED) /* its document is out already */
        fprintf(c->err, "rialto: line %u: %s\n", line.number, c->error.message);
    free(line.text);
    if (in != stdin)
        fclose(in);
    return worst;
}
