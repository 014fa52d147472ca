# The page, the program, then an image that holds the program alone.
FROM node:20-bookworm-slim AS web
WORKDIR /src/web
COPY web/package.json web/package-lock.json web/.npmrc ./
RUN npm ci --no-fund --no-audit
COPY web ./
COPY docs/protocol.md /src/docs/protocol.md
RUN npm run build

FROM golang:1.26-bookworm AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
COPY --from=web /src/web/dist ./web/dist
RUN CGO_ENABLED=0 go build -trimpath -ldflags "-s -w" -o /vesper ./cmd/vesper && mkdir -m 0700 /data

FROM scratch
COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/
COPY --from=build /vesper /vesper
COPY --from=build --chown=65532:65532 /data /data
USER 65532:65532
ENV VESPER_DATA=/data VESPER_LISTEN=0.0.0.0:8080 VESPER_MEDIA_LISTEN=0.0.0.0:40000
VOLUME /data
EXPOSE 8080/tcp 40000/udp
ENTRYPOINT ["/vesper"]
CMD ["serve"]
