/* SPDX-License-Identifier: Apache-2.0 */
/* The reference of a table as nested Markdown lists. */
#include "conf/tree.h"

static void manual_type(const struct conf_item *item, struct buf *out)
{
    const char *const *choice = item->choices;

    if (item->type == CONF_LIST) {
        buf_printf(out, "list of %s", conf_type_name(item->element));
    } else if (item->type != CONF_ENUM) {
        buf_str(out, conf_type_name(item->type));
    }
    for (; choice != NULL && *choice != NULL; choice++)
        buf_printf(out, "%s`%s`", choice == item->choices ? "" : ", ", *choice);
}

static void manual_item(const struct conf_item *item, int level, struct buf *out)
{
    enum conf_type type = item->type == CONF_LIST ? item->element : item->type;
    char low[32], high[32];

    buf_printf(out, "%*s- `%s` (", level * 2, "", item->name);
    manual_type(item, out);
    if (item->min != 0 || item->max != 0)
        buf_printf(out, " from %s to %s", conf_value_format(type, item->min, low),
                   conf_value_format(type, item->max, high));
    if (item->required)
        buf_str(out, "; required");
    if (item->def != NULL)
        buf_printf(out, "; default `%s`", item->def);
    buf_str(out, ")");
    if (item->help != NULL)
        buf_printf(out, ": %s", item->help);
    buf_char(out, '\n');
}

static void manual_items(const struct conf_item *items, int level, struct buf *out)
{
    for (; items->name != NULL; items++) {
        manual_item(items, level, out);
        if (items->items != NULL)
            manual_items(items->items, level + 1, out);
    }
}

void conf_manual(const struct conf_item *items, struct buf *out)
{
    manual_items(items, 0, out);
}
