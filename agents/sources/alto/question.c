/* SPDX-License-Identifier: Apache-2.0 */
#include "agents/sources/alto/question.h"

#include <string.h>

#include "agents/sources/documents_check.h"
#include "wire/media.h"

#define MAX_NAMES 1000 /* sources, or destinations */
#define MAX_NAME  64   /* bytes of the name */

const struct conf_item question_items[] = {
    {.name = "name",
     .type = CONF_STRING,
     .required = true,
     .help = "Its answer is the document NAME.json, one scope."},
    {.name = "resource",
     .type = CONF_STRING,
     .help = "Id of the resource to ask; default: the first that has path vectors."},
    {.name = "sources",
     .type = CONF_LIST,
     .element = CONF_STRING,
     .required = true,
     .help = "PIDs, or endpoint addresses (ipv4:192.0.2.1)."},
    {.name = "destinations",
     .type = CONF_LIST,
     .element = CONF_STRING,
     .required = true,
     .help = "The same."},
    {.name = "properties",
     .type = CONF_LIST,
     .element = CONF_STRING,
     .help = "Properties of network elements to ask for; default: all that are offered."},
    {0},
};

static bool is_address(const char *name)
{
    return strncmp(name, "ipv4:", 5) == 0 || strncmp(name, "ipv6:", 5) == 0;
}

static int check_names(const struct conf *list, bool endpoints, struct err *e)
{
    if (conf_count(list) == 0 || conf_count(list) > MAX_NAMES)
        return conf_err(list, e, "needs 1 to %d names", MAX_NAMES);
    for (size_t i = 0; i < conf_count(list); i++) {
        const char *name = conf_text(conf_at(list, i));

        if (is_address(name) != endpoints)
            return conf_err(conf_at(list, i), e, "PIDs and addresses can't be mixed");
        if (!endpoints && !document_id_is_good(slice_of(name)))
            return conf_err(conf_at(list, i), e, "\"%s\" is no PID", name);
    }
    return 0;
}

int question_read(const struct conf *c, struct question *q, struct err *e)
{
    int rc;

    q->name = conf_str(c, "name");
    q->resource = conf_str(c, "resource");
    q->sources = conf_get(c, "sources");
    q->destinations = conf_get(c, "destinations");
    q->properties = conf_get(c, "properties");
    if (!document_id_is_good(slice_of(q->name)) || strlen(q->name) > MAX_NAME)
        return conf_err(c, e, "name: letters, digits and -:@_. only, at most %d", MAX_NAME);
    q->endpoints = conf_count(q->sources) > 0 && is_address(conf_text(conf_at(q->sources, 0)));
    rc = check_names(q->sources, q->endpoints, e);
    return rc == 0 ? check_names(q->destinations, q->endpoints, e) : rc;
}

bool question_fits(const struct question *q, const struct ird_resource *i)
{
    const char *accepts = q->endpoints ? MEDIA_COST_PARAMS : MEDIA_COST_FILTER;

    return ird_media_is(i->media, "multipart/related") && ird_media_is(i->accepts, accepts) &&
           ird_has_cost(i, "array", "ane-path") &&
           (q->resource == NULL || strcmp(q->resource, i->id) == 0);
}

static void put_names(struct buf *b, const char *key, const struct conf *list)
{
    buf_printf(b, "\"%s\":[", key);
    for (size_t i = 0; i < conf_count(list); i++) {
        buf_str(b, i > 0 ? "," : "");
        buf_json_str(b, conf_text(conf_at(list, i)));
    }
    buf_char(b, ']');
}

void question_put(const struct question *q, const struct ird_resource *i, struct buf *b)
{
    const struct jnode *offered = jnode_get(i->capabilities, "ane-property-names");

    buf_str(b, "{\"cost-type\":{\"cost-mode\":\"array\",\"cost-metric\":\"ane-path\"},");
    buf_printf(b, "\"%s\":{", q->endpoints ? "endpoints" : "pids");
    put_names(b, "srcs", q->sources);
    buf_char(b, ',');
    put_names(b, "dsts", q->destinations);
    buf_str(b, "},");
    if (q->properties != NULL) {
        put_names(b, "ane-property-names", q->properties);
    } else {
        buf_str(b, "\"ane-property-names\":[");
        for (const struct jnode *n = jnode_first(offered); n != NULL; n = n->next) {
            if (jnode_str(n) == NULL)
                continue;
            buf_json_str(b, jnode_str(n));
            buf_char(b, ',');
        }
        if (b->len > 0 && b->data[b->len - 1] == ',')
            b->len--;
        buf_char(b, ']');
    }
    buf_char(b, '}');
}
