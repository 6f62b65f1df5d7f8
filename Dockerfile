# syntax=docker/dockerfile:1
# Skein as an image: docker build -t skein .
# Two stages: the compiler stays in the first one. The second has the binary, its two C libraries and certificates.

ARG SWIFT_VERSION=6.3
ARG DEBIAN_VERSION=bookworm

FROM swift:${SWIFT_VERSION}-${DEBIAN_VERSION} AS build
RUN apt-get update \
    && apt-get install -y --no-install-recommends libcurl4-openssl-dev libhiredis-dev \
    && rm -rf /var/lib/apt/lists/*
WORKDIR /src
# The dependencies first: this layer is made anew only when the manifest changes. With a Package.resolved they are exactly
# those that it names.
COPY Package.swift Package.resolved* ./
RUN swift package resolve
COPY Sources Sources
# Not compiled. SwiftPM wants the folder of every target that the manifest names.
COPY Benchmarks/Micro Benchmarks/Micro
COPY Tests Tests
# As in scripts/lib.sh. Swift's libraries go into the binary, so that the second stage needs no Swift.
ARG RELEASE="-c release --static-swift-stdlib -Xswiftc -enforce-exclusivity=unchecked"
RUN swift build ${RELEASE} --product skein \
    && install -D "$(swift build ${RELEASE} --show-bin-path)/skein" /out/skein \
    && strip /out/skein \
    && /out/skein version

FROM debian:${DEBIAN_VERSION}-slim
RUN apt-get update \
    && apt-get install -y --no-install-recommends ca-certificates libcurl4 libhiredis0.14 \
    && rm -rf /var/lib/apt/lists/* \
    # A number, so that Kubernetes can see that it is not root.
    && groupadd --gid 10001 skein \
    && useradd --uid 10001 --gid 10001 --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin skein
COPY --from=build /out/skein /usr/local/bin/skein
# A library that is missing is found here, not when the first container starts.
RUN ["/usr/local/bin/skein", "version"]
USER 10001:10001
# Clients, HTTP API, health and metrics.
EXPOSE 8000 8001 8002
STOPSIGNAL SIGTERM
# The process answers. A node that drains, or that has lost Redis, is healthy: to end it would end its connections.
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s --retries=3 CMD ["skein", "health"]
ENTRYPOINT ["skein"]
CMD ["serve"]
