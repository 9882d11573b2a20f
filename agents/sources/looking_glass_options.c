/* SPDX-License-Identifier: Apache-2.0 */
/* The options that make a request: address, method, form, headers, pages. */
#include <string.h>
#include <strings.h>

#include "agents/sources/looking_glass.h"

#define MAX_TEMPLATE 4096
#define MAX_FIELDS   30 /* of a form, or headers */

const struct conf_item lg_page_items[] = {
    {.name = "total",
     .type = CONF_STRING,
     .help = "Where an answer tells the number of pages, as \"pagination/total_pages\"; the "
             "address has %p for the page."},
    {.name = "next",
     .type = CONF_STRING,
     .help = "Or where it tells the address of the next page."},
    {.name = "first",
     .type = CONF_INT,
     .def = "0",
     .min = 0,
     .max = 1,
     .help = "Number of the first page."},
    {.name = "max",
     .type = CONF_INT,
     .def = "1000",
     .min = 1,
     .max = LG_MAX_PAGES,
     .help = "Pages of one answer; more fail the router."},
    {0},
};

/* How often a placeholder stands in a template; NULL: never. */
static size_t count(const char *template, const char *placeholder)
{
    size_t n = 0;

    while (template != NULL && (template = strstr(template, placeholder)) != NULL) {
        n++;
        template += strlen(placeholder);
    }
    return n;
}

static int check_url(const struct lg_router *r, const struct conf *c, struct err *e)
{
    size_t n = count(r->url, "%q") + count(r->url, "%r");
    const char *server;

    if (strncmp(r->url, "http://", 7) != 0 && strncmp(r->url, "https://", 8) != 0)
        return conf_err(c, e, "url: must start with http:// or https://");
    if (strlen(r->url) > MAX_TEMPLATE)
        return conf_err(c, e, "url: longer than %d bytes", MAX_TEMPLATE);
    server = strstr(r->url, "://") + 3;
    if (strcspn(server, "%") < strcspn(server, "/?#"))
        return conf_err(c, e, "url: the server's name may not depend on what is asked");
    if (n > 1 || (n == 0 && r->body == NULL))
        return conf_err(c, e, "url: needs %%q once, where the command belongs");
    if (r->pages.total != NULL && count(r->url, "%p") == 0)
        return conf_err(c, e, "url: needs %%p for the page");
    return 0;
}

/* NAME=VALUE..., as one body of application/x-www-form-urlencoded; %r in it becomes %q. */
static int read_form(struct agent *a, struct lg_router *r, const struct conf *list,
                     struct err *e)
{
    struct buf body = {0};

    if (conf_count(list) > MAX_FIELDS)
        return conf_err(list, e, "form: more than %d fields", MAX_FIELDS);
    for (size_t i = 0; i < conf_count(list); i++) {
        const char *field = conf_text(conf_at(list, i));
        size_t name = strcspn(field, "=");

        if (name == 0 || field[name] != '=') {
            buf_free(&body);
            return conf_err(conf_at(list, i), e, "form: \"%s\" is not NAME=VALUE", field);
        }
        if (i > 0)
            buf_char(&body, '&');
        for (const char *p = field; *p != '\0'; p++) {
            if (*p == '%' && (p[1] == 'r' || p[1] == 'q')) {
                buf_str(&body, "%q");
                p++;
            } else if (p == field + name) {
                buf_char(&body, '=');
            } else {
                buf_percent(&body, p, 1);
            }
        }
    }
    r->body = body.failed ? NULL : arena_strdup(agent_arena(a), buf_cstr(&body));
    r->type = "application/x-www-form-urlencoded";
    buf_free(&body);
    return r->body != NULL ? 0 : err_set(e, ERR_NOMEM, "no memory for a form");
}

static int read_body(struct agent *a, struct lg_router *r, const struct conf *c, struct err *e)
{
    const char *body = conf_str(c, "body");
    size_t blank = body != NULL ? strspn(body, " \t\n") : 0;

    if (conf_has(c, "form"))
        return body == NULL ? read_form(a, r, conf_get(c, "form"), e)
                            : conf_err(c, e, "router %s: has both form and body", r->name);
    if (body == NULL)
        return 0;
    if (strlen(body) > MAX_TEMPLATE)
        return conf_err(conf_get(c, "body"), e, "body: longer than %d bytes", MAX_TEMPLATE);
    r->body = body;
    r->type = strchr("{[", body[blank]) != NULL ? "application/json" : "text/plain";
    return 0;
}

/* A line with a name (RFC 9110 section 5.1) and nothing that would end it. */
static bool is_header(const char *s)
{
    size_t name = strspn(s, "!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyz"
                            "ABCDEFGHIJKLMNOPQRSTUVWXYZ");

    return name > 0 && s[name] == ':' && strpbrk(s, "\r\n") == NULL &&
           strlen(s) <= MAX_TEMPLATE;
}

static int read_headers(struct agent *a, struct lg_router *r, const struct conf *c,
                        struct err *e)
{
    const struct conf *list = conf_get(c, "headers");
    size_t n = conf_count(list), tokens = 0;
    const char **lines = ARENA_ARRAY(agent_arena(a), n + 1, const char *);

    if (lines == NULL)
        return err_set(e, ERR_NOMEM, "no memory for headers");
    if (n > MAX_FIELDS)
        return conf_err(list, e, "headers: more than %d", MAX_FIELDS);
    for (size_t i = 0; i < n; i++) {
        lines[i] = conf_text(conf_at(list, i));
        tokens += count(lines[i], "%t");
        if (!is_header(lines[i]))
            return conf_err(conf_at(list, i), e, "headers: not NAME: VALUE");
    }
    r->token_file = conf_str(c, "token_file");
    if ((tokens > 0) != (r->token_file != NULL))
        return conf_err(c, e, "router %s: token_file and %%t in headers belong together",
                        r->name);
    r->headers = lines;
    return 0;
}

static int read_pages(struct lg_router *r, const struct conf *c, struct err *e)
{
    r->pages.max = 1;
    if (c == NULL)
        return 0;
    r->pages.total = conf_str(c, "total");
    r->pages.next = conf_str(c, "next");
    r->pages.first = conf_int(c, "first");
    r->pages.max = conf_int(c, "max");
    if ((r->pages.total == NULL) == (r->pages.next == NULL))
        return conf_err(c, e, "pages: needs either total or next");
    return 0;
}

int lg_request_options(struct agent *a, struct lg_router *r, const struct conf *c,
                       struct err *e)
{
    const char *method = conf_str(c, "method");
    int rc = read_body(a, r, c, e);

    if (rc == 0)
        rc = read_pages(r, conf_get(c, "pages"), e);
    if (rc == 0)
        rc = read_headers(a, r, c, e);
    if (rc == 0)
        rc = check_url(r, conf_get(c, "url"), e);
    if (rc < 0)
        return rc;
    if (method != NULL && strcmp(method, "GET") != 0 && strcmp(method, "POST") != 0)
        return conf_err(conf_get(c, "method"), e, "method: must be GET or POST");
    if (method != NULL && r->body != NULL && strcmp(method, "GET") == 0)
        return conf_err(conf_get(c, "method"), e, "method: GET has no form and no body");
    r->method = method != NULL ? method : r->body != NULL ? "POST" : "GET";
    return 0;
}
