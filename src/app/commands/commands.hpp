// What the commands of the command line do. Each gives its exit code and says what went wrong on standard error.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "app/commands/transfer.hpp"
#include "limits.hpp"

namespace vc::app {

enum Exit { done = 0, failed = 1, wrong_usage = 2 };

struct Arguments;
using RunCommand = int (*)(const Arguments& arguments, const char* const* environment);

/// What the arguments say.
struct Arguments {
  RunCommand run = nullptr;                     // of the command that was named
  std::map<std::string, std::string> settings;  // of those that were given
  std::string counter_id;
  std::string count;
  std::string expected;
  std::string event = "-";
  std::string key_name;
  std::string plan;
  std::string file = "-";
  Import wanted;
  std::string days;
  std::string hours;
  std::string stage;
  std::string watch = std::to_string(limits::watch_seconds);
  bool yes = false;
  bool json = false;
  bool csv = false;
};

/// One line. Gives the exit code.
int complain(Exit exit, std::string_view message);

int run_serve(const Arguments& arguments, const char* const* environment);
int run_health(const Arguments& arguments, const char* const* environment);
int run_version(const Arguments& arguments, const char* const* environment);
int run_get(const Arguments& arguments, const char* const* environment);
int run_history(const Arguments& arguments, const char* const* environment);
int run_set(const Arguments& arguments, const char* const* environment);
int run_list(const Arguments& arguments, const char* const* environment);
int run_backup(const Arguments& arguments, const char* const* environment);
int run_restore(const Arguments& arguments, const char* const* environment);
int run_key(const Arguments& arguments, const char* const* environment);
int run_table_create(const Arguments& arguments, const char* const* environment);
int run_table_check(const Arguments& arguments, const char* const* environment);
int run_config(const Arguments& arguments, const char* const* environment);
int run_export(const Arguments& arguments, const char* const* environment);
int run_import(const Arguments& arguments, const char* const* environment);
int run_doctor(const Arguments& arguments, const char* const* environment);
int run_invoke(const Arguments& arguments, const char* const* environment);
int run_hand_over(const Arguments& arguments, const char* const* environment);
int run_status(const Arguments& arguments, const char* const* environment);

}  // namespace vc::app
