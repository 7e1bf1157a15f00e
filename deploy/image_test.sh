#!/bin/sh
# Build Dockerfile.gpu for real without a container engine, then run `doctor` and read a page in it.
# Needs root on Debian, with buildah and debootstrap. A GPU is not needed: the flavour built is the
# GPU's, and doctor must say plainly that none is there.
set -eu
cd "$(dirname "$0")/.."
work=${IMAGE_TEST_DIR:-$PWD/build/image}
export STORAGE_DRIVER=vfs BUILDAH_ISOLATION=chroot
base=localhost/pagesight-base image=localhost/pagesight:test

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

# Hands a network's own certificates to the build, where pip is told of them by PIP_CERT.
certificates() {
    [ -n "${PIP_CERT:-}" ] || return 0
    echo "--volume=$PIP_CERT:/run/certificates.crt:ro --build-arg=PIP_CERT=/run/certificates.crt"
}

build_base
say "building the image"
# shellcheck disable=SC2046 # several words are meant
buildah bud --network host --format docker $(certificates) \
    --build-arg BASE_IMAGE="$base" --file Dockerfile.gpu --tag "$image" .

container=$(buildah from "$image")
trap 'buildah rm "$container" >/dev/null' EXIT
inside() { buildah run --user 10001 "$container" -- "$@"; }

say "doctor, as an unprivileged user"
inside pagesight doctor
say "a page"
inside pagesight read /app/samples/invoice.pdf --pages 1 --format text | tee "$work/page.txt"
grep -q "Invoice 2026-0417" "$work/page.txt"
say "CUDA asked for where there is none must be refused"
if inside env PAGESIGHT_DEVICE=cuda pagesight doctor; then
    say "doctor accepted CUDA without a GPU"
    exit 1
fi
say "the image works"
