/* SPDX-License-Identifier: Apache-2.0 */
/* Media types of ALTO (RFC 7285 section 14.1, RFC 8895 section 12, RFC 9240 section 12.1, RFC
 * 9241 section 7, RFC 9275 section 7, RFC 9569 section 11). */
#ifndef RIALTO_WIRE_MEDIA_H
#define RIALTO_WIRE_MEDIA_H

#define MEDIA_DIRECTORY        "application/alto-directory+json"
#define MEDIA_NETWORK_MAP      "application/alto-networkmap+json"
#define MEDIA_NETWORK_FILTER   "application/alto-networkmapfilter+json"
#define MEDIA_COST_MAP         "application/alto-costmap+json"
#define MEDIA_COST_FILTER      "application/alto-costmapfilter+json"
#define MEDIA_ENDPOINT_PROP    "application/alto-endpointprop+json"
#define MEDIA_ENDPOINT_PARAMS  "application/alto-endpointpropparams+json"
#define MEDIA_ENDPOINT_COST    "application/alto-endpointcost+json"
#define MEDIA_COST_PARAMS      "application/alto-endpointcostparams+json"
#define MEDIA_PROPERTY_MAP     "application/alto-propmap+json"
#define MEDIA_PROPERTY_PARAMS  "application/alto-propmapparams+json"
#define MEDIA_CDNI             "application/alto-cdni+json"
#define MEDIA_CDNI_FILTER      "application/alto-cdnifilter+json"
#define MEDIA_CDNI_FILTER_TOO  "application/cdnifilter+json" /* RFC 9241 section 5.7.1 */
#define MEDIA_ERROR            "application/alto-error+json"
#define MEDIA_JSON             "application/json"
#define MEDIA_EVENTS           "text/event-stream"
#define MEDIA_STREAM_PARAMS    "application/alto-updatestreamparams+json"
#define MEDIA_STREAM_CONTROL   "application/alto-updatestreamcontrol+json"
#define MEDIA_TIPS             "application/alto-tips+json"
#define MEDIA_TIPS_PARAMS      "application/alto-tipsparams+json"
#define MEDIA_MERGE_PATCH      "application/merge-patch+json"
#define MEDIA_JSON_PATCH       "application/json-patch+json"
#define MEDIA_COST_MAP_PV      "multipart/related;type=" MEDIA_COST_MAP
#define MEDIA_ENDPOINT_COST_PV "multipart/related;type=" MEDIA_ENDPOINT_COST

#endif
