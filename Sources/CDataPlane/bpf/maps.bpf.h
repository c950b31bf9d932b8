#pragma once

// All maps. Everything is keyed by slot or session index: interface indices repeat between namespaces.

#include "../include/weir_dataplane.h"

#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

struct {
    __uint(type, BPF_MAP_TYPE_ARRAY);
    __uint(max_entries, WEIR_SLOTS);
    __type(key, __u32);
    __type(value, struct weir_slot);
} slots SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
    __uint(max_entries, WEIR_SLOTS);
    __type(key, __u32);
    __type(value, struct weir_slot_counters);
} slot_counters SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_ARRAY);
    __uint(max_entries, 1);
    __type(key, __u32);
    __type(value, struct weir_control);
} control SEC(".maps");

// Swapped whole, so that a packet sees the old rules or the new ones.
struct {
    __uint(type, BPF_MAP_TYPE_ARRAY_OF_MAPS);
    __uint(max_entries, WEIR_SLOTS);
    __type(key, __u32);
    __array(
        values, struct {
            __uint(type, BPF_MAP_TYPE_ARRAY);
            __uint(max_entries, 1);
            __uint(key_size, sizeof(__u32));
            __uint(value_size, sizeof(struct weir_ruleset));
        });
} rulesets SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_ARRAY_OF_MAPS);
    __uint(max_entries, WEIR_SESSIONS);
    __type(key, __u32);
    __array(
        values, struct {
            __uint(type, BPF_MAP_TYPE_ARRAY);
            __uint(max_entries, 1);
            __uint(key_size, sizeof(__u32));
            __uint(value_size, sizeof(struct weir_session));
        });
} sessions SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
    __uint(max_entries, WEIR_SESSIONS);
    __type(key, __u32);
    __type(value, struct weir_session_counters);
} session_counters SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
    __uint(max_entries, WEIR_RULE_HITS);
    __type(key, __u32);
    __type(value, __u64);
} rule_hits SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_ARRAY);
    __uint(max_entries, WEIR_SESSIONS + 1);
    __type(key, __u32);
    __type(value, struct weir_budget);
} budgets SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_ARRAY);
    __uint(max_entries, WEIR_SESSIONS + 1);
    __type(key, __u32);
    __type(value, struct weir_bucket);
} buckets SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_HASH);
    __uint(max_entries, 8192);
    __type(key, struct weir_drop_key);
    __type(value, struct weir_drop);
} drops SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_HASH);
    __uint(max_entries, WEIR_TUNNELS);
    __type(key, struct weir_tunnel_key);
    __type(value, struct weir_tunnel);
} tunnels SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_HASH);
    __uint(max_entries, 8192);
    __type(key, struct weir_address_key);
    __type(value, __u32);
} own_addresses SEC(".maps");

// Two of each: one is filled while the other is read, made durable and cleared. The agent makes them, at its size.
struct {
    __uint(type, BPF_MAP_TYPE_ARRAY_OF_MAPS);
    __uint(max_entries, 2);
    __type(key, __u32);
    __array(
        values, struct {
            __uint(type, BPF_MAP_TYPE_HASH);
            __uint(max_entries, 1024);
            __uint(key_size, sizeof(struct weir_flow_key4));
            __uint(value_size, sizeof(struct weir_flow));
        });
} flows4 SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_ARRAY_OF_MAPS);
    __uint(max_entries, 2);
    __type(key, __u32);
    __array(
        values, struct {
            __uint(type, BPF_MAP_TYPE_HASH);
            __uint(max_entries, 1024);
            __uint(key_size, sizeof(struct weir_flow_key6));
            __uint(value_size, sizeof(struct weir_flow));
        });
} flows6 SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
    __uint(max_entries, 2 * WEIR_SLOTS);
    __type(key, __u32);
    __type(value, struct weir_skipped);
} skipped SEC(".maps");

// What the two entries at kfree_skb jump to: another build takes over between two packets. A program of its own for
// each, for a program's stack may be its CPU's.
struct {
    __uint(type, BPF_MAP_TYPE_PROG_ARRAY);
    __uint(max_entries, 2);
    __type(key, __u32);
    __type(value, __u32);
} drop_program SEC(".maps");

// Drops that the entry at kfree_skb has seen and is not done with, the innermost last.
#define DROPS_UNDER_WAY 4
struct drops_under_way {
    __u32 count;
    __u64 skb[DROPS_UNDER_WAY];
};

struct {
    __uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
    __uint(max_entries, 1);
    __type(key, __u32);
    __type(value, struct drops_under_way);
} drops_under_way SEC(".maps");

// The agent's own memory: which ENI a slot is, which session an index. The programs never read it.
struct weir_journal {
    __u8 bytes[WEIR_JOURNAL_BYTES];
};

struct {
    __uint(type, BPF_MAP_TYPE_ARRAY);
    __uint(max_entries, 1);
    __type(key, __u32);
    __type(value, struct weir_journal);
} journal SEC(".maps");

static __always_inline struct weir_slot_counters *counters_of_slot(__u32 slot) {
    return bpf_map_lookup_elem(&slot_counters, &slot);
}

static __always_inline struct weir_session_counters *counters_of_session(__u32 session) {
    return bpf_map_lookup_elem(&session_counters, &session);
}

static __always_inline struct weir_session *session_at(__u32 index) {
    void *entry = bpf_map_lookup_elem(&sessions, &index);
    __u32 zero = 0;
    return entry ? bpf_map_lookup_elem(entry, &zero) : 0;
}

static __always_inline struct weir_ruleset *ruleset_of(__u32 slot) {
    void *entry = bpf_map_lookup_elem(&rulesets, &slot);
    __u32 zero = 0;
    return entry ? bpf_map_lookup_elem(entry, &zero) : 0;
}

static __always_inline __u32 phase(void) {
    __u32 zero = 0;
    struct weir_control *value = bpf_map_lookup_elem(&control, &zero);
    return value ? (__u32) * (volatile __u64 *)&value->phase : 0;
}
