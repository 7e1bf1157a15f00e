#!/bin/sh
# Build Dockerfile and Dockerfile.gpu for real without a container engine, then run each: doctor, a
# page, what it may write to, its health check. Needs root on Debian, with buildah and debootstrap.
# A GPU is not needed: doctor must say plainly that none is there.
# FLAVOURS limits what is built ("cpu", "gpu" or both); IMAGE_TEST_DIR is the folder to work in.
set -eu
cd "$(dirname "$0")/.."
work=${IMAGE_TEST_DIR:-$PWD/build/image}
export STORAGE_DRIVER=vfs BUILDAH_ISOLATION=chroot
base=localhost/pagesight-base

say() { printf '== %s\n' "$*" >&2; }

for tool in buildah debootstrap; do
    command -v "$tool" >/dev/null || { say "missing: apt-get install buildah debootstrap"; exit 1; }
done

build_base() {
    buildah inspect --type image "$base" >/dev/null 2>&1 && return 0
    say "making a base image"
    mkdir -p "$work"
    [ -e "$work/root/etc/debian_version" ] || debootstrap --variant=minbase bookworm "$work/root"
    container=$(buildah from scratch)
    buildah add --quiet "$container" "$work/root" /
    buildah commit --quiet --rm "$container" "$base"
}

# Passes a network's own certificates to the build, where PIP_CERT names them for pip.
certificates() {
    [ -n "${PIP_CERT:-}" ] || return 0
    echo "--volume=$PIP_CERT:/run/certificates.crt:ro --build-arg=PIP_CERT=/run/certificates.crt"
}

build() {
    say "building the image from $1"
    # shellcheck disable=SC2046 # several words are wanted
    buildah bud --network host --format docker $(certificates) \
        --build-arg BASE_IMAGE="$base" --build-arg REVISION="$(git rev-parse HEAD)" \
        --file "$1" --tag "$2" .
}

# What an unprivileged process may write to outside /data and /tmp, were the root writable.
writable_paths() {
    inside find / -xdev \( -path /proc -o -path /sys -o -path /dev -o -path /data -o -path /tmp \
        -o -path /var/tmp -o -path /run \) -prune -o -writable -not -type l -print 2>/dev/null || true
}

health_check() {
    say "the health check of a running service"
    inside sh -c 'pagesight serve >/tmp/serve.log 2>&1 & pid=$!
        for _ in $(seq 120); do pagesight health 2>/dev/null && break; sleep 1; done
        pagesight health; status=$?; kill $pid; wait $pid; exit $status'
}

try() {
    container=$(buildah from "$1")
    trap 'buildah rm "$container" >/dev/null' EXIT
    inside() { buildah run --user 10001 "$container" -- "$@"; }
    say "doctor, as an unprivileged user"
    inside pagesight doctor
    say "a page"
    inside pagesight read /app/samples/invoice.pdf --pages 1 --format text | tee "$work/page.txt"
    grep -q "Invoice 2026-0417" "$work/page.txt"
    say "nothing but /data and /tmp is written to"
    writable_paths | tee "$work/writable.txt"
    [ ! -s "$work/writable.txt" ]
    health_check
    say "CUDA asked for where there is none must be refused"
    if inside env PAGESIGHT_DEVICE=cuda pagesight doctor; then
        say "doctor accepted CUDA without a GPU"
        exit 1
    fi
    buildah rm "$container" >/dev/null
    trap - EXIT
}

inspect() {
    say "labels, health check and size"
    buildah inspect --type image "$1" >"$work/image.json"
    for wanted in Healthcheck org.opencontainers.image.revision org.opencontainers.image.licenses; do
        grep -q "$wanted" "$work/image.json" || { say "the image has no $wanted"; exit 1; }
    done
    buildah images --format '{{.Name}} {{.Size}}' | grep pagesight
}

mkdir -p "$work"
build_base
for flavour in ${FLAVOURS:-cpu gpu}; do
    case $flavour in cpu) file=Dockerfile ;; *) file=Dockerfile.$flavour ;; esac
    image=localhost/pagesight-$flavour:test
    build "$file" "$image"
    try "$image"
    inspect "$image"
done
say "the images work"
