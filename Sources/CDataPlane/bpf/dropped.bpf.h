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
    __u64 packets = 1, bytes = 0;
    struct weir_drop_key key = {.session = index, .reason = reason, .stage = WEIR_STAGE_CLONED};
    key.device_down = !(device->flags & DEVICE_FLAG_UP) || (device->state & DEVICE_STATE_NO_CARRIER);
    if (mark & WEIR_MARK_ENCAPSULATED) {
        key.stage = mark & WEIR_MARK_LEFT ? WEIR_STAGE_LEFT : WEIR_STAGE_ENCAPSULATED;
        // At a device the frame begins with its Ethernet header, and with the envelope.
        if (key.stage == WEIR_STAGE_LEFT && skb->len > WEIR_ENVELOPE_BYTES)
            bytes = skb->len - WEIR_ENVELOPE_BYTES;
    } else if (parse_dropped(skb, &packet) == 0) {
        packets = packet.packets;
    }
    struct weir_drop *drop = bpf_map_lookup_elem(&drops, &key);
    if (!drop) {
        struct weir_drop none = {};
        bpf_map_update_elem(&drops, &key, &none, BPF_NOEXIST);
        drop = bpf_map_lookup_elem(&drops, &key);
    }
    if (drop) {
        __sync_fetch_and_add(&drop->packets, packets);
        __sync_fetch_and_add(&drop->bytes, bytes);
        return;
    }
    struct weir_session_counters *counters = counters_of_session(index);
    if (counters && key.stage <= WEIR_STAGE_LEFT)
        __sync_fetch_and_add(&counters->unnamed_drops[key.stage], packets);
}

// Where a drop happens: 0 when it cannot be told. In the output hook a packet has a route and no device yet.
static __always_inline __u32 namespace_of_drop(struct sk_buff *skb) {
    struct net_device *device = skb->dev;
    if (device)
        return namespace_of(device);
    struct dst_entry *route = (void *)(skb->_skb_refdst & ~1ul);
    return route ? BPF_CORE_READ(route, dev, nd_net.net, ns.inum) : 0;
}

// The slot when its flows are counted and the drop is in its namespace: a stamp or a mark outlives its namespace,
// and elsewhere it has no say.
static __always_inline struct weir_slot *slot_of_drop(struct sk_buff *skb, __u32 slot) {
    struct weir_slot *entry = bpf_map_lookup_elem(&slots, &slot);
    if (!entry || !(entry->flags & WEIR_SLOT_ACCOUNT) || entry->netns != namespace_of_drop(skb))
        return 0;
    return entry;
}

// Connection tracking puts fragments together before a firewall sees them, while devices saw each. Makes the packet
// its first fragment, and returns how many later ones there were, with the bytes of these.
static __always_inline __u32 take_apart(struct sk_buff *skb, struct packet *packet, __u64 *later_bytes) {
    struct inet_skb_parm *control = (void *)skb->cb;
    if (packet->family != 4 || packet->packets != 1)
        return 0;
    __u32 largest = BPF_CORE_READ(control, frag_max_size), header = packet->transport_offset;
    if (largest < header + 8 || packet->ip_bytes <= largest)
        return 0;
    // Each but the last carries a multiple of eight bytes.
    __u32 each = (largest - header) & ~7u, body = (__u32)packet->ip_bytes - header;
    if (each == 0)
        return 0;
    __u32 later = (body - 1) / each;
    packet->ip_bytes = header + each;
    *later_bytes = (__u64)(body - each) + (__u64)later * header;
    return later;
}

static __always_inline void become_later(struct packet *packet, __u32 count, __u64 bytes) {
    packet->packets = count;
    packet->ip_bytes = bytes;
    packet->source_port = 0;
    packet->destination_port = 0;
}

// A drop of a packet that its slot has seen, in the window in which it was seen.
static __always_inline void count_seen_drop(const struct packet *packet, const struct refusal *refusal, __u32 epoch) {
    if (phase() & WEIR_PHASE_CLOSED(epoch)) {
        struct weir_slot_counters *counters = counters_of_slot(refusal->slot);
        if (counters)
            __sync_fetch_and_add(&counters->late, packet->packets);
        return;
    }
    count_rejected(packet, refusal, epoch, 0);
}

// Charged to the ENI through which the packet entered.
static __always_inline void stamped_dropped(struct sk_buff *skb, __u32 stamp) {
    __u32 slot = stamp & WEIR_STAMP_SLOT, epoch = stamp & WEIR_STAMP_EPOCH ? 1 : 0;
    struct weir_slot *entry = slot_of_drop(skb, slot);
    struct packet packet;
    if (!entry || parse_dropped(skb, &packet))
        return;
    struct refusal refusal = {
        .slot = slot,
        .slot_flags = entry->flags,
        .reason = WEIR_BY_HOST,
        .direction = entry->own ? WEIR_INGRESS : WEIR_EGRESS,
    };
    __u64 later_bytes = 0;
    __u32 later = take_apart(skb, &packet, &later_bytes);
    count_seen_drop(&packet, &refusal, epoch);
    if (!later)
        return;
    become_later(&packet, later, later_bytes);
    count_seen_drop(&packet, &refusal, epoch);
}

