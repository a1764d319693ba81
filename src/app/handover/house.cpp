#include "app/handover/house.hpp"

#include <array>

#include "app/version.hpp"
#include "limits.hpp"
#include "store/sqlite/owner_lock.hpp"
#include "store/sqlite/schema.hpp"

namespace vc::app {

using release::Channel;
using release::Says;

void House::refresh() {
  auto fresh = read_again();
  if (!fresh) return;
  fresh->config.rules.stage = config().stage;
  configuration.config.rules = std::move(fresh->config.rules);
  if (fresh->config.has_tls() == config().has_tls()) configuration.config.tls = std::move(fresh->config.tls);
}

Result<void> House::take_lock(std::chrono::milliseconds patience) {
  auto taken = store::sqlite::OwnerLock::take(file, patience);
  if (!taken) return std::unexpected(taken.error());
  lock = std::move(*taken).give();
  return {};
}

void House::drop_connections() {
  doors.production.connections.clear();
  doors.ops.connections.clear();
}

release::Release House::release() const { return {.stage = config().colour, .version = std::string(version)}; }

void tell(const Giving& giving, Says says, std::string text) {
  (void)giving.caller.send(release::message(says, std::move(text)));
}

Result<std::optional<Channel>> knock(const House& house) {
  auto connected = release::connect_control(release::control_directory(house.file));
  if (!connected || !*connected) return connected;
  const auto process = release::own_process();
  if (!process) return std::unexpected(process.error());
  const auto hello = release::message(Says::join, release::text(house.release()), store::sqlite::schema_version);
  if (!(*connected)->send(hello, std::array{process->get()})) return std::nullopt;
  return connected;
}

Result<Partner> enter(const House& house, Channel owner, release::Received answer) {
  if (answer.message.says == Says::refused) return fail("{}", answer.message.text);
  const auto release = release::parse_release(answer.message.text);
  if (answer.message.says != Says::welcome || !release || answer.descriptors.size() != 1) {
    return fail("the owner of {} answers nonsense", house.file.string());
  }
  return Partner{.channel = std::move(owner),
                 .release = *release,
                 .process = std::move(answer.descriptors[0]),
                 .since = house.clock.now()};
}

Result<std::optional<Partner>> join(const House& house) {
  auto owner = knock(house);
  if (!owner) return std::unexpected(owner.error());
  if (!*owner) return std::nullopt;
  auto answer = (*owner)->receive_within(limits::release_answer_deadline);
  if (!answer) return std::nullopt;
  auto partner = enter(house, std::move(**owner), std::move(*answer));
  if (!partner) return std::unexpected(partner.error());
  return std::move(*partner);
}

}  // namespace vc::app
