#include "app/house.hpp"

#include <array>

#include "app/version.hpp"
#include "limits.hpp"
#include "store/sqlite/schema.hpp"

namespace vc::app {

using release::Channel;
using release::Message;
using release::Says;

void House::refresh() {
  auto fresh = read_again();
  if (!fresh) return;
  fresh->config.rules.stage = config().stage;
  configuration.config.rules = std::move(fresh->config.rules);
  if (fresh->config.has_tls() == config().has_tls()) configuration.config.tls = std::move(fresh->config.tls);
}

release::Release House::release() const { return {.stage = config().stage, .version = std::string(version)}; }

void tell(const Giving& giving, Says says, std::string text) {
  (void)giving.caller.send({.says = says, .number = 0, .text = std::move(text)});
}

Result<std::optional<Partner>> join(const House& house) {
  auto connected = release::connect_control(release::control_directory(house.file));
  if (!connected) return std::unexpected(connected.error());
  if (!*connected) return std::nullopt;
  Channel& owner = **connected;
  const auto process = release::own_process();
  if (!process) return std::unexpected(process.error());
  const Message hello{
      .says = Says::join, .number = store::sqlite::schema_version, .text = release::text(house.release())};
  if (!owner.send(hello, std::array{process->get()})) return std::nullopt;
  auto answer = owner.receive_within(limits::release_answer_deadline);
  if (!answer) return std::nullopt;
  if (answer->message.says == Says::refused) return fail("{}", answer->message.text);
  const auto release = release::parse_release(answer->message.text);
  if (answer->message.says != Says::welcome || !release || answer->descriptors.size() != 1) {
    return fail("the owner of {} answers nonsense", house.file.string());
  }
  return Partner{.channel = std::move(owner),
                 .release = *release,
                 .process = std::move(answer->descriptors[0]),
                 .since = house.clock.now()};
}

}  // namespace vc::app
