/* SPDX-License-Identifier: Apache-2.0 */
/* Making things readable, and what servers say harmless. */
#include <locale.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

#include "base/str.h"
#include "client/cli/cli.h"

/** Bytes of the UTF-8 character at s, its code into *code; 0 when it is none. */
static size_t character(const char *s, unsigned *code)
{
    const unsigned char *u = (const unsigned char *)s;
    size_t n = u[0] < 0x80   ? 1
               : u[0] < 0xc2 ? 0
               : u[0] < 0xe0 ? 2
               : u[0] < 0xf0 ? 3
               : u[0] < 0xf5 ? 4
                             : 0;

    if (n == 0)
        return 0;
    *code = n == 1 ? u[0] : u[0] & (0xffu >> (n + 1));
    for (size_t i = 1; i < n; i++) {
        if ((u[i] & 0xc0) != 0x80)
            return 0;
        *code = *code << 6 | (u[i] & 0x3f);
    }
    return n;
}

/** C0, DEL, C1, line separators, and what turns the direction of text. */
static bool is_control(unsigned code)
{
    return code < 0x20 || (code >= 0x7f && code < 0xa0) || (code >= 0x2028 && code <= 0x202e) ||
           (code >= 0x2066 && code <= 0x2069) || code == 0x200e || code == 0x200f ||
           code == 0xfeff;
}

void text_safe(struct buf *b, const char *s)
{
    if (!s) {
        buf_char(b, '-');
        return;
    }
    while (*s) {
        unsigned code = 0;
        size_t n = character(s, &code);
        if (n == 0) {
            buf_printf(b, "\\x%02x", (unsigned char)*s);
            n = 1;
        } else if (is_control(code)) {
            buf_printf(b, "\\u%04x", code);
        } else {
            buf_add(b, s, n);
        }
        s += n;
    }
}

static void text_list(struct buf *b, const struct rialto_value *v)
{
    struct rialto_cursor c = {0};
    bool first = true;

    while (rialto_next(v, &c)) {
        buf_str(b, first ? "" : ", ");
        first = false;
        text_value(b, c.value);
    }
    if (first)
        buf_char(b, '-');
}

void text_value(struct buf *b, const struct rialto_value *v)
{
    char *json;

    switch (rialto_type(v)) {
    case RIALTO_NULL:
        buf_char(b, '-');
        return;
    case RIALTO_BOOL:
        buf_str(b, rialto_true(v) ? "yes" : "no");
        return;
    case RIALTO_TEXT:
        text_safe(b, rialto_text(v));
        return;
    case RIALTO_ARRAY:
        text_list(b, v);
        return;
    case RIALTO_NUMBER:
    case RIALTO_OBJECT:
        json = rialto_value_json(v);
        text_safe(b, json);
        free(json);
    }
}

void text_rate(struct buf *b, double bits)
{
    static const char *const units[] = {"bit/s", "kbit/s", "Mbit/s", "Gbit/s", "Tbit/s"};
    size_t unit = 0;

    if (!(bits > 0)) {
        buf_char(b, '-');
        return;
    }
    while (bits >= 1000 && unit + 1 < sizeof(units) / sizeof(units[0])) {
        bits /= 1000;
        unit++;
    }
    buf_printf(b, "%.4g %s", bits, units[unit]);
}

void text_age(struct buf *b, double seconds)
{
    static const struct {
        double length;
        const char *name;
    } units[] = {{86400, "d"}, {3600, "h"}, {60, "min"}, {1, "s"}};
    double size = fabs(seconds);

    for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
        if (size < units[i].length * (i == 0 ? 2 : 1)) /* hours up to two days */
            continue;
        buf_printf(b, seconds < 0 ? "in %.0f %s" : "%.0f %s ago", floor(size / units[i].length),
                   units[i].name);
        return;
    }
    buf_str(b, "just now");
}

void text_since(struct buf *b, const char *time, int64_t now)
{
    int64_t then;

    if (time && str_time(slice_of(time), &then))
        text_age(b, ((double)now - (double)then) / 1e6);
    else
        buf_char(b, '-');
}

size_t text_width(const char *s)
{
    locale_t utf8 = newlocale(LC_CTYPE_MASK, "C.UTF-8", (locale_t)0);
    locale_t before = utf8 ? uselocale(utf8) : (locale_t)0;
    size_t width = 0;

    while (*s) {
        unsigned code = 0;
        size_t n = character(s, &code);
        int columns = utf8 && n > 0 ? wcwidth((wchar_t)code) : 1;
        width += columns > 0 ? (size_t)columns : 0;
        s += n > 0 ? n : 1;
    }
    if (utf8) {
        uselocale(before);
        freelocale(utf8);
    }
    return width;
}

void text_json(FILE *out, const struct rialto_value *v)
{
    char *json = rialto_value_json(v);

    fprintf(out, "%s\n", json ? json : "null");
    free(json);
}

/** Writes JSON with what could steer a terminal as escapes; such characters stand only in
 * strings. */
static void write_json(FILE *out, const char *s)
{
    while (*s) {
        unsigned code = 0;
        size_t n = character(s, &code);
        if (n > 0 && code >= 0x7f && is_control(code))
            fprintf(out, "\\u%04x", code);
        else
            fwrite(s, 1, n > 0 ? n : 1, out);
        s += n > 0 ? n : 1;
    }
}

bool text_print(struct cli *c, struct buf *b)
{
    bool ok = !b->failed;

    if (!ok)
        c->error = (struct rialto_error){.code = RIALTO_E_NOMEM, .message = "out of memory"};
    else if (c->json)
        write_json(c->out, buf_cstr(b));
    else
        fwrite(buf_cstr(b), 1, b->len, c->out);
    buf_free(b);
    return ok;
}

enum paint text_class(const char *name)
{
    if (name && strcmp(name, "observed") == 0)
        return PAINT_GREEN;
    if (name && strcmp(name, "assumed") == 0)
        return PAINT_YELLOW;
    return PAINT_NONE;
}

void text_paint(struct buf *b, const struct cli *c, enum paint paint, const char *s)
{
    if (c->colour && paint != PAINT_NONE)
        buf_printf(b, "\033[%dm%s\033[0m", (int)paint, s);
    else
        buf_str(b, s);
}
