#!/bin/sh
# Fuzzes parsers with libFuzzer and AddressSanitizer.
# Usage: Fuzz/run.sh SECONDS [TARGET...]   targets: packet slices journal capture parameters authorization json parquet
# filter (all by default)
# Needs the Swift toolchain alone. A failing input is left in Fuzz/.build; add it to a test and to Fuzz/corpus/TARGET.
set -eu
[ $# -ge 1 ] || { sed -n '2,5s/^# //p' "$0" >&2; exit 2; }
seconds=$1
shift
known="packet slices journal capture parameters authorization json parquet filter"
[ $# -gt 0 ] || set -- $known
cd "$(dirname "$0")"
mkdir -p .build
flags="-O -g -wmo -swift-version 6 -parse-as-library -sanitize=fuzzer,address -use-ld=lld"
flags="$flags -enable-upcoming-feature ExistentialAny -enable-upcoming-feature MemberImportVisibility"
flags="$flags -enable-upcoming-feature InternalImportsByDefault"

# compile MODULE PATH...
compile() {
    module=$1
    shift
    swiftc $flags -enable-testing -module-name "$module" -emit-module -emit-module-path ".build/$module.swiftmodule" \
        -I .build -I ../Sources/CZstd -c $(find "$@" -name '*.swift' | sort) -o ".build/$module.o"
}

compile Model ../Sources/Model
compile Packet ../Sources/Packet
compile Parquet ../Sources/Parquet
# The journal's reader and the state that it drives, and the filter language, without the catalogue: no database to
# build.
flows=../Sources/FlowLogs
compile FlowLogs $flows/Record $flows/Block $flows/Ingest $flows/Journal $flows/Windows $flows/FlowLogError.swift \
    $flows/Store/FlowDirectory.swift $flows/Store/FlowStoreStep.swift $flows/Filter \
    $flows/Query/AddressBlock.swift $flows/Query/FlowCondition.swift $flows/Query/FlowPredicate.swift
# What decodes, without what computes signatures: no cryptography to build.
signing=../Sources/CloudAPI/Signing
compile CloudAPI ../Sources/CloudAPI/Request ../Sources/CloudAPI/Error $signing/AuthorizationHeader.swift \
    $signing/CanonicalRequest.swift $signing/CredentialScope.swift $signing/PresignedURL.swift
for target in "$@"; do
    case " $known " in *" $target "*) ;; *) echo "no fuzz target $target" >&2; exit 2 ;; esac
    name=$(echo "$target" | tr a-z A-Z)
    swiftc $flags -module-name Fuzz -I .build -I ../Sources/CZstd -D "FUZZ_$name" Fuzz*.swift Entry.swift \
        ../Tests/CloudAPITests/Probe.swift .build/Model.o .build/Packet.o .build/CloudAPI.o \
        .build/Parquet.o .build/FlowLogs.o -lzstd -o ".build/fuzz-$target"
    # What is found stays out of the committed corpus.
    mkdir -p ".build/corpus-$target"
    echo "fuzzing $target for $seconds s"
    ".build/fuzz-$target" -max_total_time="$seconds" -max_len=4096 -timeout=5 -rss_limit_mb=1024 -print_final_stats=1 \
        -artifact_prefix=".build/$target-" ".build/corpus-$target" "corpus/$target" 2>".build/$target.log" || {
        tail -n 40 ".build/$target.log" >&2
        echo "fuzzing $target failed" >&2
        exit 1
    }
    grep -E 'number_of_executed_units|new_units_added|DONE' ".build/$target.log"
done
