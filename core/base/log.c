/* SPDX-License-Identifier: Apache-2.0 */
#include "base/log.h"

#include <errno.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/str.h"

#define MAX_MESSAGE 2048 /* longer ones are cut */

/* Written by log_setup() before threads start, read ever after. */
static struct {
    const char *program;
    enum log_level level;
    bool json;
} config = {"rialto", LOG_LEVEL_INFO, false};

static const char *const level_names[] = {"error", "warn", "info", "debug"};

void log_setup(const char *program, enum log_level level, bool json)
{
    config.program = program;
    config.level = level;
    config.json = json;
}

/* C0, DEL and (as UTF-8) C1: what a terminal might obey. */
static bool is_control(const char *s, size_t n)
{
    unsigned char c = (unsigned char)s[0];
    return c < 0x20 || c == 0x7f || (n == 2 && c == 0xc2 && (unsigned char)s[1] < 0xa0);
}

/* Text with control characters and bytes that are no UTF-8 as \xNN. */
static void add_printable(struct buf *b, const char *s)
{
    size_t left = strlen(s);
    while (left > 0) {
        size_t n = str_utf8_len(s, left);
        if (n > 0 && !is_control(s, n)) {
            buf_add(b, s, n);
        } else {
            n = n > 0 ? n : 1;
            for (size_t i = 0; i < n; i++)
                buf_printf(b, "\\x%02x", (unsigned char)s[i]);
        }
        s += n;
        left -= n;
    }
}

static void add_text(struct buf *b, enum log_level level, const char *topic, const char *msg)
{
    buf_printf(b, " %s %s %s: ", config.program, level_names[level], topic);
    add_printable(b, msg);
}

static void add_json(struct buf *b, enum log_level level, const char *topic, const char *msg)
{
    buf_str(b, "\",\"program\":");
    buf_json_str(b, config.program);
    buf_printf(b, ",\"level\":\"%s\",\"topic\":", level_names[level]);
    buf_json_str(b, topic);
    buf_str(b, ",\"message\":");
    buf_json_str(b, msg);
    buf_char(b, '}');
}

void log_line(enum log_level level, const char *topic, const char *fmt, ...)
{
    if (level > config.level)
        return;
    int saved = errno;
    char msg[MAX_MESSAGE];
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(msg, sizeof(msg), fmt, ap);
    va_end(ap);

    const struct clock *system = clock_system();
    char when[32];
    str_time_format(system->now_us(system->self), when);
    struct buf b = {0};
    if (config.json) {
        buf_printf(&b, "{\"time\":\"%s", when);
        add_json(&b, level, topic, msg);
    } else {
        buf_str(&b, when);
        add_text(&b, level, topic, msg);
    }
    buf_char(&b, '\n');
    if (b.failed)
        fputs("out of memory while logging\n", stderr);
    else
        fwrite(b.data, 1, b.len, stderr); /* one call: lines of threads don't mix */
    buf_free(&b);
    errno = saved;
}
