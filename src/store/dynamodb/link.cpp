#include "store/dynamodb/link.hpp"

#include "aws/sigv4.hpp"
#include "base/time_text.hpp"
#include "limits.hpp"

namespace vc::store::dynamodb {

using counter::StoreFault;

Reply Link::ask(std::string_view operation, const std::string& body, aws::SteadyTime deadline) {
  Reply reply = ask_once(operation, body, deadline);
  if (reply.verdict != Verdict::credentials) return reply;
  credentials_.refused();
  return ask_once(operation, body, deadline);
}

Reply Link::ask_once(std::string_view operation, const std::string& body, aws::SteadyTime deadline) {
  const WallTime now = clock_.now();
  const auto credentials = credentials_.current(now);
  if (!credentials) return {Verdict::credentials, {StoreFault::access_denied, credentials.error().message}, {}};
  aws::HttpRequest request{"POST",
                           "/",
                           {{"Content-Type", "application/x-amz-json-1.0"},
                            {"X-Amz-Target", std::string("DynamoDB_20120810.").append(operation)}},
                           body};
  aws::sign(request, options_.host, {options_.region, "dynamodb"}, *credentials, now + ahead_);
  const aws::HttpResult result = client_->send(request, deadline);
  if (!result) return read_reply(result.error());
  Reply reply = read_reply(*result);
  if (reply.verdict == Verdict::credentials) learn_time(result->header("Date"));
  return reply;
}

// A signature is good for some minutes around its time.
void Link::learn_time(std::string_view date) {
  const auto theirs = parse_http_date(date);
  if (!theirs) return;
  ahead_ = *theirs - clock_.now();
  if (ahead_ > -limits::aws_clock_tolerance && ahead_ < limits::aws_clock_tolerance) ahead_ = {};
}

}  // namespace vc::store::dynamodb
