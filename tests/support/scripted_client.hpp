// A client without a network: it answers what the test says, and remembers what was asked.
#pragma once

#include <deque>
#include <memory>
#include <utility>
#include <vector>

#include "aws/http.hpp"

namespace vc::tests {

/// Lifetime: of the test, which clients of it borrow. Where the script ends, nothing answers.
struct Script {
  std::deque<aws::HttpResult> answers;
  std::vector<aws::HttpRequest> requests;
  std::vector<aws::SteadyTime> deadlines;
};

class ScriptedClient final : public aws::HttpClient {
 public:
  explicit ScriptedClient(Script& script) : script_(script) {}

  aws::HttpResult send(const aws::HttpRequest& request, aws::SteadyTime deadline) override {
    script_.requests.push_back(request);
    script_.deadlines.push_back(deadline);
    if (script_.answers.empty()) {
      return std::unexpected(aws::HttpFailure{aws::Sent::nothing, aws::HttpTrouble::connection, "nobody there"});
    }
    aws::HttpResult answer = std::move(script_.answers.front());
    script_.answers.pop_front();
    return answer;
  }

 private:
  Script& script_;
};

}  // namespace vc::tests
