// A table in memory that understands the requests of our store, and a network to it that loses, repeats and spoils.
#pragma once

#include <boost/json/object.hpp>

#include <map>
#include <mutex>
#include <random>
#include <string>
#include <vector>

#include "aws/http.hpp"
#include "store/dynamodb/timeline.hpp"

namespace vc::tests {

/// Evaluates the expressions as DynamoDB does, as far as ours go. Thread: any.
class FakeTable final {
 public:
  enum class ShowsItem { yes, no };  // when a condition fails
  explicit FakeTable(ShowsItem shows_item = ShowsItem::yes) : shows_item_(shows_item) {}

  aws::HttpResponse ask(const aws::HttpRequest& request);

  /// For what others do to the table.
  void put(const std::string& id, boost::json::object attributes);
  void erase(const std::string& id);
  /// The digits of an N; empty if there is none.
  std::string number(const std::string& id, std::string_view attribute) const;
  boost::json::object item(const std::string& id) const;

 private:
  const ShowsItem shows_item_;
  mutable std::mutex mutex_;
  std::map<std::string, boost::json::object> items_;
};

/// Time that passes only where somebody waits. Thread: one.
class SteppedTimeline final : public store::dynamodb::Timeline {
 public:
  aws::SteadyTime now() const override { return now_; }
  void wait(std::chrono::milliseconds time) override { now_ += time; }

 private:
  aws::SteadyTime now_{std::chrono::hours(1)};
};

/// What happens to a request: each with this probability, the first that applies.
struct Faults {
  double lost_request = 0;  // the server never sees it
  double lost_reply = 0;    // applied, and the connection dies
  double slow_reply = 0;    // applied, and nothing comes before the deadline
  double error_before = 0;  // 500, not applied
  double error_after = 0;   // 500, applied
  double throttled = 0;
  double wrong_checksum = 0;
  double no_json = 0;
  double unreachable = 0;  // nothing is sent
  double black_hole = 0;   // likewise, and it takes all the time that connecting may take
  double late_copy = 0;    // beside the above, if it was sent: a copy arrives again after some other requests
};

class FakeNetwork final : public aws::HttpClient {
 public:
  /// Lifetime: the table and the timeline outlive it.
  FakeNetwork(FakeTable& table, store::dynamodb::Timeline& timeline, std::uint64_t seed, const Faults& faults = {})
      : table_(table), timeline_(timeline), dice_(seed), faults_(faults) {}

  aws::HttpResult send(const aws::HttpRequest& request, aws::SteadyTime deadline) override;

  void change(const Faults& faults) { faults_ = faults; }
  int requests() const { return requests_; }
  int bytes_sent() const { return bytes_sent_; }
  const aws::HttpRequest& last() const { return last_; }
  /// Answered with this instead of being applied, one a request, before any other fault.
  std::vector<aws::HttpResponse> answers;

 private:
  bool happens(double probability);
  void deliver_late_copies();
  void wait_until(aws::SteadyTime time);

  FakeTable& table_;
  store::dynamodb::Timeline& timeline_;
  std::mt19937_64 dice_;
  Faults faults_;
  int requests_ = 0;
  int bytes_sent_ = 0;
  aws::HttpRequest last_;
  std::vector<std::pair<int, aws::HttpRequest>> late_;  // after how many requests
};

/// An error as DynamoDB words it.
aws::HttpResponse dynamodb_error(int status, std::string_view code);

}  // namespace vc::tests
