#pragma once

// Flow accounting: seen packets at the device, refused ones from the drop program.

#include "maps.bpf.h"
#include "packet.bpf.h"

static __always_inline struct weir_flow *find_flow(void *map, const void *key, const int create) {
    struct weir_flow *flow = map ? bpf_map_lookup_elem(map, key) : 0;
    if (flow || !create || !map)
        return flow;
    struct weir_flow empty = {};
    // Another CPU may have made it meanwhile; the second look finds either.
    bpf_map_update_elem(map, key, &empty, BPF_NOEXIST);
    return bpf_map_lookup_elem(map, key);
}

static __always_inline struct weir_flow *flow_of(
    const struct packet *packet, __u32 slot, __u8 direction, __u32 epoch, const int create
) {
    if (packet->family == 4) {
        struct weir_flow_key4 key = {
            .source_be = packet->source[0],
            .destination_be = packet->destination[0],
            .source_port = packet->source_port,
            .destination_port = packet->destination_port,
            .slot = slot,
            .direction = direction,
            .protocol = packet->protocol,
        };
        return find_flow(bpf_map_lookup_elem(&flows4, &epoch), &key, create);
    }
    struct weir_flow_key6 key = {
        .slot = slot,
        .direction = direction,
        .family = 6,
        .protocol = packet->protocol,
        .source_port = packet->source_port,
        .destination_port = packet->destination_port,
    };
    __builtin_memcpy(key.source, packet->source, 16);
    __builtin_memcpy(key.destination, packet->destination, 16);
    return find_flow(bpf_map_lookup_elem(&flows6, &epoch), &key, create);
}

static __always_inline void count_skipped(__u32 slot, __u32 epoch, const struct packet *packet) {
    __u32 index = slot * 2 + epoch;
    struct weir_skipped *value = bpf_map_lookup_elem(&skipped, &index);
    if (!value)
        return;
    __sync_fetch_and_add(&value->packets, packet->packets);
    __sync_fetch_and_add(&value->bytes, packet->ip_bytes);
}

// In units of a flow's times, of which 0 is none.
static __always_inline __u32 flow_time(__u64 nanoseconds) {
    __u32 time = nanoseconds >> WEIR_TIME_SHIFT;
    return time ? time : 1;
}

static __always_inline void count_seen(
    const struct packet *packet, __u32 slot, __u8 direction, __u32 epoch, __u32 slot_flags
) {
    struct weir_flow *flow = flow_of(packet, slot, direction, epoch, 1);
    if (!flow) {
        count_skipped(slot, epoch, packet);
        return;
    }
    __sync_fetch_and_add(&flow->packets, packet->packets);
    __sync_fetch_and_add(&flow->bytes, packet->ip_bytes);
    __u32 flags = packet->tcp_flags;
    if ((flow->tcp_flags & flags) != flags)
        __sync_fetch_and_or(&flow->tcp_flags, flags);
    if (slot_flags & WEIR_SLOT_DETAILS) {
        __u32 now = flow_time(bpf_ktime_get_coarse_ns());
        if (!flow->first)
            flow->first = now;
        // Written once a tick, not once a packet.
        if (flow->last != now)
            flow->last = now;
    }
}

// What the drop program knows of the ENI that it charges.
struct refusal {
    __u32 slot;
    __u32 slot_flags;
    __u32 reason;
    __u8 direction;
};

// Charges a drop to the flow. With `create` it may be one that no device has seen.
static __always_inline void count_rejected(
    const struct packet *packet, const struct refusal *refusal, __u32 epoch, const int create
) {
    __u32 slot = refusal->slot;
    __u8 direction = refusal->direction;
    struct weir_flow *flow = flow_of(packet, slot, direction, epoch, create);
    if (flow) {
        __sync_fetch_and_add(&flow->rejected_packets, packet->packets);
        __sync_fetch_and_add(&flow->rejected_bytes, packet->ip_bytes);
        if (refusal->slot_flags & WEIR_SLOT_DETAILS) {
            if (!(flow->reject_reasons & refusal->reason))
                __sync_fetch_and_or(&flow->reject_reasons, refusal->reason);
            // The coarse clock is not for tracing programs.
            __u32 now = flow_time(bpf_ktime_get_ns());
            if (!flow->rejected_first)
                flow->rejected_first = now;
            flow->rejected_last = now;
        }
    } else if (create) {
        count_skipped(slot, epoch, packet);
    } else {
        struct weir_slot_counters *counters = counters_of_slot(slot);
        if (counters)
            __sync_fetch_and_add(&counters->unattributed, packet->packets);
    }
}
