FROM golang:1.23 AS builder
ARG TOOL
WORKDIR /src
COPY . .
WORKDIR /src/cmd/${TOOL}
RUN go build -o /out/tool .

FROM gcr.io/distroless/static-debian12:nonroot
COPY --from=builder /out/tool /tool
ENTRYPOINT ["/tool"]
