#pragma once

// Mirroring at the source: which session gets the copy, and what is never copied.

#include "budget.bpf.h"
#include "five_tuple_hash.bpf.h"
#include "flow.bpf.h"
#include "maps.bpf.h"

static __always_inline struct weir_tunnel *tunnel_at(__u32 source_be, __u32 destination_be, __u32 vni_be) {
    struct weir_tunnel_key key = {.source_be = source_be, .destination_be = destination_be, .vni_be = vni_be};
    return bpf_map_lookup_elem(&tunnels, &key);
}

// The session whose copy this is, although its mark was lost on the way here.
static __always_inline struct weir_tunnel *tunnel_of_copy(const struct bytes *bytes, const struct packet *packet) {
    __u32 vni_be = 0;
    if (packet->family != 4 || packet->protocol != IPPROTO_UDP || packet->destination_port != WEIR_VXLAN_PORT)
        return 0;
    if (load(bytes, packet->payload_offset + 4, &vni_be, 4, 0))
        return 0;
    return tunnel_at(packet->source[0], packet->destination[0], vni_be);
}

// The session whose copy an ICMP error is about (RFC 792).
static __always_inline struct weir_tunnel *tunnel_of_error(const struct bytes *bytes, const struct packet *packet) {
    __u8 quoted[24] __attribute__((aligned(4)));
    __u32 vni_be, source_be, destination_be;
    __u8 type = packet->icmp_type;
    if (packet->family != 4 || packet->protocol != IPPROTO_ICMP || packet->fragment)
        return 0;
    if (type != 3 && type != 4 && type != 5 && type != 11 && type != 12)
        return 0;
    __u32 offset = packet->transport_offset + 8;
    if (load(bytes, offset, quoted, 24, 0))
        return 0;
    __u32 header_length = (quoted[0] & 15) * 4;
    if (quoted[0] >> 4 != 4 || header_length != 20 || quoted[9] != IPPROTO_UDP)
        return 0;
    if ((quoted[22] << 8 | quoted[23]) != WEIR_VXLAN_PORT)
        return 0;
    __builtin_memcpy(&source_be, quoted + 12, 4);
    __builtin_memcpy(&destination_be, quoted + 16, 4);
    if (load(bytes, offset + 20 + 8 + 4, &vni_be, 4, 0))
        vni_be = WEIR_ANY_VNI;
    return tunnel_at(source_be, destination_be, vni_be);
}

struct match {
    const struct weir_ruleset *ruleset;
    // As a rule has them.
    __u64 addresses;
    __u32 direction;
    __u32 count;
    __u32 packets;
    __u16 source_port;
    __u16 destination_port;
    __u8 protocol;
    __u8 has_ports;
    // One of the protocols that "all" means.
    __u8 is_common;
    // Session whose own rule refused the packet; its further rules do not count.
    __u32 refused;
    __u32 session;
};

#define NO_SESSION 0xffffffffu
// One call looks at so many: a call costs more than a rule.
#define RULES_AT_ONCE 8

static __always_inline int is_match(const struct match *match, const struct weir_rule *rule) {
    if ((match->addresses & rule->masks) != rule->addresses)
        return 0;
    if (rule->transport == WEIR_TRANSPORT_ALL)
        return match->is_common;
    if (match->protocol != rule->transport)
        return 0;
    if (match->protocol == IPPROTO_ICMP)
        return 1;
    if (!match->has_ports)
        return rule->covers_all_ports;
    return match->source_port >= rule->source_port_first && match->source_port <= rule->source_port_last &&
           match->destination_port >= rule->destination_port_first &&
           match->destination_port <= rule->destination_port_last;
}

static long match_rules(__u32 round, struct match *match) {
    __u32 first = round * RULES_AT_ONCE;
    if (first > WEIR_RULES - RULES_AT_ONCE)
        return 1;
    const struct weir_rule *rules = &match->ruleset->rules[match->direction & 1][first];
#pragma unroll
    for (__u32 i = 0; i < RULES_AT_ONCE; i++) {
        const struct weir_rule *rule = &rules[i];
        if (first + i >= match->count)
            return 1;
        if (!is_match(match, rule) || rule->session == match->refused)
            continue;
        __u32 hit = rule->hit;
        __u64 *hits = bpf_map_lookup_elem(&rule_hits, &hit);
        if (hits)
            *hits += match->packets;
        if (rule->accept) {
            match->session = rule->session;
            return 1;
        }
        match->refused = rule->session;
    }
    return 0;
}

static __always_inline void mirror(
    struct __sk_buff *skb, const struct weir_ruleset *ruleset, const struct packet *packet, __u32 direction
) {
    struct match match = {
        .ruleset = ruleset,
        .addresses = (__u64)packet->destination[0] << 32 | packet->source[0],
        .direction = direction,
        .count = ruleset->count[direction & 1],
        .packets = packet->packets,
        .source_port = packet->source_port,
        .destination_port = packet->destination_port,
        .protocol = packet->protocol,
        .has_ports = packet->has_ports,
        .is_common = packet->protocol == IPPROTO_TCP || packet->protocol == IPPROTO_UDP ||
                     packet->protocol == IPPROTO_ICMP,
        .refused = NO_SESSION,
        .session = NO_SESSION,
    };
    bpf_loop(WEIR_RULES / RULES_AT_ONCE, match_rules, &match, 0);
    if (match.session == NO_SESSION)
        return;
    struct weir_session_counters *counters = counters_of_session(match.session);
    struct weir_session *session = session_at(match.session);
    if (!counters || !session)
        return;
    __u64 length = *(volatile __u32 *)&skb->len;
    counters->matched += packet->packets;
    // The kernel may keep a tag beside the frame.
    __u64 beside = skb->vlan_present ? 4 : 0;
    counters->matched_bytes += length + beside + (packet->packets - 1) * (packet->payload_offset + beside);

    // What cannot leave or must not is not cloned: it costs production nothing.
    __u32 path = *(volatile __u32 *)&session->path;
    if (path != WEIR_PATH_READY) {
        if (path < WEIR_PATH_STATES)
            counters->refused_by_path[path] += packet->packets;
        return;
    }
    // Copies carry no 802.1Q tag.
    __u32 tags = packet->ip_offset - ETH_HLEN;
    __u32 gso_size = *(volatile __u32 *)&skb->gso_size;
    __u64 bytes = bytes_of_copies(
        session, length - tags, packet->packets, packet->payload_offset - tags, gso_size);
    if (!within_budget(match.session, packet->packets, bytes)) {
        counters->over_budget += packet->packets;
        return;
    }

    // The clone goes through the helper device, which cuts large buffers into wire packets with valid checksums.
    __u32 mark = skb->mark, tc_index = skb->tc_index;
    skb->mark = WEIR_MARK | (match.session & WEIR_MARK_SESSION);
    skb->tc_index = five_tuple_hash(packet) & WEIR_SOURCE_PORT_MASK;
    bpf_clone_redirect(skb, ruleset->helper_ifindex, 0);
    skb->mark = mark;
    skb->tc_index = tc_index;
}
