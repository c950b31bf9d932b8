// The programs. One instance of weir_ingress and weir_egress for each bound device, one weir_helper for all helper
// devices, one weir_dropped for the host.

#include "dropped.bpf.h"
#include "flow.bpf.h"
#include "helper.bpf.h"
#include "mirror.bpf.h"

#include <linux/pkt_cls.h>

char weir_license[] SEC("license") = "Dual BSD/GPL";

const volatile struct weir_instance instance = {};

#define PASS_ON (-1) /* TCX_NEXT and TC_ACT_UNSPEC alike */
#define TRANSPORT_BYTES 20

// A copy on its way to its target: counted as it leaves, never mirrored, never in a flow log. 0 when the mark is
// somebody else's.
static __always_inline int is_copy(struct __sk_buff *skb, __u32 hook, __u32 netns, int has_rules) {
    __u32 mark = skb->mark, index = mark & WEIR_MARK_SESSION;
    if ((mark & WEIR_MARK_MASK) != WEIR_MARK)
        return 0;
    struct weir_session *session = session_at(index);
    struct weir_session_counters *counters = counters_of_session(index);
    if (!session || !counters || session->netns != netns)
        return 0;
    if (has_rules)
        counters->self += 1;
    if (hook == WEIR_EGRESS && (mark & WEIR_MARK_ENCAPSULATED) && !(mark & WEIR_MARK_LEFT)) {
        counters->left += 1;
        counters->left_bytes += skb->len - WEIR_ENVELOPE_BYTES;
        skb->mark = mark | WEIR_MARK_LEFT;
    }
    return 1;
}

// Whether the packet is a copy that lost its mark, or an error about one.
static __always_inline int is_about_copies(
    const struct bytes *bytes, const struct packet *packet, __u32 slot, __u32 direction, int has_rules, int *error
) {
    struct weir_tunnel *tunnel = tunnel_of_copy(bytes, packet);
    *error = 0;
    if (!tunnel) {
        tunnel = tunnel_of_error(bytes, packet);
        *error = tunnel != 0;
    }
    if (!tunnel)
        return 0;
    struct weir_session_counters *counters = counters_of_session(tunnel->session);
    if (counters && has_rules)
        counters->self += packet->packets;
    // It crosses the source's own device once, whatever other devices see it too.
    if (counters && *error && packet->icmp_type == 3 && tunnel->slot == slot && direction == WEIR_INGRESS)
        counters->target_refused += packet->packets;
    return 1;
}

static __always_inline void count_unparsed(__u32 slot) {
    struct weir_slot_counters *counters = counters_of_slot(slot);
    if (counters)
        counters->unparsed += 1;
}

#define IS_IP 0
#define NOT_IP 1
#define UNPARSED 2

// Reads the frame's headers behind up to two tags. A function of its own: the kernel verifies what comes after it once,
// instead of once for each way through the headers.
__attribute__((noinline)) int parse_frame(struct __sk_buff *skb, struct packet *packet) {
    if (!packet)
        return UNPARSED;
    __u32 length = *(volatile __u32 *)&skb->len, start = ETH_HLEN;
    __u32 gso_size = *(volatile __u32 *)&skb->gso_size, gso_segs = *(volatile __u32 *)&skb->gso_segs;
    __u16 ethertype = bpf_ntohs(skb->protocol);
    struct bytes bytes = {.at = skb};
    for (int i = 0; i < 2 && (ethertype == ETH_P_8021Q || ethertype == ETH_P_8021AD); i++) {
        __be16 inner = 0;
        if (bpf_skb_load_bytes(skb, start + 2, &inner, 2))
            return UNPARSED;
        ethertype = bpf_ntohs(inner);
        start += 4;
    }
    if (ethertype != ETH_P_IP && ethertype != ETH_P_IPV6)
        return NOT_IP;
    return parse_ip(&bytes, start, length, ethertype, gso_size, gso_segs, packet, 0) ? UNPARSED : IS_IP;
}

static __always_inline int run(struct __sk_buff *skb, __u32 hook) {
    __u32 slot = instance.slot, own = instance.own;
    __u32 direction = own ? hook : !hook;
    // What leaves is no longer charged to where it came from, should it ever come back.
    if (hook == WEIR_EGRESS && skb->tc_index & WEIR_STAMP)
        skb->tc_index = 0;
    struct weir_slot *entry = bpf_map_lookup_elem(&slots, &slot);
    if (!entry)
        return PASS_ON;
    struct weir_ruleset *ruleset = ruleset_of(slot);
    // A canary crossed no device: it is no flow.
    int is_canary = skb->mark == WEIR_CANARY;
    int accounting = (entry->flags & WEIR_SLOT_ACCOUNT) && !is_canary, has_rules = ruleset != 0;
    if (is_copy(skb, hook, entry->netns, has_rules))
        return PASS_ON;
    if (!accounting && !ruleset)
        return PASS_ON;
    // A frame for another host, seen because somebody listens to everything, does not reach the ENI.
    if (own && hook == WEIR_INGRESS && skb->pkt_type == 3 && !is_canary)
        return PASS_ON;

    struct packet packet;
    int found = parse_frame(skb, &packet);
    if (found == NOT_IP)
        return PASS_ON;
    if (found != IS_IP) {
        count_unparsed(slot);
        return PASS_ON;
    }
    __u32 length = *(volatile __u32 *)&skb->len;
    struct bytes bytes = {.at = skb};
    // The drop program reads the linear part only: all headers must be there, whatever options they have.
    __u32 headers = packet.transport_offset + TRANSPORT_BYTES;
    if (headers > length)
        headers = length;
    if (accounting && hook == WEIR_INGRESS && skb->data_end - skb->data < headers)
        bpf_skb_pull_data(skb, headers);
    int error = 0;
    int about_copies = is_about_copies(&bytes, &packet, slot, direction, has_rules, &error);
    if (about_copies && !error)
        return PASS_ON;
    int is_platform = is_platform_traffic(&packet);

    if (accounting && !is_platform) {
        __u32 epoch = phase() & WEIR_PHASE_ACTIVE;
        if (hook == WEIR_INGRESS)
            skb->tc_index = WEIR_STAMP | (epoch ? WEIR_STAMP_EPOCH : 0) | (slot & WEIR_STAMP_SLOT);
        count_seen(&packet, slot, direction, epoch, entry->flags);
    }
    if (ruleset && packet.family == 4 && !about_copies &&
        (!is_platform || (ruleset->flags & WEIR_RULES_EVERYTHING)))
        mirror(skb, ruleset, &packet, direction);
    return PASS_ON;
}

SEC("tc")
int weir_ingress(struct __sk_buff *skb) { return run(skb, WEIR_INGRESS); }

SEC("tc")
int weir_egress(struct __sk_buff *skb) { return run(skb, WEIR_EGRESS); }
