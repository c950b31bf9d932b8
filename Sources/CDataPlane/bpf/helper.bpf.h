#pragma once

// The far end of the helper device: single wire packets arrive here, are cut, wrapped in VXLAN (RFC 7348) and sent.

#include "maps.bpf.h"

#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <linux/pkt_cls.h>
#include <linux/udp.h>
#include <bpf/bpf_endian.h>

#define ADDRESS_FAMILY_IPV4 2
#define VXLAN_FLAGS 0x08000000u /* the VNI is valid */

struct envelope {
    struct ethhdr ethernet;
    struct iphdr ip;
    struct udphdr udp;
    __be32 vxlan_flags;
    __be32 vxlan_vni;
} __attribute__((packed));

_Static_assert(sizeof(struct envelope) == WEIR_ENVELOPE_BYTES, "envelope");

static __always_inline __u16 header_checksum(const void *header) {
    const __u16 *words = header;
    __u32 sum = 0;
#pragma unroll
    for (int i = 0; i < 10; i++)
        sum += words[i];
    sum = (sum & 0xffff) + (sum >> 16);
    sum = (sum & 0xffff) + (sum >> 16);
    return ~sum;
}

static __always_inline int wrap(struct __sk_buff *skb, const struct weir_session *session) {
    __u32 inner = skb->len;
    struct envelope envelope = {};
    // The Ethernet addresses are the neighbour's business.
    envelope.ethernet.h_proto = bpf_htons(ETH_P_IP);
    envelope.ip.version = 4;
    envelope.ip.ihl = 5;
    envelope.ip.tot_len = bpf_htons(inner + WEIR_ENVELOPE_MTU_BYTES);
    envelope.ip.frag_off = bpf_htons(0x4000);
    envelope.ip.ttl = 64;
    envelope.ip.protocol = IPPROTO_UDP;
    envelope.ip.saddr = session->source_be;
    envelope.ip.daddr = session->destination_be;
    envelope.ip.check = header_checksum((const __u8 *)&envelope + sizeof(envelope.ethernet));
    envelope.udp.source = bpf_htons(WEIR_SOURCE_PORT_BASE | (skb->tc_index & WEIR_SOURCE_PORT_MASK));
    envelope.udp.dest = bpf_htons(WEIR_VXLAN_PORT);
    envelope.udp.len = bpf_htons(inner + 16);
    envelope.vxlan_flags = bpf_htonl(VXLAN_FLAGS);
    envelope.vxlan_vni = session->vni_be;
    if (bpf_skb_change_head(skb, sizeof(envelope), 0))
        return -1;
    return bpf_skb_store_bytes(skb, 0, &envelope, sizeof(envelope), 0);
}

SEC("tc")
int weir_helper(struct __sk_buff *skb) {
    __u32 mark = skb->mark, index = mark & WEIR_MARK_SESSION;
    // Nothing but copies has any business here; what is freed with a mark is counted by the drop program.
    if ((mark & WEIR_MARK_MASK) != WEIR_MARK || (mark & WEIR_MARK_ENCAPSULATED))
        return TC_ACT_SHOT;
    struct weir_session *session = session_at(index);
    struct weir_session_counters *counters = counters_of_session(index);
    if (!session || !counters)
        return TC_ACT_SHOT;
    __u32 path = session->path;
    if (path != WEIR_PATH_READY) {
        if (path < WEIR_PATH_STATES)
            counters->refused_by_path[path] += 1;
        // Counted here, so not by the drop program as well.
        skb->mark = 0;
        return TC_ACT_SHOT;
    }
    // Copies carry no 802.1Q tag.
    for (int i = 0; i < 2; i++) {
        __u16 ethertype = bpf_ntohs(skb->protocol);
        if (!skb->vlan_present && ethertype != ETH_P_8021Q && ethertype != ETH_P_8021AD)
            break;
        if (bpf_skb_vlan_pop(skb))
            return TC_ACT_SHOT;
    }
    __u32 length = skb->len, cut = session->length_limit;
    int by_mtu = session->mtu_limit < cut && length > session->mtu_limit;
    if (by_mtu)
        cut = session->mtu_limit;
    int is_cut = length > cut;
    if (is_cut && bpf_skb_change_tail(skb, cut, 0))
        return TC_ACT_SHOT;
    struct bpf_redir_neigh next_hop = {.nh_family = ADDRESS_FAMILY_IPV4, .ipv4_nh = session->next_hop_be};
    __u32 underlay = session->underlay_ifindex;
    if (wrap(skb, session))
        return TC_ACT_SHOT;
    skb->mark = mark | WEIR_MARK_ENCAPSULATED;
    counters->encapsulated += 1;
    if (is_cut && by_mtu)
        counters->truncated_by_mtu += 1;
    else if (is_cut)
        counters->truncated_by_length += 1;
    return bpf_redirect_neigh(underlay, &next_hop, sizeof(next_hop), 0);
}
