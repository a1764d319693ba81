FROM debian:bookworm-slim AS build
WORKDIR /visitor-counter
COPY . .
RUN ./dev build

FROM debian:bookworm-slim
RUN apt-get update \
 && apt-get install -y --no-install-recommends ca-certificates libboost-json1.81.0 libfmt9 libsqlite3-0 libssl3 libstdc++6 \
 && rm -rf /var/lib/apt/lists/* \
 && useradd --uid 10001 --home-dir /var/lib/visitor-counter --shell /usr/sbin/nologin visitor-counter \
 && install -d -m 0700 -o visitor-counter -g visitor-counter /var/lib/visitor-counter
COPY --from=build /visitor-counter/build/release/visitor-counter /usr/local/bin/

USER 10001
ENV STATE_DIRECTORY=/var/lib/visitor-counter
VOLUME /var/lib/visitor-counter
EXPOSE 8080
HEALTHCHECK --interval=30s --timeout=15s CMD ["visitor-counter", "health"]
ENTRYPOINT ["visitor-counter"]
CMD ["serve", "--listen", "0.0.0.0:8080"]
