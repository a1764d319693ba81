#include "app/commands/tables.hpp"

#include <unistd.h>
#include <boost/json.hpp>

#include <ranges>

#include "app/stores.hpp"
#include "base/clock.hpp"
#include "base/environment.hpp"
#include "store/dynamodb/open.hpp"
#include "store/dynamodb/table.hpp"

namespace vc::app {

namespace dynamodb = store::dynamodb;

Result<std::string> run_table(TableCommand command, const Config& config) {
  const auto* address = std::get_if<dynamodb::Address>(&config.store);
  if (address == nullptr) return fail("the store is {}; --store dynamodb://TABLE names a table", text(config.store));
  const SystemClock clock;
  auto link = dynamodb::connect(*address, read_environment(environ), clock);
  if (!link) return std::unexpected(link.error());
  dynamodb::RealTimeline timeline;
  return command == TableCommand::create ? dynamodb::create_table(*link, *address, timeline)
                                         : dynamodb::check_table(*link, *address, timeline);
}

std::string lines_as_json(std::string_view lines) {
  boost::json::array all;
  for (const auto line : std::views::split(lines, '\n')) {
    if (!line.empty()) all.push_back(boost::json::string(line.data(), line.size()));
  }
  return boost::json::serialize(all) + "\n";
}

}  // namespace vc::app
