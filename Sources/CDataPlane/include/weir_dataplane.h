#pragma once

// The layout that the BPF programs and the agent share. Numbers are in host byte order unless a name ends in `_be`.
// A change of any struct here, or of a map's key, is a new WEIR_LAYOUT.

#include <linux/types.h>

/// Version of the pinned layout; part of the pin path.
#define WEIR_LAYOUT 5

/// Devices that can be bound or used as an underlay at once. The stamp has room for 16384.
#define WEIR_SLOTS 1024
/// Mirror sessions of one host at once. The mark has room for 65536.
#define WEIR_SESSIONS 4096
/// Rules of all sessions of one ENI, in one direction.
#define WEIR_RULES 512
/// Rules of all sessions of one host, each counted by itself.
#define WEIR_RULE_HITS 16384
/// Addresses and VNIs of copies that are known without a mark; a session takes two.
#define WEIR_TUNNELS 32768
/// Bytes of the agent's own journal.
#define WEIR_JOURNAL_BYTES (2 << 20)

/// `skb->mark` of a copy: magic, stage bits, session index. It lives from the clone until the copy leaves the
/// namespace; production packets get their own mark back.
#define WEIR_MARK 0x57e00000u
#define WEIR_MARK_MASK 0xfff00000u
/// The copy carries its VXLAN header.
#define WEIR_MARK_ENCAPSULATED 0x00080000u
/// The copy was handed to the underlay device.
#define WEIR_MARK_LEFT 0x00040000u
#define WEIR_MARK_SESSION 0x0000ffffu

/// `skb->mark` that the agent's own firewall rules set before they drop: magic, direction and slot of the refusing
/// ENI, and what refused. It lives from there to the drop program.
#define WEIR_REFUSED 0x57d00000u
#define WEIR_REFUSED_MASK 0xfff00000u
#define WEIR_REFUSED_EGRESS 0x00010000u
/// A network ACL refused, not a security group.
#define WEIR_REFUSED_BY_ACL 0x00020000u
#define WEIR_REFUSED_SLOT 0x00003fffu

/// `skb->mark` of a canary: a packet that no interface saw. It is matched and copied like any other, and not counted
/// as a flow.
#define WEIR_CANARY 0x57c00000u

/// `skb->tc_index` of a packet that entered through a bound device: tag, epoch of the flow map, slot.
#define WEIR_STAMP 0x8000u
#define WEIR_STAMP_EPOCH 0x4000u
#define WEIR_STAMP_SLOT 0x3fffu

/// VXLAN (RFC 7348): destination port, and the bytes of Ethernet, IPv4, UDP and VXLAN in front of the inner frame.
#define WEIR_VXLAN_PORT 4789
#define WEIR_ENVELOPE_BYTES 50
/// Of these, the bytes that count against the path's MTU.
#define WEIR_ENVELOPE_MTU_BYTES 36
/// Outer source ports are 49152 | 14 bits of the five-tuple hash.
#define WEIR_SOURCE_PORT_BASE 49152
#define WEIR_SOURCE_PORT_MASK 0x3fff

#define WEIR_INGRESS 0
#define WEIR_EGRESS 1

/// The constants of one program instance.
struct weir_instance {
    __u32 slot;
    /// 1 when the device is the ENI itself, 0 when its other end is.
    __u32 own;
};

/// The packets of this slot go into the flow map.
#define WEIR_SLOT_ACCOUNT 1u
/// And when the first and the last of each flow came, and which firewall refused them.
#define WEIR_SLOT_DETAILS 2u

struct weir_slot {
    __u32 flags;
    __u32 own;
    __u32 ifindex;
    /// Inode of the device's network namespace.
    __u32 netns;
};

struct weir_slot_counters {
    /// IP packets whose header made no sense: neither counted as a flow nor mirrored.
    __u64 unparsed;
    /// Drops that came after the map of their packet was drained.
    __u64 late;
    /// Drops of packets whose five-tuple was not in the flow map (rewritten by NAT, or the map was full).
    __u64 unattributed;
};

