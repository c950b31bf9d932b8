#pragma once

// Budgets: how many copies a session, and all of a host, may send. Each bound is one number (the generic cell rate
// algorithm): the time at which all that has passed would be through at the bound's rate.

#include "maps.bpf.h"

// Another CPU takes from the same bucket meanwhile; who loses this often is refused.
#define TRIES 16
// The largest buffer, and the longest it may hold a bucket, keep the products in 64 bits.
#define MOST_UNITS 0xffffffull
#define MOST_TICKS (1ull << 60)

static __always_inline __u64 ticks_of(__u64 limit, __u64 units) {
    __u64 ticks = (units < MOST_UNITS ? units : MOST_UNITS) * WEIR_LIMIT_COST(limit) >> WEIR_LIMIT_SHIFT(limit);
    return ticks < MOST_TICKS ? ticks : MOST_TICKS;
}

// Without writing, so that refusals, of which there may be many, cost little.
static __always_inline int has_room(__u64 limit, const __u64 *bucket, __u64 now) {
    if (!limit)
        return 1;
    return limit != WEIR_LIMIT_NOTHING &&
           *(const volatile __u64 *)bucket <= now + WEIR_BURST_NANOSECONDS * WEIR_TICKS;
}

// Not static: the verifier looks at such a function once, and not again at each call.
__noinline int take(__u64 *bucket, __u64 ticks, __u64 now) {
    if (!bucket)
        return 0;
    for (int i = 0; i < TRIES; i++) {
        __u64 old = *(volatile __u64 *)bucket;
        if (old > now + WEIR_BURST_NANOSECONDS * WEIR_TICKS)
            return 0;
        __u64 next = (old > now ? old : now) + ticks;
        if (__sync_val_compare_and_swap(bucket, old, next) == old)
            return 1;
    }
    return 0;
}

static __always_inline void give_back(__u64 limit, __u64 *bucket, __u64 units) {
    if (limit)
        __sync_fetch_and_sub(bucket, ticks_of(limit, units));
}

// Bytes of the copies of one buffer, as they are cut and with their envelopes.
static __always_inline __u64 bytes_of_copies(
    const struct weir_session *session, __u64 length, __u32 packets, __u64 headers, __u32 gso_size
) {
    __u64 cut = session->length_limit < session->mtu_limit ? session->length_limit : session->mtu_limit;
    __u64 others = packets - 1, each = headers + gso_size, last = length;
    if (others) {
        last = length - others * gso_size;
        each = each < cut ? each : cut;
    } else {
        each = 0;
    }
    return others * each + (last < cut ? last : cut) + (__u64)packets * WEIR_ENVELOPE_BYTES;
}

// Whether the session and the host may send these copies; they are taken from both, or from neither.
__noinline int within_budget(__u32 index, __u64 packets, __u64 bytes) {
    __u32 all = WEIR_SESSIONS;
    struct weir_budget *own = bpf_map_lookup_elem(&budgets, &index);
    struct weir_budget *host = bpf_map_lookup_elem(&budgets, &all);
    if (!own || !host)
        return 0;
    __u64 own_packets = *(volatile __u64 *)&own->packets, own_bits = *(volatile __u64 *)&own->bits;
    __u64 host_packets = *(volatile __u64 *)&host->packets, host_bits = *(volatile __u64 *)&host->bits;
    if (!(own_packets | own_bits | host_packets | host_bits))
        return 1;
    struct weir_bucket *own_bucket = bpf_map_lookup_elem(&buckets, &index);
    struct weir_bucket *host_bucket = bpf_map_lookup_elem(&buckets, &all);
    if (!own_bucket || !host_bucket)
        return 0;
    __u64 now = bpf_ktime_get_ns() * WEIR_TICKS, bits = bytes * 8;
    if (!has_room(own_packets, &own_bucket->packets, now) || !has_room(own_bits, &own_bucket->bits, now) ||
        !has_room(host_packets, &host_bucket->packets, now) || !has_room(host_bits, &host_bucket->bits, now))
        return 0;
    if (own_packets && !take(&own_bucket->packets, ticks_of(own_packets, packets), now))
        return 0;
    if (own_bits && !take(&own_bucket->bits, ticks_of(own_bits, bits), now))
        goto undo_own_packets;
    if (host_packets && !take(&host_bucket->packets, ticks_of(host_packets, packets), now))
        goto undo_own_bits;
    if (host_bits && !take(&host_bucket->bits, ticks_of(host_bits, bits), now))
        goto undo_host_packets;
    return 1;
undo_host_packets:
    give_back(host_packets, &host_bucket->packets, packets);
undo_own_bits:
    give_back(own_bits, &own_bucket->bits, bits);
undo_own_packets:
    give_back(own_packets, &own_bucket->packets, packets);
    return 0;
}
