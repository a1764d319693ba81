#include "app/config/config.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <vector>

#include "support/temporary_directory.hpp"

namespace vc::app {
namespace {

using Flags = std::map<std::string, std::string>;

class ConfigTest : public testing::Test {
 protected:
  std::string file(std::string_view content) {
    const std::string path = directory_ / "visitor-counter.toml";
    std::ofstream(path) << content;
    return path;
  }

  static Result<Choices> choices(const Flags& flags, std::vector<const char*> environment = {}) {
    environment.push_back(nullptr);
    return choose(flags, environment.data());
  }

  static Result<Config> config(const Flags& flags, std::vector<const char*> environment = {"HOME=/h"}) {
    auto chosen = choices(flags, std::move(environment));
    if (!chosen) return std::unexpected(chosen.error());
    return parse(*chosen);
  }

  /// The message of an error that must come.
  static std::string error(const Flags& flags, std::vector<const char*> environment = {"HOME=/h"}) {
    auto parsed = config(flags, std::move(environment));
    return parsed ? "no error" : parsed.error().message;
  }

  tests::TemporaryDirectory directory_;
};

TEST_F(ConfigTest, HasDefaults) {
  const auto parsed = config({}, {"HOME=/home/visitor"});
  ASSERT_TRUE(parsed) << parsed.error().message;
  EXPECT_EQ(http::text(parsed->listen), "127.0.0.1:8080");
  EXPECT_EQ(http::text(parsed->ops_listen), "127.0.0.1:8081");
  EXPECT_FALSE(parsed->preview_listen);
  EXPECT_EQ(parsed->stage, "blue");
  EXPECT_EQ(parsed->base_paths.names(), (std::vector<std::string>{"(none)", "blue"}));
  EXPECT_EQ(parsed->production_counter().id.text(), "main_counter");
  EXPECT_EQ(parsed->preview_counter().id.text(), "main_counter.preview.blue");
  EXPECT_EQ(std::get<SqliteStoreUri>(parsed->store).file, "/home/visitor/.local/state/visitor-counter/visits.db");
}

TEST_F(ConfigTest, KeepsItsStateWhereProgramsDo) {
  const auto store = [](std::vector<const char*> environment) {
    return choices({}, std::move(environment))->at("store").value;
  };
  EXPECT_EQ(store({"HOME=/h", "XDG_STATE_HOME=/xdg"}), "sqlite:/xdg/visitor-counter/visits.db");
  EXPECT_EQ(store({"HOME=/h", "XDG_STATE_HOME=/xdg", "STATE_DIRECTORY=/var/lib/vc"}), "sqlite:/var/lib/vc/visits.db");
}

TEST_F(ConfigTest, AsksForAStoreWhereItCannotGuessOne) {
  EXPECT_NE(error({}, {}).find("store (from default): '' is no store"), std::string::npos);
}

TEST_F(ConfigTest, PrefersFlagsThenEnvironmentThenFileThenDefault) {
  const Flags flags{{"config", file("stage = 'file'")}};
  Flags with_flag = flags;
  with_flag["stage"] = "flag";
  EXPECT_EQ(config(flags)->stage, "file");
  EXPECT_EQ(config(flags, {"HOME=/h", "STAGE=plain"})->stage, "plain");
  EXPECT_EQ(config(flags, {"HOME=/h", "STAGE=plain", "VISITOR_COUNTER_STAGE=own"})->stage, "own");
  EXPECT_EQ(config(with_flag, {"HOME=/h", "STAGE=plain", "VISITOR_COUNTER_STAGE=own"})->stage, "flag");
}

TEST_F(ConfigTest, ReadsNumbersAndListsFromTheFile) {
  const auto parsed = config(
      {{"config", file("threads = 2\ncounter-ttl-days = '30'\nallowed-origins = ['https://a.b', 'https://c.d']\n")}});
  ASSERT_TRUE(parsed) << parsed.error().message;
  EXPECT_EQ(parsed->threads, 2);
  EXPECT_EQ(parsed->counter_ttl, std::chrono::days(30));
  EXPECT_EQ(parsed->allowed_origins.origins(), (std::vector<std::string>{"https://a.b", "https://c.d"}));
}

TEST_F(ConfigTest, FindsTheFileInTheEnvironmentToo) {
  const std::string variable = "VISITOR_COUNTER_CONFIG=" + file("stage = 'file'");
  EXPECT_EQ(config({}, {"HOME=/h", variable.c_str()})->stage, "file");
}

TEST_F(ConfigTest, RefusesAFileItCannotUse) {
  EXPECT_NE(error({{"config", file("stagge = 'x'")}}).find("stagge"), std::string::npos);
  EXPECT_NE(error({{"config", file("stage = ")}}).find(":1:"), std::string::npos);
  EXPECT_NE(error({{"config", file("stage = 1.5")}}).find("stage"), std::string::npos);
  EXPECT_NE(error({{"config", file("[stage]")}}).find("stage"), std::string::npos);
  EXPECT_NE(error({{"config", file("[\\stage]")}}).find(":1:"), std::string::npos);
  EXPECT_NE(error({{"config", file("st\xC3\xA4ge = 'x'")}}).find(":1:"), std::string::npos);
  EXPECT_NE(error({{"config", (directory_ / "absent.toml").string()}}).find("absent.toml"), std::string::npos);
}

TEST_F(ConfigTest, NamesTheSettingAndTheSourceOfABadValue) {
  EXPECT_EQ(error({{"threads", "many"}}), "threads (from --threads): 'many' is not a whole number from 1 to 64");
  EXPECT_NE(error({}, {"HOME=/h", "VISITOR_COUNTER_LISTEN=here"}).find("listen (from VISITOR_COUNTER_LISTEN): 'here'"),
            std::string::npos);
}

TEST_F(ConfigTest, RefusesBadValues) {
  for (const auto& [name, value] :
       std::initializer_list<std::pair<const char*, const char*>>{{"listen", "8080"},
                                                                  {"listen", "127.0.0.1:65536"},
                                                                  {"listen", "::1:80"},
                                                                  {"listen", "example.org:80"},
                                                                  {"listen", "127.0.0.1:"},
                                                                  {"preview-listen", "on"},
                                                                  {"ops-listen", "0.0.0.0:8081"},
                                                                  {"ops-listen", "10.0.0.1:1"},
                                                                  {"store", "visits.db"},
                                                                  {"store", "sqlite:"},
                                                                  {"store", "redis://x"},
                                                                  {"stage", ""},
                                                                  {"stage", "a/b"},
                                                                  {"stage", "(none)"},
                                                                  {"stage", "a,b"},
                                                                  {"base-paths", "/blue"},
                                                                  {"allowed-origins", "*"},
                                                                  {"allowed-origins", "null"},
                                                                  {"counter-id", ""},
                                                                  {"counter-id", "a b"},
                                                                  {"counter-ttl-days", "-1"},
                                                                  {"threads", "0"},
                                                                  {"threads", "65"},
                                                                  {"connections-max", "0"},
                                                                  {"queued-visits-max", "0"},
                                                                  {"header-timeout", "0"},
                                                                  {"idle-timeout", "3601"},
                                                                  {"rate", "fast"},
                                                                  {"burst", "1"},
                                                                  {"client-rate", "-1"},
                                                                  {"client-burst", "1"},
                                                                  {"trusted-proxy", "proxy.example"},
                                                                  {"trusted-proxy", "10.0.0.0/8,"},
                                                                  {"retry-after", "yes"},
                                                                  {"log-format", "xml"},
                                                                  {"log-level", "loud"}}) {
    EXPECT_NE(error({{name, value}}).find(name), std::string::npos) << name << "=" << value;
  }
}

TEST_F(ConfigTest, BoundsThePreviewCountersNameToo) {
  EXPECT_NE(error({{"counter-id", std::string(128, 'x')}}).find("too long"), std::string::npos);
}

TEST_F(ConfigTest, TakesLogLevelsInAnyCase) {
  EXPECT_EQ(config({}, {"HOME=/h", "LOG_LEVEL=WARN"})->log_level, telemetry::LogLevel::warn);
}

TEST_F(ConfigTest, GivesPreviewCountersThirtyDays) {
  const auto parsed = *config({{"counter-ttl-days", "7"}});
  EXPECT_EQ(parsed.production_counter().ttl, std::chrono::days(7));
  EXPECT_EQ(parsed.counter(parsed.preview_counter().id).ttl, std::chrono::days(30));
}

TEST_F(ConfigTest, CallsAProcessAsItsStageUnlessItIsGivenAColour) {
  EXPECT_EQ(config({{"stage", "green"}})->colour, "green");
  const auto coloured = config({{"colour", "green"}});
  EXPECT_EQ(coloured->colour, "green");
  EXPECT_EQ(coloured->stage, "blue");
}

TEST_F(ConfigTest, LimitsVisitorsOnlyWhereItIsAskedTo) {
  EXPECT_TRUE(config({})->rules.allow_everything());
  const auto rules = config({{"rate", "10"}, {"client-rate", "0.5"}, {"client-burst", "7"}})->rules;
  EXPECT_EQ(rules.throttle, (gateway::Throttle{.requests_per_1000_s = 10'000, .burst = 10}));
  EXPECT_EQ(rules.client_throttle, (gateway::Throttle{.requests_per_1000_s = 500, .burst = 7}));
  EXPECT_EQ(config({{"trusted-proxy", "127.0.0.1, 10.0.0.0/8"}})->rules.trusted_proxies.size(), 2U);
  EXPECT_EQ(config({{"stage", "green"}})->rules.stage, "green");
}

TEST_F(ConfigTest, NamesTheFileOfABadTable) {
  const std::string path = file("[[usage_plan]]\nrate = 1");
  EXPECT_EQ(error({{"config", path}}), path + ": usage_plan 1: name is missing");
}

TEST_F(ConfigTest, PrintsAFileThatGivesTheSameTables) {
  const auto first = *choices({{"config", file("rate = 1.5\n[[usage_plan]]\nname = \"p\"\nrate = 0.25\nstages = "
                                               "[\"blue\"]\n[[usage_plan.route]]\npath = '/health'\nrate = 1\n")}});
  EXPECT_TRUE(first.at(tables_choice).value.contains("0.25")) << first.at(tables_choice).value;
  const auto second = choices({{"config", file(to_toml(first))}});
  ASSERT_TRUE(second) << second.error().message;
  EXPECT_EQ(second->at(tables_choice).value, first.at(tables_choice).value);
  EXPECT_EQ(second->at("rate").value, "1.5");
}

TEST_F(ConfigTest, PrintsAFileThatGivesTheSameConfiguration) {
  const auto first = *choices({{"stage", "green"},
                               {"threads", "3"},
                               {"allowed-origins", "https://a.b"},
                               {"store", "memory:"},
                               {"counter-id", "0123"}});
  const auto second = choices({{"config", file(to_toml(first))}});
  ASSERT_TRUE(second) << second.error().message;
  for (const auto& [name, given] : first) EXPECT_EQ(second->at(name).value, given.value) << name;
}

}  // namespace
}  // namespace vc::app
