# One image for every role: docker run IMAGE api, worker, bridge, migrate, simulate.

FROM --platform=$BUILDPLATFORM golang:1.26.6-trixie AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN --mount=type=cache,target=/go/pkg/mod go mod download
COPY . .
ARG TARGETOS TARGETARCH
RUN --mount=type=cache,target=/go/pkg/mod --mount=type=cache,target=/root/.cache/go-build \
    CGO_ENABLED=0 GOOS=$TARGETOS GOARCH=$TARGETARCH \
    go build -trimpath -ldflags "-s -w" -o /out/rodada . && mkdir -p /out/lib/spool

# Neither a shell nor a package manager; root certificates, time zones and a user who is not root. Distroless has no
# version tags, so the digest pins it: `docker buildx imagetools inspect gcr.io/distroless/static-debian13:nonroot` gives
# the newest.
FROM gcr.io/distroless/static-debian13:nonroot@sha256:f7f8f729987ad0fdf6b05eeeae94b26e6a0f613bdf46feea7fc40f7bd72953e6
COPY --from=build /out/rodada /rodada
# A volume that is mounted here belongs to the same user.
COPY --from=build --chown=65532:65532 /out/lib /var/lib/rodada
USER 65532:65532
EXPOSE 8080 8081
ENTRYPOINT ["/rodada"]
