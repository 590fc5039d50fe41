FROM golang:1.23 AS builder
ARG TOOL
WORKDIR /src
COPY go.mod ./
COPY cmd/${TOOL}/ ./cmd/tool/
RUN go build -o /out/tool ./cmd/tool

FROM gcr.io/distroless/static-debian12:nonroot
COPY --from=builder /out/tool /tool
ENTRYPOINT ["/tool"]