#define WEIR_TRANSPORT_ALL 0

struct weir_rule {
    /// Source in the low half, destination in the high half, each in network order; compared at once.
    __u64 addresses;
    __u64 masks;
    __u16 source_port_first;
    __u16 source_port_last;
    __u16 destination_port_first;
    __u16 destination_port_last;
    /// IANA protocol number, or WEIR_TRANSPORT_ALL for TCP, UDP and ICMP.
    __u8 transport;
    __u8 accept;
    /// Packets without ports match: both ranges cover 1...65535.
    __u8 covers_all_ports;
    __u8 reserved;
    /// Index of the session. Rules of one session are neighbours; sessions are in order of priority.
    __u16 session;
    /// Where the packets are counted that this rule decides about.
    __u16 hit;
};

/// Packets of DHCP and link-local services are candidates too.
#define WEIR_RULES_EVERYTHING 1u

struct weir_ruleset {
    __u32 helper_ifindex;
    /// Rules in use, by direction of the ENI.
    __u32 count[2];
    __u32 flags;
    struct weir_rule rules[2][WEIR_RULES];
};

#define WEIR_PATH_READY 0
#define WEIR_PATH_NO_ROUTE 1
#define WEIR_PATH_TARGET_DOWN 2
#define WEIR_PATH_MTU 3
#define WEIR_PATH_STATES 4

struct weir_session {
    /// One of WEIR_PATH_…: whether copies can leave, and if not why.
    __u32 path;
    __u32 netns;
    __u32 source_be;
    __u32 destination_be;
    /// Neighbour that gets the copies, on the underlay device.
    __u32 next_hop_be;
    __u32 underlay_ifindex;
    /// VNI << 8, as the VXLAN header has it.
    __u32 vni_be;
    /// Longest inner frame by PacketLength, and by the path's MTU.
    __u32 length_limit;
    __u32 mtu_limit;
    __u32 reserved;
};

/// All in wire packets.
struct weir_session_counters {
    __u64 matched;
    __u64 matched_bytes;
    __u64 encapsulated;
    __u64 left;
    /// Inner frames as they left, without the envelope.
    __u64 left_bytes;
    __u64 truncated_by_length;
    __u64 truncated_by_mtu;
    __u64 self;
    __u64 target_refused;
    /// Copies given up because of the path, by WEIR_PATH_….
    __u64 refused_by_path[WEIR_PATH_STATES];
    /// Copies given up because of a budget.
    __u64 over_budget;
    /// Freed copies for which the drop map had no room, by stage.
    __u64 unnamed_drops[3];
};

/// A bound of so many units a second: the time one unit takes, in WEIR_TICKS per nanosecond, is the low 48 bits shifted
/// right by the upper 16. 0 is no bound.
#define WEIR_LIMIT_COST(limit) ((limit) & 0xffffffffffffull)
#define WEIR_LIMIT_SHIFT(limit) ((limit) >> 48)
#define WEIR_LIMIT_NOTHING 0xffffffffffffffffull
#define WEIR_TICKS 16
/// How far copies may run ahead of the bound: one buffer that begins within it passes whole, however large, and what
/// follows waits for it.
#define WEIR_BURST_NANOSECONDS 20000000ull

/// At a session's index, and for all sessions of the host at WEIR_SESSIONS. Each field is written at once.
struct weir_budget {
    __u64 packets;
    /// Bits of whole copies, with the envelope.
    __u64 bits;
};

/// When all that passed so far would be through at the bound's rate, in ticks of CLOCK_MONOTONIC.
struct weir_bucket {
    __u64 packets;
    __u64 bits;
};

#define WEIR_STAGE_CLONED 0
#define WEIR_STAGE_ENCAPSULATED 1
#define WEIR_STAGE_LEFT 2

struct weir_drop_key {
    __u32 session;
    /// enum skb_drop_reason of the running kernel.
    __u32 reason;
    __u16 stage;
    /// The device was down or without carrier.
    __u16 device_down;
};