// Charged to the ENI whose rules refused the packet, and to no other. Where its device lies before the firewall the
// packet was seen and stamped; where it lies after, nobody has seen it as the ENI does.
static __always_inline void charge_refusal(
    const struct packet *packet, const struct refusal *refusal, __u32 own, __u32 stamp
) {
    if (refusal->direction != (own ? WEIR_INGRESS : WEIR_EGRESS)) {
        count_rejected(packet, refusal, phase() & WEIR_PHASE_ACTIVE, 1);
    } else if ((stamp & WEIR_STAMP) && (stamp & WEIR_STAMP_SLOT) == refusal->slot) {
        count_seen_drop(packet, refusal, stamp & WEIR_STAMP_EPOCH ? 1 : 0);
    } else {
        struct weir_slot_counters *counters = counters_of_slot(refusal->slot);
        if (counters)
            __sync_fetch_and_add(&counters->unattributed, packet->packets);
    }
}

static __always_inline void refused_dropped(struct sk_buff *skb, __u32 mark) {
    __u32 slot = mark & WEIR_REFUSED_SLOT, stamp = skb->tc_index;
    struct weir_slot *entry = slot_of_drop(skb, slot);
    struct packet packet;
    if (!entry || parse_dropped(skb, &packet))
        return;
    struct refusal refusal = {
        .slot = slot,
        .slot_flags = entry->flags,
        .reason = mark & WEIR_REFUSED_BY_ACL ? WEIR_BY_NETWORK_ACL : WEIR_BY_SECURITY_GROUP,
        .direction = mark & WEIR_REFUSED_EGRESS ? WEIR_EGRESS : WEIR_INGRESS,
    };
    __u32 own = entry->own;
    __u64 later_bytes = 0;
    __u32 later = take_apart(skb, &packet, &later_bytes);
    charge_refusal(&packet, &refusal, own, stamp);
    if (!later)
        return;
    become_later(&packet, later, later_bytes);
    charge_refusal(&packet, &refusal, own, stamp);
}

// Made here and refused before any device saw it: charged to the ENI that has its source address.
static __always_inline void outgoing_dropped(struct sk_buff *skb) {
    struct weir_address_key key = {.netns = namespace_of_drop(skb)};
    struct packet packet;
    if (parse_dropped(skb, &packet) || is_platform_traffic(&packet))
        return;
    key.family = packet.family;
    __builtin_memcpy(key.address, packet.source, 16);
    __u32 *slot = bpf_map_lookup_elem(&own_addresses, &key);
    if (!slot)
        return;
    __u32 index = *slot;
    struct weir_slot *entry = bpf_map_lookup_elem(&slots, &index);
    if (!entry || !(entry->flags & WEIR_SLOT_ACCOUNT))
        return;
    struct refusal refusal = {
        .slot = index, .slot_flags = entry->flags, .reason = WEIR_BY_HOST, .direction = WEIR_EGRESS
    };
    count_rejected(&packet, &refusal, phase() & WEIR_PHASE_ACTIVE, 1);
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
    if ((mark & WEIR_REFUSED_MASK) == WEIR_REFUSED)
        refused_dropped(skb, mark);
    else if (skb->skb_iif == 0)
        outgoing_dropped(skb);
    else if (stamp & WEIR_STAMP)
        stamped_dropped(skb, stamp);
    return 0;
}

// The kernel does not enter a tracing program again on a CPU that is running it, and what is dropped in an interrupt
// meanwhile would never be seen. So there are two at kfree_skb, attached in this order: the first notes each drop that
// it sees, the second takes those that the first was not entered for. Attached once and never replaced, for a tracing
// program cannot be replaced in place: a change of either is a new WEIR_LAYOUT.
SEC("tp_btf/kfree_skb")
int weir_dropped_entry(__u64 *context) {
    __u32 zero = 0;
    struct drops_under_way *under_way = bpf_map_lookup_elem(&drops_under_way, &zero);
    if (under_way) {
        __u32 last = under_way->count;
        if (last >= DROPS_UNDER_WAY)
            last = 0;
        under_way->skb[last] = context[0];
        under_way->count = last + 1;
    }
    bpf_tail_call(context, &drop_program, 0);
    return 0;
}

SEC("tp_btf/kfree_skb")
int weir_dropped_nested(__u64 *context) {
    __u32 zero = 0;
    struct drops_under_way *under_way = bpf_map_lookup_elem(&drops_under_way, &zero);
    if (!under_way)
        return 0;
    __u32 count = under_way->count;
    __u64 skb = context[0];
#pragma unroll
    for (int i = DROPS_UNDER_WAY - 1; i >= 0; i--) {
        if (i >= count || under_way->skb[i] != skb)
            continue;
        // What lies above came in an interrupt that has ended.
        under_way->count = i;
        return 0;
    }
    bpf_tail_call(context, &drop_program, 1);
    return 0;
}
