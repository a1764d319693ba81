#include "store/dynamodb/link.hpp"

#include "aws/sigv4.hpp"
#include "base/time_text.hpp"
#include "limits.hpp"

namespace vc::store::dynamodb {

using counter::StoreFault;

Reply Link::ask(std::string_view operation, const std::string& body, aws::SteadyTime deadline) {
  for (int sends = 1;; ++sends) {
    const auto credentials = credentials_.current(clock_.now());
    if (!credentials) return {Verdict::credentials, {StoreFault::access_denied, credentials.error().message}, {}};
    const aws::HttpResult result = client_->send(signed_request(operation, body, *credentials), deadline);
    if (!result) return read_reply(result.error());
    Reply reply = read_reply(*result);
    if (reply.verdict != Verdict::credentials || sends == 2) return reply;
    learn_time(result->header("Date"));
    credentials_.refused();
  }
}

aws::HttpRequest Link::signed_request(std::string_view operation, const std::string& body,
                                      const aws::Credentials& credentials) const {
  aws::HttpRequest request{"POST",
                           "/",
                           {{"Content-Type", "application/x-amz-json-1.0"},
                            {"X-Amz-Target", std::string("DynamoDB_20120810.").append(operation)}},
                           body};
  aws::sign(request, options_.host, {options_.region, "dynamodb"}, credentials, clock_.now() + ahead_);
  return request;
}

// A signature is good for some minutes around its time.
void Link::learn_time(std::string_view date) {
  const auto theirs = parse_http_date(date);
  if (!theirs) return;
  ahead_ = *theirs - clock_.now();
  if (ahead_ > -limits::aws_clock_tolerance && ahead_ < limits::aws_clock_tolerance) ahead_ = {};
}

}  // namespace vc::store::dynamodb
