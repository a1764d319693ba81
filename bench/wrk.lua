-- Arguments behind `--` make it a POST: the body, then `Name: value` for each header field.
function init(arguments)
  if arguments[1] then
    wrk.method, wrk.body = "POST", arguments[1]
    for i = 2, #arguments do
      local name, value = arguments[i]:match("^([^:]+): (.*)$")
      wrk.headers[name] = value
    end
  end
end

-- Ends a wrk run with one line of JSON: exact numbers, where wrk's own text rounds them.
function done(summary, latency)
  local errors = summary.errors
  io.write(string.format(
    '{"requests": %d, "duration_us": %d, "bytes": %d, "p50_us": %d, "p99_us": %d, ' ..
    '"errors": {"connect": %d, "read": %d, "write": %d, "timeout": %d, "status": %d}}\n',
    summary.requests, summary.duration, summary.bytes, latency:percentile(50), latency:percentile(99),
    errors.connect, errors.read, errors.write, errors.timeout, errors.status))
end