struct weir_drop {
    __u64 packets;
    /// Inner frames, of copies that had left.
    __u64 bytes;
};

/// Copies in flight that no longer carry a mark: outer addresses and VNI.
struct weir_tunnel_key {
    __u32 source_be;
    __u32 destination_be;
    /// As in the VXLAN header; WEIR_ANY_VNI for errors that quote too little.
    __u32 vni_be;
};
#define WEIR_ANY_VNI 0xffffffffu

struct weir_tunnel {
    /// WEIR_NOBODY for a session of another host.
    __u32 session;
    /// Slot of the session's ENI, or WEIR_NOBODY.
    __u32 slot;
};
#define WEIR_NOBODY 0xffffffffu

/// Addresses of ENIs with side `own`, for drops on the way out that no device has seen.
struct weir_address_key {
    __u32 netns;
    __u32 family;
    __u8 address[16];
};

/// Most flows are IPv4, and a short key is hashed and compared sooner: each family has maps of its own.
struct weir_flow_key4 {
    __u32 source_be;
    __u32 destination_be;
    __u16 source_port;
    __u16 destination_port;
    __u16 slot;
    /// Seen from the ENI.
    __u8 direction;
    __u8 protocol;
};

struct weir_flow_key6 {
    __u16 slot;
    /// Seen from the ENI.
    __u8 direction;
    /// 6; layout 3 and those before it kept both families here, IPv4 addresses in the first four bytes.
    __u8 family;
    __u8 protocol;
    __u8 reserved[3];
    __u16 source_port;
    __u16 destination_port;
    __u8 source[16];
    __u8 destination[16];
};

/// Unit of a flow's times: CLOCK_MONOTONIC in nanoseconds >> this, its low 32 bits (52 days).
#define WEIR_TIME_SHIFT 20

#define WEIR_BY_SECURITY_GROUP 1u
#define WEIR_BY_NETWORK_ACL 2u
#define WEIR_BY_HOST 4u

/// What earlier layouts had is a prefix of it.
struct weir_flow {
    /// Seen by the device's program.
    __u64 packets;
    __u64 bytes;
    /// Dropped by the firewall. Where the program sees packets before the firewall these are among the seen ones.
    __u64 rejected_packets;
    __u64 rejected_bytes;
    __u32 tcp_flags;
    /// Which firewalls dropped, WEIR_BY_….
    __u32 reject_reasons;
    /// Of the seen packets and of the dropped ones; 0 is not known.
    __u32 first;
    __u32 last;
    __u32 rejected_first;
    __u32 rejected_last;
    /// With these an entry of the map of IPv4 flows is 128 bytes: what is counted lies in one cache line.
    __u32 reserved[2];
};

/// Packets that found no room in the flow map, at slot * 2 + epoch.
struct weir_skipped {
    __u64 packets;
    __u64 bytes;
};

/// Bit 0: the active flow map. Bits 1 and 2: map 0 and map 1 are closed, drops for them are late.
#define WEIR_PHASE_ACTIVE 1u
#define WEIR_PHASE_CLOSED(epoch) (2u << (epoch))

/// One value, written by one system call, so that a killed agent leaves either the old or the new one.
struct weir_control {
    __u64 phase;
    /// Generation of each flow map; 0 when the map is quiet and empty.
    __u64 generation[2];
    /// Bounds in CLOCK_REALTIME milliseconds; `end` counts for a quiet map only.
    __s64 start[2];
    __s64 end[2];
    /// The next generation to give.
    __u64 next_generation;
};

_Static_assert(sizeof(struct weir_rule) == 32, "layout");
_Static_assert(sizeof(struct weir_session) == 40, "layout");
_Static_assert(sizeof(struct weir_flow_key4) == 16, "layout");
_Static_assert(sizeof(struct weir_flow_key6) == 44, "layout");
_Static_assert(sizeof(struct weir_flow) == 64, "layout");
_Static_assert(sizeof(struct weir_control) == 64, "layout");
