#include "app/serve/worker.hpp"

#include <utility>

namespace vc::app {

Worker::Worker(counter::StoreDriver& driver, telemetry::Log& log, telemetry::SiteMetrics& metrics, const Clock& clock)
    : clock_(clock),
      desk_(
          driver, [this] { loop_.post([this] { desk_.deliver(); }); }, [this] { loop_.gathered(); }),
      log_(log, clock, [this] { loop_.gathered(); }),
      metrics_(metrics) {
  loop_.at_end_of_turn([this] {
    desk_.flush();
    log_.flush();
  });
}

http::Server& Worker::serve(http::Acceptor acceptor, const PublicApi& api, function::Traffic traffic,
                            const http::ServerOptions& options) {
  auto site = std::make_unique<PublicSite>(api, traffic, desk_, log_, metrics_, clock_);
  auto server = std::make_unique<http::Server>(loop_, std::move(acceptor), *site, clock_, options);
  server->start();
  return *sites_.emplace_back(traffic, std::move(site), std::move(server)).server;
}

void Worker::stop(const Drained& drained) {
  loop_.post([this, drained] {
    for (const Site& site : sites_) {
      site.server->stop([drained, traffic = site.traffic] { drained(traffic, {}); });
    }
  });
}

void Worker::part(const Drained& drained) {
  loop_.post([this, drained] {
    for (const Site& site : sites_) {
      site.server->part([drained, traffic = site.traffic](std::vector<http::Passed> connections) {
        drained(traffic, std::move(connections));
      });
    }
  });
}

}  // namespace vc::app
