#pragma once

// What the kernel throws away: copies (for the ledger) and packets refused by the firewall (for the flow logs).

#include "flow.bpf.h"
#include "maps.bpf.h"
#include "packet.bpf.h"
#include "tracing.bpf.h"

#include <bpf/bpf_core_read.h>
#include <bpf/bpf_tracing.h>

static __always_inline __u32 namespace_of(struct net_device *device) { return device->nd_net.net->ns.inum; }

static __always_inline int parse_dropped(struct sk_buff *skb, struct packet *packet) {
    // Read as numbers: the verifier forbids arithmetic between pointers.
    unsigned char *head = BPF_CORE_READ(skb, head);
    __u32 network = skb->network_header, tail = skb->tail;
    long data = (long)BPF_CORE_READ(skb, data) - (long)head;
    struct skb_shared_info *shared = (void *)(head + skb->end);
    // `len` counts from `data`, which is at the network header or before it.
    long length = (long)skb->len + data - (long)network;
    if (tail <= network || length <= 0)
        return -1;
    struct bytes bytes = {.at = head + network, .limit = tail - network};
    return parse_ip(
        &bytes, 0, length, bpf_ntohs(skb->protocol), BPF_CORE_READ(shared, gso_size), BPF_CORE_READ(shared, gso_segs),
        packet, 1);
}

static __always_inline void copy_dropped(struct sk_buff *skb, __u32 mark, __u32 reason) {
    struct net_device *device = skb->dev;
    __u32 index = mark & WEIR_MARK_SESSION;
    struct weir_session *session = session_at(index);
    struct packet packet;
    if (!device || !session || session->netns != namespace_of(device))
        return;
    // A capture tool whose buffer is full loses its own clone, not the copy.
    if (bpf_core_enum_value_exists(enum skb_drop_reason, SKB_DROP_REASON_PACKET_SOCK_ERROR) &&
        reason == bpf_core_enum_value(enum skb_drop_reason, SKB_DROP_REASON_PACKET_SOCK_ERROR))
        return;
    __u64 packets = 1;
    struct weir_drop_key key = {.session = index, .reason = reason, .stage = WEIR_STAGE_CLONED};
    if (mark & WEIR_MARK_ENCAPSULATED) {
        key.stage = mark & WEIR_MARK_LEFT ? WEIR_STAGE_LEFT : WEIR_STAGE_ENCAPSULATED;
        key.device_down = !(device->flags & DEVICE_FLAG_UP) || (device->state & DEVICE_STATE_NO_CARRIER);
    } else if (parse_dropped(skb, &packet) == 0) {
        packets = packet.packets;
    }
    __u64 *count = bpf_map_lookup_elem(&drops, &key);
    if (!count) {
        __u64 none = 0;
        bpf_map_update_elem(&drops, &key, &none, BPF_NOEXIST);
        count = bpf_map_lookup_elem(&drops, &key);
    }
    if (count) {
        __sync_fetch_and_add(count, packets);
        return;
    }
    struct weir_session_counters *counters = counters_of_session(index);
    if (counters && key.stage <= WEIR_STAGE_LEFT)
        __sync_fetch_and_add(&counters->unnamed_drops[key.stage], packets);
}

// Charged to the ENI through which the packet entered, in the window in which it was seen.
static __always_inline void stamped_dropped(struct sk_buff *skb, __u32 stamp) {
    __u32 slot = stamp & WEIR_STAMP_SLOT, epoch = stamp & WEIR_STAMP_EPOCH ? 1 : 0;
    struct net_device *device = skb->dev;
    struct weir_slot *entry = bpf_map_lookup_elem(&slots, &slot);
    struct packet packet;
    // A stamp outlives its namespace: only the device that gave it, in its own namespace, counts.
    if (!entry || !device || !(entry->flags & WEIR_SLOT_ACCOUNT) || entry->netns != namespace_of(device) ||
        entry->ifindex != (__u32)skb->skb_iif)
        return;
    if (parse_dropped(skb, &packet))
        return;
    if (phase() & WEIR_PHASE_CLOSED(epoch)) {
        struct weir_slot_counters *counters = counters_of_slot(slot);
        if (counters)
            __sync_fetch_and_add(&counters->late, packet.packets);
        return;
    }
    count_rejected(&packet, slot, entry->own ? WEIR_INGRESS : WEIR_EGRESS, epoch, 0);
}

// Made here and refused before any device saw it: charged to the ENI that has its source address.
static __always_inline void outgoing_dropped(struct sk_buff *skb) {
    struct net_device *device = skb->dev;
    struct weir_address_key key = {};
    struct packet packet;
    if (device) {
        key.netns = namespace_of(device);
    } else {
        struct dst_entry *route = (void *)(skb->_skb_refdst & ~1ul);
        if (!route)
            return;
        key.netns = BPF_CORE_READ(route, dev, nd_net.net, ns.inum);
    }
    if (parse_dropped(skb, &packet))
        return;
    key.family = packet.family;
    __builtin_memcpy(key.address, packet.source, 16);
    __u32 *slot = bpf_map_lookup_elem(&own_addresses, &key);
    if (!slot)
        return;
    __u32 index = *slot;
    struct weir_slot *entry = bpf_map_lookup_elem(&slots, &index);
    if (entry && entry->flags & WEIR_SLOT_ACCOUNT)
        count_rejected(&packet, index, WEIR_EGRESS, phase() & WEIR_PHASE_ACTIVE, 1);
}

SEC("tp_btf/kfree_skb")
int BPF_PROG(weir_dropped, struct sk_buff *skb, void *location, enum skb_drop_reason reason) {
    __u32 mark = skb->mark;
    if ((mark & WEIR_MARK_MASK) == WEIR_MARK) {
        copy_dropped(skb, mark, reason);
        return 0;
    }
    if (reason != bpf_core_enum_value(enum skb_drop_reason, SKB_DROP_REASON_NETFILTER_DROP))
        return 0;
    __u32 stamp = skb->tc_index;
    if (skb->skb_iif == 0)
        outgoing_dropped(skb);
    else if (stamp & WEIR_STAMP)
        stamped_dropped(skb, stamp);
    return 0;
}
